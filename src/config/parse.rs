//! From text to a [`Configuration`]: each function reads one section, and its calls are the list of that section's
//! keys.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use model::{
    Abilities, AccountName, CalendarName, CancelOnDisconnect, CompId, ContractKind, CostMethod, Currency,
    DefineAccount, DefineFirm, DefineInstrument, GroupName, MarkPolicy, Notional, PendingReplaces, Px, Qty,
    StopTrigger, ValuationMethod,
};
use toml::de::DeTable;

use super::contract::contract;
use super::governance::Governance;
use super::problem::Problems;
use super::section::{Desk, Section};
use super::{
    Account, Acknowledge, Configuration, Cores, Durability, Engine, Fix, Http, Idle, Instrument, Journal, Layout,
    Policy, Protocol, Quotes, Session, Store, Template, Venue, access, broker, calendars, close, currencies, operators,
    protocol, relations, tls,
};

/// Instruments, accounts, and sessions: as many as a line of each may be.
const ENTRIES_MAX: usize = 65_536;

/// Members of one session family.
const FAMILY_MAX: u64 = 1_000;

/// Most connections that the acceptor may be told to hold.
const CONNECTIONS_MAX: u64 = 65_536;

/// Highest core that a thread may be pinned to.
const CORE_MAX: u64 = 1_023;

/// Most orders that the engine may be told to remember: its memory is allocated at the start.
const ORDERS_MAX: u64 = 1 << 26;

/// Files are written in blocks of this many bytes.
const BLOCK: u64 = 4_096;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// What the greatest age of a reference price may be.
pub(super) const AGE_MAX: RangeInclusive<Duration> = MILLISECOND..=Duration::from_secs(24 * 3_600);

pub(super) fn configuration(file: &str, text: &str) -> Result<Configuration, Problems> {
    let (table, broken) = DeTable::parse_recoverable(text);
    let desk = Desk::new(text);
    for error in &broken {
        let at = error.span().map_or(0, |span| span.start);
        let suggestion = Some("this is not TOML; see toml.io".to_owned());
        desk.report(at, String::new(), String::new(), error.message().to_owned(), suggestion);
    }
    let configuration = whole(&desk, table.get_ref());
    let problems = desk.into_problems();
    if problems.is_empty() { Ok(configuration) } else { Err(Problems { file: file.to_owned(), problems }) }
}

/// One problem of one file in [`Problems`] is enough to refuse it, so what this returns beside problems is never used.
fn whole<'a>(desk: &'a Desk<'a>, table: &'a DeTable<'a>) -> Configuration {
    let root = Section::root(desk, table);
    let data = root.section("data");
    let data_dir = PathBuf::from(data.text("dir", Some("data")));
    data.finish();
    let fix = root.section("fix");
    let fix_read = acceptor(&fix);
    let defaults = &fix_read.protocol;
    let http = root.section("http");
    let quotes_section = root.section("quotes");
    let quotes = quotes(&quotes_section);
    let calendars = Parts::read(&root, "calendars", calendars::calendar);
    let (close_section, start_section) = (root.section("close"), root.section("start"));
    let instruments = Parts::read(&root, "instruments", instrument);
    let accounts = Parts::read(&root, "accounts", account);
    let fx = Parts::read(&root, "fx", currencies::fx);
    let sessions = Parts::read(&root, "sessions", |entry| session(entry, defaults));
    let families = Parts::read(&root, "session_families", |entry| family(entry, defaults));
    let brokers = Parts::read(&root, "brokers", |entry| broker::broker(entry, fix_read.sender_comp_id));
    let operators = Parts::read(&root, "operators", operators::operator);
    let governance = Governance::of(&root);
    let mut configuration = Configuration {
        data_dir,
        firm: DefineFirm::PLAIN,
        limits: Vec::new(),
        operators: operators.values(),
        fix: fix_read,
        http: control(&http),
        journal: journal(root.section("journal")),
        engine: engine(root.section("engine")),
        store: store(root.section("store")),
        venue: venue(root.section("venue")),
        brokers: brokers.values(),
        quotes,
        calendars: calendars.values().into_iter().filter_map(|(_, calendar)| calendar).collect(),
        day_clock: close::clock(&close_section, &calendars),
        start: close::start(&start_section),
        instruments: instruments.values(),
        accounts: accounts.values(),
        fx: fx.values(),
        sessions: sessions.values().into_iter().chain(families.members()).collect(),
        templates: families.templates(),
    };
    configuration.firm = governance.firm(&configuration);
    configuration.limits = governance.limits(configuration.firm.mandatory, &configuration);
    operators::are_persons(&root, &operators, configuration.firm.two_persons == 1);
    relations::listeners(&http, &configuration);
    relations::calendars(&calendars, &instruments);
    relations::instruments(&root, &instruments, &configuration);
    relations::accounts(&root, &accounts);
    relations::sessions(&root, &sessions, &families, &configuration);
    relations::brokers(&brokers, &instruments, &configuration);
    for section in [fix, http, quotes_section, close_section, start_section] {
        section.finish();
    }
    governance.finish();
    operators.finish();
    calendars.finish();
    instruments.finish();
    accounts.finish();
    fx.finish();
    sessions.finish();
    families.finish();
    brokers.finish();
    root.finish();
    configuration
}

/// The entries of a list of tables, each with its section, for the relations to report upon.
pub(super) struct Parts<'a, T>(Vec<(Section<'a>, T)>);

impl<'a, T: Clone> Parts<'a, T> {
    fn read(root: &Section<'a>, name: &'static str, read: impl Fn(&Section<'a>) -> T) -> Parts<'a, T> {
        let sections = root.sections(name);
        if sections.len() > ENTRIES_MAX {
            root.report(name, format!("has more than {ENTRIES_MAX} entries"), "");
        }
        let parts = sections.into_iter().take(ENTRIES_MAX).map(|section| {
            let value = read(&section);
            (section, value)
        });
        Parts(parts.collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Section<'a>, T)> {
        self.0.iter()
    }

    fn values(&self) -> Vec<T> {
        self.0.iter().map(|(_, value)| value.clone()).collect()
    }

    fn finish(self) {
        self.0.into_iter().for_each(|(section, _)| section.finish());
    }
}

/// `[[session_families]]`: sessions that are there from the start, or a template.
#[derive(Clone)]
pub(super) enum Family {
    Members(Vec<Session>),
    Template(Box<Template>),
}

impl Parts<'_, Family> {
    fn members(&self) -> Vec<Session> {
        let members = self.iter().filter_map(|(_, family)| match family {
            Family::Members(members) => Some(members.clone()),
            Family::Template(_) => None,
        });
        members.flatten().collect()
    }

    fn templates(&self) -> Vec<Template> {
        let templates = self.iter().filter_map(|(_, family)| match family {
            Family::Members(_) => None,
            Family::Template(template) => Some(Template::clone(template)),
        });
        templates.collect()
    }
}

fn acceptor(fix: &Section<'_>) -> Fix {
    let tls = tls::tls(fix);
    let speaks_tls = tls.as_ref().is_some_and(|tls| tls.listen.is_none());
    let connections =
        |name, default| usize::try_from(fix.whole(name, Some(default), 1, CONNECTIONS_MAX)).unwrap_or(usize::MAX);
    Fix {
        listen: fix.listen("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 9876)), speaks_tls),
        tls,
        sender_comp_id: fix.name("sender_comp_id", CompId::new(b"MILLRACE")),
        protocol: protocol::defaults(fix),
        allowed: access::networks(fix),
        connections_max: connections("connections_max", 1_024),
        connections_per_address_max: connections("connections_per_address_max", 512),
        connections_before_logon_max: connections("connections_before_logon_max", 256),
        connections_before_logon_per_address_max: connections("connections_before_logon_per_address_max", 64),
        lockout: access::lockout(fix.section("lockout")),
        message_log: access::message_log(fix.section("message_log")),
    }
}

fn control(http: &Section<'_>) -> Http {
    Http {
        listen: http.listen("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), false),
        allowed_hosts: http.texts("allowed_hosts"),
    }
}

fn journal(journal: Section<'_>) -> Journal {
    let sync_every = journal.duration("sync_every", 10 * MILLISECOND, MILLISECOND, 10 * SECOND);
    let words = [("durable", Durability::Durable), ("asynchronous", Durability::Asynchronous { sync_every })];
    let durability = journal.word("durability", Durability::Durable, &words);
    let segment_bytes = journal.bytes("segment", 64 * MIB, MIB, 4 * GIB);
    if !segment_bytes.is_multiple_of(BLOCK) {
        journal.report("segment", "is not a multiple of 4096 bytes", "write it in MiB");
    }
    journal.finish();
    Journal { durability, segment_bytes }
}

fn engine(engine: Section<'_>) -> Engine {
    let layouts = [("shared", Layout::Shared), ("dedicated", Layout::Dedicated)];
    let idles = [("spin", Idle::Spin), ("backoff", Idle::Backoff), ("park", Idle::Park)];
    let acknowledges = [("acceptance", Acknowledge::Acceptance), ("venue", Acknowledge::Venue)];
    let layout = engine.word("layout", Layout::Shared, &layouts);
    let cores = engine.section("cores");
    let read = Engine {
        layout,
        idle: engine.word("idle", Idle::Backoff, &idles),
        cores: pinning(&cores),
        orders_max: engine.whole("orders_max", Some(1 << 20), 1, ORDERS_MAX),
        huge_pages: engine.truth("huge_pages", true),
        acknowledge: engine.word("acknowledge", Acknowledge::Acceptance, &acknowledges),
    };
    relations::cores(&cores, &read);
    cores.finish();
    engine.finish();
    read
}

fn pinning(cores: &Section<'_>) -> Cores {
    let core = |name| {
        let core = cores.has(name).then(|| cores.whole(name, None, 0, CORE_MAX));
        core.and_then(|core| usize::try_from(core).ok())
    };
    Cores {
        engine: core("engine"),
        journal: core("journal"),
        fix: core("fix"),
        venue: core("venue"),
        followers: core("followers"),
    }
}

fn store(store: Section<'_>) -> Store {
    let read = Store {
        enabled: store.truth("enabled", true),
        path: store.has("path").then(|| PathBuf::from(store.text("path", None))),
        flush_every: store.duration("flush_every", SECOND, 50 * MILLISECOND, 60 * SECOND),
        memory_bytes: store.bytes("memory", 512 * MIB, 64 * MIB, 1024 * GIB),
    };
    store.finish();
    read
}

fn venue(venue: Section<'_>) -> Venue {
    let kind = venue.word("kind", Venue::Paper, &[("paper", Venue::Paper)]);
    venue.finish();
    kind
}

fn quotes(quotes: &Section<'_>) -> Quotes {
    let seed = quotes.whole("seed", Some(1), 0, u64::MAX);
    let per_second = quotes.whole("per_second", Some(100), 1, 1_000_000);
    let per_second = u32::try_from(per_second).unwrap_or(u32::MAX);
    quotes.word(
        "source",
        Quotes::None,
        &[("none", Quotes::None), ("synthetic", Quotes::Synthetic { seed, per_second })],
    )
}

fn instrument(entry: &Section<'_>) -> Instrument {
    let multiplier = entry.whole("multiplier", Some(1), 1, 1_000_000_000);
    let age = entry.duration("reference_age", 10 * SECOND, *AGE_MAX.start(), *AGE_MAX.end());
    let mut read = Instrument {
        definition: DefineInstrument {
            tick: entry.px("tick", None),
            lot: entry.qty("lot", Some(Qty::whole(1)), 1),
            max_order_qty: entry.qty("max_order_qty", None, 1),
            multiplier: i64::try_from(multiplier).unwrap_or(i64::MAX),
            collar: entry.share("collar_percent", 5_000_000, 100),
            reference_age_max: i64::try_from(age.as_nanos()).unwrap_or(i64::MAX),
            symbol: entry.name::<16>("symbol", None),
            currency: entry.name::<8>("currency", Currency::new(b"USD")),
            calendar: if entry.has("calendar") { entry.name("calendar", None) } else { CalendarName::EMPTY },
            abilities: Abilities::PAPER,
            tradable: u8::from(entry.truth("tradable", true)),
            stop_trigger: entry.word(
                "stop_trigger",
                StopTrigger::Last,
                &[("last", StopTrigger::Last), ("opposite", StopTrigger::Opposite), ("mid", StopTrigger::Mid)],
            ),
            fx_rate: 0,
            fx_places: 0,
            contract_kind: ContractKind::Linear,
            valuation: ValuationMethod::Premium,
            mark: entry.word(
                "mark",
                MarkPolicy::Conservative,
                &[("conservative", MarkPolicy::Conservative), ("mid", MarkPolicy::Mid), ("last", MarkPolicy::Last)],
            ),
            venue: model::VenueId::PAPER,
        },
        price: entry.px("price", Some(Px::ZERO)),
        broker: if entry.has("broker") { entry.name("broker", None) } else { CompId::EMPTY },
    };
    contract(entry, &mut read.definition);
    read
}

fn account(entry: &Section<'_>) -> Account {
    let currency = entry.name::<8>("currency", Currency::new(b"USD"));
    let cash_account = entry.word("kind", 1, &[("cash", 1), ("margin", 0)]);
    let open_orders_max = entry.whole("open_orders_max", Some(1_000), 0, u64::from(u32::MAX));
    Account {
        definition: DefineAccount {
            max_order_notional: entry.money("max_order_notional", None),
            max_order_qty: entry.qty("max_order_qty", None, 0),
            max_long: entry.qty("max_long", None, 0),
            max_short: entry.qty("max_short", Some(Qty::ZERO), 0),
            fee_rate: entry.share("fee_bps", 0, 10_000),
            open_orders_max: u32::try_from(open_orders_max).unwrap_or(u32::MAX),
            cash_account,
            cost_method: entry.word(
                "cost_method",
                CostMethod::Average,
                &[("average", CostMethod::Average), ("fifo", CostMethod::Fifo)],
            ),
            reserved: [0; 2],
            account: entry.name::<16>("account", None),
            currency,
        },
        cash: entry.money("cash", Some(Notional::ZERO)),
        currencies: currencies::of_account(entry, currency),
    }
}

fn policy(entry: &Section<'_>) -> Policy {
    let most = u64::from(u32::MAX);
    let messages_per_second = entry.whole("messages_per_second", Some(1_000), 0, most);
    Policy {
        messages_per_second: u32::try_from(messages_per_second).unwrap_or(u32::MAX),
        pending_replaces: entry.word(
            "pending_replaces",
            PendingReplaces::Refuse,
            &[
                ("refuse", PendingReplaces::Refuse),
                ("sequential", PendingReplaces::Sequential),
                ("pipelined", PendingReplaces::Pipelined),
            ],
        ),
        cancel_on_disconnect: entry.word(
            "cancel_on_disconnect",
            CancelOnDisconnect::Tagged,
            &[
                ("tagged", CancelOnDisconnect::Tagged),
                ("day", CancelOnDisconnect::Day),
                ("all", CancelOnDisconnect::All),
            ],
        ),
    }
}

fn session(entry: &Section<'_>, defaults: &Protocol) -> Session {
    let policy = policy(entry);
    let access = access::access(entry, policy.messages_per_second);
    // Who only gets copies has no orders that would need an account.
    let account = access.drop_copy.as_ref().map(|_| AccountName::EMPTY);
    Session {
        target_comp_id: entry.name::<24>("target_comp_id", None),
        account: entry.name::<16>("account", account),
        trader: entry.name::<16>("trader", Some(GroupName::EMPTY)),
        strategy: entry.name::<16>("strategy", Some(GroupName::EMPTY)),
        policy,
        protocol: protocol::protocol(entry, defaults),
        access,
    }
}

/// `prefix` 1 to `count`, over the accounts in turn; or whatever begins with `prefix`, up to `count`.
fn family(entry: &Section<'_>, defaults: &Protocol) -> Family {
    let prefix = entry.name::<20>("prefix", None);
    let count = entry.whole("count", None, 1, FAMILY_MAX);
    let template = entry.truth("template", false);
    let names = entry.texts("accounts");
    let accounts: Vec<AccountName> = names.iter().filter_map(|name| AccountName::new(name.as_bytes())).collect();
    if accounts.is_empty() || accounts.len() < names.len() {
        entry.report("accounts", "must be a list of one or more accounts' names", "");
        return Family::Members(Vec::new());
    }
    let policy = policy(entry);
    let protocol = protocol::protocol(entry, defaults);
    let access = access::access(entry, policy.messages_per_second);
    if template {
        let sessions_max = usize::try_from(count).unwrap_or(usize::MAX);
        let prefix = CompId::clipped(prefix.as_str().as_bytes());
        return Family::Template(Box::new(Template { prefix, sessions_max, accounts, policy, protocol, access }));
    }
    let none = Some(GroupName::EMPTY);
    let (trader, strategy) = (entry.name::<16>("trader", none), entry.name::<16>("strategy", none));
    let members = (1..=count).zip(accounts.iter().cycle()).filter_map(|(number, account)| {
        let target_comp_id = CompId::new(format!("{prefix}{number}").as_bytes())?;
        let (protocol, access) = (protocol.clone(), access.clone());
        Some(Session { target_comp_id, account: *account, trader, strategy, policy, protocol, access })
    });
    Family::Members(members.collect())
}

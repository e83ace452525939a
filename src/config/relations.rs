//! What must hold between values: names that are used exist, names that exist are used once, numbers fit each other.

use std::collections::BTreeSet;

use gateway::calendar::Calendar;
use model::{AccountName, CalendarName, CompId, Symbol};

use super::parse::{Family, Parts};
use super::problem::nearest;
use super::section::Section;
use super::{Access, Account, Broker, Configuration, Engine, Instrument, Layout, Quotes, Session, Template};

/// Sessions of all kinds; each has a socket and buffers of its own.
const SESSIONS_MAX: usize = 10_000;

pub(super) fn listeners(http: &Section<'_>, configuration: &Configuration) {
    let (fix, control) = (configuration.fix.listen, configuration.http.listen);
    let tls = configuration.fix.tls.as_ref().and_then(|tls| tls.listen);
    for other in [Some(fix), tls].into_iter().flatten() {
        if other == control && other.port() != 0 {
            http.report("listen", "is the address of the FIX acceptor too", "choose another port");
        }
    }
}

pub(super) fn cores(cores: &Section<'_>, engine: &Engine) {
    let own = [
        ("engine", engine.cores.engine),
        ("journal", engine.cores.journal),
        ("fix", engine.cores.fix),
        ("venue", engine.cores.venue),
    ];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (name, core) in own {
        match engine.layout {
            Layout::Shared if core.is_some() && name != "engine" => cores.report(
                name,
                "has no thread of its own in the shared layout",
                "pin engine only, or write layout = \"dedicated\"",
            ),
            Layout::Dedicated if core.is_some_and(|core| !taken.insert(core)) => {
                cores.report(name, "is pinned to a core that another hot thread has", "give each its own core");
            }
            Layout::Shared | Layout::Dedicated => {}
        }
    }
}

pub(super) fn instruments(root: &Section<'_>, entries: &Parts<'_, Instrument>, configuration: &Configuration) {
    let mut symbols: BTreeSet<Symbol> = BTreeSet::new();
    let synthetic = matches!(configuration.quotes, Quotes::Synthetic { .. });
    for (section, instrument) in entries.iter() {
        let definition = &instrument.definition;
        if !definition.symbol.is_empty() && !symbols.insert(definition.symbol) {
            section.report("symbol", "is defined twice", "remove one of them");
        }
        if definition.max_order_qty.units() % definition.lot.units() != 0 {
            section.report("max_order_qty", "is not a multiple of the lot", "");
        }
        if instrument.price.units() % definition.tick.units() != 0 {
            section.report("price", "is not a multiple of the tick", "");
        }
        if synthetic && !section.has("price") {
            section.report("price", "is missing, and synthetic quotes must start somewhere", "like price = \"100.00\"");
        }
    }
    if symbols.is_empty() && entries.iter().next().is_none() {
        root.report("instruments", "there is no instrument", "add an [[instruments]] section");
    }
}

/// Calendars have names of their own, and those that instruments name exist.
pub(super) fn calendars(entries: &Parts<'_, (CalendarName, Option<Calendar>)>, instruments: &Parts<'_, Instrument>) {
    let mut names: BTreeSet<CalendarName> = BTreeSet::new();
    for (section, (name, _)) in entries.iter() {
        if !name.is_empty() && !names.insert(*name) {
            section.report("name", "is defined twice", "remove one of them");
        }
    }
    for (section, instrument) in instruments.iter() {
        let name = instrument.definition.calendar;
        if name.is_empty() || names.contains(&name) {
            continue;
        }
        let suggestion = match nearest(name.as_str(), names.iter().map(CalendarName::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "define it with a [[calendars]] section".to_owned(),
        };
        section.report("calendar", format!("calendar {name} is not defined"), &suggestion);
    }
}

pub(super) fn accounts(root: &Section<'_>, entries: &Parts<'_, Account>) {
    let mut names: BTreeSet<AccountName> = BTreeSet::new();
    for (section, account) in entries.iter() {
        let name = account.definition.account;
        if !name.is_empty() && !names.insert(name) {
            section.report("account", "is defined twice", "remove one of them");
        }
    }
    if entries.iter().next().is_none() {
        root.report("accounts", "there is no account", "add an [[accounts]] section");
    }
}

pub(super) fn sessions(
    root: &Section<'_>,
    single: &Parts<'_, Session>,
    families: &Parts<'_, Family>,
    configuration: &Configuration,
) {
    let mut names: BTreeSet<CompId> = BTreeSet::new();
    for (section, session) in single.iter() {
        name_is_free(section, "target_comp_id", session, &mut names, configuration);
        account_exists(section, "account", session.account, configuration);
        tls_is_there(section, &session.access, configuration);
    }
    let mut prefixes: Vec<CompId> = Vec::new();
    for (section, family) in families.iter() {
        let accounts: BTreeSet<AccountName> = match family {
            Family::Members(members) => {
                if let Some(member) = members.first() {
                    tls_is_there(section, &member.access, configuration);
                }
                for member in members {
                    name_is_free(section, "prefix", member, &mut names, configuration);
                }
                members.iter().map(|member| member.account).collect()
            }
            Family::Template(template) => {
                tls_is_there(section, &template.access, configuration);
                prefix_is_free(section, template.prefix, &mut prefixes);
                template.accounts.iter().copied().collect()
            }
        };
        for account in accounts {
            account_exists(section, "accounts", account, configuration);
        }
    }
    let of_templates: usize = configuration.templates.iter().map(|template| template.sessions_max).sum();
    if configuration.sessions.len() + of_templates > SESSIONS_MAX {
        root.report("sessions", format!("are more than {SESSIONS_MAX}, families included"), "");
    }
}

/// Brokers have names of their own, and the brokers that instruments name exist.
pub(super) fn brokers(entries: &Parts<'_, Broker>, instruments: &Parts<'_, Instrument>, configuration: &Configuration) {
    let mut names: BTreeSet<CompId> = configuration.sessions.iter().map(|session| session.target_comp_id).collect();
    for (section, broker) in entries.iter() {
        let name = broker.target_comp_id;
        if name.is_empty() {
            continue;
        }
        let in_template = |template: &&Template| name.as_str().starts_with(template.prefix.as_str());
        if let Some(template) = configuration.templates.iter().find(in_template) {
            let reason = format!("{name} is also of the session family {}", template.prefix);
            section.report("target_comp_id", reason, "a name must belong to one session");
        } else if name == broker.sender_comp_id {
            section.report("target_comp_id", format!("{name} is our own CompID there"), "the two sides differ");
        } else if !names.insert(name) {
            section.report("target_comp_id", format!("session {name} is defined twice"), "remove one of them");
        }
        account_exists(section, "foreign_account", broker.foreign_account, configuration);
    }
    let known: Vec<CompId> = entries.iter().map(|(_, broker)| broker.target_comp_id).collect();
    for (section, instrument) in instruments.iter() {
        if instrument.broker.is_empty() || known.contains(&instrument.broker) {
            continue;
        }
        let suggestion = match nearest(instrument.broker.as_str(), known.iter().map(CompId::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "define it with a [[brokers]] section".to_owned(),
        };
        section.report("broker", format!("broker {} is not defined", instrument.broker), &suggestion);
    }
}

fn tls_is_there(section: &Section<'_>, access: &Access, configuration: &Configuration) {
    if access.tls_required && configuration.fix.tls.is_none() {
        section.report("require_tls", "can never be met, for there is no TLS", "add a [fix.tls] section");
    }
}

fn prefix_is_free(section: &Section<'_>, prefix: CompId, prefixes: &mut Vec<CompId>) {
    if prefix.is_empty() {
        return;
    }
    let overlaps =
        |other: &&CompId| other.as_str().starts_with(prefix.as_str()) || prefix.as_str().starts_with(other.as_str());
    if let Some(other) = prefixes.iter().find(overlaps) {
        section.report(
            "prefix",
            format!("overlaps with the template of {other}"),
            "a name must belong to one template",
        );
    }
    prefixes.push(prefix);
}

fn name_is_free(
    section: &Section<'_>,
    key: &'static str,
    session: &Session,
    names: &mut BTreeSet<CompId>,
    configuration: &Configuration,
) {
    let name = session.target_comp_id;
    if name.is_empty() {
        return;
    }
    if name == configuration.fix.sender_comp_id {
        section.report(key, format!("{name} is our own sender_comp_id"), "the two sides need different names");
    } else if !names.insert(name) {
        section.report(key, format!("session {name} is defined twice"), "remove one of them");
    }
}

fn account_exists(section: &Section<'_>, key: &'static str, account: AccountName, configuration: &Configuration) {
    let known = configuration.accounts.iter().map(|account| account.definition.account);
    let known: Vec<AccountName> = known.collect();
    if account.is_empty() || known.contains(&account) {
        return;
    }
    let suggestion = match nearest(account.as_str(), known.iter().map(AccountName::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "define it with an [[accounts]] section".to_owned(),
    };
    section.report(key, format!("account {account} is not defined"), &suggestion);
}

//! `[firm]` and `[limits]`: what holds for the whole firm, the limits of its scopes, and without which of them nothing is traded.

use std::collections::BTreeSet;
use std::time::Duration;

use gateway::limit_words;
use gateway::words::nearest;
use model::{CalendarName, Currency, DefineFirm, KillScope, LimitKind, Text};
use tools::evidence::what_if;

use super::Configuration;
use super::section::Section;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Mandatory where nothing else is said: price collars, the greatest order by money and by quantity and the rate of messages, as
/// RTS 6 article 15(1) has them; and what may be open at a time, as rule 15c3-5(c)(1)(i).
const MANDATORY: [LimitKind; 5] =
    [LimitKind::OrderQty, LimitKind::OrderNotional, LimitKind::Collar, LimitKind::MessageRate, LimitKind::OpenNotional];

/// A limit of a scope, as the file says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ScopeLimit {
    /// What kind of scope.
    pub(crate) scope: KillScope,
    /// Its name; empty for the firm.
    pub(crate) name: Text<24>,
    /// Which limit.
    pub(crate) kind: LimitKind,
    /// In the kind's unit.
    pub(crate) value: i128,
}

impl ScopeLimit {
    /// As "order_qty of account ALPHA".
    pub(crate) fn whose(&self) -> String {
        let of = format!("{} of {} {}", self.kind.word(), self.scope.word(), self.name);
        of.trim_end().to_owned()
    }
}

/// The sections, to be held against the rest of the file.
pub(super) struct Governance<'a> {
    firm: Section<'a>,
    limits: Section<'a>,
    of_firm: Section<'a>,
    named: Vec<(KillScope, String, Section<'a>)>,
}

impl<'a> Governance<'a> {
    pub(super) fn of(root: &Section<'a>) -> Governance<'a> {
        let limits = root.section("limits");
        let of_firm = limits.section(KillScope::Firm.word());
        let others = KillScope::ALL.iter().copied().filter(|scope| *scope != KillScope::Firm);
        let named = others.flat_map(|scope| {
            let entries = limits.section(scope.word()).named();
            entries.into_iter().map(move |(name, entry)| (scope, name, entry)).collect::<Vec<_>>()
        });
        let named = named.collect();
        Governance { firm: root.section("firm"), of_firm, named, limits }
    }

    pub(super) fn firm(&self, known: &Configuration) -> DefineFirm {
        let proposal_ttl = self.firm.duration("proposal_ttl", DAY, SECOND, 30 * DAY);
        let two_persons = self.firm.word("governance", 1, &[("two_persons", 1), ("one_person", 0)]);
        let calendar = self.firm.has("calendar").then(|| self.firm.name("calendar", None));
        let calendar: CalendarName = calendar.unwrap_or(CalendarName::EMPTY);
        if !calendar.is_empty() && !known.calendars.iter().any(|known| known.name() == calendar) {
            self.firm.report("calendar", format!("calendar {calendar} is not defined"), "define it with [[calendars]]");
        }
        DefineFirm {
            mandatory: self.mandatory() & !self.waived(),
            proposal_ttl: i64::try_from(proposal_ttl.as_nanos()).unwrap_or(i64::MAX),
            base_currency: self.firm.name::<8>("base_currency", Some(Currency::literal("USD"))),
            calendar,
            two_persons,
            reserved: [0; 7],
        }
    }

    fn mandatory(&self) -> u64 {
        let defaults = || MANDATORY.iter().fold(0, |set, kind| set | kind.bit());
        if self.limits.has("mandatory") { self.kinds("mandatory") } else { defaults() }
    }

    fn waived(&self) -> u64 {
        let mandatory = self.mandatory();
        let waived = self.kinds("waived");
        for kind in LimitKind::ALL.iter().filter(|kind| waived & !mandatory & kind.bit() != 0) {
            self.limits.report("waived", format!("{} is not mandatory, so there is nothing to waive", kind.word()), "");
        }
        waived
    }

    /// A list of kinds that the firm may have, a bit each.
    fn kinds(&self, key: &'static str) -> u64 {
        let mut kinds = 0;
        for word in self.limits.texts(key) {
            match limit_words::kind(&word).and_then(|kind| limit_words::is_for(kind, KillScope::Firm).map(|()| kind)) {
                Ok(kind) => kinds |= kind.bit(),
                Err(why) => self.limits.report(key, why, ""),
            }
        }
        kinds
    }

    /// Every limit that is set. `mandatory` are those without which nothing is traded.
    pub(super) fn limits(&self, mandatory: u64, known: &Configuration) -> Vec<ScopeLimit> {
        let mut limits = of_scope(&self.of_firm, KillScope::Firm, Text::EMPTY);
        let set = limits.iter().fold(0, |set, limit| set | limit.kind.bit());
        for kind in LimitKind::ALL.iter().filter(|kind| mandatory & !set & kind.bit() != 0) {
            let word = kind.word();
            let suggestion =
                format!("set it under [limits.firm], or waive it by name: waived = [\"{word}\"] in [limits]");
            self.of_firm.report(word, "is missing; without it nothing is traded", &suggestion);
        }
        for (scope, name, entry) in &self.named {
            match Text::new(name.as_bytes()).filter(|name| !name.is_empty()) {
                Some(text) => {
                    is_there(entry, *scope, name, known);
                    limits.extend(of_scope(entry, *scope, text));
                }
                None => entry.report_whole("has a name that is not 1 to 24 printable ASCII characters", ""),
            }
        }
        limits
    }

    pub(super) fn finish(self) {
        self.firm.finish();
        self.of_firm.finish();
        self.limits.finish();
        self.named.into_iter().for_each(|(_, _, entry)| entry.finish());
    }
}

/// The limits of a file that is only tried: nothing in it is mandatory, and the record says whether it has the names.
pub(super) fn to_try(root: &Section<'_>) -> Vec<what_if::ScopeLimit> {
    let governance = Governance::of(root);
    let mut limits = of_scope(&governance.of_firm, KillScope::Firm, Text::EMPTY);
    for (scope, name, entry) in &governance.named {
        limits.extend(of_scope(entry, *scope, Text::clipped(name.as_bytes())));
    }
    governance.finish();
    let tried = |ScopeLimit { scope, name, kind, value }| what_if::ScopeLimit { scope, name, kind, value };
    limits.into_iter().map(tried).collect()
}

/// The limits that stand in one table. Kinds that such a scope cannot have are told apart from words that are none.
pub(super) fn of_scope(entry: &Section<'_>, scope: KillScope, name: Text<24>) -> Vec<ScopeLimit> {
    let mut limits = Vec::new();
    for kind in LimitKind::ALL.iter().copied() {
        if kind.is_for(scope) {
            limits.extend(entry.limit(kind).map(|value| ScopeLimit { scope, name, kind, value }));
        } else if entry.holds(kind.word()) {
            entry.report(kind.word(), limit_words::is_for(kind, scope).err().unwrap_or_default(), "");
            entry.know(kind.word());
        }
    }
    limits
}

/// Limits of what is not there would bind nobody.
fn is_there(entry: &Section<'_>, scope: KillScope, name: &str, known: &Configuration) {
    let names: BTreeSet<&str> = match scope {
        KillScope::Firm => return,
        KillScope::Venue => {
            let brokers = known.brokers.iter().map(|broker| broker.target_comp_id.as_str());
            brokers.chain(["paper"]).collect()
        }
        KillScope::Session => known.sessions.iter().map(|session| session.target_comp_id.as_str()).collect(),
        KillScope::Account => known.accounts.iter().map(|account| account.definition.account.as_str()).collect(),
        KillScope::Trader => known.sessions.iter().map(|session| session.trader.as_str()).collect(),
        KillScope::Strategy => known.sessions.iter().map(|session| session.strategy.as_str()).collect(),
        KillScope::Instrument => known.instruments.iter().map(|entry| entry.definition.symbol.as_str()).collect(),
    };
    if names.contains(name) {
        return;
    }
    let suggestion = match nearest(name, names.iter().copied().filter(|known| !known.is_empty())) {
        Some(near) => format!("did you mean {near}?"),
        None => "limits are for what the configuration has".to_owned(),
    };
    entry.report_whole(&format!("no {} has that name", scope.word()), &suggestion);
}

#[cfg(test)]
mod tests {
    use super::super::problem::Problem;
    use super::*;

    const REST: &str = r#"
[[instruments]]
symbol = "BTC-USD"
tick = "0.01"
max_order_qty = 10

[[accounts]]
account = "ALPHA"
max_order_notional = "1000"
max_order_qty = 100
max_long = 100

[[sessions]]
target_comp_id = "CLIENT1"
account = "ALPHA"
trader = "JANE"
"#;

    const DEPLOYED: &str = include_str!("../../deploy/millrace.toml");

    fn read(limits: &str) -> Configuration {
        Configuration::parse("test.toml", &(limits.to_owned() + REST)).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn problems(limits: &str) -> Vec<Problem> {
        Configuration::parse("test.toml", &(limits.to_owned() + REST)).expect_err("it is wrong").problems
    }

    #[test]
    fn limits_of_every_scope_are_read_in_peoples_units() {
        let read = read(
            "[firm]\ngovernance = \"one_person\"\nproposal_ttl = \"2h\"\n[limits]\nmandatory = [\"order_qty\"]\n\
             [limits.firm]\norder_qty = 5\nord_types = [\"limit\"]\n[limits.account.ALPHA]\nloss_halt = \"2_500.50\"\n\
             [limits.trader.JANE]\norder_age = \"2s\"\n[limits.instrument.\"BTC-USD\"]\ncollar = \"2.5%\"\nprice_high = 1.5\n\
             [limits.venue.paper]\nsides = []\n",
        );
        let of = |scope, kind| {
            let found = read.limits.iter().find(|limit| (limit.scope, limit.kind) == (scope, kind));
            found.map(|limit| (limit.name.to_string(), limit.value))
        };
        assert_eq!(of(KillScope::Firm, LimitKind::OrderQty), Some((String::new(), 500_000_000)));
        assert_eq!(of(KillScope::Firm, LimitKind::OrdTypes), Some((String::new(), 0b10)));
        let loss = 25_005_000_000_000_000_000;
        assert_eq!(of(KillScope::Account, LimitKind::LossHalt), Some(("ALPHA".to_owned(), loss)));
        assert_eq!(of(KillScope::Trader, LimitKind::OrderAge), Some(("JANE".to_owned(), 2_000_000_000)));
        assert_eq!(of(KillScope::Instrument, LimitKind::Collar), Some(("BTC-USD".to_owned(), 2_500_000)));
        assert_eq!(of(KillScope::Instrument, LimitKind::PriceHigh), Some(("BTC-USD".to_owned(), 150_000_000)));
        assert_eq!(of(KillScope::Venue, LimitKind::Sides), Some(("paper".to_owned(), 0)));
        assert_eq!(read.firm.mandatory, LimitKind::OrderQty.bit());
        assert_eq!((read.firm.two_persons, read.firm.proposal_ttl), (0, 7_200_000_000_000));
    }

    #[test]
    fn mandatory_limit_is_set_or_waived_by_name() {
        let missing =
            |limits: &str| -> Vec<String> { problems(limits).into_iter().map(|problem| problem.key).collect() };
        assert_eq!(missing("").len(), MANDATORY.len());
        let waived =
            "[limits]\nwaived = [\"collar\", \"order_qty\", \"message_rate\"]\n[limits.firm]\norder_notional = 9\n";
        assert_eq!(missing(waived), ["limits.firm.open_notional"]);
        let all = waived.replace("order_notional = 9", "order_notional = 9\nopen_notional = 10");
        assert_eq!(read(&all).firm.mandatory, LimitKind::OrderNotional.bit() | LimitKind::OpenNotional.bit());
        let kept = problems("[limits]\nmandatory = [\"loss_halt\"]\n");
        assert!(
            kept[0].suggestion.as_deref().is_some_and(|what| what.contains("waived = [\"loss_halt\"]")),
            "{kept:?}"
        );
    }

    #[test]
    fn what_is_no_limit_no_scope_or_not_there_is_told_with_what_was_meant() {
        let found = problems(
            "[limits]\nmandatory = []\nwaived = [\"loss_halt\"]\n[limits.firm]\norder_qyt = 5\nprice_high = 3\ncollar = 5\n\
             [limits.acount.ALPHA]\n[limits.account.ALPA]\n[limits.trader.JAN]\n",
        );
        let about = |key: &str| {
            let found = found.iter().find(|problem| problem.key == key).unwrap_or_else(|| panic!("{key}: {found:?}"));
            format!("{}; {}", found.reason, found.suggestion.as_deref().unwrap_or_default())
        };
        assert!(about("limits.waived").contains("loss_halt is not mandatory"));
        assert!(about("limits.firm.order_qyt").contains("did you mean order_qty?"));
        assert!(about("limits.firm.price_high").contains("it is one of instrument"));
        assert!(about("limits.firm.collar").contains("percentage"));
        assert!(about("limits.acount").contains("did you mean account?"));
        assert!(about("limits.account.ALPA").contains("did you mean ALPHA?"));
        assert!(about("limits.trader.JAN").contains("did you mean JANE?"));
        assert_eq!(problems("[limits]\nmandatory = [\"price_high\"]\n")[0].key, "limits.mandatory");
    }

    #[test]
    fn deployed_file_explains_every_kind_of_limit() {
        for kind in LimitKind::ALL {
            let stands = |line: &str| line.trim_start_matches('#').starts_with(&format!("{} = ", kind.word()));
            assert!(DEPLOYED.lines().any(stands), "{} stands in deploy/millrace.toml", kind.word());
        }
    }
}

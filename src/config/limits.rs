//! A file of limits to try: `[[accounts]]`, `[[instruments]]` and `[[sessions]]` as in the configuration, each with its name and
//! only those of its limits that are to be others; and `[limits]` of scopes, as there.

use std::path::Path;

use model::money::UNIT;
use model::{Notional, Qty};
use toml::de::DeTable;
use tools::evidence::what_if::{AccountLimits, InstrumentLimits, Limits, SessionLimits};

use super::governance;
use super::parse::AGE_MAX;
use super::problem::{Problem, Problems};
use super::section::{Desk, Section};

/// Reads the file.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn load(path: &Path) -> Result<Limits, Problems> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&name, &text),
        Err(failed) => {
            let suggestion =
                "write [[accounts]], [[instruments]], [[sessions]], [limits.firm] with the limits to try".to_owned();
            Err(Problems::one(&name, Problem::of_file(failed.to_string(), Some(suggestion))))
        }
    }
}

pub(crate) fn parse(file: &str, text: &str) -> Result<Limits, Problems> {
    let (table, broken) = DeTable::parse_recoverable(text);
    let desk = Desk::new(text);
    for error in &broken {
        let at = error.span().map_or(0, |span| span.start);
        let suggestion = Some("this is not TOML; see toml.io".to_owned());
        desk.report(at, String::new(), String::new(), error.message().to_owned(), suggestion);
    }
    let root = Section::root(&desk, table.get_ref());
    let limits = Limits {
        accounts: each(&root, "accounts", account),
        instruments: each(&root, "instruments", instrument),
        sessions: each(&root, "sessions", session),
        scopes: governance::to_try(&root),
    };
    root.finish();
    let problems = desk.into_problems();
    if problems.is_empty() { Ok(limits) } else { Err(Problems { file: file.to_owned(), problems }) }
}

fn each<T>(root: &Section<'_>, name: &'static str, read: fn(&Section<'_>) -> T) -> Vec<T> {
    let entries = root.sections(name).into_iter().map(|entry| {
        let limits = read(&entry);
        entry.finish();
        limits
    });
    entries.collect()
}

fn account(entry: &Section<'_>) -> AccountLimits {
    let qty = |name| entry.has(name).then(|| entry.qty(name, Some(Qty::ZERO), 0));
    let money = |name| entry.has(name).then(|| entry.money(name, Some(Notional::ZERO)));
    let open_orders_max =
        entry.has("open_orders_max").then(|| entry.whole("open_orders_max", None, 0, u64::from(u32::MAX)));
    AccountLimits {
        account: entry.name("account", None),
        max_order_notional: money("max_order_notional"),
        max_order_qty: qty("max_order_qty"),
        max_long: qty("max_long"),
        max_short: qty("max_short"),
        open_orders_max: open_orders_max.and_then(|most| u32::try_from(most).ok()),
        cash_account: entry.has("kind").then(|| entry.word("kind", 1, &[("cash", 1), ("margin", 0)])),
    }
}

fn instrument(entry: &Section<'_>) -> InstrumentLimits {
    let age = entry.has("reference_age").then(|| {
        let age = entry.duration("reference_age", *AGE_MAX.start(), *AGE_MAX.start(), *AGE_MAX.end());
        i64::try_from(age.as_nanos()).unwrap_or(i64::MAX)
    });
    InstrumentLimits {
        symbol: entry.name("symbol", None),
        max_order_qty: entry.has("max_order_qty").then(|| entry.qty("max_order_qty", Some(Qty::ZERO), 0)),
        collar: entry.has("collar_percent").then(|| entry.share("collar_percent", UNIT / 20, 100)),
        reference_age_max: age,
        tradable: entry.has("tradable").then(|| u8::from(entry.truth("tradable", true))),
    }
}

fn session(entry: &Section<'_>) -> SessionLimits {
    let rate = entry.has("messages_per_second");
    let rate = rate.then(|| entry.whole("messages_per_second", None, 0, u64::from(u32::MAX)));
    SessionLimits {
        target_comp_id: entry.name("target_comp_id", None),
        messages_per_second: rate.and_then(|rate| u32::try_from(rate).ok()),
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn only_what_is_named_is_tried() {
        let text = "[[accounts]]\naccount = \"ALPHA\"\nmax_long = 7\nkind = \"margin\"\n\
            [[instruments]]\nsymbol = \"ACME\"\ncollar_percent = \"2.5\"\nreference_age = \"2s\"\n\
            [[sessions]]\ntarget_comp_id = \"ONE\"\nmessages_per_second = 3\n";
        let limits = parse("limits.toml", text).expect("sound");
        let account = AccountLimits {
            account: model::AccountName::literal("ALPHA"),
            max_long: Some(Qty::whole(7)),
            cash_account: Some(0),
            ..AccountLimits::default()
        };
        assert_eq!(limits.accounts, vec![account]);
        assert_eq!(limits.instruments[0].collar, Some(2_500_000));
        assert_eq!(limits.instruments[0].reference_age_max, Some(2_000_000_000));
        assert_eq!(limits.instruments[0].tradable, None);
        assert_eq!(limits.sessions[0].messages_per_second, Some(3));
        let scopes = parse("limits.toml", "[limits.trader.JANE]\ncollar = \"2%\"\n[limits.firm]\norder_qty = 5\n");
        let scopes = scopes.expect("sound").scopes;
        assert_eq!((scopes[0].kind, scopes[0].value), (model::LimitKind::OrderQty, 500_000_000));
        assert_eq!((scopes[1].name.as_str(), scopes[1].value), ("JANE", 2_000_000));
        assert!(parse("limits.toml", "[limits.firm]\norder_qyt = 5\n").is_err());
    }

    #[test]
    fn every_unknown_key_is_told_with_what_was_meant() {
        let text = "[[accounts]]\naccount = \"ALPHA\"\nmax_lnog = 7\n[[acounts]]\n[[instruments]]\nsymbol = \"ACME\"\ntick = 1\n";
        let problems = parse("limits.toml", text).expect_err("three keys are wrong");
        let told: Vec<(&str, Option<&str>)> =
            problems.problems.iter().map(|problem| (problem.key.as_str(), problem.suggestion.as_deref())).collect();
        assert_eq!(told[0], ("accounts[0].max_lnog", Some("did you mean max_long?")));
        assert_eq!(told[1], ("acounts", Some("did you mean accounts?")));
        assert_eq!(told[2].0, "instruments[0].tick");
        assert_eq!(told.len(), 3);
    }
}

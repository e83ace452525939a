//! `[[calendars]]`: the trading days of markets. Instruments name one.

use gateway::calendar::{Calendar, CalendarWords};
use model::CalendarName;

use super::section::Section;

/// One entry; `None` where it is wrong, which is then reported.
pub(super) fn calendar(entry: &Section<'_>) -> (CalendarName, Option<Calendar>) {
    let name = entry.name("name", None);
    let word = |key| entry.has(key).then(|| entry.text(key, None));
    let mut early_closes = Vec::new();
    for early in entry.sections("early_closes") {
        early_closes.push((early.text("date", None), early.text("close", None)));
        early.finish();
    }
    let words = CalendarWords {
        zone: word("zone"),
        pre_open: word("pre_open"),
        opening: word("opening"),
        open: word("open"),
        closing: word("closing"),
        close: word("close"),
        days: entry.texts("days"),
        holidays: entry.texts("holidays"),
        early_closes,
        named_by_end: entry.word("trading_day_of", false, &[("start", false), ("end", true)]),
    };
    let made = Calendar::of_words(name, &words);
    (name, made.map_err(|wrong| entry.report(wrong.key, wrong.reason, "")).ok())
}

#[cfg(test)]
mod tests {
    use model::TradingPhase;

    use super::super::Configuration;

    const SMALL: &str = r#"
[[instruments]]
symbol = "ACME"
tick = "0.01"
max_order_qty = 1000
calendar = "XNYS"

[[accounts]]
account = "ALPHA"
max_order_notional = "1000"
max_order_qty = 100
max_long = 100

[limits]
waived = ["order_qty", "order_notional", "collar", "message_rate", "open_notional"]

[[sessions]]
target_comp_id = "CLIENT1"
account = "ALPHA"
disconnect_grace = "250ms"

[[sessions]]
target_comp_id = "CLEARING"
drop_copy = ["CLIENT*"]

[[calendars]]
name = "XNYS"
zone = "America/New_York"
open = "09:30"
close = "16:00"
holidays = ["2026-12-25"]
early_closes = [{ date = "2026-11-27", close = "13:00" }]
"#;

    fn keys(text: &str) -> Vec<String> {
        let problems = Configuration::parse("test.toml", text).expect_err("it is wrong").problems;
        problems.into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn calendar_sessions_that_go_and_copies_are_read() {
        let read = Configuration::parse("test.toml", SMALL).unwrap_or_else(|problems| panic!("{problems}"));
        // Friday after Thanksgiving, a second before and at its close.
        let closes_ns = 1_795_802_400_000_000_000;
        let phase = |now| read.calendars[0].standing(now).map(|standing| standing.phase);
        assert_eq!(phase(closes_ns - 1), Some(TradingPhase::Open));
        assert_eq!(phase(closes_ns), Some(TradingPhase::Closed));
        assert_eq!(read.sessions[0].access.disconnect_grace_ns, 250_000_000);
        assert!(read.sessions[0].access.drop_copy.is_none());
        let copy = read.sessions[1].access.drop_copy.as_ref().expect("it is a drop copy");
        assert_eq!(copy.sessions, ["CLIENT*"]);
        assert!(read.sessions[1].account.is_empty());
    }

    #[test]
    fn what_is_wrong_with_a_calendar_is_said_at_its_key() {
        for (from, to, key) in [
            ("America/New_York", "America/York", "calendars[0].zone"),
            ("close = \"16:00\"\n", "", "calendars[0].close"),
            ("2026-12-25", "25.12.", "calendars[0].holidays"),
            ("close = \"13:00\"", "closes = \"13:00\"", "calendars[0].early_closes[0].close"),
            ("calendar = \"XNYS\"", "calendar = \"XNYX\"", "instruments[0].calendar"),
            ("\"CLIENT*\"", "\"C*1\"", "sessions[1].drop_copy"),
            ("\"250ms\"", "\"2h\"", "sessions[0].disconnect_grace"),
        ] {
            assert!(keys(&SMALL.replace(from, to)).iter().any(|found| found == key), "{key}");
        }
        let twice = SMALL.to_owned() + "\n[[calendars]]\nname = \"XNYS\"\n";
        assert_eq!(keys(&twice), ["calendars[1].name"]);
    }
}

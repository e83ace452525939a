//! `[close]` and `[start]`: when the firm's day ends, and what a start must agree with.

use gateway::calendar::{Calendar, CalendarWords};
use model::{CalendarName, CheckStart, EngineTime};

use super::parse::Parts;
use super::section::Section;

/// Nanoseconds of a day of UTC, which is the firm's day where no other is configured.
const DAY_NS: i64 = 86_400_000_000_000;

/// `[start]`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Start {
    /// Must a start agree with the last close?
    pub(crate) require_close: bool,
    /// Breaks above the tolerance, all accounts together, that do not keep a start halted.
    pub(crate) breaks_max: u32,
}

impl Start {
    /// The check of a start at this time; `clock` says when days end.
    pub(crate) fn check(&self, clock: Option<&Calendar>, now_ns: i64) -> CheckStart {
        let utc = now_ns.div_euclid(DAY_NS) * DAY_NS;
        let day_began = clock.and_then(|clock| clock.last_close(now_ns)).map_or(utc, |(_, at_ns)| at_ns);
        CheckStart {
            day_began: EngineTime(day_began),
            breaks_max: self.breaks_max,
            require_close: u8::from(self.require_close),
            reserved: [0; 3],
        }
    }
}

/// `[start]`.
pub(super) fn start(section: &Section<'_>) -> Start {
    Start {
        require_close: section.truth("require_close", false),
        breaks_max: u32::try_from(section.whole("breaks_max", Some(0), 0, u64::from(u32::MAX))).unwrap_or(u32::MAX),
    }
}

/// `[close]`: the clock of the firm's days; `None` where they are closed by hand. Each ends at an hour of its own, or with the
/// trading day of a calendar.
pub(super) fn clock(
    section: &Section<'_>,
    calendars: &Parts<'_, (CalendarName, Option<Calendar>)>,
) -> Option<Calendar> {
    let word = |key| section.has(key).then(|| section.text(key, None));
    let (at, zone, calendar) = (word("at"), word("zone"), word("calendar"));
    let days = section.texts("days");
    if let Some(name) = calendar {
        if at.is_some() || zone.is_some() || !days.is_empty() {
            section.report("calendar", "says when the day ends already", "write either calendar, or at and zone");
        }
        let known = calendars.iter().find(|(_, (known, _))| known.as_str() == name);
        let hours = known.and_then(|(_, (_, calendar))| calendar.clone());
        if known.is_none() {
            section.report("calendar", format!("calendar {name} is not defined"), "define it with [[calendars]]");
        } else if hours.as_ref().is_some_and(Calendar::is_kept_by_hand) {
            section.report("calendar", "is kept by hand, so nothing says when its day is over", "give it hours");
        }
        return hours;
    }
    let Some(at) = at else {
        if zone.is_some() || !days.is_empty() {
            section.report("at", "is missing, and without it days are closed by hand", "like at = \"17:00\"");
        }
        return None;
    };
    // Each day lasts from the end of the one before it.
    let words = CalendarWords {
        zone,
        open: Some(at.clone()),
        close: Some(at),
        days,
        named_by_end: true,
        ..CalendarWords::default()
    };
    let made = Calendar::of_words(CalendarName::literal("close"), &words);
    let key = |key| if matches!(key, "open" | "close") { "at" } else { key };
    made.map_err(|wrong| section.report(key(wrong.key), wrong.reason, "")).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Configuration;

    const SMALL: &str = r#"
[[instruments]]
symbol = "ACME"
tick = "0.01"
max_order_qty = 1000

[[accounts]]
account = "ALPHA"
max_order_notional = "1000"
max_order_qty = 100
max_long = 100

[limits]
waived = ["order_qty", "order_notional", "collar", "message_rate", "open_notional"]

[[calendars]]
name = "XNYS"
zone = "America/New_York"
open = "09:30"
close = "16:00"

[[calendars]]
name = "HAND"
"#;

    fn read(more: &str) -> Result<Configuration, Vec<String>> {
        let read = Configuration::parse("test.toml", &format!("{SMALL}{more}"));
        read.map_err(|wrong| wrong.problems.into_iter().map(|problem| problem.key).collect())
    }

    #[test]
    fn day_ends_at_an_hour_or_with_a_calendar_or_by_hand() {
        // Monday 2026-11-23, noon in New York.
        let noon = 1_795_453_200_000_000_000;
        let hours = 3_600_000_000_000;
        let by_hand = read("").expect("it is right");
        assert_eq!(by_hand.day_clock, None);
        assert_eq!(by_hand.start.check(None, noon).day_began.0, noon - 17 * hours, "midnight of UTC");
        let at = read("[close]\nat = \"17:00\"\nzone = \"America/New_York\"").expect("it is right");
        // Friday at 17:00.
        assert_eq!(at.start.check(at.day_clock.as_ref(), noon).day_began.0, noon - (3 * 24 - 5) * hours);
        let market = read("[close]\ncalendar = \"XNYS\"\n[start]\nrequire_close = true").expect("it is right");
        let check = market.start.check(market.day_clock.as_ref(), noon);
        assert_eq!((check.day_began.0, check.require_close), (noon - (3 * 24 - 4) * hours, 1));
    }

    #[test]
    fn what_is_wrong_with_the_end_of_a_day_is_said_at_its_key() {
        for (more, key) in [
            ("[close]\nat = \"17:00\"", "close.zone"),
            ("[close]\nat = \"25:00\"\nzone = \"UTC\"", "close.at"),
            ("[close]\nzone = \"UTC\"", "close.at"),
            ("[close]\ncalendar = \"XNYX\"", "close.calendar"),
            ("[close]\ncalendar = \"HAND\"", "close.calendar"),
            ("[close]\ncalendar = \"XNYS\"\nat = \"17:00\"", "close.calendar"),
            ("[start]\nrequire_closed = true", "start.require_closed"),
        ] {
            assert_eq!(read(more).expect_err("it is wrong"), [key], "{more}");
        }
    }
}

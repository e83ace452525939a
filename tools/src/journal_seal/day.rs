//! A day as seals have it: from midnight to midnight UTC, whatever the zone, its summer time or the venue's session.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::EngineTime;

const NANOS: i64 = 86_400 * 1_000_000_000;

/// Days since 1970-01-01, as far as an [`EngineTime`] reaches. Written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Day(i32);

impl Day {
    /// The day of this instant.
    pub fn of(time: EngineTime) -> Day {
        Day(i32::try_from(time.0.div_euclid(NANOS)).expect("an i64 of nanoseconds is some hundred thousand days"))
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Day {
        Day(self.0 + 1)
    }

    /// The day before.
    #[must_use]
    pub fn before(self) -> Day {
        Day(self.0 - 1)
    }

    /// Its number, counted from 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let midnight = Timestamp::from_second(i64::from(self.0) * 86_400).map_err(|_| fmt::Error)?;
        TimeZone::UTC.to_datetime(midnight).date().fmt(f)
    }
}

impl FromStr for Day {
    type Err = String;

    /// Only what [`Day`] displays, so that a day has one spelling.
    fn from_str(text: &str) -> Result<Day, String> {
        let wrong = || format!("`{text}` is no day; write it as 2026-11-21");
        let date: Date = text.parse().map_err(|_| wrong())?;
        let midnight = date.to_zoned(TimeZone::UTC).map_err(|_| wrong())?.timestamp();
        let nanos = i64::try_from(midnight.as_nanosecond()).map_err(|_| wrong())?;
        let day = Day::of(EngineTime(nanos));
        if day.to_string() == text { Ok(day) } else { Err(wrong()) }
    }
}

/// An instant as seals have it.
pub(super) fn instant(time: EngineTime) -> String {
    Timestamp::from_nanosecond(i128::from(time.0)).map_or_else(|_| time.0.to_string(), |time| time.to_string())
}

/// Reads what [`instant`] wrote.
pub(super) fn parse_instant(text: &str) -> Option<EngineTime> {
    let time: Timestamp = text.parse().ok()?;
    i64::try_from(time.as_nanosecond()).ok().map(EngineTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn day_ends_at_midnight_utc_also_before_1970_and_where_clocks_change() {
        for (text, number) in [("1969-12-31", -1), ("1970-01-01", 0), ("2026-03-29", 20_541), ("2026-10-25", 20_751)] {
            let start = number * NANOS;
            assert_eq!(i64::from(day(text).number()), number, "{text}");
            assert_eq!(Day::of(EngineTime(start)), day(text));
            assert_eq!(Day::of(EngineTime(start + NANOS - 1)), day(text));
            assert_eq!(Day::of(EngineTime(start - 1)), day(text).before());
            assert_eq!(Day::of(EngineTime(start + NANOS)), day(text).next());
            assert_eq!(day(text).to_string(), text);
        }
        for extreme in [i64::MIN, i64::MAX] {
            let text = Day::of(EngineTime(extreme)).to_string();
            assert_eq!(text.len(), 10, "{text}");
        }
    }

    #[test]
    fn day_has_one_spelling() {
        for wrong in ["", "2026-11-31", "20261121", "2026-11-21T00:00:00", "2026-11-2", " 2026-11-21", "9999-12-31"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn instants_keep_their_nanoseconds() {
        for nanos in [0, 1, -1, 1_795_219_200_123_456_789, i64::MAX, i64::MIN] {
            assert_eq!(parse_instant(&instant(EngineTime(nanos))), Some(EngineTime(nanos)));
        }
    }
}

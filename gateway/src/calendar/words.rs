//! A calendar as people write it: hours like `09:30`, dates like `2026-12-25`, weekdays like `mon`.

use jiff::civil::{Date, Time, Weekday};
use model::{CalendarName, TradingPhase};

use super::days::{Calendar, Hours};
use crate::fix::hours::weekday;
use crate::fix::schedule::{place, zone_named};

/// What is written. Without `open` and `close` the calendar is kept by hand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the keys of [[calendars]], which deploy/millrace.toml documents")]
pub struct CalendarWords {
    pub zone: Option<String>,
    pub pre_open: Option<String>,
    pub opening: Option<String>,
    pub open: Option<String>,
    pub closing: Option<String>,
    pub close: Option<String>,
    pub days: Vec<String>,
    pub holidays: Vec<String>,
    /// Date and hour.
    pub early_closes: Vec<(String, String)>,
    /// A day over midnight is the one on which it ends.
    pub named_by_end: bool,
}

/// Why there is no such calendar: the key, and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key} {reason}")]
pub struct WrongWord {
    /// The key.
    pub key: &'static str,
    /// What is wrong.
    pub reason: String,
}

impl WrongWord {
    fn new(key: &'static str, reason: impl Into<String>) -> WrongWord {
        WrongWord { key, reason: reason.into() }
    }
}

impl Calendar {
    /// The calendar of that name.
    ///
    /// # Errors
    /// The first word that is wrong.
    pub fn of_words(name: CalendarName, words: &CalendarWords) -> Result<Calendar, WrongWord> {
        let times = [
            (TradingPhase::PreOpen, "pre_open", &words.pre_open),
            (TradingPhase::Opening, "opening", &words.opening),
            (TradingPhase::Open, "open", &words.open),
            (TradingPhase::Closing, "closing", &words.closing),
            (TradingPhase::Closed, "close", &words.close),
        ];
        if times.iter().all(|(.., time)| time.is_none()) {
            let only_by_hours = !words.days.is_empty() || !words.holidays.is_empty() || !words.early_closes.is_empty();
            let reason = "is missing, and without hours there are no days to choose from";
            return if only_by_hours {
                Err(WrongWord::new("open", reason))
            } else {
                Ok(Calendar { name, hours: None })
            };
        }
        for (key, time) in [("open", &words.open), ("close", &words.close), ("zone", &words.zone)] {
            if time.is_none() {
                return Err(WrongWord::new(key, "is missing beside the other hours"));
            }
        }
        let zone = zone_named(words.zone.as_deref().unwrap_or_default());
        let zone = zone.map_err(|problem| WrongWord::new("zone", problem.to_string()))?;
        let mut parts: Vec<(TradingPhase, Time, i32)> = Vec::new();
        for (phase, key, text) in times {
            let Some(text) = text else { continue };
            let time = hour(key, text)?;
            let dates = parts.last().map_or(0, |(_, before, dates)| dates + i32::from(time <= *before));
            parts.push((phase, time, dates));
        }
        let first = parts.first().map_or(Time::midnight(), |(_, first, _)| *first);
        if parts.last().is_some_and(|(_, close, dates)| *dates > 1 || (*dates == 1 && *close > first)) {
            return Err(WrongWord::new("close", "comes more than 24 hours after the day's beginning, or out of order"));
        }
        let holidays = words.holidays.iter().map(|text| date("holidays", text)).collect::<Result<_, _>>()?;
        let early = |(on, at): &(String, String)| Ok((date("early_closes", on)?, hour("early_closes", at)?));
        let early_closes = words.early_closes.iter().map(early).collect::<Result<_, WrongWord>>()?;
        let weekdays = weekdays(&words.days)?;
        let hours = Hours { zone, parts, weekdays, holidays, early_closes, named_by_end: words.named_by_end };
        Ok(Calendar { name, hours: Some(hours) })
    }
}

/// Monday to Friday where none is named.
fn weekdays(words: &[String]) -> Result<[bool; 7], WrongWord> {
    let named: Vec<Weekday> = words
        .iter()
        .map(|word| weekday(word).map_err(|reason| WrongWord::new("days", reason)))
        .collect::<Result<_, _>>()?;
    let mut days = [false; 7];
    match named.as_slice() {
        [] => days[..5].fill(true),
        named => named.iter().for_each(|day| days[place(*day)] = true),
    }
    Ok(days)
}

fn hour(key: &'static str, text: &str) -> Result<Time, WrongWord> {
    text.parse().map_err(|_| WrongWord::new(key, format!("{text:?} is not a time of the day like \"09:30\"")))
}

fn date(key: &'static str, text: &str) -> Result<Date, WrongWord> {
    text.parse().map_err(|_| WrongWord::new(key, format!("{text:?} is not a date like \"2026-12-25\"")))
}

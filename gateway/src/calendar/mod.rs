//! Trading calendars: which part of which trading day it is, and who tells the engine.
//!
//! A [`Calendar`] says what is so at a time, from nothing but the time; the [`Timer`] is the agent that says it to the engine,
//! as commands like any other. The engine knows no clock and no zone: it only hears that a day has opened or closed, and what a
//! journal says once is said for good.

mod day_end;
mod days;
mod timer;
mod words;

use jiff::Span;
use jiff::civil::Date;
use model::TradingPhase;

pub use day_end::DayEnd;
pub use days::{Calendar, Standing};
pub use timer::Timer;
pub use words::{CalendarWords, WrongWord};

/// The first day.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The date of a trading day, from days since 1970-01-01.
pub fn date_of(day: u32) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(i64::from(day)).ok()?).ok()
}

/// Days since 1970-01-01; `None` before that.
pub fn day_of(date: Date) -> Option<u32> {
    u32::try_from(EPOCH.until(date).ok()?.get_days()).ok()
}

/// Every phase that is said, with its word.
const PHASES: [(TradingPhase, &str); 5] = [
    (TradingPhase::PreOpen, "pre_open"),
    (TradingPhase::Opening, "opening"),
    (TradingPhase::Open, "open"),
    (TradingPhase::Closing, "closing"),
    (TradingPhase::Closed, "closed"),
];

/// As it is written.
pub fn phase_word(phase: TradingPhase) -> &'static str {
    PHASES.iter().find(|(known, _)| *known == phase).map_or("unknown", |(_, word)| word)
}

/// From the word.
pub fn phase_named(word: &str) -> Option<TradingPhase> {
    PHASES.iter().find(|(_, known)| *known == word).map(|(phase, _)| *phase)
}

#[cfg(test)]
mod tests;

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

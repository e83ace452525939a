//! The agent that closes the firm's day when its clock says that it is over.

use model::queue::Producer;
use model::{Agent, CloseDay, Command, EngineTime, Stopped, Text};

use super::Calendar;

/// The agent "day-end".
pub struct DayEnd {
    calendar: Calendar,
    commands: Producer<Command>,
    /// The last day that was closed, or need not be.
    closed: Option<u32>,
    /// It is to be looked at again.
    due_ns: i64,
}

impl DayEnd {
    /// Closes the calendar's days from the one after `closed`.
    pub fn new(calendar: Calendar, closed: Option<u32>, commands: Producer<Command>) -> DayEnd {
        DayEnd { calendar, commands, closed, due_ns: i64::MIN }
    }

    /// What the clock says of a day that is over.
    pub fn close(trading_day: u32) -> Command {
        Command::CloseDay(CloseDay {
            trading_day,
            reserved: [0; 4],
            actor: Text::literal("millrace"),
            reason: Text::literal("the firm's day is over"),
        })
    }
}

impl Agent for DayEnd {
    fn name(&self) -> &'static str {
        "day-end"
    }

    /// A full queue is tried again in the next round.
    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        if now.0 < self.due_ns {
            return Ok(0);
        }
        let over = self.calendar.last_close(now.0).map(|(day, _)| day);
        if let Some(day) = over.filter(|day| self.closed.is_none_or(|closed| closed < *day)) {
            if self.commands.try_push(DayEnd::close(day)).is_err() {
                return Ok(0);
            }
            self.closed = Some(day);
        }
        self.due_ns = self.calendar.next_change(now.0).unwrap_or(i64::MAX);
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{CalendarWords, day_of};

    /// The firm's day ends at 17:00 in New York, from Monday to Friday.
    fn calendar() -> Calendar {
        let word = |text: &str| Some(text.to_owned());
        let words = CalendarWords {
            zone: word("America/New_York"),
            open: word("17:00"),
            close: word("17:00"),
            named_by_end: true,
            ..CalendarWords::default()
        };
        Calendar::of_words(Text::literal("close"), &words).expect("it is right")
    }

    fn ns(text: &str) -> i64 {
        let time: jiff::Timestamp = text.parse().expect("a time");
        i64::try_from(time.as_nanosecond()).expect("in range")
    }

    #[test]
    fn day_is_closed_when_it_is_over_and_once() {
        let (producer, mut consumer) = model::queue::bounded(4);
        let day = |text: &str| day_of(text.parse().expect("a date")).expect("after 1970");
        let mut agent = DayEnd::new(calendar(), Some(day("2026-11-19")), producer);
        let mut closed = |now: &str| {
            agent.work(EngineTime(ns(now))).expect("it works");
            let told = std::iter::from_fn(|| consumer.pop()).map(|command| match command {
                Command::CloseDay(close) => close.trading_day,
                other => panic!("{other:?}"),
            });
            told.collect::<Vec<_>>()
        };
        // A Friday; New York is five hours behind in November.
        assert!(closed("2026-11-20T21:59:59Z").is_empty());
        assert_eq!(closed("2026-11-20T22:00:00Z"), [day("2026-11-20")]);
        assert!(closed("2026-11-20T22:00:01Z").is_empty());
        assert!(closed("2026-11-22T22:30:00Z").is_empty(), "Sunday evening is Monday's day");
        assert_eq!(closed("2026-11-23T22:00:00Z"), [day("2026-11-23")]);
        // Nobody was there for three days: the last of them is closed, and all of it with it.
        assert_eq!(closed("2026-11-26T23:00:00Z"), [day("2026-11-26")]);
    }

    #[test]
    fn day_began_when_the_last_one_was_over() {
        let (day, at) = calendar().last_close(ns("2026-11-22T12:00:00Z")).expect("there was one");
        assert_eq!((Some(day), at), (day_of("2026-11-20".parse().unwrap()), ns("2026-11-20T22:00:00Z")));
    }
}

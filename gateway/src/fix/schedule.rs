//! The hours of a session: when it is open, when it opens and closes next, whether a new one has begun. Pure: time is an argument.
//!
//! Hours are given as a wall clock shows them in a zone. A session is one *window*, from its opening to its closing; with each
//! window the numbers begin again. Daily windows belong to the weekday on which they open, and reach into the next day where
//! the end is not later than the start: an equal start and end is 24 hours. A weekly window opens and closes once a week.
//!
//! Where daylight saving changes the clock, whoever reads an hour of the session off the wall finds it open: a window reaches
//! from the first instant that shows an hour inside it to the last. An hour that the clock leaves out is the instant of the change,
//! so that a window all of whose hours are left out does not happen. Where windows then overlap, the later one has begun.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp};

/// Days looked back for the window that holds a time: a week, and another where a change of the clock leaves one out.
const DAYS_BACK: i32 = 16;
/// Days looked ahead for the next opening, likewise.
const DAYS_AHEAD: i32 = 16;

/// The hours of a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    zone: TimeZone,
    start: Time,
    end: Time,
    /// Weekdays on which a window opens, Monday first.
    opens_on: [bool; 7],
    /// Days from the opening's date to the closing's.
    days_long: i32,
}

/// One session's time: open from `opens_ns` until just before `closes_ns`, both in UTC nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    pub opens_ns: i64,
    pub closes_ns: i64,
}

/// Why there is no such schedule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScheduleProblem {
    #[error("no time zone {0:?}; zones have IANA names such as Europe/London")]
    UnknownZone(String),
    #[error("a schedule needs at least one weekday")]
    NoWeekday,
}

impl Schedule {
    /// A window on each of these weekdays, by the clock of an IANA zone such as `America/New_York`.
    ///
    /// # Errors
    /// [`ScheduleProblem`]
    pub fn daily(zone: &str, start: Time, end: Time, weekdays: &[Weekday]) -> Result<Schedule, ScheduleProblem> {
        if weekdays.is_empty() {
            return Err(ScheduleProblem::NoWeekday);
        }
        let mut opens_on = [false; 7];
        weekdays.iter().for_each(|day| opens_on[place(*day)] = true);
        let days_long = i32::from(end <= start);
        Ok(Schedule { zone: zone_named(zone)?, start, end, opens_on, days_long })
    }

    /// One window a week. An equal start and end is seven days.
    ///
    /// # Errors
    /// [`ScheduleProblem::UnknownZone`]
    pub fn weekly(zone: &str, start: (Weekday, Time), end: (Weekday, Time)) -> Result<Schedule, ScheduleProblem> {
        let mut opens_on = [false; 7];
        opens_on[place(start.0)] = true;
        let days = i32::from(start.0.until(end.0));
        let days_long = if days == 0 && end.1 <= start.1 { 7 } else { days };
        Ok(Schedule { zone: zone_named(zone)?, start: start.1, end: end.1, opens_on, days_long })
    }

    /// Whether the session is open.
    pub fn is_open(&self, now_ns: i64) -> bool {
        self.window_at(now_ns).is_some()
    }

    /// The window that holds this time.
    pub fn window_at(&self, now_ns: i64) -> Option<Window> {
        self.last_window(now_ns).filter(|window| now_ns < window.closes_ns)
    }

    /// When the next window opens, later than `now_ns`. None at the end of the calendar only.
    pub fn next_open(&self, now_ns: i64) -> Option<i64> {
        self.windows(now_ns, 0, DAYS_AHEAD).map(|window| window.opens_ns).find(|opens| *opens > now_ns)
    }

    /// When the session closes next: the end of this window, or of the next one where it is closed. Where a window follows without
    /// a break, this one ends when that opens.
    pub fn next_close(&self, now_ns: i64) -> Option<i64> {
        self.window_at(now_ns)
            .or_else(|| self.windows(now_ns, 0, DAYS_AHEAD).find(|window| window.opens_ns > now_ns))
            .map(|window| window.closes_ns)
    }

    /// Whether a window has opened after `since_ns` and until `now_ns`: the numbers of a session used at `since_ns` are void.
    pub fn has_begun_since(&self, since_ns: i64, now_ns: i64) -> bool {
        self.last_window(now_ns).is_some_and(|window| window.opens_ns > since_ns)
    }

    /// The window that opened last, open or over.
    fn last_window(&self, now_ns: i64) -> Option<Window> {
        self.windows(now_ns, DAYS_BACK, 2).take_while(|window| window.opens_ns <= now_ns).last()
    }

    /// The windows that open on dates around a time, in their order, none overlapping the next.
    fn windows(&self, around_ns: i64, back: i32, ahead: i32) -> impl Iterator<Item = Window> + '_ {
        let today = self.zone.to_datetime(Timestamp::from_nanosecond(around_ns.into()).unwrap_or_default()).date();
        // One day more on each side: the zone's date may be skipped or shown twice.
        let mut dates = (-back - 1..=ahead).filter_map(move |days| today.checked_add(Span::new().days(days)).ok());
        let mut next = None;
        std::iter::from_fn(move || {
            let mut window = next.take().or_else(|| dates.by_ref().find_map(|date| self.window_of(date)))?;
            next = dates.by_ref().find_map(|date| self.window_of(date));
            if let Some(next) = next {
                window.closes_ns = window.closes_ns.min(next.opens_ns);
            }
            Some(window)
        })
        .filter(|window| window.opens_ns < window.closes_ns)
    }

    /// The window that opens on this date, if one does.
    fn window_of(&self, date: Date) -> Option<Window> {
        if !self.opens_on[place(date.weekday())] {
            return None;
        }
        let end_date = date.checked_add(Span::new().days(self.days_long)).ok()?;
        let opens_ns = instant(&self.zone, date, self.start, Edge::First)?;
        let closes_ns = instant(&self.zone, end_date, self.end, Edge::Last)?;
        (opens_ns < closes_ns).then_some(Window { opens_ns, closes_ns })
    }
}

/// The instant at which the zone's clock shows a time, in UTC nanoseconds since 1970.
pub(crate) fn instant(zone: &TimeZone, date: Date, time: Time, edge: Edge) -> Option<i64> {
    let shown = date.to_datetime(time);
    let at = |offset: Offset| offset.to_timestamp(shown).ok();
    let instant = match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset)?,
        // With the offset of afterwards the time comes before the change.
        AmbiguousOffset::Gap { after, .. } => {
            let before_change = at(after)?;
            zone.following(before_change).next().map_or(before_change, |change| change.timestamp())
        }
        AmbiguousOffset::Fold { before, after } => {
            let (first, last) = (at(before)?, at(after)?);
            // The first of the hours shown twice is no hour inside a window that ends with it.
            let begins_the_fold = zone.to_offset(last.checked_sub(Span::new().nanoseconds(1)).ok()?) == before;
            match edge {
                Edge::Last if !begins_the_fold => last,
                _ => first,
            }
        }
    };
    i64::try_from(instant.as_nanosecond()).ok()
}

/// Which instant is meant where the clock shows a time twice.
#[derive(Clone, Copy)]
pub(crate) enum Edge {
    /// The first that shows it: a window opens.
    First,
    /// The last before which an earlier time is shown: a window closes.
    Last,
}

pub(crate) fn place(day: Weekday) -> usize {
    day.to_monday_zero_offset() as usize
}

pub(crate) fn zone_named(name: &str) -> Result<TimeZone, ScheduleProblem> {
    TimeZone::get(name).map_err(|_| ScheduleProblem::UnknownZone(name.to_owned()))
}

#[cfg(test)]
mod tests;

//! The trading days of one calendar. Pure: time is an argument.
//!
//! Hours are those that the clock of the calendar's zone shows. The parts of a day follow one another; one whose hour is not
//! later than the hour before it is on the next date, so a day may reach over midnight. Between two days it is Closed, and that
//! belongs to the day that is over.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use model::{CalendarName, TradingPhase};

use super::day_of;
use crate::fix::schedule::{Edge, instant, place};

/// Days looked back for the day that is over, and ahead for the next: no market is closed for longer.
const DAYS_AROUND: i32 = 45;

/// The trading days of one market.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    pub(super) name: CalendarName,
    /// None where the calendar is kept by hand.
    pub(super) hours: Option<Hours>,
}

/// When its days are, and what their parts are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Hours {
    pub(super) zone: TimeZone,
    /// Each part with the hour at which it begins, in order, and the dates from the first part's to its own.
    pub(super) parts: Vec<(TradingPhase, Time, i32)>,
    /// Weekdays that are trading days, Monday first.
    pub(super) weekdays: [bool; 7],
    /// Dates that are none.
    pub(super) holidays: BTreeSet<Date>,
    /// Trading days that close earlier, and when.
    pub(super) early_closes: BTreeMap<Date, Time>,
    /// A day over midnight is the one on which it ends, not the one on which it begins.
    pub(super) named_by_end: bool,
}

/// What part of which trading day it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Standing {
    /// The day, in days since 1970-01-01.
    pub trading_day: u32,
    /// The part.
    pub phase: TradingPhase,
}

impl Calendar {
    /// Its name.
    pub fn name(&self) -> CalendarName {
        self.name
    }

    /// Is it an operator who says what phase it is?
    pub fn is_kept_by_hand(&self) -> bool {
        self.hours.is_none()
    }

    /// What is so at this time. None where the calendar is kept by hand, and where no trading day is near.
    pub fn standing(&self, now_ns: i64) -> Option<Standing> {
        let hours = self.hours.as_ref()?;
        let today = hours.date(now_ns);
        let days = (-DAYS_AROUND..=2).rev().filter_map(|days| today.checked_add(Span::new().days(days)).ok());
        days.filter_map(|date| {
            let begun = hours.changes(date).take_while(|(_, at_ns)| *at_ns <= now_ns).last();
            begun.and_then(|(phase, _)| Some(Standing { trading_day: day_of(date)?, phase }))
        })
        .next()
    }

    /// The last day that is over, and when it ended. None where the calendar is kept by hand, and where no day is near.
    pub fn last_close(&self, now_ns: i64) -> Option<(u32, i64)> {
        let hours = self.hours.as_ref()?;
        let today = hours.date(now_ns);
        let days = (-DAYS_AROUND..=2).rev().filter_map(|days| today.checked_add(Span::new().days(days)).ok());
        days.filter_map(|date| {
            let mut parts = hours.changes(date);
            let closed = parts.find(|(phase, at_ns)| *phase == TradingPhase::Closed && *at_ns <= now_ns);
            closed.and_then(|(_, at_ns)| Some((day_of(date)?, at_ns)))
        })
        .next()
    }

    /// When it changes next.
    pub fn next_change(&self, now_ns: i64) -> Option<i64> {
        let hours = self.hours.as_ref()?;
        let today = hours.date(now_ns);
        let days = (-2..=DAYS_AROUND).filter_map(|days| today.checked_add(Span::new().days(days)).ok());
        days.filter_map(|date| hours.changes(date).map(|(_, at_ns)| at_ns).find(|at_ns| *at_ns > now_ns)).min()
    }
}

impl Hours {
    /// The date that the zone's calendar shows.
    fn date(&self, now_ns: i64) -> Date {
        self.zone.to_datetime(Timestamp::from_nanosecond(now_ns.into()).unwrap_or_default()).date()
    }

    fn is_trading_day(&self, date: Date) -> bool {
        self.weekdays[place(date.weekday())] && !self.holidays.contains(&date)
    }

    /// The parts of a trading day and when each begins; none on another date.
    fn changes(&self, date: Date) -> impl Iterator<Item = (TradingPhase, i64)> + '_ {
        let parts = if self.is_trading_day(date) { self.shown(date) } else { Vec::new() };
        // An hour that the clock leaves out is the instant of the change, so none comes before the one before it.
        parts.into_iter().filter_map(|(phase, shown)| {
            instant(&self.zone, shown.date(), shown.time(), Edge::First).map(|at_ns| (phase, at_ns))
        })
    }

    /// The parts of a trading day as the clock shows their beginnings.
    fn shown(&self, date: Date) -> Vec<(TradingPhase, DateTime)> {
        let length = self.parts.last().map_or(0, |(.., dates)| *dates);
        let first = if self.named_by_end { -length } else { 0 };
        let on = |dates: i32, time: Time| Some(date.checked_add(Span::new().days(dates)).ok()?.to_datetime(time));
        let regular = self.parts.iter().filter_map(|(phase, time, dates)| Some((*phase, on(first + dates, *time)?)));
        let regular: Vec<_> = regular.collect();
        let begins = |phase| regular.iter().find(|(known, _)| *known == phase).map(|(_, shown)| *shown);
        let (Some(early), Some(open), Some(close)) =
            (self.early_closes.get(&date), begins(TradingPhase::Open), begins(TradingPhase::Closed))
        else {
            return regular;
        };
        let same_date = open.date().to_datetime(*early);
        let early_close = if same_date > open { same_date } else { same_date.saturating_add(Span::new().days(1)) };
        if early_close >= close {
            return regular;
        }
        // What leads to the close is as long as on any other day.
        let moved = |shown: DateTime| shown.checked_sub(close.duration_since(early_close)).ok();
        let parts = regular.iter().filter_map(|(phase, shown)| match phase {
            TradingPhase::Closed => Some((*phase, early_close)),
            TradingPhase::Closing => moved(*shown).filter(|shown| *shown > open).map(|shown| (*phase, shown)),
            _ => Some((*phase, *shown)),
        });
        parts.collect()
    }
}

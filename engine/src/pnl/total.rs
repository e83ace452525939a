//! What one scope has made: ever, since the firm's day began, and at most.

use model::{EngineTime, Notional};

use super::{less, sum};

/// Parts of a window in which a loss is looked for: the window is exact to one of them.
const PARTS: usize = 8;

/// The moment of a change, and what it is measured by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) now: EngineTime,
    /// The firm's trading day.
    pub(crate) day: u32,
}

/// P&L of a scope, in the firm's base currency: realised, unrealised at the last usable marks, dividends, less fees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Total {
    /// Ever.
    pub now: Notional,
    /// What it was when the firm's day began.
    pub at_day_start: Notional,
    /// The highest that it was since it is limited: restarts and days do not lower it.
    pub peak: Notional,
    /// The firm's day, in days since 1970-01-01, on which it changed last.
    pub day: u32,
    /// The scope has a limit of it, so every quote marks its positions.
    pub is_watched: bool,
    /// There was no room for a part of it: nobody knows it, so it is above every limit.
    pub is_lost: bool,
    /// Parts of it in currencies that there is no rate for: as long as there are any, nobody knows it either.
    pub unknown: u32,
    /// How wide a part of the window is in which a loss is too fast, in nanoseconds; 0 for none.
    pub(crate) part_ns: i64,
    /// The last of these parts, counted from 1970-01-01.
    pub(crate) part: i64,
    /// The highest that it was in each of the last of them.
    pub(crate) highest: [Notional; PARTS],
}

impl Default for Total {
    fn default() -> Self {
        Total {
            now: Notional::ZERO,
            at_day_start: Notional::ZERO,
            peak: Notional::ZERO,
            day: 0,
            is_watched: false,
            is_lost: false,
            unknown: 0,
            part_ns: 0,
            part: 0,
            highest: [Notional::ZERO; PARTS],
        }
    }
}

impl Total {
    /// After one part of it changed; `None` where nobody knows what it is.
    pub(crate) fn after(&self, at: At, before: Option<Notional>, after: Option<Notional>) -> Total {
        let mut next = self.on(at);
        next.now = sum(next.now, less(after.unwrap_or(Notional::ZERO), before.unwrap_or(Notional::ZERO)));
        next.unknown = next.unknown - u32::from(before.is_none()) + u32::from(after.is_none());
        next.peak = next.peak.max(next.now);
        if next.part_ns > 0 {
            let highest = &mut next.highest[next.part.rem_euclid(PARTS as i64) as usize];
            *highest = next.now.max(*highest);
        }
        next
    }

    /// The same at a later moment: another day may have begun.
    pub(crate) fn on(&self, at: At) -> Total {
        let mut next = *self;
        if next.day != at.day {
            (next.day, next.at_day_start) = (at.day, next.now);
        }
        if next.part_ns > 0 {
            let part = at.now.0 / next.part_ns;
            // What nothing changed was as it is.
            (next.part + 1..=part).rev().take(PARTS).for_each(|part| {
                next.highest[part.rem_euclid(PARTS as i64) as usize] = next.now;
            });
            next.part = next.part.max(part);
        }
        next
    }

    /// A part of it is not known.
    pub(super) fn lost(&self) -> Total {
        Total { is_lost: true, ..*self }
    }

    fn fallen_from(&self, from: Notional) -> Notional {
        if self.is_lost || self.unknown > 0 { Notional::from_units(i128::MAX) } else { less(from, self.now) }
    }

    /// It is limited from now on.
    pub(super) fn begin(&mut self) {
        self.peak = self.now;
    }

    /// Losses within so many nanoseconds are looked for from now on; 0 for none.
    pub(crate) fn look_within(&mut self, window: i64, now: EngineTime) {
        self.part_ns = if window > 0 { (window / PARTS as i64).max(1) } else { 0 };
        self.part = if self.part_ns > 0 { now.0 / self.part_ns } else { 0 };
        self.highest = [self.now; PARTS];
    }

    /// Lost since the firm's day began; below zero where it is a profit.
    pub fn loss(&self) -> Notional {
        self.fallen_from(self.at_day_start)
    }

    /// Fallen from the highest.
    pub fn drawdown(&self) -> Notional {
        self.fallen_from(self.peak)
    }

    /// Fallen from the highest within the window.
    pub fn fall(&self) -> Notional {
        let highest = self.highest.iter().copied().max().unwrap_or(self.now);
        if self.part_ns == 0 { Notional::ZERO } else { self.fallen_from(highest) }
    }
}

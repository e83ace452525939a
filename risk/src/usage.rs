//! What the limits of one scope are held against: kept by the engine at each event, read by the controls.

use model::{Notional, Side};

use crate::rate::Bucket;
use crate::valued::Valued;

/// One scope's use of its limits.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Usage {
    /// Working orders.
    pub live: u32,
    /// Money that open buys can still spend.
    pub open_buys: Notional,
    /// Money that open sells can still bring.
    pub open_sells: Notional,
    /// The messages of the last second, since there is a limit of them.
    pub bucket: Bucket,
    /// What was done on the day.
    pub day: Day,
    /// The positions of an account, a strategy or the firm, where a limit asks for them.
    pub valued: Valued,
}

/// What a scope did on one trading day of the firm.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Day {
    /// The day, in days since 1970-01-01.
    pub number: u32,
    /// Orders accepted.
    pub orders: u32,
    /// Replaces accepted, and cancels that clients asked for.
    pub requests: u32,
    /// Orders canceled.
    pub cancels: u32,
    /// Fills.
    pub trades: u32,
    /// Money bought for.
    pub bought: Notional,
    /// Money sold for.
    pub sold: Notional,
}

/// A day on which nothing was done.
static NOTHING: Day =
    Day { number: 0, orders: 0, requests: 0, cancels: 0, trades: 0, bought: Notional::ZERO, sold: Notional::ZERO };

impl Usage {
    /// Money that open orders of this side can still move.
    pub fn open(&self, side: Side) -> Notional {
        match side {
            Side::Buy => self.open_buys,
            Side::Sell => self.open_sells,
        }
    }

    /// What was done on this day: nothing, where the last thing was done on another.
    #[inline]
    pub fn on(&self, day: u32) -> &Day {
        if self.day.number == day { &self.day } else { &NOTHING }
    }

    /// The same, to be written.
    pub fn on_mut(&mut self, day: u32) -> &mut Day {
        if self.day.number != day {
            self.day = Day { number: day, ..NOTHING };
        }
        &mut self.day
    }
}

impl Day {
    /// Money traded on this side.
    pub fn traded(&self, side: Side) -> Notional {
        match side {
            Side::Buy => self.bought,
            Side::Sell => self.sold,
        }
    }
}

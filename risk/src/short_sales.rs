//! What is sold that is not held.

use model::{AccountName, EngineTime, Forbidden, InstrumentId, Qty};

use crate::context::Exposure;

/// An instrument that may not be traded, or not be sold short.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restriction {
    /// The instrument.
    pub instrument: InstrumentId,
    /// The account; empty for the whole firm.
    pub account: AccountName,
    /// From when.
    pub from: EngineTime,
    /// Until when; zero for as long as nobody takes it away.
    pub until: EngineTime,
    /// What.
    pub forbids: Forbidden,
}

impl Restriction {
    /// Has its time come, and is it not over?
    pub fn is_in_force(&self, now: EngineTime) -> bool {
        self.from <= now && !self.is_over(now)
    }

    /// Is its time over?
    pub fn is_over(&self, now: EngineTime) -> bool {
        self.until.0 != 0 && self.until <= now
    }
}

/// Short sales of the whole firm in one instrument, in 1e-8.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ShortSales {
    /// Sold short on the day. Buying back does not give it back.
    pub sold: i128,
    /// What the open sells of all accounts could still sell short.
    pub open: i128,
}

/// What the open sells of a holding could sell short: more than its long position.
pub fn open_short(exposure: &Exposure) -> i128 {
    short_of(exposure.position, exposure.open_sells)
}

/// What a sale of so much is short of, beside that position.
pub fn short_of(position: Qty, sold: Qty) -> i128 {
    (i128::from(sold.units()) - i128::from(position.units().max(0))).max(0)
}

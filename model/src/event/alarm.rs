//! What somebody is told at once, and what nothing is stopped by.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::InstrumentId;
use crate::scope::KillScope;

bodies! {
    /// See [`super::Event::Alarmed`].
    Alarmed {
        /// What was expected at most, in the alarm's unit.
        limit: i128,
        /// What was seen.
        observed: i128,
        /// The index of the scope, among its kind.
        index: u32,
        /// The instrument; [`InstrumentId::NONE`] where it is about none.
        instrument: InstrumentId,
        /// What it is about.
        alarm: Alarm,
        /// Whose it is.
        scope: KillScope,
        /// Zero.
        reserved: [u8; 6],
    }
}

/// What an alarm is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Alarm {
    /// The order-to-trade ratio of a scope comes near its limit, in 1e-8.
    OrderToTrade = 1,
    /// Positions of limited scopes are marked at prices that are too old, in nanoseconds.
    StaleMark = 2,
    /// Our own clock, or the machine, made a jump of so many nanoseconds.
    ClockJump = 3,
}

impl Alarm {
    /// All of them.
    pub const ALL: [Alarm; 3] = [Alarm::OrderToTrade, Alarm::StaleMark, Alarm::ClockJump];

    /// For people, in metrics and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Alarm::OrderToTrade => "order_to_trade",
            Alarm::StaleMark => "stale_mark",
            Alarm::ClockJump => "clock_jump",
        }
    }
}

//! Instruments that may not be traded, or not be sold short.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::{EngineTime, Seq};
use crate::text::{AccountName, Symbol, Text};

bodies! {
    /// An instrument is restricted, or is not any more. What is new holds at once; what is taken away waits for another person,
    /// see [`super::DecideLimit`].
    RestrictInstrument {
        /// From when; zero for at once.
        from: EngineTime,
        /// Until when; zero for as long as nobody takes it away.
        until: EngineTime,
        /// The frame of the restriction that is taken away; 0 for a new one.
        removes: Seq,
        /// Symbol(55); empty where one is taken away.
        symbol: Symbol,
        /// Account(1); empty for the whole firm.
        account: AccountName,
        /// What may not be done.
        forbids: Forbidden,
        /// Zero.
        reserved: [u8; 7],
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }
}

/// What may not be done with a restricted instrument.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Forbidden {
    /// Buy or sell.
    Trading = 1,
    /// Sell what is not held.
    ShortSales = 2,
}

impl Forbidden {
    /// All of them.
    pub const ALL: [Forbidden; 2] = [Forbidden::Trading, Forbidden::ShortSales];

    /// As people write it.
    pub const fn word(self) -> &'static str {
        match self {
            Forbidden::Trading => "trading",
            Forbidden::ShortSales => "short_sales",
        }
    }
}

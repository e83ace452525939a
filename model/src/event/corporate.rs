//! What became of an instrument and of those who hold it.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{ChangeSymbol, PayDividend, SettleInstrument, SplitInstrument};
use crate::ids::{AccountId, InstrumentId};
use crate::money::{Notional, Px, Qty};
use crate::terms::terms;

terms!(
    /// Why a position changed without a trade of its own.
    AdjustmentKind {
        /// What a split left that is no whole lot was paid out.
        CashInLieu = 1,
        /// The daily settlement: closed and opened again at the same price.
        Settlement = 2,
    }
);

bodies! {
    /// See [`super::Event::PositionsSplit`].
    PositionsSplit {
        /// The split.
        split: SplitInstrument,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::DividendBegun`].
    DividendBegun {
        /// The dividend.
        dividend: PayDividend,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::SettlementBegun`].
    SettlementBegun {
        /// The settlement.
        settlement: SettleInstrument,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::SymbolChanged`].
    SymbolChanged {
        /// The old symbol and the new one.
        change: ChangeSymbol,
        /// The instrument, which stays the same one.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::DividendPaid`].
    DividendPaid {
        /// Money received (positive) or paid.
        amount: Notional,
        /// Dividends of the position so far.
        dividends: Notional,
        /// The account's cash after it.
        account_cash: Notional,
        /// Signed position that it was paid for.
        qty: Qty,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
    }

    /// See [`super::Event::PositionAdjusted`].
    PositionAdjusted {
        /// Signed quantity that was closed, as the position had it.
        qty: Qty,
        /// At this price.
        px: Px,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
        /// Why.
        kind: AdjustmentKind,
        /// Zero.
        reserved: [u8; 7],
    }
}

//! Fills, what becomes of them, and positions.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{AdjustCash, DisputeTrade};
use crate::ids::{AccountId, InstrumentId, Seq};
use crate::money::{Notional, Px, Qty};
use crate::order::OrderView;

bodies! {
    /// See [`super::Event::OrderFilled`].
    OrderFilled {
        /// The order after the fill.
        order: OrderView,
        /// LastQty(32).
        last_qty: Qty,
        /// LastPx(31).
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// What the venue has counted in CumQty(14) beyond the fills that it told of; zero as it should be.
        missing: Qty,
    }

    /// See [`super::Event::TradeCanceled`].
    TradeCanceled {
        /// The order after it.
        order: OrderView,
        /// LastQty(32) of the fill.
        last_qty: Qty,
        /// LastPx(31) of the fill.
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// The number of the fill.
        fill: u64,
        /// ExecRefID(19), the frame of the fill.
        ref_seq: Seq,
        /// ExecRefID(19), its event in the frame.
        ref_index: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`super::Event::TradeCorrected`].
    TradeCorrected {
        /// The order after it.
        order: OrderView,
        /// LastQty(32) from now on.
        last_qty: Qty,
        /// LastPx(31) from now on.
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// The number of the fill.
        fill: u64,
        /// ExecRefID(19), the frame of the fill.
        ref_seq: Seq,
        /// ExecRefID(19), its event in the frame.
        ref_index: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`super::Event::TradeDisputed`].
    TradeDisputed {
        /// What the client says.
        dispute: DisputeTrade,
    }

    /// See [`super::Event::PositionChanged`]. Absolute values after the fill, so that folding it needs no arithmetic.
    PositionChanged {
        /// Signed cost of the open part: sum of signed quantity × price × multiplier.
        cost: Notional,
        /// Gross realised P&L of the position.
        realised: Notional,
        /// Fees of the position.
        fees: Notional,
        /// Cash that the position's trades brought (positive) or took, before fees.
        cash_from_trades: Notional,
        /// The account's cash after the fill and its fee.
        account_cash: Notional,
        /// The fee of this fill.
        fee: Notional,
        /// Signed position.
        qty: Qty,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
    }

    /// See [`super::Event::StrategyPositionChanged`]. Absolute values, as in [`PositionChanged`]; always by average cost.
    StrategyPositionChanged {
        /// Signed cost of the open part.
        cost: Notional,
        /// Gross realised P&L.
        realised: Notional,
        /// Fees.
        fees: Notional,
        /// Cash that its trades brought (positive) or took, before fees.
        cash_from_trades: Notional,
        /// Dividends received (positive) or paid.
        dividends: Notional,
        /// The fee of this fill.
        fee: Notional,
        /// Signed position.
        qty: Qty,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
        /// Index of the strategy, in the order of definition in the journal; [`StrategyPositionChanged::UNALLOCATED`] for
        /// what no strategy did.
        strategy: u32,
        /// Zero.
        reserved: [u8; 12],
    }

    /// See [`super::Event::CashAdjusted`].
    CashAdjusted {
        /// Who moved what and why.
        adjustment: AdjustCash,
        /// Cash after it.
        cash: Notional,
        /// The account.
        account: AccountId,
        /// Zero.
        reserved: [u8; 12],
    }
}

impl PositionChanged {
    /// The cash identity, free of any mark: what was realised is the cash that trades brought and the cost of what is open.
    #[inline]
    pub fn cash_identity_holds(&self) -> bool {
        self.cash_from_trades.checked_add(self.cost) == Some(self.realised)
    }
}

impl StrategyPositionChanged {
    /// What the account has that no strategy did.
    pub const UNALLOCATED: u32 = u32::MAX;

    /// The cash identity, as of [`PositionChanged::cash_identity_holds`].
    #[inline]
    pub fn cash_identity_holds(&self) -> bool {
        self.cash_from_trades.checked_add(self.cost) == Some(self.realised)
    }
}

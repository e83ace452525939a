//! What fills alone make of a position: its cost, what was realised, the cash that moved.
//!
//! The average price is never stored: cost is. What a closing fill releases of the cost is the business of the cost method;
//! whatever it says, `realised = cash_from_trades + cost` holds after every fill, which is the cash identity at any mark.

use model::{Notional, Qty, Side};

/// Position and its money, before fees.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Books {
    /// Signed position.
    pub position: Qty,
    /// Signed cost of the open part: the sum of the signed values of what opened it.
    pub cost: Notional,
    /// Gross realised P&L.
    pub realised: Notional,
    /// Cash that trades brought or took, before fees.
    pub cash_from_trades: Notional,
}

/// A fill, as books count it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trade {
    /// Side(54).
    pub side: Side,
    /// LastQty(32).
    pub qty: Qty,
    /// What it adds to the cost of a buyer.
    pub value: Notional,
}

impl Trade {
    /// What it adds to the cost of whoever did it.
    pub fn signed_value(&self) -> Notional {
        if self.side == Side::Buy { self.value } else { -self.value }
    }
}

impl Books {
    /// The books after a fill by average cost: a close releases `cost × closed / position`, floored, and exact for the last
    /// one, so nothing is ever left over. `None` on overflow.
    pub fn after_fill(&self, trade: &Trade) -> Option<Books> {
        self.after(trade, |closed, held| self.cost.share_floor(closed, held))
    }

    /// The books after a fill; `release` is asked what the cost was of so much of so much that is held. What of the fill
    /// opens the other side has the rest of its value. `None` on overflow.
    pub(crate) fn after(&self, trade: &Trade, release: impl FnOnce(Qty, Qty) -> Notional) -> Option<Books> {
        let Trade { side, qty, .. } = *trade;
        assert!(qty > Qty::ZERO, "a fill has a quantity");
        let mut after = *self;
        let position = self.position;
        let signed = if side == Side::Buy { qty } else { -qty };
        let value = trade.signed_value();
        after.cash_from_trades = self.cash_from_trades.checked_sub(value)?;
        after.position = position.checked_add(signed)?;

        let opposite = position.units().signum() * side.sign() < 0;
        if !opposite {
            after.cost = self.cost.checked_add(value)?;
            return Some(after);
        }
        let held = Qty::from_units(position.units().checked_abs()?);
        let closed = qty.min(held);
        let released = release(closed, held);
        let proceeds = if closed == qty { value } else { value.share_floor(closed, qty) };
        after.realised = self.realised.checked_sub(proceeds)?.checked_sub(released)?;
        let opened = value.checked_sub(proceeds)?;
        after.cost = self.cost.checked_sub(released)?.checked_add(opened)?;
        Some(after)
    }

    /// Has the fill that led here opened the position: from nothing, or from the other side?
    pub(crate) fn opened_since(&self, before: &Books) -> bool {
        !self.position.is_zero() && self.position.units().signum() != before.position.units().signum()
    }

    /// The cash identity, free of any mark.
    pub fn cash_identity_holds(&self) -> bool {
        self.cash_from_trades.checked_add(self.cost) == Some(self.realised)
    }
}

#[cfg(test)]
mod tests;

//! Positions and their exact money: one holding per account and instrument.
//!
//! The average price is never stored: cost is. Cost released by a closing fill is `cost × closed / position`, floored,
//! and exact for the last one, so nothing is ever left over. Identity, after every fill: `realised = cash_from_trades +
//! cost`, which is the cash identity at any mark.

use model::{AccountId, DayCounts, InstrumentId, Notional, Px, Qty, Side};
use risk::Exposure;

use crate::fills::Chain;
use crate::index::Index;
use crate::orders::touch;

/// What fills alone make: position and its money, before fees.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Books {
    /// Signed position.
    pub position: Qty,
    /// Signed cost of the open part: sum of signed quantity × price × multiplier.
    pub cost: Notional,
    /// Gross realised P&L.
    pub realised: Notional,
    /// Cash that trades brought or took, before fees.
    pub cash_from_trades: Notional,
}

/// Position, open orders and P&L of one account in one instrument.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Holding {
    /// Signed cost of the open part: sum of signed quantity × price × multiplier.
    pub cost: Notional,
    /// Gross realised P&L.
    pub realised: Notional,
    /// Fees paid.
    pub fees: Notional,
    /// Cash that trades brought or took, before fees.
    pub cash_from_trades: Notional,
    /// Position and open orders.
    pub exposure: Exposure,
    /// The account.
    pub account: AccountId,
    /// The instrument.
    pub instrument: InstrumentId,
    /// What was done on the last day on which anything was.
    pub(crate) day: DayCounts,
    /// The books before the fills that are remembered.
    pub(crate) base: Books,
    /// Those fills.
    pub(crate) fills: Chain,
}

impl Books {
    /// The books after a fill, by average cost; `None` on overflow.
    pub fn after_fill(&self, side: Side, last_qty: Qty, last_px: Px, multiplier: i64) -> Option<Books> {
        assert!(last_qty > Qty::ZERO, "a fill has a quantity");
        let mut after = *self;
        let position = self.position;
        let signed = if side == Side::Buy { last_qty } else { -last_qty };
        let value = Notional::of(last_px, signed).checked_mul(multiplier)?;
        after.cash_from_trades = self.cash_from_trades.checked_sub(value)?;
        after.position = position.checked_add(signed)?;

        let opposite = position.units().signum() * side.sign() < 0;
        if !opposite {
            after.cost = self.cost.checked_add(value)?;
            return Some(after);
        }
        let held = Qty::from_units(position.units().checked_abs()?);
        let closed = last_qty.min(held);
        let released = self.cost.share_floor(closed, held);
        let closed_signed = if side == Side::Buy { closed } else { -closed };
        let proceeds = Notional::of(last_px, closed_signed).checked_mul(multiplier)?;
        after.realised = self.realised.checked_sub(proceeds)?.checked_sub(released)?;
        // The rest of a flip opens at the fill's price.
        let opened = value.checked_sub(proceeds)?;
        after.cost = self.cost.checked_sub(released)?.checked_add(opened)?;
        Some(after)
    }

    /// The cash identity, free of any mark.
    pub fn cash_identity_holds(&self) -> bool {
        self.cash_from_trades.checked_add(self.cost) == Some(self.realised)
    }
}

impl Holding {
    /// Position and money.
    pub fn books(&self) -> Books {
        let Holding { cost, realised, cash_from_trades, .. } = *self;
        Books { position: self.exposure.position, cost, realised, cash_from_trades }
    }

    /// P&L of the open part at `mark`; `None` on overflow.
    pub fn unrealised(&self, mark: Px, multiplier: i64) -> Option<Notional> {
        Notional::of(mark, self.exposure.position).checked_mul(multiplier)?.checked_sub(self.cost)
    }

    /// The cash identity, free of any mark.
    pub fn cash_identity_holds(&self) -> bool {
        self.books().cash_identity_holds()
    }
}

/// All holdings; a slot never moves.
#[derive(Clone, Debug)]
pub(crate) struct Holdings {
    slots: Vec<Holding>,
    index: Index,
    capacity: usize,
}

impl Holdings {
    pub(crate) fn new(capacity: usize) -> Holdings {
        Holdings { slots: Vec::with_capacity(capacity), index: Index::new(capacity), capacity }
    }

    /// See [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        touch(&mut self.slots, Holding::default());
    }

    pub(crate) fn find(&self, account: AccountId, instrument: InstrumentId) -> Option<u32> {
        self.index.find(hash(account, instrument), |slot| {
            let holding = &self.slots[slot as usize];
            holding.account == account && holding.instrument == instrument
        })
    }

    /// The slot that stands where the pair belongs. For warming only.
    #[inline]
    pub(crate) fn first(&self, account: AccountId, instrument: InstrumentId) -> u32 {
        self.index.first(hash(account, instrument))
    }

    /// Reads the slot, so that it is near when it is needed.
    #[inline]
    pub(crate) fn warm_slot(&self, slot: u32) {
        std::hint::black_box(self.slots.get(slot as usize).map(|holding| (holding.cost, holding.exposure.position)));
    }

    /// The slot, made if it is not there.
    pub(crate) fn slot(&mut self, account: AccountId, instrument: InstrumentId) -> u32 {
        if let Some(slot) = self.find(account, instrument) {
            return slot;
        }
        assert!(self.slots.len() < self.capacity, "decide checks that a holding fits");
        let slot = u32::try_from(self.slots.len()).expect("capacities fit 32 bits");
        self.slots.push(Holding { account, instrument, ..Holding::default() });
        self.index.insert(hash(account, instrument), slot);
        slot
    }

    pub(crate) fn get(&self, slot: u32) -> &Holding {
        &self.slots[slot as usize]
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut Holding {
        &mut self.slots[slot as usize]
    }

    pub(crate) fn is_full(&self) -> bool {
        self.slots.len() == self.capacity
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.slots.iter()
    }
}

fn hash(account: AccountId, instrument: InstrumentId) -> u64 {
    crate::hash::of_words(&[u64::from(account.0) << 32 | u64::from(instrument.0)])
}

#[cfg(test)]
mod tests;

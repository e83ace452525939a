//! Positions and their exact money: one holding per account and instrument.

use model::{AccountId, Contract, CostMethod, DayCounts, InstrumentId, Notional, PositionChanged, Px};
use risk::Exposure;

use crate::books::Books;
use crate::fills::Chain;
use crate::index::Index;
use crate::lots::Head;
use crate::orders::touch;
use crate::pnl::Move;

/// Position, open orders and P&L of one account in one instrument.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Holding {
    /// Signed cost of the open part: the sum of the signed values of what opened it.
    pub cost: Notional,
    /// Gross realised P&L.
    pub realised: Notional,
    /// Fees paid.
    pub fees: Notional,
    /// Cash that trades brought or took, before fees.
    pub cash_from_trades: Notional,
    /// Dividends received (positive) or paid.
    pub dividends: Notional,
    /// Position and open orders.
    pub exposure: Exposure,
    /// The account.
    pub account: AccountId,
    /// The instrument.
    pub instrument: InstrumentId,
    /// What was done on the last day on which anything was.
    pub(crate) day: DayCounts,
    /// How a close finds its cost; as the account had it when the first order came.
    pub(crate) cost_method: CostMethod,
    /// The oldest open lot, where it is first in, first out.
    pub(crate) head: Head,
    /// The books before the fills that are remembered.
    pub(crate) base: Books,
    /// Those fills.
    pub(crate) fills: Chain,
    /// The book of what no strategy did, the first of its strategy books; none where no strategy ever had an order.
    pub(crate) strategies: Option<u32>,
    /// The cash that it is paid with, where that is in another currency than the account's own.
    pub(crate) foreign_cash: Option<u32>,
}

impl Holding {
    /// How a close finds its cost.
    pub fn cost_method(&self) -> CostMethod {
        self.cost_method
    }

    /// Has nothing ever been traded?
    pub(crate) fn is_untraded(&self) -> bool {
        self.books() == Books::default() && self.fills == Chain::default() && self.base == Books::default()
    }

    /// Position and money.
    pub fn books(&self) -> Books {
        let Holding { cost, realised, cash_from_trades, .. } = *self;
        Books { position: self.exposure.position, cost, realised, cash_from_trades }
    }

    /// What these books would change.
    pub(crate) fn moved_to(&self, books: &Books) -> Move {
        Move {
            position: books.position - self.exposure.position,
            paid: books.cash_from_trades - self.cash_from_trades,
            ..Move::default()
        }
    }

    /// What the event changes, its fee with it.
    pub(crate) fn moved_by(&self, e: &PositionChanged) -> Move {
        Move {
            position: e.qty - self.exposure.position,
            paid: e.cash_from_trades - self.cash_from_trades,
            other: self.fees - e.fees,
            ..Move::default()
        }
    }

    /// What the closing part of a fill made, before its fee; `None` where it closed nothing.
    pub(crate) fn closed_by(&self, e: &PositionChanged) -> Option<Notional> {
        let (before, after) = (self.exposure.position.units(), e.qty.units());
        let closes = before.signum() != 0 && (after.signum() != before.signum() || after.abs() < before.abs());
        closes.then(|| e.realised - self.realised)
    }

    pub(crate) fn take(&mut self, books: Books) {
        self.exposure.position = books.position;
        (self.cost, self.realised, self.cash_from_trades) = (books.cost, books.realised, books.cash_from_trades);
    }

    /// P&L of the open part at `mark`; `None` on overflow.
    pub fn unrealised(&self, mark: Px, contract: &Contract) -> Option<Notional> {
        contract.value(mark, self.exposure.position)?.checked_sub(self.cost)
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
    nothing: Holding,
    index: Index,
    capacity: usize,
}

impl Holdings {
    pub(crate) fn new(capacity: usize) -> Holdings {
        Holdings {
            slots: Vec::with_capacity(capacity),
            nothing: Holding::default(),
            index: Index::new(capacity),
            capacity,
        }
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
    pub(crate) fn slot(&mut self, account: AccountId, instrument: InstrumentId, cost_method: CostMethod) -> u32 {
        if let Some(slot) = self.find(account, instrument) {
            return slot;
        }
        assert!(self.slots.len() < self.capacity, "decide checks that a holding fits");
        let slot = u32::try_from(self.slots.len()).expect("capacities fit 32 bits");
        self.slots.push(Holding { account, instrument, cost_method, ..Holding::default() });
        self.index.insert(hash(account, instrument), slot);
        slot
    }

    pub(crate) fn get(&self, slot: u32) -> &Holding {
        &self.slots[slot as usize]
    }

    /// The holding; an empty one where the slot is not made yet. Whatever its cost method: a first fill opens.
    pub(crate) fn get_or_nothing(&self, slot: u32) -> &Holding {
        self.slots.get(slot as usize).unwrap_or(&self.nothing)
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut Holding {
        &mut self.slots[slot as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.slots.len() == self.capacity
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Holding> {
        self.slots.iter_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.slots.iter()
    }
}

fn hash(account: AccountId, instrument: InstrumentId) -> u64 {
    crate::hash::of_words(&[u64::from(account.0) << 32 | u64::from(instrument.0)])
}

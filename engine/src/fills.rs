//! The last fills, so that a bust or a correction finds the one that it means, and positions can be counted again without it.
//!
//! A ring by number. Fills of one order are chained backwards, those of one holding forwards. A fill that leaves the ring
//! is folded into its holding's base: whatever comes later, it stands.

use model::{Contract, CostMethod, EngineTime, ExecId, FxRate, Notional, OrderId, Px, Qty, Seq, Side};
use risk::Conversion;

use crate::books::{Books, Trade};
use crate::currencies::NO_RATE;
use crate::decide::Apart;
use crate::holdings::Holding;
use crate::lots::{Amended, Head};
use crate::split::Ratio;

/// No fill: numbers begin at 1.
pub(crate) const NONE: u64 = 0;

/// Whose part of its holding a fill changes; see [`crate::strategy_books`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Allocation {
    /// What no strategy did.
    Unallocated,
    /// The strategy book of this slot.
    Strategy(u32),
    /// No fill, but a settlement: each strategy book is closed and opened again at its price.
    Settlement,
    /// The account alone: the strategy books have it by a settlement.
    Account,
}

impl Allocation {
    /// Of an order with this strategy book, [`crate::order::NONE`] for none.
    pub(crate) fn of(book: u32) -> Allocation {
        if book == crate::order::NONE { Allocation::Unallocated } else { Allocation::Strategy(book) }
    }
}

/// One fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fill {
    pub(crate) order_id: OrderId,
    /// The venue's ExecID(17), and that of its last correction.
    pub(crate) venue_exec_id: u64,
    pub(crate) venue_exec_id_now: u64,
    /// What it counts now, after splits; zero once it is busted.
    pub(crate) qty: Qty,
    /// LastQty(32) as it was told of last, in the units of its time.
    pub(crate) last_qty: Qty,
    /// The splits since.
    pub(crate) split: Ratio,
    /// LastPx(31) as it was told of last.
    pub(crate) px: Px,
    /// What it adds to the cost of a buyer.
    pub(crate) value: Notional,
    /// The terms of what was traded.
    pub(crate) contract: Contract,
    /// What was paid for it.
    pub(crate) fee: Notional,
    /// When it came.
    pub(crate) seq: Seq,
    /// The firm's trading day on which it was counted, in days since 1970-01-01; 0 for what is no trade.
    pub(crate) day: u32,
    /// How its money counted in the limits of that day.
    pub(crate) in_base: Conversion,
    /// Our ExecID(17) under which the client was told of it last: of the fill, or of its last correction.
    pub(crate) told: ExecId,
    pub(crate) side: Side,
    /// The slot of the holding that it changed.
    pub(crate) holding: u32,
    /// Whose part of it.
    pub(crate) allocation: Allocation,
    /// The broker said what it takes for it.
    pub(crate) is_told: bool,
    /// What it took in another currency than the instrument's.
    pub(crate) apart: Apart,
    /// The rate of exchange of its instant and its time, where it was paid in another currency than the account's own.
    pub(crate) fx: (FxRate, EngineTime),
    /// The fill of the same order before this one.
    before_in_order: u64,
    /// The fill of the same holding after this one.
    after_in_holding: u64,
}

impl Fill {
    /// Is it what the venue told of under this ExecID, neither busted nor corrected since?
    pub(crate) fn is_as_told(&self, venue_exec_id: u64) -> bool {
        self.venue_exec_id == venue_exec_id && self.venue_exec_id_now == venue_exec_id && !self.qty.is_zero()
    }

    pub(crate) fn trade(&self) -> Trade {
        Trade { side: self.side, qty: self.qty, value: self.value }
    }

    /// After a split.
    pub(crate) fn in_units(&self, qty: Qty, split: Ratio) -> Fill {
        Fill { qty, split, ..*self }
    }

    pub(crate) fn signed_qty(&self) -> Qty {
        if self.side == Side::Buy { self.qty } else { -self.qty }
    }

    pub(crate) fn after_in_holding(&self) -> u64 {
        self.after_in_holding
    }
}

/// The chain of one holding's fills.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Chain {
    pub(crate) first: u64,
    last: u64,
}

/// The ring.
#[derive(Clone, Debug)]
pub(crate) struct Fills {
    ring: Vec<Fill>,
    capacity: usize,
    /// Fills ever.
    count: u64,
}

impl Fills {
    pub(crate) fn new(capacity: usize) -> Fills {
        assert!(capacity > 0, "there is room for a fill");
        Fills { ring: Vec::with_capacity(capacity), capacity, count: 0 }
    }

    /// Room for more from now on. At start only, when none has been forgotten.
    pub(crate) fn grow(&mut self, capacity: usize) {
        if capacity > self.capacity && self.count <= self.ring.len() as u64 {
            self.ring.reserve_exact(capacity - self.ring.len());
            self.capacity = capacity;
        }
    }

    /// Writes all memory that is reserved, see [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        let nothing = Fill {
            order_id: OrderId(0),
            venue_exec_id: 0,
            venue_exec_id_now: 0,
            qty: Qty::ZERO,
            last_qty: Qty::ZERO,
            split: Ratio::ONE,
            px: Px::ZERO,
            value: Notional::ZERO,
            contract: Contract::linear(0),
            fee: Notional::ZERO,
            seq: Seq(0),
            day: 0,
            in_base: Conversion::Same,
            told: ExecId { seq: Seq(0), index: 0 },
            side: Side::Buy,
            holding: 0,
            allocation: Allocation::Account,
            is_told: false,
            apart: Apart::NOTHING,
            fx: NO_RATE,
            before_in_order: NONE,
            after_in_holding: NONE,
        };
        crate::orders::touch(&mut self.ring, nothing);
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Fill> {
        let known = number != NONE && number <= self.count && self.count - number < self.ring.len() as u64;
        known.then(|| &self.ring[self.place(number)])
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Fill> {
        self.get(number)?;
        let place = self.place(number);
        Some(&mut self.ring[place])
    }

    /// The fill that is forgotten by the next [`Fills::push`], with its number.
    pub(crate) fn next_forgotten(&self) -> Option<(u64, Fill)> {
        if self.ring.len() < self.capacity {
            return None;
        }
        let number = self.count + 1 - self.capacity as u64;
        self.get(number).map(|fill| (number, *fill))
    }

    /// One more. `last_of_order` is the fill of the same order before it. The caller has folded the forgotten one.
    pub(crate) fn push(&mut self, fill: NewFill, last_of_order: u64, chain: &mut Chain) -> u64 {
        self.count += 1;
        let number = self.count;
        let NewFill { order_id, venue_exec_id, px, contract, trade, at, holding, allocation } = fill;
        let Trade { side, qty, value } = trade;
        let fill = Fill {
            order_id,
            venue_exec_id,
            venue_exec_id_now: venue_exec_id,
            qty,
            last_qty: qty,
            split: Ratio::ONE,
            px,
            value,
            contract,
            fee: Notional::ZERO,
            seq: at.seq,
            day: 0,
            in_base: Conversion::Same,
            told: at,
            side,
            holding,
            allocation,
            is_told: false,
            apart: Apart::NOTHING,
            fx: NO_RATE,
            before_in_order: last_of_order,
            after_in_holding: NONE,
        };
        let place = self.place(number);
        if place < self.ring.len() {
            self.ring[place] = fill;
        } else {
            self.ring.push(fill);
        }
        match self.get_mut(chain.last) {
            Some(last) => last.after_in_holding = number,
            None => chain.first = number,
        }
        chain.last = number;
        number
    }

    /// The fill leaves the chain of its holding, which it must be the first of.
    pub(crate) fn unchain_first(&self, chain: &mut Chain) {
        chain.first = self.get(chain.first).map_or(NONE, |fill| fill.after_in_holding);
        if chain.first == NONE {
            chain.last = NONE;
        }
    }

    /// The fill of the order, last first, that the venue means by this ExecID.
    pub(crate) fn find(&self, last_of_order: u64, order_id: OrderId, venue_exec_id: u64) -> Option<u64> {
        // What people gave has no name.
        if venue_exec_id == 0 {
            return None;
        }
        let mut number = last_of_order;
        while let Some(fill) = self.get(number).filter(|fill| fill.order_id == order_id) {
            if [fill.venue_exec_id, fill.venue_exec_id_now].contains(&venue_exec_id) {
                return Some(number);
            }
            number = fill.before_in_order;
        }
        None
    }

    /// The books of a holding after its next fill, by its cost method. `None` on overflow.
    #[inline]
    pub(crate) fn books_after(&self, holding: &Holding, trade: &Trade) -> Option<Books> {
        match holding.cost_method {
            CostMethod::Average => holding.books().after_fill(trade),
            CostMethod::Fifo => self.first_in_first_out(holding, trade).map(|(books, _)| books),
        }
    }

    /// The books of a holding, and its oldest open lot, if `amended` had been so from the beginning: everything since its
    /// base, counted again. `None` on overflow. The work is bounded by the fills that are remembered.
    pub(crate) fn recount(&self, holding: &Holding, amended: Option<Amended>) -> Option<(Books, Head)> {
        match holding.cost_method {
            CostMethod::Average => {
                let mut trades = self.trades(holding, amended);
                let books = trades.try_fold(holding.base, |books, (_, trade)| books.after_fill(&trade))?;
                Some((books, holding.head))
            }
            CostMethod::Fifo => self.recount_lots(holding, amended),
        }
    }

    /// The fills of a holding that are remembered, in order, without those that were busted.
    pub(crate) fn trades(&self, holding: &Holding, amended: Option<Amended>) -> impl Iterator<Item = (u64, Trade)> {
        self.trades_after(holding, NONE, amended)
    }

    /// Those of them that came after the fill `number`.
    pub(crate) fn trades_after(
        &self,
        holding: &Holding,
        number: u64,
        amended: Option<Amended>,
    ) -> impl Iterator<Item = (u64, Trade)> {
        let first = self.get(number).map_or(holding.fills.first, |fill| fill.after_in_holding);
        let trades = self.chain(first).map(move |(number, fill)| {
            let side = fill.side;
            let other = amended.filter(|amended| amended.number == number);
            let (qty, value) = other.map_or((fill.qty, fill.value), |other| (other.qty, other.value));
            (number, Trade { side, qty, value })
        });
        trades.filter(|(_, trade)| !trade.qty.is_zero())
    }

    /// The fills of a holding that are remembered, in order, with those that were busted.
    pub(crate) fn of(&self, holding: &Holding) -> impl Iterator<Item = (u64, &Fill)> {
        self.chain(holding.fills.first)
    }

    fn chain(&self, first: u64) -> impl Iterator<Item = (u64, &Fill)> {
        let mut next = first;
        std::iter::from_fn(move || {
            let fill = self.get(next)?;
            Some((std::mem::replace(&mut next, fill.after_in_holding), fill))
        })
    }

    /// The number of the next fill.
    pub(crate) fn next_number(&self) -> u64 {
        self.count + 1
    }

    /// Those that are remembered, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fill> {
        let oldest = self.count - self.ring.len() as u64 + 1;
        (oldest..=self.count).map(|number| &self.ring[self.place(number)])
    }

    fn place(&self, number: u64) -> usize {
        ((number - 1) % self.capacity as u64) as usize
    }
}

/// A fill as it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewFill {
    pub(crate) order_id: OrderId,
    pub(crate) venue_exec_id: u64,
    pub(crate) px: Px,
    pub(crate) contract: Contract,
    pub(crate) trade: Trade,
    pub(crate) at: ExecId,
    pub(crate) holding: u32,
    pub(crate) allocation: Allocation,
}

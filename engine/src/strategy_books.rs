//! Strategy books: what each strategy has of its account's holding in an instrument, always by average cost.
//!
//! A holding that no strategy ever traded has none. The first order of a strategy gives it two: one of that strategy, and one
//! of what no strategy did or does. From then on position, cash from trades, fees and dividends of the books add up to those
//! of the holding. Cost and realised P&L do not: what two strategies hold against each other is open in both books, and
//! closed in the account's.

use model::money::div_half_even;
use model::{AccountId, Contract, InstrumentId, Notional, Px, Qty};

use crate::books::{Books, Trade};
use crate::fills::{Allocation, Fill, Fills};
use crate::holdings::{Holding, Holdings};
use crate::index::Index;
use crate::lots::Amended;
use crate::order::NONE;
use crate::orders::touch;
use crate::split::{Ratio, base_position};

/// What one strategy has of a holding.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct StrategyBook {
    /// Position and money.
    pub books: Books,
    /// Fees paid.
    pub fees: Notional,
    /// Dividends received (positive) or paid.
    pub dividends: Notional,
    /// The account.
    pub account: AccountId,
    /// The instrument.
    pub instrument: InstrumentId,
    /// Index of the strategy; `u32::MAX` for what no strategy did.
    pub strategy: u32,
    /// The slot of the holding.
    pub(crate) holding: u32,
    /// The books before the fills that are remembered.
    pub(crate) base: Books,
    /// The next one of the holding.
    pub(crate) next: u32,
}

impl StrategyBook {
    /// Has nothing ever been traded?
    pub(crate) fn is_untraded(&self) -> bool {
        self.books == Books::default() && self.fees == Notional::ZERO && self.dividends == Notional::ZERO
    }

    /// The books after these fills of the holding, where `slot` is its own. `None` on overflow.
    fn after(
        &self,
        slot: u32,
        base: Books,
        mut fills: impl Iterator<Item = Option<(u64, Fill)>>,
        amended: Option<Amended>,
    ) -> Option<Books> {
        fills.try_fold(base, |books, fill| {
            let (number, fill) = fill?;
            let own = match fill.allocation {
                Allocation::Settlement => return settled(&books, &fill.contract, fill.px, fill.split),
                Allocation::Unallocated => self.strategy == NONE,
                Allocation::Strategy(of) => of == slot,
                Allocation::Account => false,
            };
            let other = amended.filter(|amended| amended.number == number);
            let (qty, value) = other.map_or((fill.qty, fill.value), |other| (other.qty, other.value));
            if own && !qty.is_zero() { books.after_fill(&Trade { side: fill.side, qty, value }) } else { Some(books) }
        })
    }
}

/// Closed and opened again at the price of a settlement: the cost is what the position is worth there, in the units of that
/// time. Half to even at 1e-16 where a split since does not come out even.
fn settled(books: &Books, contract: &Contract, px: Px, split: Ratio) -> Option<Books> {
    let worth = contract.value(px, books.position)?;
    let Ratio { new, old } = split;
    let units = if new == old {
        worth.units()
    } else {
        div_half_even(worth.units().checked_mul(i128::from(old))?, i128::from(new))
    };
    let cost = Notional::from_units(units);
    Some(Books { cost, realised: books.cash_from_trades.checked_add(cost)?, ..*books })
}

/// All strategy books; a slot never moves.
#[derive(Clone, Debug)]
pub(crate) struct StrategyBooks {
    slots: Vec<StrategyBook>,
    index: Index,
    capacity: usize,
}

impl StrategyBooks {
    pub(crate) fn new(capacity: usize) -> StrategyBooks {
        StrategyBooks { slots: Vec::with_capacity(capacity), index: Index::new(capacity), capacity }
    }

    /// See [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        touch(&mut self.slots, StrategyBook::default());
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn get(&self, slot: u32) -> &StrategyBook {
        &self.slots[slot as usize]
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut StrategyBook {
        &mut self.slots[slot as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &StrategyBook> {
        self.slots.iter()
    }

    pub(crate) fn find(&self, holding: u32, strategy: u32) -> Option<u32> {
        self.index.find(hash(holding, strategy), |slot| {
            let book = self.get(slot);
            book.holding == holding && book.strategy == strategy
        })
    }

    /// Is there room for what the next order of `strategy` needs?
    pub(crate) fn fits(&self, holding: Option<(u32, &Holding)>, strategy: u32) -> bool {
        let needed = match holding {
            _ if strategy == NONE => 0,
            Some((slot, holding)) if holding.strategies.is_some() => usize::from(self.find(slot, strategy).is_none()),
            _ => 2,
        };
        self.slots.len() + needed <= self.capacity
    }

    /// The book of a strategy, made if it is not there; with the first one, that of what was done before.
    pub(crate) fn open(&mut self, fills: &Fills, holdings: &mut Holdings, holding: u32, strategy: u32) -> u32 {
        if let Some(slot) = self.find(holding, strategy) {
            return slot;
        }
        let of = *holdings.get(holding);
        let Holding { account, instrument, .. } = of;
        let first = of.strategies.unwrap_or_else(|| {
            let books = before_strategies(fills, &of).expect("decide counted it");
            let slot = self.push(StrategyBook { books, holding, ..StrategyBook::unallocated(&of) });
            holdings.get_mut(holding).strategies = Some(slot);
            slot
        });
        let next = self.get(first).next;
        let slot = self.push(StrategyBook { account, instrument, strategy, holding, next, ..StrategyBook::default() });
        self.get_mut(first).next = slot;
        slot
    }

    fn push(&mut self, book: StrategyBook) -> u32 {
        assert!(self.slots.len() < self.capacity, "decide checks that a strategy book fits");
        let slot = u32::try_from(self.slots.len()).expect("capacities fit 32 bits");
        self.index.insert(hash(book.holding, book.strategy), slot);
        self.slots.push(book);
        slot
    }

    /// Those of one holding.
    pub(crate) fn of(&self, holding: &Holding) -> impl Iterator<Item = (u32, &StrategyBook)> {
        let mut next = holding.strategies.unwrap_or(NONE);
        std::iter::from_fn(move || {
            let slot = next;
            let book = self.slots.get(slot as usize)?;
            next = book.next;
            Some((slot, book))
        })
    }

    /// What everybody of a holding's strategies is changed by.
    pub(crate) fn for_each_of(&mut self, holding: &Holding, mut change: impl FnMut(u32, &mut StrategyBook)) {
        let mut next = holding.strategies.unwrap_or(NONE);
        while let Some(book) = self.slots.get_mut(next as usize) {
            let slot = std::mem::replace(&mut next, book.next);
            change(slot, book);
        }
    }

    /// What a strategy has of an instrument over all accounts; `None` where that leaves its range. Looks at all books.
    pub(crate) fn position_of(&self, strategy: u32, instrument: InstrumentId) -> Option<Qty> {
        let own = self.slots.iter().filter(|book| (book.strategy, book.instrument) == (strategy, instrument));
        own.map(|book| book.books.position).try_fold(Qty::ZERO, |sum, one| sum.checked_add(one))
    }

    /// Does the account hold anything of it, if only one strategy against another?
    pub(crate) fn is_open(&self, holding: &Holding) -> bool {
        !holding.exposure.position.is_zero() || self.of(holding).any(|(_, book)| !book.books.position.is_zero())
    }

    /// Whose a trade is that no order did: of the strategy that has all of the position, or of none.
    pub(crate) fn allocation(&self, holding: &Holding) -> Allocation {
        let mut open = self.of(holding).filter(|(_, book)| !book.books.position.is_zero());
        match (open.next(), open.next()) {
            (Some((slot, book)), None) if book.strategy != NONE => Allocation::Strategy(slot),
            _ => Allocation::Unallocated,
        }
    }

    /// The slot that a fill is counted in, if the holding has strategy books.
    pub(crate) fn slot_of(holding: &Holding, allocation: Allocation) -> Option<u32> {
        let first = holding.strategies?;
        match allocation {
            Allocation::Strategy(slot) => Some(slot),
            Allocation::Unallocated => Some(first),
            Allocation::Settlement | Allocation::Account => None,
        }
    }

    /// A book if `amended` had been so from the beginning: everything since its base, counted again. `None` on overflow.
    pub(crate) fn recount(
        &self,
        fills: &Fills,
        holding: &Holding,
        slot: u32,
        amended: Option<Amended>,
    ) -> Option<Books> {
        let book = self.get(slot);
        book.after(slot, book.base, fills.of(holding).map(|(number, fill)| Some((number, *fill))), amended)
    }

    /// After a settlement at `px`.
    pub(crate) fn settled(books: &Books, contract: &Contract, px: Px) -> Option<Books> {
        settled(books, contract, px, Ratio::ONE)
    }

    /// The fill that is forgotten next stands in the base of its book from now on.
    pub(crate) fn forget_fill(&mut self, fills: &Fills, holdings: &Holdings) {
        let Some((number, old)) = fills.next_forgotten() else { return };
        let holding = holdings.get(old.holding);
        let fold = |slot: u32, book: &mut StrategyBook| {
            let base = book.after(slot, book.base, std::iter::once(Some((number, old))), None);
            book.base = base.expect("it was counted when it was filled");
        };
        match StrategyBooks::slot_of(holding, old.allocation) {
            Some(slot) => fold(slot, self.get_mut(slot)),
            None if old.allocation == Allocation::Settlement => self.for_each_of(holding, fold),
            None => {}
        }
    }

    /// May the books of a holding be split?
    pub(crate) fn can_split(&self, fills: &Fills, holding: &Holding, ratio: Ratio) -> bool {
        self.of(holding).all(|(slot, book)| self.split_one(fills, holding, (slot, book), ratio).is_some())
    }

    /// The books of a holding in new units, before its fills are. `decide` has asked [`StrategyBooks::can_split`].
    pub(crate) fn split(&mut self, fills: &Fills, holding: &Holding, ratio: Ratio) {
        let mut next = holding.strategies;
        while let Some(slot) = next {
            let book = *self.get(slot);
            next = Some(book.next).filter(|next| *next != NONE);
            let split = self.split_one(fills, holding, (slot, &book), ratio).expect("decide checked the split");
            (self.get_mut(slot).base, self.get_mut(slot).books) = split;
        }
    }

    /// Base and books of one in new units. The bases are cut to 1e-8; what does not come out even, no strategy has.
    fn split_one(
        &self,
        fills: &Fills,
        holding: &Holding,
        (slot, book): (u32, &StrategyBook),
        ratio: Ratio,
    ) -> Option<(Books, Books)> {
        let mut position = ratio.of(book.base.position)?;
        if book.strategy == NONE {
            position = base_position(holding, ratio)?;
            for (_, other) in self.of(holding).filter(|(_, other)| other.strategy != NONE) {
                // The first book is split before the others, so theirs are still in old units.
                position = position.checked_sub(ratio.of(other.base.position)?)?;
            }
        }
        // Something that was there may not vanish: its money would be left over.
        if position.is_zero() && !book.base.position.is_zero() {
            return None;
        }
        let base = Books { position, ..book.base };
        let books = book.after(slot, base, fills.after_split(holding, ratio), None)?;
        Some((base, books))
    }
}

impl StrategyBook {
    /// What no strategy did, before any fill that is remembered: all of the holding.
    pub(crate) fn unallocated(holding: &Holding) -> StrategyBook {
        let Holding { account, instrument, base, fees, dividends, .. } = *holding;
        let (books, strategy, next) = (base, NONE, NONE);
        StrategyBook { books, fees, dividends, account, instrument, strategy, holding: NONE, base, next }
    }
}

/// What no strategy did, where none has done anything yet: all of the holding, by average cost. `None` on overflow.
pub(crate) fn before_strategies(fills: &Fills, holding: &Holding) -> Option<Books> {
    let all = fills.of(holding).map(|(number, fill)| Some((number, *fill)));
    StrategyBook::unallocated(holding).after(NONE, holding.base, all, None)
}

fn hash(holding: u32, strategy: u32) -> u64 {
    crate::hash::of_words(&[u64::from(holding) << 32 | u64::from(strategy)])
}

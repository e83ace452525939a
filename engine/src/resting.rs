//! Resting orders by price, for each group whose orders are not to trade with each other: the firm's, an account's or a trader's, of
//! one instrument and side.
//!
//! Kept for the kinds of groups alone that any limit asks for; where none does it costs one test. The first such limit looks at
//! every working order once. An order rests from its acceptance until its end is known: what is in doubt rests too.

use model::{InstrumentId, KillScope, LimitKind, OrdType, Px, Side};

use crate::index::Index;
use crate::order::{NONE, Order};
use crate::scopes::Keys;
use crate::state::State;
use crate::triggers::{Root, Triggers};

/// The kinds of groups.
pub(crate) const GROUPS: [KillScope; 3] = [KillScope::Firm, KillScope::Account, KillScope::Trader];

/// One group's orders in one instrument.
#[derive(Clone, Copy, Debug)]
struct Book {
    /// Which group it is, by kind and index, and the instrument.
    key: [u32; 3],
    /// By the side that would trade with them.
    roots: [Root; 2],
    orders: u32,
    next_free: u32,
}

/// All of them.
#[derive(Clone, Debug)]
pub(crate) struct Resting {
    /// The kinds of groups that are kept.
    kept: [bool; GROUPS.len()],
    trees: Triggers,
    books: Vec<Book>,
    free: u32,
    index: Index,
}

impl Resting {
    pub(crate) fn new() -> Resting {
        Resting {
            kept: [false; GROUPS.len()],
            trees: Triggers::new(0),
            books: Vec::new(),
            free: NONE,
            index: Index::new(0),
        }
    }

    /// From now on for these kinds, and for so many orders; nothing rests yet.
    fn begin(&mut self, kept: [bool; GROUPS.len()], orders: usize) {
        let capacity = orders * kept.iter().filter(|kept| **kept).count();
        *self = Resting {
            kept,
            trees: Triggers::new(capacity),
            books: Vec::with_capacity(capacity),
            free: NONE,
            index: Index::new(capacity),
        };
    }

    #[inline]
    fn is_kept(&self) -> bool {
        self.kept.contains(&true)
    }

    fn find(&self, key: [u32; 3]) -> Option<u32> {
        self.index.find(hash(key), |at| self.books[at as usize].key == key)
    }

    /// The orders of a group that an order of `side` at `px` would trade with, the first to trade first, while `each` wants more.
    pub(crate) fn crossed(
        &self,
        (scope, index): (KillScope, u32),
        instrument: InstrumentId,
        (side, px): (Side, Px),
        each: &mut impl FnMut(u32) -> bool,
    ) {
        if let Some(at) = self.find([scope as u32, index, instrument.0]) {
            self.trees.reached(self.books[at as usize].roots[place(side)], side, px, None, each);
        }
    }

    fn insert(&mut self, order: &Order, slot: u32, px: Px) {
        let (taker, order_id) = (order.view.side.opposite(), order.view.order_id);
        for key in self.keys(order) {
            let at = self.book(key);
            let book = &mut self.books[at as usize];
            book.orders += 1;
            self.trees.insert(&mut book.roots[place(taker)], taker, px, order_id, slot);
        }
    }

    fn remove(&mut self, order: &Order, px: Px) {
        let (taker, order_id) = (order.view.side.opposite(), order.view.order_id);
        for key in self.keys(order) {
            let at = self.find(key).expect("it rests there");
            let book = &mut self.books[at as usize];
            book.orders -= 1;
            let was_there = self.trees.remove(&mut book.roots[place(taker)], taker, px, order_id);
            assert!(was_there, "a resting order is in the book of its group");
            if book.orders == 0 {
                book.next_free = self.free;
                self.free = at;
                self.index.remove(hash(key), at);
            }
        }
    }

    fn book(&mut self, key: [u32; 3]) -> u32 {
        if let Some(at) = self.find(key) {
            return at;
        }
        let book = Book { key, roots: [Root::default(); 2], orders: 0, next_free: NONE };
        let at = if self.free == NONE {
            self.books.push(book);
            self.books.len() as u32 - 1
        } else {
            let at = self.free;
            self.free = self.books[at as usize].next_free;
            self.books[at as usize] = book;
            at
        };
        self.index.insert(hash(key), at);
        at
    }

    /// The groups that an order is in, of those that are kept.
    fn keys(&self, order: &Order) -> impl Iterator<Item = [u32; 3]> + use<> {
        let (kept, own) = (self.kept, order.keys());
        let instrument = order.view.instrument.0;
        let of_kind = move |(at, scope): (usize, KillScope)| {
            let index = own[scope as usize];
            (kept[at] && index != NONE).then_some([scope as u32, index, instrument])
        };
        GROUPS.into_iter().enumerate().filter_map(of_kind)
    }
}

fn place(taker: Side) -> usize {
    usize::from(taker == Side::Sell)
}

fn hash([scope, index, instrument]: [u32; 3]) -> u64 {
    crate::hash::of_words(&[u64::from(scope) << 32 | u64::from(index), instrument.into()])
}

/// The price that an order takes up to; whatever there is, where it has none.
pub(crate) fn reach(side: Side, price: Px) -> Px {
    match (price.is_zero(), side) {
        (false, _) => price,
        (true, Side::Buy) => Px::from_units(i64::MAX),
        (true, Side::Sell) => Px::ZERO,
    }
}

impl Order {
    /// The price at which it may trade with what comes: the most that it or a pending replace gives. `None` for what no venue can
    /// fill now.
    pub(crate) fn resting_px(&self) -> Option<Px> {
        let view = &self.view;
        let takes = matches!(view.working_type(), OrdType::Limit | OrdType::Market | OrdType::MarketToLimit);
        if !view.is_working() || view.held != 0 || !takes || self.held_qty().is_zero() {
            return None;
        }
        let asked = self.pending.replaces().map(|replace| reach(view.side, replace.price));
        Some(asked.fold(reach(view.side, view.price), |most, asked| match view.side {
            Side::Buy => most.max(asked),
            Side::Sell => most.min(asked),
        }))
    }
}

impl State {
    /// An order changed: it rests, rests elsewhere, or rests no more.
    #[inline]
    pub(crate) fn rest(&mut self, slot: u32) {
        if !self.resting.is_kept() {
            return;
        }
        let order = self.orders.get(slot);
        let (before, after) = (order.rests_at, order.resting_px());
        if before == after {
            return;
        }
        if let Some(px) = before {
            self.resting.remove(order, px);
        }
        if let Some(px) = after {
            self.resting.insert(order, slot, px);
        }
        self.orders.get_mut(slot).rests_at = after;
    }

    /// A limit asks for other groups than before, or there is room for more orders.
    pub(crate) fn rest_anew(&mut self) {
        let kept = GROUPS.map(|scope| self.scopes.any_has(scope, LimitKind::SelfMatch));
        self.resting.begin(kept, if kept.contains(&true) { self.orders.capacity() } else { 0 });
        let slots: Vec<u32> = self.orders.working().iter().map(|working| working.slot).collect();
        for slot in slots {
            self.orders.get_mut(slot).rests_at = None;
            self.rest(slot);
        }
    }

    /// The best price at which an order of the group may trade with one of `side`.
    pub(crate) fn best_own(&self, keys: &Keys, scope: KillScope, instrument: InstrumentId, side: Side) -> Option<Px> {
        let mut best = None;
        let any = (side, reach(side, Px::ZERO));
        self.resting.crossed((scope, keys[scope as usize]), instrument, any, &mut |slot| {
            best = self.orders.get(slot).rests_at;
            false
        });
        best
    }

    /// # Panics
    /// With the order that does not rest where it should.
    pub(crate) fn assert_resting(&self) {
        if !self.resting.is_kept() {
            return;
        }
        for order in self.working_orders() {
            assert_eq!(order.rests_at, order.resting_px(), "where {order:?} rests");
            let Some(own) = order.rests_at else { continue };
            let taker = order.view.side.opposite();
            for [scope, index, _] in self.resting.keys(order) {
                let scope = KillScope::ALL[scope as usize];
                let same = |other: &&Order| {
                    other.keys()[scope as usize] == index
                        && (other.view.instrument, other.view.side) == (order.view.instrument, order.view.side)
                };
                let prices = self.working_orders().filter(same).filter_map(|other| other.rests_at);
                let best = prices.fold(own, |best, px| if taker == Side::Buy { best.min(px) } else { best.max(px) });
                let found = self.best_own(&order.keys(), scope, order.view.instrument, taker);
                assert_eq!(found, Some(best), "best of {scope:?} {index}");
            }
        }
    }
}

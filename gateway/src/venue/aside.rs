//! Orders with a MinQty(110) for which too little is there. They stand aside, unseen, until enough comes together.
//!
//! Whoever makes a condition stands behind all who make none, at any price. An incoming order that has met all others may
//! trade with one aside if what is left of it is enough, at the price of the one aside. And whenever something came to the
//! book or to the outside quote, those aside for whom it is enough now take it, as if they came anew, the best price first.
//! Once it has traded, such an order is one like any other.
//!
//! Holds after every change: for no order aside enough is there. Looking costs something for each of them, so a book keeps
//! only [`ASIDE_MAX`] a side.

use model::{OrderId, Px, Qty, Side};

use super::matching::{Book, Manner, within};
use super::orders::{Entering, Orders, Standing};
use super::terms::{Fill, Outcome, Terms};

/// Orders aside, each side of each book.
pub(super) const ASIDE_MAX: usize = 32;
/// Opposite orders that an order looks at to find its minimum; one that needs more does without.
const LOOKS_MAX: usize = 1_000;

/// The orders aside of one book, by place: buys and sells, the best price first, then the oldest.
#[derive(Debug)]
pub(super) struct Aside {
    buys: Vec<u32>,
    sells: Vec<u32>,
}

impl Aside {
    pub(super) fn new() -> Aside {
        Aside { buys: Vec::with_capacity(ASIDE_MAX), sells: Vec::with_capacity(ASIDE_MAX) }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.buys.is_empty() && self.sells.is_empty()
    }

    pub(super) fn is_full(&self, side: Side) -> bool {
        self.of(side).len() >= ASIDE_MAX
    }

    pub(super) fn of(&self, side: Side) -> &[u32] {
        match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        }
    }

    pub(super) fn places(&self) -> impl Iterator<Item = u32> {
        self.buys.iter().chain(&self.sells).copied()
    }

    pub(super) fn remove(&mut self, side: Side, place: u32) {
        self.of_mut(side).retain(|known| *known != place);
    }

    fn insert(&mut self, orders: &Orders, side: Side, place: u32) {
        let step = orders.at(place).step;
        // Behind all whose price is as good.
        let at = self.of(side).partition_point(|known| within(side, orders.at(*known).step, step));
        self.of_mut(side).insert(at, place);
    }

    fn of_mut(&mut self, side: Side) -> &mut Vec<u32> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

impl Book {
    /// The order has a minimum, or others have.
    #[inline(never)]
    pub(super) fn enter_on_conditions(
        &mut self,
        orders: &mut Orders,
        mut order: Entering,
        manner: Manner,
        mut each: impl FnMut(Outcome),
    ) {
        if !manner.need.is_zero() && !self.can_fill(orders, &order, manner.worst, manner.need) {
            return self.set_aside(orders, order, manner.rests, each);
        }
        self.take(orders, &mut order, manner, &mut each);
        self.settle(orders, &mut each);
    }

    /// Trades whatever it finds. An order aside that it has met, and that has something left, comes next.
    fn take(&mut self, orders: &mut Orders, order: &mut Entering, manner: Manner, each: &mut impl FnMut(Outcome)) {
        match self.trade(orders, order, manner.worst, each) {
            Some(met) => self.take_at_own_price(orders, met, each),
            None => self.rest_or_lapse(orders, order, manner.rests, each),
        }
    }

    /// What is left of the last order aside that the order has met; then nothing is left of the order.
    pub(super) fn trade(
        &mut self,
        orders: &mut Orders,
        order: &mut Entering,
        worst: Px,
        each: &mut impl FnMut(Outcome),
    ) -> Option<Entering> {
        self.meet_levels(orders, order, worst, each);
        let incoming = Some(order.order_id);
        self.meet_aside(orders, order, |resting, qty, px| {
            each(Outcome::Fill(Fill { resting: Some(resting), incoming, qty, px }));
        })
    }

    /// Too little is there for the order.
    fn set_aside(&mut self, orders: &mut Orders, order: Entering, rests: bool, mut each: impl FnMut(Outcome)) {
        if !rests {
            return each(Outcome::Lapsed(order.order_id));
        }
        if self.aside.is_full(order.side) {
            return each(Outcome::Removed(order.order_id));
        }
        let place = orders.insert(&order, Standing::Aside);
        self.aside.insert(orders, order.side, place);
    }

    /// Is so much there for the order at once?
    pub(super) fn can_fill(&self, orders: &Orders, order: &Entering, worst: Px, need: Qty) -> bool {
        let outside = match order.side {
            Side::Buy => self.outside.ask_qty,
            Side::Sell => self.outside.bid_qty,
        };
        let mut found = self.outside_within(order.side, worst).map_or(Qty::ZERO, |_| outside);
        let mut looks = 0;
        let mut next = self.best(order.side.opposite());
        while let Some(step) = next.filter(|step| within(order.side, order.step, *step) && found < need) {
            for place in orders.queue(self.ladder.level(step)) {
                found += orders.at(place).leaves;
                looks += 1;
                if found >= need {
                    break;
                }
                if looks == LOOKS_MAX && !order.terms.min_qty.is_zero() {
                    return false;
                }
            }
            next = match order.side {
                Side::Buy => self.ladder.above(step),
                Side::Sell => self.ladder.below(step),
            };
        }
        if found >= need {
            return true;
        }
        let mut left = order.leaves - found;
        for place in self.aside_within(orders, order.side, order.step) {
            if least(orders, place) <= left {
                left -= left.min(orders.at(place).leaves);
            }
        }
        order.leaves - left >= need
    }

    /// Would an order that may only add to the book take from it?
    pub(super) fn would_take(&self, orders: &Orders, order: &Entering, worst: Px) -> bool {
        let opposite = self.best(order.side.opposite());
        self.is_open
            && (self.outside_within(order.side, worst).is_some()
                || opposite.is_some_and(|step| within(order.side, order.step, step))
                || self.aside_within(orders, order.side, order.step).any(|place| least(orders, place) <= order.leaves))
    }

    /// Trades what is left of an order with orders aside. The last of them may have met its minimum and have something left.
    fn meet_aside(
        &mut self,
        orders: &mut Orders,
        order: &mut Entering,
        mut each: impl FnMut(OrderId, Qty, Px),
    ) -> Option<Entering> {
        while !order.leaves.is_zero() && !self.aside.is_empty() {
            let meets = |place: &u32| least(orders, *place) <= order.leaves;
            let place = self.aside_within(orders, order.side, order.step).find(meets)?;
            let resting = orders.at_mut(place);
            let qty = resting.leaves.min(order.leaves);
            resting.leaves -= qty;
            resting.cum += qty;
            order.has_left(order.leaves - qty);
            let (order_id, step) = (resting.order_id, resting.step);
            let met = free(self.take_off(orders, place));
            each(order_id, qty, self.px(step));
            if !met.leaves.is_zero() {
                return Some(met);
            }
        }
        None
    }

    /// Lets those take for whom enough is there now.
    #[inline]
    pub(super) fn settle(&mut self, orders: &mut Orders, each: &mut impl FnMut(Outcome)) {
        if self.aside.is_empty() {
            return;
        }
        while let Some(place) = self.next_met(orders) {
            let order = free(self.take_off(orders, place));
            self.take_at_own_price(orders, order, each);
        }
    }

    fn next_met(&self, orders: &Orders) -> Option<u32> {
        self.aside.places().find(|place| {
            let order = orders.entering(*place);
            self.can_fill(orders, &order, self.px(order.step), least(orders, *place))
        })
    }

    /// An order that has met its minimum takes what it finds and rests.
    pub(super) fn take_at_own_price(
        &mut self,
        orders: &mut Orders,
        mut order: Entering,
        each: &mut impl FnMut(Outcome),
    ) {
        let worst = self.px(order.step);
        self.take(orders, &mut order, Manner { worst, need: Qty::ZERO, rests: true }, each);
    }

    /// Orders aside that an order of this side and step could trade with, the best first.
    fn aside_within(&self, orders: &Orders, side: Side, step: i64) -> impl Iterator<Item = u32> {
        let places = self.aside.of(side.opposite()).iter().copied();
        places.take_while(move |place| within(side, step, orders.at(*place).step))
    }
}

/// The least that an order aside trades.
fn least(orders: &Orders, place: u32) -> Qty {
    orders.terms(place).min_qty.min(orders.at(place).leaves)
}

/// Without a minimum from now on.
fn free(order: Entering) -> Entering {
    Entering { terms: Terms { min_qty: Qty::ZERO, ..order.terms }, ..order }
}

//! A book that does not trade: before the open, after the close, in a halt, during a split. What comes then waits in order,
//! and meets the book when it opens, the oldest first, each at the price of the one that was there before it.
//!
//! Also orders that do not trade for now, each by itself, and orders that are made others while they wait.

use model::{Px, Qty};

use super::aside::Aside;
use super::ladder::{Ladder, Level};
use super::matching::{Book, Manner, Outside};
use super::orders::{Entering, Orders, Standing};
use super::terms::{Outcome, Terms};

/// What an order is from now on.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// LeavesQty(151).
    pub leaves: Qty,
    /// CumQty(14).
    pub cum: Qty,
    /// Price(44); `None` leaves it as it is.
    pub px: Option<Px>,
    /// MaxFloor(111).
    pub max_floor: Qty,
}

impl Book {
    pub(super) fn wait(&mut self, orders: &mut Orders, order: Entering, rests: bool, mut each: impl FnMut(Outcome)) {
        if rests {
            orders.append(&mut self.waiting, &order, Standing::Waiting);
        } else {
            each(Outcome::Lapsed(order.order_id));
        }
    }

    pub(super) fn close(&mut self) {
        self.is_open = false;
    }

    pub(super) fn open(&mut self, orders: &mut Orders, each: &mut impl FnMut(Outcome)) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        self.meet_outside(orders, each);
        self.settle(orders, each);
        let came = std::mem::replace(&mut self.waiting, Level::EMPTY);
        let mut next = came;
        while !next.is_empty() {
            let place = next.first;
            orders.unlink(&mut next, place);
            let order = orders.entering(place);
            orders.forget(place);
            self.come_again(orders, order, each);
        }
    }

    /// An order that the venue has already meets the book.
    pub(super) fn come_again(&mut self, orders: &mut Orders, order: Entering, each: &mut impl FnMut(Outcome)) {
        let worst = self.px(order.step);
        if order.terms.post_only && self.would_take(orders, &order, worst) {
            return each(Outcome::Removed(order.order_id));
        }
        let need = order.terms.min_qty.min(order.leaves);
        self.enter(orders, order, Manner { worst, need, rests: true }, each);
    }

    /// The order does not trade until it is restated.
    pub(super) fn suspend(&mut self, orders: &mut Orders, place: u32) {
        if orders.at(place).standing != Standing::Suspended {
            let order = self.take_off(orders, place);
            orders.append(&mut self.suspended, &order, Standing::Suspended);
        }
    }

    /// Everything that rests waits, in the order of its priority, and is going to be restated. Quotes of before mean nothing.
    pub(super) fn draw_back(&mut self, orders: &mut Orders) {
        self.is_open = false;
        self.outside = Outside::default();
        let ladder = std::mem::replace(&mut self.ladder, Ladder::new());
        let mut places: Vec<u32> =
            ladder.steps().flat_map(|step| orders.queue(ladder.level(step)).collect::<Vec<_>>()).collect();
        places.extend(std::mem::replace(&mut self.aside, Aside::new()).places());
        places.extend(orders.queue(self.waiting));
        (self.bid, self.ask, self.waiting) = (None, None, Level::EMPTY);
        for place in places {
            let order = orders.at_mut(place);
            order.hidden = Qty::ZERO;
            order.standing = Standing::Waiting;
            orders.link(&mut self.waiting, place);
        }
    }

    /// A suspended order trades again, as if it came anew.
    pub(super) fn resume(&mut self, orders: &mut Orders, place: u32, each: &mut impl FnMut(Outcome)) {
        if orders.at(place).standing == Standing::Suspended {
            let order = self.take_off(orders, place);
            self.come_again(orders, order, each);
        }
    }

    /// The order is another one now. One that waits keeps its place.
    pub(super) fn restate(&mut self, orders: &mut Orders, place: u32, now: Now, each: &mut impl FnMut(Outcome)) {
        if now.leaves <= Qty::ZERO {
            self.remove(orders, place);
            return;
        }
        if let Some(px) = now.px {
            self.admit(orders, px);
        }
        let step = now.px.and_then(|px| self.step_of(px)).unwrap_or(orders.at(place).step);
        let terms = Terms { max_floor: now.max_floor, ..orders.terms(place) };
        if orders.at(place).standing != Standing::Waiting {
            let order = self.take_off(orders, place);
            let order = Entering { step, leaves: now.leaves, cum: now.cum, terms, ..order };
            return self.come_again(orders, order, each);
        }
        orders.set_terms(place, terms);
        let order = orders.at_mut(place);
        (order.step, order.leaves, order.cum) = (step, now.leaves, now.cum);
    }

    /// Another quantity at the same place. What nobody sees changes first.
    pub(super) fn keep(&mut self, orders: &mut Orders, place: u32, leaves: Qty) {
        let order = orders.at_mut(place);
        let shown = if order.hidden.is_zero() { leaves } else { order.shown().min(leaves) };
        order.leaves = leaves;
        order.hidden = leaves - shown;
    }
}

//! One instrument's book while it trades: who trades with whom, at what price, and what rests afterwards.
//!
//! Prices are counted in steps of a grid that divides the tick. The outside quote stands behind the orders at its own
//! price, need not lie on the grid, and is used up until the next quote.

use model::limits::UNITS_MAX;
use model::{OrderId, Px, Qty, Quote, Side};

use super::aside::Aside;
use super::ladder::{Ladder, Level};
use super::orders::{Entering, Orders, Standing};
use super::terms::{Fill, Outcome};

/// Liquidity of a quote that is not used up yet; a quantity of zero is none.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Outside {
    pub(super) bid_px: Px,
    pub(super) bid_qty: Qty,
    pub(super) ask_px: Px,
    pub(super) ask_qty: Qty,
}

/// How an order comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// The worst price that it may trade at; its step is the same or, off the grid, the next better one.
    pub(super) worst: Px,
    /// What must be there for it at once; zero asks for nothing.
    pub(super) need: Qty,
    /// May what is left wait?
    pub(super) rests: bool,
}

/// One instrument. Prices are counted in steps of `grid`, which divides the tick.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) grid: i64,
    pub(super) bid: Option<i64>,
    pub(super) ask: Option<i64>,
    pub(super) outside: Outside,
    pub(super) ladder: Ladder,
    /// Does it trade now?
    pub(super) is_open: bool,
    /// Orders for which too little is there.
    pub(super) aside: Aside,
    /// What came while it did not trade, in order.
    pub(super) waiting: Level,
    /// Orders that do not trade for now.
    pub(super) suspended: Level,
}

impl Book {
    pub(super) fn new(tick: Px) -> Book {
        Book {
            grid: tick.units(),
            bid: None,
            ask: None,
            outside: Outside::default(),
            ladder: Ladder::new(),
            is_open: true,
            aside: Aside::new(),
            waiting: Level::EMPTY,
            suspended: Level::EMPTY,
        }
    }

    /// An order meets all it can trade with, best price first, then oldest first. The rest waits or lapses.
    #[inline]
    pub(super) fn enter(
        &mut self,
        orders: &mut Orders,
        mut order: Entering,
        manner: Manner,
        mut each: impl FnMut(Outcome),
    ) {
        if !self.is_open {
            return self.wait(orders, order, manner.rests, each);
        }
        if manner.need.is_zero() && self.aside.is_empty() {
            // Nobody makes a condition, so the rest of this file is all there is.
            self.meet_levels(orders, &mut order, manner.worst, &mut each);
            return self.rest_or_lapse(orders, &order, manner.rests, &mut each);
        }
        self.enter_on_conditions(orders, order, manner, each);
    }

    /// Takes the best opposite price only, within the worst; the rest becomes a limit order at that price. A quote may lie
    /// between two steps: then it is the next that is no worse.
    pub(super) fn enter_at_best(
        &mut self,
        orders: &mut Orders,
        order: Entering,
        manner: Manner,
        mut each: impl FnMut(Outcome),
    ) {
        let best = self.best_opposite(order.side).filter(|px| match order.side {
            Side::Buy => *px <= manner.worst,
            Side::Sell => *px >= manner.worst,
        });
        let Some(best) = best.filter(|_| self.is_open) else { return each(Outcome::Lapsed(order.order_id)) };
        let mut order = Entering { step: self.step_within(order.side, best), ..order };
        if !manner.need.is_zero() && !self.can_fill(orders, &order, best, manner.need) {
            return each(Outcome::Lapsed(order.order_id));
        }
        if let Some(met) = self.trade(orders, &mut order, best, &mut each) {
            self.take_at_own_price(orders, met, &mut each);
        }
        if !order.leaves.is_zero() && manner.rests {
            each(Outcome::Repriced(order.order_id, self.px(order.step)));
        }
        self.rest_or_lapse(orders, &order, manner.rests, &mut each);
        self.settle(orders, &mut each);
    }

    #[inline]
    pub(super) fn rest_or_lapse(
        &mut self,
        orders: &mut Orders,
        order: &Entering,
        rests: bool,
        each: &mut impl FnMut(Outcome),
    ) {
        if order.leaves.is_zero() {
            return;
        }
        match rests {
            true => self.rest(orders, order),
            false => each(Outcome::Lapsed(order.order_id)),
        }
    }

    /// Trades with the quote and the orders at their prices.
    #[inline]
    pub(super) fn meet_levels(
        &mut self,
        orders: &mut Orders,
        order: &mut Entering,
        worst: Px,
        each: &mut impl FnMut(Outcome),
    ) {
        let mut leaves = order.leaves;
        let incoming = Some(order.order_id);
        let mut fill = |resting, qty, px| {
            each(Outcome::Fill(Fill { resting, incoming, qty, px }));
        };
        if let Some((px, bound)) = self.outside_within(order.side, worst) {
            self.sweep(orders, order.side, bound, &mut leaves, |resting, qty, px| fill(Some(resting), qty, px));
            let size = self.outside_size(order.side);
            let qty = leaves.min(*size);
            if !qty.is_zero() {
                *size -= qty;
                leaves -= qty;
                fill(None, qty, px);
            }
        }
        self.sweep(orders, order.side, order.step, &mut leaves, |resting, qty, px| fill(Some(resting), qty, px));
        order.has_left(leaves);
    }

    /// Trades against resting orders down to `limit`, best first.
    #[inline]
    fn sweep(
        &mut self,
        orders: &mut Orders,
        side: Side,
        limit: i64,
        leaves: &mut Qty,
        mut each: impl FnMut(OrderId, Qty, Px),
    ) {
        while !leaves.is_zero() {
            let Some(step) = self.best(side.opposite()).filter(|step| within(side, limit, *step)) else { return };
            let px = self.px(step);
            let mut level = self.ladder.level(step);
            while !leaves.is_zero() && !level.is_empty() {
                let place = level.first;
                let resting = orders.at_mut(place);
                let qty = resting.shown().min(*leaves);
                resting.leaves -= qty;
                resting.cum += qty;
                *leaves -= qty;
                let order_id = resting.order_id;
                if resting.leaves.is_zero() {
                    orders.remove(&mut level, place);
                } else if resting.shown().is_zero() {
                    orders.replenish(&mut level, place);
                }
                each(order_id, qty, px);
            }
            self.put_back(side.opposite(), step, level);
        }
    }

    /// An order at its price, last in the queue there.
    fn rest(&mut self, orders: &mut Orders, order: &Entering) {
        let step = order.step;
        let best = match (order.side, self.best(order.side)) {
            (_, None) => step,
            (Side::Buy, Some(best)) => best.max(step),
            (Side::Sell, Some(best)) => best.min(step),
        };
        if (best - step).abs() <= Ladder::reach() {
            self.ladder.follow(step);
        }
        let mut level = self.ladder.level(step);
        let max_floor = order.terms.max_floor;
        let place = orders.append(&mut level, order, Standing::AtLevel);
        if !max_floor.is_zero() {
            orders.at_mut(place).hide_beyond(max_floor);
        }
        self.ladder.set(step, level);
        *self.best_mut(order.side) = Some(best);
    }

    /// Takes an order off the book, wherever it stands.
    pub(super) fn remove(&mut self, orders: &mut Orders, place: u32) {
        let (side, step) = (orders.at(place).side, orders.at(place).step);
        match orders.at(place).standing {
            Standing::AtLevel => {
                let mut level = self.ladder.level(step);
                orders.unlink(&mut level, place);
                self.put_back(side, step, level);
            }
            Standing::Waiting => orders.unlink(&mut self.waiting, place),
            Standing::Suspended => orders.unlink(&mut self.suspended, place),
            Standing::Aside => self.aside.remove(side, place),
        }
        orders.forget(place);
    }

    /// Takes an order off the book, as it would come again.
    pub(super) fn take_off(&mut self, orders: &mut Orders, place: u32) -> Entering {
        let order = orders.entering(place);
        self.remove(orders, place);
        order
    }

    /// A level after orders left it; where it was the best and is empty now, the next becomes the best. What lies
    /// beyond a side's best in its direction is that side's, because no book is crossed.
    fn put_back(&mut self, side: Side, step: i64, level: Level) {
        self.ladder.set(step, level);
        if level.is_empty() && self.best(side) == Some(step) {
            *self.best_mut(side) = match side {
                Side::Buy => self.ladder.below(step),
                Side::Sell => self.ladder.above(step),
            };
        }
    }

    pub(super) fn requote(&mut self, orders: &mut Orders, quote: &Quote, mut each: impl FnMut(Outcome)) {
        let sane = |px: Px, qty: Qty| {
            let fits = (1..=UNITS_MAX).contains(&px.units()) && (1..=UNITS_MAX).contains(&qty.units());
            if fits { (px, qty) } else { (Px::ZERO, Qty::ZERO) }
        };
        let (bid_px, bid_qty) = sane(quote.bid_px, quote.bid_qty);
        let (ask_px, ask_qty) = sane(quote.ask_px, quote.ask_qty);
        self.outside = Outside { bid_px, bid_qty, ask_px, ask_qty };
        if self.is_open {
            self.meet_outside(orders, &mut each);
            self.settle(orders, &mut each);
        }
    }

    /// The outside quote meets the orders that rest, at their prices.
    pub(super) fn meet_outside(&mut self, orders: &mut Orders, each: &mut impl FnMut(Outcome)) {
        for side in [Side::Buy, Side::Sell] {
            // The outside bid buys from our sellers, the outside offer sells to our buyers.
            let (px, mut leaves) = match side {
                Side::Buy => (self.outside.bid_px, self.outside.bid_qty),
                Side::Sell => (self.outside.ask_px, self.outside.ask_qty),
            };
            let limit = self.step_within(side, px);
            self.sweep(orders, side, limit, &mut leaves, |resting, qty, px| {
                each(Outcome::Fill(Fill { resting: Some(resting), incoming: None, qty, px }));
            });
            *self.outside_size(side.opposite()) = leaves;
        }
    }

    /// The outside price that an order of this side could take, and the step down to which resting orders are as good
    /// or better.
    #[inline]
    pub(super) fn outside_within(&self, side: Side, worst: Px) -> Option<(Px, i64)> {
        let (px, qty) = match side {
            Side::Buy => (self.outside.ask_px, self.outside.ask_qty),
            Side::Sell => (self.outside.bid_px, self.outside.bid_qty),
        };
        let reachable = match side {
            Side::Buy => px <= worst,
            Side::Sell => px >= worst,
        };
        (!qty.is_zero() && reachable).then(|| (px, self.step_within(side, px)))
    }

    /// What is left outside for orders of this side.
    #[inline]
    fn outside_size(&mut self, side: Side) -> &mut Qty {
        match side {
            Side::Buy => &mut self.outside.ask_qty,
            Side::Sell => &mut self.outside.bid_qty,
        }
    }

    /// The best price that an order of this side could trade at.
    fn best_opposite(&self, side: Side) -> Option<Px> {
        let resting = self.best(side.opposite()).map(|step| self.px(step)).into_iter();
        match side {
            Side::Buy => {
                let outside = (!self.outside.ask_qty.is_zero()).then_some(self.outside.ask_px);
                resting.chain(outside).min()
            }
            Side::Sell => {
                let outside = (!self.outside.bid_qty.is_zero()).then_some(self.outside.bid_px);
                resting.chain(outside).max()
            }
        }
    }

    #[inline]
    pub(super) fn best(&self, side: Side) -> Option<i64> {
        match side {
            Side::Buy => self.bid,
            Side::Sell => self.ask,
        }
    }

    #[inline]
    fn best_mut(&mut self, side: Side) -> &mut Option<i64> {
        match side {
            Side::Buy => &mut self.bid,
            Side::Sell => &mut self.ask,
        }
    }
}

/// May an order of this side with this limit trade at the step?
#[inline]
pub(super) fn within(side: Side, limit: i64, step: i64) -> bool {
    match side {
        Side::Buy => step <= limit,
        Side::Sell => step >= limit,
    }
}

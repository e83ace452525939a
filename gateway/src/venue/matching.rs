//! One instrument's book: who trades with whom, at what price, and what rests afterwards.
//!
//! Prices are counted in steps of a grid that divides the tick. The outside quote stands behind the orders at its own
//! price, need not lie on the grid, and is used up until the next quote.

use model::limits::UNITS_MAX;
use model::{OrderId, Px, Qty, Quote, Side};

use super::book::{Entered, Fill};
use super::ladder::{Ladder, Level};
use super::orders::{Entering, NIL, Orders};

/// Liquidity of a quote that is not used up yet; a quantity of zero is none.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Outside {
    pub(super) bid_px: Px,
    pub(super) bid_qty: Qty,
    pub(super) ask_px: Px,
    pub(super) ask_qty: Qty,
}

/// One instrument. Prices are counted in steps of `grid`, which divides the tick.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) grid: i64,
    pub(super) bid: Option<i64>,
    pub(super) ask: Option<i64>,
    outside: Outside,
    pub(super) ladder: Ladder,
}

impl Book {
    pub(super) fn new(tick: Px) -> Book {
        Book { grid: tick.units(), bid: None, ask: None, outside: Outside::default(), ladder: Ladder::new() }
    }

    pub(super) fn enter(
        &mut self,
        orders: &mut Orders,
        order: Entering,
        rests: bool,
        mut each: impl FnMut(Fill),
    ) -> Entered {
        let mut leaves = order.leaves;
        let mut cum = order.cum;
        let mut fill = |resting, qty, px| {
            cum += qty;
            each(Fill { resting, incoming: Some(order.order_id), qty, px });
        };
        if let Some((px, bound)) = self.outside_within(order.side, order.step) {
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
        if leaves.is_zero() {
            Entered::Filled
        } else if rests {
            self.rest(orders, Entering { leaves, cum, ..order });
            Entered::Rests
        } else {
            Entered::Lapsed
        }
    }

    /// Trades against resting orders down to `limit`, best first.
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
                let qty = resting.leaves.min(*leaves);
                resting.leaves -= qty;
                resting.cum += qty;
                *leaves -= qty;
                let order_id = resting.order_id;
                if resting.leaves.is_zero() {
                    orders.remove(&mut level, place);
                }
                each(order_id, qty, px);
            }
            self.put_back(side.opposite(), step, level);
        }
    }

    /// Is there enough within the limit for the whole order? Stops counting at the first that suffices.
    pub(super) fn can_fill(&self, orders: &Orders, side: Side, limit: i64, need: Qty) -> bool {
        let mut found = match self.outside_within(side, limit) {
            Some(_) if side == Side::Buy => self.outside.ask_qty,
            Some(_) => self.outside.bid_qty,
            None => Qty::ZERO,
        };
        let mut next = self.best(side.opposite());
        while let Some(step) = next.filter(|step| within(side, limit, *step)) {
            let mut place = self.ladder.level(step).first;
            while place != NIL && found < need {
                found += orders.at(place).leaves;
                place = orders.after(place);
            }
            if found >= need {
                break;
            }
            next = match side {
                Side::Buy => self.ladder.above(step),
                Side::Sell => self.ladder.below(step),
            };
        }
        found >= need
    }

    fn rest(&mut self, orders: &mut Orders, order: Entering) {
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
        orders.append(&mut level, order);
        self.ladder.set(step, level);
        *self.best_mut(order.side) = Some(best);
    }

    pub(super) fn remove(&mut self, orders: &mut Orders, place: u32) {
        let (side, step) = (orders.at(place).side, orders.at(place).step);
        let mut level = self.ladder.level(step);
        orders.remove(&mut level, place);
        self.put_back(side, step, level);
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

    pub(super) fn requote(&mut self, orders: &mut Orders, quote: &Quote, mut each: impl FnMut(Fill)) {
        let sane = |px: Px, qty: Qty| {
            let fits = (1..=UNITS_MAX).contains(&px.units()) && (1..=UNITS_MAX).contains(&qty.units());
            if fits { (px, qty) } else { (Px::ZERO, Qty::ZERO) }
        };
        let (bid_px, bid_qty) = sane(quote.bid_px, quote.bid_qty);
        let (ask_px, ask_qty) = sane(quote.ask_px, quote.ask_qty);
        self.outside = Outside { bid_px, bid_qty, ask_px, ask_qty };
        for side in [Side::Buy, Side::Sell] {
            // The outside bid buys from our sellers, the outside offer sells to our buyers.
            let (px, mut leaves) = match side {
                Side::Buy => (self.outside.bid_px, self.outside.bid_qty),
                Side::Sell => (self.outside.ask_px, self.outside.ask_qty),
            };
            let limit = match side {
                Side::Buy => self.floor(px),
                Side::Sell => self.ceiling(px),
            };
            self.sweep(orders, side, limit, &mut leaves, |resting, qty, px| {
                each(Fill { resting: Some(resting), incoming: None, qty, px });
            });
            *self.outside_size(side.opposite()) = leaves;
        }
    }

    /// The outside price that an order of this side could take within its limit, and the step down to which resting
    /// orders are as good or better.
    fn outside_within(&self, side: Side, limit: i64) -> Option<(Px, i64)> {
        let (px, qty, bound) = match side {
            Side::Buy => (self.outside.ask_px, self.outside.ask_qty, self.floor(self.outside.ask_px)),
            Side::Sell => (self.outside.bid_px, self.outside.bid_qty, self.ceiling(self.outside.bid_px)),
        };
        let reachable = match side {
            Side::Buy => self.ceiling(px) <= limit,
            Side::Sell => self.floor(px) >= limit,
        };
        (!qty.is_zero() && reachable).then_some((px, bound))
    }

    /// What is left outside for orders of this side.
    fn outside_size(&mut self, side: Side) -> &mut Qty {
        match side {
            Side::Buy => &mut self.outside.ask_qty,
            Side::Sell => &mut self.outside.bid_qty,
        }
    }

    pub(super) fn change_tick(&mut self, orders: &mut Orders, tick: Px) {
        if self.bid.is_none() && self.ask.is_none() {
            self.grid = tick.units();
        } else {
            self.regrid(orders, gcd(self.grid, tick.units()));
        }
    }

    /// A finer grid. Rare: it walks the whole book.
    pub(super) fn regrid(&mut self, orders: &mut Orders, grid: i64) {
        assert!(self.grid % grid == 0, "a finer grid divides the old one");
        let factor = self.grid / grid;
        if factor == 1 {
            return;
        }
        self.bid = self.bid.map(|step| step * factor);
        self.ask = self.ask.map(|step| step * factor);
        let coarse = std::mem::replace(&mut self.ladder, Ladder::new());
        for step in coarse.steps() {
            let level = coarse.level(step);
            let mut place = level.first;
            while place != NIL {
                orders.at_mut(place).step = step * factor;
                place = orders.after(place);
            }
            self.ladder.set(step * factor, level);
        }
        self.grid = grid;
        if let Some(step) = self.bid.or(self.ask) {
            self.ladder.follow(step);
        }
    }

    fn best(&self, side: Side) -> Option<i64> {
        match side {
            Side::Buy => self.bid,
            Side::Sell => self.ask,
        }
    }

    fn best_mut(&mut self, side: Side) -> &mut Option<i64> {
        match side {
            Side::Buy => &mut self.bid,
            Side::Sell => &mut self.ask,
        }
    }

    pub(super) fn px(&self, step: i64) -> Px {
        Px::from_units(step * self.grid)
    }

    /// The step of a price; `None` where it is between two or out of range.
    pub(super) fn step_of(&self, px: Px) -> Option<i64> {
        let in_range = (-UNITS_MAX..=UNITS_MAX).contains(&px.units());
        (in_range && px.units() % self.grid == 0).then(|| px.units() / self.grid)
    }

    fn floor(&self, px: Px) -> i64 {
        px.units().div_euclid(self.grid)
    }

    fn ceiling(&self, px: Px) -> i64 {
        -(-px.units()).div_euclid(self.grid)
    }
}

/// May an order of this side with this limit trade at the step?
fn within(side: Side, limit: i64, step: i64) -> bool {
    match side {
        Side::Buy => step <= limit,
        Side::Sell => step >= limit,
    }
}

/// Greatest common divisor.
pub(super) fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

//! Prices of one book as steps of its grid, and a change of the grid under orders that rest.

use model::limits::UNITS_MAX;
use model::{Px, Side};

use super::ladder::Ladder;
use super::matching::Book;
use super::orders::Orders;

impl Book {
    #[inline]
    pub(super) fn px(&self, step: i64) -> Px {
        Px::from_units(step * self.grid)
    }

    /// The step of a price; `None` where it is between two or out of range.
    #[inline]
    pub(super) fn step_of(&self, px: Px) -> Option<i64> {
        let in_range = (-UNITS_MAX..=UNITS_MAX).contains(&px.units());
        (in_range && px.units() % self.grid == 0).then(|| px.units() / self.grid)
    }

    /// The step of a price, or the next that is no worse for an order of this side.
    #[inline]
    pub(super) fn step_within(&self, side: Side, px: Px) -> i64 {
        match side {
            Side::Buy => px.units().div_euclid(self.grid),
            Side::Sell => -(-px.units()).div_euclid(self.grid),
        }
    }

    pub(super) fn change_tick(&mut self, orders: &mut Orders, tick: Px) {
        let is_empty = self.bid.is_none() && self.ask.is_none() && self.elsewhere(orders).next().is_none();
        if is_empty {
            self.grid = tick.units();
        } else {
            self.regrid(orders, gcd(self.grid, tick.units()));
        }
    }

    /// A finer grid, on which `px` lies too.
    pub(super) fn admit(&mut self, orders: &mut Orders, px: Px) {
        self.regrid(orders, gcd(self.grid, px.units()));
    }

    /// Rare: it walks the whole book.
    fn regrid(&mut self, orders: &mut Orders, grid: i64) {
        assert!(self.grid % grid == 0, "a finer grid divides the old one");
        let factor = self.grid / grid;
        if factor == 1 {
            return;
        }
        self.bid = self.bid.map(|step| step * factor);
        self.ask = self.ask.map(|step| step * factor);
        let coarse = std::mem::replace(&mut self.ladder, Ladder::new());
        let mut places: Vec<u32> = self.elsewhere(orders).collect();
        for step in coarse.steps() {
            let level = coarse.level(step);
            places.extend(orders.queue(level));
            self.ladder.set(step * factor, level);
        }
        for place in places {
            orders.at_mut(place).step *= factor;
        }
        self.grid = grid;
        if let Some(step) = self.bid.or(self.ask) {
            self.ladder.follow(step);
        }
    }

    /// Orders that stand at no level.
    fn elsewhere(&self, orders: &Orders) -> impl Iterator<Item = u32> {
        orders.queue(self.waiting).chain(orders.queue(self.suspended)).chain(self.aside.places())
    }
}

/// Greatest common divisor.
fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

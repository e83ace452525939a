//! Positions and money as a clerk would keep them: a heap of lots, with whole numbers of any size.

use std::collections::VecDeque;

use model::{CostMethod, Side};

use crate::market::{FEE_RATE, ONE};

/// One position. By average cost all that is open is one lot.
pub(crate) struct Books {
    method: CostMethod,
    /// Quantity and cost, both signed, oldest first.
    lots: VecDeque<(i128, i128)>,
    pub(crate) position: i128,
    pub(crate) realised: i128,
    pub(crate) cash: i128,
    pub(crate) fees: i128,
}

impl Books {
    pub(crate) fn new(method: CostMethod) -> Books {
        Books { method, lots: VecDeque::new(), position: 0, realised: 0, cash: 0, fees: 0 }
    }

    pub(crate) fn cost(&self) -> i128 {
        self.lots.iter().map(|(_, cost)| cost).sum()
    }

    /// `value` is what the fill adds to a buyer's cost.
    pub(crate) fn fill(&mut self, side: Side, qty: i128, value: i128) {
        let one = i128::from(ONE);
        self.fees += (value.abs() * i128::from(FEE_RATE) + one - 1) / one;
        if qty > 0 {
            self.settle(side, qty, value);
        }
    }

    /// The same without a fee.
    pub(crate) fn settle(&mut self, side: Side, qty: i128, value: i128) {
        let sign = if side == Side::Buy { 1 } else { -1 };
        self.cash -= sign * value;
        // The part that closes has its share of the value, the rest is what the other part opens at.
        let closes = if self.position.signum() == -sign { qty.min(self.position.abs()) } else { 0 };
        let proceeds = (sign * value * closes).div_euclid(qty);
        self.realised -= proceeds;
        self.position += sign * qty;
        let mut left = qty;
        while left > 0 && self.lots.front().is_some_and(|(open, _)| open.signum() == -sign) {
            let (open, cost) = self.lots.pop_front().expect("it was just seen");
            let closed = left.min(open.abs());
            let released = (cost * closed).div_euclid(open.abs());
            self.realised -= released;
            left -= closed;
            if closed < open.abs() {
                self.lots.push_front((open + sign * closed, cost - released));
            }
        }
        if left == 0 {
            return;
        }
        let (mut open, mut cost) = (sign * left, sign * value - proceeds);
        if self.method == CostMethod::Average
            && let Some((before, before_cost)) = self.lots.pop_front()
        {
            (open, cost) = (open + before, cost + before_cost);
        }
        self.lots.push_back((open, cost));
    }
}

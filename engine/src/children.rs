//! Control 39, parent and children: what the legs of an entry have traded, and can still trade, never comes to more than the entry.
//!
//! As for limits, of legs that wait for a price the largest alone counts, and none where a leg as large is at work: they take each
//! other's place. What an entry has traded bounds its legs once it is done.

use model::{Check, Qty, Refusal};

use crate::links::Group;
use crate::order::Order;
use crate::state::State;

/// A leg as it is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    pub(crate) cum_qty: Qty,
    /// What it can still trade.
    pub(crate) open_qty: Qty,
    /// It waits for its price.
    pub(crate) waits: bool,
}

impl Leg {
    pub(crate) fn of(order: &Order) -> Leg {
        let open_qty = if order.view.is_working() { order.held_qty() } else { Qty::ZERO };
        Leg { cum_qty: order.view.cum_qty, open_qty, waits: order.hold().price }
    }
}

/// What the legs of an entry come to; wider than one quantity.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Children {
    traded: i128,
    at_work: i128,
    largest_at_work: i128,
    largest_waiting: i128,
}

impl Children {
    pub(crate) fn add(&mut self, leg: &Leg) {
        let (traded, open) = (i128::from(leg.cum_qty.units()), i128::from(leg.open_qty.units()));
        self.traded += traded;
        if leg.waits {
            self.largest_waiting = self.largest_waiting.max(open);
        } else {
            self.at_work += open;
            self.largest_at_work = self.largest_at_work.max(open);
        }
    }

    fn total(&self) -> i128 {
        let waiting = if self.largest_waiting > self.largest_at_work { self.largest_waiting } else { 0 };
        self.traded + self.at_work + waiting
    }

    /// So much of `leg` as fits into `parent` beside them.
    pub(crate) fn cut(&self, leg: &Leg, parent: Qty) -> Qty {
        let left = (i128::from(parent.units()) - self.traded - self.at_work).max(0);
        let fits = if leg.waits { left.max(self.largest_at_work) } else { left };
        Qty::from_units(leg.open_qty.units().min(i64::try_from(fits).unwrap_or(i64::MAX)))
    }
}

impl State {
    /// The quantity of a group's entry: what it has traded, once it is done. `None` for a group without one.
    fn parent_qty(&self, group: &Group) -> Option<Qty> {
        let entry = self.entry(group)?;
        Some(if entry.view.is_working() { entry.view.order_qty } else { entry.view.cum_qty })
    }

    /// May this leg be beside the others of its group? `slot`: the one that it is now.
    ///
    /// # Errors
    /// `PARENT_QTY` with the entry's quantity, and what its legs would come to.
    pub(crate) fn fits_parent(&self, group: &Group, slot: u32, leg: &Leg) -> Result<(), Refusal> {
        let Some(parent) = self.parent_qty(group) else { return Ok(()) };
        let mut children = Children::default();
        self.legs(group).filter(|(other, _)| *other != slot).for_each(|(_, other)| children.add(&Leg::of(other)));
        children.add(leg);
        let (limit, observed) = (i128::from(parent.units()), children.total());
        if observed > limit { Err(Refusal::against(Check::ParentQty, limit, observed)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(open: i64, waits: bool) -> Leg {
        Leg { cum_qty: Qty::ZERO, open_qty: Qty::whole(open), waits }
    }

    #[test]
    fn legs_at_work_add_up_and_of_those_that_wait_the_largest_counts() {
        let total = |legs: &[(i64, bool)]| {
            let mut children = Children::default();
            legs.iter().for_each(|(open, waits)| children.add(&leg(*open, *waits)));
            children.total() / i128::from(Qty::whole(1).units())
        };
        assert_eq!(total(&[(100, false), (100, true)]), 100);
        assert_eq!(total(&[(100, true), (90, true)]), 100);
        assert_eq!(total(&[(50, false), (50, false)]), 100);
        assert_eq!(total(&[(50, false), (60, true)]), 110);
    }

    #[test]
    fn what_is_cut_fits() {
        let mut children = Children::default();
        let parent = Qty::whole(50);
        assert_eq!(children.cut(&leg(40, false), parent), Qty::whole(40));
        children.add(&leg(40, false));
        assert_eq!(children.cut(&leg(40, false), parent), Qty::whole(10));
        assert_eq!(children.cut(&leg(60, true), parent), Qty::whole(40), "in place of the forty at work");
        children.add(&leg(10, false));
        assert_eq!(children.cut(&leg(40, false), parent), Qty::ZERO);
    }
}

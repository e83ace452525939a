//! Orders of one ClOrdLinkID(583) beside each other: the entry and its legs, and which of them count against limits.
//!
//! Only one leg of a group is to trade. So of those that wait for a price on one side only the largest counts, and none where a
//! leg as large is at work: what one of them may do is counted once. What waits for its entry counts once the entry lets it go.

use std::cmp::Reverse;

use model::{Contingency, OrderId, Qty, Side};

use crate::links::Group;
use crate::order::{Hold, NONE, Order};
use crate::state::State;

impl Order {
    /// Does it take the place of the others of its group?
    pub(crate) fn is_hit(&self) -> bool {
        !self.view.cum_qty.is_zero() || self.view.triggered == 1
    }
}

impl State {
    /// The orders of a group, with their slots.
    fn members(&self, group: &Group) -> impl Iterator<Item = (u32, &Order)> {
        let mut next = group.first;
        std::iter::from_fn(move || {
            let slot = Some(next).filter(|slot| *slot != NONE)?;
            let order = self.orders.get(slot);
            next = order.link_next;
            Some((slot, order))
        })
    }

    /// The entry of a group, done or not.
    pub(crate) fn entry(&self, group: &Group) -> Option<&Order> {
        let is_entry = |order: &&Order| order.contingency == Contingency::OneTriggersTheOther;
        self.members(group).map(|(_, order)| order).find(is_entry)
    }

    /// The legs of a group: all but its entry, whether that is done or not.
    pub(crate) fn legs(&self, group: &Group) -> impl Iterator<Item = (u32, &Order)> {
        self.members(group).filter(|(_, order)| order.contingency != Contingency::OneTriggersTheOther)
    }

    /// Does an order that Millrace holds count against limits now?
    pub(crate) fn counts(&self, order: &Order) -> bool {
        let group = Some(order.link).filter(|link| *link != NONE);
        let rank = (order.held_qty(), Reverse(order.view.order_id));
        self.counts_beside(group, order.view.side, order.hold(), rank)
    }

    /// Would a new order count?
    pub(crate) fn new_one_counts(&self, group: Option<u32>, side: Side, order_qty: Qty, hold: Hold) -> bool {
        self.counts_beside(group, side, hold, (order_qty, Reverse(OrderId(u64::MAX))))
    }

    /// At equal quantities the one at work counts before those that wait, and the older one before the younger.
    fn counts_beside(&self, group: Option<u32>, side: Side, hold: Hold, rank: (Qty, Reverse<OrderId>)) -> bool {
        let group = group.and_then(|at| self.links.get(at));
        let (false, true, Some(group)) = (hold.parent, hold.price, group) else { return !hold.parent };
        let counts_before = |other: &Order| {
            let at_work = !other.hold().price;
            other.view.is_working()
                && other.view.side == side
                && !other.hold().parent
                && (other.held_qty(), at_work, Reverse(other.view.order_id)) > (rank.0, false, rank.1)
        };
        !self.legs(group).any(|(_, other)| counts_before(other))
    }
}

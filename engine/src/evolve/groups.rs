//! Orders of one ClOrdLinkID(583), and stops that Millrace holds: who waits for whom, and for which price.

use model::{ClOrdId, Contingency};

use crate::decide::trailing_stop_px;
use crate::order::{Hold, NONE, Order};
use crate::state::State;

impl State {
    /// A new order takes its place in its group.
    pub(super) fn join_group(&mut self, slot: u32, cl_ord_link_id: ClOrdId) {
        if cl_ord_link_id.is_empty() {
            return;
        }
        let session = self.orders.get(slot).view.session;
        let at = self.links.group(session, cl_ord_link_id);
        let group = self.links.get_mut(at).expect("it was found or made");
        let order = self.orders.get_mut(slot);
        order.link = at;
        order.link_next = group.first;
        group.first = slot;
        group.members += 1;
        group.working += 1;
        if order.contingency == Contingency::OneTriggersTheOther {
            group.entry = slot;
        }
    }

    /// What the working orders of a group hold of the account's exposure, counted again: which of them counts depends on the
    /// others.
    pub(super) fn settle_group(&mut self, slot: u32) {
        let Some(group) = self.links.get(self.orders.get(slot).link) else { return };
        let mut next = group.first;
        while next != NONE {
            let member = next;
            next = self.orders.get(member).link_next;
            if member != slot {
                self.settle_one(member);
            }
        }
    }

    /// Something happened to an order that the others of its group may have to follow.
    pub(super) fn look_at_group(&mut self, slot: u32) {
        let State { orders, links, agenda, .. } = self;
        let at = orders.get(slot).link;
        if let Some(group) = links.get_mut(at)
            && !group.is_due
            && at != NONE
        {
            group.is_due = true;
            agenda.groups.push_back(at);
        }
    }

    /// The first group on the agenda was dealt with. An entry that is done is none any more; a group of which nothing works is
    /// forgotten.
    pub(super) fn contingency_advanced(&mut self) {
        let Some(at) = self.agenda.groups.pop_front() else { return };
        let Some(group) = self.links.get_mut(at) else { return };
        group.is_due = false;
        if group.entry != NONE && !self.orders.get(group.entry).view.is_working() {
            group.entry = NONE;
        }
        if group.working > 0 {
            return;
        }
        let mut next = group.first;
        while next != NONE {
            let order = self.orders.get_mut(next);
            let slot = std::mem::replace(&mut next, order.link_next);
            order.link = NONE;
            order.link_next = NONE;
            self.orders.may_be_forgotten(slot);
        }
        self.links.remove(at);
    }

    pub(super) fn group_works(&mut self, slot: u32, works: bool) {
        let at = self.orders.get(slot).link;
        if let Some(group) = self.links.get_mut(at) {
            group.working = if works { group.working + 1 } else { group.working - 1 };
        }
    }

    /// The order waits for its stop price from now on, if that is all that it waits for.
    pub(super) fn arm(&mut self, slot: u32) {
        let Order { view, peg_offset, .. } = *self.orders.get(slot);
        let hold = Hold::of_bits(view.held);
        if !hold.is_armed() {
            return self.keep_room(slot, hold.price);
        }
        let State { instruments, triggers, .. } = self;
        let instrument = instruments.get_mut(view.instrument.0).expect("orders have instruments");
        triggers.insert(instrument.root_mut(view.side), view.side, view.stop_px, view.order_id, slot);
        if !peg_offset.is_zero() {
            instrument.trailing.push(slot);
        }
        self.look_at_stops(view.instrument.0);
    }

    /// A stop that waits for something else first keeps its room among the stops of its instrument.
    fn keep_room(&mut self, slot: u32, is_kept: bool) {
        let order = self.orders.get_mut(slot);
        if order.keeps_room == is_kept {
            return;
        }
        order.keeps_room = is_kept;
        let (trails, index) = (!order.peg_offset.is_zero(), order.view.instrument.0);
        self.triggers.keep_room(is_kept);
        let instrument = self.instruments.get_mut(index).expect("orders have instruments");
        if trails {
            instrument.trailing_to_come =
                if is_kept { instrument.trailing_to_come + 1 } else { instrument.trailing_to_come - 1 };
        }
    }

    /// It does not wait for its stop price any more.
    pub(super) fn disarm(&mut self, slot: u32) {
        self.keep_room(slot, false);
        let Order { view, .. } = *self.orders.get(slot);
        if !Hold::of_bits(view.held).is_armed() {
            return;
        }
        let State { instruments, triggers, .. } = self;
        let instrument = instruments.get_mut(view.instrument.0).expect("orders have instruments");
        let was_there = triggers.remove(instrument.root_mut(view.side), view.side, view.stop_px, view.order_id);
        assert!(was_there, "an armed stop is among those of its instrument");
        instrument.trailing.retain(|trailing| *trailing != slot);
    }

    /// Stops that follow the price go along with it, never back.
    pub(super) fn move_trailing(&mut self, index: u32) {
        let State { instruments, triggers, orders, .. } = self;
        let instrument = instruments.get_mut(index).expect("decide knows the instrument");
        for at in 0..instrument.trailing.len() {
            let slot = instrument.trailing[at];
            let Order { view, peg_offset, .. } = *orders.get(slot);
            let Some(price) = instrument.trigger_px(view.side) else { continue };
            let Some(to) = trailing_stop_px(price, peg_offset, view.side, instrument.definition.tick) else { continue };
            let is_closer = (to.units() - view.stop_px.units()) * view.side.sign() < 0;
            if is_closer {
                let root = instrument.root_mut(view.side);
                triggers.remove(root, view.side, view.stop_px, view.order_id);
                triggers.insert(root, view.side, to, view.order_id, slot);
                orders.get_mut(slot).view.stop_px = to;
            }
        }
    }
}

//! The life of an order.

use model::{
    CancelCause, CancelRejected, CancelRequested, ClOrdId, CxlRejResponseTo, DayCounts, ExecInst,
    ExecRestatementReason, InstrumentId, OrderAccepted, OrderAcknowledged, OrderAdopted, OrderDoneForDay, OrderId,
    OrderReplaced, OrderRestated, OrderStopped, OrderSuspended, OrderTriggered, OrderView, Px, Qty, ReplaceQueued,
    ReplaceRequested, TradingPhase, TradingState, VenueAccepted, VenueId,
};

use crate::decide::is_watched;
use crate::kills::UNATTRIBUTED;
use crate::order::{NONE, Order, PendingReplace};
use crate::standing::End;
use crate::state::State;
use crate::verbal::Look;

impl State {
    pub(super) fn order_accepted(&mut self, e: &OrderAccepted) {
        self.count_message(e.order.session);
        let instrument = self.instruments.get(e.order.instrument.0).expect("decide found the instrument");
        let venue = instrument.definition.venue;
        let mut order = self.new_order(&e.order, e.worst_px, venue);
        order.min_qty = e.min_qty;
        order.max_floor = e.max_floor;
        order.peg_offset = e.peg_offset;
        order.contingency = e.contingency;
        let slot = self.orders.insert(order);
        self.join_group(slot, e.cl_ord_link_id);
        self.began(slot);
        self.arm(slot);
    }

    pub(super) fn order_adopted(&mut self, e: &OrderAdopted) {
        let mut order = self.new_order(&e.order, e.worst_px, e.venue);
        order.at_venue = e.at_venue == 1;
        order.venue_order_id = e.venue_order_id;
        let slot = self.orders.insert(order);
        if e.at_venue == 0 {
            self.verbal.remember(Look::of(&e.order), self.last.time);
            self.count_message(e.order.session);
        }
        self.began(slot);
        self.applied(slot, e.venue_exec_id);
        self.arm(slot);
    }

    fn new_order(&mut self, view: &OrderView, worst_px: Px, venue: VenueId) -> Order {
        let holding = self.holding_slot(view.account, view.instrument);
        let mut order = Order::new(*view, worst_px, holding, self.last.seq, venue);
        order.day_began = self.last.seq;
        order.sent_epoch = self.venues.epoch(venue);
        order.heard_epoch = order.sent_epoch;
        order.trading_day = self.calendar_of(view.instrument).map_or(0, |calendar| calendar.trading_day);
        let session = self.sessions.get(view.session.0);
        [order.trader, order.strategy] = session.map_or(UNATTRIBUTED, |session| session.attribution);
        if order.strategy != NONE {
            let State { strategy_books, fills, holdings, .. } = self;
            order.book = strategy_books.open(fills, holdings, holding, order.strategy);
        }
        if self.exposures.join(order.strategy, view.instrument) {
            self.strategy_shares.push(view.instrument);
        }
        order
    }

    /// An order is in its slot: it counts from now on.
    fn began(&mut self, slot: u32) {
        let Order { view, .. } = *self.orders.get(slot);
        self.account_mut(view.account).open_orders += 1;
        self.count_day(slot, DayCounts::order);
        let keys = self.orders.get(slot).keys();
        self.count_in_scopes(&keys, true);
        self.remember_order(&view, &keys);
        if let Some(session) = self.sessions.get_mut(view.session.0) {
            session.working += 1;
        }
        if is_watched(self, self.orders.get(slot)) {
            self.agenda.watch(view.expire_time);
        }
        self.lives(slot, true);
        self.settle(slot);
    }

    pub(super) fn cancel_requested(&mut self, e: &CancelRequested) {
        let slot = self.known(e.order.order_id);
        let held = self.orders.get(slot).view.held != 0;
        let epoch = self.venues.epoch(self.orders.get(slot).venue);
        if e.cause == CancelCause::Kill {
            self.asked_to_kill(slot, e);
        }
        let order = self.orders.get_mut(slot);
        if !held {
            order.asks(epoch);
            order.pending.cancels_sent = order.pending.cancels_sent.saturating_add(1);
        }
        if e.cause == CancelCause::Client {
            order.pending.cancel = e.order.cl_ord_id;
            let (keys, session) = (order.keys(), order.view.session);
            self.count_message(session);
            self.count_in_scopes(&keys, false);
            self.orders.remember_id(slot, e.order.cl_ord_id);
        } else {
            order.pending.ending = Some(e.cause);
        }
        self.change(slot, &e.order);
    }

    pub(super) fn replace_requested(&mut self, e: &ReplaceRequested) {
        self.count_message(e.order.session);
        let slot = self.known(e.order.order_id);
        let keys = self.orders.get(slot).keys();
        self.count_in_scopes(&keys, false);
        let epoch = self.venues.epoch(self.orders.get(slot).venue);
        let in_base = self.in_base(e.order.instrument);
        let order = self.orders.get_mut(slot);
        order.asks(epoch);
        // It was judged at the rate of now.
        order.in_base = in_base;
        if !order.pending.mark_sent(&e.order.cl_ord_id) {
            order.pending.push_replace(PendingReplace {
                cl_ord_id: e.order.cl_ord_id,
                order_qty: e.order_qty,
                price: e.price,
                stop_px: e.stop_px,
                worst_px: e.worst_px,
                sent: true,
            });
            self.orders.remember_id(slot, e.order.cl_ord_id);
        }
        self.change(slot, &e.order);
    }

    pub(super) fn replace_queued(&mut self, e: &ReplaceQueued) {
        self.count_message(e.order.session);
        let slot = self.known(e.order.order_id);
        let keys = self.orders.get(slot).keys();
        self.count_in_scopes(&keys, false);
        let in_base = self.in_base(e.order.instrument);
        let order = self.orders.get_mut(slot);
        order.in_base = in_base;
        order.pending.push_replace(PendingReplace {
            cl_ord_id: e.order.cl_ord_id,
            order_qty: e.order_qty,
            price: e.price,
            stop_px: e.stop_px,
            worst_px: e.worst_px,
            sent: false,
        });
        self.orders.remember_id(slot, e.order.cl_ord_id);
        self.settle(slot);
    }

    pub(super) fn cancel_rejected(&mut self, e: &CancelRejected) {
        if e.ends_pending == 1 {
            let slot = self.known(e.order_id);
            self.heard(slot);
            let order = self.orders.get_mut(slot);
            match e.response_to {
                CxlRejResponseTo::Cancel => {
                    // The venue answers one of them; ours is the one without a name.
                    match e.cl_ord_id.is_empty() {
                        true => order.pending.ending = order.pending.ending.filter(|cause| cause.is_standing()),
                        false => order.pending.cancel = ClOrdId::EMPTY,
                    }
                    order.pending.cancels_sent = order.pending.cancels_sent.saturating_sub(1);
                }
                CxlRejResponseTo::Replace => order.pending.remove_replace(&e.cl_ord_id),
            }
            let view = OrderView { ord_status: e.ord_status, ..order.view };
            // Another reason to end it may have been passed over for that one.
            let is_let_go = e.cl_ord_id.is_empty() && order.pending.ending.is_none();
            self.change(slot, &view);
            if is_let_go || self.waits_for_split(slot) {
                self.review_revived(slot);
            }
        } else if !(e.by_risk == 1 && e.refusal.check == model::Check::MessageRate) {
            self.count_message(e.session);
        }
    }

    pub(super) fn venue_accepted(&mut self, e: &VenueAccepted) {
        let slot = self.known(e.order_id);
        let order = self.orders.get_mut(slot);
        order.at_venue = true;
        // Nobody waits for an answer to a cancel: whatever was sent is answered.
        if order.pending.cancel.is_empty() && order.pending.ending.is_none() {
            order.pending.cancels_sent = 0;
        }
        self.applied(slot, e.venue_exec_id);
    }

    pub(super) fn order_acknowledged(&mut self, e: &OrderAcknowledged) {
        let slot = self.known(e.order.order_id);
        let order = self.orders.get_mut(slot);
        order.acknowledged = true;
        order.view.idle = e.order.idle;
        self.change(slot, &e.order);
    }

    pub(super) fn order_replaced(&mut self, e: &OrderReplaced) {
        let slot = self.known(e.order.order_id);
        let could_fill = self.orders.get(slot).standing().can_fill();
        self.applied(slot, e.venue_exec_id);
        self.disarm(slot);
        let seq = self.last.seq;
        let order = self.orders.get_mut(slot);
        // A smaller quantity at the same price keeps its place in the queue, as at every price-time venue.
        if e.order.price != order.view.price || e.order.order_qty > order.view.order_qty {
            order.working_since = seq;
        }
        order.acknowledged = true;
        order.view.cl_ord_id = e.order.cl_ord_id;
        order.view.order_qty = e.order.order_qty;
        order.view.price = e.order.price;
        order.view.stop_px = e.order.stop_px;
        order.pending.remove_replace(&e.order.cl_ord_id);
        order.worst_px = e.worst_px;
        self.change(slot, &e.order);
        self.arm(slot);
        if !could_fill {
            self.review_revived(slot);
        }
    }

    pub(super) fn order_restated(&mut self, e: &OrderRestated) {
        let slot = self.known(e.order.order_id);
        let was = *self.orders.get(slot);
        self.applied(slot, e.venue_exec_id);
        self.disarm(slot);
        let (seq, calendar) = (self.last.seq, self.calendar_of(e.order.instrument));
        let (day, phase) = calendar.map(|calendar| (calendar.trading_day, calendar.phase)).unzip();
        // That a leg is cut to what its entry has traded says nothing of its day.
        let is_cut = e.venue_exec_id == 0 && e.restatement == ExecRestatementReason::PartialDecline;
        let renewed = !is_cut && (was.done_for_day || e.restatement == ExecRestatementReason::GtRenewal);
        let split = self.instruments.get(e.order.instrument.0).and_then(|instrument| instrument.split);
        let order = self.orders.get_mut(slot);
        order.view = OrderView { orig_cl_ord_id: ClOrdId::EMPTY, cl_ord_id: order.view.cl_ord_id, ..e.order };
        order.worst_px = e.worst_px;
        order.max_floor = e.max_floor;
        order.acknowledged = true;
        if !is_cut {
            order.done_for_day = false;
            order.suspended = false;
            order.suspended_here = false;
        }
        if renewed {
            order.day_began = seq;
            order.trading_day = day.unwrap_or(order.trading_day);
        }
        if e.restatement == ExecRestatementReason::GtCorporateAction {
            order.split_at = seq;
            // It was counted in the old units.
            order.missing = Qty::ZERO;
            if let Some((new, old, _)) = split.filter(|_| e.venue_exec_id == 0) {
                order.peg_offset = Px::from_units(scaled(order.peg_offset.units(), old, new));
                order.min_qty = Qty::from_units(scaled(order.min_qty.units(), new, old));
            }
        }
        self.change(slot, &e.order);
        self.arm(slot);
        // A halt has passed over what was done for the day, or goes on over what the venue brought back.
        let waits_for_halt =
            (was.done_for_day || was.suspended) && was.view.exec_inst.has(ExecInst::REINSTATE_ON_TRADING_HALT);
        // What goes on after the close is done for that day too.
        let is_late = renewed && phase == Some(TradingPhase::Closed);
        if !was.standing().can_fill() || is_late || (waits_for_halt && self.is_halted(e.order.instrument)) {
            self.review_revived(slot);
        }
    }

    pub(super) fn order_done_for_day(&mut self, e: &OrderDoneForDay) {
        let slot = self.known(e.order.order_id);
        self.applied(slot, e.venue_exec_id);
        let day = self.calendar_of(e.order.instrument).map_or(0, |calendar| calendar.trading_day);
        let order = self.orders.get_mut(slot);
        order.acknowledged = true;
        order.done_for_day = true;
        // The day that it belongs to, also where it is said on the next.
        order.done_day = if order.trading_day > 0 { order.trading_day } else { day };
        self.change(slot, &e.order);
    }

    pub(super) fn order_stopped(&mut self, e: &OrderStopped) {
        let slot = self.known(e.order.order_id);
        self.applied(slot, e.venue_exec_id);
        let order = self.orders.get_mut(slot);
        order.acknowledged = true;
        order.stopped = true;
        self.change(slot, &e.order);
    }

    pub(super) fn order_suspended(&mut self, e: &OrderSuspended) {
        let slot = self.known(e.order.order_id);
        self.applied(slot, e.venue_exec_id);
        let order = self.orders.get_mut(slot);
        order.acknowledged = true;
        order.suspended = true;
        order.suspended_here = e.venue_exec_id == 0;
        self.change(slot, &e.order);
    }

    /// One reason less to hold it, or the venue's own stop has gone off.
    pub(super) fn order_triggered(&mut self, e: &OrderTriggered) {
        let slot = self.known(e.order.order_id);
        self.applied(slot, e.venue_exec_id);
        self.disarm(slot);
        let (seq, day) = (self.last.seq, self.calendar_of(e.order.instrument).map(|calendar| calendar.trading_day));
        let epoch = self.venues.epoch(self.orders.get(slot).venue);
        let order = self.orders.get_mut(slot);
        let fired = e.order.triggered == 1 && order.view.triggered == 0;
        if order.view.held != 0 {
            order.trading_day = day.unwrap_or(order.trading_day);
            (order.sent_epoch, order.heard_epoch) = (epoch, epoch);
        }
        order.view.triggered = e.order.triggered;
        order.view.idle = 0;
        order.view.held = e.order.held;
        order.view.order_qty = e.order.order_qty;
        order.worst_px = e.worst_px;
        order.working_since = seq;
        self.change(slot, &e.order);
        self.arm(slot);
        if fired {
            self.look_at_group(slot);
        }
    }

    pub(super) fn order_ended(&mut self, view: &OrderView, end: End, venue_exec_id: u64) {
        let slot = self.known(view.order_id);
        self.applied(slot, venue_exec_id);
        self.disarm(slot);
        let order = self.orders.get_mut(slot);
        order.end = Some(end);
        order.acknowledged = true;
        order.done_for_day = false;
        order.stopped = false;
        order.suspended = false;
        order.suspended_here = false;
        order.view.held = 0;
        order.pending.ending = None;
        // A cancel that crossed another end has no answer yet.
        if end == End::Canceled || order.pending.cancel.is_empty() {
            order.pending.cancel = ClOrdId::EMPTY;
            order.pending.cancels_sent = order.pending.cancels_sent.saturating_sub(1);
        }
        if end == End::Canceled {
            self.count_day(slot, DayCounts::cancel);
            let keys = self.orders.get(slot).keys();
            self.count_canceled(&keys);
        }
        self.change(slot, view);
        self.look_at_group(slot);
    }

    /// The order's status becomes the event's; what it holds follows.
    pub(super) fn change(&mut self, slot: u32, after: &OrderView) {
        let order = self.orders.get_mut(slot);
        let worked = order.place != NONE;
        order.view.ord_status = after.ord_status;
        assert_eq!(order.standing().status(), after.ord_status, "the status follows from what is true of the order");
        let works = order.view.is_working();
        if worked != works {
            self.opened_or_closed(slot, works);
        }
        self.settle(slot);
    }

    fn opened_or_closed(&mut self, slot: u32, works: bool) {
        let OrderView { account, session, .. } = self.orders.get(slot).view;
        if works {
            self.orders.reopen(slot);
        } else {
            self.disarm(slot);
            self.orders.close(slot);
            self.look_at_group(slot);
        }
        self.group_works(slot, works);
        let by = |count: &mut u32| *count = if works { *count + 1 } else { *count - 1 };
        by(&mut self.account_mut(account).open_orders);
        if let Some(session) = self.sessions.get_mut(session.0) {
            by(&mut session.working);
        }
        self.lives(slot, works);
    }

    /// A report of the venue was applied.
    pub(super) fn applied(&mut self, slot: u32, venue_exec_id: u64) {
        if venue_exec_id == 0 {
            return;
        }
        self.heard(slot);
        let order = self.orders.get_mut(slot);
        if order.venue == VenueId::PAPER {
            order.venue_exec_id = order.venue_exec_id.max(venue_exec_id);
            self.venue_exec_id = self.venue_exec_id.max(venue_exec_id);
        } else {
            self.executions.remember(venue_exec_id);
        }
    }

    fn heard(&mut self, slot: u32) {
        let epoch = self.venues.epoch(self.orders.get(slot).venue);
        let order = self.orders.get_mut(slot);
        order.heard_epoch = epoch;
        // What one person said of it was said of another doubt.
        self.proposals.remove(order.view.order_id);
    }

    fn is_halted(&self, instrument: InstrumentId) -> bool {
        self.instruments.get(instrument.0).is_some_and(|instrument| instrument.trading != TradingState::Active)
    }

    pub(super) fn known(&self, order_id: OrderId) -> u32 {
        self.orders.find(order_id).expect("decide found the order")
    }

    /// Was it passed over by a split because a replace was pending, which is none any more?
    fn waits_for_split(&self, slot: u32) -> bool {
        let order = self.orders.get(slot);
        let split = self.instruments.get(order.view.instrument.0).and_then(|instrument| instrument.split);
        order.pending.first_replace().is_none()
            && split.is_some_and(|(_, _, at)| order.view.order_id.0 < at.0 && order.split_at < at)
    }
}

/// `units`, `times` for each of `per`, without what does not come out even.
fn scaled(units: i64, times: u32, per: u32) -> i64 {
    let scaled = i128::from(units) * i128::from(times) / i128::from(per);
    i64::try_from(scaled).unwrap_or(i64::MAX)
}

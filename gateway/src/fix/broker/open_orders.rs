//! The orders that are open at a broker, and what it has not answered yet about each.
//!
//! Kept from the log alone, like everything that leaves: an order is here from the event that sends it to the event that ends
//! it, and a request beyond that, until it is answered: the broker's no to a cancel may cross the last fill. After a restart
//! the engine's working orders say the same. Which orders are in doubt the engine says, and the views show; here is only what
//! there is to ask for.

use std::collections::VecDeque;

use hashbrown::HashMap;
use model::{
    CancelRequested, ClOrdId, CxlRejResponseTo, Event, OrderId, OrderView, Px, Qty, ReplaceRequested, ReportKind,
};
use rustc_hash::FxBuildHasher;

use super::open::{Open, Replace, Sent, WorkingOrder, is_named};

/// Orders that there is room for before the table grows.
const ROOM_AT_FIRST: usize = 4_096;
/// Orders that are over and whose names are kept: a broker may still say something of one under its own name alone.
const NAMES_KEPT: usize = 1 << 14;
/// Orders that are over and still have a request without an answer; the oldest is forgotten when there are more.
const OVER_MAX: usize = 4_096;

/// See the module.
#[derive(Debug)]
pub(super) struct OpenOrders {
    orders: HashMap<OrderId, Open, FxBuildHasher>,
    /// By what stands for the broker's OrderID(37), as far as it was said since the start.
    named: HashMap<u64, Named, FxBuildHasher>,
    /// The names of those that are over, the oldest first.
    past: VecDeque<u64>,
    over: VecDeque<OrderId>,
}

/// Whom a broker means by an OrderID(37).
#[derive(Clone, Copy, Debug)]
struct Named {
    order_id: OrderId,
    /// We did not send it.
    is_foreign: bool,
}

impl OpenOrders {
    /// What the engine says at the start.
    pub(super) fn of(working: impl IntoIterator<Item = WorkingOrder>) -> OpenOrders {
        let mut open = OpenOrders {
            orders: HashMap::with_capacity_and_hasher(ROOM_AT_FIRST, FxBuildHasher),
            named: HashMap::with_capacity_and_hasher(ROOM_AT_FIRST, FxBuildHasher),
            past: VecDeque::with_capacity(NAMES_KEPT),
            over: VecDeque::with_capacity(OVER_MAX),
        };
        for order in working {
            if order.venue_order_id != 0 {
                let named = Named { order_id: order.view.order_id, is_foreign: true };
                open.named.insert(order.venue_order_id, named);
            }
            open.orders.insert(order.view.order_id, Open::of_working(&order));
        }
        open
    }

    pub(super) fn get(&self, order_id: OrderId) -> Option<&Open> {
        self.orders.get(&order_id)
    }

    /// An order went out.
    pub(super) fn order_sent(&mut self, order: &OrderView) {
        self.orders.insert(order.order_id, Open::new(order));
    }

    /// The broker told of an order that we did not send, and the engine took it over.
    pub(super) fn adopted(&mut self, order: &OrderView, venue_order_id: u64) {
        let open = Open { acknowledged: true, is_foreign: true, venue_order_id, ..Open::new(order) };
        self.orders.insert(order.order_id, open);
        self.named.insert(venue_order_id, Named { order_id: order.order_id, is_foreign: true });
    }

    /// A cancel went out, or waits for the session.
    pub(super) fn cancel(&mut self, request: &CancelRequested, sent: Sent) {
        if let Some(open) = self.orders.get_mut(&request.order.order_id) {
            let name = request.order.cl_ord_id;
            match open.cancels.iter_mut().find(|(known, _)| known.order.cl_ord_id == name) {
                Some(known) => known.1 = sent,
                None => open.cancels.push((*request, sent)),
            }
        }
    }

    /// A replace went out. One of a filled order brings it back.
    pub(super) fn replace(&mut self, request: &ReplaceRequested, sent: Sent) {
        let order = &request.order;
        let own = OrderView { cl_ord_id: order.orig_cl_ord_id, orig_cl_ord_id: ClOrdId::EMPTY, ..*order };
        let back = || Open { acknowledged: true, ..Open::new(&own) };
        let open = self.orders.entry(order.order_id).or_insert_with(back);
        open.is_over = false;
        open.replaces.push(Replace { request: *request, sent, answered: false });
    }

    /// What waited for the session went out.
    pub(super) fn went_out(&mut self, order_id: OrderId) {
        self.orders.get_mut(&order_id).into_iter().for_each(|open| open.turn(&[Sent::No], Sent::Once));
    }

    /// The numbers begin again: nothing that was sent under the old ones, in either direction, can be asked for any more.
    pub(super) fn numbers_are_void(&mut self) {
        self.orders.values_mut().for_each(|open| open.in_doubt = !open.is_over);
        self.turn(&[Sent::Yes, Sent::Once]);
    }

    /// The connection is gone, or a gap has swallowed what has no record.
    pub(super) fn lost_sight(&mut self) {
        self.turn(&[Sent::Once]);
    }

    /// Requests that came as far as this may or may not have arrived.
    fn turn(&mut self, from: &[Sent]) {
        self.orders.values_mut().for_each(|open| open.turn(from, Sent::Perhaps));
    }

    /// Takes in an event that may be an answer; `is_here`: its order goes to this broker. Gives the requests that waited for the
    /// session and have come too late, and what their refusals are.
    pub(super) fn on_event(&mut self, event: &Event, is_here: bool) -> Vec<(OrderView, ReportKind)> {
        let order_id = match event {
            Event::VenueAccepted(e) => e.order_id,
            Event::CancelRejected(e) => e.order_id,
            other => match other.order() {
                Some(order) => order.order_id,
                None => return Vec::new(),
            },
        };
        // A bust, and what the broker restates, may bring an order back.
        if let Event::TradeCanceled(_) | Event::TradeCorrected(_) | Event::OrderRestated(_) = event
            && let Some(order) = event.order().filter(|order| is_here && order.is_working() && order.held == 0)
        {
            self.orders.entry(order_id).or_insert_with(|| Open { acknowledged: true, ..Open::new(order) });
        }
        let Some(open) = self.orders.get_mut(&order_id) else { return Vec::new() };
        match event {
            Event::VenueAccepted(_) => {
                (open.acknowledged, open.in_doubt) = (true, false);
                return Vec::new();
            }
            Event::CancelRejected(e) if e.ends_pending == 1 && e.response_to == CxlRejResponseTo::Replace => {
                open.replaces.retain(|replace| replace.request.order.cl_ord_id != e.cl_ord_id);
                open.order.ord_status = e.ord_status;
            }
            Event::OrderReplaced(e) => {
                open.replaces.retain(|replace| replace.request.order.cl_ord_id != e.order.cl_ord_id);
                open.is_now(e.order);
                (open.acknowledged, open.in_doubt) = (true, false);
            }
            Event::OrderRestated(e) => {
                open.restated = None;
                (open.acknowledged, open.in_doubt) = (true, false);
                open.show(&e.order);
            }
            Event::OrderFilled(e) => {
                open.acknowledged = true;
                open.show(&e.order);
            }
            Event::OrderCanceled(_) | Event::OrderRejected(_) | Event::OrderExpired(_) => {
                event.order().into_iter().for_each(|order| open.show(order));
                open.in_doubt = false;
            }
            Event::TradeCanceled(_)
            | Event::TradeCorrected(_)
            | Event::OrderDoneForDay(_)
            | Event::OrderStopped(_)
            | Event::OrderSuspended(_)
            | Event::OrderTriggered(_) => event.order().into_iter().for_each(|order| open.show(order)),
            _ => return Vec::new(),
        }
        self.settle(order_id)
    }

    /// Forgets an order that is over and about which nothing waits.
    fn settle(&mut self, order_id: OrderId) -> Vec<(OrderView, ReportKind)> {
        let Some(open) = self.orders.get_mut(&order_id) else { return Vec::new() };
        if open.order.is_working() {
            open.is_over = false;
            return Vec::new();
        }
        let too_late = open.take_unsent();
        open.has_unnamed_cancel = false;
        let was_over = std::mem::replace(&mut open.is_over, true);
        if !open.waits() {
            self.forget(order_id);
        } else if !was_over {
            if self.over.len() == OVER_MAX
                && let Some(oldest) = self.over.pop_front()
                && self.orders.get(&oldest).is_some_and(|open| open.is_over)
            {
                self.forget(oldest);
            }
            self.over.push_back(order_id);
        }
        too_late
    }

    fn forget(&mut self, order_id: OrderId) {
        let Some(open) = self.orders.remove(&order_id).filter(|open| open.venue_order_id != 0) else { return };
        if self.past.len() == NAMES_KEPT
            && let Some(oldest) = self.past.pop_front()
            && self.named.get(&oldest).is_some_and(|named| !self.orders.contains_key(&named.order_id))
        {
            self.named.remove(&oldest);
        }
        self.past.push_back(open.venue_order_id);
    }

    /// The orders to be gone through after a Logon; by OrderID, so that the same happens every time.
    pub(super) fn to_ask(&self) -> VecDeque<OrderId> {
        let wanted = |open: &Open| open.in_doubt || !open.acknowledged || open.waits();
        let working = self.orders.iter().filter(|(_, open)| !open.is_over && wanted(open));
        let mut ids: Vec<OrderId> = working.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.into()
    }
}

/// What the broker says.
impl OpenOrders {
    /// The order that the broker calls so, and whether we did not send it.
    pub(super) fn named(&self, venue_order_id: u64) -> Option<(OrderId, bool)> {
        self.named.get(&venue_order_id).map(|named| (named.order_id, named.is_foreign))
    }

    /// The broker calls the order so.
    pub(super) fn name(&mut self, order_id: OrderId, venue_order_id: u64) {
        if let Some(open) = self.orders.get_mut(&order_id).filter(|open| open.venue_order_id != venue_order_id) {
            let before = std::mem::replace(&mut open.venue_order_id, venue_order_id);
            self.named.remove(&before);
            self.named.insert(venue_order_id, Named { order_id, is_foreign: open.is_foreign });
        }
    }

    /// The broker has restated the order; zeros are what it does not say.
    pub(super) fn restated(&mut self, order_id: OrderId, order_qty: Qty, price: Px) {
        if let Some(open) = self.orders.get_mut(&order_id) {
            let qty = if order_qty.is_zero() { open.order.order_qty } else { order_qty };
            open.restated = Some((qty, if price.is_zero() { open.order.price } else { price }));
        }
    }

    /// The cancel of this ClOrdID(11), if it waits for an answer.
    pub(super) fn cancel_of(&self, order_id: OrderId, cl_ord_id: &[u8]) -> Option<Sent> {
        let open = self.orders.get(&order_id)?;
        let named = open.cancels.iter().find(|(request, _)| is_named(&request.order, cl_ord_id));
        named.map(|(_, sent)| *sent).or(open.has_unnamed_cancel.then_some(Sent::Perhaps))
    }

    /// The replace of this ClOrdID(11), if it is the one that the broker decides next.
    pub(super) fn replace_of(&self, order_id: OrderId, cl_ord_id: &[u8]) -> Option<Replace> {
        let next = self.orders.get(&order_id)?.replaces.iter().find(|replace| !replace.answered)?;
        is_named(&next.request.order, cl_ord_id).then_some(*next)
    }

    /// Does a replace of the order wait for the broker?
    pub(super) fn awaits_replace(&self, order_id: OrderId) -> bool {
        self.orders.get(&order_id).is_some_and(|open| open.replaces.iter().any(|replace| !replace.answered))
    }

    /// The broker has refused the request of this ClOrdID(11).
    pub(super) fn is_refused(&mut self, order_id: OrderId, kind: ReportKind, cl_ord_id: &[u8]) {
        match kind {
            ReportKind::ReplaceRejected => self.replace_is_answered(order_id, cl_ord_id),
            ReportKind::CancelRejected => {
                if let Some(open) = self.orders.get_mut(&order_id) {
                    open.cancel_is_answered(cl_ord_id);
                    self.settle(order_id);
                }
            }
            _ => {}
        }
    }

    /// The broker has decided the replace.
    pub(super) fn replace_is_answered(&mut self, order_id: OrderId, cl_ord_id: &[u8]) {
        let replaces = self.orders.get_mut(&order_id).into_iter().flat_map(|open| &mut open.replaces);
        replaces.filter(|replace| is_named(&replace.request.order, cl_ord_id)).for_each(|one| one.answered = true);
    }
}

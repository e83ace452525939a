//! What a broker has not answered yet: the orders and requests whose fate is not known.
//!
//! Kept from the log alone, like everything that leaves: an order is here from the event that sends it to the event that
//! tells its fate. After a restart the engine's working orders say the same.

use hashbrown::HashMap;
use model::{
    CancelRequested, ClOrdId, CxlRejResponseTo, Event, OrdStatus, OrderId, OrderView, Px, Qty, ReplaceRequested,
};
use rustc_hash::FxBuildHasher;

use super::orders::cl_ord_id_at_broker;

/// Orders with something unanswered that there is room for before the table grows.
const ROOM_AT_FIRST: usize = 4_096;

/// A working order of the engine's, as the broker's agent needs it at the start.
#[derive(Clone, Copy, Debug)]
pub struct WorkingOrder {
    /// The order.
    pub view: OrderView,
    /// The broker said before that it has the order.
    pub acknowledged: bool,
    /// The ClOrdID(11) of the cancel that waits for an answer; empty where none does.
    pub pending_cancel: ClOrdId,
    /// The ClOrdID(11) of the replace that waits, with OrderQty(38) and Price(44) asked for; empty where none does.
    pub pending_replace: (ClOrdId, Qty, Px),
}

/// How far a request has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sent {
    /// It waits for the session.
    No,
    /// In this life of the daemon, under a number that the record has: what the broker missed it asks for.
    Yes,
    /// In an earlier life, or without a record.
    Perhaps,
}

/// What is open about one order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Open {
    /// The order itself: the broker has not said that it has it.
    pub(super) new: Option<OrderView>,
    pub(super) cancel: Option<(CancelRequested, Sent)>,
    pub(super) replace: Option<(ReplaceRequested, Sent)>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Unanswered(HashMap<OrderId, Open, FxBuildHasher>);

impl Unanswered {
    /// What the engine's working orders leave open.
    pub(super) fn of(working: impl IntoIterator<Item = WorkingOrder>) -> Unanswered {
        let mut open = HashMap::with_capacity_and_hasher(ROOM_AT_FIRST, FxBuildHasher);
        for order in working {
            let request = |cl_ord_id| OrderView { cl_ord_id, orig_cl_ord_id: order.view.cl_ord_id, ..order.view };
            let (replace, order_qty, price) = order.pending_replace;
            let of_order = Open {
                new: (!order.acknowledged).then_some(order.view),
                cancel: (!order.pending_cancel.is_empty())
                    .then(|| (CancelRequested { order: request(order.pending_cancel) }, Sent::Perhaps)),
                replace: (!replace.is_empty()).then(|| {
                    let order = request(replace);
                    (ReplaceRequested { order, order_qty, price, worst_px: price, reserved: 0 }, Sent::Perhaps)
                }),
            };
            if !of_order.is_empty() {
                open.insert(order.view.order_id, of_order);
            }
        }
        Unanswered(open)
    }

    /// An order went out.
    pub(super) fn order_sent(&mut self, order: &OrderView) {
        self.0.entry(order.order_id).or_default().new = Some(*order);
    }

    /// A cancel went out, or waits for the session.
    pub(super) fn cancel(&mut self, request: &CancelRequested, sent: Sent) {
        self.0.entry(request.order.order_id).or_default().cancel = Some((*request, sent));
    }

    /// A replace went out.
    pub(super) fn replace(&mut self, request: &ReplaceRequested, sent: Sent) {
        self.0.entry(request.order.order_id).or_default().replace = Some((*request, sent));
    }

    /// Takes in an event that may be the answer.
    pub(super) fn on_event(&mut self, event: &Event) {
        match event {
            Event::VenueAccepted(e) => self.change(e.order_id, |open| open.new = None),
            Event::OrderFilled(e) if is_over(e.order.ord_status) => self.forget(e.order.order_id),
            Event::OrderFilled(e) => self.change(e.order.order_id, |open| open.new = None),
            Event::OrderReplaced(e) if is_over(e.order.ord_status) => self.forget(e.order.order_id),
            Event::OrderReplaced(e) => self.change(e.order.order_id, |open| open.replace = None),
            Event::CancelRejected(e) if e.ends_pending == 1 => self.change(e.order_id, |open| match e.response_to {
                CxlRejResponseTo::Cancel => open.cancel = None,
                CxlRejResponseTo::Replace => open.replace = None,
            }),
            Event::OrderCanceled(e) => self.forget(e.order.order_id),
            Event::OrderRejected(e) => self.forget(e.order.order_id),
            Event::OrderExpired(e) => self.forget(e.order.order_id),
            _ => {}
        }
    }

    /// Does a cancel of this ClOrdID(11) wait for an answer?
    pub(super) fn has_cancel(&self, order_id: OrderId, cl_ord_id: &[u8]) -> bool {
        let request = self.0.get(&order_id).and_then(|open| open.cancel);
        request.is_some_and(|(request, _)| is_named(&request.order, cl_ord_id))
    }

    /// Does a replace of this ClOrdID(11) wait for an answer?
    pub(super) fn has_replace(&self, order_id: OrderId, cl_ord_id: &[u8]) -> bool {
        let request = self.0.get(&order_id).and_then(|open| open.replace);
        request.is_some_and(|(request, _)| is_named(&request.order, cl_ord_id))
    }

    /// All that is open, to be gone through after a Logon; by OrderID, so that the same happens every time.
    pub(super) fn all(&self) -> Vec<(OrderId, Open)> {
        let mut all: Vec<_> = self.0.iter().map(|(id, open)| (*id, *open)).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }

    fn change(&mut self, order_id: OrderId, change: impl FnOnce(&mut Open)) {
        if let Some(open) = self.0.get_mut(&order_id) {
            change(open);
            if open.is_empty() {
                self.0.remove(&order_id);
            }
        }
    }

    fn forget(&mut self, order_id: OrderId) {
        self.0.remove(&order_id);
    }
}

impl Open {
    fn is_empty(&self) -> bool {
        self.new.is_none() && self.cancel.is_none() && self.replace.is_none()
    }
}

fn is_named(request: &OrderView, cl_ord_id: &[u8]) -> bool {
    cl_ord_id_at_broker(request.order_id, &request.cl_ord_id).as_bytes() == cl_ord_id
}

fn is_over(status: OrdStatus) -> bool {
    !status.is_working()
}

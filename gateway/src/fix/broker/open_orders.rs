//! The orders that are open at a broker, and what it has not answered yet about each.
//!
//! Kept from the log alone, like everything that leaves: an order is here from the event that sends it to the event that ends
//! it, and a request beyond that, until it is answered: the broker's no to a cancel may cross the last fill. After a restart
//! the engine's working orders say the same.

use std::collections::VecDeque;

use hashbrown::HashMap;
use model::{
    CancelCause, CancelRequested, ClOrdId, CxlRejResponseTo, Event, OrdStatus, OrderId, OrderView, Px, Qty,
    ReplaceRequested,
};
use rustc_hash::FxBuildHasher;

use super::orders::cl_ord_id_at_broker;

/// Orders that there is room for before the table grows.
const ROOM_AT_FIRST: usize = 4_096;
/// Orders that are over and still have a request without an answer; the oldest is forgotten when there are more.
const OVER_MAX: usize = 4_096;

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
    /// Under a number that the record has: what the broker missed it asks for.
    Yes,
    /// For the first time and without a record, on the connection that is there.
    Once,
    /// In an earlier life, under numbers that are void, or without a record.
    Perhaps,
}

/// One order.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// As its last event showed it.
    pub(super) order: OrderView,
    /// The broker said that it has it.
    pub(super) acknowledged: bool,
    /// Reports of it may be lost, so it is asked for until the broker has said how it stands.
    pub(super) in_doubt: bool,
    pub(super) cancel: Option<Box<(CancelRequested, Sent)>>,
    pub(super) replace: Option<Box<(ReplaceRequested, Sent)>>,
    /// It does not work any more.
    pub(super) is_over: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct OpenOrders {
    orders: HashMap<OrderId, Open, FxBuildHasher>,
    over: VecDeque<OrderId>,
}

impl OpenOrders {
    /// What the engine says at the start.
    pub(super) fn of(working: impl IntoIterator<Item = WorkingOrder>) -> OpenOrders {
        let mut orders = HashMap::with_capacity_and_hasher(ROOM_AT_FIRST, FxBuildHasher);
        for order in working {
            let request = |cl_ord_id| OrderView { cl_ord_id, orig_cl_ord_id: order.view.cl_ord_id, ..order.view };
            let (replace, order_qty, price) = order.pending_replace;
            let cancel =
                CancelRequested { order: request(order.pending_cancel), cause: CancelCause::Client, reserved: [0; 15] };
            let replaced = ReplaceRequested {
                order: request(replace),
                order_qty,
                price,
                stop_px: order.view.stop_px,
                worst_px: price,
                behind: ClOrdId::EMPTY,
                reserved: 0,
            };
            let open = Open {
                order: order.view,
                acknowledged: order.acknowledged,
                in_doubt: false,
                cancel: (!order.pending_cancel.is_empty()).then(|| Box::new((cancel, Sent::Perhaps))),
                replace: (!replace.is_empty()).then(|| Box::new((replaced, Sent::Perhaps))),
                is_over: false,
            };
            orders.insert(order.view.order_id, open);
        }
        OpenOrders { orders, over: VecDeque::with_capacity(OVER_MAX) }
    }

    pub(super) fn get(&self, order_id: OrderId) -> Option<&Open> {
        self.orders.get(&order_id)
    }

    /// An order went out.
    pub(super) fn order_sent(&mut self, order: &OrderView) {
        let open =
            Open { order: *order, acknowledged: false, in_doubt: false, cancel: None, replace: None, is_over: false };
        self.orders.insert(order.order_id, open);
    }

    /// A cancel went out, or waits for the session.
    pub(super) fn cancel(&mut self, request: &CancelRequested, sent: Sent) {
        if let Some(open) = self.orders.get_mut(&request.order.order_id) {
            open.cancel = Some(Box::new((*request, sent)));
        }
    }

    /// A replace went out.
    pub(super) fn replace(&mut self, request: &ReplaceRequested, sent: Sent) {
        if let Some(open) = self.orders.get_mut(&request.order.order_id) {
            open.replace = Some(Box::new((*request, sent)));
        }
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
        for open in self.orders.values_mut() {
            let requests = [open.cancel.as_mut().map(|of| &mut of.1), open.replace.as_mut().map(|of| &mut of.1)];
            requests.into_iter().flatten().filter(|sent| from.contains(sent)).for_each(|sent| *sent = Sent::Perhaps);
        }
    }

    /// Takes in an event that may be an answer. Gives a cancel that waited for the session and has come too late.
    pub(super) fn on_event(&mut self, event: &Event) -> Option<OrderView> {
        let order_id = match event {
            Event::VenueAccepted(e) => e.order_id,
            Event::CancelRejected(e) => e.order_id,
            other => match other.order() {
                Some(order) => order.order_id,
                None => return None,
            },
        };
        let open = self.orders.get_mut(&order_id)?;
        match event {
            Event::VenueAccepted(_) => (open.acknowledged, open.in_doubt) = (true, false),
            Event::OrderFilled(e) => {
                open.acknowledged = true;
                (open.order.cum_qty, open.order.ord_status) = (e.order.cum_qty, e.order.ord_status);
            }
            Event::OrderReplaced(e) => {
                open.order = OrderView { orig_cl_ord_id: ClOrdId::EMPTY, ..e.order };
                open.replace = None;
            }
            Event::CancelRejected(e) if e.ends_pending == 1 => match e.response_to {
                CxlRejResponseTo::Cancel => open.cancel = None,
                CxlRejResponseTo::Replace => open.replace = None,
            },
            Event::OrderCanceled(_) | Event::OrderRejected(_) | Event::OrderExpired(_) => {
                open.order.ord_status = OrdStatus::Canceled;
                open.cancel = None;
            }
            _ => return None,
        }
        if open.order.is_working() {
            return None;
        }
        let too_late = match open.cancel.as_deref() {
            Some((request, Sent::No)) => Some(request.order),
            _ => None,
        };
        let was_over = std::mem::replace(&mut open.is_over, true);
        if open.cancel.is_none() && open.replace.is_none() {
            self.orders.remove(&order_id);
        } else if !was_over {
            if self.over.len() == OVER_MAX
                && let Some(oldest) = self.over.pop_front()
            {
                self.orders.remove(&oldest);
            }
            self.over.push_back(order_id);
        }
        too_late
    }

    /// The cancel of this ClOrdID(11), if it waits for an answer.
    pub(super) fn cancel_of(&self, order_id: OrderId, cl_ord_id: &[u8]) -> Option<Sent> {
        let (request, sent) = self.orders.get(&order_id)?.cancel.as_deref()?;
        is_named(&request.order, cl_ord_id).then_some(*sent)
    }

    /// The replace of this ClOrdID(11), if it waits for an answer.
    pub(super) fn replace_of(&self, order_id: OrderId, cl_ord_id: &[u8]) -> Option<Sent> {
        let (request, sent) = self.orders.get(&order_id)?.replace.as_deref()?;
        is_named(&request.order, cl_ord_id).then_some(*sent)
    }

    /// The orders to be gone through after a Logon; by OrderID, so that the same happens every time.
    pub(super) fn to_ask(&self) -> VecDeque<OrderId> {
        let wanted =
            |open: &Open| open.in_doubt || !open.acknowledged || open.cancel.is_some() || open.replace.is_some();
        let working = self.orders.iter().filter(|(_, open)| !open.is_over && wanted(open));
        let mut ids: Vec<OrderId> = working.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.into()
    }
}

fn is_named(request: &OrderView, cl_ord_id: &[u8]) -> bool {
    cl_ord_id_at_broker(request.order_id, &request.cl_ord_id).as_bytes() == cl_ord_id
}

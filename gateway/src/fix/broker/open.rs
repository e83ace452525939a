//! One order that is open at a broker: how it stood last, and what waits for an answer.

use model::{CancelCause, CancelRequested, ClOrdId, OrderView, Px, Qty, ReplaceRequested, ReportKind, Side};

use super::ids::cl_ord_id_at_broker;

/// A working order of the engine's, as the broker's agent needs it at the start.
#[derive(Clone, Debug)]
pub struct WorkingOrder {
    /// The order.
    pub view: OrderView,
    /// The broker said before that it has the order.
    pub acknowledged: bool,
    /// What the broker said of it may be lost.
    pub in_doubt: bool,
    /// What stands for the broker's OrderID(37) of an order that we did not send; 0 for ours.
    pub venue_order_id: u64,
    /// The ClOrdID(11) of the client's cancel that waits for an answer; empty where none does.
    pub pending_cancel: ClOrdId,
    /// Another cancel waits, whose name is not kept.
    pub is_ending: bool,
    /// The replaces that wait at the broker, the oldest first.
    pub pending_replaces: Vec<PendingReplace>,
}

/// A replace that waits.
#[derive(Clone, Copy, Debug)]
pub struct PendingReplace {
    /// Its ClOrdID(11).
    pub cl_ord_id: ClOrdId,
    /// OrderQty(38) asked for.
    pub order_qty: Qty,
    /// Price(44) asked for.
    pub price: Px,
    /// StopPx(99) asked for.
    pub stop_px: Px,
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

/// A replace on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replace {
    pub(super) request: ReplaceRequested,
    pub(super) sent: Sent,
    /// The broker has decided; the engine will hear of it.
    pub(super) answered: bool,
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
    /// We did not send it: the broker knows no name of ours for it.
    pub(super) is_foreign: bool,
    /// Cancels that wait, of the client and of the engine, in the order in which they went out.
    pub(super) cancels: Vec<(CancelRequested, Sent)>,
    /// A cancel of an earlier life waits whose name nobody knows.
    pub(super) has_unnamed_cancel: bool,
    /// Replaces that wait, in the order in which they went out.
    pub(super) replaces: Vec<Replace>,
    /// The best price for the other side that it ever had: a fill from before a replace may come after it.
    pub(super) granted: Px,
    /// Quantity and price that the broker has restated, until the engine says so too.
    pub(super) restated: Option<(Qty, Px)>,
    /// What stands for the broker's OrderID(37); 0 until it is known.
    pub(super) venue_order_id: u64,
    /// It does not work any more.
    pub(super) is_over: bool,
}

impl Open {
    pub(super) fn new(order: &OrderView) -> Open {
        Open {
            order: *order,
            acknowledged: false,
            in_doubt: false,
            is_foreign: false,
            cancels: Vec::new(),
            has_unnamed_cancel: false,
            replaces: Vec::new(),
            granted: order.price,
            restated: None,
            venue_order_id: 0,
            is_over: false,
        }
    }

    pub(super) fn of_working(working: &WorkingOrder) -> Open {
        let view = working.view;
        let request = |cl_ord_id| OrderView { cl_ord_id, orig_cl_ord_id: view.cl_ord_id, ..view };
        let mut behind = ClOrdId::EMPTY;
        let replaces = working.pending_replaces.iter().map(|pending| {
            let PendingReplace { cl_ord_id, order_qty, price, stop_px } = *pending;
            let before = std::mem::replace(&mut behind, cl_ord_id);
            let order = request(cl_ord_id);
            let request =
                ReplaceRequested { order, order_qty, price, stop_px, worst_px: price, behind: before, reserved: 0 };
            Replace { request, sent: Sent::Perhaps, answered: false }
        });
        let cancel =
            CancelRequested { order: request(working.pending_cancel), cause: CancelCause::Client, reserved: [0; 15] };
        Open {
            acknowledged: working.acknowledged,
            in_doubt: working.in_doubt,
            is_foreign: working.venue_order_id != 0,
            cancels: if working.pending_cancel.is_empty() { Vec::new() } else { vec![(cancel, Sent::Perhaps)] },
            has_unnamed_cancel: working.is_ending,
            replaces: replaces.collect(),
            venue_order_id: working.venue_order_id,
            ..Open::new(&view)
        }
    }

    pub(super) fn waits(&self) -> bool {
        !self.cancels.is_empty() || self.has_unnamed_cancel || !self.replaces.is_empty()
    }

    /// Is this a price that the order may be filled at, by what it is, was told to be, or asks to be? The engine's answers lag
    /// behind the broker's, so each of them counts.
    pub(super) fn allows(&self, last_px: Px) -> bool {
        let is_within = |price: Px| {
            price.is_zero()
                || match self.order.side {
                    Side::Buy => last_px <= price,
                    Side::Sell => last_px >= price,
                }
        };
        let asked = self.replaces.iter().map(|replace| replace.request.price);
        let restated = self.restated.map(|(_, price)| price);
        !self.order.ord_type.has_price() || asked.chain(restated).chain([self.order.price, self.granted]).any(is_within)
    }

    /// Is this an OrderQty(38) that the order may have at the broker?
    pub(super) fn may_have(&self, order_qty: Qty) -> bool {
        let asked = self.replaces.iter().map(|replace| replace.request.order_qty);
        asked.chain(self.restated.map(|(qty, _)| qty)).chain([self.order.order_qty]).any(|qty| qty == order_qty)
    }

    /// Requests that came as far as `from` have come to `to`.
    pub(super) fn turn(&mut self, from: &[Sent], to: Sent) {
        let cancels = self.cancels.iter_mut().map(|(_, sent)| sent);
        let requests = cancels.chain(self.replaces.iter_mut().map(|replace| &mut replace.sent));
        requests.filter(|sent| from.contains(sent)).for_each(|sent| *sent = to);
    }

    /// The order has ended: requests that waited for the session have come too late. A replace waits for those before it.
    pub(super) fn take_unsent(&mut self) -> Vec<(OrderView, ReportKind)> {
        let is_next = self.replaces.first().is_some_and(|first| first.sent == Sent::No);
        let replaces =
            self.replaces.iter().filter(|_| is_next).map(|one| (one.request.order, ReportKind::ReplaceRejected));
        let cancels = self.cancels.iter().filter(|(_, sent)| *sent == Sent::No);
        let cancels = cancels.map(|(request, _)| (request.order, ReportKind::CancelRejected));
        let unsent = cancels.chain(replaces).collect();
        self.cancels.retain(|(_, sent)| *sent != Sent::No);
        if is_next {
            self.replaces.clear();
        }
        unsent
    }

    /// The broker has refused the cancel of this ClOrdID(11).
    pub(super) fn cancel_is_answered(&mut self, cl_ord_id: &[u8]) {
        let before = self.cancels.len();
        self.cancels.retain(|(request, _)| !is_named(&request.order, cl_ord_id));
        if self.cancels.len() == before {
            self.has_unnamed_cancel = false;
        }
    }

    /// The order as an event shows it; the name stays the order's own.
    pub(super) fn show(&mut self, order: &OrderView) {
        let cl_ord_id = self.order.cl_ord_id;
        self.is_now(OrderView { cl_ord_id, ..*order });
    }

    /// The order as it is from now on.
    pub(super) fn is_now(&mut self, order: OrderView) {
        self.order = OrderView { orig_cl_ord_id: ClOrdId::EMPTY, ..order };
        self.granted = match order.side {
            Side::Buy => self.granted.max(order.price),
            Side::Sell => self.granted.min(order.price),
        };
    }
}

/// Is this the ClOrdID(11) of the request at the broker?
pub(super) fn is_named(request: &OrderView, cl_ord_id: &[u8]) -> bool {
    cl_ord_id_at_broker(request.order_id, &request.cl_ord_id).as_bytes() == cl_ord_id
}

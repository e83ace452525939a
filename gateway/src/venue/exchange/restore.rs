//! The venue after a restart: the engine tells what it holds open, and the venue goes on from there.

use model::{OrderView, Px, Qty, TimeInForce, VenueReport};

use super::super::book::Terms;
use super::{Exchange, order_of, terms_of};

/// An order that the engine holds open while the venue starts, or holds back itself.
#[derive(Clone, Debug)]
pub struct OpenOrder {
    /// The order.
    pub view: OrderView,
    /// The worst price that it may trade at.
    pub worst_px: Px,
    /// MinQty(110).
    pub min_qty: Qty,
    /// MaxFloor(111).
    pub max_floor: Qty,
    /// It does not trade for now.
    pub suspended: bool,
    /// The venue said before that it has the order.
    pub acknowledged: bool,
    /// A cancel waits for an answer.
    pub pending_cancel: bool,
    /// Replaces that wait for an answer, the oldest first: OrderQty(38) and Price(44) asked for.
    pub pending_replaces: Vec<(Qty, Px)>,
}

impl OpenOrder {
    fn terms(&self) -> Terms {
        Terms { min_qty: self.min_qty, max_floor: self.max_floor, ..terms_of(&self.view) }
    }
}

impl Exchange {
    /// Answers for the orders that the engine holds open, as a broker does after an order mass status request. Sorted
    /// by priority. First what was acknowledged goes back to rest, silently; then what was not is received anew; then
    /// the waiting cancels and replaces are answered. An iceberg has its first place again.
    ///
    /// An acknowledged order can still trade here: where the venue went away between an acknowledgement and its fills,
    /// the fills are still due, and an immediate order still has to end.
    pub fn restore(&mut self, open: &[OpenOrder], each: &mut impl FnMut(VenueReport)) {
        for order in open.iter().filter(|order| order.view.held != 0) {
            self.hold(order.view.order_id, order.terms());
        }
        let here = || open.iter().filter(|order| order.view.held == 0);
        for order in here().filter(|order| order.acknowledged) {
            self.take_back(order, each);
        }
        for order in here().filter(|order| !order.acknowledged) {
            self.receive(&order.view, order.worst_px, order.terms(), each);
        }
        for order in here() {
            for (order_qty, px) in order.pending_replaces.iter().copied() {
                self.replace(order.view.order_id, order_qty, px, each);
            }
            if order.pending_cancel {
                self.cancel(order.view.order_id, each);
            }
        }
        self.last_order_id = open.iter().map(|order| order.view.order_id).max().unwrap_or_default();
    }

    fn take_back(&mut self, open: &OpenOrder, each: &mut impl FnMut(VenueReport)) {
        let mut order = order_of(&open.view, open.worst_px, open.terms());
        if !order.cum.is_zero() {
            // An order that was partly filled when the venue went away has passed these tests already.
            order.terms.min_qty = Qty::ZERO;
            if order.time_in_force == TimeInForce::FillOrKill {
                order.time_in_force = TimeInForce::ImmediateOrCancel;
            }
        }
        let voice = &mut self.voice;
        if self.books.take_back(&order, open.suspended, |outcome| voice.tell(outcome, each)).is_err() {
            self.voice.cancel(order.order_id, each);
        }
    }
}

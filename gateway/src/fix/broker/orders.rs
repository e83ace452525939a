//! Events out to a broker: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G), each from its one event,
//! so that it can be written again, the same, years later; and OrderStatusRequest(H) for what is in doubt.
//!
//! The broker must see each ClOrdID(11) once, whatever our clients call their orders, so it sees ours: our OrderID(37), a
//! hyphen, and a hash of the client's ClOrdID. Everything about an order begins with the same OrderID, which is how a
//! report finds its order without any table; the hash tells its requests apart.

use std::io::Write as _;

use model::{AccountName, ClOrdId, EngineTime, Event, ExecId, InstrumentId, OrderId, OrderView, Px, Qty, VenueId};
use xxhash_rust::xxh3::xxh3_64;

use super::super::client::{NewOrderSingle, OrderCancelRequest};
use super::super::encode::Encoder;
use super::super::report::Names;
use super::super::resend::Teller;
use super::super::version::Version;
use super::super::{msg_type, tag};

/// HandlInst(21) of automated execution without intervention; FIX 4.2 wants it.
const AUTOMATED: u8 = b'1';
/// Digits of the hash in a ClOrdID(11): enough that two requests of one order never share it.
const HASH_DIGITS: usize = 12;

/// The ClOrdID(11) at the broker of the order or request that the client calls `cl_ord_id`.
pub(super) fn cl_ord_id_at_broker(order_id: OrderId, cl_ord_id: &ClOrdId) -> ClOrdId {
    let hash = xxh3_64(cl_ord_id.as_bytes()) >> (64 - 4 * HASH_DIGITS);
    let mut text = [0; 40];
    let mut rest = &mut text[..];
    let _ = write!(rest, "{order_id}-{hash:0HASH_DIGITS$x}");
    let len = 40 - rest.len();
    ClOrdId::clipped(&text[..len])
}

/// The order that a ClOrdID(11) of ours belongs to; none for one that is not ours.
pub(super) fn order_id_of(cl_ord_id: &[u8]) -> Option<OrderId> {
    let hyphen = cl_ord_id.iter().position(|byte| *byte == b'-')?;
    let digits = core::str::from_utf8(&cl_ord_id[..hyphen]).ok()?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    (canonical && cl_ord_id.len() == hyphen + 1 + HASH_DIGITS).then(|| digits.parse().ok().map(OrderId)).flatten()
}

/// Which instruments' orders go to one venue.
#[derive(Clone, Debug)]
pub(super) struct Route {
    venue: VenueId,
    instruments: Vec<bool>,
}

impl Route {
    pub(super) fn new(venue: VenueId) -> Route {
        Route { venue, instruments: Vec::new() }
    }

    /// Takes in an instrument's definition.
    pub(super) fn learn(&mut self, instrument: InstrumentId, venue: VenueId) {
        let index = instrument.0 as usize;
        if self.instruments.len() <= index {
            self.instruments.resize(index + 1, false);
        }
        self.instruments[index] = venue == self.venue;
    }

    pub(super) fn has(&self, order: &OrderView) -> bool {
        self.instruments.get(order.instrument.0 as usize).copied().unwrap_or(false)
    }
}

/// Tells a broker of what the engine decided.
pub(super) struct ToBroker<'a> {
    pub(super) version: Version,
    /// Account(1) that the broker knows us by; empty where it knows our own accounts.
    pub(super) account: &'a AccountName,
    pub(super) names: &'a Names,
    pub(super) route: &'a Route,
}

impl Teller for ToBroker<'_> {
    fn msg_type(&self, event: &Event) -> Option<&'static [u8]> {
        let (order, msg_type) = match event {
            Event::OrderAccepted(e) => (&e.order, msg_type::NEW_ORDER_SINGLE),
            Event::CancelRequested(e) => (&e.order, msg_type::ORDER_CANCEL_REQUEST),
            Event::ReplaceRequested(e) => (&e.order, msg_type::ORDER_CANCEL_REPLACE_REQUEST),
            _ => return None,
        };
        self.route.has(order).then_some(msg_type)
    }

    fn write_body(&self, event: &Event, _: ExecId, time: EngineTime, out: &mut Encoder) {
        match event {
            Event::OrderAccepted(e) => {
                self.single(&e.order, e.order.order_qty, e.order.price, time, |single| single.write_body(out));
                self.handling(out);
            }
            Event::CancelRequested(e) => {
                let orig = cl_ord_id_at_broker(e.order.order_id, &e.order.orig_cl_ord_id);
                self.request(&e.order, orig, time, |cancel| cancel.write_body(out));
            }
            Event::ReplaceRequested(e) => {
                let orig = cl_ord_id_at_broker(e.order.order_id, &e.order.orig_cl_ord_id);
                let write = |single: NewOrderSingle<'_>| single.write_replace_body(orig.as_bytes(), out);
                self.single(&e.order, e.order_qty, e.price, time, write);
                self.handling(out);
            }
            _ => {}
        }
    }
}

impl ToBroker<'_> {
    /// The body of an OrderStatusRequest(H).
    pub(super) fn status_request(&self, order: &OrderView, out: &mut Encoder) {
        self.request(order, ClOrdId::EMPTY, EngineTime(0), |request| request.write_status_body(out));
    }

    fn single(
        &self,
        order: &OrderView,
        order_qty: Qty,
        price: Px,
        time: EngineTime,
        write: impl FnOnce(NewOrderSingle<'_>),
    ) {
        write(NewOrderSingle {
            cl_ord_id: cl_ord_id_at_broker(order.order_id, &order.cl_ord_id).as_bytes(),
            account: self.account(order),
            symbol: self.names.symbol(order.instrument),
            side: order.side.value(),
            ord_type: order.ord_type.value(),
            time_in_force: order.time_in_force.value(),
            order_qty: order_qty.units(),
            price: (!price.is_zero()).then_some(price.units()),
            transact_time_ns: time.0,
        });
    }

    fn request(
        &self,
        order: &OrderView,
        orig_cl_ord_id: ClOrdId,
        time: EngineTime,
        write: impl FnOnce(OrderCancelRequest<'_>),
    ) {
        write(OrderCancelRequest {
            cl_ord_id: cl_ord_id_at_broker(order.order_id, &order.cl_ord_id).as_bytes(),
            orig_cl_ord_id: orig_cl_ord_id.as_bytes(),
            account: self.account(order),
            symbol: self.names.symbol(order.instrument),
            side: order.side.value(),
            order_qty: order.order_qty.units(),
            transact_time_ns: time.0,
        });
    }

    fn handling(&self, out: &mut Encoder) {
        if self.version == Version::Fix42 {
            out.field_char(tag::HANDL_INST, AUTOMATED);
        }
    }

    fn account(&self, order: &OrderView) -> &[u8] {
        match self.account.is_empty() {
            true => self.names.account(order.account),
            false => self.account.as_bytes(),
        }
    }
}

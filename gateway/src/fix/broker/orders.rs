//! Events out to a broker: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G), each from its one event,
//! so that it can be written again, the same, years later; and OrderStatusRequest(H) for what is in doubt.
//!
//! The broker must see each ClOrdID(11) once, whatever our clients call their orders, so it sees ours: our OrderID(37), a
//! hyphen, and a hash of the client's ClOrdID. Everything about an order begins with the same OrderID, which is how a
//! report finds its order without any table; the hash tells its requests apart.

use std::io::Write as _;

use model::{AccountName, ClOrdId, EngineTime, Event, ExecId, InstrumentId, OrderId, OrderView, Px, Qty, VenueId};
use xxhash_rust::xxh3::xxh3_64;

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
                self.begin(&e.order, out);
                self.terms(&e.order, e.order.order_qty, e.order.price, time, out);
            }
            Event::CancelRequested(e) => {
                orig_cl_ord_id(&e.order, out);
                self.identity(&e.order, out);
                out.field_time(tag::TRANSACT_TIME, time.0);
                out.field_decimal(tag::ORDER_QTY, e.order.order_qty.units());
            }
            Event::ReplaceRequested(e) => {
                orig_cl_ord_id(&e.order, out);
                self.begin(&e.order, out);
                self.terms(&e.order, e.order_qty, e.price, time, out);
            }
            _ => {}
        }
    }
}

impl ToBroker<'_> {
    /// The body of an OrderStatusRequest(H).
    pub(super) fn status_request(&self, order: &OrderView, out: &mut Encoder) {
        self.identity(order, out);
    }

    /// What D and G have before the terms.
    fn begin(&self, order: &OrderView, out: &mut Encoder) {
        self.identity(order, out);
        if self.version == Version::Fix42 {
            out.field_char(tag::HANDL_INST, AUTOMATED);
        }
    }

    fn identity(&self, order: &OrderView, out: &mut Encoder) {
        out.field_bytes(tag::CL_ORD_ID, cl_ord_id_at_broker(order.order_id, &order.cl_ord_id).as_bytes());
        let own = self.names.account(order.account);
        out.field_bytes(tag::ACCOUNT, if self.account.is_empty() { own } else { self.account.as_bytes() });
        out.field_bytes(tag::SYMBOL, self.names.symbol(order.instrument));
        out.field_char(tag::SIDE, order.side.value());
    }

    fn terms(&self, order: &OrderView, order_qty: Qty, price: Px, time: EngineTime, out: &mut Encoder) {
        out.field_time(tag::TRANSACT_TIME, time.0);
        out.field_decimal(tag::ORDER_QTY, order_qty.units());
        out.field_char(tag::ORD_TYPE, order.ord_type.value());
        if !price.is_zero() {
            out.field_decimal(tag::PRICE, price.units());
        }
        out.field_char(tag::TIME_IN_FORCE, order.time_in_force.value());
    }
}

fn orig_cl_ord_id(request: &OrderView, out: &mut Encoder) {
    let orig = cl_ord_id_at_broker(request.order_id, &request.orig_cl_ord_id);
    out.field_bytes(tag::ORIG_CL_ORD_ID, orig.as_bytes());
}

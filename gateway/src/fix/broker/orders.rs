//! Events out to a broker: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G), each from its one event,
//! so that it can be written again, the same, years later; and what is asked: OrderStatusRequest(H),
//! OrderMassStatusRequest(AF).
//!
//! What Millrace does itself the broker does not hear of: orders that are held here, instructions that are between the client
//! and us, times in force that the broker lacks.

use model::{
    Abilities, AccountName, ClOrdId, EngineTime, Event, ExecId, ExecInst, OrderAccepted, OrderView, Px, Qty,
    ReplaceRequested, TimeInForce,
};

use super::super::client::{NewOrderSingle, OrderCancelRequest, SpecialTerms};
use super::super::encode::Encoder;
use super::super::report::{Names, exec_inst};
use super::super::resend::Teller;
use super::super::version::Version;
use super::super::{msg_type, tag};
use super::ids::cl_ord_id_at_broker;
use super::route::Route;

/// HandlInst(21) of automated execution without intervention; FIX 4.2 wants it.
const AUTOMATED: u8 = b'1';
/// MassStatusReqType(585): all orders.
const ALL_ORDERS: u8 = 7;

/// Instructions for the venue, and the ability that each needs. All others are between the client and us.
const FOR_THE_VENUE: [(ExecInst, Abilities); 5] = [
    (ExecInst::PARTICIPATE_DONT_INITIATE, Abilities::POST_ONLY),
    (ExecInst::REINSTATE_ON_TRADING_HALT, Abilities::HALTS),
    (ExecInst::CANCEL_ON_TRADING_HALT, Abilities::HALTS),
    (ExecInst::CANCEL_IF_NOT_BEST, Abilities::NOT_BEST),
    (ExecInst::TRAILING_STOP_PEG, Abilities::TRAILING_STOP),
];

/// Tells a broker of what the engine decided.
pub(super) struct ToBroker<'a> {
    pub(super) version: Version,
    /// Account(1) that the broker knows us by; empty where it knows our own accounts.
    pub(super) account: &'a AccountName,
    pub(super) names: &'a Names,
    pub(super) route: &'a Route,
}

/// The order that an event sends to its venue.
pub(super) fn sends_order(event: &Event) -> Option<&OrderView> {
    event.sends_order().filter(|order| order.held == 0)
}

/// Price(44) as the broker hears it: a protected market order has its worst price there.
fn price_at_broker(order: &OrderView, price: Px, worst_px: Px) -> Px {
    if order.protected == 1 && price.is_zero() { worst_px } else { price }
}

impl Teller for ToBroker<'_> {
    fn msg_type(&self, event: &Event) -> Option<&'static [u8]> {
        let (order, msg_type) = match event {
            Event::CancelRequested(e) => (&e.order, msg_type::ORDER_CANCEL_REQUEST),
            Event::ReplaceRequested(e) => (&e.order, msg_type::ORDER_CANCEL_REPLACE_REQUEST),
            other => (sends_order(other)?, msg_type::NEW_ORDER_SINGLE),
        };
        (order.held == 0 && self.route.has(order)).then_some(msg_type)
    }

    fn write_body(&self, event: &Event, _: ExecId, time: EngineTime, out: &mut Encoder) {
        match event {
            Event::CancelRequested(e) => {
                let orig = cl_ord_id_at_broker(e.order.order_id, &e.order.orig_cl_ord_id);
                self.request(&e.order, orig, time, |cancel| cancel.write_body(out));
            }
            Event::ReplaceRequested(e) => self.replace(e, time, out),
            Event::OrderAccepted(e) => self.new_order(&e.order, e.worst_px, Some(e), time, out),
            Event::OrderTriggered(e) => self.new_order(&e.order, e.worst_px, None, time, out),
            Event::OrderAdopted(e) => self.new_order(&e.order, e.worst_px, None, time, out),
            other => {
                if let Some(order) = sends_order(other) {
                    self.new_order(order, order.price, None, time, out);
                }
            }
        }
    }
}

impl ToBroker<'_> {
    /// The body of an OrderStatusRequest(H).
    pub(super) fn status_request(&self, order: &OrderView, out: &mut Encoder) {
        self.request(order, ClOrdId::EMPTY, EngineTime(0), |request| request.write_status_body(out));
    }

    /// The body of an OrderMassStatusRequest(AF) for all orders.
    pub(super) fn mass_status_request(mass_status_req_id: &[u8], out: &mut Encoder) {
        out.field_bytes(tag::MASS_STATUS_REQ_ID, mass_status_req_id);
        out.field_u64(tag::MASS_STATUS_REQ_TYPE, u64::from(ALL_ORDERS));
    }

    /// `accepted`: where it goes at once. One that Millrace held has used its special terms by the time it goes.
    fn new_order(
        &self,
        order: &OrderView,
        worst_px: Px,
        accepted: Option<&OrderAccepted>,
        time: EngineTime,
        out: &mut Encoder,
    ) {
        let cl_ord_id = cl_ord_id_at_broker(order.order_id, &order.cl_ord_id);
        let price = price_at_broker(order, order.price, worst_px);
        self.single(order, &cl_ord_id, order.order_qty, price, time).write_body(out);
        let instructions = exec_inst(self.instructions(order));
        let mut terms = self.terms(order, order.stop_px, instructions.as_bytes());
        if let Some(accepted) = accepted {
            terms.min_qty = accepted.min_qty.units();
            terms.max_floor = accepted.max_floor.units();
            terms.peg_offset = accepted.peg_offset.units();
        }
        terms.write(self.version, out);
        self.handling(out);
    }

    /// A pipelined one names the replace before it: the broker knows the order by that when it decides this one.
    fn replace(&self, e: &ReplaceRequested, time: EngineTime, out: &mut Encoder) {
        let order = &e.order;
        let named = if e.behind.is_empty() { &order.orig_cl_ord_id } else { &e.behind };
        let orig = cl_ord_id_at_broker(order.order_id, named);
        let cl_ord_id = cl_ord_id_at_broker(order.order_id, &order.cl_ord_id);
        let price = price_at_broker(order, e.price, e.worst_px);
        let single = self.single(order, &cl_ord_id, e.order_qty, price, time);
        single.write_replace_body(orig.as_bytes(), out);
        let instructions = exec_inst(self.instructions(order));
        self.terms(order, e.stop_px, instructions.as_bytes()).write(self.version, out);
        self.handling(out);
    }

    fn single<'b>(
        &'b self,
        order: &'b OrderView,
        cl_ord_id: &'b ClOrdId,
        order_qty: Qty,
        price: Px,
        time: EngineTime,
    ) -> NewOrderSingle<'b> {
        NewOrderSingle {
            cl_ord_id: cl_ord_id.as_bytes(),
            account: self.account(order),
            symbol: self.names.symbol(order.instrument),
            side: order.side.value(),
            ord_type: order.bounded_type().value(),
            time_in_force: self.route.time_in_force(order).value(),
            order_qty: order_qty.units(),
            price: (!price.is_zero()).then_some(price.units()),
            transact_time_ns: time.0,
        }
    }

    fn terms<'b>(&self, order: &OrderView, stop_px: Px, exec_inst: &'b [u8]) -> SpecialTerms<'b> {
        let expires = self.route.time_in_force(order) == TimeInForce::GoodTillDate;
        SpecialTerms {
            stop_px: if order.working_type().is_stop() { stop_px.units() } else { 0 },
            expire_time_ns: if expires { order.expire_time.0 } else { 0 },
            exec_inst,
            ..SpecialTerms::default()
        }
    }

    /// ExecInst(18) as the venue hears it.
    fn instructions(&self, order: &OrderView) -> ExecInst {
        let abilities = self.route.abilities(order).unwrap_or(Abilities::NONE);
        let heard = |(instruction, ability): &&(ExecInst, Abilities)| {
            order.exec_inst.has(*instruction) && abilities.has(*ability)
        };
        FOR_THE_VENUE.iter().filter(heard).fold(ExecInst::NONE, |all, (instruction, _)| all.with(*instruction))
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

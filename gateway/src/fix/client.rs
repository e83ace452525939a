//! The client's side of order messages: what a load generator or a test sends, and how it reads ExecutionReports.
//!
//! The session for it is [`super::session::Session`] with [`super::session::SessionConfig::initiator`].

use super::encode::Encoder;
use super::form::FieldProblem;
use super::message::{Message, optional};
use super::tag;
use super::version::Version;

/// The body of a NewOrderSingle(D). Begin it with `begin_app_message(now, msg_type::NEW_ORDER_SINGLE, out)`.
#[derive(Clone, Copy, Debug)]
pub struct NewOrderSingle<'a> {
    /// ClOrdID(11).
    pub cl_ord_id: &'a [u8],
    /// Account(1); empty is left out.
    pub account: &'a [u8],
    /// Symbol(55).
    pub symbol: &'a [u8],
    /// Side(54), `1` buy, `2` sell.
    pub side: u8,
    /// OrdType(40), `1` market, `2` limit.
    pub ord_type: u8,
    /// TimeInForce(59), `0` day, `1` GTC.
    pub time_in_force: u8,
    /// OrderQty(38) in 1e-8.
    pub order_qty: i64,
    /// Price(44) in 1e-8; none for market orders.
    pub price: Option<i64>,
    /// TransactTime(60), nanoseconds since 1970.
    pub transact_time_ns: i64,
}

impl NewOrderSingle<'_> {
    pub fn write_body(&self, out: &mut Encoder) {
        out.field_bytes(tag::CL_ORD_ID, self.cl_ord_id);
        out.field_bytes(tag::ACCOUNT, self.account);
        self.write_terms(out);
    }

    fn write_terms(&self, out: &mut Encoder) {
        out.field_bytes(tag::SYMBOL, self.symbol);
        out.field_char(tag::SIDE, self.side);
        out.field_time(tag::TRANSACT_TIME, self.transact_time_ns);
        out.field_decimal(tag::ORDER_QTY, self.order_qty);
        out.field_char(tag::ORD_TYPE, self.ord_type);
        if let Some(price) = self.price {
            out.field_decimal(tag::PRICE, price);
        }
        out.field_char(tag::TIME_IN_FORCE, self.time_in_force);
    }

    /// The body of an OrderCancelReplaceRequest(G): these terms instead of those of the order `orig_cl_ord_id`.
    pub fn write_replace_body(&self, orig_cl_ord_id: &[u8], out: &mut Encoder) {
        out.field_bytes(tag::ORIG_CL_ORD_ID, orig_cl_ord_id);
        self.write_body(out);
    }
}

/// Terms that few orders have, for the body of a NewOrderSingle(D) or an OrderCancelReplaceRequest(G). Zeros are left out.
#[derive(Clone, Copy, Default, Debug)]
pub struct SpecialTerms<'a> {
    /// StopPx(99) in 1e-8.
    pub stop_px: i64,
    /// PegOffsetValue(211) in 1e-8.
    pub peg_offset: i64,
    /// MinQty(110) in 1e-8.
    pub min_qty: i64,
    /// MaxFloor(111) in 1e-8; DisplayQty(1138) from FIX 5.0 SP2 on.
    pub max_floor: i64,
    /// ExpireTime(126), nanoseconds since 1970.
    pub expire_time_ns: i64,
    /// ExecInst(18): letters with spaces between; empty is left out.
    pub exec_inst: &'a [u8],
}

impl SpecialTerms<'_> {
    pub fn write(&self, version: Version, out: &mut Encoder) {
        let decimals = [
            (tag::STOP_PX, self.stop_px),
            (tag::PEG_OFFSET_VALUE, self.peg_offset),
            (tag::MIN_QTY, self.min_qty),
            (version.max_floor(), self.max_floor),
        ];
        decimals.into_iter().filter(|(_, units)| *units != 0).for_each(|(tag, units)| out.field_decimal(tag, units));
        if self.expire_time_ns != 0 {
            out.field_time(tag::EXPIRE_TIME, self.expire_time_ns);
        }
        out.field_bytes(tag::EXEC_INST, self.exec_inst);
    }
}

/// The body of an OrderCancelRequest(F), or of an OrderStatusRequest(H).
#[derive(Clone, Copy, Debug)]
pub struct OrderCancelRequest<'a> {
    /// ClOrdID(11) of this request.
    pub cl_ord_id: &'a [u8],
    /// OrigClOrdID(41), the order to cancel.
    pub orig_cl_ord_id: &'a [u8],
    /// Account(1); empty is left out.
    pub account: &'a [u8],
    /// Symbol(55).
    pub symbol: &'a [u8],
    /// Side(54).
    pub side: u8,
    /// OrderQty(38) in 1e-8.
    pub order_qty: i64,
    /// TransactTime(60), nanoseconds since 1970.
    pub transact_time_ns: i64,
}

impl OrderCancelRequest<'_> {
    pub fn write_body(&self, out: &mut Encoder) {
        out.field_bytes(tag::ORIG_CL_ORD_ID, self.orig_cl_ord_id);
        out.field_bytes(tag::CL_ORD_ID, self.cl_ord_id);
        out.field_bytes(tag::ACCOUNT, self.account);
        out.field_bytes(tag::SYMBOL, self.symbol);
        out.field_char(tag::SIDE, self.side);
        out.field_time(tag::TRANSACT_TIME, self.transact_time_ns);
        out.field_decimal(tag::ORDER_QTY, self.order_qty);
    }

    /// As an OrderStatusRequest(H): without OrigClOrdID(41), TransactTime(60) and OrderQty(38).
    pub fn write_status_body(&self, out: &mut Encoder) {
        out.field_bytes(tag::CL_ORD_ID, self.cl_ord_id);
        out.field_bytes(tag::ACCOUNT, self.account);
        out.field_bytes(tag::SYMBOL, self.symbol);
        out.field_char(tag::SIDE, self.side);
    }
}

/// What a client reads from an ExecutionReport(8). Prices and quantities in 1e-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExecutionReport<'a> {
    /// ClOrdID(11); empty when the report is unsolicited and has none.
    pub cl_ord_id: &'a [u8],
    /// OrderID(37).
    pub order_id: &'a [u8],
    /// ExecID(17).
    pub exec_id: &'a [u8],
    /// ExecType(150).
    pub exec_type: u8,
    /// OrdStatus(39).
    pub ord_status: u8,
    /// CumQty(14).
    pub cum_qty: i64,
    /// LeavesQty(151).
    pub leaves_qty: i64,
    /// LastQty(32); 0 when the report is no fill.
    pub last_qty: i64,
    /// LastPx(31); 0 when the report is no fill.
    pub last_px: i64,
}

impl<'a> ExecutionReport<'a> {
    pub fn read(message: &Message<'a>) -> Result<ExecutionReport<'a>, FieldProblem> {
        Ok(ExecutionReport {
            cl_ord_id: message.get(tag::CL_ORD_ID).unwrap_or_default(),
            order_id: message.require(tag::ORDER_ID)?,
            exec_id: message.require(tag::EXEC_ID)?,
            exec_type: message.get_char(tag::EXEC_TYPE)?,
            ord_status: message.get_char(tag::ORD_STATUS)?,
            cum_qty: message.get_decimal(tag::CUM_QTY)?,
            leaves_qty: message.get_decimal(tag::LEAVES_QTY)?,
            last_qty: optional(message.get_decimal(tag::LAST_QTY))?.unwrap_or(0),
            last_px: optional(message.get_decimal(tag::LAST_PX))?.unwrap_or(0),
        })
    }
}

//! Events out to FIX: ExecutionReport(8), OrderCancelReject(9) and OrderMassCancelReport(r), each from its one event.
//!
//! An event carries all that its report needs, but for the names of accounts and instruments: [`Names`] holds those. So the
//! report of an event can be written again, the same, years later. What the versions say differently is [`super::wording`]'s.

use core::fmt::{self, Write};

use model::order::average;
use model::refusal::Unit;
use model::{
    AccountId, AccountName, CancelCause, CancelRejected, CompId, CxlRejReason, EngineTime, Event, ExecId, ExecInst,
    ExecRestatementReason, ExecType, Figure, InstrumentId, MassCancelReported, OrdRejReason, OrdStatus, OrderId,
    OrderRefused, OrderView, Px, Qty, Refusal, StatusReported, Symbol,
};

use super::encode::Encoder;
use super::limits::TEXT_BYTES_MAX;
use super::version::Version;
use super::wording::Wording;
use super::{msg_type, tag};

/// Stands where the standard requires an identifier and there is none.
const NONE: &str = "NONE";
/// Symbol(55) of a report on an order that nobody knows.
const NOT_AVAILABLE: &str = "[N/A]";
/// Side(54) of a report on an order that nobody knows.
const UNDISCLOSED: u8 = b'7';

/// Names of accounts, instruments and sessions, as the log defines them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    accounts: Vec<AccountName>,
    instruments: Vec<Symbol>,
    pub(super) sessions: Vec<CompId>,
}

impl Names {
    /// Takes in a definition; other events are passed over. Definitions come in the order of their indexes.
    pub fn learn(&mut self, event: &Event) {
        match event {
            Event::AccountDefined(defined) => {
                place(&mut self.accounts, defined.account.0 as usize, defined.definition.account);
            }
            Event::InstrumentDefined(defined) => {
                place(&mut self.instruments, defined.instrument.0 as usize, defined.definition.symbol);
            }
            Event::SessionDefined(defined) => {
                place(&mut self.sessions, defined.session.0 as usize, defined.definition.target_comp_id);
            }
            _ => {}
        }
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = &AccountName> {
        self.accounts.iter().filter(|account| !account.is_empty())
    }

    pub(super) fn account(&self, account: AccountId) -> &[u8] {
        self.accounts.get(account.0 as usize).map_or(&[], |name| name.as_bytes())
    }

    pub(super) fn symbol(&self, instrument: InstrumentId) -> &[u8] {
        self.instruments.get(instrument.0 as usize).map_or(NOT_AVAILABLE.as_bytes(), |symbol| symbol.as_bytes())
    }
}

fn place<T: Clone + Default>(table: &mut Vec<T>, index: usize, name: T) {
    if index >= table.len() {
        table.resize(index + 1, T::default());
    }
    table[index] = name;
}

/// MsgType(35) of the message that tells of the event, if a client hears of it.
pub fn msg_type(event: &Event) -> Option<&'static [u8]> {
    match event {
        Event::CancelRejected(_) => Some(msg_type::ORDER_CANCEL_REJECT),
        Event::MassCancelReported(_) => Some(msg_type::ORDER_MASS_CANCEL_REPORT),
        other => other.execution_report().map(|_| msg_type::EXECUTION_REPORT),
    }
}

/// Writes the body of the event's message as the version words it; the header is begun by the caller, who also finishes.
/// `time` is that of the event's frame. Writes nothing for events that no client hears of.
pub fn write_body(
    version: Version,
    event: &Event,
    exec_id: ExecId,
    time: EngineTime,
    names: &Names,
    out: &mut Encoder,
) {
    match event {
        Event::CancelRejected(rejected) => return cancel_reject(version, rejected, time, out),
        Event::MassCancelReported(reported) => return mass_cancel_report(version, reported, exec_id, time, out),
        _ => {}
    }
    let Some((_, exec_type)) = event.execution_report() else { return };
    match event {
        Event::OrderRefused(refused) => refusal_report(version, refused, exec_id, time, out),
        Event::StatusReported(status) if status.known == 0 => unknown_order(version, status, exec_id, time, out),
        other => {
            let Some(order) = other.order() else { return };
            order_report(version.wording(exec_type, order), order, exec_id, names, out);
            happened(version, other, out);
            out.field_time(tag::TRANSACT_TIME, time.0);
        }
    }
}

/// What the report says beyond how the order stands.
fn happened(version: Version, event: &Event, out: &mut Encoder) {
    match event {
        Event::OrderAccepted(accepted) => {
            decimal(tag::CASH_ORDER_QTY, accepted.cash_order_qty.units(), out);
            decimal(tag::MIN_QTY, accepted.min_qty.units(), out);
            decimal(version.max_floor(), accepted.max_floor.units(), out);
            decimal(tag::PEG_OFFSET_VALUE, accepted.peg_offset.units(), out);
            out.field_bytes(tag::CL_ORD_LINK_ID, accepted.cl_ord_link_id.as_bytes());
        }
        Event::OrderFilled(fill) => trade(fill.last_qty, fill.last_px, out),
        Event::OrderStopped(stopped) => trade(stopped.last_qty, stopped.last_px, out),
        // What never happened has no quantity.
        Event::TradeCanceled(e) => exec_ref_id(ExecId { seq: e.ref_seq, index: e.ref_index }, out),
        Event::TradeCorrected(e) => {
            exec_ref_id(ExecId { seq: e.ref_seq, index: e.ref_index }, out);
            trade(e.last_qty, e.last_px, out);
        }
        Event::OrderRejected(rejected) => {
            out.field_u64(tag::ORD_REJ_REASON, version.ord_rej_reason(rejected.reason));
            out.field_str(tag::TEXT, "VENUE_REJECTED");
        }
        Event::OrderCanceled(canceled) => {
            restatement(canceled.restatement, out);
            if let Some(text) = cause_text(canceled.cause) {
                out.field_str(tag::TEXT, text);
            }
        }
        Event::OrderRestated(restated) => restatement(restated.restatement, out),
        Event::StatusReported(status) => mass_status(status, out),
        _ => {}
    }
}

fn trade(last_qty: Qty, last_px: Px, out: &mut Encoder) {
    out.field_decimal(tag::LAST_QTY, last_qty.units());
    out.field_decimal(tag::LAST_PX, last_px.units());
}

fn decimal(tag: u32, units: i64, out: &mut Encoder) {
    if units != 0 {
        out.field_decimal(tag, units);
    }
}

fn restatement(reason: ExecRestatementReason, out: &mut Encoder) {
    if reason != ExecRestatementReason::NotGiven {
        out.field_u64(tag::EXEC_RESTATEMENT_REASON, u64::from(reason.value()));
    }
}

/// Text(58) of an order that somebody else than its client wanted ended.
fn cause_text(cause: CancelCause) -> Option<&'static str> {
    match cause {
        CancelCause::Client => None,
        CancelCause::MassCancel => Some("MASS_CANCEL"),
        CancelCause::Disconnect => Some("CANCEL_ON_DISCONNECT"),
        CancelCause::Expiry => Some("EXPIRED"),
        CancelCause::Halt => Some("TRADING_HALT"),
        CancelCause::Contingency => Some("CONTINGENCY"),
        CancelCause::Operator => Some("OPERATOR"),
        CancelCause::Kill => Some("KILLED"),
        CancelCause::SelfMatch => Some("SELF_MATCH"),
    }
}

fn mass_status(status: &StatusReported, out: &mut Encoder) {
    if status.mass_status_req_id.is_empty() {
        return;
    }
    out.field_bytes(tag::MASS_STATUS_REQ_ID, status.mass_status_req_id.as_bytes());
    if status.tot_num_reports > 0 {
        out.field_u64(tag::TOT_NUM_REPORTS, u64::from(status.tot_num_reports));
    }
    out.field_flag(tag::LAST_RPT_REQUESTED, status.last_rpt_requested == 1);
}

fn order_report(wording: Wording, order: &OrderView, exec_id: ExecId, names: &Names, out: &mut Encoder) {
    order_id(order.order_id, out);
    out.field_bytes(tag::CL_ORD_ID, order.cl_ord_id.as_bytes());
    out.field_bytes(tag::ORIG_CL_ORD_ID, order.orig_cl_ord_id.as_bytes());
    identity(exec_id, wording, out);
    out.field_bytes(tag::ACCOUNT, names.account(order.account));
    out.field_bytes(tag::SYMBOL, names.symbol(order.instrument));
    out.field_char(tag::SIDE, order.side.value());
    out.field_decimal(tag::ORDER_QTY, order.order_qty.units());
    out.field_char(tag::ORD_TYPE, order.ord_type.value());
    decimal(tag::PRICE, order.price.units(), out);
    decimal(tag::STOP_PX, order.stop_px.units(), out);
    out.field_char(tag::TIME_IN_FORCE, order.time_in_force.value());
    if order.expire_time.0 != 0 {
        out.field_time(tag::EXPIRE_TIME, order.expire_time.0);
    }
    if !order.exec_inst.is_empty() {
        out.field_bytes(tag::EXEC_INST, exec_inst(order.exec_inst).as_bytes());
    }
    let goes_to_work = wording.exec_type == ExecType::Triggered.value();
    if order.held != 0 || order.triggered == 1 || order.idle == 1 || goes_to_work {
        out.field_flag(tag::WORKING_INDICATOR, order.held == 0 && order.idle == 0);
    }
    out.field_decimal(tag::LEAVES_QTY, order.leaves_qty().units());
    out.field_decimal(tag::CUM_QTY, order.cum_qty.units());
    out.field_decimal(tag::AVG_PX, order.avg_px().units());
    if !order.prior_qty.is_zero() || (order.time_in_force.is_good_till() && order.ord_status == OrdStatus::DoneForDay) {
        out.field_decimal(tag::DAY_ORDER_QTY, order.day_order_qty().units());
        out.field_decimal(tag::DAY_CUM_QTY, order.day_cum_qty().units());
        out.field_decimal(tag::DAY_AVG_PX, order.day_avg_px().units());
    }
}

/// ExecInst(18): letters with spaces between.
pub(super) fn exec_inst(instructions: ExecInst) -> Line {
    let mut line = Line::default();
    for (place, letter) in instructions.letters().enumerate() {
        if place > 0 {
            let _ = line.write_char(' ');
        }
        let _ = line.write_char(char::from(letter));
    }
    line
}

/// The answer to an OrderMassCancelRequest(q). A report for each order follows when its venue has decided.
fn mass_cancel_report(
    version: Version,
    reported: &MassCancelReported,
    exec_id: ExecId,
    time: EngineTime,
    out: &mut Encoder,
) {
    const REJECTED: u8 = b'0';
    out.field_bytes(tag::CL_ORD_ID, reported.cl_ord_id.as_bytes());
    if version.has_mass_action_reports() {
        out.field_bytes(tag::MASS_ACTION_REPORT_ID, exec_id_text(exec_id).as_bytes());
    }
    match reported.request.0 {
        0 => out.field_str(tag::ORDER_ID, NONE),
        request => out.field_u64(tag::ORDER_ID, request),
    }
    out.field_char(tag::MASS_CANCEL_REQUEST_TYPE, reported.request_type);
    let taken = reported.request.0 > 0;
    out.field_char(tag::MASS_CANCEL_RESPONSE, if taken { reported.request_type } else { REJECTED });
    if !taken {
        out.field_u64(tag::MASS_CANCEL_REJECT_REASON, u64::from(reported.reject_reason));
    }
    if reported.total_affected_orders > 0 {
        out.field_u64(tag::TOTAL_AFFECTED_ORDERS, u64::from(reported.total_affected_orders));
    }
    out.field_bytes(tag::ACCOUNT, reported.account.as_bytes());
    out.field_bytes(tag::SYMBOL, reported.symbol.as_bytes());
    if reported.side != 0 {
        out.field_char(tag::SIDE, reported.side);
    }
    out.field_time(tag::TRANSACT_TIME, time.0);
}

/// An order that never came to be: what was sent comes back, with the check that refused it.
fn refusal_report(version: Version, refused: &OrderRefused, exec_id: ExecId, time: EngineTime, out: &mut Encoder) {
    order_id(refused.order_id, out);
    out.field_bytes(tag::CL_ORD_ID, refused.cl_ord_id.as_bytes());
    identity(exec_id, version.wording_of(ExecType::Rejected, refused.ord_status), out);
    out.field_u64(tag::ORD_REJ_REASON, version.ord_rej_reason(refused.refusal.check.ord_rej_reason()));
    out.field_bytes(tag::ACCOUNT, refused.account.as_bytes());
    out.field_bytes(tag::SYMBOL, refused.symbol.as_bytes());
    out.field_char(tag::SIDE, refused.side.value());
    // Of a duplicate it tells how the order stands that has the ClOrdID.
    let is_duplicate = refused.order_id.0 != 0;
    let order_qty = if is_duplicate { refused.existing_qty } else { refused.order_qty };
    out.field_decimal(tag::ORDER_QTY, order_qty.units());
    out.field_char(tag::ORD_TYPE, refused.ord_type.value());
    if !refused.price.is_zero() {
        out.field_decimal(tag::PRICE, refused.price.units());
    }
    out.field_char(tag::TIME_IN_FORCE, refused.time_in_force.value());
    out.field_decimal(tag::LEAVES_QTY, refused.leaves_qty.units());
    out.field_decimal(tag::CUM_QTY, refused.cum_qty.units());
    out.field_decimal(tag::AVG_PX, average(refused.cum_notional, refused.cum_qty).units());
    out.field_time(tag::TRANSACT_TIME, time.0);
    out.field_bytes(tag::TEXT, refusal_text(&refused.refusal).as_bytes());
}

/// The answer to an OrderStatusRequest(H) for an order that the engine does not know.
fn unknown_order(version: Version, status: &StatusReported, exec_id: ExecId, time: EngineTime, out: &mut Encoder) {
    order_id(OrderId(0), out);
    out.field_bytes(tag::CL_ORD_ID, status.order.cl_ord_id.as_bytes());
    identity(exec_id, version.wording_of(ExecType::OrderStatus, OrdStatus::Rejected), out);
    out.field_u64(tag::ORD_REJ_REASON, version.ord_rej_reason(OrdRejReason::UnknownOrder));
    out.field_str(tag::SYMBOL, NOT_AVAILABLE);
    out.field_char(tag::SIDE, UNDISCLOSED);
    nothing_done(out);
    out.field_time(tag::TRANSACT_TIME, time.0);
    mass_status(status, out);
    out.field_str(tag::TEXT, if status.mass_status_req_id.is_empty() { "UNKNOWN_ORDER" } else { "NO_ORDERS" });
}

fn cancel_reject(version: Version, rejected: &CancelRejected, time: EngineTime, out: &mut Encoder) {
    order_id(rejected.order_id, out);
    out.field_bytes(tag::CL_ORD_ID, rejected.cl_ord_id.as_bytes());
    out.field_bytes(tag::ORIG_CL_ORD_ID, rejected.orig_cl_ord_id.as_bytes());
    out.field_char(tag::ORD_STATUS, rejected.ord_status.value());
    out.field_char(tag::CXL_REJ_RESPONSE_TO, rejected.response_to.value());
    out.field_u64(tag::CXL_REJ_REASON, version.cxl_rej_reason(rejected.reason));
    out.field_time(tag::TRANSACT_TIME, time.0);
    match rejected.by_risk {
        1 => out.field_bytes(tag::TEXT, refusal_text(&rejected.refusal).as_bytes()),
        _ => out.field_str(tag::TEXT, cancel_reject_text(rejected.reason)),
    }
}

fn order_id(order_id: OrderId, out: &mut Encoder) {
    match order_id.0 {
        0 => out.field_str(tag::ORDER_ID, NONE),
        known => out.field_u64(tag::ORDER_ID, known),
    }
}

/// As `Display` writes it, in a tenth of the time.
fn exec_id_text(exec_id: ExecId) -> Line {
    let mut text = Line::default();
    let mut digits = itoa::Buffer::new();
    let _ = text.write_str(digits.format(exec_id.seq.0));
    let _ = text.write_char('-');
    let _ = text.write_str(digits.format(exec_id.index));
    text
}

fn exec_ref_id(exec_id: ExecId, out: &mut Encoder) {
    out.field_bytes(tag::EXEC_REF_ID, exec_id_text(exec_id).as_bytes());
}

fn identity(exec_id: ExecId, wording: Wording, out: &mut Encoder) {
    out.field_bytes(tag::EXEC_ID, exec_id_text(exec_id).as_bytes());
    if let Some(exec_trans_type) = wording.exec_trans_type {
        out.field_char(tag::EXEC_TRANS_TYPE, exec_trans_type);
    }
    out.field_char(tag::EXEC_TYPE, wording.exec_type);
    out.field_char(tag::ORD_STATUS, wording.ord_status);
}

fn nothing_done(out: &mut Encoder) {
    for tag in [tag::LEAVES_QTY, tag::CUM_QTY, tag::AVG_PX] {
        out.field_u64(tag, 0);
    }
}

fn cancel_reject_text(reason: CxlRejReason) -> &'static str {
    match reason {
        CxlRejReason::TooLateToCancel => "TOO_LATE",
        CxlRejReason::UnknownOrder => "UNKNOWN_ORDER",
        CxlRejReason::BrokerOption => "VENUE_REJECTED",
        CxlRejReason::AlreadyPending => "ALREADY_PENDING",
        CxlRejReason::DuplicateClOrdId => "DUPLICATE_CL_ORD_ID",
        CxlRejReason::Other => "OTHER",
    }
}

/// Text(58) of a refusal: `CODE: limit=.., observed=..`, with `reference=..` where the check used a reference price, and `scope=..`
/// where it is the limit of one; `stopped_by=..` where a broken limit stopped it.
fn refusal_text(refusal: &Refusal) -> Line {
    let mut line = Line::default();
    let _ = write!(line, "{}", refusal.check.code());
    let mut separator = ": ";
    let mut say = |word: &str, value: &dyn fmt::Display| {
        let _ = write!(line, "{separator}{word}={value}");
        separator = ", ";
    };
    let amount = |number| Figure { number, unit: refusal.check.unit() };
    match refusal.check.unit() {
        Unit::None => {}
        Unit::Scope => say("scope", &amount(refusal.limit)),
        Unit::LimitKind => say("missing", &amount(refusal.limit)),
        _ => {
            say("limit", &amount(refusal.limit));
            say("observed", &amount(refusal.observed));
        }
    }
    if refusal.reference_px != 0 {
        say("reference", &Figure { number: i128::from(refusal.reference_px), unit: Unit::Px });
    }
    if let Some(scope) = refusal.scope() {
        say("scope", &scope.word());
    }
    if let Some(kind) = refusal.stopped_by() {
        say("stopped_by", &kind.word());
    }
    line
}

/// A short line on the stack; what does not fit is cut.
pub(super) struct Line {
    bytes: [u8; TEXT_BYTES_MAX],
    len: usize,
}

impl Default for Line {
    fn default() -> Line {
        Line { bytes: [0; TEXT_BYTES_MAX], len: 0 }
    }
}

impl Line {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let take = text.len().min(self.bytes.len() - self.len);
        self.bytes[self.len..self.len + take].copy_from_slice(&text.as_bytes()[..take]);
        self.len += take;
        Ok(())
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;

//! What a broker says, as the engine hears it: ExecutionReport(8) and OrderCancelReject(9) to [`VenueReport`].
//!
//! Nothing is guessed. What says something about an order becomes a report; what Millrace does not act on (a bust, a
//! correction, done for the day) goes to the engine all the same, which keeps it for a person. The ClOrdID(11) says which
//! order is meant; one that is not ours names order 0, which the engine does not know.

use model::{OrdRejReason, OrdStatus, OrderId, Px, Qty, ReportKind, VenueId, VenueReport};
use xxhash_rust::xxh3::Xxh3Default;

use super::super::form::FieldProblem;
use super::super::message::{Message, optional};
use super::super::{msg_type, tag};
use super::open_orders::{Open, OpenOrders, Sent};
use super::orders::order_id_of;

/// ExecTransType(20), FIX 4.2 only.
const EXEC_TRANS_TYPE: u32 = 20;
/// CxlRejReason(102) of a request that came before: too late, unknown order, already pending, duplicate ClOrdID.
const DONE_ALREADY: [u8; 4] = [0, 1, 3, 6];
/// CxlRejReason(102) of a request that came when the order was done.
const TOO_LATE: u8 = 0;
/// OrdRejReason(103) and CxlRejReason(102) of a refusal for another reason.
const OTHER: u8 = 99;
/// CxlRejResponseTo(434) of a replace.
const TO_REPLACE: u8 = b'2';

/// The report that a message is; `None` for what says nothing new, such as a pending state.
///
/// # Errors
/// What is wrong with a field, for a Reject(3).
pub(super) fn report_of(
    message: &Message<'_>,
    venue: VenueId,
    open: &OpenOrders,
) -> Result<Option<VenueReport>, FieldProblem> {
    match message.msg_type() {
        msg_type::EXECUTION_REPORT => execution(message, venue, open),
        msg_type::ORDER_CANCEL_REJECT => cancel_reject(message, venue, open).map(Some),
        _ => Ok(None),
    }
}

fn execution(message: &Message<'_>, venue: VenueId, open: &OpenOrders) -> Result<Option<VenueReport>, FieldProblem> {
    let cl_ord_id = message.get(tag::CL_ORD_ID).unwrap_or_default();
    let order_id = order_id_of(cl_ord_id).unwrap_or_default();
    let exec_id = message.require(tag::EXEC_ID)?;
    let exec_type = message.get_char(tag::EXEC_TYPE)?;
    let trans_type = optional(message.get_char(EXEC_TRANS_TYPE))?.unwrap_or(b'0');
    let is_status = exec_type == b'I' || trans_type == b'3';
    let kind = match (trans_type, exec_type) {
        // FIX 4.2 says there that the report is a bust or a correction.
        (b'1' | b'2', _) => ReportKind::Other,
        _ if is_status => match of_status(message, open.get(order_id))? {
            Some(kind) => kind,
            None => return Ok(None),
        },
        (_, b'A' | b'6' | b'E') => return Ok(None),
        (_, b'0') => ReportKind::Accepted,
        // A duplicate was refused, and the first one may live.
        (_, b'8') if message.get_char(tag::ORD_STATUS)? != OrdStatus::Rejected.value() => ReportKind::Other,
        (_, b'8') if reason(message, tag::ORD_REJ_REASON) == OrdRejReason::DuplicateOrder.value() => ReportKind::Other,
        (_, b'8') => ReportKind::Rejected,
        (_, b'F' | b'1' | b'2') => ReportKind::Filled,
        (_, b'4') => ReportKind::Canceled,
        (_, b'C') => ReportKind::Expired,
        // One that was not asked for, or answers an earlier request again, says nothing about the one that waits.
        (_, b'5') if open.replace_of(order_id, cl_ord_id).is_some() => ReportKind::Replaced,
        _ => ReportKind::Other,
    };
    let mut report =
        VenueReport { venue_exec_id: exec_id_of(venue, order_id, kind, exec_id), ..about(venue, order_id, kind) };
    match kind {
        ReportKind::Filled => {
            report.last_qty = Qty::from_units(message.get_decimal(tag::LAST_QTY)?);
            report.last_px = Px::from_units(message.get_decimal(tag::LAST_PX)?);
        }
        ReportKind::Rejected => report.reason = reason(message, tag::ORD_REJ_REASON),
        _ => {}
    }
    if is_status {
        // Its ExecID may be 0, and the same status may be asked for again; it never counts as told before.
        report.venue_exec_id = exec_id_of(venue, order_id, kind, message.get(tag::MSG_SEQ_NUM).unwrap_or_default());
    }
    Ok(Some(report))
}

/// What the answer to a status request says of an order whose fate we do not know. Where it tells of fills that we have not
/// booked, or not of all that we have, it settles nothing: fills come as fills, and what is missing is for a person.
fn of_status(message: &Message<'_>, open: Option<&Open>) -> Result<Option<ReportKind>, FieldProblem> {
    let status = OrdStatus::from_value(message.get_char(tag::ORD_STATUS)?);
    if status == Some(OrdStatus::PendingNew) {
        return Ok(None);
    }
    let cum_qty = optional(message.get_decimal(tag::CUM_QTY))?.unwrap_or(0);
    if open.is_none_or(|open| open.order.cum_qty.units() != cum_qty) {
        return Ok(Some(ReportKind::Other));
    }
    Ok(Some(match status {
        Some(OrdStatus::Canceled) => ReportKind::Canceled,
        // The broker had it, perhaps under another ClOrdID by now: that it does not know this one is no proof.
        Some(OrdStatus::Rejected) if open.is_some_and(|open| open.acknowledged || open.replace.is_some()) => {
            ReportKind::Other
        }
        Some(OrdStatus::Rejected) => ReportKind::Rejected,
        Some(OrdStatus::Expired) => ReportKind::Expired,
        Some(_) => ReportKind::Accepted,
        None => ReportKind::Other,
    }))
}

fn cancel_reject(message: &Message<'_>, venue: VenueId, open: &OpenOrders) -> Result<VenueReport, FieldProblem> {
    let cl_ord_id = message.require(tag::CL_ORD_ID)?;
    let order_id = order_id_of(cl_ord_id).unwrap_or_default();
    let to_replace = optional(message.get_char(tag::CXL_REJ_RESPONSE_TO))? == Some(TO_REPLACE);
    let (waiting, kind) = match to_replace {
        true => (open.replace_of(order_id, cl_ord_id), ReportKind::ReplaceRejected),
        false => (open.cancel_of(order_id, cl_ord_id), ReportKind::CancelRejected),
    };
    let reason = reason(message, tag::CXL_REJ_REASON);
    // Every report that came before the refusal is booked, so of an order that is filled nothing else can have been done.
    let is_filled = |open: &Open| !open.in_doubt && open.order.cum_qty >= open.order.order_qty && reason == TOO_LATE;
    let kind = match waiting {
        Some(Sent::Perhaps) if open.get(order_id).is_some_and(is_filled) => kind,
        // It may be known already, and done: then the broker refuses it the second time, and that says nothing.
        Some(Sent::Perhaps) if DONE_ALREADY.contains(&reason) => ReportKind::Other,
        Some(_) => kind,
        None => ReportKind::Other,
    };
    Ok(refusal(venue, order_id, kind, reason, cl_ord_id))
}

/// A message about an order that cannot be read: kept for a person, so that what it may tell is not lost.
pub(super) fn unreadable(message: &Message<'_>, venue: VenueId) -> VenueReport {
    let order_id = message.get(tag::CL_ORD_ID).and_then(order_id_of).unwrap_or_default();
    let name = message.get(tag::EXEC_ID).or(message.get(tag::CL_ORD_ID)).unwrap_or_default();
    refusal(venue, order_id, ReportKind::Other, 0, name)
}

/// A refusal without an ExecID(17) of its own: of a request, or by a message that the broker could not take.
pub(super) fn refusal(
    venue: VenueId,
    order_id: OrderId,
    kind: ReportKind,
    reason: u8,
    cl_ord_id: &[u8],
) -> VenueReport {
    let venue_exec_id = exec_id_of(venue, order_id, kind, cl_ord_id);
    VenueReport { venue_exec_id, reason, ..about(venue, order_id, kind) }
}

fn about(venue: VenueId, order_id: OrderId, kind: ReportKind) -> VenueReport {
    VenueReport::about(venue, order_id, 0, kind)
}

/// A reason as one byte; what does not fit has no name with us either.
fn reason(message: &Message<'_>, tag: u32) -> u8 {
    message.get_u64(tag, u64::from(u8::MAX)).ok().and_then(|reason| u8::try_from(reason).ok()).unwrap_or(OTHER)
}

/// The number that stands for an ExecID(17) of a venue. It is in the journal: this must never change. The order and the kind
/// belong to it, because some brokers number from 1 every day, and some give all that are no fills the ExecID 0.
fn exec_id_of(venue: VenueId, order_id: OrderId, kind: ReportKind, exec_id: &[u8]) -> u64 {
    let mut hash = Xxh3Default::new();
    hash.update(&venue.0.to_le_bytes());
    hash.update(&order_id.0.to_le_bytes());
    hash.update(&[kind as u8]);
    hash.update(exec_id);
    hash.digest()
}

//! What a broker says, as the engine hears it: ExecutionReport(8) and OrderCancelReject(9) to [`VenueReport`].
//!
//! Nothing is guessed. What says something about an order becomes a report; what Millrace does not act on (a bust, a
//! correction, done for the day) goes to the engine all the same, which keeps it for a person. The ClOrdID(11) says which
//! order is meant; one that is not ours names order 0, which the engine does not know.

use model::{OrdStatus, OrderId, Px, Qty, ReportKind, VenueId, VenueReport};
use xxhash_rust::xxh3::Xxh3Default;

use super::super::form::FieldProblem;
use super::super::message::{Message, optional};
use super::super::{msg_type, tag};
use super::orders::order_id_of;
use super::unanswered::Unanswered;

/// ExecTransType(20), FIX 4.2 only.
const EXEC_TRANS_TYPE: u32 = 20;
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
    unanswered: &Unanswered,
) -> Result<Option<VenueReport>, FieldProblem> {
    match message.msg_type() {
        msg_type::EXECUTION_REPORT => execution(message, venue, unanswered),
        msg_type::ORDER_CANCEL_REJECT => cancel_reject(message, venue, unanswered).map(Some),
        _ => Ok(None),
    }
}

fn execution(
    message: &Message<'_>,
    venue: VenueId,
    unanswered: &Unanswered,
) -> Result<Option<VenueReport>, FieldProblem> {
    let cl_ord_id = message.get(tag::CL_ORD_ID).unwrap_or_default();
    let order_id = order_id_of(cl_ord_id).unwrap_or_default();
    let exec_id = message.require(tag::EXEC_ID)?;
    let exec_type = message.get_char(tag::EXEC_TYPE)?;
    let kind = match (optional(message.get_char(EXEC_TRANS_TYPE))?.unwrap_or(b'0'), exec_type) {
        // FIX 4.2 says there that the report is a bust or a correction, or answers a status request.
        (b'1' | b'2', _) => ReportKind::Other,
        (b'3', _) | (_, b'I') => match of_status(message.get_char(tag::ORD_STATUS)?) {
            Some(kind) => kind,
            None => return Ok(None),
        },
        (_, b'A' | b'6' | b'E') => return Ok(None),
        (_, b'0') => ReportKind::Accepted,
        (_, b'8') => ReportKind::Rejected,
        (_, b'F' | b'1' | b'2') => ReportKind::Filled,
        (_, b'4') => ReportKind::Canceled,
        (_, b'C') => ReportKind::Expired,
        // One that was not asked for, or answers an earlier request again, says nothing about the one that waits.
        (_, b'5') if unanswered.has_replace(order_id, cl_ord_id) => ReportKind::Replaced,
        _ => ReportKind::Other,
    };
    let mut report = VenueReport {
        order_id,
        venue_exec_id: exec_id_of(venue, &[exec_id]),
        last_qty: Qty::ZERO,
        last_px: Px::ZERO,
        kind,
        reason: 0,
        reserved: [0; 2],
        venue,
    };
    match kind {
        ReportKind::Filled => {
            report.last_qty = Qty::from_units(message.get_decimal(tag::LAST_QTY)?);
            report.last_px = Px::from_units(message.get_decimal(tag::LAST_PX)?);
        }
        ReportKind::Rejected => report.reason = reason(message, tag::ORD_REJ_REASON),
        _ => {}
    }
    let status = exec_type == b'I' || message.get(EXEC_TRANS_TYPE) == Some(b"3");
    if status {
        // Its ExecID may be 0, and the same status may be asked for again.
        let status = message.get(tag::ORD_STATUS).unwrap_or_default();
        report.venue_exec_id = exec_id_of(venue, &[b"status", cl_ord_id, status]);
    }
    Ok(Some(report))
}

/// What the answer to a status request says of an order whose fate we do not know. One that is filled is only known to be
/// there: its fills come as fills.
fn of_status(status: u8) -> Option<ReportKind> {
    match OrdStatus::from_value(status) {
        Some(OrdStatus::PendingNew) => None,
        Some(OrdStatus::Canceled) => Some(ReportKind::Canceled),
        Some(OrdStatus::Rejected) => Some(ReportKind::Rejected),
        Some(OrdStatus::Expired) => Some(ReportKind::Expired),
        Some(_) => Some(ReportKind::Accepted),
        None => Some(ReportKind::Other),
    }
}

fn cancel_reject(message: &Message<'_>, venue: VenueId, unanswered: &Unanswered) -> Result<VenueReport, FieldProblem> {
    let cl_ord_id = message.require(tag::CL_ORD_ID)?;
    let order_id = order_id_of(cl_ord_id).unwrap_or_default();
    let to_replace = optional(message.get_char(tag::CXL_REJ_RESPONSE_TO))? == Some(TO_REPLACE);
    let kind = match to_replace {
        true if unanswered.has_replace(order_id, cl_ord_id) => ReportKind::ReplaceRejected,
        false if unanswered.has_cancel(order_id, cl_ord_id) => ReportKind::CancelRejected,
        _ => ReportKind::Other,
    };
    Ok(refusal(venue, order_id, kind, reason(message, tag::CXL_REJ_REASON), cl_ord_id))
}

/// A refusal without an ExecID(17) of its own: of a request, or by a message that the broker could not take.
pub(super) fn refusal(
    venue: VenueId,
    order_id: OrderId,
    kind: ReportKind,
    reason: u8,
    cl_ord_id: &[u8],
) -> VenueReport {
    VenueReport {
        order_id,
        venue_exec_id: exec_id_of(venue, &[b"refused", cl_ord_id]),
        last_qty: Qty::ZERO,
        last_px: Px::ZERO,
        kind,
        reason,
        reserved: [0; 2],
        venue,
    }
}

/// A reason as one byte; what does not fit has no name with us either.
fn reason(message: &Message<'_>, tag: u32) -> u8 {
    message.get_u64(tag, u64::from(u8::MAX)).ok().and_then(|reason| u8::try_from(reason).ok()).unwrap_or(OTHER)
}

/// The number that stands for an ExecID(17) of a venue. It is in the journal: this must never change.
fn exec_id_of(venue: VenueId, parts: &[&[u8]]) -> u64 {
    let mut hash = Xxh3Default::new();
    hash.update(&venue.0.to_le_bytes());
    for part in parts {
        hash.update(part);
        hash.update(&[0]);
    }
    hash.digest()
}

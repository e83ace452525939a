//! What a broker answers to a question: how an order stands. It settles an order whose fate is not known, and tells of no
//! fill by itself: the engine holds its CumQty(14) against its own books and believes the rest only where they agree.

use model::{OrdStatus, ReportKind};

use super::super::form::FieldProblem;
use super::super::message::{Message, optional};
use super::super::tag;
use super::open::{Open, Replace};

/// ExecType(150), from FIX 4.4 on, and ExecTransType(20), in FIX 4.2, of an answer.
const ORDER_STATUS: u8 = b'I';
const STATUS: u8 = b'3';
/// OrdStatus(39) of a replaced order that works, in FIX 4.2.
const REPLACED: u8 = b'5';

/// Is it an answer?
///
/// # Errors
/// A field that cannot be read.
pub(super) fn is_answer(message: &Message<'_>) -> Result<bool, FieldProblem> {
    let trans_type = optional(message.get_char(tag::EXEC_TRANS_TYPE))?;
    Ok(message.get_char(tag::EXEC_TYPE)? == ORDER_STATUS || trans_type == Some(STATUS))
}

/// What the answer says of the order; `None` for nothing. `next`: the replace that it names, where the broker decides that
/// one next.
///
/// # Errors
/// A field that cannot be read.
pub(super) fn of_status(
    message: &Message<'_>,
    open: Option<&Open>,
    next: Option<&Replace>,
) -> Result<Option<ReportKind>, FieldProblem> {
    let value = message.get_char(tag::ORD_STATUS)?;
    let status = OrdStatus::from_value(value);
    let same = open.is_some_and(|open| status == Some(open.order.ord_status));
    Ok(Some(match status {
        // The broker looks at it; the answer is still to come.
        Some(OrdStatus::PendingNew) => return Ok(None),
        // "There are no orders": the answer to a question about all.
        Some(OrdStatus::Rejected) if open.is_none() && message.get(tag::MASS_STATUS_REQ_ID).is_some() => {
            return Ok(None);
        }
        Some(OrdStatus::Canceled) => ReportKind::Canceled,
        Some(OrdStatus::Expired) => ReportKind::Expired,
        // The broker had it, perhaps under another ClOrdID by now: that it does not know this one is no proof.
        Some(OrdStatus::Rejected) if open.is_some_and(|open| open.acknowledged || !open.replaces.is_empty()) => {
            ReportKind::Other
        }
        Some(OrdStatus::Rejected) => ReportKind::Rejected,
        Some(OrdStatus::DoneForDay) if !same => ReportKind::DoneForDay,
        Some(OrdStatus::Stopped) if !same => ReportKind::Stopped,
        Some(OrdStatus::Suspended) if !same => ReportKind::Suspended,
        Some(_) => stands(message, open, next)?,
        None if value == REPLACED => stands(message, open, next)?,
        None => ReportKind::Other,
    }))
}

/// It works, or is filled. Under the name and with the terms of a replace that waits, that one was granted; with terms that
/// we know nothing of it is not the order that we know.
fn stands(message: &Message<'_>, open: Option<&Open>, next: Option<&Replace>) -> Result<ReportKind, FieldProblem> {
    let order_qty = optional(message.get_decimal(tag::ORDER_QTY))?.map(model::Qty::from_units);
    let pending = matches!(message.get_char(tag::ORD_STATUS)?, b'E' | b'6');
    if let Some(replace) = next.filter(|replace| !pending && Some(replace.request.order_qty) == order_qty) {
        let price = optional(message.get_decimal(tag::PRICE))?;
        let granted = price.is_none_or(|price| price == replace.request.price.units());
        return Ok(if granted { ReportKind::Replaced } else { ReportKind::Other });
    }
    let known = open.zip(order_qty).is_none_or(|(open, qty)| open.may_have(qty));
    Ok(if known { ReportKind::Stands } else { ReportKind::Other })
}

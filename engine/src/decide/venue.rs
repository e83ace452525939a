//! What a venue says of our orders. It is evidence: what fits is booked, also late; what does not fit is kept as
//! suspended for a person to look at, and changes nothing.

use model::{
    CancelCause, CancelRejected, Check, ClOrdId, Commission, Counted, CxlRejReason, CxlRejResponseTo, EngineTime,
    Events, ExecRestatementReason, OrdRejReason, OrdStatus, OrderAcknowledged, OrderDoneForDay, OrderExpired,
    OrderRejected, OrderReplaced, OrderStopped, OrderSuspended, OrderTriggered, OrderView, Px, Qty, Refusal,
    ReplaceRequested, ReportKind, ReportSuspended, SessionId, Suspense, VenueAccepted, VenueId, VenueReport, limits,
};

use super::requests::{canceled, worst_px_of_replace};
use super::unasked::restatement_of;
use super::{restate, trades};
use crate::order::{Order, filled};
use crate::standing::Step;
use crate::state::State;

/// `commission`: what the venue says that it takes, where the report is of a trade.
pub(super) fn report(
    state: &State,
    now: EngineTime,
    report: &VenueReport,
    commission: Option<&Commission>,
    events: &mut Events,
) {
    if let Err(why) = apply(state, now, (report, commission), events) {
        events.clear();
        events.push(ReportSuspended { report: *report, why, reserved: [0; 7] });
    }
}

/// A report, and what the venue takes for the trade that it tells of.
pub(super) type Said<'a> = (&'a VenueReport, Option<&'a Commission>);

fn apply(state: &State, now: EngineTime, said: Said<'_>, events: &mut Events) -> Result<(), Suspense> {
    let (report, _) = said;
    let slot = state.orders.find(report.order_id).ok_or(Suspense::UnknownOrder)?;
    let order = state.orders.get(slot);
    if report.venue != order.venue {
        return Err(Suspense::WrongVenue);
    }
    let known = match report.venue {
        VenueId::PAPER => report.venue_exec_id <= order.venue_exec_id,
        _ => state.executions.has(report.venue_exec_id),
    };
    if known {
        return Err(trades::known_again(state, order, report));
    }
    // No venue has it.
    if order.view.held != 0 {
        return Err(Suspense::NotApplicable);
    }
    believable(order, report)?;
    tell(state, now, order, said, events)
}

/// Can it be true by its numbers alone? What ends or changes an order must count the fills that we count: else one of them is
/// missing, here or there, and what the order holds is not given back on such a word.
pub(super) fn believable(order: &Order, report: &VenueReport) -> Result<(), Suspense> {
    let units = [report.last_qty, report.order_qty, report.cum_qty].map(Qty::units);
    let in_range = |units: i64| (0..=limits::UNITS_MAX).contains(&units);
    if !units.into_iter().chain([report.last_px, report.price].map(Px::units)).all(in_range) {
        return Err(Suspense::OutOfRange);
    }
    let is_split = report.restatement == ExecRestatementReason::GtCorporateAction;
    let must_agree = match report.kind {
        ReportKind::Canceled | ReportKind::Expired | ReportKind::Rejected | ReportKind::Replaced => true,
        ReportKind::Restated => !is_split,
        _ => false,
    };
    let agrees = match report.counted {
        Counted::NotSaid => true,
        Counted::InReport => !must_agree || report.cum_qty == order.view.cum_qty,
        Counted::InAnswer => report.cum_qty == order.view.cum_qty,
    };
    if agrees { Ok(()) } else { Err(Suspense::QuantityDiffers) }
}

/// What the report, or two people's word, makes of the order.
pub(super) fn tell(
    state: &State,
    now: EngineTime,
    order: &Order,
    said: Said<'_>,
    events: &mut Events,
) -> Result<(), Suspense> {
    let (report, _) = said;
    let venue_exec_id = report.venue_exec_id;
    match report.kind {
        ReportKind::Accepted | ReportKind::AcceptedIdle | ReportKind::Stands => accepted(order, report, events),
        ReportKind::Rejected => {
            let order = after(order, Step::Reject)?;
            let reason = OrdRejReason::from_value(report.reason).unwrap_or(OrdRejReason::BrokerOption);
            events.push(OrderRejected { order, venue_exec_id, reason, reserved: [0; 7] });
            Ok(())
        }
        ReportKind::Filled => trades::traded(state, order, said, events),
        ReportKind::TradeCanceled | ReportKind::TradeCorrected => trades::amended(state, order, said, events),
        ReportKind::Canceled => canceled_by(order, report, events),
        ReportKind::Replaced => replaced(state, now, order, report, events),
        ReportKind::Restated => restate::restated(state, order, report, events),
        ReportKind::Expired => {
            events.push(OrderExpired { order: after(order, Step::Expire)?, venue_exec_id, reserved: 0 });
            Ok(())
        }
        ReportKind::DoneForDay => {
            events.push(OrderDoneForDay { order: after(order, Step::DoneForDay)?, venue_exec_id, reserved: 0 });
            Ok(())
        }
        ReportKind::Stopped => {
            let (last_qty, last_px) = (report.last_qty, report.last_px);
            let order = after(order, Step::Guarantee)?;
            events.push(OrderStopped { order, last_qty, last_px, venue_exec_id, reserved: 0 });
            Ok(())
        }
        ReportKind::Suspended => {
            events.push(OrderSuspended { order: after(order, Step::Suspend)?, venue_exec_id, reserved: 0 });
            Ok(())
        }
        ReportKind::Triggered => {
            let view = after(order, Step::Trigger)?;
            let order_now = OrderView { triggered: 1, idle: 0, ..view };
            events.push(OrderTriggered { order: order_now, venue_exec_id, worst_px: order.worst_px });
            Ok(())
        }
        ReportKind::CancelRejected => cancel_refused(order, report, events),
        ReportKind::ReplaceRejected => replace_refused(order, report, events),
        ReportKind::Other => Err(Suspense::NotApplicable),
    }
}

fn accepted(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let view = after(order, Step::Acknowledge)?;
    events.push(VenueAccepted { order_id: report.order_id, venue_exec_id: report.venue_exec_id });
    if !order.acknowledged {
        let idle = u8::from(report.kind == ReportKind::AcceptedIdle);
        events.push(OrderAcknowledged { order: OrderView { idle, ..view } });
    }
    Ok(())
}

/// With or without our asking: the rest of an immediate order is canceled by the venue itself.
fn canceled_by(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let venue_exec_id = report.venue_exec_id;
    let (request, cause, restatement) = match order.pending.ending {
        _ if !order.pending.cancel.is_empty() => {
            (order.pending.cancel, CancelCause::Client, ExecRestatementReason::NotGiven)
        }
        Some(CancelCause::Expiry) => {
            events.push(OrderExpired { order: after(order, Step::Expire)?, venue_exec_id, reserved: 0 });
            return Ok(());
        }
        Some(cause) => (ClOrdId::EMPTY, cause, restatement_of(cause)),
        None => (ClOrdId::EMPTY, CancelCause::Client, report.restatement),
    };
    let OrderView { ord_status, .. } = after(order, Step::Cancel)?;
    let order = if request.is_empty() { order.view } else { order.report_to(request) };
    events.push(canceled(OrderView { ord_status, ..order }, venue_exec_id, restatement, cause));
    Ok(())
}

/// A quantity below what is filled already is amended up to it.
fn replaced(
    state: &State,
    now: EngineTime,
    order: &Order,
    report: &VenueReport,
    events: &mut Events,
) -> Result<(), Suspense> {
    let granted = *order.pending.first_replace().filter(|first| first.sent).ok_or(Suspense::NotApplicable)?;
    let next = order.pending.replaces().nth(1).copied();
    let cum_qty = order.view.cum_qty;
    let order_qty = granted.order_qty.max(cum_qty);
    let is_behind = next.is_some_and(|next| next.sent);
    let standing = order.standing();
    let after = standing.after(Step::Replace(is_behind), filled(cum_qty, order_qty)).ok_or(Suspense::NotApplicable)?;
    let view = OrderView {
        order_qty,
        // A replace of a market-to-limit order names none: it stays where it rests.
        price: if granted.price.is_zero() { order.view.price } else { granted.price },
        stop_px: granted.stop_px,
        ord_status: after.status(),
        ..order.report_to(granted.cl_ord_id)
    };
    events.push(OrderReplaced { order: view, worst_px: granted.worst_px, venue_exec_id: report.venue_exec_id });
    // The one that waited here for this one goes now, judged by what is so now.
    let Some(queued) = next.filter(|next| !next.sent) else { return Ok(()) };
    let view = OrderView { cl_ord_id: queued.cl_ord_id, orig_cl_ord_id: granted.cl_ord_id, ..view };
    // Its age was judged when it came.
    match worst_px_of_replace(state, now, order, queued.order_qty, queued.price, queued.stop_px, now) {
        Ok(worst_px) => {
            let asked = after.after(Step::RequestReplace, after.filled);
            let grows = queued.order_qty > cum_qty || after.can_fill();
            let Some(asked) = asked.filter(|_| grows) else {
                events.push(queued_refused(&view, Err(CxlRejReason::TooLateToCancel)));
                return Ok(());
            };
            events.push(ReplaceRequested {
                order: OrderView { ord_status: asked.status(), ..view },
                order_qty: queued.order_qty,
                price: queued.price,
                stop_px: queued.stop_px,
                worst_px,
                behind: ClOrdId::EMPTY,
                reserved: 0,
            });
        }
        Err(refusal) => events.push(queued_refused(&view, Ok(refusal))),
    }
    Ok(())
}

/// A replace that waited here, and is not sent.
fn queued_refused(view: &OrderView, why: Result<Refusal, CxlRejReason>) -> CancelRejected {
    CancelRejected {
        refusal: why.unwrap_or(Refusal::of(Check::UnknownAccount)),
        order_id: view.order_id,
        cl_ord_id: view.cl_ord_id,
        orig_cl_ord_id: view.orig_cl_ord_id,
        session: view.session,
        response_to: CxlRejResponseTo::Replace,
        reason: why.err().unwrap_or(CxlRejReason::BrokerOption),
        ord_status: view.ord_status,
        by_risk: u8::from(why.is_ok()),
        ends_pending: 1,
        reserved: [0; 15],
    }
}

/// The venue refused the cancel; the order goes on as it was, or stays closed.
fn cancel_refused(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let standing = order.standing();
    if order.pending.cancel.is_empty() {
        // Nobody's of the client: ours, or one of several of which another was answered.
        return match (order.pending.ending, order.pending.cancels_sent) {
            (Some(_), _) => {
                let status = order.view.ord_status;
                let refused = refused(order, CxlRejResponseTo::Cancel, ClOrdId::EMPTY, report.reason, status);
                events.push(CancelRejected { session: SessionId::NONE, ..refused });
                Ok(())
            }
            (None, 0) => Err(Suspense::NotApplicable),
            (None, _) => {
                events.push(VenueAccepted { order_id: report.order_id, venue_exec_id: report.venue_exec_id });
                Ok(())
            }
        };
    }
    let after = standing.after(Step::RefuseCancel, standing.filled).ok_or(Suspense::NotApplicable)?;
    events.push(refused(order, CxlRejResponseTo::Cancel, order.pending.cancel, report.reason, after.status()));
    Ok(())
}

/// The venue refused the replace that it decides first; one that waited here for it has nothing to replace.
fn replace_refused(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let first = order.pending.first_replace().filter(|first| first.sent).ok_or(Suspense::NotApplicable)?;
    let next = order.pending.replaces().nth(1);
    let step = Step::RefuseReplace(next.is_some_and(|next| next.sent));
    let standing = order.standing();
    let after = standing.after(step, standing.filled).ok_or(Suspense::NotApplicable)?;
    events.push(refused(order, CxlRejResponseTo::Replace, first.cl_ord_id, report.reason, after.status()));
    if let Some(queued) = next.filter(|next| !next.sent) {
        let reason = CxlRejReason::UnknownOrder.value();
        events.push(refused(order, CxlRejResponseTo::Replace, queued.cl_ord_id, reason, after.status()));
    }
    Ok(())
}

fn refused(
    order: &Order,
    response_to: CxlRejResponseTo,
    request: ClOrdId,
    reason: u8,
    ord_status: OrdStatus,
) -> CancelRejected {
    CancelRejected {
        refusal: Refusal::of(Check::UnknownAccount),
        order_id: order.view.order_id,
        cl_ord_id: request,
        orig_cl_ord_id: order.view.cl_ord_id,
        session: order.view.session,
        response_to,
        reason: CxlRejReason::from_value(reason).unwrap_or(CxlRejReason::Other),
        ord_status,
        by_risk: 0,
        ends_pending: 1,
        reserved: [0; 15],
    }
}

fn after(order: &Order, step: Step) -> Result<OrderView, Suspense> {
    let standing = order.standing();
    let ord_status = standing.after(step, standing.filled).ok_or(Suspense::NotApplicable)?.status();
    Ok(OrderView { ord_status, ..order.view })
}

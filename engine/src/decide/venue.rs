//! What a venue says of our orders. It is evidence: what fits is booked, also late; what does not fit is kept as
//! suspended for a person to look at, and changes nothing.

use model::{
    CancelRejected, Check, ClOrdId, CxlRejReason, CxlRejResponseTo, Events, Notional, OrdRejReason, OrdStatus,
    OrderAcknowledged, OrderCanceled, OrderExpired, OrderFilled, OrderRejected, OrderReplaced, OrderView,
    PositionChanged, Px, Qty, Refusal, ReportKind, ReportSuspended, Suspense, VenueAccepted, VenueId, VenueReport,
};
use risk::fee;

use crate::orders::Order;
use crate::state::State;
use crate::transition::{Step, next};

pub(super) fn report(state: &State, report: &VenueReport, events: &mut Events) {
    if let Err(why) = apply(state, report, events) {
        events.clear();
        events.push(ReportSuspended { report: *report, why, reserved: [0; 7] });
    }
}

fn apply(state: &State, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
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
        return Err(Suspense::Duplicate);
    }
    match report.kind {
        ReportKind::Accepted => accepted(order, report, events),
        ReportKind::Rejected => {
            let order = after(order, Step::Reject)?;
            let reason = OrdRejReason::from_value(report.reason).unwrap_or(OrdRejReason::BrokerOption);
            events.push(OrderRejected { order, venue_exec_id: report.venue_exec_id, reason, reserved: [0; 7] });
            Ok(())
        }
        ReportKind::Filled => filled(state, order, report, events),
        ReportKind::Canceled => canceled(order, report, events),
        ReportKind::Replaced => replaced(order, report, events),
        ReportKind::Expired => {
            events.push(OrderExpired { order: after(order, Step::Expire)? });
            Ok(())
        }
        ReportKind::CancelRejected => {
            let request = (CxlRejResponseTo::Cancel, order.pending.cancel);
            refused(order, request, report.reason, !order.pending.replace.is_empty(), events)
        }
        ReportKind::ReplaceRejected => {
            let request = (CxlRejResponseTo::Replace, order.pending.replace);
            refused(order, request, report.reason, !order.pending.cancel.is_empty(), events)
        }
        ReportKind::Other => Err(Suspense::NotApplicable),
    }
}

fn accepted(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let view = after(order, Step::Acknowledge)?;
    events.push(VenueAccepted { order_id: report.order_id, venue_exec_id: report.venue_exec_id });
    if order.view.ord_status == OrdStatus::PendingNew {
        events.push(OrderAcknowledged { order: view });
    }
    Ok(())
}

fn filled(state: &State, order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let view = &order.view;
    if report.last_qty <= Qty::ZERO || report.last_px <= Px::ZERO {
        return Err(Suspense::NotApplicable);
    }
    let cum_qty = view.cum_qty.checked_add(report.last_qty).ok_or(Suspense::Overflow)?;
    if cum_qty > view.order_qty {
        return Err(Suspense::Overfill);
    }
    let step = if cum_qty == view.order_qty { Step::FillRest } else { Step::FillPart };
    let ord_status = next(view.ord_status, step).ok_or(Suspense::NotApplicable)?;
    let cum_notional =
        view.cum_notional.checked_add(Notional::of(report.last_px, report.last_qty)).ok_or(Suspense::Overflow)?;
    let position = position_after(state, order, report)?;
    events.push(OrderFilled {
        order: OrderView { cum_qty, cum_notional, ord_status, ..order.report() },
        last_qty: report.last_qty,
        last_px: report.last_px,
        venue_exec_id: report.venue_exec_id,
        reserved: 0,
    });
    events.push(position);
    Ok(())
}

fn position_after(state: &State, order: &Order, report: &VenueReport) -> Result<PositionChanged, Suspense> {
    let view = &order.view;
    let instrument = &state.instruments.get(view.instrument.0).ok_or(Suspense::UnknownOrder)?.definition;
    let account = state.accounts.get(view.account.0).ok_or(Suspense::UnknownOrder)?;
    let before = state.holdings.get(order.holding);
    let checked = || {
        let after = before.after_fill(view.side, report.last_qty, report.last_px, instrument.multiplier)?;
        let traded = after.cash_from_trades.checked_sub(before.cash_from_trades)?;
        let fee = fee(traded, account.definition.fee_rate)?;
        Some(PositionChanged {
            cost: after.cost,
            realised: after.realised,
            fees: before.fees.checked_add(fee)?,
            cash_from_trades: after.cash_from_trades,
            account_cash: account.cash.checked_add(traded)?.checked_sub(fee)?,
            fee,
            qty: after.exposure.position,
            account: view.account,
            instrument: view.instrument,
        })
    };
    checked().ok_or(Suspense::Overflow)
}

/// With or without our asking: the rest of an immediate order is canceled by the venue itself.
fn canceled(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let ord_status = next(order.view.ord_status, Step::Cancel).ok_or(Suspense::NotApplicable)?;
    let view = if order.pending.cancel.is_empty() { order.report() } else { order.report_to(order.pending.cancel) };
    let order = OrderView { ord_status, ..view };
    events.push(OrderCanceled { order, venue_exec_id: report.venue_exec_id, reserved: 0 });
    Ok(())
}

/// A quantity below what is filled already is amended up to it.
fn replaced(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let pending = &order.pending;
    if pending.replace.is_empty() {
        return Err(Suspense::NotApplicable);
    }
    let cum_qty = order.view.cum_qty;
    let order_qty = pending.order_qty.max(cum_qty);
    let step = if order_qty == cum_qty {
        Step::ReplaceDone
    } else if !pending.cancel.is_empty() {
        Step::ReplaceCanceling
    } else if cum_qty.is_zero() {
        Step::ReplaceUntouched
    } else {
        Step::ReplacePartly
    };
    let ord_status = next(order.view.ord_status, step).ok_or(Suspense::NotApplicable)?;
    let view = order.report_to(pending.replace);
    events.push(OrderReplaced {
        order: OrderView { order_qty, price: pending.price, ord_status, ..view },
        worst_px: if pending.price.is_zero() { order.worst_px } else { pending.price },
        venue_exec_id: report.venue_exec_id,
    });
    Ok(())
}

/// The venue refused what was pending; the order goes on as it was, or stays closed.
fn refused(
    order: &Order,
    (response_to, request): (CxlRejResponseTo, ClOrdId),
    reason: u8,
    other_pending: bool,
    events: &mut Events,
) -> Result<(), Suspense> {
    if request.is_empty() {
        return Err(Suspense::NotApplicable);
    }
    let step = match (response_to, other_pending) {
        (CxlRejResponseTo::Cancel, true) => Step::RefuseReplacing,
        (CxlRejResponseTo::Replace, true) => Step::RefuseCanceling,
        (_, false) if order.view.cum_qty.is_zero() => Step::RefuseUntouched,
        (_, false) => Step::RefusePartly,
    };
    let ord_status = next(order.view.ord_status, step).ok_or(Suspense::NotApplicable)?;
    events.push(CancelRejected {
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
    });
    Ok(())
}

fn after(order: &Order, step: Step) -> Result<OrderView, Suspense> {
    let ord_status = next(order.view.ord_status, step).ok_or(Suspense::NotApplicable)?;
    Ok(OrderView { ord_status, ..order.report() })
}

//! What a venue says of our orders. It is evidence: what fits is booked, also late; what does not fit is kept as
//! suspended for a person to look at, and changes nothing.

use model::{
    CancelCause, CancelRejected, Check, ClOrdId, CxlRejReason, CxlRejResponseTo, EngineTime, Events,
    ExecRestatementReason, Notional, OrdRejReason, OrdStatus, OrdType, OrderAcknowledged, OrderDoneForDay,
    OrderExpired, OrderFilled, OrderRejected, OrderReplaced, OrderRestated, OrderStopped, OrderSuspended,
    OrderTriggered, OrderView, PositionChanged, Px, Qty, Refusal, ReplaceRequested, ReportKind, ReportSuspended,
    SessionId, Suspense, TradeCanceled, TradeCorrected, VenueAccepted, VenueId, VenueReport,
};
use risk::fee;

use super::requests::{canceled, worst_px_of_replace};
use crate::fills::Fill;
use crate::holdings::{Books, Holding};
use crate::order::{NONE, Order, filled};
use crate::standing::Step;
use crate::state::State;

pub(super) fn report(state: &State, now: EngineTime, report: &VenueReport, events: &mut Events) {
    if let Err(why) = apply(state, now, report, events) {
        events.clear();
        events.push(ReportSuspended { report: *report, why, reserved: [0; 7] });
    }
}

fn apply(state: &State, now: EngineTime, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
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
    // No venue has it.
    if order.view.held != 0 {
        return Err(Suspense::NotApplicable);
    }
    if report.is_status == 1 && report.cum_qty != order.view.cum_qty {
        return Err(Suspense::QuantityDiffers);
    }
    tell(state, now, order, report, events)
}

/// What the report, or two people's word, makes of the order.
pub(super) fn tell(
    state: &State,
    now: EngineTime,
    order: &Order,
    report: &VenueReport,
    events: &mut Events,
) -> Result<(), Suspense> {
    let venue_exec_id = report.venue_exec_id;
    match report.kind {
        ReportKind::Accepted | ReportKind::AcceptedIdle | ReportKind::Stands => accepted(order, report, events),
        ReportKind::Rejected => {
            let order = after(order, Step::Reject)?;
            let reason = OrdRejReason::from_value(report.reason).unwrap_or(OrdRejReason::BrokerOption);
            events.push(OrderRejected { order, venue_exec_id, reason, reserved: [0; 7] });
            Ok(())
        }
        ReportKind::Filled => filled_by(state, order, report, events),
        ReportKind::TradeCanceled | ReportKind::TradeCorrected => amended(state, order, report, events),
        ReportKind::Canceled => canceled_by(order, report, events),
        ReportKind::Replaced => replaced(state, now, order, report, events),
        ReportKind::Restated => restated(state, order, report, events),
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

pub(super) fn filled_by(
    state: &State,
    order: &Order,
    report: &VenueReport,
    events: &mut Events,
) -> Result<(), Suspense> {
    let view = &order.view;
    if report.last_qty <= Qty::ZERO || report.last_px <= Px::ZERO {
        return Err(Suspense::NotApplicable);
    }
    let cum_qty = view.cum_qty.checked_add(report.last_qty).ok_or(Suspense::Overflow)?;
    if cum_qty > view.order_qty {
        return Err(Suspense::Overfill);
    }
    let standing =
        order.standing().after(Step::Fill, filled(cum_qty, view.order_qty)).ok_or(Suspense::NotApplicable)?;
    let cum_notional =
        view.cum_notional.checked_add(Notional::of(report.last_px, report.last_qty)).ok_or(Suspense::Overflow)?;
    let before = holding_of(state, order);
    let multiplier = state.instruments.get(view.instrument.0).ok_or(Suspense::UnknownOrder)?.definition.multiplier;
    let books =
        before.books().after_fill(view.side, report.last_qty, report.last_px, multiplier).ok_or(Suspense::Overflow)?;
    let paid = fee_of(state, order, report.last_qty, report.last_px, multiplier).ok_or(Suspense::Overflow)?;
    let position = position_changed(state, order, books, paid).ok_or(Suspense::Overflow)?;
    events.push(OrderFilled {
        order: OrderView { cum_qty, cum_notional, ord_status: standing.status(), idle: 0, ..order.report() },
        last_qty: report.last_qty,
        last_px: report.last_px,
        venue_exec_id: report.venue_exec_id,
        reserved: 0,
    });
    events.push(position);
    Ok(())
}

/// A bust or a correction: the fill never was, or was another one. Position and money are counted again from all fills that
/// are remembered, so it comes out as if it had been so from the beginning, whatever came between.
fn amended(state: &State, order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let view = &order.view;
    let number = state.fills.find(order.last_fill, view.order_id, report.venue_ref_id).ok_or(Suspense::UnknownTrade)?;
    let fill = *state.fills.get(number).ok_or(Suspense::UnknownTrade)?;
    if fill.qty.is_zero() {
        return Err(Suspense::UnknownTrade);
    }
    let busted = report.kind == ReportKind::TradeCanceled;
    let (qty, px) = if busted { (Qty::ZERO, fill.px) } else { (report.last_qty, report.last_px) };
    if !busted && (qty <= Qty::ZERO || px <= Px::ZERO) {
        return Err(Suspense::NotApplicable);
    }
    let cum_qty = (view.cum_qty - fill.qty).checked_add(qty).ok_or(Suspense::Overflow)?;
    if cum_qty > view.order_qty {
        return Err(Suspense::Overfill);
    }
    if cum_qty < Qty::ZERO || cum_qty < prior_after(order, &fill, qty, px).0 {
        return Err(Suspense::QuantityDiffers);
    }
    let cum_notional = view
        .cum_notional
        .checked_sub(Notional::of(fill.px, fill.qty))
        .and_then(|rest| rest.checked_add(Notional::of(px, qty)))
        .ok_or(Suspense::Overflow)?;
    let step = order.standing().after(Step::Amend, filled(cum_qty, view.order_qty)).ok_or(Suspense::NotApplicable)?;
    let holding = state.holdings.get(order.holding);
    let books = state.fills.recount(holding.base, holding.fills, number, qty, px).ok_or(Suspense::Overflow)?;
    let fee = amended_fee(state, order, &fill, qty, px).ok_or(Suspense::Overflow)?;
    let position = position_changed(state, order, books, fee).ok_or(Suspense::Overflow)?;
    let (prior_qty, prior_notional) = prior_after(order, &fill, qty, px);
    let order =
        OrderView { cum_qty, cum_notional, prior_qty, prior_notional, ord_status: step.status(), ..order.report() };
    let (venue_exec_id, ref_seq, ref_index) = (report.venue_exec_id, fill.told.seq, fill.told.index);
    if busted {
        let (last_qty, last_px) = (fill.qty, fill.px);
        events.push(TradeCanceled {
            order,
            last_qty,
            last_px,
            venue_exec_id,
            fill: number,
            ref_seq,
            ref_index,
            reserved: [0; 7],
        });
    } else {
        let (last_qty, last_px) = (qty, px);
        events.push(TradeCorrected {
            order,
            last_qty,
            last_px,
            venue_exec_id,
            fill: number,
            ref_seq,
            ref_index,
            reserved: [0; 7],
        });
    }
    events.push(position);
    Ok(())
}

/// What was filled before this trading day changes with a fill of an earlier day.
fn prior_after(order: &Order, fill: &Fill, qty: Qty, px: Px) -> (Qty, Notional) {
    let view = &order.view;
    if view.prior_qty.is_zero() || fill.seq >= order.day_began {
        return (view.prior_qty, view.prior_notional);
    }
    let notional = view.prior_notional - Notional::of(fill.px, fill.qty) + Notional::of(px, qty);
    (view.prior_qty - fill.qty + qty, notional)
}

/// With or without our asking: the rest of an immediate order is canceled by the venue itself.
fn canceled_by(order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let ended = |step| order.standing().after(step, order.standing().filled).ok_or(Suspense::NotApplicable);
    let venue_exec_id = report.venue_exec_id;
    if !order.pending.cancel.is_empty() {
        let ord_status = ended(Step::Cancel)?.status();
        let order = OrderView { ord_status, ..order.report_to(order.pending.cancel) };
        events.push(canceled(order, venue_exec_id, ExecRestatementReason::NotGiven, CancelCause::Client));
        return Ok(());
    }
    match order.pending.ending {
        Some(CancelCause::Expiry) => {
            let ord_status = ended(Step::Expire)?.status();
            events.push(OrderExpired { order: OrderView { ord_status, ..order.report() }, venue_exec_id, reserved: 0 });
        }
        Some(cause) => {
            let ord_status = ended(Step::Cancel)?.status();
            let order = OrderView { ord_status, ..order.report() };
            events.push(canceled(order, venue_exec_id, restatement_of(cause), cause));
        }
        None => {
            let ord_status = ended(Step::Cancel)?.status();
            let order = OrderView { ord_status, ..order.report() };
            events.push(canceled(order, venue_exec_id, report.restatement, CancelCause::Client));
        }
    }
    Ok(())
}

/// ExecRestatementReason(378) of an order that was not canceled by its client.
pub(super) fn restatement_of(cause: CancelCause) -> ExecRestatementReason {
    match cause {
        CancelCause::Client | CancelCause::MassCancel => ExecRestatementReason::NotGiven,
        CancelCause::Disconnect => ExecRestatementReason::CancelOnSystemFailure,
        CancelCause::Halt => ExecRestatementReason::CancelOnTradingHalt,
        CancelCause::Operator | CancelCause::Contingency => ExecRestatementReason::BrokerOption,
        CancelCause::Expiry => ExecRestatementReason::Other,
    }
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
    match worst_px_of_replace(state, now, order, queued.order_qty, queued.price, queued.stop_px) {
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

/// The venue says what the order is now. A new quantity below what is filled is amended up to it.
fn restated(state: &State, order: &Order, report: &VenueReport, events: &mut Events) -> Result<(), Suspense> {
    let view = &order.view;
    let is_split = report.restatement == ExecRestatementReason::GtCorporateAction;
    // After a split the fills before it count in new units: the same money, another quantity.
    let cum_qty = if is_split && !report.cum_qty.is_zero() { report.cum_qty } else { view.cum_qty };
    let said = if report.order_qty.is_zero() { view.order_qty } else { report.order_qty };
    if said < Qty::ZERO || said.units() > model::limits::UNITS_MAX || cum_qty.units() > model::limits::UNITS_MAX {
        return Err(Suspense::Overflow);
    }
    let order_qty = said.max(cum_qty);
    // A market-to-limit order has none until its venue says where it rests.
    let may_have = view.ord_type.has_price() || view.ord_type == OrdType::MarketToLimit;
    let price = if report.price.is_zero() || !may_have { view.price } else { report.price };
    let after = order.standing().after(Step::Restate, filled(cum_qty, order_qty)).ok_or(Suspense::NotApplicable)?;
    let worst_px = if price == view.price { order.worst_px } else { price };
    let room = reserved_fits(state, view, order_qty - cum_qty, worst_px);
    if !room {
        return Err(Suspense::Overflow);
    }
    // Whatever the reason, what was done for the day goes on on a new one.
    let renewed = report.restatement == ExecRestatementReason::GtRenewal || order.done_for_day;
    let (prior_qty, prior_notional) =
        if renewed { (cum_qty, view.cum_notional) } else { (view.prior_qty, view.prior_notional) };
    let order_now = OrderView {
        order_qty,
        price,
        cum_qty,
        prior_qty: if is_split && !renewed { scaled(view.prior_qty, cum_qty, view.cum_qty) } else { prior_qty },
        prior_notional,
        ord_status: after.status(),
        ..order.report()
    };
    events.push(OrderRestated {
        order: order_now,
        worst_px,
        venue_exec_id: report.venue_exec_id,
        max_floor: order.max_floor,
        restatement: report.restatement,
        reserved: [0; 7],
    });
    Ok(())
}

fn scaled(part: Qty, now: Qty, before: Qty) -> Qty {
    if before.is_zero() {
        return part;
    }
    let units = i128::from(part.units()) * i128::from(now.units()) / i128::from(before.units());
    Qty::from_units(i64::try_from(units).unwrap_or(now.units())).min(now)
}

/// Can the sum of what the order reserves be counted?
pub(super) fn reserved_fits(state: &State, view: &OrderView, qty: Qty, worst_px: Px) -> bool {
    let instrument = state.instruments.get(view.instrument.0).map(|instrument| &instrument.definition);
    let account = state.accounts.get(view.account.0).map(|account| &account.definition);
    let (Some(instrument), Some(account)) = (instrument, account) else { return false };
    risk::reserved_cash(instrument, account, view.side, qty, worst_px).is_some()
}

fn fee_of(state: &State, order: &Order, qty: Qty, px: Px, multiplier: i64) -> Option<Notional> {
    let account = state.accounts.get(order.view.account.0)?;
    fee(Notional::of(px, qty).checked_mul(multiplier)?, account.definition.fee_rate)
}

/// What is paid on top for a fill that was another one; negative where it is given back.
fn amended_fee(state: &State, order: &Order, fill: &Fill, qty: Qty, px: Px) -> Option<Notional> {
    let now = if qty.is_zero() { Notional::ZERO } else { fee_of(state, order, qty, px, fill.multiplier)? };
    now.checked_sub(fill.fee)
}

/// What the account holds; nothing yet where the order is its first there.
fn holding_of(state: &State, order: &Order) -> Holding {
    if order.holding == NONE { Holding::default() } else { *state.holdings.get(order.holding) }
}

fn position_changed(state: &State, order: &Order, books: Books, fee: Notional) -> Option<PositionChanged> {
    let before = holding_of(state, order);
    let account = state.accounts.get(order.view.account.0)?;
    let traded = books.cash_from_trades.checked_sub(before.cash_from_trades)?;
    Some(PositionChanged {
        cost: books.cost,
        realised: books.realised,
        fees: before.fees.checked_add(fee)?,
        cash_from_trades: books.cash_from_trades,
        account_cash: account.cash.checked_add(traded)?.checked_sub(fee)?,
        fee,
        qty: books.position,
        account: order.view.account,
        instrument: order.view.instrument,
    })
}

fn after(order: &Order, step: Step) -> Result<OrderView, Suspense> {
    let standing = order.standing();
    let ord_status = standing.after(step, standing.filled).ok_or(Suspense::NotApplicable)?.status();
    Ok(OrderView { ord_status, ..order.report() })
}

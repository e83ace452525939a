//! What clients ask about one order: cancel, replace, status.

use model::{
    CancelCause, CancelOrder, CancelRejected, CancelRequested, Check, ClOrdId, Contingency, CxlRejReason,
    CxlRejResponseTo, DisputeTrade, EngineTime, Events, ExecRestatementReason, KeptTerms, LimitKind, OrderCanceled,
    OrderId, OrderReplaced, OrderStatusRequest, OrderView, PendingReplaces, Px, Qty, Refusal, ReplaceOrder,
    ReplaceQueued, ReplaceRequested, Seq, SessionId, StatusReported, TradeDisputed,
};
use risk::{Context, Held, Proposal};

use super::new_order::{context, in_scopes, proposal_of};
use super::self_match::{self, GivingWay};
use crate::children::Leg;
use crate::order::{NONE, Order, filled};
use crate::standing::{Filled, Step};
use crate::state::State;

pub(super) fn cancel_order(state: &State, command: &CancelOrder, events: &mut Events) {
    let session = command.origin.session;
    let refuse = |order: Option<&Order>, reason| {
        rejected(session, command.cl_ord_id, command.orig_cl_ord_id, CxlRejResponseTo::Cancel, order, Err(reason))
    };
    let order = match addressed(state, session, &command.orig_cl_ord_id) {
        Ok(order) => order,
        Err((order, reason)) => return events.push(refuse(order, reason)),
    };
    if state.orders.find_used(session, &command.cl_ord_id).is_some() {
        return events.push(refuse(Some(order), CxlRejReason::DuplicateClOrdId));
    }
    // Over a pending replace a cancel still passes: nothing may hold a cancel up.
    let standing = order.standing();
    let Some(asked) = standing.after(Step::RequestCancel, standing.filled) else {
        return events.push(refuse(Some(order), why_not(order)));
    };
    let order_asked = OrderView { ord_status: asked.status(), ..order.report_to(command.cl_ord_id) };
    events.push(CancelRequested { order: order_asked, cause: CancelCause::Client, reserved: [0; 15] });
    if order.view.held != 0
        && let Some(ended) = asked.after(Step::Cancel, asked.filled)
    {
        // No venue has it, so nobody else decides.
        let order = OrderView { ord_status: ended.status(), held: 0, ..order_asked };
        events.push(canceled(order, 0, ExecRestatementReason::NotGiven, CancelCause::Client));
    }
}

pub(super) fn canceled(
    order: OrderView,
    venue_exec_id: u64,
    restatement: ExecRestatementReason,
    cause: CancelCause,
) -> OrderCanceled {
    OrderCanceled { order, venue_exec_id, restatement, cause, reserved: [0; 6] }
}

pub(super) fn replace_order(state: &State, seq: Seq, now: EngineTime, command: &ReplaceOrder, events: &mut Events) {
    let session = command.origin.session;
    let refuse = |order: Option<&Order>, why| {
        rejected(session, command.cl_ord_id, command.orig_cl_ord_id, CxlRejResponseTo::Replace, order, why)
    };
    let policy =
        state.sessions.get(session.0).map_or(PendingReplaces::Refuse, |session| session.definition.pending_replaces);
    let order = match addressed(state, session, &command.orig_cl_ord_id) {
        Ok(order) => order,
        // A chain: it names the replace before it.
        Err((Some(order), CxlRejReason::AlreadyPending))
            if policy != PendingReplaces::Refuse
                && order.pending.last_replace().is_some_and(|last| last.cl_ord_id == command.orig_cl_ord_id) =>
        {
            order
        }
        Err((order, reason)) => return events.push(refuse(order, Err(reason))),
    };
    if state.orders.find_used(session, &command.cl_ord_id).is_some() {
        return events.push(refuse(Some(order), Err(CxlRejReason::DuplicateClOrdId)));
    }
    let is_second = order.pending.last_replace().is_some();
    if is_second && (policy == PendingReplaces::Refuse || order.pending.is_full()) {
        return events.push(refuse(Some(order), Err(CxlRejReason::AlreadyPending)));
    }
    let standing = order.standing();
    let asked = standing.after(Step::RequestReplace, standing.filled);
    let grows = command.order_qty > order.view.cum_qty;
    let Some(asked) = asked.filter(|_| standing.can_fill() || standing.replacing || grows) else {
        return events.push(refuse(Some(order), Err(why_not(order))));
    };
    if command.side != order.view.side || command.ord_type != order.view.ord_type {
        return events.push(refuse(Some(order), Err(CxlRejReason::Other)));
    }
    if !keeps(state, order, &command.kept) {
        return events.push(refuse(Some(order), Ok(Refusal::of(Check::ReplaceTerms))));
    }
    let stop_px = asked_stop_px(order, command);
    let judged =
        worst_px_of_replace(state, now, order, command.order_qty, command.price, stop_px, command.transact_time);
    let judged = judged.and_then(|worst_px| leg_fits(state, order, command.order_qty).map(|()| worst_px));
    let (worst_px, others) = match judged.and_then(|worst_px| Ok((worst_px, giving_way(state, now, order, command)?))) {
        Ok(judged) => judged,
        Err(refusal) => {
            events.push(refuse(Some(order), Ok(refusal)));
            if refusal.check == Check::SelfMatch {
                others_of_refused(state, now, order, command).cancel(state, seq, events);
            }
            return;
        }
    };
    others.cancel(state, seq, events);
    let behind = order.pending.last_replace().map_or(ClOrdId::EMPTY, |last| last.cl_ord_id);
    let (order_qty, price, cl_ord_id) = (command.order_qty, command.price, command.cl_ord_id);
    if is_second && policy == PendingReplaces::Sequential {
        let order = OrderView { orig_cl_ord_id: behind, ..order.report_to(cl_ord_id) };
        events.push(ReplaceQueued { order, order_qty, price, stop_px, worst_px, behind, reserved: 0 });
        return;
    }
    let order_asked = OrderView { ord_status: asked.status(), ..standing_on(order, order.report_to(cl_ord_id)) };
    events.push(ReplaceRequested { order: order_asked, order_qty, price, stop_px, worst_px, behind, reserved: 0 });
    if order.view.held != 0 {
        let order_qty = order_qty.max(order.view.cum_qty);
        let after = asked.after(Step::Replace(false), filled(order.view.cum_qty, order_qty));
        let ord_status = after.map_or(order_asked.ord_status, |after| after.status());
        let order = OrderView { order_qty, price, stop_px, ord_status, ..order_asked };
        events.push(OrderReplaced { order, worst_px, venue_exec_id: 0 });
    }
}

/// Do the legs of an entry still come to no more than it, where this one grows?
fn leg_fits(state: &State, order: &Order, order_qty: Qty) -> Result<(), Refusal> {
    let open_qty = (order_qty - order.view.cum_qty).max(order.held_qty());
    match state.links.get(order.link) {
        Some(group) if order.contingency != Contingency::OneTriggersTheOther && open_qty > order.held_qty() => {
            let slot = state.orders.find(order.view.order_id).unwrap_or(NONE);
            state.fits_parent(group, slot, &Leg { open_qty, ..Leg::of(order) })
        }
        _ => Ok(()),
    }
}

/// The orders that give way to what the replace asks for.
fn giving_way(state: &State, now: EngineTime, order: &Order, command: &ReplaceOrder) -> Result<GivingWay, Refusal> {
    if !state.scopes.have(&order.keys(), LimitKind::SelfMatch.bit()) {
        return Ok(GivingWay::NOBODY);
    }
    let stop_px = asked_stop_px(order, command);
    let (context, proposal) =
        asked_of(state, now, order, command.order_qty, command.price, stop_px, command.transact_time)?;
    self_match::giving_way(state, &order.keys(), &context.scopes, order.view.instrument, &proposal)
}

fn others_of_refused(state: &State, now: EngineTime, order: &Order, command: &ReplaceOrder) -> GivingWay {
    let stop_px = asked_stop_px(order, command);
    let asked = asked_of(state, now, order, command.order_qty, command.price, stop_px, command.transact_time);
    asked.map_or(GivingWay::NOBODY, |(context, proposal)| {
        self_match::canceled_with(state, &order.keys(), &context.scopes, order.view.instrument, &proposal)
    })
}

/// Is what a replace repeats of its order the order's? Who believes to have changed it must hear that it is not so.
fn keeps(state: &State, order: &Order, kept: &KeptTerms) -> bool {
    let view = &order.view;
    let is_said = |what| kept.said & what != 0;
    let link = state.links.get(order.link).map_or(ClOrdId::EMPTY, |group| group.id);
    let symbol = state.instruments.get(view.instrument.0).map(|instrument| instrument.definition.symbol);
    let account = state.accounts.get(view.account.0).map(|account| account.definition.account);
    (!is_said(KeptTerms::MIN_QTY) || kept.min_qty == order.min_qty)
        && (!is_said(KeptTerms::MAX_FLOOR) || kept.max_floor == order.max_floor)
        && (!is_said(KeptTerms::PEG_OFFSET) || kept.peg_offset == order.peg_offset)
        && (!is_said(KeptTerms::EXPIRE_TIME) || kept.expire_time == view.expire_time)
        && (!is_said(KeptTerms::EXEC_INST) || kept.exec_inst == view.exec_inst)
        && (kept.time_in_force == 0 || kept.time_in_force == view.time_in_force.value())
        && (kept.cl_ord_link_id.is_empty() || kept.cl_ord_link_id == link)
        && (kept.symbol.is_empty() || Some(kept.symbol) == symbol)
        && (kept.account.is_empty() || Some(kept.account) == account)
}

/// A stop keeps its price where the request names none, and a triggered one has no more use for it.
pub(crate) fn asked_stop_px(order: &Order, command: &ReplaceOrder) -> Px {
    match (order.view.ord_type.is_stop(), command.stop_px.is_zero() || order.view.triggered == 1) {
        (true, true) => order.view.stop_px,
        _ => command.stop_px,
    }
}

/// A replace behind another one stands on what the order will be if that one is granted.
fn standing_on(order: &Order, view: OrderView) -> OrderView {
    match order.pending.last_replace() {
        Some(before) => OrderView {
            order_qty: before.order_qty.max(view.cum_qty),
            price: before.price,
            stop_px: before.stop_px,
            ..view
        },
        None => view,
    }
}

/// A replace is checked as an order, on the worse of old and new.
pub(super) fn worst_px_of_replace(
    state: &State,
    now: EngineTime,
    order: &Order,
    order_qty: Qty,
    price: Px,
    stop_px: Px,
    transact_time: EngineTime,
) -> Result<Px, Refusal> {
    let (context, proposal) = asked_of(state, now, order, order_qty, price, stop_px, transact_time)?;
    risk::check(&context, &proposal)?;
    // The worst price of this replace alone; the worse of all is held while they wait.
    let alone = Proposal { held: None, ..proposal };
    risk::reserve(&context, &alone).map(|reservation| reservation.worst_px)
}

/// What the checks are shown of a replace.
pub(crate) fn asked_of<'a>(
    state: &'a State,
    now: EngineTime,
    order: &Order,
    order_qty: Qty,
    price: Px,
    stop_px: Px,
    transact_time: EngineTime,
) -> Result<(Context<'a>, Proposal), Refusal> {
    let view = &order.view;
    let own = proposal_of(state, order);
    let proposal = Proposal {
        order_qty,
        price,
        stop_px: if view.triggered == 1 { Px::ZERO } else { stop_px },
        transact_time,
        // What was refused or granted at the start is not asked again.
        min_qty: own.min_qty.min(order_qty),
        max_floor: own.max_floor.min(order_qty),
        held: Some(Held {
            order_qty: order.held_qty() + view.cum_qty,
            cum_qty: view.cum_qty,
            open_qty: order.open_qty,
            worst_px: order.held_px(),
            reserved: order.reserved,
            open_notional: order.open_notional,
        }),
        ..own
    };
    let mut context = context(state, now, view.session, view.account, view.instrument, false)
        .ok_or(Refusal::of(Check::UnknownAccount))?;
    context.has_order_slot = state.orders.has_room_for_id();
    in_scopes(state, &order.keys(), view.instrument, &mut context);
    if context.scopes.has(LimitKind::SelfMatch) {
        context.own_opposite =
            self_match::own_opposite(state, &order.keys(), &context.scopes, view.instrument, &proposal);
    }
    Ok((context, proposal))
}

pub(super) fn order_status(state: &State, command: &OrderStatusRequest, events: &mut Events) {
    let session = command.origin.session;
    let known = state.orders.find_used(session, &command.cl_ord_id).map(|slot| state.orders.get(slot).view);
    let order = known.unwrap_or(OrderView::unknown(session, command.cl_ord_id));
    events.push(StatusReported::of(order, known.is_some()));
}

pub(super) fn dispute_trade(command: &DisputeTrade, events: &mut Events) {
    events.push(TradeDisputed { dispute: *command });
}

/// The order that a request names by OrigClOrdID(41): its ClOrdID as the venue last accepted it.
fn addressed<'a>(
    state: &'a State,
    session: SessionId,
    orig_cl_ord_id: &ClOrdId,
) -> Result<&'a Order, (Option<&'a Order>, CxlRejReason)> {
    let Some(slot) = state.orders.find_used(session, orig_cl_ord_id) else {
        return Err((None, CxlRejReason::UnknownOrder));
    };
    let order = state.orders.get(slot);
    if order.view.cl_ord_id == *orig_cl_ord_id {
        return Ok(order);
    }
    let pending = order.pending.cancel == *orig_cl_ord_id
        || order.pending.replaces().any(|replace| replace.cl_ord_id == *orig_cl_ord_id);
    Err((Some(order), if pending { CxlRejReason::AlreadyPending } else { CxlRejReason::UnknownOrder }))
}

/// Why a request that cannot happen now is refused.
fn why_not(order: &Order) -> CxlRejReason {
    let standing = order.standing();
    let is_over = standing.end.is_some() || (!standing.can_fill() && !standing.canceling);
    match is_over || standing.filled == Filled::All {
        true => CxlRejReason::TooLateToCancel,
        false => CxlRejReason::AlreadyPending,
    }
}

/// A cancel or replace refused at the door: by risk, or by what the order is. A known order is named as the venue last
/// accepted it.
pub(super) fn rejected(
    session: SessionId,
    cl_ord_id: ClOrdId,
    orig_cl_ord_id: ClOrdId,
    response_to: CxlRejResponseTo,
    order: Option<&Order>,
    why: Result<Refusal, CxlRejReason>,
) -> CancelRejected {
    let named = order.map_or(ClOrdId::EMPTY, |order| order.view.cl_ord_id);
    CancelRejected {
        refusal: why.unwrap_or(Refusal::of(Check::UnknownAccount)),
        order_id: order.map_or(OrderId(0), |order| order.view.order_id),
        cl_ord_id,
        orig_cl_ord_id: if named.is_empty() { orig_cl_ord_id } else { named },
        session,
        response_to,
        reason: why.err().unwrap_or(CxlRejReason::BrokerOption),
        ord_status: order.map_or(model::OrdStatus::Rejected, |order| order.view.ord_status),
        by_risk: u8::from(why.is_ok()),
        ends_pending: 0,
        reserved: [0; 15],
    }
}

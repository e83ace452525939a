//! What clients ask for: new orders, cancels, replaces, status.

use model::{
    AccountId, AccountName, CancelOrder, CancelRejected, CancelRequested, Check, ClOrdId, CxlRejReason,
    CxlRejResponseTo, EngineTime, Events, InstrumentId, NewOrder, Notional, OrdStatus, OrdType, OrderAccepted, OrderId,
    OrderRefused, OrderStatusRequest, OrderView, Px, Qty, Refusal, ReplaceOrder, ReplaceRequested, Seq, SessionId,
    Side, StatusReported, TimeInForce,
};
use risk::{Context, Exposure, Held, Proposal};

use crate::orders::Order;
use crate::state::State;
use crate::transition::{Step, next};

pub(super) fn new_order(state: &State, seq: Seq, now: EngineTime, command: &NewOrder, events: &mut Events) {
    let session = command.origin.session;
    let known = state.orders.find_used(session, &command.cl_ord_id).map(|slot| state.orders.get(slot));
    if let (Some(order), 1) = (known, command.poss_resend) {
        events.push(StatusReported { order: order.report(), known: 1, reserved: [0; 15] });
        return;
    }
    match accept(state, seq, now, command, known.is_some()) {
        Ok(accepted) => events.push(accepted),
        Err(refusal) => events.push(refused(state, command, refusal, known)),
    }
}

fn accept(state: &State, seq: Seq, now: EngineTime, command: &NewOrder, used: bool) -> Result<OrderAccepted, Refusal> {
    let session = command.origin.session;
    let account = account_of(state, session, &command.account).ok_or(Refusal::of(Check::UnknownAccount))?;
    let instrument = state.instruments.find(&command.symbol).ok_or(Refusal::of(Check::UnknownSymbol))?;
    let proposal = Proposal {
        side: command.side,
        ord_type: command.ord_type,
        order_qty: command.order_qty,
        price: command.price,
        held: None,
    };
    let instrument = InstrumentId(instrument);
    let context = context(state, now, session, account, instrument, used).ok_or(Refusal::of(Check::UnknownAccount))?;
    let reservation = risk::check(&context, &proposal)?;
    let ord_status = if state.acknowledge_at_venue { OrdStatus::PendingNew } else { OrdStatus::New };
    let order = OrderView {
        cum_notional: Notional::ZERO,
        order_id: OrderId(seq.0),
        order_qty: command.order_qty,
        price: command.price,
        cum_qty: Qty::ZERO,
        cl_ord_id: command.cl_ord_id,
        orig_cl_ord_id: ClOrdId::EMPTY,
        session,
        account,
        instrument,
        side: command.side,
        ord_type: command.ord_type,
        time_in_force: command.time_in_force,
        ord_status,
    };
    Ok(OrderAccepted { order, worst_px: reservation.worst_px, transact_time: command.transact_time })
}

/// A duplicate is answered with the number and status of the order that has the ClOrdID.
fn refused(state: &State, command: &NewOrder, refusal: Refusal, known: Option<&Order>) -> OrderRefused {
    let existing = known.filter(|_| refusal.check == Check::DuplicateClOrdId);
    let session = command.origin.session;
    let own = state.sessions.get(session.0).map_or(AccountName::EMPTY, |session| session.definition.account);
    OrderRefused {
        refusal,
        order_qty: command.order_qty,
        price: command.price,
        order_id: existing.map_or(OrderId(0), |order| order.view.order_id),
        cl_ord_id: command.cl_ord_id,
        symbol: command.symbol,
        account: if command.account.is_empty() { own } else { command.account },
        session,
        side: command.side,
        ord_type: command.ord_type,
        time_in_force: command.time_in_force,
        ord_status: existing.map_or(OrdStatus::Rejected, |order| order.view.ord_status),
        reserved: [0; 8],
    }
}

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
    match next(order.view.ord_status, Step::RequestCancel) {
        None => events.push(refuse(Some(order), why_not(order))),
        Some(ord_status) => {
            let order = OrderView { ord_status, ..order.report_to(command.cl_ord_id) };
            events.push(CancelRequested { order });
        }
    }
}

pub(super) fn replace_order(state: &State, now: EngineTime, command: &ReplaceOrder, events: &mut Events) {
    let session = command.origin.session;
    let refuse = |order: Option<&Order>, why| {
        rejected(session, command.cl_ord_id, command.orig_cl_ord_id, CxlRejResponseTo::Replace, order, why)
    };
    let order = match addressed(state, session, &command.orig_cl_ord_id) {
        Ok(order) => order,
        Err((order, reason)) => return events.push(refuse(order, Err(reason))),
    };
    if state.orders.find_used(session, &command.cl_ord_id).is_some() {
        return events.push(refuse(Some(order), Err(CxlRejReason::DuplicateClOrdId)));
    }
    let Some(ord_status) = next(order.view.ord_status, Step::RequestReplace) else {
        return events.push(refuse(Some(order), Err(why_not(order))));
    };
    if command.side != order.view.side || command.ord_type != order.view.ord_type {
        return events.push(refuse(Some(order), Err(CxlRejReason::Other)));
    }
    match worst_px_of_replace(state, now, command, order) {
        Err(refusal) => events.push(refuse(Some(order), Ok(refusal))),
        Ok(worst_px) => events.push(ReplaceRequested {
            order: OrderView { ord_status, ..order.report_to(command.cl_ord_id) },
            order_qty: command.order_qty,
            price: command.price,
            worst_px,
            reserved: 0,
        }),
    }
}

/// A replace is checked as an order, on the worse of old and new.
fn worst_px_of_replace(state: &State, now: EngineTime, command: &ReplaceOrder, order: &Order) -> Result<Px, Refusal> {
    let view = &order.view;
    let proposal = Proposal {
        side: view.side,
        ord_type: view.ord_type,
        order_qty: command.order_qty,
        price: command.price,
        held: Some(Held {
            order_qty: view.order_qty,
            cum_qty: view.cum_qty,
            worst_px: order.worst_px,
            reserved: order.reserved,
        }),
    };
    let mut context = context(state, now, view.session, view.account, view.instrument, false)
        .ok_or(Refusal::of(Check::UnknownAccount))?;
    context.has_order_slot = state.orders.has_room_for_id();
    risk::check(&context, &proposal).map(|reservation| reservation.worst_px)
}

pub(super) fn order_status(state: &State, command: &OrderStatusRequest, events: &mut Events) {
    let session = command.origin.session;
    let known = state.orders.find_used(session, &command.cl_ord_id).map(|slot| state.orders.get(slot).report());
    let unknown = OrderView {
        cum_notional: Notional::ZERO,
        order_id: OrderId(0),
        order_qty: Qty::ZERO,
        price: Px::ZERO,
        cum_qty: Qty::ZERO,
        cl_ord_id: command.cl_ord_id,
        orig_cl_ord_id: ClOrdId::EMPTY,
        session,
        account: AccountId::NONE,
        instrument: InstrumentId::NONE,
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::Rejected,
    };
    events.push(StatusReported {
        order: known.unwrap_or(unknown),
        known: u8::from(known.is_some()),
        reserved: [0; 15],
    });
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
    let pending = [order.pending.replace, order.pending.cancel].contains(orig_cl_ord_id);
    Err((Some(order), if pending { CxlRejReason::AlreadyPending } else { CxlRejReason::UnknownOrder }))
}

/// Why a request that the transition table refuses is refused.
fn why_not(order: &Order) -> CxlRejReason {
    if order.view.ord_status.is_working() { CxlRejReason::AlreadyPending } else { CxlRejReason::TooLateToCancel }
}

/// A cancel or replace refused at the door: by risk, or by what the order is.
fn rejected(
    session: SessionId,
    cl_ord_id: ClOrdId,
    orig_cl_ord_id: ClOrdId,
    response_to: CxlRejResponseTo,
    order: Option<&Order>,
    why: Result<Refusal, CxlRejReason>,
) -> CancelRejected {
    CancelRejected {
        refusal: why.unwrap_or(Refusal::of(Check::UnknownAccount)),
        order_id: order.map_or(OrderId(0), |order| order.view.order_id),
        cl_ord_id,
        orig_cl_ord_id,
        session,
        response_to,
        reason: why.err().unwrap_or(CxlRejReason::BrokerOption),
        ord_status: order.map_or(OrdStatus::Rejected, |order| order.view.ord_status),
        by_risk: u8::from(why.is_ok()),
        ends_pending: 0,
        reserved: [0; 15],
    }
}

fn account_of(state: &State, session: SessionId, named: &AccountName) -> Option<AccountId> {
    let session = state.sessions.get(session.0)?;
    if named.is_empty() { session.account } else { state.accounts.find(named).map(AccountId) }
}

fn context<'a>(
    state: &'a State,
    now: EngineTime,
    session: SessionId,
    account: AccountId,
    instrument: InstrumentId,
    cl_ord_id_used: bool,
) -> Option<Context<'a>> {
    let session = state.sessions.get(session.0)?;
    let of_account = state.accounts.get(account.0)?;
    let of_instrument = state.instruments.get(instrument.0)?;
    let holding = state.holdings.find(account, instrument);
    Some(Context {
        now,
        instrument: &of_instrument.definition,
        reference: of_instrument.reference,
        account: &of_account.definition,
        trading: state.trading,
        account_trading: of_account.trading,
        exposure: holding.map_or(Exposure::default(), |slot| state.holdings.get(slot).exposure),
        open_orders: of_account.open_orders,
        cash: of_account.cash,
        reserved: of_account.reserved,
        bucket: session.bucket,
        messages_per_second: session.definition.messages_per_second,
        cl_ord_id_used,
        has_order_slot: state.orders.has_room() && (holding.is_some() || !state.holdings.is_full()),
    })
}

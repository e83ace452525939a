//! Orders that a venue tells us of and that we did not send: given by telephone, or another system's under our name. They
//! are booked where the configuration says to whom they belong, because a position that is not in the books is the worst of
//! all; and somebody is told.

use model::{
    AccountId, ClOrdId, Commission, Counted, EngineTime, Events, ForeignOrder, InstrumentId, OrdStatus, OrderAdopted,
    OrderId, OrderView, ReportKind, ReportSuspended, Seq, SessionId, Suspense, VenueReport, limits,
};

use super::new_order::strategy_of;
use super::{restate, strategies, trades, venue};
use crate::order::{NONE, Order};
use crate::state::State;

/// `commission`: what the venue says that it takes, where it tells of a trade.
pub(super) fn foreign_order(
    state: &State,
    (seq, now): (Seq, EngineTime),
    command: &ForeignOrder,
    commission: Option<&Commission>,
    events: &mut Events,
) {
    let known = state.orders.find_foreign(command.venue, command.venue_order_id).map(|slot| state.orders.get(slot));
    let order_id = known.map_or(OrderId(0), |order| order.view.order_id);
    let report = report_of(command, order_id);
    let is_known = state.executions.has(command.venue_exec_id);
    let told = match known {
        Some(order) if is_known => Err(trades::known_again(state, order, &report)),
        None if is_known => Err(Suspense::Duplicate),
        Some(order) => venue::believable(order, &report)
            .and_then(|()| venue::tell(state, now, order, (&report, commission), events)),
        None => adopt(state, seq, command, commission, events),
    };
    if let Err(why) = told {
        events.clear();
        events.push(ReportSuspended { report, why, reserved: [0; 7] });
    }
}

fn report_of(command: &ForeignOrder, order_id: OrderId) -> VenueReport {
    VenueReport {
        venue_ref_id: command.venue_ref_id,
        last_qty: command.last_qty,
        last_px: command.last_px,
        order_qty: command.order_qty,
        price: command.price,
        cum_qty: command.cum_qty,
        counted: Counted::InReport,
        ..VenueReport::about(command.venue, order_id, command.venue_exec_id, command.kind)
    }
}

/// The first that we hear of it. Where the first report is of a fill, the order comes with it; what was filled before that is
/// not ours to guess, so a report that counts more than its own fill is kept for a person.
fn adopt(
    state: &State,
    seq: Seq,
    command: &ForeignOrder,
    commission: Option<&Commission>,
    events: &mut Events,
) -> Result<(), Suspense> {
    let is_sane = |units: i64| (0..=limits::UNITS_MAX).contains(&units);
    let ForeignOrder { order_qty, cum_qty, last_qty, price, last_px, .. } = *command;
    if ![order_qty.units(), cum_qty.units(), last_qty.units(), price.units(), last_px.units()].into_iter().all(is_sane)
    {
        return Err(Suspense::OutOfRange);
    }
    let account = state.accounts.find(&command.account).ok_or(Suspense::UnknownAccount)?;
    let instrument = InstrumentId(state.instruments.find(&command.symbol).ok_or(Suspense::UnknownOrder)?);
    let account = AccountId(account);
    let is_fill = command.kind == ReportKind::Filled;
    if !matches!(command.kind, ReportKind::Accepted | ReportKind::Filled | ReportKind::Restated) {
        return Err(Suspense::UnknownOrder);
    }
    let before = if is_fill { command.cum_qty - command.last_qty } else { command.cum_qty };
    if !before.is_zero() {
        return Err(Suspense::QuantityDiffers);
    }
    let holding = state.holdings.find(account, instrument);
    let has_room = state.orders.has_room() && state.orders.has_room_for_foreign();
    let session = session_of(state, account);
    let strategy = strategy_of(state, session);
    let has_room =
        has_room && state.exposures.has_room(strategy, instrument) && strategies::fit(state, holding, strategy);
    if !has_room || (holding.is_none() && state.holdings.is_full()) {
        return Err(Suspense::NoRoom);
    }
    let view = OrderView {
        order_id: OrderId(seq.0),
        order_qty: command.order_qty,
        price: command.price,
        account,
        instrument,
        side: command.side,
        ord_type: command.ord_type,
        time_in_force: command.time_in_force,
        ord_status: OrdStatus::New,
        ..OrderView::unknown(session, ClOrdId::EMPTY)
    };
    let worst_px = if command.price.is_zero() { command.last_px } else { command.price };
    if order_qty.is_zero() || !restate::reserved_fits(state, &view, view.order_qty, worst_px) {
        return Err(Suspense::Overflow);
    }
    let first = if is_fill { 0 } else { command.venue_exec_id };
    let venue_order_id = command.venue_order_id;
    events.push(OrderAdopted {
        order: view,
        worst_px,
        venue_exec_id: first,
        venue_order_id,
        venue: command.venue,
        at_venue: 1,
        reserved: [0; 3],
    });
    strategies::begun(state, account, instrument, strategy, events);
    if !is_fill {
        return Ok(());
    }
    let order = Order::new(view, worst_px, holding.unwrap_or(NONE), seq, command.venue);
    let book = holding.and_then(|slot| state.strategy_books.find(slot, strategy)).unwrap_or(NONE);
    let order = Order { strategy, book, ..order };
    trades::traded(state, &order, (&report_of(command, view.order_id), commission), events)
}

/// The session that hears of an order which no session sent: the one whose account it is, where that is one alone.
fn session_of(state: &State, account: AccountId) -> SessionId {
    let mut own =
        (0..).map(SessionId).zip(state.sessions.iter()).filter(|(_, session)| session.account == Some(account));
    match (own.next(), own.next()) {
        (Some((session, _)), None) => session,
        _ => SessionId::NONE,
    }
}

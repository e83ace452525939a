//! What a halt of trading, the end of a trading day and the beginning of the next do to an order at a venue that knows none
//! of them.

use model::{
    Abilities, CancelCause, Events, ExecInst, ExecRestatementReason, OrderDoneForDay, OrderSuspended, OrderView, Seq,
    TimeInForce, TradingPhase, TradingState,
};

use super::new_order::waits_for_session;
use super::unasked::{end, may_go, released, restated};
use crate::order::{Hold, Order};
use crate::standing::Step;
use crate::state::{Calendar, Instrument, State};

/// A trading halt of the instrument, and its end, for orders that say what they want then. A venue that knows halts does it
/// itself.
pub(super) fn halted(seq: Seq, instrument: &Instrument, order: &Order, events: &mut Events) -> bool {
    if instrument.definition.abilities.has(Abilities::HALTS) {
        return false;
    }
    let standing = order.standing();
    let is_halted = instrument.trading != TradingState::Active;
    let (filled, exec_inst) = (standing.filled, order.view.exec_inst);
    if is_halted && exec_inst.has(ExecInst::CANCEL_ON_TRADING_HALT) {
        end(seq, order, CancelCause::Halt, events);
        return true;
    }
    // What the venue suspended the venue brings back, and what is done for the day the morning.
    let is_due = if is_halted { !order.suspended } else { order.suspended_here && !order.done_for_day };
    if !exec_inst.has(ExecInst::REINSTATE_ON_TRADING_HALT) || !is_due || !standing.can_fill() {
        return false;
    }
    let step = if is_halted { Step::Suspend } else { Step::Restate };
    let Some(after) = standing.after(step, filled) else { return false };
    let view = OrderView { ord_status: after.status(), ..order.view };
    match is_halted {
        true => events.push(OrderSuspended { order: view, venue_exec_id: 0, reserved: 0 }),
        false => events.push(restated(order, view, ExecRestatementReason::MarketOption)),
    }
    true
}

/// The end of a trading day, and the beginning of the next, at a venue that knows no days.
pub(super) fn day(state: &State, seq: Seq, instrument: &Instrument, order: &Order, events: &mut Events) {
    let calendar = instrument.calendar.and_then(|calendar| state.calendars.get(calendar));
    let view = &order.view;
    let abilities = instrument.definition.abilities;
    let is_due = calendar.is_none_or(|calendar| is_time(view.time_in_force, calendar.phase));
    if order.hold().session && is_due && may_go(state, order) {
        events.push(released(order, Hold { session: false, ..order.hold() }, false));
        return;
    }
    let Some(calendar) = calendar else { return };
    if abilities.has(Abilities::DAYS) && view.held == 0 {
        return;
    }
    // What came before the calendar had said anything belongs to the first day that it tells of.
    let is_past = order.trading_day > 0 && calendar.trading_day > order.trading_day;
    let is_over = is_past || calendar.phase == TradingPhase::Closed;
    let missed_opening = view.time_in_force == TimeInForce::AtTheOpening
        && matches!(calendar.phase, TradingPhase::Open | TradingPhase::Closing | TradingPhase::Closed);
    if (is_over && !view.time_in_force.is_good_till()) || missed_opening {
        return end(seq, order, CancelCause::Expiry, events);
    }
    // What came after the close has done nothing today.
    if view.time_in_force.is_good_till() && !order.hold().session {
        good_till_day(calendar, is_past, order, events);
    }
}

/// A good-till order is done for the day that is over, and restated on the next. Where the one was said only when the other has
/// begun, because nobody was there in between, it is both.
fn good_till_day(calendar: &Calendar, is_past: bool, order: &Order, events: &mut Events) {
    let (view, mut standing) = (&order.view, order.standing());
    let own_day = if order.trading_day > 0 { order.trading_day } else { calendar.trading_day };
    let mut done_day = order.done_day;
    let is_over = is_past || calendar.phase == TradingPhase::Closed;
    if is_over && !order.done_for_day && done_day != own_day {
        let Some(after) = standing.after(Step::DoneForDay, standing.filled) else { return };
        let view = OrderView { ord_status: after.status(), ..order.view };
        events.push(OrderDoneForDay { order: view, venue_exec_id: 0, reserved: 0 });
        (standing, done_day) = (after, own_day);
    }
    // One that its venue is done with for today waits for tomorrow.
    if matches!(calendar.phase, TradingPhase::Open | TradingPhase::Closing)
        && (is_past || (standing.done_for_day && calendar.trading_day > done_day))
        && standing.can_fill()
        && let Some(after) = standing.after(Step::Restate, standing.filled)
    {
        let view = OrderView {
            ord_status: after.status(),
            prior_qty: view.cum_qty,
            prior_notional: view.cum_notional,
            ..order.view
        };
        events.push(restated(order, view, ExecRestatementReason::GtRenewal));
    }
}

/// Must an order that goes to work now wait for its part of the day?
pub(super) fn waits(state: &State, view: &OrderView) -> bool {
    let Some(instrument) = state.instruments.get(view.instrument.0) else { return false };
    let phase = state.calendar_of(view.instrument).map_or(TradingPhase::Unknown, |calendar| calendar.phase);
    waits_for_session(view.time_in_force, phase, instrument.definition.abilities)
}

/// Stops of an instrument that keeps days wait for trading.
pub(super) fn is_open(state: &State, instrument: &Instrument) -> bool {
    let calendar = instrument.calendar.and_then(|calendar| state.calendars.get(calendar));
    calendar.is_none_or(|calendar| {
        matches!(
            calendar.phase,
            TradingPhase::Unknown | TradingPhase::Opening | TradingPhase::Open | TradingPhase::Closing
        )
    })
}

/// Has the part of the day come that an order of this time in force waits for?
fn is_time(time_in_force: TimeInForce, phase: TradingPhase) -> bool {
    match time_in_force {
        TimeInForce::AtTheOpening => phase == TradingPhase::Opening,
        TimeInForce::AtTheClose => phase == TradingPhase::Closing,
        _ => matches!(phase, TradingPhase::Open | TradingPhase::Closing),
    }
}

//! Control 37's soft level: a scope whose order-to-trade ratio comes near its limit is told of, in the frame of the message that
//! brought it there. Cancels count like orders and replaces.

use model::{Alarm, Alarmed, CancelCause, EngineTime, Event, Events, InstrumentId, KillScope, LimitKind, OrderView};
use risk::order_to_trade;

use super::at_trade::{has_room, keys_of};
use crate::state::State;

/// Part of the limit from which on it is near.
const NEAR: (i128, i128) = (4, 5);

/// What an order, a replace or a cancel made of its scopes.
pub(super) fn after_message(state: &State, now: EngineTime, events: &mut Events) {
    if !state.scopes.any_limited(LimitKind::OrderToTrade.bit()) {
        return;
    }
    let Some(order) = events.as_slice().iter().find_map(message) else { return };
    let keys = keys_of(state, &order, events);
    let day = state.firm_day_at(now);
    for (scope, index) in KillScope::ALL.iter().copied().zip(keys) {
        let member = state.scopes.get(scope, index);
        let Some(limit) = member.limits.get(LimitKind::OrderToTrade).map(|limit| limit.value) else { continue };
        let day = member.usage.on(day);
        let (before, observed) = (order_to_trade(day, 0), order_to_trade(day, 1));
        let is_near = |ratio: i128| ratio.saturating_mul(NEAR.1) > limit.saturating_mul(NEAR.0);
        if !is_near(before) && is_near(observed) && has_room(events) {
            let (alarm, instrument) = (Alarm::OrderToTrade, InstrumentId::NONE);
            events.push(Alarmed { limit, observed, index, instrument, alarm, scope, reserved: [0; 6] });
        }
    }
}

/// The order that a client's message is about, where it counts.
fn message(event: &Event) -> Option<OrderView> {
    match event {
        Event::OrderAccepted(e) => Some(e.order),
        Event::ReplaceRequested(e) => Some(e.order),
        Event::ReplaceQueued(e) => Some(e.order),
        Event::CancelRequested(e) if e.cause == CancelCause::Client => Some(e.order),
        _ => None,
    }
}

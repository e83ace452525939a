//! Controls at the trade: what a fill makes of the scopes of its order. The frame of the fill itself stops the scope, with the
//! limit's name as the actor and the figures as the reason. Only a person lets it go again.

use model::limits::EVENTS_PER_COMMAND_MAX;
use model::{
    Command, EngineTime, Event, Events, KillScope, LimitKind, OrderView, ScopeOutcome, ScopeState, ScopeStateSet,
    SessionId, SetScopeState, Text, TradeCanceled, TradeCorrected, VenueId,
};

use super::{drift, executions, losses, messages, silence};
use crate::evolve::PNL_KINDS;
use crate::figures;
use crate::kills::{UNATTRIBUTED, keys};
use crate::scopes::Keys;
use crate::state::State;

/// The kinds of limits that are looked at here, a bit each.
const KINDS: u64 =
    LimitKind::RepeatedExecutions.bit() | LimitKind::ExecutionDrift.bit() | LimitKind::LossesInARow.bit() | PNL_KINDS;

/// A limit of a scope that is broken, and how far that stops the scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breach {
    pub(super) scope: KillScope,
    pub(super) index: u32,
    pub(super) kind: LimitKind,
    pub(super) limit: i128,
    pub(super) observed: i128,
    pub(super) stops: ScopeState,
}

/// What the events of a command do to the scopes that they are in. A command that brings neither trade nor price costs one match.
pub(super) fn look(state: &State, now: EngineTime, command: &Command, events: &mut Events) {
    match command {
        Command::VenueReport(_)
        | Command::CommissionedReport(_)
        | Command::ForeignOrder(_)
        | Command::CommissionedOrder(_)
        | Command::ResolveOrder(_) => {
            after_fills(state, now, events);
        }
        Command::Quote(_) => losses::after_quote(state, now, events),
        Command::NewOrder(_) | Command::CancelOrder(_) | Command::ReplaceOrder(_) => {
            messages::after_message(state, now, events);
        }
        Command::Tick(_) => {
            silence::on_tick(state, now, events);
            losses::on_tick(state, now, events);
        }
        _ => {}
    }
}

/// What the events of this frame do to the scopes of the orders that traded.
fn after_fills(state: &State, now: EngineTime, events: &mut Events) {
    if !state.scopes.any_limited(KINDS) {
        return;
    }
    let mut keys = None;
    for at in 0..events.as_slice().len() {
        match events.as_slice()[at] {
            Event::OrderFilled(fill) => {
                let of_order = keys_of(state, &fill.order, events);
                executions::repeated(state, now, &of_order, events);
                drift::after_fill(state, now, &of_order, &fill, events);
                keys = Some((of_order, true));
            }
            Event::TradeCanceled(TradeCanceled { order, .. }) | Event::TradeCorrected(TradeCorrected { order, .. }) => {
                keys = Some((keys_of(state, &order, events), false));
            }
            Event::PositionChanged(position) => {
                if let Some((keys, is_fill)) = keys.take() {
                    losses::after_trade(state, now, &keys, &position, is_fill, events);
                }
            }
            _ => {}
        }
    }
}

/// The scopes of an order that may be new in this frame.
pub(super) fn keys_of(state: &State, view: &OrderView, events: &Events) -> Keys {
    if let Some(order) = state.order(view.order_id) {
        return order.keys();
    }
    let adopted = events.as_slice().iter().find_map(|event| match event {
        Event::OrderAdopted(e) if e.order.order_id == view.order_id => Some(e.venue),
        _ => None,
    });
    let usual = || state.instruments.get(view.instrument.0).map(|instrument| instrument.definition.venue);
    let venue = adopted.or_else(usual).unwrap_or(VenueId::PAPER);
    let attribution = state.sessions.get(view.session.0).map_or(UNATTRIBUTED, |session| session.attribution);
    keys(venue, view.session, view.account, attribution, view.instrument)
}

/// The engine stops the scope, unless it is stopped as far already. Where no more scopes can be killed it is halted.
pub(super) fn stop(state: &State, breach: &Breach, events: &mut Events) {
    let Breach { scope, index, kind, .. } = *breach;
    let member = state.scopes.get(scope, index);
    let is_killed = breach.stops == ScopeState::Killed;
    let stops = if is_killed && !state.kills.has_room(scope) { ScopeState::Halted } else { breach.stops };
    let before = set_in(events, scope, index).unwrap_or(member.state);
    if before >= stops || !has_room(events) {
        return;
    }
    let set = SetScopeState {
        scope,
        state: stops,
        reserved: [0; 6],
        name: name_of(state, scope, index),
        actor: Text::literal(kind.word()),
        reason: figures::above(kind.unit(), breach.observed, breach.limit),
    };
    let live = live_after(state, scope, index, events);
    let (outcome, limit_number) = (ScopeOutcome::Set, kind.number());
    events.push(ScopeStateSet { set, index, live, outcome, before, limit_number, reserved: [0; 5] });
}

/// Is there room for one more event in the frame? What finds none is found again by the next tick.
pub(super) fn has_room(events: &Events) -> bool {
    events.as_slice().len() < EVENTS_PER_COMMAND_MAX
}

/// The state that this very frame has given the scope.
fn set_in(events: &Events, scope: KillScope, index: u32) -> Option<ScopeState> {
    events.as_slice().iter().rev().find_map(|event| match event {
        Event::ScopeStateSet(e) if (e.set.scope, e.index) == (scope, index) => Some(e.set.state),
        _ => None,
    })
}

/// Live orders of the scope once the events so far are folded in.
fn live_after(state: &State, scope: KillScope, index: u32, events: &Events) -> u32 {
    let mut live = state.scopes.get(scope, index).usage.live;
    for (at, event) in events.as_slice().iter().enumerate() {
        let Some(view) = event.order().filter(|view| keys_of(state, view, events)[scope as usize] == index) else {
            continue;
        };
        let earlier = events.as_slice()[..at].iter().rev().filter_map(Event::order);
        let before = earlier.into_iter().find(|earlier| earlier.order_id == view.order_id).copied();
        let before = before.or_else(|| state.order(view.order_id).map(|order| order.view));
        let lived = before.is_some_and(|before| before.is_working());
        live = live + u32::from(view.is_working()) - u32::from(lived);
    }
    live
}

/// The name that operators know the scope by.
fn name_of(state: &State, scope: KillScope, index: u32) -> Text<24> {
    let name = match scope {
        KillScope::Firm => None,
        KillScope::Venue if index == VenueId::PAPER.0 => return Text::literal("paper"),
        KillScope::Venue => VenueId(index).session().and_then(|session| of_session(state, session)),
        KillScope::Session => of_session(state, SessionId(index)),
        KillScope::Account => {
            state.accounts.get(index).map(|account| Text::clipped(account.definition.account.as_bytes()))
        }
        KillScope::Trader => state.scopes.traders.name(index).map(|name| Text::clipped(name.as_bytes())),
        KillScope::Strategy => state.scopes.strategies.name(index).map(|name| Text::clipped(name.as_bytes())),
        KillScope::Instrument => {
            state.instruments.get(index).map(|one| Text::clipped(one.definition.symbol.as_bytes()))
        }
    };
    name.unwrap_or(Text::EMPTY)
}

fn of_session(state: &State, session: SessionId) -> Option<Text<24>> {
    state.sessions.get(session.0).map(|session| session.definition.target_comp_id)
}

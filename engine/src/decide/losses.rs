//! Controls 31, 32 and 33: loss of the firm's day, fall from the highest P&L, loss within a short time, losing closes one after another.
//! The first level lets a scope only reduce, the second cancels everything in it. Looked at in the frame of each fill and of each
//! quote; ticks look again, for scopes that were let go, or whose limit was changed, while they are above it.

use model::{EngineTime, Event, Events, KillScope, LimitKind, Notional, PositionChanged, ScopeState, WorkAdvanced};

use super::at_trade::{Breach, stop};
use super::step::{EVENTS_MAX, done};
use crate::evolve::{PNL_KINDS, seen};
use crate::pnl::{At, CELLS_PER_QUOTE, CELLS_PER_STEP, Cell, Move, Pnl, Total, usable};
use crate::scopes::Keys;
use crate::state::State;

/// Scopes that one tick looks at.
const SCOPES_PER_TICK: usize = 256;
/// Between ticks, in nanoseconds: which scopes a tick looks at follows from the time alone.
const TICK_NS: i64 = 1_000_000_000;

/// A fill, a bust or a correction of an order in these scopes.
pub(super) fn after_trade(
    state: &State,
    now: EngineTime,
    keys: &Keys,
    position: &PositionChanged,
    is_fill: bool,
    events: &mut Events,
) {
    let Some(instrument) = state.instruments.get(position.instrument.0) else { return };
    let held = state.holdings.find(position.account, position.instrument);
    let before = state.holdings.get_or_nothing(held.unwrap_or(crate::order::NONE));
    let moved = Move {
        in_base: state.in_base(position.instrument),
        charged: charged_in(state, events),
        ..before.moved_by(position)
    };
    let moved = (position.instrument, moved);
    for scope in Pnl::scopes_of(position.account, keys[KillScope::Strategy as usize]) {
        let total = state.pnl.after_move(scope, &instrument.definition, moved, at(state, now));
        judge(state, scope, &total, events);
    }
    if let Some(made) = before.closed_by(position).filter(|_| is_fill) {
        in_a_row(state, keys, made < Notional::ZERO, events);
    }
}

/// What brokers took in this frame in other currencies than the instrument's, in the base currency.
fn charged_in(state: &State, events: &Events) -> Notional {
    let booked = events.as_slice().iter().filter_map(|event| match event {
        Event::CommissionBooked(e) => state.charged_apart(e),
        _ => None,
    });
    booked.fold(Notional::ZERO, |sum, one| sum.checked_add(one).unwrap_or(sum))
}

/// The positions that the quote marks in its own frame.
pub(super) fn after_quote(state: &State, now: EngineTime, events: &mut Events) {
    let Some(Event::QuoteUpdated(e)) = events.as_slice().first().copied() else { return };
    let Some(instrument) = state.instruments.get(e.quote.instrument.0) else { return };
    if !state.pnl.is_open(e.quote.instrument.0) {
        return;
    }
    let quoted = risk::Reference {
        bid_px: e.quote.bid_px,
        ask_px: e.quote.ask_px,
        last_px: e.quote.last_px,
        ..instrument.reference
    };
    let prices = usable(&state.pnl.prices(e.quote.instrument.0).last, &seen(&quoted));
    let marked = state.pnl.after_quote(e.quote.instrument, &instrument.definition, &prices, None);
    marked.take(CELLS_PER_QUOTE).for_each(|(_, before, after)| marks(state, now, &before, &after, events));
}

/// Goes on with the positions of the first instrument that a quote did not come to.
pub(super) fn step(state: &State, now: EngineTime, events: &mut Events) -> WorkAdvanced {
    let Some(id) = state.agenda.marks.front().copied() else { return done(true) };
    let Some(instrument) = state.instruments.get(id.0) else { return done(true) };
    let priced = state.pnl.prices(id.0);
    let mut count = 0;
    for (_, before, after) in state.pnl.after_quote(id, &instrument.definition, &priced.last, Some(priced.cursor)) {
        if count == CELLS_PER_STEP || events.as_slice().len() >= EVENTS_MAX {
            break;
        }
        count += 1;
        marks(state, now, &before, &after, events);
    }
    WorkAdvanced { cursor: count as u64, ..done(false) }
}

fn marks(state: &State, now: EngineTime, before: &Cell, after: &Cell, events: &mut Events) {
    let scope = (after.scope, after.index);
    let total = state.pnl.total(after.scope, after.index).after(at(state, now), before.pnl(), after.pnl());
    judge(state, scope, &total, events);
}

/// Looks again at some of the limited scopes.
pub(super) fn on_tick(state: &State, now: EngineTime, events: &mut Events) {
    if !state.scopes.any_limited(PNL_KINDS) {
        return;
    }
    let watched = || state.pnl.totals().filter(|(_, _, total)| total.is_watched);
    let turns = watched().count().div_ceil(SCOPES_PER_TICK).max(1);
    let turn = usize::try_from(now.0 / TICK_NS).unwrap_or(0) % turns;
    for (scope, index, total) in watched().skip(turn * SCOPES_PER_TICK).take(SCOPES_PER_TICK) {
        judge(state, (scope, index), &total.on(at(state, now)), events);
    }
}

fn at(state: &State, now: EngineTime) -> At {
    At { now, day: state.firm_day_at(now) }
}

/// The second level goes before the first.
fn judge(state: &State, (scope, index): (KillScope, u32), total: &Total, events: &mut Events) {
    let limits = &state.scopes.get(scope, index).limits;
    if limits.kinds() & PNL_KINDS == 0 {
        return;
    }
    for (kind, seen, stops) in [
        (LimitKind::LossHalt, total.loss(), ScopeState::Killed),
        (LimitKind::DrawdownHalt, total.drawdown(), ScopeState::Killed),
        (LimitKind::LossVelocity, total.fall(), ScopeState::Killed),
        (LimitKind::LossReduce, total.loss(), ScopeState::Reducing),
        (LimitKind::DrawdownReduce, total.drawdown(), ScopeState::Reducing),
    ] {
        let observed = seen.units();
        if let Some(limit) = limits.get(kind).map(|limit| limit.value).filter(|limit| observed > *limit) {
            stop(state, &Breach { scope, index, kind, limit, observed, stops }, events);
        }
    }
}

/// A close that lost, or did not, for its account and its strategy.
fn in_a_row(state: &State, keys: &Keys, is_loss: bool, events: &mut Events) {
    let kind = LimitKind::LossesInARow;
    for scope in [KillScope::Account, KillScope::Strategy].into_iter().filter(|_| is_loss) {
        let index = keys[scope as usize];
        let member = state.scopes.get(scope, index);
        let observed = i128::from(member.losses_in_a_row) + 1;
        if let Some(limit) = member.limits.get(kind).map(|limit| limit.value).filter(|limit| observed > *limit) {
            stop(state, &Breach { scope, index, kind, limit, observed, stops: ScopeState::Reducing }, events);
        }
    }
}

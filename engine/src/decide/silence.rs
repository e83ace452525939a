//! Control 41, loss of market data and of our own clock, looked at with every tick. An instrument whose prices are silent while its
//! orders work takes only what reduces, then nothing; a price alone does not let it go again, a person does. Positions that are
//! marked at too old a price, and a clock that jumps, are told of.

use model::{Alarm, Alarmed, EngineTime, Events, InstrumentId, KillScope, LimitKind, ScopeState};

use super::at_trade::{Breach, has_room, stop};
use super::trading_day::is_open;
use crate::state::{Instrument, State};

/// Instruments that one tick looks at.
const INSTRUMENTS_PER_TICK: usize = 1_024;
/// Between ticks, in nanoseconds: which instruments a tick looks at follows from the time alone.
const TICK_NS: i64 = 1_000_000_000;
/// Ticks come each second: so much later than the frame before, in nanoseconds, the clock or the machine made a jump. Time never
/// goes back in a journal.
const CLOCK_JUMP_NS: i64 = 5 * TICK_NS;

pub(super) fn on_tick(state: &State, now: EngineTime, events: &mut Events) {
    let count = state.instruments.len() as usize;
    let turns = count.div_ceil(INSTRUMENTS_PER_TICK).max(1);
    let turn = usize::try_from(now.0 / TICK_NS).unwrap_or(0) % turns;
    let all = (0..).zip(state.instruments.iter());
    for (index, instrument) in all.skip(turn * INSTRUMENTS_PER_TICK).take(INSTRUMENTS_PER_TICK) {
        if is_open(state, instrument) {
            silent(state, now, index, instrument, events);
            stale(state, now, index, instrument, events);
        }
    }
}

/// The first frame after a start is no tick, so a rest of the daemon is no jump.
pub(super) fn jumped(state: &State, now: EngineTime, events: &mut Events) {
    let observed = now.0.saturating_sub(state.last_time().0);
    if observed > CLOCK_JUMP_NS {
        events.push(Alarmed {
            limit: i128::from(CLOCK_JUMP_NS),
            observed: i128::from(observed),
            index: 0,
            instrument: InstrumentId::NONE,
            alarm: Alarm::ClockJump,
            scope: KillScope::Firm,
            reserved: [0; 6],
        });
    }
}

/// The tighter of the firm's and the instrument's own limit. What was never quoted is as silent as can be.
fn silent(state: &State, now: EngineTime, index: u32, instrument: &Instrument, events: &mut Events) {
    let scope = KillScope::Instrument;
    let own = state.scopes.get(scope, index);
    if own.usage.live == 0 || own.state == ScopeState::Killed {
        return;
    }
    let firm = state.scopes.get(KillScope::Firm, 0);
    let observed = i128::from(now.0.saturating_sub(instrument.quoted_at.0));
    for (kind, stops) in
        [(LimitKind::QuoteSilenceHalt, ScopeState::Killed), (LimitKind::QuoteSilence, ScopeState::Reducing)]
    {
        let limits = [firm, own].into_iter().filter_map(|member| member.limits.get(kind));
        if let Some(limit) = limits.map(|limit| limit.value).min().filter(|limit| observed > *limit) {
            stop(state, &Breach { scope, index, kind, limit, observed, stops }, events);
        }
    }
}

/// Told of once: the next quote ends it.
fn stale(state: &State, now: EngineTime, index: u32, instrument: &Instrument, events: &mut Events) {
    let age = now.0.saturating_sub(instrument.quoted_at.0);
    let limit = instrument.definition.reference_age_max;
    if age > limit && !instrument.is_stale && state.pnl.is_open(index) && has_room(events) {
        events.push(Alarmed {
            limit: i128::from(limit),
            observed: i128::from(age),
            index,
            instrument: InstrumentId(index),
            alarm: Alarm::StaleMark,
            scope: KillScope::Instrument,
            reserved: [0; 6],
        });
    }
}

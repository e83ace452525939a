//! Control 15, collar over a period: how far a strategy's own executions in one instrument have moved from the price at which the
//! window began. Further than the limit kills the strategy, until a person lets it go.

use model::{EngineTime, Events, KillScope, LimitKind, OrderFilled, ScopeState};

use super::at_trade::{Breach, stop};
use crate::scopes::Keys;
use crate::state::State;

/// A fill of an order in these scopes.
pub(super) fn after_fill(state: &State, now: EngineTime, keys: &Keys, fill: &OrderFilled, events: &mut Events) {
    let (scope, kind) = (KillScope::Strategy, LimitKind::ExecutionDrift);
    let index = keys[scope as usize];
    let Some(limit) = state.scopes.get(scope, index).limits.get(kind).map(|limit| limit.value) else { return };
    let observed = state.drift_after(now, index, fill).ratio();
    if observed > limit {
        stop(state, &Breach { scope, index, kind, limit, observed, stops: ScopeState::Killed }, events);
    }
}

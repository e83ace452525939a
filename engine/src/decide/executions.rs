//! Control 21, repeated automated execution: fills of one scope within a window. One more than the limit kills the scope, until a
//! person lets it go; then the count begins anew. Without a window fills count until then.

use model::{EngineTime, Events, KillScope, LimitKind, ScopeState};

use super::at_trade::{Breach, stop};
use crate::scopes::Keys;
use crate::state::State;

/// A fill of an order in these scopes.
pub(super) fn repeated(state: &State, now: EngineTime, keys: &Keys, events: &mut Events) {
    let kind = LimitKind::RepeatedExecutions;
    for scope in KillScope::ALL.iter().copied() {
        let index = keys[scope as usize];
        let member = state.scopes.get(scope, index);
        let Some(limit) = member.limits.get(kind) else { continue };
        let window = member.limits.get(LimitKind::ExecutionWindow).map_or(i64::MAX, |window| nanos(window.value));
        if member.executions.is_full(now, window) {
            let observed = limit.value + 1;
            stop(
                state,
                &Breach { scope, index, kind, limit: limit.value, observed, stops: ScopeState::Killed },
                events,
            );
        }
    }
}

/// A limit in nanoseconds; what is beyond the range is for ever.
pub(super) fn nanos(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

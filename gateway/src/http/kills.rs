//! Kill switches: acts on a scope, and how far the killed ones are.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use model::{Command, KillScope, ScopeState, SetScopeState, Text};
use serde::Deserialize;

use super::guard::Problem;
use super::operator::{Done, act, invalid, words};
use super::routes::{Desk, body};
use crate::views::KillStatus;

/// Body of `/operator/kill`, `/operator/rearm` and `/operator/restrict`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    scope: String,
    /// Empty for the firm.
    #[serde(default)]
    name: String,
    /// For `/operator/restrict` only.
    #[serde(default)]
    state: String,
    /// Two people kill and release, so each says who it is.
    actor: String,
    reason: String,
}

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Json<Vec<KillStatus>> {
    Json(desk.sources.views.read().kills().status())
}

pub(super) async fn kill(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = stateless(body(asked)?)?;
    act(&desk, command(&asked, ScopeState::Killed)?).await
}

pub(super) async fn rearm(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = stateless(body(asked)?)?;
    act(&desk, command(&asked, ScopeState::Active)?).await
}

pub(super) async fn restrict(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let states = [ScopeState::Active, ScopeState::Reducing, ScopeState::Halted];
    let state = states.into_iter().find(|state| state.word() == asked.state);
    let state = state.ok_or_else(|| invalid("state must be \"active\", \"reducing\" or \"halted\""))?;
    act(&desk, command(&asked, state)?).await
}

fn stateless(asked: Asked) -> Result<Asked, Problem> {
    match asked.state.is_empty() {
        true => Ok(asked),
        false => Err(invalid("state is for /operator/restrict only")),
    }
}

fn command(asked: &Asked, state: ScopeState) -> Result<Command, Problem> {
    let scope = KillScope::ALL.iter().copied().find(|scope| scope.word() == asked.scope).ok_or_else(|| {
        let all: Vec<&str> = KillScope::ALL.iter().map(|scope| scope.word()).collect();
        invalid(format!("scope must be one of {}", all.join(", ")))
    })?;
    let name = match (scope, asked.name.as_str()) {
        (KillScope::Firm, "") => Text::EMPTY,
        (KillScope::Firm, _) => return Err(invalid("the firm has no name")),
        (_, name) => words("name", name)?,
    };
    Ok(Command::SetScopeState(SetScopeState {
        scope,
        state,
        reserved: [0; 6],
        name,
        actor: words("actor", &asked.actor)?,
        reason: words("reason", &asked.reason)?,
    }))
}

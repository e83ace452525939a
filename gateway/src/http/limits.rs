//! Limits of scopes: what holds and what of it is used, who asks for what, and another person's word on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{ChangeLimit, Command, DecideLimit, KillScope, LimitKind, Seq, Text};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::guard::Problem;
use super::operator::{Done, act, invalid, words};
use super::routes::{Desk, body};
use crate::limit_words;
use crate::views::{LimitStatus, Outcome, ProposalStatus};

/// How long the frame that a use is of may take to be durable.
const DURABLE_MAX: Duration = Duration::from_secs(1);

/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A limit of a scope, by the scope's index among its kind.
pub type LimitOf = (KillScope, u32, LimitKind);

/// Whoever can say how much of limits is used.
pub trait Uses: Send + Sync {
    /// How much of each, in its unit, and as of which frame. May wait for a second; `None` where there is no answer by then.
    fn uses(&self, of: &[LimitOf]) -> Option<(Seq, Vec<Option<i128>>)>;
}

/// Body of `/operator/limits`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    scope: String,
    /// Empty for the firm.
    #[serde(default)]
    name: String,
    limit: String,
    /// As the configuration writes it, as text.
    value: Option<String>,
    /// No limit from now on.
    #[serde(default)]
    unset: bool,
    /// Two people change limits, so each says who it is.
    actor: String,
    reason: String,
}

/// Body of `/operator/limits/{proposal}/approve` and `/decline`, and of what else takes two people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Word {
    pub(super) actor: String,
    pub(super) reason: String,
}

/// The answer: it is in the journal.
#[derive(Serialize)]
pub(super) struct Changed {
    #[serde(flatten)]
    done: Done,
    /// In a word: "set", "proposed", "declined", ...
    outcome: &'static str,
}

impl Changed {
    /// 200: so it is, and that is `word`. 202: it waits for another person.
    pub(super) fn answer(done: Done, word: &'static str) -> (StatusCode, Json<Changed>) {
        let (status, outcome) = match done.outcome {
            Outcome::Waits => (StatusCode::ACCEPTED, "proposed"),
            Outcome::Declined => (StatusCode::OK, "declined"),
            Outcome::Done | Outcome::Nothing(_) => (StatusCode::OK, word),
        };
        (status, Json(Changed { done, outcome }))
    }
}

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Json<Vec<LimitStatus>> {
    let keys = desk.sources.views.read().limits().keys();
    let used = used(&desk, keys).await;
    Json(desk.sources.views.read().limits().status(|key| used.get(key).copied()))
}

pub(super) async fn proposals(State(desk): State<Arc<Desk>>) -> Json<Vec<ProposalStatus>> {
    Json(desk.sources.views.read().limits().proposals())
}

pub(super) async fn propose(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    let command = change(&body(asked)?)?;
    answer(&desk, command).await
}

pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    Path(proposal): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    answer(&desk, word(proposal, &body(said)?, true)?).await
}

pub(super) async fn decline(
    State(desk): State<Arc<Desk>>,
    Path(proposal): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    answer(&desk, word(proposal, &body(said)?, false)?).await
}

async fn answer(desk: &Desk, command: Command) -> Result<(StatusCode, Json<Changed>), Problem> {
    let Json(done) = act(desk, command).await?;
    Ok(Changed::answer(done, "set"))
}

fn change(asked: &Asked) -> Result<Command, Problem> {
    let scope = limit_words::scope(&asked.scope).map_err(invalid)?;
    let kind = limit_words::kind(&asked.limit).map_err(invalid)?;
    limit_words::is_for(kind, scope).map_err(invalid)?;
    let name = match (scope, asked.name.as_str()) {
        (KillScope::Firm, "") => Text::EMPTY,
        (KillScope::Firm, _) => return Err(invalid("the firm has no name")),
        (_, name) => words("name", name)?,
    };
    let value = match (&asked.value, asked.unset) {
        (Some(text), false) => {
            Some(limit_words::value(kind, text).map_err(|why| invalid(format!("value of {} {why}", kind.word())))?)
        }
        (None, true) => None,
        _ => return Err(invalid("give a value as text, or unset: true, and not both")),
    };
    let change = ChangeLimit::of(scope, name, kind, value);
    let (actor, reason) = (words("actor", &asked.actor)?, words("reason", &asked.reason)?);
    Ok(Command::ChangeLimit(ChangeLimit { actor, reason, ..change }))
}

/// A person's word on what another one asked for.
pub(super) fn word(proposal: u64, said: &Word, is_approved: bool) -> Result<Command, Problem> {
    Ok(Command::DecideLimit(DecideLimit {
        proposal: Seq(proposal),
        is_approved: u8::from(is_approved),
        reserved: [0; 7],
        actor: words("actor", &said.actor)?,
        reason: words("reason", &said.reason)?,
    }))
}

/// What is used of each limit. Nothing is told of a frame that a power cut could still take.
async fn used(desk: &Desk, keys: Vec<LimitOf>) -> BTreeMap<LimitOf, i128> {
    let Some(source) = desk.sources.uses.clone().filter(|_| !keys.is_empty()) else { return BTreeMap::new() };
    let asked = tokio::task::spawn_blocking(move || {
        let uses = source.uses(&keys);
        uses.map(|(seq, used)| (seq, keys.into_iter().zip(used).filter_map(|(key, used)| Some((key, used?))).collect()))
    });
    let Ok(Some((seq, used))) = asked.await else { return BTreeMap::new() };
    let deadline = Instant::now() + DURABLE_MAX;
    while desk.sources.journal.durable() < seq {
        if Instant::now() >= deadline {
            return BTreeMap::new();
        }
        sleep(LOOK_EVERY).await;
    }
    used
}

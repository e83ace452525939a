//! Control 4, restricted list: what is on it, who puts what on it, who wants what off it, and another person's word on that.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{AccountName, Command, EngineTime, Forbidden, RestrictInstrument, Seq, Symbol};
use serde::Deserialize;

use super::guard::Problem;
use super::limits::{Changed, Word, word};
use super::market::{moment, now, symbol};
use super::operator::{account, act, invalid, words};
use super::routes::{Desk, body};
use crate::views::RestrictionStatus;
use crate::words::named;

/// Body of `/operator/restricted`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    symbol: String,
    /// Empty for the whole firm.
    #[serde(default)]
    account: String,
    /// "trading" or "short_sales"; the former, where it is not said.
    forbids: Option<String>,
    /// As `2026-11-23T14:30:00Z`; at once, where it is not said.
    from: Option<String>,
    /// Likewise; until somebody has it taken off, where it is not said.
    until: Option<String>,
    /// Two people take it off again, so each says who it is.
    actor: String,
    reason: String,
}

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Json<Vec<RestrictionStatus>> {
    Json(desk.sources.views.read().restricted_status())
}

pub(super) async fn add(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    let asked = body(asked)?;
    let (from, until) = (when("from", asked.from.as_deref())?, when("until", asked.until.as_deref())?);
    if until.0 != 0 && until <= from.max(now()) {
        return Err(invalid("until must be after from, and not be over already"));
    }
    let all = Forbidden::ALL.iter().map(|one| (one.word(), *one));
    let forbids = named("word for what is forbidden", asked.forbids.as_deref().unwrap_or("trading"), all);
    let change = RestrictInstrument {
        from,
        until,
        removes: Seq(0),
        symbol: symbol(&desk, &asked.symbol)?,
        account: if asked.account.is_empty() { AccountName::EMPTY } else { account(&desk, &asked.account)? },
        forbids: forbids.map_err(invalid)?,
        reserved: [0; 7],
        actor: words("actor", &asked.actor)?,
        reason: words("reason", &asked.reason)?,
    };
    answer(&desk, Command::RestrictInstrument(change), "restricted").await
}

pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    Path(restriction): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    let said = body(said)?;
    let listed = desk.sources.views.read().restricted_status();
    if !listed.iter().any(|listed| listed.restriction == restriction) {
        return Err(missing(format!("no restriction of frame {restriction} is on the list")));
    }
    let change = RestrictInstrument {
        from: EngineTime(0),
        until: EngineTime(0),
        removes: Seq(restriction),
        symbol: Symbol::EMPTY,
        account: AccountName::EMPTY,
        forbids: Forbidden::Trading,
        reserved: [0; 7],
        actor: words("actor", &said.actor)?,
        reason: words("reason", &said.reason)?,
    };
    answer(&desk, Command::RestrictInstrument(change), "removed").await
}

pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    Path(proposal): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    decide(&desk, proposal, &body(said)?, true).await
}

pub(super) async fn decline(
    State(desk): State<Arc<Desk>>,
    Path(proposal): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    decide(&desk, proposal, &body(said)?, false).await
}

async fn decide(
    desk: &Desk,
    proposal: u64,
    said: &Word,
    is_approved: bool,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    if !desk.sources.views.read().restricted().waits(Seq(proposal)) {
        return Err(missing(format!("nothing that frame {proposal} wants off the restricted list waits")));
    }
    answer(desk, word(proposal, said, is_approved)?, "removed").await
}

async fn answer(desk: &Desk, command: Command, done: &'static str) -> Result<(StatusCode, Json<Changed>), Problem> {
    let Json(answer) = act(desk, command).await?;
    Ok(Changed::answer(answer, done))
}

/// Zero where it is not said.
fn when(field: &str, text: Option<&str>) -> Result<EngineTime, Problem> {
    text.map_or(Ok(EngineTime(0)), |text| moment(field, text))
}

fn missing(what: String) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        what,
        "`millrace restricted` lists what is on it and what waits; nothing was done",
    )
}

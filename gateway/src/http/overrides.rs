//! Control 44, override: who asks for one order to pass the limits of a single order, and another person's word on it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{AccountName, Command, EngineTime, GrantOverride, Px, Qty, Seq, Side};
use serde::Deserialize;

use super::guard::Problem;
use super::limits::{Changed, Word, word};
use super::market::{now, session, symbol, units};
use super::operator::{Amount, account, act, invalid, words};
use super::routes::{Desk, body};
use crate::views::OverrideStatus;
use crate::words::{duration, named};

/// Body of `/operator/overrides`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    session: String,
    /// Empty for the session's own.
    #[serde(default)]
    account: String,
    symbol: String,
    side: String,
    /// Largest quantity.
    qty: Amount,
    /// Worst price; any, where it is not said.
    price: Option<Amount>,
    /// How long from now, as "10m"; a day at most.
    valid_for: String,
    /// Two people let an order pass, so each says who it is.
    actor: String,
    reason: String,
}

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Json<Vec<OverrideStatus>> {
    Json(desk.sources.views.read().overrides_status())
}

pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    let command = grant(&desk, &body(asked)?)?;
    answer(&desk, command).await
}

pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    Path(asked_at): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    decide(&desk, asked_at, &body(said)?, true).await
}

pub(super) async fn decline(
    State(desk): State<Arc<Desk>>,
    Path(asked_at): Path<u64>,
    said: Result<Json<Word>, JsonRejection>,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    decide(&desk, asked_at, &body(said)?, false).await
}

fn grant(desk: &Desk, asked: &Asked) -> Result<Command, Problem> {
    let sides = [("buy", Side::Buy), ("sell", Side::Sell)];
    let valid_for = duration(&asked.valid_for).and_then(|span| i64::try_from(span.as_nanos()).ok());
    let valid_for = valid_for.filter(|nanos| *nanos > 0);
    let valid_for = valid_for.ok_or_else(|| invalid("valid_for must be a duration like \"10m\", a day at most"))?;
    let price = asked.price.as_ref().map(|price| units("price", price)).transpose()?;
    let (session, own) = {
        let id = session(desk, &asked.session)?;
        let views = desk.sources.views.read();
        let view = usize::try_from(id.0).ok().and_then(|index| views.sessions().get(index));
        view.map(|view| (view.definition.target_comp_id, view.definition.account)).unwrap_or_default()
    };
    Ok(Command::GrantOverride(GrantOverride {
        order_qty: Qty::from_units(units("qty", &asked.qty)?),
        price: price.map_or(Px::ZERO, Px::from_units),
        expires: EngineTime(now().0.saturating_add(valid_for)),
        session,
        account: if asked.account.is_empty() { named_account(own)? } else { account(desk, &asked.account)? },
        symbol: symbol(desk, &asked.symbol)?,
        side: named("side", &asked.side, sides).map_err(invalid)?,
        reserved: [0; 7],
        actor: words("actor", &asked.actor)?,
        reason: words("reason", &asked.reason)?,
    }))
}

/// A session may have no account of its own.
fn named_account(own: AccountName) -> Result<AccountName, Problem> {
    if own.is_empty() {
        return Err(invalid("the session has no account of its own: say account"));
    }
    Ok(own)
}

async fn decide(
    desk: &Desk,
    asked_at: u64,
    said: &Word,
    is_approved: bool,
) -> Result<(StatusCode, Json<Changed>), Problem> {
    if !desk.sources.views.read().overrides().is_open(Seq(asked_at)) {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("no override that frame {asked_at} asked for waits or is unused"),
            "`millrace override` lists those that are, and what became of the others; nothing was done",
        ));
    }
    answer(desk, word(asked_at, said, is_approved)?).await
}

async fn answer(desk: &Desk, command: Command) -> Result<(StatusCode, Json<Changed>), Problem> {
    let Json(answer) = act(desk, command).await?;
    Ok(Changed::answer(answer, "approved"))
}

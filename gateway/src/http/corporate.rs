//! What befalls an instrument and all who hold it: splits, dividends, daily settlements, new symbols. Acts like those of
//! [`super::operator`].

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use model::{ChangeSymbol, Command, PayDividend, Px, SettleInstrument, SplitInstrument, Text};
use serde::Deserialize;

use super::guard::Problem;
use super::market::{symbol, units};
use super::operator::{Amount, Done, act, words};
use super::routes::{Desk, body};

/// Body of `/operator/split`: so many new for so many old.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Split {
    symbol: String,
    new: u32,
    old: u32,
    /// Paid for each new unit of what is no whole lot; without it, fractions stay.
    cash_in_lieu: Option<Amount>,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/dividend`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dividend {
    symbol: String,
    per_unit: Amount,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/settle`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settlement {
    symbol: String,
    price: Amount,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/symbol`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSymbol {
    symbol: String,
    new_symbol: String,
    actor: Option<String>,
    reason: String,
}

pub(super) async fn split(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Split>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let price = asked.cash_in_lieu.as_ref().map(|px| units("cash_in_lieu", px)).transpose()?;
    let command = Command::SplitInstrument(SplitInstrument {
        symbol: symbol(&desk, &asked.symbol)?,
        numerator: asked.new,
        denominator: asked.old,
        cash_in_lieu_px: Px::from_units(price.unwrap_or(0)),
        actor: actor(asked.actor.as_deref())?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) async fn dividend(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Dividend>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let command = Command::PayDividend(PayDividend {
        symbol: symbol(&desk, &asked.symbol)?,
        per_unit: Px::from_units(units("per_unit", &asked.per_unit)?),
        actor: actor(asked.actor.as_deref())?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) async fn settle(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Settlement>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let command = Command::SettleInstrument(SettleInstrument {
        symbol: symbol(&desk, &asked.symbol)?,
        settle_px: Px::from_units(units("price", &asked.price)?),
        actor: actor(asked.actor.as_deref())?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) async fn change_symbol(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<NewSymbol>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let command = Command::ChangeSymbol(ChangeSymbol {
        symbol: symbol(&desk, &asked.symbol)?,
        new_symbol: words("new_symbol", &asked.new_symbol)?,
        actor: actor(asked.actor.as_deref())?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

fn actor(named: Option<&str>) -> Result<Text<24>, Problem> {
    words("actor", named.unwrap_or("operator"))
}

//! The end of a day and the start of the next: acts like those of [`super::operator`], and `/close`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use model::{AdjustPosition, Arm, CloseDay, Command, EngineTime, Notional, Px, Qty, ReportBreaks, Text};
use serde::Deserialize;

use super::guard::Problem;
use super::market::{symbol, units};
use super::operator::{Amount, Done, account, act, invalid, money, words};
use super::routes::{Desk, body};
use crate::calendar::day_of;
use crate::views::CloseStatus;

/// Body of `/operator/close`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    day: String,
    /// Whoever arms the next day is another person, so each says who it is.
    actor: String,
    reason: String,
}

/// Body of `/operator/arm`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arming {
    actor: String,
    reason: String,
}

/// Body of `/operator/position`: at a price, or for a cost.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Adjustment {
    account: String,
    symbol: String,
    /// Signed.
    qty: String,
    price: Option<Amount>,
    cost: Option<Amount>,
    /// Is it paid for in cash?
    moves_cash: bool,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/breaks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Breaks {
    account: String,
    positions: u32,
    orders: u32,
    executions: u32,
    cash: u32,
    above: u32,
    first_seen_ns: i64,
    /// In hexadecimal.
    digest: String,
    actor: String,
    reason: String,
}

pub(super) async fn status(State(desk): State<Arc<Desk>>) -> Json<CloseStatus> {
    Json(desk.sources.views.read().close_status())
}

pub(super) async fn close_day(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Day>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let day = asked.day.parse().ok().and_then(day_of);
    let command = Command::CloseDay(CloseDay {
        trading_day: day.ok_or_else(|| invalid("day must be a date like \"2026-11-23\""))?,
        reserved: [0; 4],
        actor: words("actor", &asked.actor)?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) async fn arm(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Arming>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let (actor, reason) = (words("actor", &asked.actor)?, words("reason", &asked.reason)?);
    act(&desk, Command::Arm(Arm { actor, reason })).await
}

pub(super) async fn adjust_position(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Adjustment>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let (px, cost) = match (&asked.price, &asked.cost) {
        (Some(price), None) => (Px::from_units(units("price", price)?), Notional::ZERO),
        (None, Some(cost)) => (Px::ZERO, money("cost", cost)?),
        _ => return Err(invalid("give the price, or the cost of all of it, and not both")),
    };
    if cost.units() < 0 {
        return Err(invalid("cost must not be negative: the sign is that of qty"));
    }
    let (sign, size) = asked.qty.strip_prefix('-').map_or((1, asked.qty.as_str()), |size| (-1, size));
    let command = Command::AdjustPosition(AdjustPosition {
        cost,
        qty: Qty::from_units(sign * units("qty", &Amount::Text(size.to_owned()))?),
        px,
        account: account(&desk, &asked.account)?,
        symbol: symbol(&desk, &asked.symbol)?,
        moves_cash: u8::from(asked.moves_cash),
        reserved: [0; 7],
        actor: words("actor", asked.actor.as_deref().unwrap_or("operator"))?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) async fn report_breaks(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Breaks>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let digest = u64::from_str_radix(&asked.digest, 16);
    let command = Command::ReportBreaks(ReportBreaks {
        first_seen: EngineTime(asked.first_seen_ns),
        digest: digest.map_err(|_| invalid("digest must be up to 16 hexadecimal digits"))?,
        positions: asked.positions,
        orders: asked.orders,
        executions: asked.executions,
        cash: asked.cash,
        above: asked.above,
        reserved: [0; 4],
        account: account(&desk, &asked.account)?,
        actor: words("actor", &asked.actor)?,
        reason: Text::clipped(asked.reason.as_bytes()),
    });
    act(&desk, command).await
}

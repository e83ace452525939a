//! What an operator does to the market: orders by telephone, and the phases of calendars that are kept by hand. Acts like
//! those of [`super::operator`].

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{
    AccountName, CalendarName, Command, EngineTime, EnterOrder, OrdType, Px, Qty, SessionId, SetTradingPhase, Side,
    Symbol, TimeInForce,
};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::guard::Problem;
use super::operator::{Amount, Done, account, act, invalid, not_known, words};
use super::routes::{Desk, body};
use crate::calendar::{day_of, phase_named};

/// Decimal places of prices and quantities.
const UNITS_SCALE: u32 = 8;

/// Body of `/operator/order`: an order that a client gave by telephone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Telephoned {
    session: String,
    #[serde(default)]
    account: String,
    symbol: String,
    side: String,
    qty: Amount,
    /// Without one it is a market order.
    price: Option<Amount>,
    time_in_force: Option<String>,
    /// When it was given, as `2026-11-23T14:30:00Z`; now, where it is not said.
    given: Option<String>,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/phase`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phase {
    calendar: String,
    phase: String,
    /// The trading day, as `2026-11-23`.
    day: String,
    actor: Option<String>,
    reason: String,
}

pub(super) async fn order(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Telephoned>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let side = match asked.side.as_str() {
        "buy" => Side::Buy,
        "sell" => Side::Sell,
        _ => return Err(invalid("side must be \"buy\" or \"sell\"")),
    };
    let (ord_type, price) = match &asked.price {
        Some(price) => (OrdType::Limit, Px::from_units(units("price", price)?)),
        None => (OrdType::Market, Px::ZERO),
    };
    let command = Command::EnterOrder(EnterOrder {
        order_qty: Qty::from_units(units("qty", &asked.qty)?),
        price,
        transact_time: asked.given.as_deref().map_or_else(|| Ok(now()), |given| moment("given", given))?,
        symbol: symbol(&desk, &asked.symbol)?,
        account: if asked.account.is_empty() { AccountName::EMPTY } else { account(&desk, &asked.account)? },
        session: session(&desk, &asked.session)?,
        side,
        ord_type,
        time_in_force: time_in_force(asked.time_in_force.as_deref().unwrap_or("day"))?,
        reserved: 0,
        actor: words("actor", asked.actor.as_deref().unwrap_or("operator"))?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) async fn phase(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Phase>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let day = asked.day.parse().ok().and_then(day_of);
    let command = Command::SetTradingPhase(SetTradingPhase {
        calendar: calendar(&desk, &asked.calendar)?,
        trading_day: day.ok_or_else(|| invalid("day must be a date like \"2026-11-23\""))?,
        phase: phase_named(&asked.phase)
            .ok_or_else(|| invalid("phase must be pre_open, opening, open, closing or closed"))?,
        reserved: [0; 3],
        actor: words("actor", asked.actor.as_deref().unwrap_or("operator"))?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

/// A symbol that is known.
pub(super) fn symbol(desk: &Desk, name: &str) -> Result<Symbol, Problem> {
    let symbol = words("symbol", name)?;
    let views = desk.sources.views.read();
    let mut known = views.instruments().iter().map(|view| view.definition.symbol.as_str());
    if known.clone().any(|known| known == symbol.as_str()) {
        Ok(symbol)
    } else {
        Err(not_known("instrument", name, &mut known))
    }
}

/// A calendar that instruments have.
fn calendar(desk: &Desk, name: &str) -> Result<CalendarName, Problem> {
    let calendar = words("calendar", name)?;
    let views = desk.sources.views.read();
    let used = views.instruments().iter().any(|view| view.definition.calendar == calendar);
    if used { Ok(calendar) } else { Err(unknown(format!("no instrument has the calendar {name:?}"))) }
}

/// The session of that TargetCompID(56).
pub(super) fn session(desk: &Desk, name: &str) -> Result<SessionId, Problem> {
    let views = desk.sources.views.read();
    let place = views.sessions().iter().position(|view| view.definition.target_comp_id.as_str() == name);
    let known = place.and_then(|place| u32::try_from(place).ok()).map(SessionId);
    let mut names = views.sessions().iter().map(|view| view.definition.target_comp_id.as_str());
    known.ok_or_else(|| not_known("session", name, &mut names))
}

fn unknown(what: String) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, what, "look at /status for the names; nothing was done")
}

fn time_in_force(word: &str) -> Result<TimeInForce, Problem> {
    match word {
        "day" => Ok(TimeInForce::Day),
        "gtc" => Ok(TimeInForce::GoodTillCancel),
        "ioc" => Ok(TimeInForce::ImmediateOrCancel),
        "fok" => Ok(TimeInForce::FillOrKill),
        "opening" => Ok(TimeInForce::AtTheOpening),
        "close" => Ok(TimeInForce::AtTheClose),
        _ => Err(invalid("time_in_force must be day, gtc, ioc, fok, opening or close")),
    }
}

/// A moment that somebody wrote.
pub(super) fn moment(field: &str, text: &str) -> Result<EngineTime, Problem> {
    let wrong = || invalid(format!("{field} must be a time like \"2026-11-23T14:30:00Z\""));
    let time: Timestamp = text.parse().map_err(|_| wrong())?;
    i64::try_from(time.as_nanosecond()).map(EngineTime).map_err(|_| wrong())
}

/// By this machine's clock.
pub(super) fn now() -> EngineTime {
    EngineTime(i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX))
}

/// Exact, or refused: never rounded.
pub(super) fn units(field: &str, amount: &Amount) -> Result<i64, Problem> {
    let wrong = || invalid(format!("{field} must be a decimal above zero as text, with at most 8 places"));
    let decimal = match amount {
        Amount::Whole(whole) => Decimal::from(*whole),
        Amount::Text(text) => Decimal::from_str_exact(text).map_err(|_| wrong())?,
    }
    .normalize();
    let factor = UNITS_SCALE.checked_sub(decimal.scale()).and_then(|places| 10_i128.checked_pow(places));
    let units = factor.and_then(|factor| decimal.mantissa().checked_mul(factor));
    let units = units.and_then(|units| i64::try_from(units).ok());
    units.filter(|units| (1..=model::limits::UNITS_MAX).contains(units)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn price_is_exact_or_refused() {
        let of = |text: &str| units("price", &Amount::Text(text.to_owned())).ok();
        assert_eq!(of("62.40"), Some(6_240_000_000));
        assert_eq!(of("0.00000001"), Some(1));
        for wrong in ["0.000000001", "0", "-1", "", "1e3", "9000000001", "NaN"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}

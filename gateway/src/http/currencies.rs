//! Rates of exchange. An act like those of [`super::operator`].

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use model::contract::FX_PLACES_MAX;
use model::{Command, Currency, FxRate, SetFxRate};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::guard::Problem;
use super::operator::{Amount, Done, act, invalid, words};
use super::routes::{Desk, body};

/// How old a rate may be that does not say, in seconds.
const AGE_SECONDS: u64 = 24 * 3_600;
/// The greatest age that may be asked for, in seconds.
const AGE_SECONDS_MAX: u64 = 30 * 24 * 3_600;
const SECOND: i64 = 1_000_000_000;

/// Body of `/operator/fx-rate`: one unit of `currency` is so much of `against`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rate {
    currency: String,
    against: String,
    rate: Amount,
    /// How old it may be when an order relies on it.
    age_seconds: Option<u64>,
    actor: Option<String>,
    reason: String,
}

pub(super) async fn fx_rate(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Rate>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let age = asked.age_seconds.unwrap_or(AGE_SECONDS);
    let age = i64::try_from(age).ok().filter(|_| (1..=AGE_SECONDS_MAX).contains(&age));
    let age = age.ok_or_else(|| invalid(format!("age_seconds must be from 1 to {AGE_SECONDS_MAX}")))?;
    let (currency, against) = (currency("currency", &asked.currency)?, currency("against", &asked.against)?);
    if currency == against {
        return Err(invalid("against must be another currency"));
    }
    let command = Command::SetFxRate(SetFxRate {
        rate: rate(&asked.rate)?,
        age_max: age * SECOND,
        currency,
        against,
        actor: words("actor", asked.actor.as_deref().unwrap_or("operator"))?,
        reason: words("reason", &asked.reason)?,
    });
    act(&desk, command).await
}

pub(super) fn currency(field: &str, name: &str) -> Result<Currency, Problem> {
    let currency: Currency = words(field, name)?;
    if currency.is_empty() { Err(invalid(format!("{field} must be a currency, like \"EUR\""))) } else { Ok(currency) }
}

/// Exact, or refused: never rounded.
fn rate(amount: &Amount) -> Result<FxRate, Problem> {
    let wrong = || invalid(format!("rate must be a decimal above zero as text, with at most {FX_PLACES_MAX} places"));
    let decimal = match amount {
        Amount::Whole(whole) => Decimal::from(*whole),
        Amount::Text(text) => Decimal::from_str_exact(text).map_err(|_| wrong())?,
    }
    .normalize();
    let digits = u64::try_from(decimal.mantissa()).map_err(|_| wrong())?;
    let rate = FxRate::new(digits, u8::try_from(decimal.scale()).map_err(|_| wrong())?);
    if rate.is_sane() { Ok(rate) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_exact_or_refused() {
        let of = |text: &str| rate(&Amount::Text(text.to_owned())).ok();
        assert_eq!(of("1.08350"), Some(FxRate::new(10_835, 4)));
        assert_eq!(of("0.000000000000000001"), Some(FxRate::new(1, 18)));
        for wrong in ["0", "-1.1", "0.0000000000000000001", "99999999999999999999", "1e3", ""] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}

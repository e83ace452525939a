//! The operator's acts: each is one command, and is answered once it is in the journal and durable.
//!
//! Acts go one after the other. One that was sent and not yet seen in the journal is *pending*: until it shows, no
//! other is taken, so that "did my transfer happen?" never has two answers.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use model::{
    AccountName, AdjustCash, AdjustForeignCash, Command, Currency, Notional, Scope, SetTradingState, Symbol, Text,
    TradingState,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::currencies::currency;
use super::guard::Problem;
use super::market::symbol;
use super::routes::{Desk, body};
use crate::fix::control::{NewNumbers, NumbersRefused};
use crate::views::{Act, Outcome};
use crate::words::nearest;

/// How long an act may take to be durable and seen.
const ACT_MAX: Duration = Duration::from_secs(5);

/// How often the views are looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// 1e-16 units in one unit of currency.
const MONEY_SCALE: u32 = 16;

/// The act that is on its way, if one is.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<Option<Sent>>);

#[derive(Clone, Copy, Debug)]
struct Sent {
    command: Command,
    /// Acts seen before it was sent: it must have a higher number.
    after: u64,
}

/// Body of `/operator/halt` and `/operator/resume`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switch {
    scope: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    symbol: String,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/cash`. The amount is text or a whole number: no float ever holds money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cash {
    account: String,
    amount: Amount,
    /// Another currency than the account's own, that it holds cash in.
    currency: Option<String>,
    actor: Option<String>,
    reason: String,
}

/// Body of `/operator/sequence`; a number that is not given stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sequence {
    session: String,
    next_in: Option<u64>,
    next_out: Option<u64>,
    actor: Option<String>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Amount {
    Whole(i64),
    Text(String),
}

/// The answer: it is in the journal.
#[derive(Serialize)]
pub(super) struct Done {
    /// The frame that holds the act.
    pub(super) seq: u64,
    /// Its time, nanoseconds since 1970.
    pub(super) time_ns: i64,
    /// Did it change anything?
    applied: bool,
    /// What came of it, where that is more than yes.
    #[serde(skip)]
    pub(super) outcome: Outcome,
}

pub(super) async fn halt(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Switch>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let command = switch(&desk, body(asked)?, TradingState::Halted)?;
    act(&desk, command).await
}

pub(super) async fn resume(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Switch>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let command = switch(&desk, body(asked)?, TradingState::Active)?;
    act(&desk, command).await
}

pub(super) async fn cash(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Cash>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let (amount, account) = (amount(&asked.amount)?, account(&desk, &asked.account)?);
    let actor = words("actor", asked.actor.as_deref().unwrap_or("operator"))?;
    let reason = words("reason", &asked.reason)?;
    let foreign = asked.currency.as_deref().map(|name| foreign(&desk, &account, name)).transpose()?.flatten();
    let command = match foreign {
        Some(currency) => Command::AdjustForeignCash(AdjustForeignCash { amount, account, currency, actor, reason }),
        None => Command::AdjustCash(AdjustCash { amount, account, actor, reason, reserved: [0; 8] }),
    };
    act(&desk, command).await
}

/// A currency that the account holds beside its own; `None` for its own.
fn foreign(desk: &Desk, account: &AccountName, name: &str) -> Result<Option<Currency>, Problem> {
    let currency = currency("currency", name)?;
    let views = desk.sources.views.read();
    if views.account(account).is_some_and(|view| view.definition.currency == currency) {
        return Ok(None);
    }
    if views.pays(account, &currency) {
        return Ok(Some(currency));
    }
    Err(Problem::new(
        StatusCode::NOT_FOUND,
        format!("account {account} holds no {name}, or there is no rate for it"),
        "name it in the account's currencies in the configuration, and give the rate with millrace fx-rate",
    ))
}

/// Sets sequence numbers of a session that nobody is logged on to.
pub(super) async fn sequence(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Sequence>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let asked = body(asked)?;
    let numbers = NewNumbers {
        target_comp_id: words("session", &asked.session)?,
        next_in: asked.next_in,
        next_out: asked.next_out,
        actor: words("actor", asked.actor.as_deref().unwrap_or("operator"))?,
        reason: words("reason", &asked.reason)?,
    };
    let sessions = Arc::clone(&desk.sources.sessions);
    let send = async || {
        let answer = tokio::task::spawn_blocking(move || sessions.set_numbers(numbers)).await;
        answer.unwrap_or(Err(NumbersRefused::Silent)).map_err(|why| {
            let code = match why {
                NumbersRefused::Unknown => StatusCode::NOT_FOUND,
                NumbersRefused::Range => StatusCode::BAD_REQUEST,
                NumbersRefused::Connected | NumbersRefused::Busy => StatusCode::CONFLICT,
                NumbersRefused::QueueFull | NumbersRefused::Silent => StatusCode::SERVICE_UNAVAILABLE,
            };
            Problem::new(code, why.to_string(), "look at /status under fix for the sessions and their numbers")
        })
    };
    act_by(&desk, send).await
}

fn switch(desk: &Desk, asked: Switch, state: TradingState) -> Result<Command, Problem> {
    let (scope, account, symbol) = match (asked.scope.as_str(), asked.account.as_str(), asked.symbol.as_str()) {
        ("global", "", "") => (Scope::Global, AccountName::EMPTY, Symbol::EMPTY),
        ("global", ..) => return Err(invalid("account and symbol must be empty where scope is \"global\"")),
        ("account", name, "") => (Scope::Account, account(desk, name)?, Symbol::EMPTY),
        ("instrument", "", name) => (Scope::Instrument, AccountName::EMPTY, symbol(desk, name)?),
        ("account" | "instrument", ..) => return Err(invalid("give the account or the symbol, as scope says")),
        _ => return Err(invalid("scope must be \"global\", \"account\" or \"instrument\"")),
    };
    Ok(Command::SetTradingState(SetTradingState {
        scope,
        state,
        reserved: [0; 6],
        account,
        symbol,
        actor: words("actor", asked.actor.as_deref().unwrap_or("operator"))?,
        reason: words("reason", &asked.reason)?,
    }))
}

/// Sends the command, and waits until the views have it.
pub(super) async fn act(desk: &Desk, command: Command) -> Result<Json<Done>, Problem> {
    let send = async || {
        desk.sources.commands.try_push(command).map(|()| command).map_err(|_| {
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the queue to the engine is full; nothing was done",
                "try again; if it stays full, look at /health",
            )
        })
    };
    act_by(desk, send).await
}

/// Sends a command by the given way, and waits until the views have it: they read behind the durable mark.
pub(super) async fn act_by(
    desk: &Desk,
    send: impl AsyncFnOnce() -> Result<Command, Problem>,
) -> Result<Json<Done>, Problem> {
    let mut pending = desk.pending.0.lock().await;
    if let Some(earlier) = *pending {
        wait_for(desk, earlier, Instant::now() + ACT_MAX).await.ok_or_else(still_pending)?;
        *pending = None;
    }
    let after = desk.sources.views.read().acts_total();
    let sent = Sent { command: send().await?, after };
    // From here on the act may happen, even if this request is dropped while it waits.
    *pending = Some(sent);
    let act = wait_for(desk, sent, Instant::now() + ACT_MAX).await.ok_or_else(still_pending)?;
    *pending = None;
    tracing::info!(seq = act.seq.0, command = ?act.command, outcome = act.outcome.words(), "operator act");
    match act.outcome {
        Outcome::Nothing(why) => Err(nothing_changed(&act, why)),
        outcome => Ok(Json(Done { seq: act.seq.0, time_ns: act.time.0, applied: true, outcome })),
    }
}

fn nothing_changed(act: &Act, why: &str) -> Problem {
    let error = format!("the engine recorded the act in frame {} and changed nothing", act.seq);
    let error = if why.is_empty() { error } else { format!("{error}: {why}") };
    let what_to_do = match act.command {
        Command::Arm(_) | Command::CloseDay(_) => {
            "look at /close for what is closed, by whom, and what brokers differ in"
        }
        Command::RestrictInstrument(_) => "look at /restricted for what is restricted, and at /status for the names",
        Command::GrantOverride(_) => "look at /overrides for those that wait, and at /status for the names",
        Command::SetScopeState(_) => {
            "look at /kills for what others did, and at /status for the names of what there is"
        }
        Command::ChangeLimit(_) | Command::DecideLimit(_) => {
            "look at /limits/proposals, /restricted and /overrides for what waits, and at /status for the names of what there is"
        }
        Command::ResolveOrder(_) => "look at /orders/in-doubt for the orders that are",
        _ => "look at /status, and at the frame: something may be unknown or out of range, or risk refused it",
    };
    Problem::new(StatusCode::CONFLICT, error, what_to_do)
}

async fn wait_for(desk: &Desk, sent: Sent, deadline: Instant) -> Option<Act> {
    loop {
        let seen = {
            let views = desk.sources.views.read();
            views.acts().rev().find(|act| act.number > sent.after && act.command == sent.command).copied()
        };
        if seen.is_some() || Instant::now() >= deadline {
            return seen;
        }
        sleep(LOOK_EVERY).await;
    }
}

fn still_pending() -> Problem {
    Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "an act was sent and is not seen in the journal yet: it may still happen",
        "do not repeat it; look at /status under views.acts, and at /health",
    )
}

pub(super) fn invalid(what: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, what, "correct the body and send it again; nothing was done")
}

pub(super) fn words<const N: usize>(field: &str, text: &str) -> Result<Text<N>, Problem> {
    match Text::new(text.as_bytes()) {
        Some(words) if !text.trim().is_empty() => Ok(words),
        _ => Err(invalid(format!("{field} must be 1 to {N} printable ASCII characters"))),
    }
}

pub(super) fn account(desk: &Desk, name: &str) -> Result<AccountName, Problem> {
    let account = words("account", name)?;
    let views = desk.sources.views.read();
    if views.account(&account).is_none() {
        let mut known = views.accounts().iter().map(|view| view.definition.account.as_str());
        return Err(not_known("account", name, &mut known));
    }
    Ok(account)
}

/// Nothing has that name; what was probably meant, if anything is like it.
pub(super) fn not_known(what: &str, name: &str, known: &mut dyn Iterator<Item = &str>) -> Problem {
    let near = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("{what} {name:?} is not known{near}"),
        "look at /status for the names; what is new is defined in the configuration; nothing was done",
    )
}

fn amount(amount: &Amount) -> Result<Notional, Problem> {
    match money("amount", amount)? {
        Notional::ZERO => Err(invalid("amount must not be zero")),
        amount => Ok(amount),
    }
}

/// Exact, or refused: never rounded.
pub(super) fn money(field: &str, amount: &Amount) -> Result<Notional, Problem> {
    let wrong = || invalid(format!("{field} must be a decimal as text, like \"-2500.50\", within 1e12"));
    let decimal = match amount {
        Amount::Whole(whole) => Decimal::from(*whole),
        Amount::Text(text) => Decimal::from_str_exact(text).map_err(|_| wrong())?,
    }
    .normalize();
    let within = decimal.abs() <= Decimal::from(1_000_000_000_000_i64);
    let factor = MONEY_SCALE.checked_sub(decimal.scale()).and_then(|places| 10_i128.checked_pow(places));
    match factor.and_then(|factor| decimal.mantissa().checked_mul(factor)) {
        Some(units) if within => Ok(Notional::from_units(units)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amount_is_exact_or_refused() {
        let of = |text: &str| amount(&Amount::Text(text.to_owned())).map(Notional::units).ok();
        assert_eq!(of("-2500.50"), Some(-25_005_000_000_000_000_000));
        assert_eq!(of("0.0000000000000001"), Some(1));
        for wrong in ["0.00000000000000001", "0", "", "1e3", "1000000000001", "NaN", "1_0,0"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}

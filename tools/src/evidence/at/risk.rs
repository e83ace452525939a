//! What might be traded, what could still happen, and how much of each limit was used.

use engine::{Holding, State};
use model::{AccountId, EngineTime, InstrumentId, Qty, TradingState};
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::evidence::versions::Versions;
use crate::figures;

pub(super) fn tables(state: &State, versions: &Versions, now: EngineTime) -> Vec<Table> {
    vec![trading(state, versions), accounts(state), exposure(state), sessions(state, now), references(state, now)]
}

/// Kill switches, with the frame that threw or released each last.
fn trading(state: &State, versions: &Versions) -> Table {
    let mut table = Table::new("trading", &["scope", "name", "state", "version"]);
    let mut push = |scope: &str, name: String, trading: TradingState, account, instrument| {
        let version = versions.of_halt(account, instrument).0;
        table.push(vec![scope.into(), name.into(), format!("{trading:?}").into(), version.into()]);
    };
    push("global", String::new(), state.trading(), AccountId::NONE, InstrumentId::NONE);
    for (id, account) in state.accounts() {
        push("account", names::account(state, id), account.trading, id, InstrumentId::NONE);
    }
    for (id, _) in state.instruments() {
        let trading = state.instrument_trading(id).unwrap_or(TradingState::Halted);
        push("instrument", names::symbol(state, id), trading, AccountId::NONE, id);
    }
    table
}

/// Cash and open orders. Only a cash account is bound by what is free.
fn accounts(state: &State) -> Table {
    const HEADINGS: &[&str] =
        &["account", "cash", "reserved", "free", "bound_by_it", "open_orders", "open_orders_max", "head_room"];
    let mut table = Table::new("accounts", HEADINGS);
    for (_, account) in state.accounts() {
        let limits = &account.definition;
        let free = account.cash.checked_sub(account.reserved);
        table.push(vec![
            limits.account.as_str().into(),
            figures::money(account.cash).into(),
            figures::money(account.reserved).into(),
            free.map_or(Value::Null, |free| figures::money(free).into()),
            (limits.cash_account == 1).into(),
            account.open_orders.into(),
            limits.open_orders_max.into(),
            (i64::from(limits.open_orders_max) - i64::from(account.open_orders)).into(),
        ]);
    }
    table
}

/// The worst that could happen if all that was open on one side filled and nothing on the other.
fn exposure(state: &State) -> Table {
    const HEADINGS: &[&str] = &[
        "account",
        "symbol",
        "position",
        "open_buys",
        "open_sells",
        "worst_long",
        "max_long",
        "head_room_long",
        "worst_short",
        "max_short",
        "head_room_short",
    ];
    let mut holdings: Vec<&Holding> = state.holdings().collect();
    holdings.sort_by_key(|holding| (holding.account, holding.instrument));
    let mut table = Table::new("exposure", HEADINGS);
    let qty = |qty: Option<Qty>| qty.map_or(Value::Null, |qty| figures::qty(qty).into());
    for holding in holdings {
        let exposure = &holding.exposure;
        let limits = state.account_at(holding.account).map(|account| account.definition);
        let (max_long, max_short) = limits.map(|limits| (limits.max_long, limits.max_short)).unzip();
        let long = exposure.position.checked_add(exposure.open_buys);
        let short = exposure.open_sells.checked_sub(exposure.position);
        let room = |most: Option<Qty>, worst: Option<Qty>| most?.checked_sub(worst?);
        table.push(vec![
            names::account(state, holding.account).into(),
            names::symbol(state, holding.instrument).into(),
            qty(Some(exposure.position)),
            qty(Some(exposure.open_buys)),
            qty(Some(exposure.open_sells)),
            qty(long),
            qty(max_long),
            qty(room(max_long, long)),
            qty(short),
            qty(max_short),
            qty(room(max_short, short)),
        ]);
    }
    table
}

/// How many new orders and replaces each session could have sent at that moment before its rate refused one.
fn sessions(state: &State, now: EngineTime) -> Table {
    let mut table = Table::new("sessions", &["session", "messages", "messages_per_second", "head_room"]);
    for (id, limits) in state.sessions() {
        let messages = state.messages_with_next(id, now).saturating_sub(1);
        let most = u64::from(limits.messages_per_second);
        table.push(vec![
            limits.target_comp_id.as_str().into(),
            messages.into(),
            most.into(),
            most.saturating_sub(messages).into(),
        ]);
    }
    table
}

/// The prices that orders would have been judged by, and whether they were fresh enough.
fn references(state: &State, now: EngineTime) -> Table {
    const HEADINGS: &[&str] =
        &["symbol", "bid_px", "ask_px", "last_px", "reference_px", "age", "age_max", "fresh", "phase"];
    let mut table = Table::new("references", HEADINGS);
    for (id, limits) in state.instruments() {
        let reference = state.reference(id).copied().unwrap_or_default();
        let px = |px: model::Px| if px.is_zero() { Value::Null } else { figures::px(px).into() };
        let judged = reference.px();
        let age = now.0.saturating_sub(reference.time.0);
        let phase = state.calendar_of(id).map(|calendar| format!("{:?}", calendar.phase));
        table.push(vec![
            limits.symbol.as_str().into(),
            px(reference.bid_px),
            px(reference.ask_px),
            px(reference.last_px),
            judged.map_or(Value::Null, |judged| figures::px(judged).into()),
            judged.map_or(Value::Null, |_| figures::span(age).into()),
            figures::span(limits.reference_age_max).into(),
            (judged.is_some() && age <= limits.reference_age_max).into(),
            phase.map_or(Value::Null, Value::String),
        ]);
    }
    table
}

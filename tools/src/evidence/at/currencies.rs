//! What accounts had in other currencies than their own, and the rates.

use engine::{ForeignCash, State};
use gateway::views::rate_text;
use model::{EngineTime, ForeignMoney};
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

const CASH: &[&str] = &[
    "account",
    "currency",
    "cash",
    "reserved",
    "paid_in",
    "booked",
    "commissions_of_others",
    "account_currency",
    "paid_in_converted",
    "booked_converted",
    "rate",
    "rate_age",
];

/// A row for each account and currency beside its own; no table where there are none. `converted`: at the rates of its instants. A rate
/// that an order may not rely on any more is not shown.
pub(super) fn tables(state: &State, now: EngineTime) -> Option<Table> {
    let mut table = Table::new("currency cash", CASH);
    let mut all: Vec<&ForeignCash> = state.foreign_cash().collect();
    all.sort_by_key(|line| (line.account, line.currency.to_string()));
    all.iter().for_each(|line| table.push(row(state, now, line)));
    (!all.is_empty()).then_some(table)
}

fn row(state: &State, now: EngineTime, line: &ForeignCash) -> Vec<Value> {
    let ForeignMoney { cash, booked, booked_converted, deposited, deposited_converted } = line.money;
    let own = state.account_at(line.account).map(|account| account.definition.currency).unwrap_or_default();
    let rate = state.fx_rate(line.currency, own).filter(|rate| rate.is_in_force(now));
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    vec![
        names::account(state, line.account).into(),
        line.currency.as_str().into(),
        figures::money(cash).into(),
        figures::money(line.reserved).into(),
        figures::money(deposited).into(),
        figures::money(booked).into(),
        figures::money(line.commissions).into(),
        own.as_str().into(),
        figures::money(deposited_converted).into(),
        figures::money(booked_converted).into(),
        text(rate.map(|rate| rate_text(rate.set.rate))),
        text(rate.map(|rate| figures::span(now.0.saturating_sub(rate.time.0)))),
    ]
}

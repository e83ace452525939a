//! Rates of exchange and money in other currencies as JSON.

use gateway::views::rate_text;
use model::{
    AdjustForeignCash, Commission, CommissionBooked, DefineAccountCurrency, ForeignCashMoved, FxRate, SetFxRate,
};
use serde_json::{Value, json};

use super::{money, px, word};

pub(super) fn rate(rate: FxRate) -> Option<String> {
    rate.is_sane().then(|| rate_text(rate))
}

pub(super) fn fx_rate(c: &SetFxRate) -> Value {
    json!({
        "currency": c.currency.as_str(), "against": c.against.as_str(), "rate": rate(c.rate), "age_max_ns": c.age_max,
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn cash(c: &AdjustForeignCash) -> Value {
    json!({
        "account": c.account.as_str(), "currency": c.currency.as_str(), "amount": money(c.amount),
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn account(c: &DefineAccountCurrency) -> Value {
    json!({ "account": c.account.as_str(), "currency": c.currency.as_str() })
}

pub(super) fn moved(e: &ForeignCashMoved) -> Value {
    json!({
        "account": e.account.0, "currency": e.currency.as_str(), "flow": word(e.flow), "amount": money(e.amount),
        "rate": rate(e.rate), "rate_time_ns": e.rate_time.0, "cash": money(e.cash), "booked": money(e.booked),
        "booked_converted": money(e.booked_converted), "deposited": money(e.deposited),
        "deposited_converted": money(e.deposited_converted),
    })
}

pub(super) fn commission(c: &Commission) -> Value {
    json!({ "value": px(model::Px::from_units(c.value)), "currency": c.currency.as_str(), "comm_type": word(c.comm_type) })
}

pub(super) fn commission_booked(e: &CommissionBooked) -> Value {
    json!({
        "order_id": e.order_id.0, "fill": e.fill, "account": e.account.0, "instrument": e.instrument.0,
        "outcome": word(e.outcome), "commission": commission(&e.commission), "amount": money(e.amount),
        "charged": money(e.charged), "rate": rate(e.rate), "rate_time_ns": e.rate_time.0,
        "account_cash": money(e.account_cash),
    })
}

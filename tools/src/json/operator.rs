//! What operators do, as JSON.

use serde_json::{Value, json};

use super::{money, px, qty, word};

pub(super) fn phase(c: &model::SetTradingPhase) -> Value {
    json!({
        "calendar": c.calendar.as_str(), "trading_day": c.trading_day, "phase": word(c.phase),
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn granted(c: &model::GrantOverride) -> Value {
    json!({
        "session": c.session.as_str(), "account": c.account.as_str(), "symbol": c.symbol.as_str(),
        "side": word(c.side), "order_qty": qty(c.order_qty), "price": px(c.price), "expires_ns": c.expires.0,
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn restriction(c: &model::RestrictInstrument) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "account": c.account.as_str(), "forbids": word(c.forbids), "from_ns": c.from.0,
        "until_ns": c.until.0, "removes": c.removes.0, "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn resolution(c: &model::ResolveOrder) -> Value {
    json!({
        "order_id": c.order_id.0, "kind": word(c.kind), "last_qty": qty(c.last_qty), "last_px": px(c.last_px),
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn split(c: &model::SplitOrders) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "numerator": c.numerator, "denominator": c.denominator,
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn trading_state(c: &model::SetTradingState) -> Value {
    json!({
        "scope": word(c.scope), "state": word(c.state), "account": c.account.as_str(), "symbol": c.symbol.as_str(),
        "actor": c.actor.as_str(),
        "reason": c.reason.as_str(),
    })
}

pub(super) fn scope_state(c: &model::SetScopeState) -> Value {
    json!({
        "scope": word(c.scope), "name": c.name.as_str(), "state": word(c.state), "actor": c.actor.as_str(),
        "reason": c.reason.as_str(),
    })
}

pub(super) fn sequence_numbers(c: &model::SetSequenceNumbers) -> Value {
    json!({
        "session": c.session.0, "changes": c.changes, "next_in": c.next_in, "next_out": c.next_out,
        "next_in_before": c.next_in_before, "next_out_before": c.next_out_before,
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn reload(c: &model::Reload) -> Value {
    json!({
        "accounts_defined": c.accounts_defined, "sessions_added": c.sessions_added,
        "sessions_changed": c.sessions_changed, "sessions_removed": c.sessions_removed,
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn cash(c: &model::AdjustCash) -> Value {
    json!({
        "account": c.account.as_str(), "amount": money(c.amount), "actor": c.actor.as_str(),
        "reason": c.reason.as_str(),
    })
}

//! Splits, dividends, settlements and new symbols as JSON.

use serde_json::{Value, json};

use super::px;

pub(super) fn split(c: &model::SplitInstrument) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "numerator": c.numerator, "denominator": c.denominator,
        "cash_in_lieu_px": px(c.cash_in_lieu_px), "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn dividend(c: &model::PayDividend) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "per_unit": px(c.per_unit), "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn settlement(c: &model::SettleInstrument) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "settle_px": px(c.settle_px), "actor": c.actor.as_str(),
        "reason": c.reason.as_str(),
    })
}

pub(super) fn symbol(c: &model::ChangeSymbol) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "new_symbol": c.new_symbol.as_str(), "actor": c.actor.as_str(),
        "reason": c.reason.as_str(),
    })
}

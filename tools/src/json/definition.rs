//! What is defined, as JSON.

use serde_json::{Value, json};

use super::{money, px, qty, word};
use model::Px;

pub(super) fn instrument(c: &model::DefineInstrument) -> Value {
    json!({
        "symbol": c.symbol.as_str(), "currency": c.currency.as_str(), "tick": px(c.tick), "lot": qty(c.lot),
        "max_order_qty": qty(c.max_order_qty), "multiplier": c.multiplier,
        "contract": word(c.contract_kind), "valuation": word(c.valuation), "mark": word(c.mark),
        "fx_rate": c.fx_rate, "fx_places": c.fx_places,
        "collar": px(Px::from_units(c.collar)), "reference_age_max_ns": c.reference_age_max,
        "tradable": c.tradable == 1, "venue": c.venue.0, "calendar": c.calendar.as_str(),
        "abilities": format!("{:?}", c.abilities), "stop_trigger": word(c.stop_trigger),
    })
}

pub(super) fn account(c: &model::DefineAccount) -> Value {
    json!({
        "account": c.account.as_str(), "currency": c.currency.as_str(), "cash_account": c.cash_account == 1,
        "max_order_notional": money(c.max_order_notional), "max_order_qty": qty(c.max_order_qty),
        "max_long": qty(c.max_long), "max_short": qty(c.max_short), "fee_rate": px(Px::from_units(c.fee_rate)),
        "open_orders_max": c.open_orders_max, "cost_method": word(c.cost_method),
    })
}

pub(super) fn session(c: &model::DefineSession) -> Value {
    json!({
        "sender_comp_id": c.sender_comp_id.as_str(), "target_comp_id": c.target_comp_id.as_str(),
        "account": c.account.as_str(), "messages_per_second": c.messages_per_second,
        "pending_replaces": word(c.pending_replaces), "cancel_on_disconnect": word(c.cancel_on_disconnect),
    })
}

pub(super) fn attribution(c: &model::DefineAttribution) -> Value {
    json!({
        "sender_comp_id": c.sender_comp_id.as_str(), "target_comp_id": c.target_comp_id.as_str(),
        "trader": c.trader.as_str(), "strategy": c.strategy.as_str(),
    })
}

pub(super) fn start(c: &model::Start) -> Value {
    json!({
        "build": c.build.as_str(), "orders_max": c.orders_max, "acknowledge_at_venue": c.acknowledge_at_venue == 1,
    })
}

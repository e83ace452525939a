//! The limits in force, each with the frame that set it: its version.

use engine::State;
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::evidence::versions::Versions;
use crate::figures;

pub(super) fn tables(state: &State, versions: &Versions) -> Vec<Table> {
    vec![accounts(state, versions), instruments(state, versions), sessions(state, versions)]
}

fn accounts(state: &State, versions: &Versions) -> Table {
    const HEADINGS: &[&str] = &[
        "account",
        "version",
        "currency",
        "kind",
        "max_order_notional",
        "max_order_qty",
        "max_long",
        "max_short",
        "open_orders_max",
        "fee_rate",
    ];
    let mut table = Table::new("accounts", HEADINGS);
    for (id, account) in state.accounts() {
        let limits = &account.definition;
        table.push(vec![
            limits.account.as_str().into(),
            versions.of_account(id).0.into(),
            limits.currency.as_str().into(),
            if limits.cash_account == 1 { "cash" } else { "margin" }.into(),
            figures::money(limits.max_order_notional).into(),
            figures::qty(limits.max_order_qty).into(),
            figures::qty(limits.max_long).into(),
            figures::qty(limits.max_short).into(),
            limits.open_orders_max.into(),
            figures::fraction(limits.fee_rate).into(),
        ]);
    }
    table
}

fn instruments(state: &State, versions: &Versions) -> Table {
    const HEADINGS: &[&str] = &[
        "symbol",
        "version",
        "currency",
        "tick",
        "lot",
        "multiplier",
        "max_order_qty",
        "collar",
        "reference_age_max",
        "tradable",
        "venue",
        "calendar",
        "stop_trigger",
    ];
    let mut table = Table::new("instruments", HEADINGS);
    for (id, limits) in state.instruments() {
        let calendar = limits.calendar.as_str();
        table.push(vec![
            limits.symbol.as_str().into(),
            versions.of_instrument(id).0.into(),
            limits.currency.as_str().into(),
            figures::px(limits.tick).into(),
            figures::qty(limits.lot).into(),
            limits.multiplier.into(),
            figures::qty(limits.max_order_qty).into(),
            figures::fraction(limits.collar).into(),
            figures::span(limits.reference_age_max).into(),
            (limits.tradable == 1).into(),
            names::venue(state, limits.venue).into(),
            if calendar.is_empty() { Value::Null } else { calendar.into() },
            format!("{:?}", limits.stop_trigger).into(),
        ]);
    }
    table
}

fn sessions(state: &State, versions: &Versions) -> Table {
    const HEADINGS: &[&str] =
        &["session", "version", "account", "messages_per_second", "pending_replaces", "cancel_on_disconnect"];
    let mut table = Table::new("sessions", HEADINGS);
    for (id, limits) in state.sessions() {
        table.push(vec![
            limits.target_comp_id.as_str().into(),
            versions.of_session(id).0.into(),
            limits.account.as_str().into(),
            limits.messages_per_second.into(),
            format!("{:?}", limits.pending_replaces).into(),
            format!("{:?}", limits.cancel_on_disconnect).into(),
        ]);
    }
    table
}

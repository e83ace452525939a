//! What each account held of each instrument, what it had paid for it and made with it.

use engine::{Holding, State};
use model::DefineInstrument;
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

const HEADINGS: &[&str] =
    &["account", "symbol", "qty", "avg_px", "cost", "realised", "fees", "cash", "unrealised", "mark_px", "age"];

/// A row for each holding; `cash` is what its trades brought, less its fees. Unrealised P&L is at the price that the
/// instrument's mark policy names, with its age; none without a price, or with a stale one.
pub(super) fn table(state: &State) -> Table {
    let mut holdings: Vec<&Holding> = state.holdings().collect();
    holdings.sort_by_key(|holding| (holding.account, holding.instrument));
    let mut table = Table::new("positions", HEADINGS);
    for holding in holdings {
        table.push(row(state, holding));
    }
    table
}

fn row(state: &State, holding: &Holding) -> Vec<Value> {
    let contract = state.instrument_at(holding.instrument).map(DefineInstrument::contract);
    let position = holding.exposure.position;
    let marked = state.marked(holding).filter(|marked| !marked.px.is_zero());
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    vec![
        names::account(state, holding.account).into(),
        names::symbol(state, holding.instrument).into(),
        figures::qty(position).into(),
        text(contract.and_then(|contract| contract.avg_px(position, holding.cost)).map(figures::px)),
        figures::money(holding.cost).into(),
        figures::money(holding.realised).into(),
        figures::money(holding.fees).into(),
        text(holding.cash_from_trades.checked_sub(holding.fees).map(figures::money)),
        text(marked.and_then(|marked| marked.unrealised).map(figures::money)),
        text(marked.map(|marked| figures::px(marked.px))),
        text(marked.map(|marked| figures::span(marked.age))),
    ]
}

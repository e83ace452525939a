//! What each account held of each instrument, what it had paid for it and made with it.

use engine::{Holding, State};
use model::money::div_half_even;
use model::{EngineTime, Notional, Px, Qty};
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

const HEADINGS: &[&str] =
    &["account", "symbol", "qty", "avg_px", "cost", "realised", "fees", "cash", "unrealised", "reference_px", "age"];

/// A row for each holding; `cash` is what its trades brought, less its fees. Unrealised P&L is at the reference price of then,
/// with that price's age; none without a price.
pub(super) fn table(state: &State, now: EngineTime) -> Table {
    let mut holdings: Vec<&Holding> = state.holdings().collect();
    holdings.sort_by_key(|holding| (holding.account, holding.instrument));
    let mut table = Table::new("positions", HEADINGS);
    for holding in holdings {
        table.push(row(state, holding, now));
    }
    table
}

fn row(state: &State, holding: &Holding, now: EngineTime) -> Vec<Value> {
    let multiplier = state.instrument_at(holding.instrument).map_or(1, |definition| definition.multiplier);
    let position = holding.exposure.position;
    let reference = state.reference(holding.instrument);
    let px = reference.and_then(|reference| reference.px());
    let unrealised = px.and_then(|px| holding.unrealised(px, multiplier));
    let age = reference.filter(|_| px.is_some()).map(|reference| now.0.saturating_sub(reference.time.0));
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    vec![
        names::account(state, holding.account).into(),
        names::symbol(state, holding.instrument).into(),
        figures::qty(position).into(),
        text(average_px(holding.cost, position, multiplier).map(figures::px)),
        figures::money(holding.cost).into(),
        figures::money(holding.realised).into(),
        figures::money(holding.fees).into(),
        text(holding.cash_from_trades.checked_sub(holding.fees).map(figures::money)),
        text(unrealised.map(figures::money)),
        text(px.map(figures::px)),
        text(age.map(figures::span)),
    ]
}

/// Cost per unit of price, to the nearest 1e-8; none without a position. For people: nothing is computed with it.
pub(crate) fn average_px(cost: Notional, position: Qty, multiplier: i64) -> Option<Px> {
    let units = i128::from(position.units()).checked_mul(i128::from(multiplier))?;
    let (cost, units) = if units < 0 { (-cost.units(), -units) } else { (cost.units(), units) };
    (units > 0).then(|| div_half_even(cost, units)).and_then(|average| i64::try_from(average).ok()).map(Px::from_units)
}

//! Orders with their fields, in the order in which they came.

use engine::{Order, State};
use model::Qty;
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

const HEADINGS: &[&str] = &[
    "order_id",
    "cl_ord_id",
    "session",
    "account",
    "symbol",
    "side",
    "type",
    "tif",
    "status",
    "qty",
    "price",
    "stop_px",
    "filled",
    "leaves",
    "avg_px",
    "worst_px",
    "reserved",
    "open_qty",
    "venue",
    "at_venue",
    "pending",
    "held",
    "in_doubt",
];

pub(super) fn table<'a>(state: &'a State, orders: impl Iterator<Item = &'a Order>) -> Table {
    let mut orders: Vec<&Order> = orders.collect();
    orders.sort_by_key(|order| order.view.order_id);
    let mut table = Table::new("orders", HEADINGS);
    for order in orders {
        table.push(row(state, order));
    }
    table
}

fn row(state: &State, order: &Order) -> Vec<Value> {
    let view = &order.view;
    let word = |word: &dyn core::fmt::Debug| Value::String(format!("{word:?}"));
    let px = |px: model::Px| if px.is_zero() { Value::Null } else { figures::px(px).into() };
    let qty = |qty: Qty| Value::String(figures::qty(qty));
    vec![
        view.order_id.0.into(),
        view.cl_ord_id.as_str().into(),
        names::session(state, view.session).into(),
        names::account(state, view.account).into(),
        names::symbol(state, view.instrument).into(),
        word(&view.side),
        word(&view.ord_type),
        word(&view.time_in_force),
        word(&view.ord_status),
        qty(view.order_qty),
        px(view.price),
        px(view.stop_px),
        qty(view.cum_qty),
        qty(view.leaves_qty()),
        px(view.avg_px()),
        px(order.worst_px),
        figures::money(order.reserved).into(),
        qty(order.open_qty),
        names::venue(state, order.venue).into(),
        order.at_venue.into(),
        pending(order).map_or(Value::Null, Value::String),
        held(order).map_or(Value::Null, Value::String),
        state.is_in_doubt(order).into(),
    ]
}

/// What waits for the venue.
fn pending(order: &Order) -> Option<String> {
    let pending = &order.pending;
    let cancel = (!pending.cancel.is_empty()).then(|| format!("cancel {}", pending.cancel));
    let ending = pending.ending.map(|cause| format!("cancel for {cause:?}"));
    let replaces = pending.replaces().map(|replace| format!("replace {}", replace.cl_ord_id));
    let all: Vec<String> = cancel.into_iter().chain(ending).chain(replaces).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What an order waits for that Millrace holds.
fn held(order: &Order) -> Option<String> {
    let hold = order.hold();
    let reasons = [(hold.price, "price"), (hold.parent, "another order"), (hold.session, "trading session")];
    let all: Vec<&str> = reasons.into_iter().filter_map(|(held, why)| held.then_some(why)).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

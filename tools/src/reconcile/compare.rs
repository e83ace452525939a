//! From both sides to the breaks between them.

use std::collections::{BTreeMap, BTreeSet};

use model::Side;

use super::broker_file::{self, Statement};
use super::ours::{Fill, Order, Ours};
use super::{Break, Kind, Tolerance};
use crate::figures::scaled;

/// What our own record has no answer for: orders in doubt, and fills that a broker counted and did not tell of.
pub(super) fn unanswered(ours: &Ours, accounts: &BTreeSet<String>) -> Vec<Break> {
    let mut breaks = Vec::new();
    for (order_id, order) in ours.orders.iter().filter(|(_, order)| accounts.contains(&order.account)) {
        let subject = format!("order {order_id}");
        if order.in_doubt {
            let one = Break::new(Kind::OrderInDoubt, &order.account, &order.symbol, subject.clone(), "");
            breaks.push(one.valued(order_words(order), "unknown"));
        }
        if order.missing > 0 {
            let one = Break::new(Kind::FillsMissing, &order.account, &order.symbol, subject, "filled");
            breaks.push(one.valued(qty(order.filled), qty(order.filled.saturating_add(order.missing))));
        }
    }
    breaks
}

pub(super) fn against(
    ours: &Ours,
    theirs: &Statement,
    accounts: &BTreeSet<String>,
    tolerance: Tolerance,
) -> Vec<Break> {
    let mut breaks = Vec::new();
    if let Some(positions) = &theirs.positions {
        let here = theirs.reach.as_ref().map(|reach| reach.of_ours(&ours.positions));
        compare_positions(here.as_ref().unwrap_or(&ours.positions), positions, accounts, tolerance, &mut breaks);
    }
    for (account, there) in theirs.cash.iter().flatten() {
        let here = ours.cash.get(account).copied();
        if here != Some(*there) {
            let one = Break::new(Kind::Cash, account, "", String::new(), "");
            let above = here.is_none_or(|here| (here - there).abs() > tolerance.cash);
            let shown = here.map_or_else(|| "no such account".to_owned(), |here| scaled(here, 16));
            breaks.push(Break { above, ..one.valued(shown, scaled(*there, 16)) });
        }
    }
    if let Some(orders) = &theirs.orders {
        compare_orders(ours, orders, accounts, &mut breaks);
    }
    if let Some(executions) = &theirs.executions {
        compare_fills(ours, executions, accounts, &mut breaks);
    }
    breaks
}

/// What one side does not mention it has none of.
fn compare_positions(
    ours: &BTreeMap<(String, String), i64>,
    theirs: &BTreeMap<(String, String), i64>,
    accounts: &BTreeSet<String>,
    tolerance: Tolerance,
    breaks: &mut Vec<Break>,
) {
    let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    for key in keys.into_iter().filter(|(account, _)| accounts.contains(account)) {
        let of = |side: &BTreeMap<(String, String), i64>| side.get(key).copied().unwrap_or(0);
        let (here, there) = (of(ours), of(theirs));
        if here != there {
            let one = Break::new(Kind::Position, &key.0, &key.1, String::new(), "qty");
            let above = here.abs_diff(there) > tolerance.qty.unsigned_abs();
            breaks.push(Break { above, ..one.valued(qty(here), qty(there)) });
        }
    }
}

fn compare_orders(ours: &Ours, theirs: &[broker_file::Order], accounts: &BTreeSet<String>, breaks: &mut Vec<Break>) {
    let mut met = BTreeSet::new();
    for order in theirs {
        let order_id = ours.adopted(&order.name).or(order.order_id);
        let known = order_id.and_then(|id| ours.orders.get(&id).map(|known| (id, known)));
        let Some((order_id, known)) = known else {
            let subject = format!("order {}", order.name);
            let there = words(order.side, order.qty, order.price, order.filled);
            let one = Break::new(Kind::OrderUnknownHere, &order.account, &order.symbol, subject, "");
            breaks.push(one.valued("", there));
            continue;
        };
        met.insert(order_id);
        let side = |side: Side| format!("{side:?}").to_lowercase();
        let fields = [
            ("account", known.account.clone(), order.account.clone()),
            ("symbol", known.symbol.clone(), order.symbol.clone()),
            ("side", side(known.side), side(order.side)),
            ("qty", qty(known.qty), qty(order.qty)),
            ("price", qty(known.price), qty(order.price)),
            ("filled", qty(known.filled), qty(order.filled)),
        ];
        differing(Kind::OrderDiffers, &known.account, &known.symbol, &format!("order {order_id}"), fields, breaks);
    }
    // What Millrace holds no broker knows.
    let own = ours.orders.iter().filter(|(_, order)| order.at_venue && accounts.contains(&order.account));
    for (order_id, order) in own.filter(|(order_id, _)| !met.contains(order_id)) {
        let subject = format!("order {order_id}");
        let one = Break::new(Kind::OrderUnknownThere, &order.account, &order.symbol, subject, "");
        breaks.push(one.valued(order_words(order), ""));
    }
}

fn compare_fills(ours: &Ours, theirs: &[broker_file::Execution], accounts: &BTreeSet<String>, breaks: &mut Vec<Break>) {
    let names = |fill: &'_ Fill| fill.venue_exec_ids.iter().map(|name| (fill.order_id, *name)).collect::<Vec<_>>();
    let by_name: BTreeMap<_, &Fill> =
        ours.fills.iter().flat_map(|fill| names(fill).into_iter().map(move |name| (name, fill))).collect();
    let mut met = BTreeSet::new();
    for execution in theirs {
        let order_id = ours.adopted(&execution.name).or(execution.order_id);
        let name = order_id.and_then(|id| Some((id, ours.venue_exec_id(id, &execution.exec_id)?)));
        let subject = format!("{} of order {}", execution.exec_id, execution.name);
        let Some(known) = name.and_then(|name| by_name.get(&name).copied()) else {
            let there = format!("{:?} {} at {}", execution.side, qty(execution.qty), qty(execution.price));
            let one = Break::new(Kind::FillUnknownHere, &execution.account, &execution.symbol, subject, "");
            breaks.push(one.valued("", there.to_lowercase()));
            continue;
        };
        met.insert(known.exec_id);
        let side = |side: Side| format!("{side:?}").to_lowercase();
        let fields = [
            ("account", known.account.clone(), execution.account.clone()),
            ("symbol", known.symbol.clone(), execution.symbol.clone()),
            ("side", side(known.side), side(execution.side)),
            ("qty", qty(known.qty), qty(execution.qty)),
            ("price", qty(known.price), qty(execution.price)),
        ];
        differing(Kind::FillDiffers, &known.account, &known.symbol, &subject, fields, breaks);
    }
    let own = ours.fills.iter().filter(|fill| accounts.contains(&fill.account));
    for fill in own.filter(|fill| !met.contains(&fill.exec_id)) {
        let subject = format!("{} of order {}", fill.exec_id, fill.order_id);
        let here = format!("{:?} {} at {}", fill.side, qty(fill.qty), qty(fill.price)).to_lowercase();
        let one = Break::new(Kind::FillUnknownThere, &fill.account, &fill.symbol, subject, "");
        breaks.push(one.valued(here, ""));
    }
}

fn differing<const N: usize>(
    kind: Kind,
    account: &str,
    symbol: &str,
    subject: &str,
    fields: [(&'static str, String, String); N],
    breaks: &mut Vec<Break>,
) {
    for (field, here, there) in fields.into_iter().filter(|(_, here, there)| here != there) {
        breaks.push(Break::new(kind, account, symbol, subject.to_owned(), field).valued(here, there));
    }
}

fn order_words(order: &Order) -> String {
    words(order.side, order.qty, order.price, order.filled)
}

fn words(side: Side, order_qty: i64, price: i64, filled: i64) -> String {
    let side = if side == Side::Buy { "buy" } else { "sell" };
    let price = if price == 0 { "market".to_owned() } else { qty(price) };
    format!("{side} {} at {price}, {} filled", qty(order_qty), qty(filled))
}

/// Quantities and prices have eight places both.
fn qty(units: i64) -> String {
    scaled(i128::from(units), 8)
}

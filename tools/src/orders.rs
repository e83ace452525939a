//! The orders in doubt of the running daemon as a table, from its `/orders/in-doubt`.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use gateway::http::InDoubt;

use crate::daemon::Daemon;

/// Asks, and writes a table or the JSON itself.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn in_doubt(daemon: &Daemon, json: bool) -> Result<String> {
    let answer = daemon.get("/orders/in-doubt")?;
    if json {
        return Ok(serde_json::to_string_pretty(&answer)?);
    }
    let orders = serde_json::from_value(answer).context("the daemon's /orders/in-doubt is no list of orders")?;
    Ok(table(orders))
}

fn table(orders: Vec<InDoubt>) -> String {
    if orders.is_empty() {
        return "no order is in doubt".to_owned();
    }
    let mut text = format!(
        "{:<20} {:<12} {:<12} {:<10} {:<8} {:<4} {:>12} {:>12} {:>12}  {:<16} PROPOSED\n",
        "ORDER", "BROKER", "SESSION", "ACCOUNT", "SYMBOL", "SIDE", "QTY", "FILLED", "RESERVED", "STATUS"
    );
    for order in orders {
        let proposed = order.proposed.map_or_else(String::new, |word| format!("{} by {}", word.outcome, word.actor));
        let line = format!(
            "{:<20} {:<12} {:<12} {:<10} {:<8} {:<4} {:>12} {:>12} {:>12}  {:<16} {proposed}",
            order.order_id,
            order.broker,
            order.session,
            order.account,
            order.symbol,
            order.side,
            order.order_qty,
            order.cum_qty,
            order.leaves_qty,
            order.ord_status,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.pop();
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use gateway::http::Proposed;

    #[test]
    fn table_says_what_each_order_keeps_and_what_was_proposed() {
        assert_eq!(table(Vec::new()), "no order is in doubt");
        let order = InDoubt {
            order_id: 4711,
            broker: "PRIME".to_owned(),
            leaves_qty: "60".to_owned(),
            ord_status: "PartiallyFilled".to_owned(),
            proposed: Some(Proposed { outcome: "canceled".to_owned(), actor: "ann".to_owned(), ..Proposed::default() }),
            ..InDoubt::default()
        };
        let text = table(vec![order]);
        let line = text.lines().nth(1).expect("a line for the order");
        assert!(line.starts_with("4711 ") && line.ends_with("60  PartiallyFilled  canceled by ann"), "{text}");
    }
}

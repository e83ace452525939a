//! The overrides of the running daemon as a table, from its `/overrides`.

use anyhow::{Context as _, Result};
use gateway::views::OverrideStatus;
use model::EngineTime;

use crate::columns::aligned;
use crate::daemon::Daemon;
use crate::figures;

/// Asks, and writes a table or the JSON itself.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn list(daemon: &Daemon, json: bool) -> Result<String> {
    let answer = daemon.get("/overrides")?;
    if json {
        return Ok(serde_json::to_string_pretty(&answer)?);
    }
    let listed = serde_json::from_value::<Vec<OverrideStatus>>(answer);
    Ok(table(&listed.context("the daemon's /overrides is no list of overrides")?))
}

fn table(listed: &[OverrideStatus]) -> String {
    if listed.is_empty() {
        return "nobody asked for an override".to_owned();
    }
    let rows = listed.iter().map(|one| {
        let price = one.price.as_ref().map_or_else(|| "any price".to_owned(), Clone::clone);
        [
            one.asked_at.to_string(),
            one.state.clone(),
            one.session.clone(),
            one.account.clone(),
            format!("{} {} {} at {price}", one.side, one.order_qty, one.symbol),
            figures::time(EngineTime(one.expires_ns)),
            one.used
                .as_ref()
                .map_or_else(|| "-".to_owned(), |used| format!("order {} past {}", used.order_id, used.check)),
            who(one),
        ]
    });
    aligned(["OVERRIDE", "STATE", "SESSION", "ACCOUNT", "AT MOST", "UNTIL", "USED BY", "WHO AND WHY"], rows.collect())
}

fn who(one: &OverrideStatus) -> String {
    let asked = format!("{}: {}", one.actor, one.reason);
    match one.settled_by.as_str() {
        "" => asked,
        by => format!("{asked}; {by}: {}", one.settled_because),
    }
}

#[cfg(test)]
mod tests {
    use gateway::views::Used;

    use super::*;

    #[test]
    fn table_says_who_let_which_order_pass() {
        assert_eq!(table(&[]), "nobody asked for an override");
        let one = OverrideStatus {
            asked_at: 7,
            state: "used".to_owned(),
            side: "buy".to_owned(),
            order_qty: "20".to_owned(),
            symbol: "ACME".to_owned(),
            actor: "ann".to_owned(),
            reason: "client called".to_owned(),
            settled_by: "bob".to_owned(),
            settled_because: "seen".to_owned(),
            used: Some(Used { seq: 9, order_id: 9, check: "MAX_ORDER_QTY".to_owned() }),
            ..OverrideStatus::default()
        };
        let text = table(&[one]);
        let line = text.lines().nth(1).expect("a line for the override");
        assert!(line.contains("buy 20 ACME at any price") && line.contains("order 9 past MAX_ORDER_QTY"), "{line}");
        assert!(line.ends_with("ann: client called; bob: seen"), "{line}");
    }
}

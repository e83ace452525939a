//! The stopped scopes of the running daemon as a table, from its `/kills`.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use gateway::views::KillStatus;

use crate::daemon::Daemon;

/// Asks, and writes a table or the JSON itself.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn run(daemon: &Daemon, json: bool) -> Result<String> {
    let answer = daemon.get("/kills")?;
    if json {
        return Ok(serde_json::to_string_pretty(&answer)?);
    }
    Ok(table(&serde_json::from_value::<Vec<KillStatus>>(answer).context("the daemon's /kills is no list of scopes")?))
}

fn table(kills: &[KillStatus]) -> String {
    if kills.is_empty() {
        return "nothing is killed, halted or reducing".to_owned();
    }
    let mut text = format!(
        "{:<10} {:<12} {:<9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11} {:>8}  {:<12} WHO AND WHY\n",
        "SCOPE",
        "NAME",
        "STATE",
        "AT START",
        "LIVE",
        "CANCELED",
        "FILLED",
        "IN DOUBT",
        "RETRIES",
        "UNREACHABLE",
        "OVERDUE",
        "ZERO AFTER"
    );
    for kill in kills {
        let zero = kill.zero_after_ns.map_or_else(|| "-".to_owned(), seconds);
        let state = if kill.released.is_some() { "released" } else { &kill.state };
        let release = kill.released.as_ref().map_or_else(String::new, |release| {
            format!("; {} by {}: {}", release.state, release.actor, release.reason)
        });
        let _ = writeln!(
            text,
            "{:<10} {:<12} {state:<9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11} {:>8}  {zero:<12} {}: {}{release}",
            kill.scope,
            kill.name,
            kill.live_at_start,
            kill.live,
            kill.canceled,
            kill.filled,
            kill.in_doubt,
            kill.retries,
            kill.unreachable,
            kill.overdue,
            kill.actor,
            kill.reason,
        );
    }
    text.pop();
    text
}

/// Seconds, to the microsecond.
pub fn seconds(ns: i64) -> String {
    format!("{}.{:06} s", ns / 1_000_000_000, ns % 1_000_000_000 / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_says_how_far_each_scope_is() {
        assert_eq!(table(&[]), "nothing is killed, halted or reducing");
        let kill = KillStatus {
            scope: "trader".to_owned(),
            name: "JANE".to_owned(),
            state: "killed".to_owned(),
            actor: "ann".to_owned(),
            reason: "runs away".to_owned(),
            live_at_start: 7,
            zero_after_ns: Some(1_234_567_890),
            ..KillStatus::default()
        };
        let text = table(&[kill]);
        let line = text.lines().nth(1).expect("a line for the scope");
        assert!(line.starts_with("trader     JANE         killed           7"), "{text}");
        assert!(line.ends_with("1.234567 s   ann: runs away"), "{text}");
    }
}

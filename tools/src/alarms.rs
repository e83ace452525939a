//! The last alarms of the running daemon as a table, from its `/alarms`.

use anyhow::{Context as _, Result};
use gateway::views::AlarmStatus;
use model::EngineTime;

use crate::columns::aligned;
use crate::daemon::Daemon;
use crate::figures;

/// Asks, and writes a table or the JSON itself, the newest first.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn list(daemon: &Daemon, json: bool) -> Result<String> {
    let answer = daemon.get("/alarms")?;
    if json {
        return Ok(serde_json::to_string_pretty(&answer)?);
    }
    let alarms = serde_json::from_value::<Vec<AlarmStatus>>(answer);
    Ok(table(&alarms.context("the daemon's /alarms is no list of alarms")?))
}

fn table(alarms: &[AlarmStatus]) -> String {
    if alarms.is_empty() {
        return "no alarm".to_owned();
    }
    let rows = alarms.iter().map(|alarm| {
        [
            alarm.seq.to_string(),
            figures::time(EngineTime(alarm.time_ns)),
            alarm.alarm.clone(),
            format!("{} {}", alarm.scope, alarm.name).trim_end().to_owned(),
            alarm.symbol.clone(),
            alarm.told_after_ns.map_or_else(|| "-".to_owned(), figures::span),
            alarm.what.clone(),
        ]
    });
    aligned(["FRAME", "TIME", "ALARM", "WHOSE", "SYMBOL", "TOLD AFTER", "WHAT"], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_says_whose_alarm_it_is_and_how_late_it_was_told() {
        assert_eq!(table(&[]), "no alarm");
        let alarm = AlarmStatus {
            seq: 7,
            alarm: "order_to_trade".to_owned(),
            scope: "strategy".to_owned(),
            name: "ARB".to_owned(),
            what: "45 messages for each fill".to_owned(),
            told_after_ns: Some(1_500_000),
            ..AlarmStatus::default()
        };
        let text = table(&[alarm]);
        let line = text.lines().nth(1).expect("a line for the alarm");
        assert!(
            line.contains("order_to_trade  strategy ARB") && line.ends_with("1500 us     45 messages for each fill"),
            "{line}"
        );
    }
}

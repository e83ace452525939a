//! The FIX sessions of the running daemon as a table, from its `/status`.

use std::fmt::Write;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::daemon::Daemon;

/// Head of each column and the field of `/status` behind it.
const COLUMNS: [(&str, &str); 7] = [
    ("SESSION", "target_comp_id"),
    ("OURS", "sender_comp_id"),
    ("STATE", "logged_on"),
    ("PEER", "peer"),
    ("NEXT IN", "next_in"),
    ("NEXT OUT", "next_out"),
    ("WAITING BYTES", "waiting_bytes"),
];

/// Asks, and writes a table or the JSON itself.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn run(daemon: &Daemon, json: bool) -> Result<String> {
    let status = daemon.get("/status")?;
    let Some(sessions) = status["fix"].as_array() else { bail!("the daemon's /status has no FIX sessions") };
    if json { Ok(serde_json::to_string_pretty(sessions)?) } else { Ok(table(sessions)) }
}

fn table(sessions: &[Value]) -> String {
    let cell = |session: &Value, field: &str| match &session[field] {
        Value::Bool(true) => "logged on".to_owned(),
        Value::Bool(false) => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let heads = COLUMNS.map(|(head, _)| head.to_owned());
    let rows: Vec<[String; 7]> =
        sessions.iter().map(|session| COLUMNS.map(|(_, field)| cell(session, field))).collect();
    let all = || std::iter::once(&heads).chain(&rows);
    let widths: [usize; 7] =
        core::array::from_fn(|column| all().map(|row| row[column].len()).max().unwrap_or_default());
    let mut text = String::new();
    for row in all() {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            // Words begin together, numbers end together.
            let _ = if column < 4 { write!(line, "{cell:<width$}  ") } else { write!(line, "{cell:>width$}  ") };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.pop();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_lines_up_and_says_who_is_there() {
        let sessions = [
            serde_json::json!({ "target_comp_id": "CLIENT1", "sender_comp_id": "MILL", "logged_on": true,
                "peer": "127.0.0.1:40000", "next_in": 1234, "next_out": 7, "waiting_bytes": 0 }),
            serde_json::json!({ "target_comp_id": "C2", "sender_comp_id": "MILL", "logged_on": false,
                "peer": "", "next_in": 1, "next_out": 1, "waiting_bytes": 0 }),
        ];
        let expected = "\
SESSION  OURS  STATE      PEER             NEXT IN  NEXT OUT  WAITING BYTES
CLIENT1  MILL  logged on  127.0.0.1:40000     1234         7              0
C2       MILL  -          -                      1         1              0";
        assert_eq!(table(&sessions), expected);
    }
}

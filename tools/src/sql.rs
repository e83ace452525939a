//! `millrace sql "..."`: the analytics for a person, from the file while no daemon runs, else from the daemon that has it
//! open.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use store::{Failure, QueryLimits};

use crate::daemon::Daemon;

/// Runs one reading statement on the database at `path`, or at the daemon that holds it, and lays the rows out as a
/// table, or as JSON.
///
/// # Errors
/// What is wrong with the statement, or why neither file nor daemon answers.
pub fn run(statement: &str, path: &Path, daemon: &Daemon, as_json: bool) -> Result<String> {
    let Answer { columns, rows, truncated } = ask(statement, path, daemon)?;
    if as_json {
        return Ok(json!({ "columns": columns, "rows": rows, "truncated": truncated }).to_string());
    }
    Ok(lay_out(&columns, &rows, truncated))
}

/// Rows, and whether there are more.
pub(crate) struct Answer {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) truncated: bool,
}

/// Asks the file, or the daemon that holds it.
pub(crate) fn ask(statement: &str, path: &Path, daemon: &Daemon) -> Result<Answer> {
    match store::open_read_only(path) {
        Ok(connection) => {
            let table = store::query(&connection, statement, QueryLimits::default())?;
            let columns = table.columns.into_iter().map(|column| column.name).collect();
            let rows = table.rows.into_iter().map(|row| row.into_iter().map(Value::from).collect()).collect();
            Ok(Answer { columns, rows, truncated: table.truncated })
        }
        Err(Failure::Locked { .. }) => Ok(answer(&daemon.post("/sql", &json!({ "sql": statement }))?)),
        Err(other) => Err(other.into()),
    }
}

fn answer(answer: &Value) -> Answer {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    Answer {
        columns: list(&answer["columns"]).iter().map(show).collect(),
        rows: list(&answer["rows"]).iter().map(list).collect(),
        truncated: answer["truncated"].as_bool().unwrap_or(false),
    }
}

pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn lay_out(columns: &[String], rows: &[Vec<Value>], truncated: bool) -> String {
    let shown: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(show).collect()).collect();
    let width = |at: usize| {
        let cells = shown.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain([columns[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  ");
    let mut lines = vec![line(columns), rule];
    lines.extend(shown.iter().map(|row| line(row)));
    if truncated {
        lines.push("(more rows; ask for fewer)".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_pads_each_column_to_its_widest_cell() {
        let columns = ["a".to_owned(), "long".to_owned()];
        let rows = [vec![json!("wide"), json!(1)], vec![Value::Null, json!("x")]];
        assert_eq!(lay_out(&columns, &rows, false), "a     long\n----  ----\nwide  1\n      x");
    }
}

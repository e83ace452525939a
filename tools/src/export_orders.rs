//! `millrace export orders`: the record of orders for a regulator, one line for each thing that befell one, from the
//! analytics, while the daemon runs or not. A second file says what each column is in the regulator's words, and which of
//! his fields are not held.

mod fields;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use self::fields::{ABSENT, COLUMNS};
use crate::csv::{line, through_csv, whole};
use crate::daemon::Daemon;
use crate::journal_seal::Day;
use crate::sql::{self, show};

/// Rows asked for at a time; fewer than one answer may have.
const PAGE: usize = 5_000;

/// Whose records: all that is given must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chosen {
    /// OrderID(37).
    pub order: Option<u64>,
    /// TargetCompID(56) of the session: who trades.
    pub session: Option<String>,
    /// Account(1).
    pub account: Option<String>,
    /// UTC.
    pub day: Option<Day>,
}

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// RFC 4180.
    Csv,
    /// With types: exact decimals, times in nanoseconds.
    Parquet,
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exported {
    /// Lines, without the names of the columns.
    pub rows: u64,
    /// The last frame that was looked at: what came later is not in the file.
    pub through: u64,
    /// The columns in the regulator's words.
    pub fields: PathBuf,
}

/// Writes `out`, and beside it the list of its columns.
///
/// # Errors
/// Where neither file nor daemon answers, nothing was found, or a file exists or cannot be written.
pub fn run(chosen: &Chosen, database: &Path, daemon: &Daemon, form: Form, out: &Path) -> Result<Exported> {
    let ask = |statement: &str| Ok(sql::ask(statement, database, daemon)?.rows);
    let fields = PathBuf::from(format!("{}.fields.csv", out.display()));
    let written = whole(&fields, write_fields).and_then(|()| {
        let mut exported = Exported { rows: 0, through: 0, fields: fields.clone() };
        let columns: Vec<(&str, &str)> = COLUMNS.iter().map(|column| (column.name, column.kind)).collect();
        let mut write = |path: &Path| whole(path, |file| write_orders(chosen, &ask, file, &mut exported));
        match form {
            Form::Csv => write(out)?,
            Form::Parquet => through_csv(out, &columns, write)?,
        }
        Ok(exported)
    });
    if written.is_err() && !out.exists() {
        let _ = fs::remove_file(&fields);
    }
    written
}

fn write_fields(file: &mut impl Write) -> Result<()> {
    line(file, ["column", "rts_24_field", "held", "meaning"])?;
    for column in COLUMNS {
        line(file, [column.name, column.rts_24, "yes", column.meaning])?;
    }
    for (rts_24, why) in ABSENT {
        line(file, ["", rts_24, "no", why])?;
    }
    Ok(())
}

fn write_orders(
    chosen: &Chosen,
    ask: &impl Fn(&str) -> Result<Vec<Vec<Value>>>,
    file: &mut impl Write,
    exported: &mut Exported,
) -> Result<()> {
    let number = |cell: Option<&Value>| cell.map(show).and_then(|text| text.parse::<u64>().ok());
    let cursor = ask("SELECT last_seq FROM flush_cursor")?;
    exported.through = number(cursor.first().and_then(|row| row.first())).context("the analytics hold nothing yet")?;
    line(file, COLUMNS.iter().map(|column| column.name))?;
    let mut after = (0, 0);
    loop {
        let rows = ask(&page(chosen, after, exported.through))?;
        for row in &rows {
            line(file, row.iter().map(show))?;
        }
        exported.rows += rows.len() as u64;
        let Some(last) = rows.last().filter(|_| rows.len() == PAGE) else { break };
        let place = number(last.first()).zip(number(last.get(1)));
        after = place.context("a row came without its place in the journal")?;
    }
    if exported.rows == 0 {
        bail!("the analytics hold nothing about that, through frame {}", exported.through);
    }
    Ok(())
}

/// The next rows after this place. Each row that an earlier answer had is left out, so pages neither overlap nor leave gaps:
/// rows are only ever appended.
fn page(chosen: &Chosen, (seq, index): (u64, u64), through: u64) -> String {
    let mut conditions = vec![format!("seq <= {through} AND (seq > {seq} OR (seq = {seq} AND idx > {index}))")];
    if seq == 0 {
        conditions = vec![format!("seq <= {through}")];
    }
    conditions.extend(chosen.order.map(|order| format!("order_id = {order}")));
    conditions.extend(chosen.session.as_deref().map(|session| format!("session = {}", quoted(session))));
    // The refusal of a cancel does not name the account; its order does.
    conditions.extend(chosen.account.as_deref().map(quoted).map(|account| {
        format!(
            "(account = {account} OR (account IS NULL AND order_id > 0 AND order_id IN \
             (SELECT order_id FROM executions WHERE account = {account})))"
        )
    }));
    conditions.extend(chosen.day.map(|day| format!("CAST(time AS DATE) = DATE '{day}'")));
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("{} AS {}", column.from, column.name)).collect();
    format!(
        "SELECT {} FROM (SELECT * FROM executions WHERE {} ORDER BY seq, idx LIMIT {PAGE}) AS e \
         LEFT JOIN frames AS f ON f.seq = e.seq LEFT JOIN refusals AS r ON r.seq = e.seq AND r.idx = e.idx \
         LEFT JOIN instruments AS i ON i.symbol = e.symbol ORDER BY e.seq, e.idx",
        columns.join(", "),
        conditions.join(" AND "),
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests;

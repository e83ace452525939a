//! Answers for people: a bounded table of text cells, with the types that DuckDB gave them.

use duckdb::{Connection, types::Value};
use serde::Serialize;

use crate::guard::{Reading, Refused, scan};

/// What one query may cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueryLimits {
    /// Rows returned.
    pub rows: usize,
    /// Bytes of text returned.
    pub bytes: usize,
    /// Milliseconds, waiting included.
    pub millis: u64,
}

impl Default for QueryLimits {
    fn default() -> Self {
        QueryLimits { rows: 10_000, bytes: 16 << 20, millis: 10_000 }
    }
}

/// A column of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// DuckDB's name of its type, as `DECIMAL(28,8)`.
    pub kind: String,
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// In order.
    pub columns: Vec<Column>,
    /// Cells as DuckDB prints them; `None` is NULL. Decimals keep all their digits.
    pub rows: Vec<Vec<Option<String>>>,
    /// Are there more rows than the limits let through?
    pub truncated: bool,
}

impl Table {
    /// Rows as JSON objects: integers and booleans as such, everything else as text, so that no decimal loses a digit.
    pub fn to_json(&self) -> serde_json::Value {
        let objects = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(row);
            cells.map(|(column, cell)| (column.name.clone(), cell_to_json(&column.kind, cell.as_deref()))).collect()
        });
        serde_json::Value::Array(objects.map(serde_json::Value::Object).collect())
    }

    /// The first cell as an integer, for counts.
    pub fn first_integer(&self) -> Option<i128> {
        self.rows.first()?.first()?.as_deref()?.parse().ok()
    }
}

fn cell_to_json(kind: &str, cell: Option<&str>) -> serde_json::Value {
    let Some(text) = cell else { return serde_json::Value::Null };
    let value = match kind {
        "BOOLEAN" => text.parse::<bool>().ok().map(Into::into),
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" => text.parse::<i64>().ok().map(Into::into),
        "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT" => text.parse::<u64>().ok().map(Into::into),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}

/// Runs one reading statement, in a transaction that can write nothing and is rolled back.
///
/// # Errors
/// [`Refused`], with DuckDB's own words where it is DuckDB that refuses.
pub fn query(connection: &Connection, text: &str, limits: QueryLimits) -> Result<Table, Refused> {
    let reading = scan(text)?;
    let refused = |error: duckdb::Error| Refused::Database(error.to_string());
    connection.execute_batch("BEGIN TRANSACTION READ ONLY").map_err(refused)?;
    let answer = read(connection, reading, limits).map_err(refused);
    let ended = connection.execute_batch("ROLLBACK");
    let table = answer?;
    ended.map_err(refused)?;
    Ok(table)
}

fn read(connection: &Connection, reading: Reading<'_>, limits: QueryLimits) -> duckdb::Result<Table> {
    let statement = reading.statement;
    if reading.explain {
        let plan = cells(connection, &format!("EXPLAIN SELECT * FROM (\n{statement}\n)"), 2, limits)?;
        let column = |name: &str| Column { name: name.to_owned(), kind: "VARCHAR".to_owned() };
        return Ok(Table { columns: vec![column("plan"), column("text")], ..plan });
    }
    let described = format!("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM (\n{statement}\n))");
    let described = cells(connection, &described, 2, QueryLimits { rows: 10_000, ..limits })?;
    let columns: Vec<Column> = described
        .rows
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter().map(Option::unwrap_or_default);
            Column { name: cells.next().unwrap_or_default(), kind: cells.next().unwrap_or_default() }
        })
        .collect();
    let most = limits.rows.saturating_add(1);
    let wrapped = format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n{statement}\n) LIMIT {most}");
    let table = cells(connection, &wrapped, columns.len(), limits)?;
    Ok(Table { columns, ..table })
}

fn cells(connection: &Connection, sql: &str, columns: usize, limits: QueryLimits) -> duckdb::Result<Table> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut table = Table::default();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        if table.rows.len() >= limits.rows || bytes > limits.bytes {
            table.truncated = true;
            break;
        }
        let mut cells = Vec::with_capacity(columns);
        for index in 0..columns {
            let cell = match row.get::<_, Value>(index)? {
                Value::Null => None,
                Value::Text(text) => Some(text),
                other => Some(format!("{other:?}")),
            };
            bytes += cell.as_ref().map_or(1, String::len);
            cells.push(cell);
        }
        table.rows.push(cells);
    }
    Ok(table)
}

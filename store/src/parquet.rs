//! A CSV file as Parquet, by a database of its own that holds nothing: the one with the history may touch no other file.

use std::path::Path;

use duckdb::{Config, Connection};

/// Reads `csv`, whose first line names the columns, and writes `out` with these names and DuckDB types; an empty cell is NULL.
/// An existing `out` is replaced.
///
/// # Errors
/// With DuckDB's words, where a cell is not of its type or a file cannot be read or written; `out` may be there in part.
pub fn parquet_of_csv(csv: &Path, columns: &[(&str, &str)], out: &Path) -> duckdb::Result<()> {
    let config = Config::default()
        .threads(1)?
        .with("autoinstall_known_extensions", "false")?
        .with("autoload_known_extensions", "false")?
        .with("allow_community_extensions", "false")?;
    let cast = |(name, kind): &(&str, &str)| match *kind {
        // RFC 3339's Z is no part of a timestamp without a zone.
        "TIMESTAMP_NS" => format!("CAST(rtrim({name}, 'Z') AS {kind}) AS {name}"),
        _ => format!("CAST({name} AS {kind}) AS {name}"),
    };
    let typed: Vec<String> = columns.iter().map(cast).collect();
    Connection::open_in_memory_with_flags(config)?.execute_batch(&format!(
        "COPY (SELECT {} FROM read_csv({}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')) \
         TO {} (FORMAT parquet, COMPRESSION zstd)",
        typed.join(", "),
        quoted(csv),
        quoted(out),
    ))
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_digits_and_empty_ones_are_null() {
        let folder = tempfile::tempdir().unwrap();
        let (csv, out) = (folder.path().join("it's.csv"), folder.path().join("out.parquet"));
        let time = "2026-11-22T02:12:28.267040019";
        std::fs::write(&csv, format!("time,px,word\r\n{time}Z,92233720368.54775807,\"a,\"\"b\"\"\"\r\n,,\r\n"))
            .unwrap();
        let columns = [("time", "TIMESTAMP_NS"), ("px", "DECIMAL(28,8)"), ("word", "VARCHAR")];
        parquet_of_csv(&csv, &columns, &out).unwrap();
        let connection = Connection::open_in_memory().unwrap();
        let ask = |what: &str| -> String {
            let statement = format!("SELECT {what} FROM read_parquet({})", quoted(&out));
            connection.query_row(&statement, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(ask("max(CAST(px AS VARCHAR))"), "92233720368.54775807");
        assert_eq!(ask("max(CAST(time AS VARCHAR))"), time.replace('T', " "));
        assert_eq!(ask("max(word)"), "a,\"b\"");
        assert_eq!(
            ask("CAST(count(*) || '-' || count(px) || '-' || count(time) || '-' || count(word) AS VARCHAR)"),
            "2-1-1-1"
        );
        assert!(parquet_of_csv(&csv, &[("word", "UBIGINT")], &out).is_err());
    }
}

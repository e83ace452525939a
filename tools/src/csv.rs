//! Files of rows: CSV as RFC 4180 has it, and Parquet by way of one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// A new file, or none.
pub(crate) fn whole(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(File::create_new(path).with_context(cannot)?);
    let written = write(&mut file).and_then(|()| file.flush().with_context(cannot));
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Parquet by way of a CSV beside it, which is gone afterwards; each column with its DuckDB type.
pub(crate) fn through_csv(out: &Path, columns: &[(&str, &str)], write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if out.exists() {
        bail!("cannot write {}: it exists", out.display());
    }
    let csv = PathBuf::from(format!("{}.csv.tmp", out.display()));
    write(&csv)?;
    let written = store::parquet_of_csv(&csv, columns, out);
    let _ = fs::remove_file(&csv);
    written.with_context(|| format!("cannot write {}", out.display()))
}

/// A line.
pub(crate) fn line<T: AsRef<str>>(file: &mut impl Write, cells: impl IntoIterator<Item = T>) -> Result<()> {
    let mut text = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        let cell = cell.as_ref();
        if at > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
    file.write_all(text.as_bytes()).context("cannot write")
}

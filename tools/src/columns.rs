//! Tables for people: columns as wide as what is in them.

use std::fmt::Write as _;

/// A line for the headings and one for each row; the last column is as long as it is.
pub(crate) fn aligned<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut widths = headings.map(|heading| heading.len());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let lines = std::iter::once(headings.map(str::to_owned)).chain(rows);
    let mut text = String::new();
    for line in lines {
        let mut written = String::new();
        for (cell, width) in line.iter().zip(widths) {
            let _ = write!(written, "{cell:<width$}  ");
        }
        text.push_str(written.trim_end());
        text.push('\n');
    }
    text.pop();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_end_where_words_do() {
        let rows = vec![["1", "long one", "x"].map(str::to_owned), ["22", "", ""].map(str::to_owned)];
        assert_eq!(aligned(["A", "B", "C"], rows), "A   B         C\n1   long one  x\n22");
    }
}

//! Rows under headings, for a person and for a program: the same cells as aligned text and as JSON.

use serde_json::{Map, Value};

/// A table with a title. A heading is the key of its cells in JSON.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    title: String,
    headings: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// Without rows yet.
    pub fn new(title: impl Into<String>, headings: &[&str]) -> Table {
        let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        Table { title: title.into(), headings, rows: Vec::new() }
    }

    /// One more row, a cell under each heading.
    pub fn push(&mut self, row: Vec<Value>) {
        assert_eq!(row.len(), self.headings.len(), "a cell under each heading of {}", self.title);
        self.rows.push(row);
    }

    /// Its name.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its rows.
    pub fn rows(&self) -> &[Vec<Value>] {
        &self.rows
    }

    /// The rows as objects.
    pub fn to_json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let cells = self.headings.iter().cloned().zip(row.iter().cloned());
            Value::Object(cells.collect::<Map<String, Value>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// The title, and the rows below their headings; columns of numbers lean to the right.
    pub fn to_text(&self) -> String {
        self.to_text_of_last(usize::MAX)
    }

    /// The same with only so many rows, the last ones; it says how many there are.
    pub fn to_text_of_last(&self, most: usize) -> String {
        if self.rows.is_empty() {
            return format!("{}: none", self.title);
        }
        let before = self.rows.len().saturating_sub(most);
        let title = match before {
            0 => self.title.clone(),
            _ => format!("{}, the last {most} of {}; -o json has all", self.title, self.rows.len()),
        };
        let shown: Vec<Vec<String>> = self.rows[before..].iter().map(|row| row.iter().map(show).collect()).collect();
        let headings: Vec<String> =
            self.headings.iter().map(|heading| heading.to_uppercase().replace('_', " ")).collect();
        let columns = 0..headings.len();
        let width = |at: usize| shown.iter().chain([&headings]).map(|row| row[at].chars().count()).max().unwrap_or(0);
        let widths: Vec<(usize, bool)> =
            columns.map(|at| (width(at), shown.iter().all(|row| is_figure(&row[at])))).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, (width, right))| match right {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let lines = [title].into_iter().chain([line(&headings)]).chain(shown.iter().map(line));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn show(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        Value::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    }
}

fn is_figure(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_and_json_hold_the_same_cells() {
        let mut table = Table::new("things", &["name", "how_many"]);
        assert_eq!(table.to_text(), "things: none");
        table.push(vec!["long name".into(), "1.5".into()]);
        table.push(vec!["x".into(), 120.into()]);
        table.push(vec![Value::Null, Value::Null]);
        assert_eq!(
            table.to_text(),
            "things\nNAME       HOW MANY\nlong name       1.5\nx               120\n-                 -"
        );
        let expected = json!([{"name": "long name", "how_many": "1.5"}, {"name": "x", "how_many": 120}, {"name": null, "how_many": null}]);
        assert_eq!(table.to_json(), expected);
    }
}

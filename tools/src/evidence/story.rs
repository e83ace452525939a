//! What is told in several parts, for a person and for a program.

use serde_json::{Map, Value, json};

use super::table::Table;

/// Parts under a title, in the order in which they are read.
#[derive(Clone, PartialEq, Debug)]
pub struct Story {
    title: String,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Debug)]
enum Part {
    Table { table: Table, shown: usize },
    Lines { title: String, lines: Vec<String> },
}

impl Story {
    /// Nothing is told yet.
    pub fn new(title: impl Into<String>) -> Story {
        Story { title: title.into(), parts: Vec::new() }
    }

    /// Sentences.
    pub fn lines(&mut self, title: impl Into<String>, lines: Vec<String>) {
        self.parts.push(Part::Lines { title: title.into(), lines });
    }

    /// A whole table.
    pub fn table(&mut self, table: Table) {
        self.parts.push(Part::Table { table, shown: usize::MAX });
    }

    /// A table whose text shows only its last rows; JSON has all.
    pub fn long_table(&mut self, table: Table, shown: usize) {
        self.parts.push(Part::Table { table, shown });
    }

    /// As text.
    pub fn to_text(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Table { table, shown } => table.to_text_of_last(*shown),
            Part::Lines { title, lines } => {
                let lines = lines.iter().map(|line| format!("\n  {line}"));
                title.clone() + &lines.collect::<String>()
            }
        });
        [self.title.clone()].into_iter().chain(parts).collect::<Vec<_>>().join("\n\n")
    }

    /// As JSON: each part under its title.
    pub fn to_json(&self) -> Value {
        let parts = self.parts.iter().map(|part| {
            let (title, content) = match part {
                Part::Table { table, .. } => (table.title(), table.to_json()),
                Part::Lines { title, lines } => (title.as_str(), json!(lines)),
            };
            Value::Object(Map::from_iter([("title".to_owned(), title.into()), ("content".to_owned(), content)]))
        });
        json!({ "title": self.title, "parts": parts.collect::<Vec<Value>>() })
    }
}

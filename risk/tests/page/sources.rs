//! What is read off the sources: which controls a file is about, its limits, its tests.

use std::fs;
use std::path::Path;

use model::{Check, LimitKind};

/// A file, by its path in the workspace.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All Rust files below a folder, by name.
pub(crate) fn read_all(root: &Path, folder: &str) -> Vec<Source> {
    let entries = fs::read_dir(root.join(folder)).unwrap_or_else(|why| panic!("{folder}: {why}"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let mut sources = Vec::new();
    for path in names.into_iter().map(|name| format!("{folder}/{name}")) {
        if root.join(&path).is_dir() {
            sources.extend(read_all(root, &path));
        } else if path.ends_with(".rs") {
            let text = fs::read_to_string(root.join(&path)).expect("a source");
            sources.push(Source { path, text });
        }
    }
    sources
}

impl Source {
    /// The numbers behind `Control` or `Controls` where a line of comment begins with it.
    pub(crate) fn controls(&self) -> Vec<u8> {
        let comments = self
            .text
            .lines()
            .map(str::trim_start)
            .filter_map(|line| line.strip_prefix("//! Control").or(line.strip_prefix("/// Control")));
        comments.flat_map(|line| numbers(line.strip_prefix('s').unwrap_or(line))).collect()
    }

    /// The limits that it names outside of its tests.
    pub(crate) fn kinds(&self) -> Vec<LimitKind> {
        let code = self.text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_control = self.path.starts_with("risk/src/controls/");
        let named = |kind: &&LimitKind| is_control && mentions(code, &format!("LimitKind::{kind:?}"));
        LimitKind::ALL.iter().filter(named).copied().collect()
    }

    /// Each test's name, and its text.
    pub(crate) fn tests(&self) -> Vec<(String, String)> {
        let bodies = self.text.split("#[test]").skip(1);
        bodies
            .filter_map(|body| {
                let name = body.split_once("fn ")?.1.split('(').next()?;
                Some((format!("`{name}`"), body.to_owned()))
            })
            .collect()
    }
}

/// The numbers that a text begins with: `1`, `1 and 2`, `1, 2 and 3`.
fn numbers(text: &str) -> Vec<u8> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty() && *word != "and");
    words.map_while(|word| word.trim_end_matches([':', '.']).parse().ok()).collect()
}

/// Does the text have the name, and not only one that goes on behind it?
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    text.match_indices(name).any(|(at, _)| !goes_on(&text[at + name.len()..]))
}

/// The lines `file::function => Check;` of the table of controls.
pub(crate) fn checks_of_controls(table: &str) -> Vec<(String, Check)> {
    let lines = table.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(" => "));
    lines
        .filter_map(|(control, check)| {
            let file = control.split_once("::")?.0.to_owned();
            let check = Check::ALL.iter().find(|own| format!("{own:?}") == check)?;
            Some((file, *check))
        })
        .collect()
}

#[test]
fn numbers_end_where_words_begin() {
    assert_eq!(numbers(" 25 and 27, position limits of 3"), [25, 27]);
    assert_eq!(numbers(" 8 for Price(44)"), [8]);
    assert_eq!(numbers(" 1, 2 and 3: all"), [1, 2, 3]);
    assert!(numbers(" of nothing").is_empty());
}

//! What is wrong with a configuration, so that a person can mend it without a second look at the manual.

use std::fmt;

/// One error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// Line in the file, from 1; 0 where it is not about one place.
    pub(crate) line: usize,
    /// Path of the key, like `accounts[2].max_long`; empty where it is about the whole file.
    pub(crate) key: String,
    /// The value as it stands in the file; empty where there is none.
    pub(crate) value: String,
    /// What is wrong with it.
    pub(crate) reason: String,
    /// What was probably meant, or what would do.
    pub(crate) suggestion: Option<String>,
}

/// Every error of one file, in the order of its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problems {
    /// The file.
    pub(crate) file: String,
    /// At least one.
    pub(crate) problems: Vec<Problem>,
}

impl Problem {
    /// About the whole file.
    pub(crate) fn of_file(reason: String, suggestion: Option<String>) -> Problem {
        Problem { line: 0, key: String::new(), value: String::new(), reason, suggestion }
    }
}

impl Problems {
    /// A single one.
    pub(crate) fn one(file: &str, problem: Problem) -> Problems {
        Problems { file: file.to_owned(), problems: vec![problem] }
    }

    /// As JSON, for tools.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let problems: Vec<serde_json::Value> = self
            .problems
            .iter()
            .map(|problem| {
                serde_json::json!({
                    "file": self.file,
                    "line": problem.line,
                    "key": problem.key,
                    "value": problem.value,
                    "reason": problem.reason,
                    "suggestion": problem.suggestion,
                })
            })
            .collect();
        serde_json::Value::Array(problems)
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "{}: {count} {}", self.file, if count == 1 { "error" } else { "errors" })?;
        for problem in &self.problems {
            write!(f, "\n  {}", self.file)?;
            if problem.line > 0 {
                write!(f, ":{}", problem.line)?;
            }
            if !problem.key.is_empty() {
                write!(f, "  {}", problem.key)?;
            }
            if !problem.value.is_empty() {
                write!(f, " = {}", problem.value)?;
            }
            write!(f, "\n      {}", problem.reason)?;
            if let Some(suggestion) = &problem.suggestion {
                write!(f, "; {suggestion}")?;
            }
        }
        Ok(())
    }
}

/// The known word nearest to a wrong one, if it is near enough to be what was meant.
pub(super) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = wrong.chars().count() / 3 + 1;
    let near = known.into_iter().map(|word| (distance(wrong, word), word));
    near.filter(|(distance, _)| *distance <= allowed).min().map(|(_, word)| word)
}

/// Edits from one word to the other: letters put in, left out, or changed.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn nearest_finds_a_typo_and_no_stranger() {
        let known = ["max_long", "max_short", "cash"];
        assert_eq!(nearest("max_lnog", known), Some("max_long"));
        assert_eq!(nearest("maxshort", known), Some("max_short"));
        assert_eq!(nearest("colour", known), None);
    }
}

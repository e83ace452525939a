//! What is wrong with a configuration, so that a person can mend it without a second look at the manual.

use std::fmt;

pub(super) use gateway::words::nearest;

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

//! Which statements a stranger may send: one, and one that only reads.
//!
//! Four fences, each enough for the attacks known to it: this scan (one statement, its first word on the list, balanced
//! parentheses), the wrapping of the text into `SELECT .. FROM (..)` by [`crate::query`], a transaction that is rolled
//! back and, where DuckDB grants it, read-only, and a database without access to files, extensions or its own settings.

/// Longest text of a query, in bytes.
pub const QUERY_BYTES_MAX: usize = 64 << 10;

/// Why a query was not run, or gave no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Longer than the limit.
    #[error("the query has {0} bytes, at most {QUERY_BYTES_MAX} are read")]
    TooLong(usize),
    /// No statement in the text.
    #[error("there is no statement in the query")]
    Empty,
    /// More than one statement.
    #[error("one statement at a time, please: there is more after the first semicolon")]
    ManyStatements,
    /// A statement that is not on the list.
    #[error(
        "{0} is not a reading statement; allowed are SELECT, WITH, FROM, VALUES, TABLE, DESCRIBE, SHOW, SUMMARIZE, PIVOT, UNPIVOT and EXPLAIN of one of these"
    )]
    NotReading(String),
    /// Quotes, comments or parentheses that do not end, or end before they begin.
    #[error("{0} does not match")]
    Unbalanced(&'static str),
    /// DuckDB refused it.
    #[error("{0}")]
    Database(String),
    /// It took longer than it may.
    #[error("the query took longer than {0} ms and was stopped")]
    TooSlow(u128),
    /// Other queries are waiting.
    #[error("other queries are waiting, try again in a moment")]
    Busy,
    /// No database is open now.
    #[error("the analytics database is not open: see /health")]
    Closed,
}

const READING: [&str; 10] =
    ["SELECT", "WITH", "FROM", "VALUES", "TABLE", "DESCRIBE", "SHOW", "SUMMARIZE", "PIVOT", "UNPIVOT"];

/// What the scan found: the statement without its trailing semicolon, and whether it only explains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reading<'a> {
    /// The statement, for EXPLAIN what is explained.
    pub(crate) statement: &'a str,
    /// Is the plan asked for?
    pub(crate) explain: bool,
}

/// Would the text be run?
///
/// # Errors
/// Why not.
pub fn check_read_only(text: &str) -> Result<(), Refused> {
    scan(text).map(drop)
}

pub(crate) fn scan(text: &str) -> Result<Reading<'_>, Refused> {
    if text.len() > QUERY_BYTES_MAX {
        return Err(Refused::TooLong(text.len()));
    }
    if text.contains('\0') {
        return Err(Refused::Unbalanced("a zero byte"));
    }
    let statement = one_statement(text)?;
    let (word, rest) = first_word(statement);
    if word.is_empty() {
        return Err(if rest.is_empty() { Refused::Empty } else { Refused::NotReading(clip(rest)) });
    }
    if word == "EXPLAIN" {
        let (word, _) = first_word(rest);
        return if READING.contains(&word.as_str()) {
            Ok(Reading { statement: rest, explain: true })
        } else {
            Err(Refused::NotReading(format!("EXPLAIN {word}")))
        };
    }
    if READING.contains(&word.as_str()) {
        Ok(Reading { statement, explain: false })
    } else {
        Err(Refused::NotReading(word))
    }
}

/// The text up to its only semicolon, which must have nothing but space and comments after it.
fn one_statement(text: &str) -> Result<&str, Refused> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut end) = (0, 0i32, None);
    while at < bytes.len() {
        let next = after_quoted(bytes, at)?;
        if next > at {
            let comment = bytes[at] == b'-' || bytes[at] == b'/';
            if end.is_some() && !comment {
                return Err(Refused::ManyStatements);
            }
            at = next;
            continue;
        }
        match bytes[at] {
            b';' if end.is_none() => end = Some(at),
            b';' => {}
            byte if end.is_some() && !byte.is_ascii_whitespace() => return Err(Refused::ManyStatements),
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return Err(Refused::Unbalanced("a closing parenthesis"));
        }
        at += 1;
    }
    if depth != 0 {
        return Err(Refused::Unbalanced("an opening parenthesis"));
    }
    Ok(&text[..end.unwrap_or(text.len())])
}

/// The place after the string, quoted name or comment that starts at `at`; `at` itself where none does.
fn after_quoted(bytes: &[u8], at: usize) -> Result<usize, Refused> {
    let rest = &bytes[at..];
    match rest {
        [quote @ (b'\'' | b'"'), ..] => {
            // E'..' strings know backslashes, which others do not: a backslash before a quote could be read either way.
            let length = 1 + position(&rest[1..], &[*quote]).ok_or(Refused::Unbalanced("a quote"))?;
            if rest[..length].ends_with(b"\\") {
                return Err(Refused::Unbalanced("a quote after a backslash"));
            }
            Ok(at + length + 1)
        }
        [b'-', b'-', ..] => Ok(at + position(rest, b"\n").unwrap_or(rest.len())),
        [b'/', b'*', ..] => {
            let length = 2 + position(&rest[2..], b"*/").ok_or(Refused::Unbalanced("a comment"))?;
            if position(&rest[2..length], b"/*").is_some() {
                return Err(Refused::Unbalanced("a comment within a comment"));
            }
            Ok(at + length + 2)
        }
        // $$ .. $$ and $tag$ .. $tag$ hide anything from this scan and no query here needs them.
        [b'$', next, ..] if !next.is_ascii_digit() => Err(Refused::Unbalanced("a dollar quote")),
        _ => Ok(at),
    }
}

fn position(bytes: &[u8], of: &[u8]) -> Option<usize> {
    bytes.windows(of.len()).position(|window| window == of)
}

/// The first word in capitals and what follows it, past space and comments.
fn first_word(text: &str) -> (String, &str) {
    let mut rest = text.trim_start();
    loop {
        let end = match rest.as_bytes() {
            [b'-', b'-', ..] => rest.find('\n').map_or(rest.len(), |end| end + 1),
            [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => break,
        };
        rest = rest[end..].trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    (rest[..end].to_ascii_uppercase(), &rest[end..])
}

fn clip(text: &str) -> String {
    text.chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_statements_pass() {
        for text in [
            "select 1",
            " -- a note\n SELECT 1;",
            "/* c */ FROM orders;  -- done",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "SELECT ';', \"a;b\", 'it''s' -- ; drop",
            "EXPLAIN SELECT 1",
            "SHOW TABLES",
        ] {
            assert_eq!(check_read_only(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            " ; ",
            "DELETE FROM raw.frames",
            "ATTACH 'x.db'",
            "COPY orders TO 'x'",
            "PRAGMA threads=4",
            "SET threads=4",
            "CALL pragma_version()",
            "SELECT 1; DELETE FROM raw.frames",
            "SELECT 1;;SELECT 2",
            "SELECT 1) ; DELETE FROM raw.frames; SELECT * FROM (SELECT 1",
            "EXPLAIN DELETE FROM raw.frames",
            "EXPLAIN ANALYZE SELECT 1",
            "SELECT 'a",
            "SELECT E'\\'; DELETE FROM raw.frames; --'",
            "SELECT $$ ; $$",
            "SELECT /* /* */ 1",
            "(SELECT 1)",
            "SELECT \0",
        ] {
            assert!(check_read_only(text).is_err(), "{text}");
        }
    }
}

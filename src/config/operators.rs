//! `[[operators]]`: people with tokens of their own.

use std::path::PathBuf;

use anyhow::Result;
use gateway::http::{Operator, Operators, Right, Token, TokenHash};
use gateway::words::nearest;
use model::Text;

use super::Configuration;
use super::parse::Parts;
use super::section::Section;

/// Names that acts of nobody in particular have.
const RESERVED: [&str; 4] = ["configuration", "millrace", "operator", "SIGHUP"];

/// A person with a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OperatorEntry {
    /// The actor of every act with that token.
    pub(crate) name: String,
    /// What the token is known by.
    pub(crate) token: TokenSource,
    /// What may be done with it; `None` is everything.
    pub(crate) may: Option<Vec<Right>>,
}

/// What a token is known by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TokenSource {
    /// The file that holds it; made where there is none.
    File(PathBuf),
    /// Its hash.
    Hash(TokenHash),
}

pub(super) fn operator(entry: &Section<'_>) -> OperatorEntry {
    let name: Text<24> = entry.name("name", None);
    let token = match (entry.has("token_file"), entry.has("token_hash")) {
        (true, false) => TokenSource::File(PathBuf::from(entry.text("token_file", None))),
        (false, true) => {
            let hash = TokenHash::parse(&entry.text("token_hash", None));
            if hash.is_none() {
                entry.report(
                    "token_hash",
                    "must be blake3: and 64 hexadecimal digits",
                    "see `millrace operators new-token`",
                );
            }
            TokenSource::Hash(hash.unwrap_or_else(|| TokenHash::of(b"")))
        }
        _ => {
            entry.report("token_file", "an operator has a token_file or a token_hash, and not both", "");
            TokenSource::File(PathBuf::new())
        }
    };
    let may = entry.has("may").then(|| entry.texts("may").iter().filter_map(|word| right(entry, word)).collect());
    OperatorEntry { name: name.to_string(), token, may }
}

fn right(entry: &Section<'_>, word: &str) -> Option<Right> {
    let words = Right::ALL.iter().map(|(word, _)| *word);
    let found = Right::ALL.iter().find(|(known, _)| *known == word).map(|(_, right)| *right);
    if found.is_none() {
        let suggestion = match nearest(word, words.clone()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", words.collect::<Vec<_>>().join(", ")),
        };
        entry.report("may", format!("'{word}' is nothing that is allowed or not"), &suggestion);
    }
    found
}

/// Names are of one person each, and two persons are two.
pub(super) fn are_persons(root: &Section<'_>, entries: &Parts<'_, OperatorEntry>, two_persons: bool) {
    let mut names: Vec<String> = Vec::new();
    for (section, entry) in entries.iter() {
        let name = entry.name.trim().to_ascii_lowercase();
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(&name)) {
            section.report("name", "is what acts of nobody in particular are signed with", "choose another name");
        } else if names.contains(&name) {
            section.report("name", "is another operator's too; case and spaces make no other person", "");
        }
        names.push(name);
    }
    if names.len() == 1 && two_persons {
        root.report(
            "operators",
            "is one person, and limits are loosened by two",
            "add another operator, or write governance = \"one_person\" in [firm]",
        );
    }
}

impl Configuration {
    /// Who may act, with the tokens that are in files.
    ///
    /// # Errors
    /// Where a file cannot be read or made, or others may read it.
    pub(crate) fn operators(&self) -> Result<Operators> {
        if self.operators.is_empty() {
            return Ok(Token::load_or_create(&self.token_path())?.into());
        }
        let operators = self.operators.iter().map(|entry| {
            let token = match &entry.token {
                TokenSource::File(path) => TokenHash::of(Token::load_or_create(path)?.reveal().as_bytes()),
                TokenSource::Hash(hash) => *hash,
            };
            Ok(Operator { name: entry.name.clone(), token, may: entry.may.clone() })
        });
        Ok(Operators::Named(operators.collect::<Result<Vec<_>>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::Problem;
    use super::*;

    fn problems(operators: &str) -> Vec<Problem> {
        let deployed = include_str!("../../deploy/millrace.toml");
        let read = Configuration::parse("test.toml", &format!("{deployed}{operators}"));
        read.map_or_else(|problems| problems.problems, |_| Vec::new())
    }

    #[test]
    fn operators_are_persons_with_one_token_and_known_rights() {
        let hash = TokenHash::of(b"secret");
        let one =
            |name: &str, more: &str| format!("\n[[operators]]\nname = \"{name}\"\ntoken_hash = \"{hash}\"\n{more}");
        assert_eq!(problems(&(one("ann", "") + &one("bob", "may = [\"kill\"]\n"))), []);
        let reasons = |text: &str| -> Vec<String> {
            problems(text).into_iter().map(|problem| format!("{}: {}", problem.key, problem.reason)).collect()
        };
        assert!(reasons(&one("ann", ""))[0].contains("operators: is one person"));
        assert!(reasons(&(one("ann", "") + &one("ANN", "")))[0].contains("no other person"));
        assert!(reasons(&(one("ann", "") + &one("configuration", "")))[0].contains("nobody in particular"));
        let kil = one("ann", "") + &one("bob", "may = [\"kil\"]\n");
        assert_eq!(problems(&kil)[0].suggestion.as_deref(), Some("did you mean kill?"));
        let both = one("ann", "") + &one("bob", "token_file = \"x\"\n");
        assert!(reasons(&both)[0].contains("and not both"));
        let bad = (one("ann", "") + &one("bob", "")).replace("blake3:", "md5:");
        let found = problems(&bad);
        assert!(found[0].reason.contains("blake3:") && found[0].value == "(not shown)", "{found:?}");
    }
}

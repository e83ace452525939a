//! A token for an operator of their own.

use std::path::Path;

use anyhow::{Result, ensure};
use gateway::http::{Token, TokenHash};

/// Makes a token in `file`, which only its owner can read; gives the hash that the configuration knows it by.
///
/// # Errors
/// Where the file is there already, or cannot be made.
pub fn run(file: &Path) -> Result<TokenHash> {
    ensure!(!file.exists(), "{} is there already; a new token needs a new file", file.display());
    let token = Token::load_or_create(file)?;
    Ok(TokenHash::of(token.reveal().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_has_the_token_and_the_hash_is_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ann.token");
        let hash = run(&file).unwrap();
        let token = std::fs::read_to_string(&file).unwrap();
        assert_eq!(TokenHash::of(token.trim().as_bytes()), hash);
        assert!(!hash.to_string().contains(token.trim()));
        assert!(run(&file).is_err());
    }
}

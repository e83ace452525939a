//! The operator's token: 32 random bytes in a file that only the daemon's user can read.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq as _;

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;

/// The secret that a POST must carry as `Authorization: Bearer <hex>`.
#[derive(Clone)]
pub struct Token(String);

/// The token cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum TokenFailure {
    /// The file system said no.
    #[error("operator token {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Others may read it.
    #[error("operator token {path} can be read by others (mode {mode:o}): chmod 600 it, or delete it to get a new one")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Not 64 hexadecimal digits.
    #[error("operator token {path} is not 64 hexadecimal digits: delete it to get a new one")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no randomness.
    #[error("no randomness for an operator token: {0}")]
    Random(getrandom::Error),
}

impl Token {
    /// The token in `path`; made there, mode 0600, where there is none yet.
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub fn load_or_create(path: &Path) -> Result<Token, TokenFailure> {
        match File::open(path) {
            Ok(file) => Token::load(path, file),
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Token::create(path),
            Err(source) => Err(TokenFailure::Io { path: path.to_owned(), source }),
        }
    }

    /// The digits, for a client on the same machine.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Is it the same? Takes the same time wherever the first difference is.
    pub fn matches(&self, offered: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(offered).into()
    }

    fn load(path: &Path, file: File) -> Result<Token, TokenFailure> {
        let failed = |source| TokenFailure::Io { path: path.to_owned(), source };
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(TokenFailure::Open { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        let malformed = || TokenFailure::Malformed { path: path.to_owned() };
        file.take(256).read_to_string(&mut text).map_err(|_| malformed())?;
        let digits = text.trim();
        if digits.len() != 2 * TOKEN_BYTES || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        Ok(Token(digits.to_owned()))
    }

    /// Written beside and renamed, so a crash leaves no half token.
    fn create(path: &Path) -> Result<Token, TokenFailure> {
        let failed = |source| TokenFailure::Io { path: path.to_owned(), source };
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(TokenFailure::Random)?;
        let mut digits = String::with_capacity(2 * TOKEN_BYTES);
        for byte in bytes {
            write!(digits, "{byte:02x}").expect("writing to a String cannot fail");
        }
        let beside = path.with_extension("token.new");
        match fs::remove_file(&beside) {
            Err(other) if other.kind() != io::ErrorKind::NotFound => return Err(failed(other)),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
        file.write_all(digits.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        file.sync_all().and_then(|()| fs::rename(&beside, path)).map_err(failed)?;
        Ok(Token(digits))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_start_reads_the_token_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("operator.token");
        let first = Token::load_or_create(&path).unwrap();
        let second = Token::load_or_create(&path).unwrap();
        assert_eq!(first.reveal(), second.reveal());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(second.matches(first.reveal().as_bytes()));
        assert!(!second.matches(b"") && !second.matches(&first.reveal().as_bytes()[1..]));
    }

    #[test]
    fn token_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("operator.token");
        Token::load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Token::load_or_create(&path), Err(TokenFailure::Open { mode: 0o644, .. })));
    }

    #[test]
    fn token_that_is_cut_off_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("operator.token");
        Token::load_or_create(&path).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
        assert!(matches!(Token::load_or_create(&path), Err(TokenFailure::Malformed { .. })));
    }
}

//! Username(553) and Password(554) of a Logon(A), held against an argon2id hash.
//!
//! To verify a password takes tens of milliseconds on purpose, so it happens on a thread of its own behind a bounded queue:
//! the Logon waits, every other session goes on. A wrong username, a wrong password and a missing one take the same time and
//! get the same answer. The secret is wiped after use and is in no log, no debug output and no status.

use std::fmt;
use std::str;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Logons that wait to be verified.
const QUEUE_MAX: usize = 64;
/// Most memory that a hash may ask for, in KiB.
const MEMORY_KIB_MAX: u32 = 1 << 20;
/// Most passes that a hash may ask for.
const PASSES_MAX: u32 = 32;
/// Bytes of salt in a new hash.
const SALT_BYTES: usize = 16;

/// What a session's Logon must bring. Its debug output has neither name nor hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    username: Arc<str>,
    /// `$argon2id$…`
    password_hash: Arc<str>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Why a text is no password hash that can be used here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadHash {
    /// It does not read as `$argon2id$v=19$m=..,t=..,p=..$salt$hash`.
    #[error("is not a hash like $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>")]
    Form,
    /// Another algorithm, or a weaker variant.
    #[error("must be argon2id")]
    Algorithm,
    /// To verify it would take too much of this machine.
    #[error("asks for more than 1 GiB of memory or 32 passes")]
    Cost,
}

impl Credentials {
    /// Checks the hash.
    ///
    /// # Errors
    /// [`BadHash`]
    pub fn new(username: &str, password_hash: &str) -> Result<Credentials, BadHash> {
        let hash = PasswordHash::new(password_hash).map_err(|_| BadHash::Form)?;
        if hash.algorithm != Algorithm::Argon2id.ident() {
            return Err(BadHash::Algorithm);
        }
        let params = Params::try_from(&hash).map_err(|_| BadHash::Form)?;
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(BadHash::Form);
        }
        if params.m_cost() > MEMORY_KIB_MAX || params.t_cost() > PASSES_MAX {
            return Err(BadHash::Cost);
        }
        Ok(Credentials { username: username.into(), password_hash: password_hash.into() })
    }

    fn accept(&self, asked: &Asked) -> bool {
        let username = self.username.as_bytes().ct_eq(&asked.username);
        // Both are always looked at, so that a wrong name takes as long as a wrong password.
        let password = PasswordHash::new(&self.password_hash)
            .is_ok_and(|hash| Argon2::default().verify_password(&asked.password, &hash).is_ok());
        bool::from(username & subtle::Choice::from(u8::from(password)))
    }
}

/// Hashes a password as `[[sessions]] password_hash` wants it: argon2id, 19 MiB, two passes.
///
/// # Errors
/// What the system says where it has no randomness for the salt.
pub fn hash_password(password: &[u8]) -> Result<String, String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|error| error.to_string())?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| error.to_string())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
    argon2.hash_password(password, &salt).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// One Logon's name and password, and whose they should be.
struct Asked {
    ticket: u64,
    credentials: Credentials,
    username: Zeroizing<Vec<u8>>,
    password: Zeroizing<Vec<u8>>,
}

/// How the verification of one Logon stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// Nobody has asked.
    Unasked,
    /// Under this ticket it is on its way.
    Waiting(u64),
    /// Whether it was right.
    Answered(bool),
}

/// The thread that verifies, and the way to it and back.
pub(super) struct Verifier {
    questions: Option<SyncSender<Asked>>,
    answers: Receiver<(u64, bool)>,
    thread: Option<JoinHandle<()>>,
    tickets: u64,
}

impl Verifier {
    /// Starts the thread.
    ///
    /// # Errors
    /// Those of the system where no thread can be had.
    pub(super) fn start() -> std::io::Result<Verifier> {
        let (questions, to_thread) = sync_channel::<Asked>(QUEUE_MAX);
        // As many answers as there can be questions, and the one at hand: the thread never waits.
        let (from_thread, answers) = sync_channel(QUEUE_MAX + 1);
        let thread = std::thread::Builder::new().name("fix-auth".into()).spawn(move || {
            while let Ok(asked) = to_thread.recv() {
                let right = asked.credentials.accept(&asked);
                if from_thread.send((asked.ticket, right)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Verifier { questions: Some(questions), answers, thread: Some(thread), tickets: 0 })
    }

    /// Asks; gives the ticket, or nothing where the queue is full and the Logon has to try again.
    pub(super) fn ask(&mut self, credentials: &Credentials, username: &[u8], password: &[u8]) -> Option<u64> {
        let ticket = self.tickets + 1;
        let (username, password) = (Zeroizing::new(username.to_vec()), Zeroizing::new(password.to_vec()));
        let asked = Asked { ticket, credentials: credentials.clone(), username, password };
        self.questions.as_ref()?.try_send(asked).ok()?;
        self.tickets = ticket;
        Some(ticket)
    }

    /// An answer that has come.
    pub(super) fn answer(&self) -> Option<(u64, bool)> {
        self.answers.try_recv().ok()
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.questions = None;
        while self.answers.try_recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(username: &str, password: &str, credentials: &Credentials) -> Asked {
        let bytes = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
        let (username, password) = (bytes(username), bytes(password));
        Asked { ticket: 1, credentials: credentials.clone(), username, password }
    }

    #[test]
    fn only_the_right_name_with_the_right_password_passes() {
        let credentials = Credentials::new("alpha", &hash_password(b"correct horse").unwrap()).unwrap();
        let passes = |username, password| credentials.accept(&asked(username, password, &credentials));
        assert!(passes("alpha", "correct horse"));
        for (username, password) in [("alpha", "wrong"), ("alpha", ""), ("beta", "correct horse"), ("", "")] {
            assert!(!passes(username, password), "{username}");
        }
    }

    #[test]
    fn two_hashes_of_one_password_differ_and_neither_is_shown() {
        let (one, other) = (hash_password(b"x").unwrap(), hash_password(b"x").unwrap());
        assert_ne!(one, other);
        assert_eq!(format!("{:?}", Credentials::new("alpha", &one).unwrap()), "Credentials(..)");
    }

    #[test]
    fn hashes_that_are_weak_or_absurd_are_refused() {
        let salt_and_hash = "c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let of = |head: &str| Credentials::new("a", &format!("{head}{salt_and_hash}")).err();
        assert_eq!(of("$argon2id$v=19$m=19456,t=2,p=1$"), None);
        assert_eq!(of("$argon2i$v=19$m=19456,t=2,p=1$"), Some(BadHash::Algorithm));
        assert_eq!(of("$argon2id$v=19$m=4194304,t=2,p=1$"), Some(BadHash::Cost));
        assert_eq!(Credentials::new("a", "secret").err(), Some(BadHash::Form));
    }

    #[test]
    fn queue_is_bounded() {
        let credentials = Credentials::new("alpha", &hash_password(b"x").unwrap()).unwrap();
        let mut verifier = Verifier::start().unwrap();
        let taken = (0..QUEUE_MAX * 2).filter_map(|_| verifier.ask(&credentials, b"alpha", b"x")).count();
        assert!((QUEUE_MAX..QUEUE_MAX * 2).contains(&taken), "{taken}");
        let mut answered = 0;
        while answered < 3 {
            answered += usize::from(verifier.answer().is_some_and(|(_, right)| right));
            std::thread::yield_now();
        }
    }
}

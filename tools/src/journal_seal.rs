//! `millrace journal keygen`, `seal` and `verify --public-key`: each day of the journal under a signature, so that whoever
//! holds the public key can tell whether anybody, with any right on the machine, changed the day afterwards.
//!
//! The checksums and hashes inside the journal find accidents; a forger computes them anew. What he cannot compute is the
//! signature over a day's root. `journal/FORMAT.md` has the bytes.

mod day;
pub use day::Day;

mod key;
pub use key::{Key, PublicKey, generate};

mod roots;

mod seal;
pub use seal::Seal;

mod folder;

mod sealing;
pub use sealing::{Request, Sealed, seal};

mod finding;
pub use finding::Finding;

mod check;
pub use check::check;

mod chain;

#[cfg(test)]
mod tests;

//! `millrace backup`, `millrace restore`, `millrace drill restore`: a copy of the data folder, and the proof that it is one.
//!
//! A backup is taken beside the running daemon: it reads, takes no lock, and asks the hot loop for nothing. The journal is copied last,
//! so it knows at least what the other files know; what was being written while it was copied is its torn end, as after a crash. The
//! copy itself is verified and folded, and what it comes to - the last proven frame, the hash of the state after it - is written down
//! with the hash of each file. A restore checks both.
//!
//! Not in it: the analytics, which are built from the journal again, and `operator.token`, which is a secret.

mod copy;
mod manifest;
mod restore;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

pub use self::manifest::{Manifest, Proof};
pub use self::restore::{Restored, restore, restore_elsewhere};

use self::copy::{Copied, copy};
use self::manifest::Entry;
use crate::evidence::fold::fold;
use crate::evidence::moment::Moment;

/// What is copied of a data folder, in this order.
const FOLDERS: [&str; 6] = ["sessions", "brokers", "messages", "statements", "reconcile", "journal"];
/// Where it lies in a backup.
const DATA: &str = "data";

/// What was done.
#[derive(Debug)]
pub struct Taken {
    /// What the backup is.
    pub manifest: Manifest,
    /// Files that were written; the others were in the backup already.
    pub written: usize,
    /// How long the copying took, and the proof.
    pub took: [Duration; 2],
}

/// Copies the data folder `data` to the backup `to`, new or to be brought up to date. A backup that ends early leaves the list of the
/// one before, whose journal files only ever grew.
///
/// # Errors
/// Where a file cannot be read or written, and where the copy of the journal is not sound.
pub fn take(data: &Path, to: &Path) -> Result<Taken> {
    ensure!(data.join("journal").is_dir(), "{}: there is no journal in it; name the data folder", data.display());
    fs::create_dir_all(to).with_context(|| format!("cannot make the folder {}", to.display()))?;
    let (inner, outer) = (whole(to)?, whole(data)?);
    ensure!(!inner.starts_with(&outer), "{} lies in {}, which it would copy", to.display(), data.display());
    let began = Instant::now();
    let (mut files, mut written) = (Vec::new(), 0);
    for folder in FOLDERS {
        for path in files_in(&data.join(folder))? {
            let name = path.strip_prefix(data).expect("it was found there");
            let Some(Copied { bytes, hash, is_new }) = copy(&path, &to.join(DATA).join(name))? else { continue };
            let path = name.to_str().with_context(|| format!("{} has a name that is no text", path.display()))?;
            files.push(Entry { path: path.to_owned(), bytes, blake3: hash });
            written += usize::from(is_new);
        }
    }
    let copying = began.elapsed();
    let proof = prove(&to.join(DATA).join("journal"))?;
    let manifest = Manifest { taken: jiff::Timestamp::now(), proof, files };
    manifest.write(to)?;
    Ok(Taken { manifest, written, took: [copying, began.elapsed().saturating_sub(copying)] })
}

/// Verifies every byte of a journal and folds it.
fn prove(journal: &Path) -> Result<Proof> {
    let verdict = journal::verify(journal);
    if let Some(failure) = verdict.failure {
        return Err(failure.into());
    }
    if let Some(fault) = verdict.fault.filter(|_| !verdict.torn) {
        bail!("{}: {fault}; the journal that it was copied from is damaged there too", journal.display());
    }
    // A journal that never was closed and never synced a second batch proves nothing yet.
    let proven = journal::reach(journal)?.proven;
    ensure!(proven.0 > 0, "{}: no frame is proven durable yet; try again in a moment", journal.display());
    state_at(journal, proven)
}

/// The state after a frame.
fn state_at(journal: &Path, frame: model::Seq) -> Result<Proof> {
    let past = fold(journal, Moment::Frame(frame), |_, _| {})?;
    past.state.assert_sums();
    Ok(Proof { frame: frame.0, state: past.state.hash().to_string() })
}

/// All files below a folder, by name; none where it is not there. Locks and what is not finished are no data.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    let cannot = || format!("cannot list {}", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let path = entry.path();
        let kind = entry.file_type().with_context(cannot)?;
        let is_passing = entry.file_name() == "lock" || path.extension().is_some_and(|end| end == "tmp");
        if kind.is_dir() {
            files.extend(files_in(&path)?);
        } else if kind.is_file() && !is_passing {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn whole(path: &Path) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("cannot find {}", path.display()))
}

#[cfg(test)]
mod tests;

//! From a backup to a data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use model::Seq;

use super::copy::{Copied, copy};
use super::manifest::{Manifest, Proof};
use super::{DATA, state_at};

/// What was done.
#[derive(Debug)]
pub struct Restored {
    /// What was restored.
    pub manifest: Manifest,
    /// How long the copying took, and the proof.
    pub took: [Duration; 2],
}

/// Restores the backup in `from` as the data folder `data`, which must not be there or be empty: all of it, proven, or nothing.
///
/// # Errors
/// Names each file that is not what was backed up. Where its journal does not come to the state that it came to then.
pub fn restore(from: &Path, data: &Path) -> Result<Restored> {
    let is_free = fs::read_dir(data).map_or(!data.exists(), |mut files| files.next().is_none());
    ensure!(is_free, "{} is not empty; a backup is restored to a folder of its own", data.display());
    let beside = beside(data)?;
    ensure!(!beside.exists(), "{} is there: a restore that ended early left it; remove it first", beside.display());
    let outcome = restore_to(from, &beside);
    let placed = outcome.and_then(|restored| {
        if data.exists() {
            fs::remove_dir(data).with_context(|| format!("cannot make room at {}", data.display()))?;
        }
        fs::rename(&beside, data).with_context(|| format!("cannot name the folder {}", data.display()))?;
        Ok(restored)
    });
    if placed.is_err() {
        let _nothing_is_left = fs::remove_dir_all(&beside);
    }
    placed
}

/// Restores the backup to a temporary folder beside it, proves it, and removes it again: the drill.
///
/// # Errors
/// As [`restore`].
pub fn restore_elsewhere(from: &Path, to: &Path) -> Result<Restored> {
    ensure!(!to.exists(), "{} is there; the drill wants a folder of its own", to.display());
    let restored = restore(from, to);
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    restored
}

fn restore_to(from: &Path, data: &Path) -> Result<Restored> {
    let manifest = Manifest::read(from)?;
    let began = Instant::now();
    let mut wrong = Vec::new();
    for file in &manifest.files {
        let is_same = |copied: &Copied| copied.bytes == file.bytes && copied.hash == file.blake3;
        match copy(&from.join(DATA).join(&file.path), &data.join(&file.path))? {
            None => wrong.push(format!("{} is missing", file.path)),
            Some(copied) if !is_same(&copied) => wrong.push(format!("{} is not what was backed up", file.path)),
            Some(_) => {}
        }
    }
    if !wrong.is_empty() {
        bail!("{}: {}; take an older backup", from.display(), wrong.join(", "));
    }
    let copying = began.elapsed();
    let proof = state_at(&data.join("journal"), Seq(manifest.proof.frame))?;
    holds(&manifest.proof, &proof)?;
    Ok(Restored { manifest, took: [copying, began.elapsed().saturating_sub(copying)] })
}

fn holds(then: &Proof, now: &Proof) -> Result<()> {
    ensure!(
        then == now,
        "the state after frame {} was {} when it was backed up and is {} now: another version of Millrace folds it otherwise; restore \
         with the one that took the backup",
        then.frame,
        then.state,
        now.state
    );
    Ok(())
}

fn beside(data: &Path) -> Result<PathBuf> {
    let name = data.file_name().with_context(|| format!("{} names no folder", data.display()))?;
    let mut name = name.to_owned();
    name.push(".restoring");
    Ok(data.with_file_name(name))
}

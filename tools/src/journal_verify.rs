//! `millrace journal verify DIR [--replay] [--public-key FILE]`: is the journal what was written, does deciding again say
//! the same, and is each day what was sealed?

use std::path::Path;

use anyhow::{Result, bail};
use engine::Capacities;

use crate::journal_seal::{self, Day, PublicKey};

/// What days are held against.
#[derive(Debug)]
pub struct Seals<'a> {
    /// Their folder.
    pub folder: &'a Path,
    /// Whose they must be.
    pub public_key: &'a Path,
    /// This day alone, and nothing else of the journal.
    pub day: Option<Day>,
}

/// Checks every byte, or the one day that `seals` names, and every sealed day against its seal.
///
/// # Errors
/// Names the first bad frame, and each day that is not what was sealed.
pub fn run(dir: &Path, replay: bool, seals: Option<&Seals<'_>>) -> Result<()> {
    let whole = if seals.is_some_and(|seals| seals.day.is_some()) { Ok(()) } else { whole(dir, replay) };
    let sealed = seals.map_or(Ok(()), |seals| sealed(dir, seals));
    match (whole, sealed) {
        (Err(whole), Err(sealed)) => bail!("{whole:#}; and {sealed:#}"),
        (whole, sealed) => whole.and(sealed),
    }
}

fn sealed(dir: &Path, seals: &Seals<'_>) -> Result<()> {
    let key = PublicKey::load(seals.public_key)?;
    let findings = journal_seal::check(dir, seals.folder, key, seals.day)?;
    for (day, finding) in &findings {
        println!("{day}: {finding}");
    }
    let mut days: Vec<Day> =
        findings.iter().filter(|(_, finding)| finding.is_mismatch()).map(|(day, _)| *day).collect();
    days.dedup();
    match days.as_slice() {
        [] => Ok(()),
        [day] => bail!("{day} is not what was sealed"),
        [day, others @ ..] => bail!("{day} and {} more days are not what was sealed", others.len()),
    }
}

/// Checks every byte of the journal in `dir`; with `replay`, decides every command again and compares.
fn whole(dir: &Path, replay: bool) -> Result<()> {
    let verdict = journal::verify(dir);
    match verdict.frames {
        0 => println!("no frame in {} segments is proven", verdict.segments),
        frames => println!(
            "{frames} frames from {} to {} in {} segments are what was written",
            verdict.first_seq, verdict.last_seq, verdict.segments
        ),
    }
    if let Some(failure) = verdict.failure {
        return Err(failure.into());
    }
    if let Some(fault) = verdict.fault {
        let advice = if verdict.torn {
            "an interrupted write leaves this at the end; the next start cuts it off"
        } else {
            "restore these bytes from a copy before the daemon starts"
        };
        bail!("{}: {fault}; {advice}", dir.display());
    }
    if replay {
        let replayed = engine::verify_replay(dir, Capacities::as_recorded())?;
        if let Some(seq) = replayed.differs {
            bail!("frame {seq}: deciding its command again yields other events than the journal holds");
        }
        replayed.state.assert_sums();
        println!("replayed {} frames, every decision the same, state hash {}", replayed.frames, replayed.state.hash());
    }
    Ok(())
}

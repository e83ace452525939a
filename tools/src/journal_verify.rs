//! `millrace journal verify DIR [--replay]`: is the journal what was written, and does deciding again say the same?

use std::path::Path;

use anyhow::{Result, bail};
use engine::Capacities;

/// Checks every byte of the journal in `dir`; with `replay`, decides every command again and compares. Prints what it
/// found; an error where something is wrong.
///
/// # Errors
/// Names the first bad frame: file, offset, sequence number, what is wrong with it.
pub fn run(dir: &Path, replay: bool) -> Result<()> {
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

//! From the journal back to the state: recovery folds events and never decides again; verification decides again and
//! compares.

use std::ops::ControlFlow;
use std::path::Path;

use model::{Events, Seq};

use crate::decide::decide;
use crate::evolve::Stamp;
use crate::state::{Capacities, State};

/// A state that was folded from a journal.
#[derive(Debug)]
pub struct Replayed {
    /// The state after the last frame.
    pub state: State,
    /// Frames that were folded.
    pub frames: u64,
    /// The first frame whose events are not what `decide` says today; only [`verify_replay`] looks for one.
    pub differs: Option<Seq>,
}

/// Folds every frame of the journal in `dir`.
///
/// # Errors
/// Where the journal cannot be read or is damaged.
pub fn replay(dir: &Path, capacities: Capacities) -> Result<Replayed, journal::Failure> {
    fold(dir, capacities, |_, _, _| true)
}

/// Folds every frame, decides each command again, and stops at the first difference.
///
/// # Errors
/// As for [`replay`].
pub fn verify_replay(dir: &Path, capacities: Capacities) -> Result<Replayed, journal::Failure> {
    let mut again = Events::default();
    let mut recorded = Events::default();
    fold(dir, capacities, |state, stamp, frame| {
        decide(state, stamp.seq, stamp.time, &frame.command, &mut again);
        recorded.clear();
        frame.events().for_each(|event| recorded.push(event));
        again.as_slice() == recorded.as_slice()
    })
}

fn fold(
    dir: &Path,
    capacities: Capacities,
    mut agrees: impl FnMut(&State, Stamp, &journal::Frame<'_>) -> bool,
) -> Result<Replayed, journal::Failure> {
    let mut replayed = Replayed { state: State::new(capacities), frames: 0, differs: None };
    journal::read(dir, Seq(1), |frame| {
        let stamp = Stamp { seq: frame.seq, time: frame.time };
        if !agrees(&replayed.state, stamp, frame) {
            replayed.differs = Some(frame.seq);
            return ControlFlow::Break(());
        }
        replayed.state.begin(stamp);
        frame.events().for_each(|event| replayed.state.evolve(&event));
        replayed.frames += 1;
        ControlFlow::Continue(())
    })?;
    Ok(replayed)
}

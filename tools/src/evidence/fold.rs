//! From the journal to the state as it was: one fold from the first frame, with a look at each frame on the way.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use engine::{Capacities, Stamp, State};
use journal::{Frame, Reach};
use model::Seq;

use super::moment::Moment;
use super::versions::Versions;
use crate::figures;

/// A state of the past.
#[derive(Debug)]
pub struct Past {
    /// As it was right after the last frame that was folded.
    pub state: State,
    /// Which frames set what was in force.
    pub versions: Versions,
    /// What the journal holds.
    pub reach: Reach,
    /// Frames that were folded.
    pub frames: u64,
    /// How long that took, reading included.
    pub took: Duration,
}

/// Folds the journal in `dir` up to `upto`, which must lie in it. `look` sees each frame with what was before it.
///
/// # Errors
/// Where the journal cannot be read, is damaged, or does not hold the moment.
pub fn fold(dir: &Path, upto: Moment, mut look: impl FnMut(&Past, &Frame<'_>)) -> Result<Past> {
    let began = Instant::now();
    let reach = journal::reach(dir)?;
    holds(dir, &reach, upto)?;
    let mut past = Past {
        state: State::new(Capacities::as_recorded()),
        versions: Versions::default(),
        reach,
        frames: 0,
        took: Duration::ZERO,
    };
    let mut later = None;
    journal::read(dir, Seq(1), |frame| {
        if frame.seq > reach.proven {
            return ControlFlow::Break(());
        }
        if !upto.includes(frame.seq, frame.time) {
            later = Some(frame.time);
            return ControlFlow::Break(());
        }
        look(&past, frame);
        past.step(frame);
        ControlFlow::Continue(())
    })?;
    if past.frames == 0 {
        let first = later.map_or_else(String::new, |time| format!(" is of {}", figures::time(time)));
        bail!("{}: nothing was so at {upto}: the first frame{first}", dir.display());
    }
    past.took = began.elapsed();
    Ok(past)
}

impl Past {
    /// Folds one frame in.
    pub(super) fn step(&mut self, frame: &Frame<'_>) {
        self.state.begin(Stamp { seq: frame.seq, time: frame.time });
        for event in frame.as_slice() {
            self.versions.see(frame.seq, event);
            self.state.evolve(event);
        }
        self.frames += 1;
    }

    /// What the fold cost, for a person.
    pub fn cost(&self) -> String {
        let seconds = self.took.as_secs_f64();
        let rate = self.frames as f64 / seconds.max(1e-9);
        format!("folded {} frames in {seconds:.3} s, {rate:.0} frames/s", self.frames)
    }
}

/// A moment that the journal does not hold is an error, not an answer about another one.
pub(super) fn holds(dir: &Path, reach: &Reach, upto: Moment) -> Result<()> {
    let place = dir.display();
    ensure!(reach.first > Seq(0), "{place}: there is no journal; name its folder with --journal, or --data");
    ensure!(
        reach.first == Seq(1),
        "{place}: the journal begins with frame {}; what was before it is not known here",
        reach.first
    );
    let Moment::Frame(seq) = upto else { return Ok(()) };
    ensure!(seq > Seq(0), "frames are numbered from 1");
    let Reach { proven, last, .. } = *reach;
    ensure!(seq <= last, "{place}: frame {seq} is not there; the last one is {last}");
    ensure!(seq <= proven, "{place}: frame {seq} is not proven durable yet; the last one that is: {proven}");
    Ok(())
}

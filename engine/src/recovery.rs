//! From the journal back to the state: recovery folds events and never decides again; verification decides again and
//! compares.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use model::{Event, Events, Seq};

use crate::decide::decide;
use crate::evolve::Stamp;
use crate::state::{Capacities, State};
use crate::warm::{WARM_MAX, warm_events};

/// Frames that the reader hands over at once.
const BATCH_FRAMES: usize = 4_096;
/// Batches on their way.
const BATCHES: usize = 3;

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

/// Folds every frame of the journal in `dir`. A thread reads and proves the frames while this one folds them: how long a
/// restart takes is how long the folding takes.
///
/// # Errors
/// Where the journal cannot be read or is damaged.
pub fn replay(dir: &Path, capacities: Capacities) -> Result<Replayed, journal::Failure> {
    replay_seen(dir, capacities, |_| {})
}

/// The same; `see` is shown every event, for what the caller wants to know of the past and the engine does not keep.
///
/// # Errors
/// As for [`replay`].
pub fn replay_seen(
    dir: &Path,
    capacities: Capacities,
    mut see: impl FnMut(&Event),
) -> Result<Replayed, journal::Failure> {
    let mut replayed = Replayed { state: State::new(capacities), frames: 0, differs: None };
    let (full, to_fold) = sync_channel(BATCHES);
    let (empty, to_fill) = sync_channel(BATCHES);
    thread::scope(|scope| {
        let reader = scope.spawn(move || read_batches(dir, &full, &to_fill));
        for mut batch in to_fold {
            batch.events.iter().for_each(&mut see);
            replayed.fold(&batch);
            batch.clear();
            // The reader may be done already.
            let _ = empty.try_send(batch);
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok(replayed)
}

impl Replayed {
    fn fold(&mut self, batch: &Batch) {
        let mut at = 0;
        for (stamp, count) in &batch.frames {
            self.state.begin(*stamp);
            for event in &batch.events[at..at + count] {
                if at.is_multiple_of(WARM_MAX) {
                    warm_events(&self.state, &batch.events[at..]);
                }
                self.state.evolve(event);
                at += 1;
            }
        }
        self.frames += batch.frames.len() as u64;
    }
}

/// Frames on their way from the reader to the fold.
#[derive(Default)]
struct Batch {
    frames: Vec<(Stamp, usize)>,
    events: Vec<Event>,
}

impl Batch {
    fn clear(&mut self) {
        self.frames.clear();
        self.events.clear();
    }
}

fn read_batches(dir: &Path, full: &SyncSender<Batch>, empty: &Receiver<Batch>) -> Result<(), journal::Failure> {
    let mut batch = Batch::default();
    let read = journal::read(dir, Seq(1), |frame| {
        batch.frames.push((Stamp { seq: frame.seq, time: frame.time }, frame.event_count()));
        batch.events.extend_from_slice(frame.as_slice());
        if batch.frames.len() == BATCH_FRAMES {
            let next = empty.try_recv().unwrap_or_default();
            if full.send(std::mem::replace(&mut batch, next)).is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    // All before a damaged place is folded, as by a plain read. A failed send means that the fold is gone, with its reason.
    let _ = full.send(batch);
    read.map(drop)
}

/// Folds every frame, decides each command again, and stops at the first difference.
///
/// # Errors
/// As for [`replay`].
pub fn verify_replay(dir: &Path, capacities: Capacities) -> Result<Replayed, journal::Failure> {
    let mut replayed = Replayed { state: State::new(capacities), frames: 0, differs: None };
    let mut again = Events::default();
    journal::read(dir, Seq(1), |frame| {
        let stamp = Stamp { seq: frame.seq, time: frame.time };
        decide(&replayed.state, stamp.seq, stamp.time, &frame.command, &mut again);
        if again.as_slice() != frame.as_slice() {
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

//! `millrace what-if --limits FILE --from --to`: the recorded commands decided again under other limits.
//!
//! What it is, and is not: venues say what they said. An order that is let through newly was never sent, so no venue answers it:
//! it counts as working, and a cancel of it applies at once. An order that is newly refused makes void what its venue said of it:
//! that is passed over, and counted. Each UTC day begins with the recorded state, so days are decided in parallel.

mod day;
mod exposure;
mod limits;
mod report;
mod scopes;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use engine::{Capacities, Stamp, State};
use model::{EngineTime, Seq};

pub use day::{DayOutcome, Decided, Request};
pub use exposure::{Key, Peak, Peaks};
pub use limits::{AccountLimits, Change, InstrumentLimits, Limits, SessionLimits};
pub use scopes::ScopeLimit;

use super::fold::holds;
use super::moment::Moment;
use day::Day;

const DAY: i64 = 86_400_000_000_000;

/// An hour: the span that exposure is told for where nobody says otherwise.
pub const HOUR: i64 = 3_600_000_000_000;

/// The part of the journal that is decided again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// The first frame, or the first that is not earlier.
    pub from: Moment,
    /// The last frame, or the last that is not later.
    pub to: Moment,
    /// The span that exposure is told for, in nanoseconds.
    pub every: i64,
}

/// What other limits would have changed.
#[derive(Debug)]
pub struct Outcome {
    /// The limits that were put in the place of the recorded ones.
    pub changes: Vec<Change>,
    /// What came of each UTC day, in order.
    pub days: Vec<DayOutcome>,
    /// Threads that decided.
    pub threads: usize,
    /// How long it took, with the fold up to the range.
    pub took: Duration,
    /// The state at the end of the range, as recorded: for names.
    pub recorded: State,
}

/// A day's work: the recorded state before its first frame.
struct Job {
    state: State,
    first: Seq,
    day: i64,
}

/// Decides the range again, on as many threads as there are cores.
///
/// # Errors
/// Where the journal cannot be read, is damaged or does not hold the range, and where the limits name what it does not know.
pub fn run(dir: &Path, limits: &Limits, range: Range) -> Result<Outcome> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    run_on(threads, dir, limits, range)
}

/// The same on a number of threads.
///
/// # Errors
/// As for [`run`].
pub fn run_on(threads: usize, dir: &Path, limits: &Limits, range: Range) -> Result<Outcome> {
    let began = Instant::now();
    let reach = journal::reach(dir)?;
    holds(dir, &reach, range.to)?;
    let (jobs, taken) = sync_channel::<Job>(0);
    let taken = Mutex::new(taken);
    let (recorded, mut days) = thread::scope(|scope| {
        let work = || decide_days(&taken, dir, limits, range, reach.proven);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let recorded = fold_days(dir, range, reach.proven, |job| jobs.send(job).is_ok());
        drop(jobs);
        let days =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let days = days.collect::<Result<Vec<_>, journal::Failure>>()?;
        Ok::<_, anyhow::Error>((recorded?, days.into_iter().flatten().collect::<Vec<_>>()))
    })?;
    limits.are_known(&recorded).map_err(|unknown| anyhow!(unknown))?;
    days.sort_by_key(|day| day.first);
    ensure!(!days.is_empty(), "{}: no frame lies from {} to {}", dir.display(), range.from, range.to);
    let changes = limits.changes(&recorded);
    Ok(Outcome { changes, days, threads, took: began.elapsed(), recorded })
}

/// Folds the record, and gives each day of the range away at its first frame.
fn fold_days(
    dir: &Path,
    range: Range,
    proven: Seq,
    mut give: impl FnMut(Job) -> bool,
) -> Result<State, journal::Failure> {
    let mut state = State::new(Capacities::as_recorded());
    let mut day = None;
    journal::read(dir, Seq(1), |frame| {
        if frame.seq > proven || !range.to.includes(frame.seq, frame.time) {
            return ControlFlow::Break(());
        }
        if range.begins(frame.seq, frame.time) && day != Some(day_of(frame.time)) {
            day = Some(day_of(frame.time));
            if !give(Job { state: state.clone(), first: frame.seq, day: day_of(frame.time) }) {
                return ControlFlow::Break(());
            }
        }
        state.begin(Stamp { seq: frame.seq, time: frame.time });
        frame.as_slice().iter().for_each(|event| state.evolve(event));
        ControlFlow::Continue(())
    })?;
    Ok(state)
}

/// Takes one day after another until there is none.
fn decide_days(
    jobs: &Mutex<Receiver<Job>>,
    dir: &Path,
    limits: &Limits,
    range: Range,
    proven: Seq,
) -> Result<Vec<DayOutcome>, journal::Failure> {
    let mut outcomes = Vec::new();
    loop {
        let job = jobs.lock().ok().and_then(|jobs| jobs.recv().ok());
        let Some(Job { state, first, day: number }) = job else { return Ok(outcomes) };
        let mut day = Day::new(state, limits, first, range.every);
        journal::read(dir, first, |frame| {
            let is_over = frame.seq > proven || !range.to.includes(frame.seq, frame.time);
            if is_over || day_of(frame.time) != number {
                return ControlFlow::Break(());
            }
            day.frame(frame);
            ControlFlow::Continue(())
        })?;
        outcomes.push(day.finish());
    }
}

impl Range {
    fn begins(self, seq: Seq, time: EngineTime) -> bool {
        match self.from {
            Moment::Frame(first) => seq >= first,
            Moment::Time(first) => time >= first,
        }
    }
}

fn day_of(time: EngineTime) -> i64 {
    time.0.div_euclid(DAY)
}

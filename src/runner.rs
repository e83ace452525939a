//! Lays agents on threads: which agent runs where, how a thread idles, and in which order all of it stops.
//!
//! A clean stop goes in stages, because what one agent emits the next must still take: first what lets orders in, then
//! the venue, the hot loop, the journal, and last whoever reads the journal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::{Agent, EngineTime};

/// How a thread passes the time while no agent on it has work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Idle {
    /// Burns the core: the lowest latency, for a machine of one's own.
    Spin,
    /// Spins a little, then yields, then sleeps for up to 50 us: leaves a laptop usable.
    Backoff,
    /// Sleeps for a millisecond at once: for followers that nobody waits for.
    Park,
}

/// When an agent stops, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Stage {
    /// What lets commands in.
    Intake,
    /// What answers them.
    Venue,
    /// What decides them.
    Decide,
    /// What keeps them.
    Keep,
    /// What reads them.
    Follow,
}

const STAGES: [Stage; 5] = [Stage::Intake, Stage::Venue, Stage::Decide, Stage::Keep, Stage::Follow];

/// How long an agent may go on finding work once its stage has come.
const QUIET_WITHIN: Duration = Duration::from_secs(2);

/// An agent and when it stops.
pub(crate) struct Berth {
    pub(crate) agent: Box<dyn Agent>,
    pub(crate) stage: Stage,
}

/// One thread: its agents in the order in which they work, its core, its way to idle.
pub(crate) struct Lane {
    pub(crate) name: &'static str,
    pub(crate) berths: Vec<Berth>,
    pub(crate) core: Option<usize>,
    pub(crate) idle: Idle,
    pub(crate) urgency: Urgency,
}

/// What the scheduler is told of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Urgency {
    /// Like any other program.
    Normal,
    /// Runs on what the others leave (`SCHED_IDLE`): on a machine whose cores all spin, nearly nothing.
    Background,
}

/// What the lanes and the one who stops them share.
#[derive(Default)]
struct Shared {
    /// Stages below this are told to stop; 0 while everything runs.
    stopping: AtomicUsize,
    /// Agents of each stage that still run.
    running: [AtomicUsize; STAGES.len()],
    failed: parking_lot::Mutex<Option<String>>,
}

/// All lanes, running.
pub(crate) struct Running {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts a thread for each lane.
pub(crate) fn start(lanes: Vec<Lane>) -> std::io::Result<Running> {
    let shared = Arc::new(Shared::default());
    for berth in lanes.iter().flat_map(|lane| &lane.berths) {
        shared.running[berth.stage as usize].fetch_add(1, SeqCst);
    }
    let mut threads = Vec::new();
    for lane in lanes.into_iter().filter(|lane| !lane.berths.is_empty()) {
        let shared = Arc::clone(&shared);
        threads.push(thread::Builder::new().name(lane.name.to_owned()).spawn(move || run(lane, &shared))?);
    }
    Ok(Running { shared, threads })
}

impl Running {
    /// Why an agent could not go on, once one could not.
    pub(crate) fn failure(&self) -> Option<String> {
        self.shared.failed.lock().clone()
    }

    /// Stops stage by stage and waits for all threads. Says why, where an agent failed before or while stopping.
    pub(crate) fn stop(self) -> Result<(), String> {
        for stage in STAGES {
            self.shared.stopping.store(stage as usize + 1, SeqCst);
            while self.shared.running[stage as usize].load(SeqCst) > 0 && self.failure().is_none() {
                thread::sleep(Duration::from_millis(1));
            }
        }
        for thread in self.threads {
            let _joined = thread.join();
        }
        let failed = self.shared.failed.lock().take();
        failed.map_or(Ok(()), Err)
    }
}

/// The wall clock, as the journal counts it. The only clock that agents see.
#[must_use]
pub(crate) fn wall_clock() -> EngineTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    EngineTime(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

fn run(mut lane: Lane, shared: &Shared) {
    if let Some(core) = lane.core {
        pin(core, lane.name);
    }
    if lane.urgency == Urgency::Background {
        yield_to_others(lane.name);
    }
    // A panic is a bug; it must take the daemon down and not just its thread.
    let outcome = catch_unwind(AssertUnwindSafe(|| rounds(&mut lane, shared)));
    let why = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(why)) => why,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            format!("a bug in thread '{}': {}", lane.name, text.unwrap_or_default())
        }
    };
    shared.failed.lock().get_or_insert(why);
}

fn rounds(lane: &mut Lane, shared: &Shared) -> Result<(), String> {
    let mut idle_rounds = 0;
    let mut asked_since: Option<Instant> = None;
    let mut asked_for = 0;
    while !lane.berths.is_empty() {
        let now = wall_clock();
        let stopping = shared.stopping.load(SeqCst);
        if stopping != asked_for {
            (asked_for, asked_since) = (stopping, Some(Instant::now()));
        }
        if stopping > 0 && shared.failed.lock().is_some() {
            return Ok(());
        }
        let overdue = asked_since.is_some_and(|since| since.elapsed() > QUIET_WITHIN);
        let mut worked = 0;
        let mut at = 0;
        while at < lane.berths.len() {
            let berth = &mut lane.berths[at];
            let found = berth.agent.work(now).map_err(|why| format!("{} stopped: {why}", berth.agent.name()))?;
            worked += found;
            if (berth.stage as usize) < stopping && (found == 0 || overdue) {
                berth.agent.stop(now).map_err(|why| format!("{} did not stop cleanly: {why}", berth.agent.name()))?;
                shared.running[berth.stage as usize].fetch_sub(1, SeqCst);
                lane.berths.remove(at);
                continue;
            }
            at += 1;
        }
        idle_rounds = if worked > 0 { 0 } else { idle_rounds + 1 };
        wait(lane.idle, idle_rounds);
    }
    Ok(())
}

fn wait(idle: Idle, rounds: u32) {
    match (idle, rounds) {
        (_, 0) => {}
        (Idle::Spin, _) | (Idle::Backoff, ..100) => std::hint::spin_loop(),
        (Idle::Backoff, ..200) => thread::yield_now(),
        (Idle::Backoff, _) => thread::sleep(Duration::from_micros(50)),
        (Idle::Park, _) => thread::sleep(Duration::from_millis(1)),
    }
}

/// For this thread and those that it starts.
fn yield_to_others(name: &str) {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id, thread_schedule_policy,
    };
    let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let set = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, policy);
    // The crate sets the nice value after the policy, and only the policy counts.
    if let Err(error) = set
        && thread_schedule_policy() != Ok(policy)
    {
        tracing::warn!(thread = name, ?error, "cannot lower the priority; the thread competes with the hot ones");
    }
}

fn pin(core: usize, name: &str) {
    let mut set = rustix::thread::CpuSet::new();
    set.set(core);
    if let Err(error) = rustix::thread::sched_setaffinity(None, &set) {
        tracing::warn!(core, thread = name, %error, "cannot pin; the thread floats");
    }
}

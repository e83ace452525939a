//! The hot path on one screen: what goes on by itself, batch, one clock read, decide, evolve, one frame each.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use journal::Log;
use model::queue::Consumer;
use model::{Agent, Command, EngineTime, Events, Seq, Stopped, limits};

use crate::decide::decide;
use crate::evolve::Stamp;
use crate::hash::StateHash;
use crate::state::State;
use crate::usage_board::UsageBoard;
use crate::warm::{WARM_MAX, warm};

/// Steps of work that goes on by itself, in one round: so much of a mass cancel, and then the others' commands again.
const STEPS_PER_ROUND_MAX: usize = 16;

const STEP: Command = Command::Step(model::Step { reserved: 0 });

/// What the loop counts; others report it.
#[derive(Debug, Default)]
pub struct LoopCounters {
    /// Commands decided since the start.
    pub commands: AtomicU64,
    /// Batches that had work.
    pub batches: AtomicU64,
    /// The largest batch so far.
    pub batch_max: AtomicU64,
    /// Rounds in which the journal had no room, so that nothing was taken.
    pub journal_full: AtomicU64,
    /// How much of limits is used, when somebody asks.
    pub usage: UsageBoard,
    /// Where the state stood after the last command of a clean stop.
    pub at_stop: OnceLock<(Seq, StateHash)>,
}

/// The single thread that owns the state.
pub struct HotLoop {
    inboxes: Vec<Consumer<Command>>,
    log: Log,
    state: State,
    events: Events,
    batch: Vec<Command>,
    counters: Arc<LoopCounters>,
}

impl HotLoop {
    /// `inboxes` in order of precedence: a flood in one leaves every other its share of each batch.
    pub fn new(inboxes: Vec<Consumer<Command>>, log: Log, state: State, counters: Arc<LoopCounters>) -> HotLoop {
        assert!(!inboxes.is_empty() && inboxes.len() <= limits::BATCH_MAX, "each inbox has a share of the batch");
        assert!(log.next_seq() == state.last_seq().next(), "the state stands where the journal ends");
        HotLoop {
            inboxes,
            log,
            state,
            events: Events::default(),
            batch: Vec::with_capacity(limits::BATCH_MAX),
            counters,
        }
    }

    /// Writes all memory that the state has reserved, so that no page fault meets an order. Once, when the engine was told
    /// how much that is.
    pub fn touch_memory(&mut self) {
        self.state.orders.touch_memory();
        self.state.fills.touch_memory();
        self.state.holdings.touch_memory();
        self.state.strategy_books.touch_memory();
        self.state.exposures.touch_memory();
        self.state.holding_shares.touch_memory();
        self.state.strategy_shares.touch_memory();
        self.state.recent.touch_memory();
    }

    /// The state, for tests and for a clean stop.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Every inbox has its share of the batch, and what one leaves the others may take.
    fn take_batch(&mut self, most: usize) {
        self.batch.clear();
        let share = most / self.inboxes.len();
        for inbox in &mut self.inboxes {
            take(inbox, share, &mut self.batch);
        }
        for inbox in &mut self.inboxes {
            take(inbox, most - self.batch.len(), &mut self.batch);
        }
    }

    /// Goes on with what was too much for one command, for a while. Each step is a command, and a frame, like any other.
    fn go_on(&mut self, now: EngineTime) -> usize {
        let mut steps = 0;
        while steps < STEPS_PER_ROUND_MAX && self.state.has_work() {
            self.apply(now, &STEP);
            steps += 1;
        }
        steps
    }

    fn apply(&mut self, now: EngineTime, command: &Command) {
        let stamp = Stamp { seq: self.log.next_seq(), time: now };
        decide(&self.state, stamp.seq, now, command, &mut self.events);
        self.state.begin(stamp);
        self.events.as_slice().iter().for_each(|event| self.state.evolve(event));
        self.log.append(now, command, self.events.as_slice());
    }
}

fn take(inbox: &mut Consumer<Command>, most: usize, into: &mut Vec<Command>) {
    into.extend(std::iter::from_fn(|| inbox.pop()).take(most));
}

impl Agent for HotLoop {
    fn name(&self) -> &'static str {
        "hot loop"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        if !self.log.has_room() {
            self.counters.journal_full.fetch_add(1, Relaxed);
            return Ok(0);
        }
        let now = now.max(self.state.last_time());
        let steps = self.go_on(now);
        self.take_batch(limits::BATCH_MAX - steps);
        let taken = self.batch.len();
        for from in (0..taken).step_by(WARM_MAX) {
            let to = taken.min(from + WARM_MAX);
            if to - from > 1 {
                warm(&self.state, &self.batch[from..to]);
            }
            for at in from..to {
                let command = self.batch[at];
                self.apply(now, &command);
            }
        }
        self.counters.usage.answer(&self.state);
        let done = steps + taken;
        if done > 0 {
            self.log.flush();
            self.counters.commands.fetch_add(done as u64, Relaxed);
            self.counters.batches.fetch_add(1, Relaxed);
            self.counters.batch_max.fetch_max(done as u64, Relaxed);
        }
        Ok(done)
    }

    fn stop(&mut self, _now: EngineTime) -> Result<(), Stopped> {
        let _first = self.counters.at_stop.set((self.state.last_seq(), self.state.hash()));
        Ok(())
    }
}

//! An engine that runs and records, in this thread: the hot loop, and the journal's writer behind it.

use std::path::Path;
use std::sync::Arc;

use engine::{Capacities, HotLoop, LoopCounters, State};
use journal::{Durability, Settings, Writer};
use model::queue::{Producer, bounded};
use model::{Agent, Command, EngineTime, Start, Text};

/// Orders that it remembers: few, so that closed ones are forgotten on the way.
const ORDERS: u64 = 512;

pub(crate) struct Recorder {
    hot_loop: HotLoop,
    inbox: Producer<Command>,
    writer: Writer,
    pub(crate) now: EngineTime,
}

impl Recorder {
    /// Nothing was defined yet; it is `start` in nanoseconds since 1970.
    pub(crate) fn new(dir: &Path, start: i64) -> Recorder {
        let hourly = std::time::Duration::from_secs(3_600);
        let settings = Settings { durability: Durability::Asynchronous { sync_every: hourly }, ..Settings::default() };
        let opened = journal::open(dir, settings.with_segment_bytes(1 << 20)).expect("a journal opens");
        let (inbox, commands) = bounded(64);
        let state = State::new(Capacities::as_recorded());
        let counters = Arc::new(LoopCounters::default());
        let hot_loop = HotLoop::new(vec![commands], opened.log, state, counters);
        let mut recorder = Recorder { hot_loop, inbox, writer: opened.writer, now: EngineTime(start) };
        recorder.put(Command::Start(Start {
            orders_max: ORDERS,
            build: Text::literal("test"),
            acknowledge_at_venue: 0,
            reserved: [0; 7],
        }));
        recorder
    }

    /// One command, and whatever goes on by itself before it.
    pub(crate) fn put(&mut self, command: Command) {
        self.inbox.try_push(command).expect("the inbox is empty");
        let done = self.hot_loop.work(self.now).expect("the loop runs");
        assert!(done > 0, "the journal has room");
        self.writer.write_group(self.now).expect("the journal writes");
    }

    pub(crate) fn state(&self) -> &State {
        self.hot_loop.state()
    }

    /// All that was written so far is proven durable, as when the journal is quiet.
    pub(crate) fn prove(&mut self) {
        self.writer.close(self.now).expect("the journal closes");
    }
}

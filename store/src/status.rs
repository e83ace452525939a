//! What the flusher says of itself, for health, metrics and the live view. Read by any thread, never waited for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What the flusher is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The database has not been opened yet.
    Starting,
    /// It follows the journal.
    Following,
    /// Another process has the database; it tries again.
    Locked,
    /// The database cannot be used; it tries again.
    Failing,
    /// It was stopped.
    Stopped,
}

/// Shared by the flusher and all who ask. Numbers are single atomics: each is true, together they may be a moment apart.
#[derive(Debug, Default)]
pub struct StoreStatus {
    last_seq: AtomicU64,
    durable: AtomicU64,
    frames: AtomicU64,
    rows: AtomicU64,
    commits: AtomicU64,
    rebuilds: AtomicU64,
    said: Mutex<Said>,
}

#[derive(Debug, Default, Clone)]
struct Said {
    state: Option<State>,
    why: Option<String>,
}

/// One reading of [`StoreStatus`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Health {
    /// What the flusher is doing.
    pub state: State,
    /// The last frame whose rows are committed.
    pub last_seq: u64,
    /// The journal's durable mark when the flusher last looked.
    pub durable: u64,
    /// Frames between the two.
    pub lag: u64,
    /// Frames written by this process.
    pub frames: u64,
    /// Rows written by this process, all tables.
    pub rows: u64,
    /// Transactions committed by this process.
    pub commits: u64,
    /// Times that a database was set aside and built again.
    pub rebuilds: u64,
    /// The last failure, or why the database was built again.
    pub last_error: Option<String>,
}

impl StoreStatus {
    /// Now.
    pub fn health(&self) -> Health {
        let read = |number: &AtomicU64| number.load(Ordering::Acquire);
        let said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let (last_seq, durable) = (read(&self.last_seq), read(&self.durable));
        Health {
            state: said.state.unwrap_or(State::Starting),
            last_seq,
            durable,
            lag: durable.saturating_sub(last_seq),
            frames: read(&self.frames),
            rows: read(&self.rows),
            commits: read(&self.commits),
            rebuilds: read(&self.rebuilds),
            last_error: said.why,
        }
    }

    pub(crate) fn at(&self, last_seq: u64) {
        self.last_seq.store(last_seq, Ordering::Release);
    }

    pub(crate) fn saw_durable(&self, durable: u64) {
        self.durable.store(durable, Ordering::Release);
    }

    pub(crate) fn wrote(&self, last_seq: u64, frames: u64, rows: u64) {
        self.frames.fetch_add(frames, Ordering::AcqRel);
        self.rows.fetch_add(rows, Ordering::AcqRel);
        self.commits.fetch_add(1, Ordering::AcqRel);
        self.at(last_seq);
    }

    pub(crate) fn rebuilding(&self, why: String) {
        self.rebuilds.fetch_add(1, Ordering::AcqRel);
        self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).why = Some(why);
    }

    /// A failure's reason stays readable after the state is good again.
    pub(crate) fn say(&self, state: State, why: Option<String>) {
        let mut said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        said.state = Some(state);
        if why.is_some() {
            said.why = why;
        }
    }
}

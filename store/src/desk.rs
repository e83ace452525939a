//! Queries while the daemon runs. One thread with its own connection to the same database answers them in turn: readers
//! see a consistent snapshot and never hold the flusher up. Whoever asks waits with a time limit, and stops what is too slow.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use duckdb::{Connection, InterruptHandle};

use crate::guard::{Refused, scan};
use crate::held::Held;
use crate::query::{QueryLimits, Table, query};

/// Queries that may wait for the one that runs.
const WAITING_MAX: usize = 8;

/// A cheap clone for each asker.
#[derive(Clone, Default)]
pub struct QueryDesk(Arc<Mutex<Option<Counter>>>);

/// The desk while a database is open.
struct Counter {
    questions: SyncSender<Question>,
    interrupt: Arc<InterruptHandle>,
    thread: JoinHandle<()>,
}

struct Question {
    text: String,
    limits: QueryLimits,
    until: Instant,
    answer: SyncSender<Result<Table, Refused>>,
    /// Set while this question runs, so that only its own asker interrupts it.
    running: Arc<Mutex<bool>>,
}

impl QueryDesk {
    pub(crate) fn new() -> QueryDesk {
        QueryDesk::default()
    }

    /// Runs one reading statement and waits for its answer. Blocks the caller up to the limit's time: from async code,
    /// call it on a blocking thread.
    ///
    /// # Errors
    /// [`Refused`] says why there is no answer.
    pub fn sql(&self, text: &str, limits: QueryLimits) -> Result<Table, Refused> {
        scan(text)?;
        let patience = Duration::from_millis(limits.millis);
        let (answer, answered) = mpsc::sync_channel(1);
        let running = Arc::new(Mutex::new(false));
        let until = Instant::now() + patience;
        let question = Question { text: text.to_owned(), limits, until, answer, running: Arc::clone(&running) };
        let interrupt = {
            let counter = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let counter = counter.as_ref().ok_or(Refused::Closed)?;
            match counter.questions.try_send(question) {
                Ok(()) => Arc::clone(&counter.interrupt),
                Err(TrySendError::Full(_)) => return Err(Refused::Busy),
                Err(TrySendError::Disconnected(_)) => return Err(Refused::Closed),
            }
        };
        match answered.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Disconnected) => Err(Refused::Closed),
            Err(RecvTimeoutError::Timeout) => {
                // Held while interrupting: the question cannot end, and the next one cannot start, in between.
                let running = running.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                if *running {
                    interrupt.interrupt();
                }
                Err(Refused::TooSlow(patience.as_millis()))
            }
        }
    }

    /// Opens the desk on a connection of its own.
    pub(crate) fn publish(&self, connection: Connection, held: Arc<Held>) {
        self.withdraw();
        let (questions, asked) = mpsc::sync_channel(WAITING_MAX);
        let interrupt = connection.interrupt_handle();
        let spawned = thread::Builder::new().name("store-query".to_owned()).spawn(move || {
            answer(&connection, &asked);
            drop(connection);
            drop(held);
        });
        match spawned {
            Ok(thread) => {
                let mut counter = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *counter = Some(Counter { questions, interrupt, thread });
            }
            Err(error) => tracing::warn!(%error, "no thread for queries; the analytics are written all the same"),
        }
    }

    /// Closes the desk and waits until its connection is gone, so that the file can be moved away.
    pub(crate) fn withdraw(&self) {
        let counter = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        if let Some(Counter { questions, interrupt, thread }) = counter {
            drop(questions);
            while !thread.is_finished() {
                interrupt.interrupt();
                thread::park_timeout(Duration::from_millis(1));
            }
            let _ = thread.join();
        }
    }
}

fn answer(connection: &Connection, asked: &Receiver<Question>) {
    let set = |running: &Mutex<bool>, to| *running.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = to;
    for question in asked {
        if Instant::now() >= question.until {
            continue;
        }
        set(&question.running, true);
        let answer = query(connection, &question.text, question.limits);
        set(&question.running, false);
        // Whoever asked may be gone.
        let _ = question.answer.try_send(answer);
    }
}

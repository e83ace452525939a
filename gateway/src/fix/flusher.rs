//! Applies and flushes the session store on a thread of its own, because that of the FIX sockets may wait neither for a
//! disk nor for a database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use super::store::{Changes, SessionStore, StoreFailure};

/// Takes changes in order. Requests are numbered; one flush answers all that came before it.
pub(super) struct Flusher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// A request came, one was answered, or the end.
    changed: Condvar,
    applied: AtomicU64,
    durable: AtomicU64,
}

#[derive(Default)]
struct State {
    waiting: Vec<Changes>,
    requested: u64,
    /// The last request that asks for a flush.
    flush: u64,
    failure: Option<StoreFailure>,
    stopping: bool,
}

impl Flusher {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`StoreFailure`] where no thread can be had.
    pub(super) fn start(store: Arc<dyn SessionStore>) -> Result<Flusher, StoreFailure> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("fix-store".into())
            .spawn(move || {
                // A panic is a bug in the store; the acceptor must hear of it as of any failure.
                let run = AssertUnwindSafe(|| of_thread.run(&*store));
                if catch_unwind(run).is_err() {
                    of_thread.fail(StoreFailure::Database("a bug in the session store, see the log".to_owned()));
                }
            })
            .map_err(|error| StoreFailure::Database(error.to_string()))?;
        Ok(Flusher { shared, thread: Some(thread) })
    }

    /// Hands changes over; gives the number of the request.
    pub(super) fn apply(&self, changes: Changes) -> u64 {
        let mut state = self.shared.state.lock();
        match state.waiting.last_mut() {
            // Newer numbers make older ones needless: what waits stays as small as the sessions are many.
            Some(last) if changes.reset.is_empty() => last.merge(changes),
            _ => state.waiting.push(changes),
        }
        state.requested += 1;
        self.shared.changed.notify_all();
        state.requested
    }

    /// Asks that all handed over so far becomes durable; gives the number of the request.
    pub(super) fn flush(&self) -> u64 {
        let mut state = self.shared.state.lock();
        state.requested += 1;
        state.flush = state.requested;
        self.shared.changed.notify_all();
        state.requested
    }

    /// Can the changes of the request be read from the store? Costs one load.
    pub(super) fn is_applied(&self, request: u64) -> bool {
        self.shared.applied.load(Ordering::Acquire) >= request
    }

    /// Is all up to the request durable? Costs one load.
    pub(super) fn is_durable(&self, request: u64) -> bool {
        self.shared.durable.load(Ordering::Acquire) >= request
    }

    /// Waits until the request is durable.
    ///
    /// # Errors
    /// [`StoreFailure`] of the store, now and for ever after.
    pub(super) fn wait(&self, request: u64) -> Result<(), StoreFailure> {
        let mut state = self.shared.state.lock();
        while !self.is_durable(request) {
            if let Some(failure) = &state.failure {
                return Err(failure.clone());
            }
            self.shared.changed.wait(&mut state);
        }
        Ok(())
    }

    /// Why the store has ended, if it has.
    pub(super) fn failure(&self) -> Option<StoreFailure> {
        self.shared.state.lock().failure.clone()
    }
}

impl Shared {
    fn run(&self, store: &dyn SessionStore) {
        loop {
            let mut state = self.state.lock();
            while state.requested == self.applied.load(Ordering::Relaxed) {
                if state.stopping {
                    return;
                }
                self.changed.wait(&mut state);
            }
            let waiting = std::mem::take(&mut state.waiting);
            let (request, flush) = (state.requested, state.flush);
            drop(state);
            if let Err(failure) = self.take(store, &waiting, request, flush) {
                return self.fail(failure);
            }
        }
    }

    fn fail(&self, failure: StoreFailure) {
        self.state.lock().failure = Some(failure);
        self.changed.notify_all();
    }

    fn take(
        &self,
        store: &dyn SessionStore,
        waiting: &[Changes],
        request: u64,
        flush: u64,
    ) -> Result<(), StoreFailure> {
        waiting.iter().try_for_each(|changes| store.apply(changes))?;
        if flush > self.durable.load(Ordering::Relaxed) {
            store.flush()?;
            self.durable.store(request, Ordering::Release);
        }
        self.applied.store(request, Ordering::Release);
        // Whoever waits holds the lock between looking and sleeping.
        drop(self.state.lock());
        self.changed.notify_all();
        Ok(())
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.shared.state.lock().stopping = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Seq, SessionId};

    use super::super::store::{Run, SessionRecord, SledStore, Stored};
    use super::*;

    #[test]
    fn changes_can_be_read_once_applied_and_every_request_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn SessionStore> = Arc::new(SledStore::open(folder.path()).unwrap());
        let flusher = Flusher::start(Arc::clone(&store)).unwrap();
        let run = Run { first: 2, seq: Seq(3), index: 0, poss_resend: false, unsent: false };
        let handed = flusher.apply(Changes { runs: vec![(SessionId(1), run)], ..Changes::default() });
        let (first, second) = (flusher.flush(), flusher.flush());
        flusher.wait(second).unwrap();
        assert!(flusher.is_durable(first));
        while !flusher.is_applied(handed) {
            std::thread::yield_now();
        }
        assert_eq!(store.run_at(SessionId(1), 9).unwrap(), Some(run));
    }

    /// Panics at the first change.
    struct Broken;

    impl SessionStore for Broken {
        fn load(&self) -> Result<Stored, StoreFailure> {
            Ok(Stored::default())
        }
        fn apply(&self, _changes: &Changes) -> Result<(), StoreFailure> {
            panic!("a bug")
        }
        fn flush(&self) -> Result<(), StoreFailure> {
            Ok(())
        }
        fn run_at(&self, _session: SessionId, _number: u64) -> Result<Option<Run>, StoreFailure> {
            Ok(None)
        }
        fn run_after(&self, _session: SessionId, _number: u64) -> Result<Option<Run>, StoreFailure> {
            Ok(None)
        }
    }

    #[test]
    fn bug_in_the_store_is_a_failure_that_everybody_hears_of() {
        let flusher = Flusher::start(Arc::new(Broken)).unwrap();
        flusher.apply(Changes::default());
        let request = flusher.flush();
        assert!(flusher.wait(request).is_err());
        assert!(flusher.failure().is_some());
    }

    #[test]
    fn changes_that_wait_grow_with_the_sessions_and_not_with_the_time() {
        let record = |next_in| SessionRecord { next_in, next_out: 1, reserved: 1, born_ns: None };
        let changes = |session, next_in, cursor| Changes {
            cursor: Some(Seq(cursor)),
            sessions: vec![(SessionId(session), record(next_in))],
            ..Changes::default()
        };
        let mut waiting = changes(1, 5, 10);
        waiting.merge(changes(2, 7, 11));
        waiting.merge(changes(1, 6, 12));
        assert_eq!(waiting.cursor, Some(Seq(12)));
        assert_eq!(waiting.sessions, [(SessionId(1), record(6)), (SessionId(2), record(7))]);
    }
}

//! The helper of asynchronous durability: syncs what was written, every so often, on its own thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::storage::Stored;
use crate::{Failure, Mark};

/// The running helper.
pub(crate) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    file: Mutex<Arc<dyn Stored>>,
    stop: AtomicBool,
    has_failed: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Syncer {
    pub(crate) fn start(file: Arc<dyn Stored>, mark: Mark, every: Duration) -> Result<Syncer, Failure> {
        let shared = Arc::new(Shared {
            file: Mutex::new(file),
            stop: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            failure: Mutex::new(None),
        });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("journal-sync".to_owned())
            .spawn(move || run(&theirs, &mark, every))
            .map_err(Failure::io("start a thread for", "syncing"))?;
        Ok(Syncer { shared, thread: Some(thread) })
    }

    /// From now on this file; the one before was synced by the caller.
    pub(crate) fn switch_to(&self, file: Arc<dyn Stored>) {
        *locked(&self.shared.file) = file;
    }

    /// # Errors
    /// The failure of the helper's sync, once.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if !self.shared.has_failed.load(Ordering::Acquire) {
            return Ok(());
        }
        let source = locked(&self.shared.failure).take().unwrap_or_else(|| io::Error::other("sync failed before"));
        Err(Failure::Io { doing: "sync", file: "the current segment".to_owned(), source })
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in there was printed when it happened; there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, mark: &Mark, every: Duration) {
    while !shared.stop.load(Ordering::Acquire) {
        std::thread::park_timeout(every);
        // The number before the file: what was written before a roll is in a file that the roll itself synced.
        let written = mark.written();
        if written <= mark.synced() {
            continue;
        }
        let file = Arc::clone(&locked(&shared.file));
        match file.sync() {
            Ok(()) => mark.raise_synced(written),
            Err(error) => {
                *locked(&shared.failure) = Some(error);
                shared.has_failed.store(true, Ordering::Release);
                return;
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

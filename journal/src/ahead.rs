//! What is made before it is needed, on a thread of its own: the next segment, and the reserve that becomes one when the disk is
//! full.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use model::EngineTime;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Failure;
use crate::storage::{Storage, Stored};

/// Name of the segment that is allocated but not in use; worthless after a crash.
pub(crate) const PREPARED: &str = "prepared.tmp";
/// Name of the one that is used only where no other can be made; worthless but for its room after a crash.
pub(crate) const RESERVE: &str = "reserve.tmp";
/// What could not be made is tried again after so long, in nanoseconds: somebody may have made room.
const RETRY_NS: i64 = 1_000_000_000;

/// The next segment and the reserve.
pub(crate) struct Ahead {
    storage: Arc<dyn Storage>,
    /// Where they are made: not on the core that the writer is pinned to.
    cores: Option<CpuSet>,
    bytes: u64,
    next: Option<Arc<dyn Stored>>,
    reserve: Option<Arc<dyn Stored>>,
    making: Option<JoinHandle<Made>>,
    try_again_at: EngineTime,
    has_room: Option<bool>,
}

/// What one try brought; `None` of what was there already.
struct Made {
    next: Option<io::Result<Arc<dyn Stored>>>,
    reserve: Option<io::Result<Arc<dyn Stored>>>,
}

impl Ahead {
    /// Nothing is made yet. Segments of `bytes` each.
    pub(crate) fn new(storage: Arc<dyn Storage>, bytes: u64) -> Ahead {
        Ahead {
            storage,
            cores: sched_getaffinity(None).ok(),
            bytes,
            next: None,
            reserve: None,
            making: None,
            try_again_at: EngineTime(i64::MIN),
            has_room: None,
        }
    }

    /// Size of segments to come.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// False from a try that could not make all on, until one did: what is left is not for new orders. `None` before the first.
    pub(crate) fn has_room(&self) -> Option<bool> {
        self.has_room
    }

    /// Begins to make what is missing, or takes what was made. Costs nothing while there is nothing to do.
    pub(crate) fn work(&mut self, now: EngineTime) {
        if self.making.as_ref().is_some_and(|making| !making.is_finished()) {
            return;
        }
        if self.making.is_some() {
            self.take_made(now);
        }
        let is_complete = self.next.is_some() && self.reserve.is_some();
        if is_complete || now < self.try_again_at {
            return;
        }
        let (storage, bytes) = (Arc::clone(&self.storage), self.bytes);
        let missing = (self.next.is_none(), self.reserve.is_none());
        if !self.storage.in_background() {
            let made = make(storage.as_ref(), bytes, missing);
            self.note(made, now);
            return;
        }
        let cores = self.cores;
        let spawned = std::thread::Builder::new().name("journal-prepare".to_owned()).spawn(move || {
            // It works as well on the writer's own core, only slower for both.
            let _ = cores.map(|cores| sched_setaffinity(None, &cores));
            make(storage.as_ref(), bytes, missing)
        });
        self.making = spawned.ok();
    }

    /// The segment to go over to, and the name that it has until then. One more try where it could not be made ahead, then the
    /// reserve.
    pub(crate) fn take(&mut self, now: EngineTime) -> Result<(&'static str, Arc<dyn Stored>), Failure> {
        self.take_made(now);
        if let Some(next) = self.next.take() {
            return Ok((PREPARED, next));
        }
        match self.storage.create(PREPARED, self.bytes) {
            Ok(next) => Ok((PREPARED, next)),
            Err(source) if is_no_room(&source) => {
                self.has_room = Some(false);
                let full = Failure::DiskFull { bytes: self.bytes, source };
                self.reserve.take().map(|reserve| (RESERVE, reserve)).ok_or(full)
            }
            Err(source) => Err(Failure::Io { doing: "allocate", file: PREPARED.to_owned(), source }),
        }
    }

    fn take_made(&mut self, now: EngineTime) {
        if let Some(made) = self.making.take().and_then(|making| making.join().ok()) {
            self.note(made, now);
        }
    }

    fn note(&mut self, made: Made, now: EngineTime) {
        self.next = self.next.take().or(made.next.and_then(Result::ok));
        self.reserve = self.reserve.take().or(made.reserve.and_then(Result::ok));
        let has_room = self.next.is_some() && self.reserve.is_some();
        self.has_room = Some(has_room);
        let later = EngineTime(now.0.saturating_add(RETRY_NS));
        self.try_again_at = if has_room { EngineTime(i64::MIN) } else { later };
    }
}

/// The thread writes into files that the next opening takes for its own.
impl Drop for Ahead {
    fn drop(&mut self) {
        self.take_made(EngineTime(0));
    }
}

fn make(storage: &dyn Storage, bytes: u64, (next, reserve): (bool, bool)) -> Made {
    Made {
        next: next.then(|| storage.create(PREPARED, bytes)),
        reserve: reserve.then(|| storage.create(RESERVE, bytes)),
    }
}

/// Makes a first segment.
pub(crate) fn create(storage: &dyn Storage, bytes: u64) -> Result<Arc<dyn Stored>, Failure> {
    storage.create(PREPARED, bytes).map_err(|source| {
        if is_no_room(&source) {
            return Failure::DiskFull { bytes, source };
        }
        Failure::Io { doing: "allocate", file: PREPARED.to_owned(), source }
    })
}

fn is_no_room(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

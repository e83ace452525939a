//! The writer's files: the one that is written, the one prepared for later, and the roll from one to the next.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use zerocopy::IntoBytes;

use crate::Failure;
use crate::format::{COMMIT_BYTES, SEGMENT_HEADER_BYTES, SEGMENT_RESERVE, SegmentHeader, segment_name};
use crate::storage::{Storage, Stored};
use crate::tail::Tail;

/// Name of the segment that is allocated but not in use; worthless after a crash.
const PREPARED: &str = "prepared.tmp";

/// The current segment and the next.
pub(crate) struct Segments {
    storage: Arc<dyn Storage>,
    /// Where the next segment is prepared: not on the core that the writer is pinned to.
    cores: Option<CpuSet>,
    /// For segments to come; the current one may have been made with another setting.
    next_bytes: u64,
    current: Current,
    next: Next,
}

struct Current {
    file: Arc<dyn Stored>,
    name: String,
    offset: u64,
    bytes: u64,
}

enum Next {
    None,
    Preparing(JoinHandle<io::Result<Arc<dyn Stored>>>),
    Ready(io::Result<Arc<dyn Stored>>),
}

impl Segments {
    /// Goes on in an existing segment.
    pub(crate) fn resume(storage: Arc<dyn Storage>, next_bytes: u64, tail: &Tail) -> Result<Segments, Failure> {
        let name = segment_name(tail.header.first_seq);
        let file = storage.open(&name).map_err(Failure::io("open", &name))?;
        Ok(Segments {
            storage,
            cores: sched_getaffinity(None).ok(),
            next_bytes,
            current: Current { file, name, offset: tail.committed.end, bytes: tail.header.segment_bytes },
            next: Next::None,
        })
    }

    /// Begins with a new segment that holds nothing yet.
    pub(crate) fn begin(storage: Arc<dyn Storage>, header: &SegmentHeader) -> Result<Segments, Failure> {
        let bytes = header.segment_bytes;
        let file = storage.create(PREPARED, bytes).map_err(|source| no_room(source, bytes))?;
        let current = publish(storage.as_ref(), file, header, &[])?;
        Ok(Segments { storage, cores: sched_getaffinity(None).ok(), next_bytes: bytes, current, next: Next::None })
    }

    /// Can a batch with this many bytes of frames go into the current segment, so that a mark and a seal still fit?
    pub(crate) fn has_room(&self, frames: usize) -> bool {
        self.current.offset + frames as u64 + SEGMENT_RESERVE <= self.current.bytes
    }

    /// Can a mark go into the current segment, so that a seal still fits?
    pub(crate) fn has_room_for_mark(&self) -> bool {
        self.current.offset + 2 * COMMIT_BYTES as u64 <= self.current.bytes
    }

    pub(crate) fn file(&self) -> Arc<dyn Stored> {
        Arc::clone(&self.current.file)
    }

    /// Size of segments to come.
    pub(crate) fn next_bytes(&self) -> u64 {
        self.next_bytes
    }

    /// Appends to the current segment.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let current = &mut self.current;
        assert!(current.offset + bytes.len() as u64 <= current.bytes, "a segment never grows");
        current.file.write_at(bytes, current.offset).map_err(Failure::io("write", &current.name))?;
        current.offset += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn sync(&self) -> Result<(), Failure> {
        self.current.file.sync().map_err(Failure::io("sync", &self.current.name))
    }

    /// Has the next segment made while the current one is written, on a thread of its own: it takes many writes and syncs.
    pub(crate) fn prepare_ahead(&mut self) {
        if !matches!(self.next, Next::None) {
            return;
        }
        let (storage, bytes, cores) = (Arc::clone(&self.storage), self.next_bytes, self.cores);
        if !storage.in_background() {
            self.next = Next::Ready(storage.create(PREPARED, bytes));
            return;
        }
        let spawned = std::thread::Builder::new().name("journal-prepare".to_owned()).spawn(move || {
            // It works as well on the writer's own core, only slower for both.
            let _ = cores.map(|cores| sched_setaffinity(None, &cores));
            storage.create(PREPARED, bytes)
        });
        self.next = spawned.map_or(Next::None, Next::Preparing);
    }

    /// Makes sure that the next segment is there. One more try where preparing it ahead failed: space may be free again.
    pub(crate) fn reserve_next(&mut self) -> Result<(), Failure> {
        let prepared = match std::mem::replace(&mut self.next, Next::None) {
            Next::None => None,
            Next::Ready(prepared) => prepared.ok(),
            Next::Preparing(thread) => thread.join().ok().and_then(Result::ok),
        };
        let file = match prepared {
            Some(file) => file,
            None => {
                self.storage.create(PREPARED, self.next_bytes).map_err(|source| no_room(source, self.next_bytes))?
            }
        };
        self.next = Next::Ready(Ok(file));
        Ok(())
    }

    /// Goes over to the reserved segment, whose first batch is `batch`. The name appears when all of it is on disk.
    pub(crate) fn roll(&mut self, header: &SegmentHeader, batch: &[u8]) -> Result<(), Failure> {
        let Next::Ready(Ok(file)) = std::mem::replace(&mut self.next, Next::None) else {
            unreachable!("the next segment is reserved before the current one is sealed");
        };
        self.current = publish(self.storage.as_ref(), file, header, batch)?;
        Ok(())
    }
}

fn publish(
    storage: &dyn Storage,
    file: Arc<dyn Stored>,
    header: &SegmentHeader,
    batch: &[u8],
) -> Result<Current, Failure> {
    let name = segment_name(header.first_seq);
    file.write_at(header.as_bytes(), 0).map_err(Failure::io("write", &name))?;
    if !batch.is_empty() {
        file.write_at(batch, SEGMENT_HEADER_BYTES as u64).map_err(Failure::io("write", &name))?;
    }
    file.sync().map_err(Failure::io("sync", &name))?;
    storage.publish(PREPARED, &name).map_err(Failure::io("name", &name))?;
    let offset = (SEGMENT_HEADER_BYTES + batch.len()) as u64;
    Ok(Current { file, name, offset, bytes: header.segment_bytes })
}

fn no_room(source: io::Error, bytes: u64) -> Failure {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Failure::DiskFull { bytes, source }
        }
        _ => Failure::Io { doing: "allocate", file: PREPARED.to_owned(), source },
    }
}

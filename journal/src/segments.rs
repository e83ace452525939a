//! The writer's files: the one that is written, and the roll from it to the next.

use std::io;
use std::sync::Arc;

use model::EngineTime;
use zerocopy::IntoBytes;

use crate::Failure;
use crate::ahead::{Ahead, PREPARED, create};
use crate::format::{COMMIT_BYTES, SEGMENT_HEADER_BYTES, SEGMENT_RESERVE, SegmentHeader, segment_name};
use crate::sabotage::{self, Sabotage};
use crate::storage::{Storage, Stored, write_all};
use crate::tail::Tail;

/// The current segment and what comes after it.
pub(crate) struct Segments {
    storage: Arc<dyn Storage>,
    current: Current,
    /// Taken for a roll that has begun, under this name.
    next: Option<(&'static str, Arc<dyn Stored>)>,
    /// Made with another setting than the current one, perhaps.
    ahead: Ahead,
}

struct Current {
    file: Arc<dyn Stored>,
    name: String,
    offset: u64,
    bytes: u64,
}

impl Segments {
    /// Goes on in an existing segment.
    pub(crate) fn resume(storage: Arc<dyn Storage>, next_bytes: u64, tail: &Tail) -> Result<Segments, Failure> {
        let name = segment_name(tail.header.first_seq);
        let file = storage.open(&name).map_err(Failure::io("open", &name))?;
        let current = Current { file, name, offset: tail.committed.end, bytes: tail.header.segment_bytes };
        Ok(Segments::of(storage, current, next_bytes))
    }

    /// Begins with a new segment that holds nothing yet.
    pub(crate) fn begin(storage: Arc<dyn Storage>, header: &SegmentHeader) -> Result<Segments, Failure> {
        let bytes = header.segment_bytes;
        let file = create(storage.as_ref(), bytes)?;
        let current = publish(storage.as_ref(), (PREPARED, file), header, &[])?;
        Ok(Segments::of(storage, current, bytes))
    }

    fn of(storage: Arc<dyn Storage>, current: Current, next_bytes: u64) -> Segments {
        let ahead = Ahead::new(Arc::clone(&storage), next_bytes);
        Segments { storage, current, next: None, ahead }
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
        self.ahead.bytes()
    }

    /// Appends to the current segment.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let current = &mut self.current;
        assert!(current.offset + bytes.len() as u64 <= current.bytes, "a segment never grows");
        match write_all(current.file.as_ref(), bytes, current.offset) {
            Err(_) if sabotage::is(Sabotage::WriteErrorIgnored) => {}
            written => written.map_err(Failure::io("write", &current.name))?,
        }
        current.offset += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn sync(&self) -> Result<(), Failure> {
        sync(self.current.file.as_ref()).map_err(Failure::io("sync", &self.current.name))
    }

    /// Has the next segment and the reserve made while the current one is written: that takes many writes and syncs. Says
    /// whether there was room for them.
    pub(crate) fn prepare_ahead(&mut self, now: EngineTime) -> Option<bool> {
        self.ahead.work(now);
        self.ahead.has_room()
    }

    /// Makes sure that the next segment is there.
    pub(crate) fn reserve_next(&mut self, now: EngineTime) -> Result<(), Failure> {
        self.next = Some(self.ahead.take(now)?);
        Ok(())
    }

    /// Goes over to the reserved segment, whose first batch is `batch`. The name appears when all of it is on disk.
    pub(crate) fn roll(&mut self, header: &SegmentHeader, batch: &[u8]) -> Result<(), Failure> {
        let Some(next) = self.next.take() else {
            unreachable!("the next segment is reserved before the current one is sealed");
        };
        self.current = publish(self.storage.as_ref(), next, header, batch)?;
        Ok(())
    }
}

fn publish(
    storage: &dyn Storage,
    (made_as, file): (&str, Arc<dyn Stored>),
    header: &SegmentHeader,
    batch: &[u8],
) -> Result<Current, Failure> {
    let name = segment_name(header.first_seq);
    write_all(file.as_ref(), header.as_bytes(), 0).map_err(Failure::io("write", &name))?;
    write_all(file.as_ref(), batch, SEGMENT_HEADER_BYTES as u64).map_err(Failure::io("write", &name))?;
    sync(file.as_ref()).map_err(Failure::io("sync", &name))?;
    storage.rename(made_as, &name).map_err(Failure::io("name", &name))?;
    if !sabotage::is(Sabotage::NoNameSync) {
        match storage.sync_names() {
            Err(_) if sabotage::is(Sabotage::NameErrorIgnored) => {}
            synced => synced.map_err(Failure::io("sync the folder of", &name))?,
        }
    }
    let offset = (SEGMENT_HEADER_BYTES + batch.len()) as u64;
    Ok(Current { file, name, offset, bytes: header.segment_bytes })
}

fn sync(file: &dyn Stored) -> io::Result<()> {
    if sabotage::is(Sabotage::NoSync) {
        return Ok(());
    }
    match file.sync() {
        Err(_) if sabotage::is(Sabotage::SyncRetried) => file.sync(),
        synced => synced,
    }
}

//! The I/O half: takes what the log handed over, writes it, syncs once, moves the mark.

use std::fs::File;

use model::queue::{Consumer, Full, Producer};
use model::{Agent, EngineTime, Stopped};
use zerocopy::IntoBytes;

use crate::end::{End, Last};
use crate::format::{COMMIT_BYTES, Commit, KIND_COMMIT};
use crate::log::Chunk;
use crate::sabotage::{self, Sabotage};
use crate::segments::Segments;
use crate::syncer::Syncer;
use crate::{Failure, Mark};

/// How long frames that nobody outside waits for may stay unwritten, in nanoseconds: so the next order does not find the
/// disk busy with them.
const LINGER: i64 = 1_000_000;
/// Quiet time after which the last batch gets its proof, in nanoseconds.
const IDLE_BEFORE_MARK: i64 = 10_000_000;

/// Writes groups; the first failure is final.
pub struct Writer {
    filled: Consumer<Chunk>,
    free: Producer<Chunk>,
    /// Taken off the queue, but too long for the group before it.
    carry: Option<Chunk>,
    group: Vec<u8>,
    /// The last frame in the group; `None` while it is empty.
    last: Option<Last>,
    /// Does anyone outside wait for a frame of the group?
    awaited: bool,
    /// When the first frame came into the group.
    gathered_since: EngineTime,
    group_bytes: usize,
    segments: Segments,
    mark: Mark,
    end: End,
    quiet_since: EngineTime,
    syncer: Option<Syncer>,
    failed: Option<String>,
    /// Held as long as the writer lives.
    _lock: Option<File>,
}

/// The two queues between log and writer, writer's side.
pub(crate) struct Chunks {
    pub(crate) filled: Consumer<Chunk>,
    pub(crate) free: Producer<Chunk>,
}

impl Writer {
    pub(crate) fn new(
        chunks: Chunks,
        group_bytes: usize,
        segments: Segments,
        mark: Mark,
        end: End,
        syncer: Option<Syncer>,
        lock: Option<File>,
    ) -> Writer {
        let mut group = vec![1; group_bytes + COMMIT_BYTES];
        group.clear();
        Writer {
            filled: chunks.filled,
            free: chunks.free,
            carry: None,
            group,
            last: None,
            awaited: false,
            gathered_since: EngineTime(i64::MIN),
            group_bytes,
            segments,
            mark,
            end,
            quiet_since: EngineTime(i64::MIN),
            syncer,
            failed: None,
            _lock: lock,
        }
    }

    /// Writes and syncs one group, if anything waits; returns how many frames.
    ///
    /// # Errors
    /// The first failure of the storage, and from then on always [`Failure::Final`]: nothing is retried, and the mark stays
    /// where it is.
    pub fn write_group(&mut self, now: EngineTime) -> Result<usize, Failure> {
        self.unless_failed(|writer| {
            writer.gather(now);
            writer.commit(now)
        })
    }

    /// The same, once someone waits for a frame of the group or it has waited long enough.
    fn write_if_due(&mut self, now: EngineTime) -> Result<usize, Failure> {
        self.unless_failed(|writer| {
            writer.gather(now);
            // A clock that went back ends it too.
            let lingers = (0..LINGER).contains(&now.0.saturating_sub(writer.gathered_since.0));
            if writer.last.is_some() && !writer.awaited && lingers && writer.carry.is_none() {
                return Ok(0);
            }
            writer.commit(now)
        })
    }

    /// Writes all that waits, and the record that proves the last batch; syncs. For a clean end.
    ///
    /// # Errors
    /// As for [`Writer::write_group`].
    pub fn close(&mut self, now: EngineTime) -> Result<(), Failure> {
        self.unless_failed(|writer| {
            writer.gather(now);
            while writer.commit(now)? > 0 {
                writer.gather(now);
            }
            writer.segments.sync()?;
            writer.mark.raise_synced(writer.end.seq);
            if writer.end.proven < writer.end.seq {
                writer.prove(now)?;
                writer.segments.sync()?;
            }
            Ok(())
        })
    }

    fn unless_failed<T>(&mut self, step: impl FnOnce(&mut Writer) -> Result<T, Failure>) -> Result<T, Failure> {
        if let Some(first) = &self.failed {
            return Err(Failure::Final { first: first.clone() });
        }
        step(self).inspect_err(|failure| self.failed = Some(failure.to_string()))
    }

    fn commit(&mut self, now: EngineTime) -> Result<usize, Failure> {
        if let Some(syncer) = &self.syncer {
            syncer.check()?;
        }
        let Some(last) = self.last.take() else {
            self.prove_when_quiet(now)?;
            self.prepare_ahead(now);
            return Ok(0);
        };
        let frames = last.seq.0 - self.end.seq.0;
        self.quiet_since = now;
        if self.segments.has_room(self.group.len()) {
            self.commit_here(now, last)?;
        } else {
            self.commit_in_next_segment(now, last)?;
        }
        self.group.clear();
        self.awaited = false;
        self.prepare_ahead(now);
        Ok(frames as usize)
    }

    /// Copies waiting chunks together, so that one write and one hash do, and gives them back at once.
    fn gather(&mut self, now: EngineTime) {
        while let Some(chunk) = self.carry.take().or_else(|| self.filled.pop()) {
            if !self.group.is_empty() && self.group.len() + chunk.bytes.len() > self.group_bytes {
                self.carry = Some(chunk);
                break;
            }
            let before = self.last.map_or(self.end.seq, |last| last.seq);
            assert!(chunk.first_seq == before.next(), "chunks arrive in order and complete");
            self.group.extend_from_slice(&chunk.bytes);
            self.mark.recent().push(&chunk);
            if self.last.is_none() {
                self.gathered_since = now;
            }
            self.awaited |= chunk.awaited;
            self.last = Some(Last { seq: chunk.last_seq, chain: chunk.chain });
            self.recycle(chunk);
        }
    }

    fn recycle(&mut self, mut chunk: Chunk) {
        chunk.bytes.clear();
        if let Err(Full(_)) = self.free.try_push(chunk) {
            unreachable!("the queue has a slot for every chunk there is");
        }
    }

    fn commit_here(&mut self, now: EngineTime, last: Last) -> Result<(), Failure> {
        let commit = self.seal_group(now, last);
        if sabotage::is(Sabotage::AcknowledgedBeforeWritten) {
            self.mark.raise_durable(last.seq);
        }
        self.segments.write(&self.group)?;
        self.wrote(&commit);
        if self.syncer.is_none() {
            self.segments.sync()?;
            self.mark.raise_synced(last.seq);
        }
        self.mark.raise_durable(last.seq);
        Ok(())
    }

    /// Seals the current segment and makes the group the first batch of the next. Syncs in both modes, so that recovery
    /// may rely on every segment before the last being whole.
    fn commit_in_next_segment(&mut self, now: EngineTime, last: Last) -> Result<(), Failure> {
        match self.segments.reserve_next(now) {
            Err(Failure::DiskFull { .. }) if sabotage::is(Sabotage::FullDiskIgnored) => {
                self.mark.raise_durable(last.seq);
                return Ok(());
            }
            reserved => reserved?,
        }
        if self.syncer.is_some() {
            self.segments.sync()?;
            self.mark.raise_synced(self.end.seq);
        }
        self.write_mark(self.end.seal(self.mark.synced(), now.0))?;
        self.segments.sync()?;

        let header = self.end.segment_header(self.segments.next_bytes());
        let commit = self.seal_group(now, last);
        self.segments.roll(&header, &self.group)?;
        if let Some(syncer) = &self.syncer {
            syncer.switch_to(self.segments.file());
        }
        self.wrote(&commit);
        self.mark.raise_synced(last.seq);
        self.mark.raise_durable(last.seq);
        Ok(())
    }

    fn prepare_ahead(&mut self, now: EngineTime) {
        if let Some(has_room) = self.segments.prepare_ahead(now) {
            self.mark.set_room_ahead(has_room);
        }
    }

    /// Appends the commit record to the group.
    fn seal_group(&mut self, now: EngineTime, last: Last) -> Commit {
        let commit = self.end.commit(last, self.mark.synced(), now.0, &self.group);
        self.group.extend_from_slice(commit.as_bytes());
        commit
    }

    fn wrote(&mut self, commit: &Commit) {
        self.end.passes(commit);
        self.mark.raise_written(self.end.seq);
    }

    /// The last batch of a burst has no batch after it to prove it, so it gets a record for that; without a sync, since
    /// nothing waits for it.
    fn prove_when_quiet(&mut self, now: EngineTime) -> Result<(), Failure> {
        let quiet = now.0.saturating_sub(self.quiet_since.0) >= IDLE_BEFORE_MARK;
        let provable = self.end.proven < self.end.seq && self.mark.synced() == self.end.seq;
        if quiet && provable && self.segments.has_room_for_mark() {
            self.prove(now)?;
        }
        Ok(())
    }

    /// Says how far all is durable.
    fn prove(&mut self, now: EngineTime) -> Result<(), Failure> {
        self.write_mark(self.end.without_frames(KIND_COMMIT, self.mark.synced(), now.0))
    }

    fn write_mark(&mut self, mark: Commit) -> Result<(), Failure> {
        self.segments.write(mark.as_bytes())?;
        self.end.passes(&mark);
        Ok(())
    }
}

impl Agent for Writer {
    fn name(&self) -> &'static str {
        "journal"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        self.write_if_due(now).map_err(Stopped::by)
    }

    fn stop(&mut self, now: EngineTime) -> Result<(), Stopped> {
        self.close(now).map_err(Stopped::by)
    }
}

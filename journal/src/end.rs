//! The end of what was written, and the records that go on from it.

use model::Seq;

use crate::format::{COMMIT_BYTES, Commit, FORMAT, KIND_EPOCH, KIND_SEAL, RecordHeader, SegmentHeader};
use crate::walk::Committed;

/// Where the next record goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) journal: u64,
    /// Version of the last segment.
    pub(crate) format: u16,
    pub(crate) epoch: u32,
    pub(crate) seq: Seq,
    pub(crate) chain: u64,
    pub(crate) hash: [u8; 32],
    /// Highest `durable_upto` that a written record says.
    pub(crate) proven: Seq,
}

/// The last frame of a batch, and the chain after it.
#[derive(Clone, Copy)]
pub(crate) struct Last {
    pub(crate) seq: Seq,
    pub(crate) chain: u64,
}

impl End {
    /// The end of a segment that was read.
    pub(crate) fn of(header: &SegmentHeader, committed: &Committed) -> End {
        End {
            journal: header.journal,
            format: header.format,
            epoch: committed.epoch,
            seq: committed.seq,
            chain: committed.chain,
            hash: committed.hash,
            proven: committed.durable_upto,
        }
    }

    /// Header of a segment that goes on from here.
    pub(crate) fn segment_header(&self, segment_bytes: u64) -> SegmentHeader {
        SegmentHeader::new(self.journal, self.epoch, self.seq.next().0, segment_bytes, self.chain, self.hash)
    }

    /// The commit record of a batch up to `last`, which lies directly before it.
    pub(crate) fn commit(&self, last: Last, durable_upto: Seq, time: i64, frames: &[u8]) -> Commit {
        self.record(crate::format::KIND_COMMIT, last, durable_upto, time, frames)
    }

    /// A commit record over no frames: a mark, a seal, the beginning of this epoch.
    pub(crate) fn without_frames(&self, kind: u8, durable_upto: Seq, time: i64) -> Commit {
        self.record(kind, Last { seq: self.seq, chain: self.chain }, durable_upto, time, &[])
    }

    fn record(&self, kind: u8, last: Last, durable_upto: Seq, time: i64, frames: &[u8]) -> Commit {
        let header = RecordHeader {
            crc: 0,
            len: COMMIT_BYTES as u32,
            chain: last.chain,
            seq: last.seq.0,
            time,
            kind,
            events: 0,
            format: self.format,
            epoch: self.epoch,
        };
        let commit = Commit {
            header,
            first_seq: self.seq.next().0,
            durable_upto: durable_upto.0,
            batch_bytes: frames.len() as u64,
            hash: [0; 32],
        };
        commit.seal(self.journal, &self.hash, frames)
    }

    /// The record was written.
    pub(crate) fn passes(&mut self, commit: &Commit) {
        self.seq = Seq(commit.header.seq);
        self.chain = commit.header.chain;
        self.hash = commit.hash;
        self.proven = self.proven.max(Seq(commit.durable_upto));
    }

    /// Another writer's end is this one's beginning: all found is durable by now, and no record of an earlier epoch comes
    /// after what this one writes.
    pub(crate) fn next_epoch(&self) -> End {
        End { format: FORMAT, epoch: self.epoch + 1, ..*self }
    }

    /// The record that begins this epoch in a segment of the one before.
    pub(crate) fn begin_epoch(&self, time: i64) -> Commit {
        self.without_frames(KIND_EPOCH, self.seq, time)
    }

    /// The record that ends the segment.
    pub(crate) fn seal(&self, durable_upto: Seq, time: i64) -> Commit {
        self.without_frames(KIND_SEAL, durable_upto, time)
    }
}

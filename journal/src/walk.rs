//! Walks records in order and holds each against the ones before it. The follower, recovery, reading and verifying all
//! go through here; only recovery and verifying look at the batch hashes.

use std::io;
use std::sync::Arc;

use model::Seq;

use crate::block::Block;
use crate::format::{
    COMMIT_BYTES, Commit, FRAME_BYTES_MAX, KIND_COMMIT, KIND_EPOCH, KIND_FRAME, KIND_SEAL, RECORD_HEADER_BYTES,
    RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader, chain, crc, segment_name,
};
use crate::sabotage::{self, Sabotage};
use crate::storage::Storage;
use crate::{Failure, Fault, Wrong};

/// What lies at the place of the walk.
#[derive(Debug)]
pub(crate) enum Step {
    /// A valid frame at this offset; [`Walk::record`] has its bytes.
    Frame { offset: u64, header: RecordHeader },
    /// A valid commit record, mark or beginning of an epoch.
    Commit,
    /// A valid seal: the segment ends here.
    Seal,
    /// Nothing was written here (yet).
    End,
    /// Not what a writer wrote. The walk has not moved.
    Bad(Fault),
}

/// What the last valid commit record vouches for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Committed {
    /// Where the next batch begins.
    pub(crate) end: u64,
    pub(crate) seq: Seq,
    pub(crate) chain: u64,
    pub(crate) hash: [u8; 32],
    /// Of the last record.
    pub(crate) epoch: u32,
    /// Highest `durable_upto` seen.
    pub(crate) durable_upto: Seq,
}

/// A place in one segment.
pub(crate) struct Walk {
    block: Block,
    name: String,
    header: SegmentHeader,
    offset: u64,
    next: Seq,
    chain: u64,
    time: i64,
    committed: Committed,
    hasher: Option<blake3::Hasher>,
}

impl Walk {
    /// At the first record of the segment that begins with `first_seq`. `Ok(Err)` where its header is not valid.
    pub(crate) fn open(
        storage: &Arc<dyn Storage>,
        first_seq: Seq,
        batch_hashes: bool,
    ) -> Result<Result<Walk, Fault>, Failure> {
        let name = segment_name(first_seq.0);
        let file = storage.open(&name).map_err(Failure::io("open", &name))?;
        let mut block = Block::new(file).map_err(Failure::io("measure", &name))?;
        let bytes = block.get(0, SEGMENT_HEADER_BYTES).map_err(Failure::io("read", &name))?;
        let fault = |wrong| Fault { file: name.clone(), offset: 0, seq: first_seq, wrong };
        let Some(header) = SegmentHeader::at(bytes).filter(|header| header.first_seq == first_seq.0) else {
            let is_newer = SegmentHeader::is_newer(bytes);
            return Ok(Err(fault(if is_newer { Wrong::Newer } else { Wrong::SegmentHeader })));
        };
        if header.segment_bytes != block.file_len() {
            return Ok(Err(fault(Wrong::Length)));
        }
        let start = Committed {
            end: SEGMENT_HEADER_BYTES as u64,
            seq: Seq(first_seq.0 - 1),
            chain: header.chain,
            hash: header.hash,
            epoch: header.epoch,
            durable_upto: Seq(first_seq.0 - 1),
        };
        let hasher = batch_hashes.then(|| hasher_after(&header.hash));
        let offset = start.end;
        Ok(Ok(Walk {
            block,
            name,
            header,
            offset,
            next: first_seq,
            chain: header.chain,
            time: i64::MIN,
            committed: start,
            hasher,
        }))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn header(&self) -> &SegmentHeader {
        &self.header
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Is `seq` so near that walking on costs less than beginning at the start of its segment?
    pub(crate) fn reaches(&self, seq: Seq) -> bool {
        const NEAR: u64 = 50_000;
        self.next <= seq && seq.0 - self.next.0 < NEAR
    }

    pub(crate) fn next_seq(&self) -> Seq {
        self.next
    }

    pub(crate) fn chain(&self) -> u64 {
        self.chain
    }

    /// Time of the last frame; `i64::MIN` before the first.
    pub(crate) fn time(&self) -> i64 {
        self.time
    }

    pub(crate) fn committed(&self) -> &Committed {
        &self.committed
    }

    /// Looks at the disk again for whatever comes next.
    pub(crate) fn forget(&mut self) {
        self.block.forget();
    }

    /// The bytes of the frame at `offset`, directly after its step.
    pub(crate) fn record(&mut self, offset: u64, len: usize) -> Result<&[u8], Failure> {
        self.block.get(offset, len).map_err(Failure::io("read", &self.name))
    }

    /// One record on.
    pub(crate) fn step(&mut self) -> Result<Step, Failure> {
        match self.look() {
            Ok(step) => Ok(step),
            Err(source) => Err(Failure::Io { doing: "read", file: self.name.clone(), source }),
        }
    }

    fn look(&mut self) -> io::Result<Step> {
        let bytes = self.block.get(self.offset, RECORD_HEADER_BYTES)?;
        let Some(header) = RecordHeader::at(bytes) else {
            return Ok(Step::End);
        };
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(Step::End);
        }
        let covers = header.crc_covers();
        let record = self.block.get(self.offset, covers)?;
        if record.len() < covers || crc(self.header.journal, &record[4..]) != header.crc {
            return Ok(self.bad(Wrong::HeaderCrc));
        }
        if !header.is_possible() || header.format != self.header.format {
            return Ok(self.bad(Wrong::Header));
        }
        let epoch = self.committed.epoch;
        let is_of_epoch = if header.kind == KIND_EPOCH { header.epoch > epoch } else { header.epoch == epoch };
        if !is_of_epoch {
            return Ok(self.bad(Wrong::Epoch));
        }
        if header.kind == KIND_FRAME { self.look_at_frame(header) } else { self.look_at_commit(header) }
    }

    fn look_at_frame(&mut self, header: RecordHeader) -> io::Result<Step> {
        let (offset, len) = (self.offset, header.len as usize);
        assert!(len <= FRAME_BYTES_MAX);
        let frame = self.block.get(offset, len)?;
        let is_chained =
            frame.len() == len && (chain(self.chain, frame) == header.chain || sabotage::is(Sabotage::ChainIgnored));
        if !is_chained {
            return Ok(self.bad(Wrong::Chain));
        }
        if header.seq != self.next.0 {
            return Ok(self.bad(Wrong::Order));
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(frame);
        }
        self.offset += len as u64;
        self.next = self.next.next();
        self.chain = header.chain;
        self.time = header.time;
        Ok(Step::Frame { offset, header })
    }

    fn look_at_commit(&mut self, header: RecordHeader) -> io::Result<Step> {
        let record = self.block.get(self.offset, COMMIT_BYTES)?;
        let Some(commit) = Commit::at(self.header.journal, record) else {
            return Ok(self.bad(Wrong::HeaderCrc));
        };
        let before = self.committed;
        let fits = header.seq + 1 == self.next.0
            && header.chain == self.chain
            && commit.first_seq == before.seq.0 + 1
            && commit.batch_bytes == self.offset - before.end
            && commit.durable_upto <= header.seq
            && (header.kind == KIND_COMMIT || commit.batch_bytes == 0);
        if !fits {
            return Ok(self.bad(Wrong::Commit));
        }
        if let Some(hasher) = self.hasher.take() {
            let right = commit.finish_hash(hasher.clone()) == commit.hash;
            self.hasher = Some(if right { hasher_after(&commit.hash) } else { hasher });
            if !right && !sabotage::is(Sabotage::BatchHashIgnored) && !sabotage::is(Sabotage::ChainIgnored) {
                return Ok(self.bad(Wrong::BatchHash));
            }
        }
        self.offset += COMMIT_BYTES as u64;
        self.committed = Committed {
            end: self.offset,
            seq: Seq(header.seq),
            chain: header.chain,
            hash: commit.hash,
            epoch: header.epoch,
            durable_upto: before.durable_upto.max(Seq(commit.durable_upto)),
        };
        Ok(if header.kind == KIND_SEAL { Step::Seal } else { Step::Commit })
    }

    fn bad(&self, wrong: Wrong) -> Step {
        Step::Bad(self.fault(wrong))
    }

    /// A fault at the place of the walk.
    pub(crate) fn fault(&self, wrong: Wrong) -> Fault {
        Fault { file: self.name.clone(), offset: self.offset, seq: self.next, wrong }
    }

    /// Does this segment go on where `before` ended?
    pub(crate) fn follows(&self, before: &Walk) -> bool {
        self.header.journal == before.header.journal
            && self.header.epoch >= before.committed.epoch
            && self.header.first_seq == before.next.0
            && self.header.chain == before.chain
            && self.header.hash == before.committed.hash
    }

    /// The highest `durable_upto` of any valid commit record from the walk's place on: proof that what should lie here
    /// was durable once.
    pub(crate) fn proof_beyond(&mut self) -> Result<Seq, Failure> {
        let name = self.name.clone();
        self.search_proof().map_err(Failure::io("read", &name))
    }

    fn search_proof(&mut self) -> io::Result<Seq> {
        let mut proven = Seq(0);
        let mut at = self.offset;
        while let Some(nonzero) = self.block.first_nonzero(at)? {
            // Records begin at multiples of 8, and the CRC at the start of one may itself be zero.
            at = (nonzero & !7).max(at);
            let bytes = self.block.get(at, COMMIT_BYTES)?;
            if let Some(commit) = Commit::at(self.header.journal, bytes) {
                proven = proven.max(Seq(commit.durable_upto));
            }
            at += 8;
        }
        Ok(proven)
    }

    /// Offset of the first byte after the walk's place that is not zero.
    pub(crate) fn first_nonzero(&mut self) -> Result<Option<u64>, Failure> {
        self.block.first_nonzero(self.offset).map_err(Failure::io("read", &self.name))
    }

    /// Offset after the last byte that is not zero.
    pub(crate) fn end_of_nonzero(&mut self, from: u64) -> Result<u64, Failure> {
        self.block.end_of_nonzero(from).map_err(Failure::io("read", &self.name))
    }
}

fn hasher_after(hash: &[u8; 32]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    hasher.update(hash);
    hasher
}

/// First frames of all segments, in order; a name that pretends to be a segment is a fault.
pub(crate) fn segments(storage: &Arc<dyn Storage>) -> Result<Result<Vec<Seq>, Fault>, Failure> {
    let place = storage.place();
    let mut found = Vec::new();
    for name in storage.list().map_err(Failure::io("list", &place))? {
        match crate::format::parse_segment_name(&name) {
            Some(seq) if seq > 0 => found.push(Seq(seq)),
            _ if name.ends_with(".mlj") => {
                return Ok(Err(Fault { file: name, offset: 0, seq: Seq(0), wrong: Wrong::Name }));
            }
            _ => {}
        }
    }
    found.sort_unstable();
    Ok(Ok(found))
}

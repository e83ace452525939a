//! Proves every written byte of a journal, or names the first that is not what was written.

use std::path::Path;
use std::sync::Arc;

use model::{Events, Seq};

use crate::storage::{Disk, Storage};
use crate::walk::{Step, Walk, segments};
use crate::{Failure, Fault, Frame, Wrong};

/// What a whole journal is.
#[derive(Debug)]
pub struct Verdict {
    /// Committed frames found sound, up to the fault if there is one.
    pub frames: u64,
    /// The first of them; 0 if there is none.
    pub first_seq: Seq,
    /// The last of them; 0 if there is none.
    pub last_seq: Seq,
    /// Segments looked at.
    pub segments: usize,
    /// The hash chain after the last frame.
    pub chain: u64,
    /// BLAKE3 over everything up to the last commit record.
    pub hash: [u8; 32],
    /// The first place that is not what was written.
    pub fault: Option<Fault>,
    /// The fault is at the very end and nothing proves that it was ever durable: what an interrupted write leaves, and
    /// what the next opening cuts off. A flipped bit in the last batch of a journal that was not closed cleanly looks the
    /// same.
    pub torn: bool,
    /// Why the looking itself ended early.
    pub failure: Option<Failure>,
}

impl Verdict {
    /// Is every byte what was written?
    pub fn is_sound(&self) -> bool {
        self.fault.is_none() && self.failure.is_none()
    }
}

/// Checks segment headers and their links, header checksums, the hash chain, the batch hashes, that every record decodes,
/// and that all else is zero. Of a live journal it sees a moment: an unfinished last batch then looks torn.
pub fn verify(dir: &Path) -> Verdict {
    verify_on(&Disk::for_reading(dir))
}

/// The same over any storage.
pub fn verify_on(storage: &Arc<dyn Storage>) -> Verdict {
    let mut verdict = Verdict {
        frames: 0,
        first_seq: Seq(0),
        last_seq: Seq(0),
        segments: 0,
        chain: crate::format::CHAIN_START,
        hash: [0; 32],
        fault: None,
        torn: false,
        failure: None,
    };
    match check_all(storage, &mut verdict) {
        Ok(()) => {}
        Err(Failure::Damaged(fault)) => verdict.fault = Some(fault),
        Err(failure) => verdict.failure = Some(failure),
    }
    verdict
}

fn check_all(storage: &Arc<dyn Storage>, verdict: &mut Verdict) -> Result<(), Failure> {
    let all = segments(storage)?.map_err(Failure::Damaged)?;
    verdict.first_seq = all.first().copied().unwrap_or(Seq(0));
    let mut before: Option<Walk> = None;
    for (index, first) in all.iter().enumerate() {
        verdict.segments += 1;
        let mut walk = Walk::open(storage, *first, true)?.map_err(Failure::Damaged)?;
        let starts_journal = walk.header().chain == crate::format::CHAIN_START && walk.header().hash == [0; 32];
        let linked = before.as_ref().map_or(first.0 > 1 || starts_journal, |before| walk.follows(before));
        if !linked {
            return Err(Failure::Damaged(Fault { offset: 0, ..walk.fault(Wrong::Link) }));
        }
        check_segment(&mut walk, index + 1 == all.len(), verdict)?;
        before = Some(walk);
    }
    Ok(())
}

fn check_segment(walk: &mut Walk, is_last: bool, verdict: &mut Verdict) -> Result<(), Failure> {
    let mut events = Events::default();
    let mut sealed = false;
    let fault = loop {
        match walk.step()? {
            Step::Frame { offset, header } => {
                let bytes = walk.record(offset, header.len as usize)?;
                if Frame::decode(&header, bytes, &mut events).is_none() {
                    let file = walk.name().to_owned();
                    break Some(Fault { file, offset, seq: Seq(header.seq), wrong: Wrong::Unknown });
                }
            }
            Step::Commit => note(walk, verdict),
            Step::Seal => {
                sealed = true;
                break None;
            }
            Step::End => break None,
            Step::Bad(fault) => break Some(fault),
        }
    };
    note(walk, verdict);
    let fault = match (fault, walk.first_nonzero()?) {
        (Some(fault), _) => fault,
        (None, Some(offset)) => Fault { offset, ..walk.fault(Wrong::Tail) },
        (None, None) if !sealed && !is_last => walk.fault(Wrong::Unsealed),
        (None, None) if walk.offset() != walk.committed().end => walk.fault(Wrong::Uncommitted),
        (None, None) => return Ok(()),
    };
    let provable = matches!(fault.wrong, Wrong::Unknown | Wrong::BatchHash) || sealed || !is_last;
    let proven = walk.proof_beyond()?.max(walk.committed().durable_upto);
    verdict.torn = !provable && proven <= walk.committed().seq;
    Err(Failure::Damaged(fault))
}

fn note(walk: &Walk, verdict: &mut Verdict) {
    let committed = walk.committed();
    verdict.last_seq = committed.seq;
    verdict.frames = committed.seq.0 + 1 - verdict.first_seq.0.max(1);
    verdict.chain = committed.chain;
    verdict.hash = committed.hash;
}

//! Where does the last segment end, and is what lies beyond a torn tail or damage?
//!
//! A batch is written and synced before the next one is. So when a commit record proves (`durable_upto`) that a frame was
//! durable, and that frame is not valid, then bytes were lost after they were safe: damage. What nothing proves is the
//! last batch, interrupted: nobody was told of it, it is dropped.

use std::sync::Arc;

use model::Seq;

use crate::format::SegmentHeader;
use crate::sabotage::{self, Sabotage};
use crate::storage::Storage;
use crate::walk::{Committed, Step, Walk, segments};
use crate::{Failure, Fault, Wrong};

/// Times that a fault in a live segment is looked at again: a reader may overtake the writer's bytes.
const LOOKS: usize = 4;

/// The end of a journal.
pub(crate) struct Tail {
    /// First frames of all segments.
    pub(crate) segments: Vec<Seq>,
    /// Of the last segment.
    pub(crate) header: SegmentHeader,
    pub(crate) committed: Committed,
    /// Time of the last committed frame in this segment; `i64::MIN` if it has none.
    pub(crate) time: i64,
    pub(crate) sealed: bool,
    /// Bytes after the last commit record that are not what was written: an unproven batch, interrupted.
    pub(crate) torn: Option<Torn>,
}

/// An interrupted batch.
#[derive(Clone, Debug)]
pub(crate) struct Torn {
    pub(crate) fault: Fault,
    /// End of the bytes that are not zero.
    pub(crate) end: u64,
}

/// The end of the journal in `storage`; `None` where there is no segment at all.
pub(crate) fn inspect(storage: &Arc<dyn Storage>, batch_hashes: bool) -> Result<Option<Tail>, Failure> {
    let mut last_fault = None;
    for _ in 0..LOOKS {
        match inspect_once(storage, batch_hashes) {
            Err(Failure::Damaged(fault)) if last_fault.as_ref() != Some(&fault) => last_fault = Some(fault),
            answer => return answer,
        }
    }
    last_fault.map_or(Ok(None), |fault| Err(Failure::Damaged(fault)))
}

fn inspect_once(storage: &Arc<dyn Storage>, batch_hashes: bool) -> Result<Option<Tail>, Failure> {
    let segments = segments(storage)?.map_err(Failure::Damaged)?;
    let Some(last) = segments.last() else {
        return Ok(None);
    };
    let mut walk = Walk::open(storage, *last, batch_hashes)?.map_err(Failure::Damaged)?;
    let mut time = i64::MIN;
    let (fault, sealed) = loop {
        match walk.step()? {
            Step::Frame { .. } => {}
            Step::Commit => time = walk.time(),
            Step::Seal => break (None, true),
            Step::End => break (None, false),
            Step::Bad(fault) => break (Some(fault), false),
        }
    };
    let committed = *walk.committed();
    let torn = match (fault, walk.first_nonzero()?) {
        (None, None) if walk.offset() == committed.end => None,
        (None, None) => Some(walk.fault(Wrong::Uncommitted)),
        (None, Some(_)) => Some(walk.fault(Wrong::Tail)),
        (Some(fault), _) => Some(fault),
    };
    let torn = match torn {
        None => None,
        Some(fault) => {
            let proven = walk.proof_beyond()?.max(committed.durable_upto);
            let proven = if sabotage::is(Sabotage::ProofIgnored) { Seq(0) } else { proven };
            if proven > committed.seq || sealed || fault.wrong == Wrong::BatchHash {
                return Err(Failure::Damaged(fault));
            }
            Some(Torn { fault, end: walk.end_of_nonzero(committed.end)? })
        }
    };
    let header = *walk.header();
    Ok(Some(Tail { segments, header, committed, time, sealed, torn }))
}

//! Reading without a writer: recovery folds this, tools print it.

use core::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use model::{Events, Seq};

use crate::storage::{Disk, Storage};
use crate::tail::inspect;
use crate::walk::{Step, Walk};
use crate::{Failure, Fault, Frame, Wrong};

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadSummary {
    /// Frames passed on.
    pub frames: u64,
    /// Last committed frame of the journal, whether or not the reading got there; 0 for an empty journal.
    pub last_seq: Seq,
    /// The hash chain after the last frame that was passed on or skipped.
    pub chain: u64,
    /// Where the journal ends in an interrupted batch, which was not read.
    pub torn: Option<Fault>,
}

/// Every committed frame from `from` on, in a journal that is closed or live, up to its valid end. Checks header checksums
/// and the hash chain of everything that it passes; [`crate::verify`] checks the batch hashes too.
///
/// # Errors
/// [`Failure::Damaged`] where the bytes are not what was written, after all frames before that place.
pub fn read(dir: &Path, from: Seq, each: impl FnMut(&Frame<'_>) -> ControlFlow<()>) -> Result<ReadSummary, Failure> {
    read_on(&Disk::for_reading(dir), from, each)
}

/// The same over any storage.
///
/// # Errors
/// As for [`read`].
pub fn read_on(
    storage: &Arc<dyn Storage>,
    from: Seq,
    mut each: impl FnMut(&Frame<'_>) -> ControlFlow<()>,
) -> Result<ReadSummary, Failure> {
    let Some(tail) = inspect(storage, false)? else {
        return Ok(ReadSummary { frames: 0, last_seq: Seq(0), chain: crate::format::CHAIN_START, torn: None });
    };
    let last = tail.committed.seq;
    let torn = tail.torn.map(|torn| torn.fault);
    let first = tail.segments.iter().rev().find(|first| **first <= from).or(tail.segments.first()).copied();
    let mut walk = Walk::open(storage, first.unwrap_or(Seq(1)), false)?.map_err(Failure::Damaged)?;
    let mut events = Events::default();
    let mut frames = 0;
    while walk.next_seq() <= last {
        match walk.step()? {
            Step::Frame { offset, header } if header.seq >= from.0 => {
                let bytes = walk.record(offset, header.len as usize)?;
                let Some(frame) = Frame::decode(&header, bytes, &mut events) else {
                    let (file, seq) = (walk.name().to_owned(), Seq(header.seq));
                    return Err(Failure::Damaged(Fault { file, offset, seq, wrong: Wrong::Unknown }));
                };
                frames += 1;
                if each(&frame).is_break() {
                    break;
                }
            }
            Step::Frame { .. } | Step::Commit => {}
            Step::Seal => {
                let next = Walk::open(storage, walk.next_seq(), false)?.map_err(Failure::Damaged)?;
                if !next.follows(&walk) {
                    return Err(Failure::Damaged(next.fault(Wrong::Link)));
                }
                walk = next;
            }
            Step::End => return Err(Failure::Damaged(walk.fault(Wrong::Unsealed))),
            Step::Bad(fault) => return Err(Failure::Damaged(fault)),
        }
    }
    Ok(ReadSummary { frames, last_seq: last, chain: walk.chain(), torn })
}

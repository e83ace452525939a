//! Frames as the bytes that they are, undecoded: for whoever vouches for bytes, and may be older than what they say.

use core::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use model::Seq;

use crate::format::{RecordHeader, segment_name};
use crate::storage::{Disk, Storage};
use crate::walk::{Step, Walk, segments};
use crate::{Failure, Fault, Wrong};

/// What the journal is, and how far its bytes can be relied on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extent {
    /// Identity of the journal.
    pub journal: u64,
    /// First frame that the folder holds.
    pub first: Seq,
    /// Last frame that a commit record vouches for, as far as was read. Frames after it may have been passed on: they
    /// are an unfinished batch.
    pub committed: Seq,
    /// A record of the journal says that frames up to this one were synced.
    pub durable: Seq,
    /// Where durable bytes are not what was written. Nothing was read beyond.
    pub fault: Option<Fault>,
}

/// Passes on every frame from `from` on, header and whole record, of a journal that is closed or live. Checks header
/// checksums, the hash chain and the links of segments. Where `each` breaks, the reading still goes on to the record that
/// proves the last frame passed on, so that [`Extent`] can count it. `None` where there is no segment.
///
/// # Errors
/// Where the files cannot be read. Damage is no error here but a [`Extent::fault`], after all frames before it.
pub fn records(
    dir: &Path,
    from: Seq,
    each: impl FnMut(&RecordHeader, &[u8]) -> ControlFlow<()>,
) -> Result<Option<Extent>, Failure> {
    records_in(&Disk::for_reading(dir), from, each)
}

fn records_in(
    storage: &Arc<dyn Storage>,
    from: Seq,
    mut each: impl FnMut(&RecordHeader, &[u8]) -> ControlFlow<()>,
) -> Result<Option<Extent>, Failure> {
    let all = segments(storage)?.map_err(Failure::Damaged)?;
    let Some(first) = all.first().copied() else { return Ok(None) };
    let start = all.iter().rev().find(|first| **first <= from).copied().unwrap_or(first);
    let mut extent = Extent { journal: 0, first, committed: Seq(0), durable: Seq(0), fault: None };
    let mut walk = match Walk::open(storage, start, false)? {
        Ok(walk) => walk,
        Err(fault) => return Ok(Some(Extent { fault: Some(fault), ..extent })),
    };
    extent.journal = walk.header().journal;
    let mut enough: Option<Seq> = None;
    loop {
        match settled(storage, &mut walk)? {
            Step::Frame { header, .. } if enough.is_some() || header.seq < from.0 => {}
            Step::Frame { offset, header } => {
                let passed_on = each(&header, walk.record(offset, header.len as usize)?);
                enough = passed_on.is_break().then_some(Seq(header.seq));
            }
            Step::Commit if enough.is_some_and(|last| last <= walk.committed().durable_upto) => break,
            Step::Commit => {}
            Step::Seal => {
                note(&walk, &mut extent);
                match after(storage, &walk)? {
                    None => break,
                    Some(Ok(next)) => walk = next,
                    Some(Err(fault)) => {
                        extent.fault = Some(fault);
                        break;
                    }
                }
            }
            Step::End => break,
            Step::Bad(fault) => {
                extent.fault = Some(fault);
                break;
            }
        }
    }
    note(&walk, &mut extent);
    Ok(Some(extent))
}

/// The next step, where bytes at the very end that nothing proves count as the end: a batch that is being written, or an
/// interrupted one.
fn settled(storage: &Arc<dyn Storage>, walk: &mut Walk) -> Result<Step, Failure> {
    let step = walk.step()?;
    if !matches!(step, Step::Bad(_) | Step::End) {
        return Ok(step);
    }
    let is_last = segments(storage)?.map_err(Failure::Damaged)?.last() == Some(&Seq(walk.header().first_seq));
    if is_last && walk.proof_beyond()? <= walk.committed().seq {
        return Ok(Step::End);
    }
    // The proof was written after what it proves, so the second look sees all of that.
    walk.forget();
    Ok(match walk.step()? {
        Step::End => Step::Bad(walk.fault(Wrong::Unsealed)),
        step => step,
    })
}

/// The segment after one that ended; `None` where it was the last.
fn after(storage: &Arc<dyn Storage>, walk: &Walk) -> Result<Option<Result<Walk, Fault>>, Failure> {
    let next = walk.next_seq();
    let Some(first) = segments(storage)?.map_err(Failure::Damaged)?.into_iter().find(|first| *first >= next) else {
        return Ok(None);
    };
    if first > next {
        let file = segment_name(first.0);
        return Ok(Some(Err(Fault { file, offset: 0, seq: next, wrong: Wrong::Link })));
    }
    let opened = Walk::open(storage, first, false)?;
    Ok(Some(opened.and_then(|opened| if opened.follows(walk) { Ok(opened) } else { Err(opened.fault(Wrong::Link)) })))
}

fn note(walk: &Walk, extent: &mut Extent) {
    let committed = walk.committed();
    extent.committed = extent.committed.max(committed.seq);
    extent.durable = extent.durable.max(committed.durable_upto);
}

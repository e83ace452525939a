//! What lies in a journal, for readers that want no more than what nothing can take back.

use std::path::Path;

use model::Seq;

use crate::Failure;
use crate::storage::Disk;
use crate::tail::inspect;

/// The frames of a journal, live or closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    /// The first frame; 0 where there is none.
    pub first: Seq,
    /// The last one that the journal's own bytes say was synced. In a live journal it lags behind [`crate::Mark::durable`] by
    /// a batch at most; after a clean end it is the last.
    pub proven: Seq,
    /// The last one that is whole.
    pub last: Seq,
}

/// Looks at the last segment of the journal in `dir`. Takes no lock and writes nothing.
///
/// # Errors
/// Where the directory cannot be read, or the last segment is damaged.
pub fn reach(dir: &Path) -> Result<Reach, Failure> {
    let nothing = Reach { first: Seq(0), proven: Seq(0), last: Seq(0) };
    let Some(tail) = inspect(&Disk::for_reading(dir), false)? else { return Ok(nothing) };
    let first = tail.segments.first().copied().unwrap_or(Seq(0));
    let (proven, last) = (tail.committed.durable_upto, tail.committed.seq);
    Ok(if last < first { nothing } else { Reach { first, proven, last } })
}

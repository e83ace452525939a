//! Reads what may leave, at its own pace: from the files, so that a slow follower costs the writer nothing; from memory
//! what was written a moment ago, where someone waits for it.

use std::path::Path;
use std::sync::Arc;

use model::{Events, Seq};

use crate::format::RecordHeader;
use crate::recent::Near;
use crate::storage::{Disk, Storage};
use crate::walk::{Step, Walk, segments};
use crate::{Failure, Fault, Frame, Mark, Wrong};

/// A cursor over the journal, bounded by the mark.
pub struct Follower {
    storage: Arc<dyn Storage>,
    mark: Mark,
    next: Seq,
    walk: Option<Walk>,
    near: Option<Near>,
    /// Frames that one poll may pass over on its way to the first.
    passes_max: usize,
    events: Events,
}

impl Follower {
    /// The first frame delivered is `from`, or the first that still exists. Reads nothing yet.
    ///
    /// # Errors
    /// Where the directory cannot be listed.
    pub fn new(dir: &Path, mark: Mark, from: Seq) -> Result<Follower, Failure> {
        Follower::over(Disk::for_reading(dir), mark, from)
    }

    /// The same, but what is still in the writer's memory is read from there: for followers that others wait for. Needs
    /// the writer to be in this process.
    ///
    /// # Errors
    /// As for [`Follower::new`].
    pub fn near(dir: &Path, mark: Mark, from: Seq) -> Result<Follower, Failure> {
        let follower = Follower::new(dir, mark, from)?;
        Ok(Follower { near: Some(Near::default()), ..follower })
    }

    /// The same over any storage.
    ///
    /// # Errors
    /// As for [`Follower::new`].
    pub fn over(storage: Arc<dyn Storage>, mark: Mark, from: Seq) -> Result<Follower, Failure> {
        let first = segments(&storage)?.map_err(Failure::Damaged)?.first().copied().unwrap_or(Seq(1));
        Ok(Follower {
            storage,
            mark,
            next: from.max(first),
            walk: None,
            near: None,
            passes_max: usize::MAX,
            events: Events::default(),
        })
    }

    /// Passes over at most so many frames in one poll: a segment is read from its start, and the first frame to deliver may be
    /// far from there. For followers whose thread has other things to do.
    #[must_use]
    pub fn with_passes_max(self, passes_max: usize) -> Follower {
        Follower { passes_max, ..self }
    }

    /// Is it still on its way to the frame that comes next? Then a poll that delivered nothing has not come to the end.
    pub fn is_on_its_way(&self) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.next_seq() < self.next)
    }

    /// The frame that comes next.
    pub fn next_seq(&self) -> Seq {
        self.next
    }

    /// Goes on at this frame if it is further on. What lies between is passed over without being decoded, and whole segments
    /// without being read.
    pub fn skip_to(&mut self, seq: Seq) {
        self.next = self.next.max(seq);
        self.walk = self.walk.take().filter(|walk| walk.reaches(self.next));
    }

    /// Up to `max` frames behind the mark, in order, each passed to `each`; returns how many. No system call when nothing
    /// is new.
    ///
    /// # Errors
    /// Where the files cannot be read, or are not what was written. The follower stays where it was.
    pub fn poll(&mut self, max: usize, mut each: impl FnMut(&Frame<'_>)) -> Result<usize, Failure> {
        let upto = self.mark.durable();
        let (mut delivered, mut passed) = (0, 0);
        while delivered < max && self.next <= upto {
            if let Some(near) = &mut self.near
                && let Some((header, bytes)) = near.record(self.mark.recent(), self.next)
            {
                let Some(frame) = Frame::decode(&header, bytes, &mut self.events) else {
                    near.forget();
                    let file = "the writer's memory".to_owned();
                    return Err(Failure::Damaged(Fault { file, offset: 0, seq: self.next, wrong: Wrong::Unknown }));
                };
                each(&frame);
                self.next = self.next.next();
                delivered += 1;
                // A place in the files that fell far behind is of no use any more.
                self.walk = self.walk.take().filter(|walk| walk.reaches(self.next));
                continue;
            }
            let walk = match &mut self.walk {
                Some(walk) => walk,
                None => self.walk.insert(Self::locate(&self.storage, self.next)?),
            };
            let (offset, header) = match Self::next_frame(&self.storage, walk) {
                Ok(found) => found,
                Err(failure) => {
                    // It may stand between two segments, where nothing can be read.
                    self.walk = None;
                    return Err(failure);
                }
            };
            if header.seq < self.next.0 {
                passed += 1;
                if passed == self.passes_max {
                    break;
                }
                continue;
            }
            let bytes = walk.record(offset, header.len as usize)?;
            let Some(frame) = Frame::decode(&header, bytes, &mut self.events) else {
                let file = walk.name().to_owned();
                self.walk = None;
                return Err(Failure::Damaged(Fault { file, offset, seq: self.next, wrong: Wrong::Unknown }));
            };
            each(&frame);
            self.next = self.next.next();
            delivered += 1;
        }
        Ok(delivered)
    }

    /// The start of the segment that holds `seq`.
    fn locate(storage: &Arc<dyn Storage>, seq: Seq) -> Result<Walk, Failure> {
        let all = segments(storage)?.map_err(Failure::Damaged)?;
        let missing = || Failure::Missing { seq, dir: storage.place() };
        let first = all.iter().rev().find(|first| **first <= seq).ok_or_else(missing)?;
        Walk::open(storage, *first, false)?.map_err(Failure::Damaged)
    }

    /// The next frame, which the mark says is there: what looks otherwise was read too early, and is read again.
    fn next_frame(storage: &Arc<dyn Storage>, walk: &mut Walk) -> Result<(u64, RecordHeader), Failure> {
        let mut fresh = false;
        loop {
            match walk.step()? {
                Step::Frame { offset, header } => return Ok((offset, header)),
                Step::Commit => fresh = false,
                Step::Seal => {
                    let next = Walk::open(storage, walk.next_seq(), false)?.map_err(Failure::Damaged)?;
                    if !next.follows(walk) {
                        return Err(Failure::Damaged(next.fault(Wrong::Link)));
                    }
                    *walk = next;
                    fresh = false;
                }
                Step::End | Step::Bad(_) if !fresh => {
                    walk.forget();
                    fresh = true;
                }
                Step::End => return Err(Failure::Damaged(walk.fault(Wrong::Unsealed))),
                Step::Bad(fault) => return Err(Failure::Damaged(fault)),
            }
        }
    }
}

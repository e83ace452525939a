//! How far the journal is: three numbers that the writer raises and everybody else reads, and its last frames.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use model::Seq;

use crate::recent::Recent;

/// How far frames have come; a cheap clone for each reader.
#[derive(Clone, Debug)]
pub struct Mark(Arc<Marks>);

/// Each on its own cache line: a reader of one does not slow the writer of another.
#[derive(Debug)]
struct Marks {
    durable: Line,
    written: Line,
    synced: Line,
    room_ahead: AtomicU8,
    recent: Recent,
}

#[derive(Debug)]
#[repr(align(64))]
struct Line(AtomicU64);

const UNKNOWN: u8 = 0;
const FULL: u8 = 1;
const ROOM: u8 = 2;

impl Mark {
    /// All at `seq`; the last `runs` chunks of frames are remembered.
    pub(crate) fn at(seq: Seq, runs: usize) -> Mark {
        let line = || Line(AtomicU64::new(seq.0));
        let (durable, written, synced) = (line(), line(), line());
        Mark(Arc::new(Marks {
            durable,
            written,
            synced,
            room_ahead: AtomicU8::new(UNKNOWN),
            recent: Recent::new(runs),
        }))
    }

    /// Frames of a moment ago, also those that the mark has not passed.
    pub(crate) fn recent(&self) -> &Recent {
        &self.0.recent
    }

    /// The last frame that may leave: what [`crate::Durability`] promises holds for all up to it.
    pub fn durable(&self) -> Seq {
        Seq(self.0.durable.0.load(Ordering::Acquire))
    }

    /// The last frame that was handed to the operating system.
    pub fn written(&self) -> Seq {
        Seq(self.0.written.0.load(Ordering::Acquire))
    }

    /// The last frame that a sync covered, whatever the durability setting.
    pub fn synced(&self) -> Seq {
        Seq(self.0.synced.0.load(Ordering::Acquire))
    }

    /// Was there room for the segments to come? While not, the rest of the current one and a reserve are left: for cancels and for
    /// what venues say, not for new orders. It is tried again every second. `None` before the first try has ended.
    pub fn has_room_ahead(&self) -> Option<bool> {
        match self.0.room_ahead.load(Ordering::Acquire) {
            UNKNOWN => None,
            room => Some(room == ROOM),
        }
    }

    pub(crate) fn set_room_ahead(&self, has_room: bool) {
        if Some(has_room) != self.has_room_ahead() {
            self.0.room_ahead.store(if has_room { ROOM } else { FULL }, Ordering::Release);
        }
    }

    pub(crate) fn raise_durable(&self, seq: Seq) {
        raise(&self.0.durable.0, seq);
    }

    pub(crate) fn raise_written(&self, seq: Seq) {
        raise(&self.0.written.0, seq);
    }

    pub(crate) fn raise_synced(&self, seq: Seq) {
        self.0.synced.0.fetch_max(seq.0, Ordering::AcqRel);
    }
}

fn raise(mark: &AtomicU64, seq: Seq) {
    assert!(seq.0 >= mark.load(Ordering::Relaxed), "a mark never falls");
    mark.store(seq.0, Ordering::Release);
}

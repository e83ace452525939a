//! The root of a day: BLAKE3 over its frames and the root of the day before.

use journal::format::RecordHeader;
use model::{EngineTime, Seq};

use super::Day;

/// BLAKE3.
pub(super) type Hash = [u8; 32];

/// What no other hash of ours begins with.
const CONTEXT: &str = "millrace 2026-11-21 journal, frames of a day";

/// One day of a journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct DayRoot {
    pub(super) day: Day,
    /// Its first frame; of a day without frames, the next one to come.
    pub(super) first_seq: Seq,
    pub(super) frames: u64,
    /// Of the first frame and the last.
    pub(super) times: Option<(EngineTime, EngineTime)>,
    /// Root of the day before; zeros on the first day.
    pub(super) previous: Hash,
    pub(super) root: Hash,
}

impl DayRoot {
    /// First frame after the day.
    pub(super) fn next_seq(&self) -> Seq {
        Seq(self.first_seq.0 + self.frames)
    }

    /// Last frame of the day; of a day without frames, the last one before it.
    pub(super) fn last_seq(&self) -> Seq {
        Seq(self.next_seq().0 - 1)
    }
}

/// A day while its frames come.
pub(super) struct Unfinished {
    so_far: DayRoot,
    hasher: blake3::Hasher,
}

impl Unfinished {
    pub(super) fn new(day: Day, first_seq: Seq, previous: Hash) -> Unfinished {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(&day.number().to_le_bytes());
        hasher.update(&previous);
        let so_far = DayRoot { day, first_seq, frames: 0, times: None, previous, root: [0; 32] };
        Unfinished { so_far, hasher }
    }

    pub(super) fn add(&mut self, header: &RecordHeader, bytes: &[u8]) {
        let time = EngineTime(header.time);
        // Without the checksum and the chain: they follow from the rest, and the chain from all days before, whose seals speak
        // for themselves.
        self.hasher.update(&header.len.to_le_bytes());
        self.hasher.update(&bytes[16..]);
        self.so_far.frames += 1;
        self.so_far.times = Some((self.so_far.times.map_or(time, |(first, _)| first), time));
    }

    pub(super) fn finish(self) -> DayRoot {
        DayRoot { root: *self.hasher.finalize().as_bytes(), ..self.so_far }
    }
}

/// Lays the frames of a journal into days, each linked to the one before; days without frames are there too.
pub(super) struct Days {
    finished: Vec<DayRoot>,
    current: Unfinished,
}

impl Days {
    pub(super) fn beginning(day: Day, first_seq: Seq, previous: Hash) -> Days {
        Days { finished: Vec::new(), current: Unfinished::new(day, first_seq, previous) }
    }

    /// The next frame.
    ///
    /// # Errors
    /// With the day of the frame before, where this one's time is of an earlier day: no writer does that.
    pub(super) fn add(&mut self, header: &RecordHeader, bytes: &[u8]) -> Result<(), Day> {
        let day = Day::of(EngineTime(header.time));
        if day < self.current.so_far.day {
            return Err(self.current.so_far.day);
        }
        while self.current.so_far.day < day {
            self.end_day();
        }
        self.current.add(header, bytes);
        Ok(())
    }

    /// All days, up to `upto` where the frames do not go so far.
    pub(super) fn through(mut self, upto: Day) -> Vec<DayRoot> {
        while self.current.so_far.day < upto {
            self.end_day();
        }
        self.finished.push(self.current.finish());
        self.finished
    }

    fn end_day(&mut self) {
        let so_far = &self.current.so_far;
        let (day, next_seq) = (so_far.day.next(), so_far.next_seq());
        // The root is not known before the day is finished.
        let unfinished = std::mem::replace(&mut self.current, Unfinished::new(day, next_seq, [0; 32]));
        let finished = unfinished.finish();
        self.current = Unfinished::new(day, next_seq, finished.root);
        self.finished.push(finished);
    }
}

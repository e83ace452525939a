//! What was found about a day, in words.

use std::fmt;

use journal::Fault;
use model::Seq;

use super::Day;

/// What is known of a day and its seal. A day can have several.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Every frame is what was sealed.
    Sound {
        /// How many.
        frames: u64,
    },
    /// Frames of a day that no seal is of, after the sealed days or before them.
    NotSealed {
        /// The first.
        first: Seq,
        /// How many.
        frames: u64,
    },
    /// A seal was there: the one of the next day holds its root.
    SealMissing {
        /// Last day of those without.
        last: Day,
    },
    /// The file is not what a seal is.
    NotASeal {
        /// What is wrong.
        why: String,
    },
    /// The file is the seal of another day.
    OtherDay {
        /// Of which.
        day: Day,
    },
    /// Another key than the given one.
    OtherKey {
        /// The seal's, as hexadecimal digits.
        key: String,
    },
    /// The signature does not fit what the seal says.
    Signature,
    /// Of another journal.
    OtherJournal {
        /// The seal's.
        sealed: u64,
        /// The folder's.
        found: u64,
    },
    /// Does not go on where the seal of the day before ended.
    BrokenChain,
    /// Frames that were sealed are not there.
    FramesMissing {
        /// The first.
        first: Seq,
        /// How many.
        frames: u64,
    },
    /// All frames are there, and their bytes are not those that were sealed.
    FramesChanged {
        /// First of the day.
        first: Seq,
        /// Last of the day.
        last: Seq,
    },
    /// Frames with a time of this day that came after its seal.
    FramesAdded {
        /// The first.
        first: Seq,
        /// How many.
        frames: u64,
    },
    /// The journal itself contradicts a frame of the day.
    Damaged {
        /// Where.
        fault: Fault,
    },
    /// Not looked at, because the journal cannot be read so far.
    NotReached {
        /// Where the reading ended.
        seq: Seq,
    },
}

impl Finding {
    /// Does anything contradict a seal?
    pub fn is_mismatch(&self) -> bool {
        !matches!(self, Finding::Sound { .. } | Finding::NotSealed { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Sound { frames } => write!(f, "{frames} frames are what was sealed"),
            Finding::NotSealed { first, frames } => write!(f, "not sealed: {frames} frames from {first} on"),
            Finding::SealMissing { last } => {
                write!(f, "SEAL MISSING: no seal through {last}, but the next one holds the root of one")
            }
            Finding::NotASeal { why } => write!(f, "NOT A SEAL: {why}"),
            Finding::OtherDay { day } => write!(f, "SEAL OF ANOTHER DAY: the file holds the seal of {day}"),
            Finding::OtherKey { key } => write!(f, "SEALED BY ANOTHER KEY: {key}"),
            Finding::Signature => f.write_str("SIGNATURE WRONG: the seal is not what its key signed"),
            Finding::OtherJournal { sealed, found } => {
                write!(f, "SEAL OF ANOTHER JOURNAL: of {sealed:016x}, and this is {found:016x}")
            }
            Finding::BrokenChain => f.write_str("CHAIN BROKEN: the seal does not continue that of the day before"),
            Finding::FramesMissing { first, frames } => {
                write!(f, "FRAMES MISSING: {frames} sealed frames are not here, the first is {first}")
            }
            Finding::FramesChanged { first, last } => {
                write!(f, "FRAMES CHANGED: frames {first} to {last} are not those that were sealed")
            }
            Finding::FramesAdded { first, frames } => {
                write!(f, "FRAMES ADDED: {frames} frames from {first} on came after the seal")
            }
            Finding::Damaged { fault } => write!(f, "DAMAGED: {fault}"),
            Finding::NotReached { seq } => write!(f, "NOT CHECKED: the journal is unreadable from frame {seq} on"),
        }
    }
}

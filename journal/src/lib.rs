//! What happened, in order, on disk, provable.
//!
//! One command and its events are one frame. [`Log`] (on the hot thread) encodes frames and knows no file; [`Writer`]
//! writes and syncs them in groups and moves the [`Mark`]; everything that leaves is read back from the files, up to
//! the mark, by a [`Follower`]. `FORMAT.md` has the bytes, `README.md` the reasons.
//!
//! What holds: the mark never passes a frame that a crash could lose (see [`Durability`]); the first failure of the
//! storage is final; bytes at or below a proven durable position are never truncated, only refused.
//! Deliberately absent: business rules, and any reading of the clock.
#![forbid(unsafe_code)]

mod settings;
pub use settings::{Durability, Settings};

mod failure;
pub use failure::{Failure, Fault, Wrong};

pub mod format;

mod log;
pub use log::Log;

mod mark;
pub use mark::Mark;

mod room;
pub use room::RoomWatch;

mod end;
mod writer;
pub use writer::Writer;
mod ahead;
mod segments;
mod syncer;

mod open;
pub use open::{Opened, Recovered, open, open_on};
mod tail;

mod frame;
pub use frame::Frame;

mod recent;

mod follower;
pub use follower::Follower;

mod read;
pub use read::{ReadSummary, read, read_on};

mod records;
pub use records::{Extent, records};

mod reach;
pub use reach::{Reach, reach};

mod verify;
pub use verify::{Verdict, verify, verify_on};

mod block;
#[cfg(feature = "sabotage")]
pub mod sabotage;
#[cfg(not(feature = "sabotage"))]
mod sabotage;
pub mod storage;
mod walk;

#[cfg(test)]
extern crate self as journal;
#[cfg(test)]
mod tests;

//! What the journal says of its own room.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;

bodies! {
    /// Whether the disk has room for the segments to come.
    ReportJournalRoom {
        /// 1 where it has, 0 where it has not: then new orders and replaces are refused, and what is left is for cancels.
        has_room: u8,
        /// Zero.
        reserved: [u8; 7],
    }
}

//! What the journal's room comes to.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;

bodies! {
    /// See [`super::Event::JournalRoomChanged`].
    JournalRoomChanged {
        /// 1 where new orders are taken again, 0 from where they are refused.
        has_room: u8,
        /// Zero.
        reserved: [u8; 7],
    }
}

//! What an operator chooses about the journal.

use std::time::Duration;

use crate::Failure;
use crate::format::{CHUNK_BYTES, GROUP_BYTES_MIN, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};

/// What a frame must have reached before [`crate::Mark::durable`] passes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// The disk: one `fdatasync` per group. Survives `kill -9` and power loss.
    Durable,
    /// The operating system: survives `kill -9`, not power loss, which may take the last `sync_every`.
    Asynchronous {
        /// How often a helper thread syncs.
        sync_every: Duration,
    },
}

/// Settings of one opening.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Size of a new segment; all of it is allocated before it is used. A multiple of 4096.
    pub segment_bytes: u64,
    /// What must have happened before a frame may leave.
    pub durability: Durability,
    /// Buffers between the log and its writer, of 64 KiB each: how far the hot thread may run ahead of the disk.
    pub chunks: usize,
    /// Most bytes in one group commit.
    pub group_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { segment_bytes: 64 << 20, durability: Durability::Durable, chunks: 256, group_bytes: 4 << 20 }
    }
}

impl Settings {
    /// # Errors
    /// [`Failure::Settings`] names the first value that cannot work.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let wrong = |why| Err(Failure::Settings { why });
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&self.segment_bytes)
            || !self.segment_bytes.is_multiple_of(4096)
        {
            return wrong("segment_bytes must be a multiple of 4096 from 256 KiB to 16 GiB");
        }
        if self.chunks < crate::log::CHUNKS_MIN {
            return wrong("chunks must be at least 70, so that a whole batch always fits");
        }
        if self.group_bytes < GROUP_BYTES_MIN || self.group_bytes as u64 > self.segment_bytes / 2 {
            return wrong("group_bytes must be from 64 KiB to half of segment_bytes");
        }
        Ok(())
    }

    /// The same with small segments, groups and buffers that fit them: for tests and tools.
    pub fn with_segment_bytes(mut self, segment_bytes: u64) -> Settings {
        self.segment_bytes = segment_bytes;
        let half = usize::try_from(segment_bytes / 2).unwrap_or(usize::MAX);
        self.group_bytes = self.group_bytes.min(half).max(CHUNK_BYTES);
        self
    }
}

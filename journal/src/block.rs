//! A window over one file: large reads, no copying about, and no read where the bytes are there already.

use std::io;
use std::sync::Arc;

use crate::storage::{Stored, read_full};

/// First and smallest read: what a follower near the end of the journal needs.
const READ_MIN: usize = 16 << 10;
/// Largest read.
const READ_MAX: usize = 1 << 20;
/// Step of a search; small against a read, so that a search does not read anything twice.
const SEARCH_STEP: usize = 4 << 10;

/// The bytes of a file around a moving place.
pub(crate) struct Block {
    file: Arc<dyn Stored>,
    file_len: u64,
    bytes: Vec<u8>,
    start: u64,
    filled: usize,
    want: usize,
}

impl Block {
    pub(crate) fn new(file: Arc<dyn Stored>) -> io::Result<Block> {
        let file_len = file.size()?;
        Ok(Block { file, file_len, bytes: Vec::new(), start: 0, filled: 0, want: READ_MIN })
    }

    pub(crate) fn file_len(&self) -> u64 {
        self.file_len
    }

    /// Makes the next `get` read again: what was read may have been written since.
    pub(crate) fn forget(&mut self) {
        self.filled = 0;
        self.want = READ_MIN;
    }

    /// `len` bytes at `offset`, or fewer where the file ends before.
    pub(crate) fn get(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let end = self.file_len.min(offset.saturating_add(len as u64));
        let len = end.saturating_sub(offset) as usize;
        if offset < self.start || end > self.start + self.filled as u64 {
            self.fill(offset, len)?;
        }
        let from = (offset.saturating_sub(self.start) as usize).min(self.filled);
        let to = (from + len).min(self.filled);
        Ok(&self.bytes[from..to])
    }

    fn fill(&mut self, offset: u64, len: usize) -> io::Result<()> {
        let left = self.file_len.saturating_sub(offset);
        let want = (self.want.max(len) as u64).min(left) as usize;
        if self.bytes.len() < want {
            self.bytes.resize(want, 0);
        }
        self.filled = 0;
        self.filled = read_full(self.file.as_ref(), &mut self.bytes[..want], offset)?;
        self.start = offset;
        self.want = (self.want * 2).min(READ_MAX);
        Ok(())
    }

    /// Offset of the first byte from `offset` on that is not zero.
    pub(crate) fn first_nonzero(&mut self, mut offset: u64) -> io::Result<Option<u64>> {
        while offset < self.file_len {
            let bytes = self.get(offset, SEARCH_STEP)?;
            if bytes.is_empty() {
                break;
            }
            if let Some(at) = first_nonzero_in(bytes) {
                return Ok(Some(offset + at as u64));
            }
            offset += bytes.len() as u64;
        }
        Ok(None)
    }

    /// Offset after the last byte from `offset` on that is not zero; `offset` itself if all are zero.
    pub(crate) fn end_of_nonzero(&mut self, offset: u64) -> io::Result<u64> {
        let mut end = offset;
        let mut at = offset;
        while at < self.file_len {
            let bytes = self.get(at, SEARCH_STEP)?;
            if bytes.is_empty() {
                break;
            }
            if first_nonzero_in(bytes).is_some()
                && let Some(last) = bytes.iter().rposition(|byte| *byte != 0)
            {
                end = at + last as u64 + 1;
            }
            at += bytes.len() as u64;
        }
        Ok(end)
    }
}

/// Whole words first: most of what is looked at is empty segment.
fn first_nonzero_in(bytes: &[u8]) -> Option<usize> {
    const STEP: usize = 256;
    let empty = bytes.chunks_exact(STEP).take_while(|chunk| chunk.iter().fold(0, |all, byte| all | byte) == 0).count();
    let from = empty * STEP;
    bytes[from..].iter().position(|byte| *byte != 0).map(|at| from + at)
}

//! The last frames in memory, for followers that hardly lag: they need no read from the file that is being written, and
//! no proof of bytes that never left this process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use model::Seq;

use crate::format::RecordHeader;
use crate::log::Chunk;

/// A run of whole frames; never changes while anybody else holds it.
#[derive(Debug)]
struct Run {
    first: Seq,
    last: Seq,
    bytes: Vec<u8>,
}

impl Run {
    fn holds(&self, seq: Seq) -> bool {
        self.first <= seq && seq <= self.last
    }
}

/// A bounded number of runs, oldest first. The mutex is held for a few loads and stores.
#[derive(Debug)]
pub(crate) struct Recent(Mutex<VecDeque<Arc<Run>>>);

impl Recent {
    /// Remembers `runs` of them; their memory is made now.
    pub(crate) fn new(runs: usize) -> Recent {
        let run = || {
            let Chunk { bytes, first_seq, last_seq, .. } = Chunk::new();
            Arc::new(Run { first: first_seq, last: last_seq, bytes })
        };
        Recent(Mutex::new(std::iter::repeat_with(run).take(runs).collect()))
    }

    /// Remembers the frames of a chunk in the place of the oldest.
    pub(crate) fn push(&self, chunk: &Chunk) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut oldest) = runs.pop_front() else { return };
        match Arc::get_mut(&mut oldest) {
            Some(run) => {
                run.first = chunk.first_seq;
                run.last = chunk.last_seq;
                run.bytes.clear();
                run.bytes.extend_from_slice(&chunk.bytes);
            }
            // A follower still reads it, far behind.
            None => {
                let run = Run { first: chunk.first_seq, last: chunk.last_seq, bytes: chunk.bytes.clone() };
                oldest = Arc::new(run);
            }
        }
        runs.push_back(oldest);
    }

    fn holding(&self, seq: Seq) -> Option<Arc<Run>> {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.front().is_some_and(|oldest| oldest.first > seq) {
            return None;
        }
        runs.iter().rev().take_while(|run| run.last >= seq).find(|run| run.holds(seq)).cloned()
    }
}

/// A follower's place in a run.
#[derive(Debug, Default)]
pub(crate) struct Near {
    run: Option<Arc<Run>>,
    offset: usize,
}

impl Near {
    /// The record of `seq`, where it is remembered. The caller has seen that the mark passed it.
    pub(crate) fn record(&mut self, recent: &Recent, seq: Seq) -> Option<(RecordHeader, &[u8])> {
        if !self.run.as_ref().is_some_and(|run| run.holds(seq)) {
            self.run = recent.holding(seq);
            self.offset = 0;
        }
        let run = self.run.as_ref()?;
        loop {
            let bytes = run.bytes.get(self.offset..)?;
            let header = RecordHeader::at(bytes)?;
            let record = bytes.get(..header.len as usize)?;
            self.offset += record.len();
            if header.seq == seq.0 {
                return Some((header, record));
            }
        }
    }

    /// The next record is looked for anew.
    pub(crate) fn forget(&mut self) {
        self.run = None;
    }
}

//! What brokers said lately: an execution that comes twice, after a reconnect or with PossResend(97)=Y, is known again.
//!
//! The embedded paper venue needs none of this: its ExecIDs rise. A broker's ExecID(17) is text in an order of its own, so
//! each that was applied is remembered, by its hash, until [`REMEMBERED`] later ones have come.

use crate::hash;
use crate::index::Index;

/// Executions that are remembered, of all brokers together: at 1,000 reports a second more than four minutes, which is
/// longer than what a reconnect can bring again.
pub(crate) const REMEMBERED: usize = 1 << 18;

/// A ring of ExecIDs, found by their value.
#[derive(Clone, Debug)]
pub(crate) struct Executions {
    ring: Vec<u64>,
    next: usize,
    index: Index,
    capacity: usize,
}

impl Executions {
    /// No room yet: most configurations have no broker.
    pub(crate) fn none() -> Executions {
        Executions { ring: Vec::new(), next: 0, index: Index::new(0), capacity: 0 }
    }

    /// There is a broker. At start only.
    pub(crate) fn make_room(&mut self, capacity: usize) {
        if self.capacity == 0 {
            *self = Executions { ring: Vec::with_capacity(capacity), next: 0, index: Index::new(capacity), capacity };
        }
    }

    /// Was this one applied before?
    pub(crate) fn has(&self, exec_id: u64) -> bool {
        self.capacity > 0 && self.find(exec_id).is_some()
    }

    /// One more was applied; the oldest is forgotten where there is no room.
    pub(crate) fn remember(&mut self, exec_id: u64) {
        if self.capacity == 0 || self.find(exec_id).is_some() {
            return;
        }
        let slot = self.next as u32;
        if self.ring.len() < self.capacity {
            self.ring.push(exec_id);
        } else {
            self.index.remove(hash::of_words(&[self.ring[self.next]]), slot);
            self.ring[self.next] = exec_id;
        }
        self.index.insert(hash::of_words(&[exec_id]), slot);
        self.next = (self.next + 1) % self.capacity;
    }

    /// Those that are remembered, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let oldest = if self.ring.len() < self.capacity { 0 } else { self.next };
        self.ring[oldest..].iter().chain(&self.ring[..oldest]).copied()
    }

    fn find(&self, exec_id: u64) -> Option<u32> {
        self.index.find(hash::of_words(&[exec_id]), |slot| self.ring[slot as usize] == exec_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_ones_are_known_and_older_ones_forgotten() {
        let mut executions = Executions::none();
        executions.remember(1);
        assert!(!executions.has(1), "no room without a broker");
        executions.make_room(64);
        for exec_id in 1..=1_000u64 {
            executions.remember(exec_id);
            executions.remember(exec_id);
            for known in exec_id.saturating_sub(70)..=exec_id + 1 {
                let expected = known > 0 && known <= exec_id && exec_id - known < 64;
                assert_eq!(executions.has(known), expected, "{known} after {exec_id}");
            }
        }
        assert_eq!(executions.iter().collect::<Vec<_>>(), (937..=1_000).collect::<Vec<_>>());
    }
}

//! How much of a connection's output has numbers that may leave: those below the session's reservation.
//!
//! Numbers and bytes meet only where somebody looks, once a round. So the looks are remembered, sparsely, until a reservation
//! reaches them: whoever is told more than a reservation holds during one flush of the disk waits for the rest, not for all.

use std::collections::VecDeque;

/// Numbers between two looks that are remembered.
const NUMBERS_APART: u64 = 1_024;

/// What has been cleared of the output of one connection. Positions count its bytes from the first.
#[derive(Debug, Default)]
pub(super) struct Clearance {
    /// Bytes before this position may leave.
    to: u64,
    /// The first number that is not written yet, and the position where it will be, at looks beyond the reservation.
    beyond: VecDeque<(u64, u64)>,
}

impl Clearance {
    /// A look: the next message has the number `next_out` and begins at `position`; numbers below `reserved` may leave. Gives
    /// the position that bytes may leave up to.
    pub(super) fn look(&mut self, next_out: u64, reserved: u64, position: u64) -> u64 {
        if next_out <= reserved {
            self.beyond.clear();
            self.to = position;
            return self.to;
        }
        // The numbers began again; what was cleared of the old ones stays so.
        if self.beyond.back().is_some_and(|(number, _)| *number > next_out) {
            self.beyond.clear();
        }
        while let Some((number, at)) = self.beyond.front().copied()
            && number <= reserved
        {
            self.to = at;
            self.beyond.pop_front();
        }
        if self.beyond.back().is_none_or(|(number, _)| number + NUMBERS_APART <= next_out) {
            self.beyond.push_back((next_out, position));
        }
        self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_leaves_however_much_comes_behind_it() {
        let mut clearance = Clearance::default();
        assert_eq!(clearance.look(100, 65_536, 1_000), 1_000);
        assert_eq!(clearance.look(65_537, 65_536, 2_000), 1_000, "one number is not reserved");
        // Ten bytes a message, far beyond the reservation, in steps of 100 messages.
        for step in 1..=1_000 {
            assert_eq!(clearance.look(65_537 + step * 100, 65_536, 2_000 + step * 1_000), 1_000);
        }
        let to = clearance.look(170_000, 130_000, 1_100_000);
        assert!((1_000..=2_000 + (130_000 - 65_537) * 10).contains(&to), "{to}");
        assert!(to + 10 * 2 * NUMBERS_APART >= (130_000 - 65_537) * 10, "nearly all of it: {to}");
        assert_eq!(clearance.look(170_000, 170_000, 1_100_000), 1_100_000);
    }

    #[test]
    fn numbers_that_begin_again_keep_what_was_cleared_and_nothing_more() {
        let mut clearance = Clearance::default();
        clearance.look(10, 20, 100);
        clearance.look(5_000, 20, 900);
        assert_eq!(clearance.look(2, 0, 1_000), 100, "numbers of the old numbering are never reserved by the new one");
        assert_eq!(clearance.look(2_000, 1_999, 5_000), 1_000);
    }
}

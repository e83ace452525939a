//! When the last fills of a scope came: enough of them to say whether one more is too many within a window.

use model::EngineTime;

/// The last times, as many as the limit says. Exact: nothing is put into buckets.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct LastFills {
    /// A ring; room is made where the limit is set.
    times: Vec<EngineTime>,
    most: usize,
    /// Where the oldest is, once the ring is full.
    next: usize,
}

impl LastFills {
    /// So many are remembered from now on. The newest stay.
    pub(crate) fn remember(&mut self, most: usize) {
        let mut times: Vec<EngineTime> = self.iter().collect();
        times.drain(..times.len().saturating_sub(most));
        times.reserve_exact(most - times.len());
        *self = LastFills { times, most, next: 0 };
    }

    /// One more.
    pub(crate) fn note(&mut self, now: EngineTime) {
        if self.times.len() < self.most {
            self.times.push(now);
        } else if self.most > 0 {
            self.times[self.next] = now;
            self.next = (self.next + 1) % self.most;
        }
    }

    /// Is one more at `now` too many: are as many as are remembered younger than the window?
    pub(crate) fn is_full(&self, now: EngineTime, window: i64) -> bool {
        let oldest = if self.times.len() < self.most { None } else { self.times.get(self.next) };
        self.most == 0 || oldest.is_some_and(|oldest| now.0.saturating_sub(oldest.0) < window)
    }

    /// A person has looked: it begins anew.
    pub(crate) fn forget(&mut self) {
        self.times.clear();
        self.next = 0;
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = EngineTime> + '_ {
        let (newer, older) = self.times.split_at(self.next.min(self.times.len()));
        older.iter().chain(newer).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_more_than_the_limit_within_the_window() {
        let mut fills = LastFills::default();
        fills.remember(2);
        assert!(!fills.is_full(EngineTime(10), 10));
        fills.note(EngineTime(10));
        assert!(!fills.is_full(EngineTime(12), 10));
        fills.note(EngineTime(12));
        assert!(fills.is_full(EngineTime(19), 10), "the third within ten");
        assert!(!fills.is_full(EngineTime(20), 10), "the first is ten old");
    }

    proptest! {
        /// The ring says what a list of everything says, whatever the limit becomes.
        #[test]
        fn ring_counts_like_a_list(steps in prop::collection::vec((0..5i64, 0..8usize), 1..200), window in 1..20i64) {
            let (mut fills, mut all, mut now, mut most) = (LastFills::default(), Vec::new(), EngineTime(1), 3);
            fills.remember(most);
            for (later, change) in steps {
                now.0 += later;
                if change < 5 && most < change {
                    fills.remember(change);
                    most = change;
                }
                let young = all.iter().filter(|at: &&EngineTime| now.0 - at.0 < window).count();
                prop_assert_eq!(fills.is_full(now, window), young >= most);
                fills.note(now);
                all.push(now);
                // What a smaller limit forgot is forgotten.
                all.drain(..all.len().saturating_sub(most));
            }
        }
    }
}

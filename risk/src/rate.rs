//! A token bucket in one number: one second deep, refilled evenly (the generic cell rate algorithm).
//!
//! In any second a session gets through what the bucket held plus what flowed in, so a burst of a full second's limit
//! is allowed once. What nothing may hold up - a cancel, what was refused for another reason - takes what is there and leaves no debt:
//! whoever sends a thousand of those waits no longer for the next order than until the full bucket has leaked. Only the time of the
//! frame moves it, so a replay sees the same answers.

use model::EngineTime;

const SECOND: i64 = 1_000_000_000;

/// The theoretical arrival time of the next message of a perfectly even sender.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Bucket {
    next: i64,
}

impl Bucket {
    /// Messages that fill the bucket now, this one included, against `per_second`.
    pub fn filled(&self, now: EngineTime, per_second: u32) -> u64 {
        let ahead = self.next.saturating_sub(now.0).max(0);
        let gap = Self::gap(per_second);
        u64::try_from(ahead.div_euclid(gap) + i64::from(ahead % gap != 0)).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Does one message more fit? Told without a division by what is in it.
    #[inline]
    pub fn has_room(&self, now: EngineTime, per_second: u32) -> bool {
        let ahead = self.next.saturating_sub(now.0);
        if ahead <= 0 {
            return per_second > 0;
        }
        per_second > 0 && ahead <= i64::from(per_second - 1) * Self::gap(per_second)
    }

    /// One message more, and no more than full.
    pub fn take(&mut self, now: EngineTime, per_second: u32) {
        let next = self.next.max(now.0).saturating_add(Self::gap(per_second));
        self.next = next.min(now.0.saturating_add(SECOND));
    }

    /// The bucket's state, for the state hash.
    pub fn raw(&self) -> i64 {
        self.next
    }

    fn gap(per_second: u32) -> i64 {
        // A rate beyond one a nanosecond is no rate.
        (SECOND / i64::from(per_second.max(1))).max(1)
    }
}

/// A limit of a scope as a rate.
pub fn rate_of(limit: i128) -> u32 {
    u32::try_from(limit).unwrap_or(if limit < 0 { 0 } else { u32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_rates_are_answered() {
        let mut bucket = Bucket::default();
        for per_second in [0, 1, 1_000_000_000, u32::MAX] {
            bucket.take(EngineTime(SECOND), per_second);
            let filled = bucket.filled(EngineTime(SECOND), per_second);
            assert!(filled > 1);
            assert_eq!(bucket.has_room(EngineTime(SECOND), per_second), filled <= u64::from(per_second));
        }
    }

    #[test]
    fn full_bucket_is_full_whatever_else_comes() {
        let mut bucket = Bucket::default();
        let start = EngineTime(1_000 * SECOND);
        (0..1_000).for_each(|_| bucket.take(start, 10));
        assert_eq!(bucket.filled(start, 10), 11);
        assert_eq!(bucket.filled(EngineTime(start.0 + SECOND / 10 - 1), 10), 11);
        assert_eq!(bucket.filled(EngineTime(start.0 + SECOND / 10), 10), 10);
    }

    #[test]
    fn bucket_holds_one_second_and_refills_evenly() {
        let mut bucket = Bucket::default();
        let start = EngineTime(1_000 * SECOND);
        for sent in 1..=10 {
            assert_eq!((bucket.filled(start, 10), bucket.has_room(start, 10)), (sent, sent <= 10));
            bucket.take(start, 10);
        }
        assert_eq!(bucket.filled(start, 10), 11);
        let tenth_later = EngineTime(start.0 + SECOND / 10);
        assert_eq!(bucket.filled(tenth_later, 10), 10);
        assert_eq!(bucket.filled(EngineTime(start.0 + 5 * SECOND), 10), 1);
    }
}

//! How many messages a session may send: so many a second, and so many at once.
//!
//! This guards the way in: every application message counts, whatever it is and whether or not the engine would take it,
//! before it costs a place in the queue. The account of it is in no journal. The engine's own limit (`MESSAGE_RATE`, of
//! `messages_per_second`) is a risk control: it counts new orders, replaces and cancels, is decided the same way in every replay, and is
//! answered with an ExecutionReport(8). So the throttle belongs above that limit. Cancels are never throttled.

/// What happens to a message that is one too many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OverThrottle {
    /// BusinessMessageReject(j), and the session goes on.
    #[default]
    Reject,
    /// Logout(5), and the connection ends.
    Disconnect,
}

/// The limit of one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThrottleSettings {
    /// Messages a second in the long run.
    pub per_second: u32,
    /// Messages at once after a pause.
    pub burst: u32,
    /// What happens beyond.
    pub over: OverThrottle,
}

/// One session's account: when the messages so far would all have been due, had they come evenly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    settings: ThrottleSettings,
    due_ns: i64,
}

impl Throttle {
    pub(super) fn new(settings: ThrottleSettings) -> Throttle {
        Throttle { settings, due_ns: i64::MIN }
    }

    pub(super) fn over(&self) -> OverThrottle {
        self.settings.over
    }

    /// May one more message pass? If so, it is counted.
    pub(super) fn takes(&mut self, now_ns: i64) -> bool {
        let apart_ns = 1_000_000_000 / i64::from(self.settings.per_second.max(1));
        let ahead_ns = apart_ns.saturating_mul(i64::from(self.settings.burst.max(1)) - 1);
        // Further ahead than counting can bring it: the clock was set back.
        let jumped = self.due_ns.saturating_sub(now_ns) > ahead_ns.saturating_add(apart_ns);
        let due_ns = if jumped { now_ns } else { self.due_ns.max(now_ns) };
        if due_ns.saturating_sub(now_ns) > ahead_ns {
            return false;
        }
        self.due_ns = due_ns.saturating_add(apart_ns);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn throttle(per_second: u32, burst: u32) -> Throttle {
        Throttle::new(ThrottleSettings { per_second, burst, over: OverThrottle::Reject })
    }

    #[test]
    fn burst_passes_at_once_and_then_the_rate() {
        let mut throttle = throttle(10, 5);
        assert_eq!((0..20).filter(|_| throttle.takes(7)).count(), 5);
        assert!(!throttle.takes(7 + SECOND / 10 - 1));
        assert!(throttle.takes(7 + SECOND / 10));
        assert!(!throttle.takes(7 + SECOND / 10));
        let in_a_second = (1..=1_000).filter(|ms| throttle.takes(SECOND + ms * 1_000_000)).count();
        assert!((10..=15).contains(&in_a_second), "{in_a_second}");
    }

    #[test]
    fn after_a_pause_no_more_than_the_burst_passes_and_a_clock_that_jumps_does_no_harm() {
        let mut throttle = throttle(1_000, 3);
        assert!(throttle.takes(0));
        assert_eq!((0..10).filter(|_| throttle.takes(3_600 * SECOND)).count(), 3);
        assert!(throttle.takes(0));
        assert!(throttle.takes(i64::MAX));
        assert!(throttle.takes(i64::MAX));
    }
}

//! The highest rate that holds a bound on p99: double until it fails, then bisect.

use anyhow::Result;
use serde::Serialize;

/// What is asked of a rate, and how far the search goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// First rate tried, in requests per second.
    pub start: u64,
    /// No rate above this is tried.
    pub max: u64,
    /// p99 of the latency from the intended send time must not be above this, in nanoseconds.
    pub p99_ns: u64,
    /// The search ends when the highest good and the lowest bad rate are this close, in percent.
    pub precision_percent: u64,
}

/// What a rate came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    /// Requests per second that were due.
    pub rate: u64,
    /// Requests per second that were written.
    pub achieved_rate: u64,
    pub p50_ns: u64,
    pub p99_ns: u64,
    pub max_ns: u64,
    /// Each request was answered and no session was lost.
    pub complete: bool,
}

impl Step {
    /// Whether the rate was truly sent, answered, and within the bound.
    pub fn holds(&self, p99_ns: u64) -> bool {
        self.complete && self.p99_ns <= p99_ns && self.achieved_rate >= self.rate / 100 * 98
    }
}

/// All steps of a search and its result.
#[derive(Clone, Debug, Serialize)]
pub struct Ramp {
    /// The best step that held the bound, if any did.
    pub highest: Option<Step>,
    pub steps: Vec<Step>,
}

/// Searches; `measure` runs one rate. A bad step is tried a second time before it counts, because one stall of a shared
/// machine says nothing about the server.
pub fn search(bounds: &Bounds, mut measure: impl FnMut(u64) -> Result<Step>) -> Result<Ramp> {
    let mut steps = Vec::new();
    let mut highest: Option<Step> = None;
    let mut holds = |rate: u64, highest: &mut Option<Step>| -> Result<bool> {
        for _ in 0..2 {
            let step = measure(rate)?;
            steps.push(step);
            if step.holds(bounds.p99_ns) {
                if highest.is_none_or(|best| best.rate < rate) {
                    *highest = Some(step);
                }
                return Ok(true);
            }
        }
        Ok(false)
    };
    let (mut good, mut bad) = (0, None);
    let mut rate = bounds.start.clamp(1, bounds.max.max(1));
    while bad.is_none() {
        match holds(rate, &mut highest)? {
            true if rate >= bounds.max => break,
            true => (good, rate) = (rate, rate.saturating_mul(2).min(bounds.max)),
            false => bad = Some(rate),
        }
    }
    // Nothing held at the start: look below it, down to a hundredth.
    let least = bounds.start / 100;
    while let Some(low) = bad {
        if low - good <= (low / 100 * bounds.precision_percent).max(1) || (good == 0 && low <= least) {
            break;
        }
        let middle = good + (low - good) / 2;
        match holds(middle, &mut highest)? {
            true => good = middle,
            false => bad = Some(middle),
        }
    }
    Ok(Ramp { highest, steps })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { start: 1_000, max: 10_000_000, p99_ns: 5_000_000, precision_percent: 2 };

    fn server(limit: u64) -> impl FnMut(u64) -> Result<Step> {
        move |rate| {
            let p99_ns = if rate <= limit { 1_000_000 } else { 50_000_000 };
            Ok(Step { rate, achieved_rate: rate, p50_ns: 1_000, p99_ns, max_ns: p99_ns, complete: true })
        }
    }

    #[test]
    fn search_ends_just_below_what_the_server_can_do() {
        for limit in [1_500, 37_000, 412_345, 1_170_000] {
            let found = search(&BOUNDS, server(limit)).expect("no failure").highest.expect("found").rate;
            assert!(found <= limit && found >= limit / 100 * 97, "{found} of {limit}");
        }
    }

    #[test]
    fn search_looks_below_its_start_and_stops_at_its_end() {
        let found = search(&BOUNDS, server(300)).expect("no failure").highest.expect("found").rate;
        assert!((290..=300).contains(&found), "{found}");
        assert!(search(&BOUNDS, server(0)).expect("no failure").highest.is_none());
        let all = search(&BOUNDS, server(u64::MAX)).expect("no failure").highest.expect("found").rate;
        assert_eq!(all, BOUNDS.max);
    }

    #[test]
    fn rates_that_were_not_sent_or_not_answered_do_not_hold() {
        let step = Step { rate: 1_000, achieved_rate: 1_000, p50_ns: 1, p99_ns: 1, max_ns: 1, complete: true };
        assert!(step.holds(1));
        assert!(!Step { achieved_rate: 900, ..step }.holds(1));
        assert!(!Step { complete: false, ..step }.holds(1));
        assert!(!Step { p99_ns: 2, ..step }.holds(1));
    }

    #[test]
    fn one_stall_does_not_end_the_search() {
        let mut stalls = 1;
        let found = search(&BOUNDS, |rate| {
            let mut step = server(100_000)(rate)?;
            if rate > 4_000 && stalls > 0 {
                stalls -= 1;
                step.p99_ns = 1_000_000_000;
            }
            Ok(step)
        });
        assert!(found.expect("no failure").highest.expect("found").rate > 90_000);
    }
}

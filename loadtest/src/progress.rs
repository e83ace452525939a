//! How a run is watched and stopped from another thread, and what it reports at the end.

use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::accounting::Counts;
use crate::book::{Ack, latency_histogram};
use crate::session::Numbers;

/// Shared between a running client and who watches it.
pub struct Progress {
    stop: AtomicBool,
    latest: Mutex<Latest>,
}

struct Latest {
    elapsed_ns: u64,
    sessions_active: usize,
    counts: Counts,
    histogram: Histogram<u64>,
}

/// How far a run is.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    /// Since the first request was due.
    pub elapsed_ns: u64,
    /// Sessions that are logged on.
    pub sessions_active: usize,
    pub counts: Counts,
    pub latency: Latency,
}

impl Progress {
    pub fn new() -> Progress {
        let latest =
            Latest { elapsed_ns: 0, sessions_active: 0, counts: Counts::default(), histogram: latency_histogram() };
        Progress { stop: AtomicBool::new(false), latest: Mutex::new(latest) }
    }

    /// Asks the client to send nothing more, wait for the answers, and log out.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The state of a moment ago; the client renews it several times a second.
    pub fn snapshot(&self) -> Snapshot {
        let latest = self.latest();
        Snapshot {
            elapsed_ns: latest.elapsed_ns,
            sessions_active: latest.sessions_active,
            counts: latest.counts.clone(),
            latency: Latency::of(&latest.histogram),
        }
    }

    /// Renews the snapshot, unless someone is reading it just now: the client never waits for its watcher.
    pub(crate) fn publish(&self, elapsed_ns: u64, sessions_active: usize, counts: &Counts, histogram: &Histogram<u64>) {
        let Ok(mut latest) = self.latest.try_lock() else { return };
        latest.elapsed_ns = elapsed_ns;
        latest.sessions_active = sessions_active;
        latest.counts.clone_from(counts);
        // Both have the same bounds, so the copy has room for every value.
        let _ = latest.histogram.set_to(histogram);
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        // A panic while publishing leaves at worst a mixed snapshot, which the next one replaces.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}

/// Latency in nanoseconds, from the intended send time to the first answer.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Latency {
    pub samples: u64,
    pub min_ns: u64,
    pub mean_ns: u64,
    pub p50_ns: u64,
    pub p90_ns: u64,
    pub p99_ns: u64,
    #[serde(rename = "p99.9_ns")]
    pub p999_ns: u64,
    #[serde(rename = "p99.99_ns")]
    pub p9999_ns: u64,
    pub max_ns: u64,
}

impl Latency {
    pub fn of(histogram: &Histogram<u64>) -> Latency {
        if histogram.is_empty() {
            return Latency::default();
        }
        Latency {
            samples: histogram.len(),
            min_ns: histogram.min(),
            mean_ns: histogram.mean() as u64,
            p50_ns: histogram.value_at_quantile(0.5),
            p90_ns: histogram.value_at_quantile(0.9),
            p99_ns: histogram.value_at_quantile(0.99),
            p999_ns: histogram.value_at_quantile(0.999),
            p9999_ns: histogram.value_at_quantile(0.9999),
            max_ns: histogram.max(),
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub sessions: usize,
    /// Requests per second that were due.
    pub rate: u64,
    /// Requests per second that were written while requests were due.
    pub achieved_rate: u64,
    /// From the first request due to the last one written.
    pub sending_ns: u64,
    /// `sent = acknowledged + refused`: each request has its answer.
    pub complete: bool,
    /// Why the run ended before its time, if it did: a lost connection, a logout of the peer.
    pub interrupted: Option<String>,
    pub counts: Counts,
    pub latency: Latency,
    /// By SenderCompID(49), for a run that continues these sessions.
    pub numbers: BTreeMap<String, Numbers>,
    #[serde(skip)]
    pub histogram: Histogram<u64>,
    /// Acknowledged requests in ClOrdID(11) order, when they were to be collected.
    #[serde(skip)]
    pub acks: Option<Vec<Ack>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_come_from_the_histogram() {
        let mut histogram = latency_histogram();
        (1..=1_000u64).for_each(|value| histogram.saturating_record(value * 1_000));
        let latency = Latency::of(&histogram);
        let near = |value: u64, expected: u64| value.abs_diff(expected) <= expected / 500 + 64;
        assert_eq!(latency.samples, 1_000);
        assert!(near(latency.p50_ns, 500_000), "{latency:?}");
        assert!(near(latency.p99_ns, 990_000), "{latency:?}");
        assert!(near(latency.max_ns, 1_000_000), "{latency:?}");
        assert_eq!(Latency::of(&latency_histogram()), Latency::default());
    }

    #[test]
    fn snapshot_shows_what_was_published() {
        let progress = Progress::new();
        let mut histogram = latency_histogram();
        histogram.saturating_record(5_000);
        let counts = Counts { answered: 3, ..Counts::default() };
        progress.publish(9, 2, &counts, &histogram);
        let snapshot = progress.snapshot();
        assert_eq!((snapshot.elapsed_ns, snapshot.sessions_active, snapshot.counts.answered), (9, 2, 3));
        assert_eq!(snapshot.latency.samples, 1);
        assert!(!progress.is_stopped());
        progress.stop();
        assert!(progress.is_stopped());
    }
}

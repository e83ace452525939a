//! When an initiator tries again, and where.

use std::net::SocketAddr;

use super::super::tls::TlsClient;

/// Attempts after which the wait does not grow any more, whatever its bounds.
const DOUBLINGS_MAX: u32 = 30;

/// How an initiator reaches its peer.
#[derive(Clone, Debug)]
pub struct ConnectSettings {
    /// Tried in turn, beginning with the first.
    pub addresses: Vec<SocketAddr>,
    /// TLS, with what the server must show.
    pub tls: Option<TlsClient>,
    /// The wait after the first failure, in nanoseconds; it doubles with each further one.
    pub wait_min_ns: i64,
    /// Where the doubling ends, in nanoseconds.
    pub wait_max_ns: i64,
    /// How long a connection may take to open, in nanoseconds.
    pub connect_time_limit_ns: i64,
}

impl ConnectSettings {
    /// One address without TLS; waits from 100 ms to 30 s; 5 s to open.
    pub fn to(address: SocketAddr) -> ConnectSettings {
        ConnectSettings {
            addresses: vec![address],
            tls: None,
            wait_min_ns: 100_000_000,
            wait_max_ns: 30_000_000_000,
            connect_time_limit_ns: 5_000_000_000,
        }
    }

    /// How long a connection may take to open, its TLS handshake included, in nanoseconds.
    pub(in crate::fix) fn open_time_limit_ns(&self) -> i64 {
        let handshake = self.tls.as_ref().map_or(0, TlsClient::handshake_time_limit_ns);
        self.connect_time_limit_ns.saturating_add(handshake)
    }
}

/// The attempts of one initiator.
#[derive(Debug)]
pub(in crate::fix) struct Attempts {
    pub(in crate::fix) settings: ConnectSettings,
    /// Since the last Logon.
    failed: u32,
    tried: usize,
    /// `None`: not to be connected.
    due_ns: Option<i64>,
}

impl Attempts {
    /// The first attempt is due at once.
    pub(in crate::fix) fn new(settings: ConnectSettings) -> Attempts {
        assert!(!settings.addresses.is_empty(), "an initiator has an address");
        Attempts { settings, failed: 0, tried: 0, due_ns: Some(i64::MIN) }
    }

    /// The address to connect to now, if one is due.
    pub(in crate::fix) fn due(&mut self, now_ns: i64) -> Option<SocketAddr> {
        if self.due_ns.is_none_or(|due| now_ns < due) {
            return None;
        }
        let address = self.settings.addresses[self.tried % self.settings.addresses.len()];
        self.tried += 1;
        Some(address)
    }

    /// The attempt, or the session after it, has ended: the next one is due after a wait between half and all of the
    /// doubled time, so that many initiators do not come back together.
    pub(in crate::fix) fn ended(&mut self, now_ns: i64, rng: &mut fastrand::Rng) {
        if self.due_ns.is_none() {
            return;
        }
        let doubled = self.settings.wait_min_ns.saturating_mul(1 << self.failed.min(DOUBLINGS_MAX));
        let wait = doubled.min(self.settings.wait_max_ns).max(1);
        self.failed = self.failed.saturating_add(1);
        self.due_ns = Some(now_ns.saturating_add(wait - rng.i64(0..=wait / 2)));
    }

    /// Logged on: the next failure is a first one, and the address that worked is tried first.
    pub(in crate::fix) fn succeeded(&mut self) {
        self.failed = 0;
        self.tried = self.tried.saturating_sub(1);
    }

    /// No further attempts.
    pub(in crate::fix) fn stop(&mut self) {
        self.due_ns = None;
    }

    /// An attempt at once.
    pub(in crate::fix) fn start(&mut self) {
        self.due_ns = Some(i64::MIN);
        self.failed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_their_bound_and_addresses_take_turns() {
        let addresses = [1, 2].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let settings = ConnectSettings { addresses: addresses.to_vec(), ..ConnectSettings::to(addresses[0]) };
        let (min, max) = (settings.wait_min_ns, settings.wait_max_ns);
        let mut attempts = Attempts::new(settings);
        let mut rng = fastrand::Rng::with_seed(1);
        for turn in 0..100 {
            assert_eq!(attempts.due(0), Some(addresses[turn % 2]));
            attempts.ended(0, &mut rng);
            let due = attempts.due_ns.unwrap();
            let whole = min.saturating_mul(1 << turn.min(20)).min(max);
            assert!((whole / 2..=whole).contains(&due), "attempt {turn} waits {due}");
            assert_eq!(attempts.due(due - 1), None);
            attempts.due_ns = Some(0);
        }
        let address = attempts.due(0);
        attempts.succeeded();
        attempts.ended(0, &mut rng);
        assert!(attempts.due_ns.unwrap() <= min);
        assert_eq!(attempts.due(min), address, "the address that worked");
        attempts.stop();
        attempts.ended(0, &mut rng);
        assert_eq!(attempts.due(i64::MAX), None);
    }
}

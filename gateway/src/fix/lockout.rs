//! Who failed too often is left outside for a while: an address, and a session.
//!
//! The table is bounded. When it is full, the entry that failed longest ago makes room, so that a flood from ever new
//! addresses costs memory that is known beforehand.

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::SessionId;

/// Addresses and sessions that are remembered.
const ENTRIES_MAX: usize = 4_096;

/// When the door closes, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockoutSettings {
    /// Failures of one address that lock it out; 0 is never.
    pub address_failures: u32,
    /// Failed Logons of one session that lock it out; 0 is never. A stranger who knows the CompIDs can bring these about, so
    /// it should be well above the first.
    pub session_failures: u32,
    /// Failures are counted within this time, in nanoseconds.
    pub window_ns: i64,
    /// How long the door stays closed, in nanoseconds.
    pub locked_ns: i64,
}

impl Default for LockoutSettings {
    /// 10 failures of an address or 50 of a session within a minute close the door for a minute.
    fn default() -> LockoutSettings {
        let minute = 60_000_000_000;
        LockoutSettings { address_failures: 10, session_failures: 50, window_ns: minute, locked_ns: minute }
    }
}

/// Who can be locked out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Who {
    /// Everything from there; see [`super::addresses::place`].
    Address(IpAddr),
    /// A session, from wherever.
    Session(SessionId),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    failures: u32,
    since_ns: i64,
    last_ns: i64,
    locked_until_ns: i64,
}

/// Who failed lately.
#[derive(Debug)]
pub(super) struct Lockout {
    settings: LockoutSettings,
    entries: BTreeMap<Who, Entry>,
}

impl Lockout {
    pub(super) fn new(settings: LockoutSettings) -> Lockout {
        Lockout { settings, entries: BTreeMap::new() }
    }

    /// Is the door closed?
    pub(super) fn is_locked(&self, who: Who, now_ns: i64) -> bool {
        self.entries.get(&who).is_some_and(|entry| now_ns < entry.locked_until_ns)
    }

    /// One more failure. True if it closes the door.
    pub(super) fn failed(&mut self, who: Who, now_ns: i64) -> bool {
        let limit = match who {
            Who::Address(_) => self.settings.address_failures,
            Who::Session(_) => self.settings.session_failures,
        };
        if limit == 0 || self.is_locked(who, now_ns) {
            return false;
        }
        if !self.entries.contains_key(&who) && self.entries.len() == ENTRIES_MAX {
            self.make_room();
        }
        let fresh = Entry { failures: 0, since_ns: now_ns, last_ns: now_ns, locked_until_ns: i64::MIN };
        let entry = self.entries.entry(who).or_insert(fresh);
        if now_ns.saturating_sub(entry.since_ns) >= self.settings.window_ns {
            *entry = fresh;
        }
        entry.failures += 1;
        entry.last_ns = now_ns;
        if entry.failures < limit {
            return false;
        }
        *entry = Entry { locked_until_ns: now_ns.saturating_add(self.settings.locked_ns), ..fresh };
        true
    }

    /// A Logon that passed: what was mistyped before is forgotten.
    pub(super) fn passed(&mut self, who: Who) {
        self.entries.remove(&who);
    }

    fn make_room(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_ns).map(|(who, _)| *who);
        if let Some(who) = oldest {
            self.entries.remove(&who);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn lockout() -> Lockout {
        let settings =
            LockoutSettings { address_failures: 3, session_failures: 0, window_ns: 10 * SECOND, locked_ns: SECOND };
        Lockout::new(settings)
    }

    fn address(number: u32) -> Who {
        Who::Address(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn door_closes_at_the_limit_and_opens_after_the_time() {
        let mut lockout = lockout();
        assert_eq!([0, 1, 2].map(|at| lockout.failed(address(1), at)), [false, false, true]);
        assert!(lockout.is_locked(address(1), SECOND));
        assert!(!lockout.is_locked(address(2), SECOND));
        assert!(!lockout.is_locked(address(1), 2 + SECOND));
        assert!(!lockout.failed(address(1), 2 + SECOND), "it counts from the beginning");
    }

    #[test]
    fn failures_far_apart_and_before_a_success_do_not_add_up() {
        let mut lockout = lockout();
        assert!((0..9).all(|n| !lockout.failed(address(1), n * 10 * SECOND)));
        assert!(!lockout.failed(address(2), 0));
        assert!(!lockout.failed(address(2), 1));
        lockout.passed(address(2));
        assert!(!lockout.failed(address(2), 2));
        assert!((0..9).all(|n| !lockout.failed(Who::Session(SessionId(1)), n)), "0 is never");
    }

    #[test]
    fn table_is_bounded_and_the_oldest_makes_room() {
        let mut lockout = lockout();
        for n in 0..20_000 {
            lockout.failed(address(n), i64::from(n));
        }
        assert_eq!(lockout.entries.len(), ENTRIES_MAX);
        assert!(lockout.entries.contains_key(&address(19_999)));
    }
}

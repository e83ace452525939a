//! Who may connect to the FIX acceptor and log on, and when; how much a session may send, and whether its messages are logged.

use std::time::Duration;

use gateway::fix::addresses::Network;
use gateway::fix::auth::Credentials;
use gateway::fix::drop_copy::DropCopy;
use gateway::fix::lockout::LockoutSettings;
use gateway::fix::schedule::Schedule;
use gateway::fix::settings::Access;
use gateway::fix::throttle::{OverThrottle, ThrottleSettings};

use super::section::Section;

/// Failures that may be asked for before the door closes.
const FAILURES_MAX: u64 = 1_000_000;
/// Messages a second that a throttle may be set to.
const RATE_MAX: u64 = 100_000_000;
/// Files that one session's message log may be kept in.
const FILES_MAX: u64 = 1_000;
/// Longest Username(553).
const USERNAME_BYTES_MAX: usize = 64;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// `[fix.message_log]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MessageLog {
    /// Is it on?
    pub(crate) enabled: bool,
    /// Size of one file, in bytes.
    pub(crate) file_bytes: u64,
    /// Files of one session, the one being written included.
    pub(crate) files: u32,
}

/// The keys of one `[[sessions]]` or `[[session_families]]` entry; `messages_per_second` is the risk limit beside them.
pub(super) fn access(entry: &Section<'_>, messages_per_second: u32) -> Access {
    Access {
        credentials: credentials(entry),
        allowed: networks(entry),
        tls_required: entry.truth("require_tls", false),
        throttle: throttle(entry, messages_per_second),
        schedule: schedule(entry),
        disconnect_grace_ns: grace(entry),
        drop_copy: drop_copy(entry),
    }
}

/// `disconnect_grace`.
fn grace(entry: &Section<'_>) -> i64 {
    let grace = entry.duration("disconnect_grace", 5 * SECOND, Duration::ZERO, 60 * MINUTE);
    i64::try_from(grace.as_nanos()).unwrap_or(i64::MAX)
}

/// `drop_copy` and `drop_copy_accounts`.
fn drop_copy(entry: &Section<'_>) -> Option<DropCopy> {
    let copies = DropCopy { sessions: entry.texts("drop_copy"), accounts: entry.texts("drop_copy_accounts") };
    for (key, names) in [("drop_copy", &copies.sessions), ("drop_copy_accounts", &copies.accounts)] {
        let is_wrong = |name: &&String| name.is_empty() || name.trim_end_matches('*').contains('*');
        if let Some(name) = names.iter().find(is_wrong) {
            entry.report(key, format!("{name:?} is no name"), "a name, or the beginning of names with * at its end");
        }
    }
    (copies != DropCopy::default()).then_some(copies)
}

/// `allowed_addresses`.
pub(super) fn networks(section: &Section<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in section.texts("allowed_addresses") {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(why) => section.report("allowed_addresses", format!("{text:?} {why}"), "like \"10.1.0.0/16\""),
        }
    }
    networks
}

/// `schedule = { .. }`.
pub(super) fn schedule(entry: &Section<'_>) -> Option<Schedule> {
    if !entry.has("schedule") {
        return None;
    }
    let hours = entry.section("schedule");
    let of = |name| hours.text(name, None);
    let (start, end, zone, days) = (of("start"), of("end"), of("zone"), hours.texts("days"));
    hours.finish();
    if [&start, &end, &zone].iter().any(|word| word.is_empty()) {
        return None;
    }
    match Schedule::of_words(&zone, &start, &end, &days) {
        Ok(schedule) => Some(schedule),
        Err(why) => {
            entry.report("schedule", why, "like { start = \"08:00\", end = \"17:00\", zone = \"Europe/London\" }");
            None
        }
    }
}

/// `[fix.lockout]`.
pub(super) fn lockout(lockout: Section<'_>) -> LockoutSettings {
    let default = LockoutSettings::default();
    let failures = |name, default: u32| {
        u32::try_from(lockout.whole(name, Some(u64::from(default)), 0, FAILURES_MAX)).unwrap_or(u32::MAX)
    };
    let time = |name| i64::try_from(lockout.duration(name, MINUTE, SECOND, DAY).as_nanos()).unwrap_or(i64::MAX);
    let read = LockoutSettings {
        address_failures: failures("address_failures", default.address_failures),
        session_failures: failures("session_failures", default.session_failures),
        window_ns: time("window"),
        locked_ns: time("time"),
    };
    lockout.finish();
    read
}

/// `[fix.message_log]`.
pub(super) fn message_log(log: Section<'_>) -> MessageLog {
    let read = MessageLog {
        enabled: log.truth("enabled", false),
        file_bytes: log.bytes("file", 64 << 20, 1 << 20, 4 << 30),
        files: u32::try_from(log.whole("files", Some(8), 1, FILES_MAX)).unwrap_or(1),
    };
    log.finish();
    read
}

fn credentials(entry: &Section<'_>) -> Option<Credentials> {
    let given = (entry.has("username"), entry.has("password_hash"));
    match given {
        (false, false) => return None,
        (true, false) => entry.report("password_hash", "is missing beside username", HASH_BY),
        (false, true) => entry.report("username", "is missing beside password_hash", "Username(553) of the Logon"),
        (true, true) => {}
    }
    let (username, hash) = (entry.text("username", Some("")), entry.text("password_hash", Some("")));
    if given.0 && !(1..=USERNAME_BYTES_MAX).contains(&username.len()) {
        entry.report("username", format!("must be 1 to {USERNAME_BYTES_MAX} bytes long"), "");
    }
    if !given.1 {
        return None;
    }
    match Credentials::new(&username, &hash) {
        Ok(credentials) => Some(credentials),
        Err(why) => {
            entry.report("password_hash", why.to_string(), HASH_BY);
            None
        }
    }
}

const HASH_BY: &str = "`millrace fix hash-password` makes one";

fn throttle(entry: &Section<'_>, messages_per_second: u32) -> Option<ThrottleSettings> {
    let per_second = entry.whole("throttle_per_second", Some(0), 0, RATE_MAX);
    let burst = entry.whole("throttle_burst", Some(per_second.max(1)), 1, RATE_MAX);
    let over = [("reject", OverThrottle::Reject), ("disconnect", OverThrottle::Disconnect)];
    let over = entry.word("throttle_over", OverThrottle::Reject, &over);
    if per_second == 0 {
        return None;
    }
    if per_second < u64::from(messages_per_second) {
        entry.report(
            "throttle_per_second",
            "is below messages_per_second, so that risk limit could never be reached",
            "make it greater: it counts every message, not only new orders and replaces",
        );
    }
    let narrow = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Some(ThrottleSettings { per_second: narrow(per_second), burst: narrow(burst), over })
}

//! The clients behind the bad network: one driver, one session each, orders all the time, and now and then new numbers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gateway::fix::driver::{Application, ConnectSettings, Driver, Ended, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::{DisconnectReason, SessionConfig};

use crate::book::Book;

/// HeartBtInt(108): a vanished peer is noticed after 2.4 of it.
const HEART_BT_SECS: u32 = 1;
/// What a session keeps to send again.
const STORE_MESSAGES: usize = 8_192;
const STORE_BYTES: usize = 2 << 20;
/// Between two sessions that begin their numbers again.
const RESET_EVERY: Duration = Duration::from_millis(250);
/// How long all may take to come to their end.
const PATIENCE: Duration = Duration::from_secs(300);

/// How it went.
pub(crate) struct Went {
    pub(crate) books: Vec<Book>,
    pub(crate) logons: usize,
    pub(crate) resets: usize,
    pub(crate) ended: Vec<(Ended, usize)>,
}

/// The sessions of the crowd, by their key's index.
struct Crowd {
    members: Vec<Member>,
    logons: usize,
    resets: usize,
    ended: Vec<(Ended, usize)>,
}

struct Member {
    book: Book,
    phase: Phase,
    logged_on: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Trading,
    /// No new orders; those that rest are canceled. Then logs out, and comes back if it has new numbers to begin.
    Finishing {
        comes_back: bool,
    },
    LoggingOut {
        comes_back: bool,
    },
    /// Logged out, or cut while it logged out: connects again.
    Returning {
        logged_out: bool,
        comes_back: bool,
    },
    Gone,
}

impl Application for Crowd {
    fn on_logon(&mut self, session: SessionKey, _: &mut Outbound<'_>) {
        self.logons += 1;
        self.members[session.index()].logged_on = true;
    }

    fn on_message(&mut self, session: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        self.members[session.index()].book.hear(message);
    }

    fn on_logout(&mut self, session: SessionKey, why: Ended) {
        let member = &mut self.members[session.index()];
        member.logged_on = false;
        match self.ended.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => self.ended.push((why, 1)),
        }
        if let Phase::LoggingOut { comes_back } = member.phase {
            let logged_out = why == Ended::Session(DisconnectReason::LoggedOut);
            member.phase = match logged_out && !comes_back {
                true => Phase::Gone,
                false => Phase::Returning { logged_out, comes_back },
            };
        }
    }
}

/// Trades at this many orders a second, all sessions together, until `end`; then brings each order to its end and logs out.
/// `calm` is called when the trading is over.
pub(crate) fn trade(
    names: Vec<String>,
    to: SocketAddr,
    rate: u64,
    seed: u64,
    end: &AtomicBool,
    calm: impl FnOnce(),
) -> Went {
    let mut random = fastrand::Rng::with_seed(seed);
    let limits = Limits { connections_before_logon_max: names.len(), seed, ..Limits::default() };
    let mut driver = Driver::new(limits).expect("a driver");
    let mut crowd = Crowd { members: Vec::new(), logons: 0, resets: 0, ended: Vec::new() };
    let keys: Vec<SessionKey> = names.iter().map(|name| add(&mut driver, name, to)).collect();
    let member = |name| Member { book: Book::new(name), phase: Phase::Trading, logged_on: false };
    crowd.members = names.into_iter().map(member).collect();
    let start = Instant::now();
    let (mut sent, mut reset_due) = (0, start);
    while !end.load(Ordering::Relaxed) {
        poll(&mut driver, &mut crowd);
        let due = start.elapsed().as_millis() as u64 * rate / 1_000;
        while sent < due {
            sent += 1;
            let at = random.usize(..keys.len());
            let member = &mut crowd.members[at];
            if member.phase == Phase::Trading
                && let Some(mut out) = driver.outbound(keys[at])
            {
                member.book.trade(&mut random, &mut out);
            }
        }
        if reset_due.elapsed() >= RESET_EVERY {
            reset_due = Instant::now();
            let member = &mut crowd.members[random.usize(..keys.len())];
            if member.phase == Phase::Trading {
                member.phase = Phase::Finishing { comes_back: true };
            }
        }
        finish(&mut driver, &keys, &mut crowd);
    }
    calm();
    let deadline = Instant::now() + PATIENCE;
    while crowd.members.iter().any(|member| member.phase != Phase::Gone) {
        for member in &mut crowd.members {
            match member.phase {
                Phase::Trading | Phase::Finishing { .. } => member.phase = Phase::Finishing { comes_back: false },
                _ => {}
            }
        }
        poll(&mut driver, &mut crowd);
        finish(&mut driver, &keys, &mut crowd);
        let open = || {
            let not_gone = crowd.members.iter().zip(&keys).filter(|(member, _)| member.phase != Phase::Gone);
            let say = |(member, key): (&Member, &SessionKey)| {
                let numbers = driver.session(*key).sequence_numbers();
                format!("{:?} {} {numbers:?}, {}", member.phase, member.logged_on, member.book.what_is_open())
            };
            not_gone.map(say).collect::<Vec<_>>().join("\n")
        };
        assert!(Instant::now() < deadline, "not at their end:\n{}", open());
    }
    let Crowd { members, logons, resets, ended } = crowd;
    Went { books: members.into_iter().map(|member| member.book).collect(), logons, resets, ended }
}

fn add(driver: &mut Driver, name: &str, to: SocketAddr) -> SessionKey {
    // With fresh numbers it says so with ResetSeqNumFlag(141)=Y: at its first Logon, and after each Logout of its own.
    let config = SessionConfig {
        heart_bt_secs: HEART_BT_SECS,
        logout_time_limit_ns: 2_000_000_000,
        reset_on_logout: true,
        ..SessionConfig::initiator(name, "MILLRACE")
    };
    let way = ConnectSettings { wait_min_ns: 20_000_000, wait_max_ns: 500_000_000, ..ConnectSettings::to(to) };
    driver.initiate(config, Box::new(MemoryStore::new(STORE_MESSAGES, STORE_BYTES)), way)
}

fn poll(driver: &mut Driver, crowd: &mut Crowd) {
    driver.poll(Duration::from_millis(1), crowd).expect("the driver goes on");
}

/// Moves those on that do not trade any more.
fn finish(driver: &mut Driver, keys: &[SessionKey], crowd: &mut Crowd) {
    for (member, key) in crowd.members.iter_mut().zip(keys) {
        match member.phase {
            Phase::Finishing { comes_back } if member.book.is_complete() && driver.outbound(*key).is_some() => {
                member.phase = Phase::LoggingOut { comes_back };
                driver.logout(*key, "");
            }
            Phase::Finishing { .. } => {
                if let Some(mut out) = driver.outbound(*key) {
                    member.book.cancel(&mut out);
                }
            }
            Phase::Returning { logged_out, comes_back } => {
                crowd.resets += usize::from(logged_out);
                member.phase = if logged_out { Phase::Trading } else { Phase::Finishing { comes_back } };
                driver.reconnect(*key);
            }
            _ => {}
        }
    }
}

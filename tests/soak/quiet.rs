//! A client with nothing wrong: one order at a time, to see that what befalls the others does not hold it up.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gateway::fix::driver::{Application, ConnectSettings, Driver, Ended, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;

use crate::book::Book;

/// Between an answer and the next order.
const PAUSE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(300);

/// How it went.
pub(crate) struct Went {
    pub(crate) book: Book,
    /// Round trips, in microseconds, sorted.
    pub(crate) trips_us: Vec<u64>,
}

struct Quiet {
    book: Book,
    ended: Option<Ended>,
}

impl Application for Quiet {
    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        self.book.hear(message);
    }

    fn on_logout(&mut self, _: SessionKey, why: Ended) {
        self.ended = Some(why);
    }
}

/// Trades until `end`, and counts its round trips in `trips` as they come.
pub(crate) fn trade(name: String, to: SocketAddr, seed: u64, end: &AtomicBool, trips: &AtomicU64) -> Went {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut driver = Driver::new(Limits::default()).expect("a driver");
    let config = SessionConfig { reset_on_logon: true, ..SessionConfig::initiator(&name, "MILLRACE") };
    let key = driver.initiate(config, Box::new(MemoryStore::default()), ConnectSettings::to(to));
    let mut quiet = Quiet { book: Book::new(name), ended: None };
    let mut trips_us = Vec::new();
    until(&mut driver, &mut quiet, "the quiet session is logged on", |driver, _| driver.outbound(key).is_some());
    while !end.load(Ordering::Relaxed) {
        let sent = Instant::now();
        let mut out = driver.outbound(key).expect("the quiet session stays logged on");
        quiet.book.order_at_once(&mut random, &mut out);
        until(&mut driver, &mut quiet, "the quiet session's order is at its end", |_, quiet| quiet.book.is_complete());
        trips_us.push(sent.elapsed().as_micros() as u64);
        trips.fetch_add(1, Ordering::Relaxed);
        let next = Instant::now() + PAUSE;
        while Instant::now() < next {
            driver.poll(PAUSE, &mut quiet).expect("the driver goes on");
        }
        assert_eq!(quiet.ended, None, "nobody cuts the quiet session");
    }
    driver.logout(key, "");
    until(&mut driver, &mut quiet, "the quiet session is logged out", |_, quiet| quiet.ended.is_some());
    trips_us.sort_unstable();
    Went { book: quiet.book, trips_us }
}

fn until(driver: &mut Driver, quiet: &mut Quiet, what: &str, mut so: impl FnMut(&mut Driver, &Quiet) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so(driver, quiet) {
        driver.poll(Duration::from_millis(1), quiet).expect("the driver goes on");
        assert!(Instant::now() < deadline, "never so: {what}; {}", quiet.book.what_is_open());
    }
}

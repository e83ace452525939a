//! The soak: 200 FIX sessions on a bad network against the real daemon, with orders all the time. Connections are cut in the
//! middle of a message, vanish without a word, stay half open, stall; numbers begin again; one client does not read at all
//! until it is cut. In the end each client has heard exactly what the journal has for it: every report, in order, once; and a
//! quiet client has been served all along.
//!
//! `MILLRACE_SOAK_SECS` sets how long it trades (600 by hand), `MILLRACE_SOAK_SEED` the draws, `MILLRACE_SOAK_RATE` the orders a
//! second of all sessions together.

mod book;
mod crowd;
mod proxy;
mod quiet;
mod slow;
mod told;

#[allow(dead_code, reason = "the daemon's other tests use the rest of it")]
#[path = "../support/daemon.rs"]
mod daemon;

use std::env;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use daemon::Daemon;
use proxy::Proxy;
use slow::Slow;

/// Two of them are the slow and the quiet one.
const SESSIONS: usize = 200;
/// A faulty connection lives half of this on average.
const LIFE_MAX: Duration = Duration::from_secs(8);
/// Between two rounds of the slow client.
const SLOW_EVERY: Duration = Duration::from_secs(60);

#[test]
fn every_report_arrives_once_whatever_the_network_does() {
    let number = |name: &str, default: u64| match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    };
    let time = Duration::from_secs(number("MILLRACE_SOAK_SECS", 15));
    let (seed, rate) = (number("MILLRACE_SOAK_SEED", 1), number("MILLRACE_SOAK_RATE", 1_000));
    println!("{SESSIONS} sessions for {time:?} at {rate} orders a second, seed {seed}");

    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = Daemon::start_with(folder.path(), &config());
    let proxy = Proxy::start(daemon.fix, LIFE_MAX, seed);
    let names: Vec<String> = (1..=SESSIONS).map(|number| format!("SOAK{number}")).collect();
    let [crowd @ .., slow, quiet] = &names[..] else { unreachable!("there are 200") };
    let (crowd_ends, quiet_ends, trips) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(0));

    let (crowd, slow, stalls, quiet) = thread::scope(|scope| {
        let crowd =
            scope.spawn(|| crowd::trade(crowd.to_vec(), proxy.address, rate, seed, &crowd_ends, || proxy.calm()));
        let quiet = scope.spawn(|| quiet::trade(quiet.clone(), daemon.fix, seed, &quiet_ends, &trips));
        // Where the slow session fails, the others end too, and the test with them.
        let ends = OnDrop([&crowd_ends, &quiet_ends]);
        let mut slow = Slow::new(slow.clone(), daemon.fix, seed);
        let (start, mut stalls) = (Instant::now(), 0);
        while stalls == 0 || start.elapsed() + SLOW_EVERY < time {
            let (cut, before) = (slow_consumers(&daemon), trips.load(Ordering::Relaxed));
            slow.round(|| slow_consumers(&daemon) > cut);
            stalls += 1;
            assert!(trips.load(Ordering::Relaxed) > before, "the quiet session was held up by the slow one");
            let next = (start + SLOW_EVERY * stalls).min(start + time);
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        thread::sleep(time.saturating_sub(start.elapsed()));
        crowd_ends.store(true, Ordering::Relaxed);
        let crowd = crowd.join();
        drop(ends);
        let crowd = crowd.expect("the crowd comes to its end");
        let quiet = quiet.join().expect("the quiet session comes to its end");
        (crowd, slow.into_book(), stalls, quiet)
    });
    let faults = proxy.stop();
    daemon.stop();

    let journal = told::by_the_journal(&folder.path().join("journal"));
    let books = || crowd.books.iter().chain([&slow, &quiet.book]);
    for book in books() {
        assert!(book.surprises.is_empty(), "{}: {:?}", book.name, book.surprises);
        told::compare(&book.name, &book.told, journal.get(&book.name).map_or(&[], Vec::as_slice));
    }
    let reports: usize = books().map(|book| book.told.len()).sum();
    let orders: u32 = books().map(|book| book.orders).sum();
    let not_taken: usize = books().map(|book| book.not_taken).sum();
    println!("{orders} orders, {reports} reports, {not_taken} requests without room in the queue");
    println!("{} logons, {} resets, {stalls} slow consumers cut; {faults:?}", crowd.logons, crowd.resets);
    println!("ends of the crowd's connections: {:?}", crowd.ended);
    let trip = |quantile: f64| quiet.trips_us[((quiet.trips_us.len() - 1) as f64 * quantile) as usize];
    let (count, [p50, p99, max]) = (quiet.trips_us.len(), [0.5, 0.99, 1.0].map(trip));
    println!("quiet session: {count} round trips, p50 {p50} us, p99 {p99} us, max {max} us");
    let lived = [faults.cuts, faults.vanished, faults.half_open, faults.stalls, crowd.resets];
    assert!(lived.iter().all(|count| *count > 0), "the soak was no soak");
}

/// Sets flags, whatever happens.
struct OnDrop<'a>([&'a AtomicBool; 2]);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|flag| flag.store(true, Ordering::Relaxed));
    }
}

/// The deployed configuration, with sessions for all.
fn config() -> String {
    let deployed = daemon::config();
    let soak = deployed.replace("prefix = \"LOAD\"\ncount = 16", &format!("prefix = \"SOAK\"\ncount = {SESSIONS}"));
    assert_ne!(soak, deployed, "the deployed configuration has its family otherwise now");
    soak
}

/// Connections that the daemon has cut because their peer did not read.
fn slow_consumers(daemon: &Daemon) -> usize {
    daemon
        .status()
        .counters
        .iter()
        .filter(|(name, _)| name.contains("slow_consumers"))
        .map(|(_, count)| *count as usize)
        .sum()
}

//! The client against the floor, over real loopback sockets in two threads: every request is answered and accounted for.

use loadtest::client::{Config, Idle, run};
use loadtest::floor::Floor;
use loadtest::progress::{Progress, Report};
use loadtest::session::Numbers;
use loadtest::workload::Mix;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Runs `load` against a floor and stops it, whatever comes of it.
fn with_floor(durable_in: Option<&Path>, load: impl FnOnce(Config) -> anyhow::Result<Report>) -> Report {
    let mut floor = Floor::bind("127.0.0.1:0".parse().expect("an address"), durable_in).expect("a free port");
    let address = floor.local_addr().expect("an address");
    let stop = AtomicBool::new(false);
    let report = std::thread::scope(|scope| {
        let server = scope.spawn(|| floor.run(&stop));
        let config = Config {
            rate: 2_000,
            duration: Some(Duration::from_secs(1)),
            idle: Idle::Yield,
            drain: Duration::from_secs(10),
            ..Config::canonical(address)
        };
        let report = load(config);
        stop.store(true, Ordering::Relaxed);
        server.join().expect("no panic").expect("no failure");
        report
    });
    report.expect("the run works")
}

#[test]
fn every_request_sent_to_the_floor_is_acknowledged() {
    let progress = Progress::new();
    let report = with_floor(None, |config| run(&Config { collect_acks: true, ..config }, &progress));
    assert_eq!(report.interrupted, None);
    assert!(report.complete);
    assert_eq!(report.counts.total().sent, 2_000);
    assert_eq!(report.counts.total().acknowledged, 2_000);
    assert_eq!(report.latency.samples, 2_000);
    assert!(report.counts.cancel.sent > 100, "{:?}", report.counts);
    assert_eq!(report.counts.unsolicited + report.counts.garbled, 0);
    let acks = report.acks.expect("collected");
    assert_eq!(acks.len(), 2_000);
    assert!(acks.is_sorted_by(|a, b| a.cl_ord_id < b.cl_ord_id));
    assert!(acks.iter().all(|ack| !ack.order_id.is_empty()));
    // Logon, 500 requests, logout: the next number is 503 on both sides.
    assert_eq!(report.numbers["LOAD1"], Numbers { next_out: 503, next_in: 503 });
    assert_eq!(progress.snapshot().counts, report.counts);
}

#[test]
fn demo_mix_against_the_durable_floor_is_answered() {
    let folder = std::env::temp_dir().join(format!("loadtest-test-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a new folder");
    let report = with_floor(Some(&folder), |config| {
        run(&Config { mix: Mix::demo(), sessions: 3, idle: Idle::Sleep, ..config }, &Progress::new())
    });
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(report.interrupted, None);
    assert!(report.complete);
    assert!(report.counts.replace.acknowledged > 0 && report.counts.cancel.acknowledged > 0);
}

#[test]
fn run_without_end_stops_when_asked() {
    let progress = Progress::new();
    let report = with_floor(None, |config| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while progress.snapshot().counts.answered < 100 {
                    std::thread::yield_now();
                }
                progress.stop();
            });
            run(&Config { duration: None, warm_up: Duration::from_millis(10), ..config }, &progress)
        })
    });
    assert!(report.complete);
    assert!(report.counts.total().sent >= 100);
    assert!(report.latency.samples < report.counts.answered, "the warm-up is not measured");
}

#[test]
fn lost_server_interrupts_the_run_and_keeps_what_was_answered() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    assert!(run(&Config::canonical(address), &Progress::new()).is_err(), "nobody listens");

    let mut floor = Floor::bind(address, None).expect("the port is free again");
    let (stop, progress) = (AtomicBool::new(false), Progress::new());
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            while progress.snapshot().counts.answered < 100 {
                std::thread::yield_now();
            }
            stop.store(true, Ordering::Relaxed);
        });
        scope.spawn(|| {
            let outcome = floor.run(&stop);
            drop(floor);
            outcome.expect("no failure");
        });
        run(&Config { duration: None, idle: Idle::Yield, collect_acks: true, ..Config::canonical(address) }, &progress)
    });
    let report = report.expect("a report");
    assert!(report.interrupted.is_some());
    assert_eq!(report.acks.expect("collected").len() as u64, report.counts.total().acknowledged);
    assert!(report.counts.total().acknowledged >= 100);
}

//! A FIX broker as a venue, with the real daemon between a client and a broker that a script plays: orders go out, reports
//! come back, and whatever is killed or goes away in between, client and broker agree in the end on every order.
//!
//! `MILLRACE_BROKER_ROUNDS` sets the number of kills, `MILLRACE_BROKER_SEED` the moments and the orders.

mod book;
#[path = "../support/daemon.rs"]
#[expect(dead_code, reason = "this test has a configuration of its own")]
mod daemon;
mod doubt;
#[path = "../../gateway/tests/interop/python.rs"]
mod python;
mod quickfix;
mod reconcile;
mod reports;
mod street;
mod unasked;

use std::path::Path;
use std::time::Duration;

use book::{MARKET_PX, REFUSED_QTY};
use daemon::{Daemon, free_port};
use gateway::fix::version::Version;
use street::{ONE, Street};

const BUY: u8 = b'1';
const SELL: u8 = b'2';
/// Quotes after which every instrument has had one.
const QUOTES: u64 = 100;
/// Kills, unless set.
const ROUNDS: u64 = 4;

/// The deployed configuration with one instrument more, whose orders go to the broker.
fn config(street: &Street, version: Version) -> String {
    let broker = format!(
        r#"
[[brokers]]
target_comp_id = "PRIME"
version = "{}"
addresses = ["{}"]
reconnect_min = "20ms"
reconnect_max = "100ms"

[[instruments]]
symbol = "PRIM"
tick = "0.01"
max_order_qty = 10_000
collar_percent = 99
price = "100"
broker = "PRIME"
"#,
        version.name(),
        street.broker_address(),
    );
    daemon::config() + &broker
}

/// A daemon between a client and a broker, all of them logged on.
fn all_there(data: &Path, version: Version) -> (Daemon, Street) {
    let mut street = Street::new(version);
    let daemon = Daemon::spawn_at(data, &config(&street, version), free_port()).ready();
    street.connect_client(daemon.fix);
    street.run_until("the broker is logged on", |street| street.book.live);
    // Without a price no order passes; each quote is a frame.
    let begun = daemon.status().journal.durable;
    while daemon.status().journal.durable < begun + QUOTES {
        street.run_for(Duration::from_millis(20));
    }
    (daemon, street)
}

fn send(street: &mut Street, cl_ord_id: &str, side: u8, qty: i64, px: i64) {
    for _ in 0..10_000 {
        if street.order(cl_ord_id, side, qty, px) {
            return;
        }
        street.run_for(Duration::from_millis(1));
    }
    panic!("the client does not log on");
}

fn status_is(cl_ord_id: &'static str, ord_status: u8) -> impl Fn(&Street) -> bool {
    move |street| street.reports.orders.get(cl_ord_id).is_some_and(|order| order.ord_status == ord_status)
}

fn trade(version: Version) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), version);

    send(&mut street, "filled", BUY, 10, MARKET_PX);
    street.run_until("it is filled", status_is("filled", b'2'));
    assert_eq!(street.reports.orders["filled"].filled, 10 * ONE, "in two parts, each once");

    send(&mut street, "refused", BUY, REFUSED_QTY, 90);
    street.run_until("the broker refused it", status_is("refused", b'8'));
    assert_eq!(street.reports.last_reason.as_deref(), Some("3"), "OrdRejReason is the broker's");

    send(&mut street, "rests", BUY, 100, 90);
    street.run_until("it rests", |street| street.book.orders.len() == 3);
    street.replace("rests, smaller", "rests", BUY, 60, 91);
    street.run_until("it is replaced", |street| street.book.orders.values().any(|order| order.order_qty == 60 * ONE));
    street.run_for(Duration::from_millis(50));
    street.cancel("no more", "rests, smaller", BUY, 60);
    street.run_until("it is canceled", status_is("rests", b'4'));

    // The status is shown ten times a second.
    street.run_for(Duration::from_millis(300));
    let status = daemon.status();
    let session = status.fix.iter().find(|session| session.target_comp_id == "PRIME").expect("the broker is shown");
    assert!(session.logged_on && session.next_in > 5 && session.next_out > 5, "{session:?}");
    daemon.stop();
    agree(&street);
}

#[test]
fn orders_go_to_the_broker_and_its_reports_come_back() {
    trade(Version::Fix44);
}

#[test]
fn broker_may_speak_fix_4_2() {
    trade(Version::Fix42);
}

#[test]
fn broker_may_speak_fix_5_0_sp2() {
    trade(Version::Fix50Sp2);
}

#[test]
fn while_the_broker_is_away_orders_are_refused_and_cancels_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    send(&mut street, "rests", BUY, 100, 90);
    street.run_until("it rests", |street| street.book.orders.len() == 1);
    street.run_for(Duration::from_millis(100));
    street.broker_goes_away();

    send(&mut street, "too late", BUY, 10, MARKET_PX);
    street.run_until("it is refused", status_is("too late", b'8'));
    street.replace("dearer", "rests", BUY, 100, 95);
    street.run_until("the replace is refused", |street| street.reports.cancel_rejects == 1);
    street.cancel("no more", "rests", BUY, 100);
    street.run_until("the cancel waits", status_is("rests", b'6'));

    street.broker_comes_back();
    street.run_until("it is canceled", status_is("rests", b'4'));
    assert_eq!(street.book.orders.len(), 1, "what was refused never came");
    daemon.stop();
    agree(&street);
}

#[test]
fn fate_of_an_order_that_was_not_answered_is_asked_for_after_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    street.book.silent = true;
    send(&mut street, "in doubt", BUY, 10, MARKET_PX);
    street.run_until("the broker has it", |street| street.book.orders.len() == 1);
    daemon.kill();
    let mut daemon = Daemon::spawn_at(folder.path(), &config(&street, Version::Fix44), daemon.fix).ready();
    street.run_until("the daemon asks", |street| street.book.asked > 0);
    street.speak();
    street.run_until("it is filled", status_is("in doubt", b'2'));
    daemon.stop();
    agree(&street);
}

#[test]
fn orders_are_never_left_without_their_broker() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    send(&mut street, "rests", BUY, 100, 90);
    street.run_until("it rests", |street| street.book.orders.len() == 1);
    street.run_for(Duration::from_millis(300));
    daemon.stop();
    let with_broker = config(&street, Version::Fix44);
    let moved = with_broker.replace("broker = \"PRIME\"", "");
    let without = daemon::config();
    // Refused each time, so nothing of it was taken for granted by the first one.
    for (config, says) in [(&moved, "work at PRIME"), (&moved, "work at PRIME"), (&without, "goes to the broker PRIME")]
    {
        let mut refused = Daemon::spawn_at(folder.path(), config, free_port());
        assert!(!refused.wait().success());
        assert!(refused.said().contains(says), "{}", refused.said());
    }
    let mut daemon = Daemon::spawn_at(folder.path(), &with_broker, daemon.fix).ready();
    street.run_until("the broker is logged on", |street| street.book.live);
    while !street.cancel("no more", "rests", BUY, 100) {
        street.run_for(Duration::from_millis(1));
    }
    street.run_until("it is canceled", status_is("rests", b'4'));
    daemon.stop();
    agree(&street);
}

/// Client and broker have the same fills of the same orders, and no order works on one side only.
fn agree(street: &Street) {
    for (name, order) in &street.reports.orders {
        assert_eq!(order.filled, order.cum_qty, "{name}: each fill came once");
        match street.book.orders.get(&order.order_id) {
            Some(at_broker) => {
                assert_eq!(order.cum_qty, at_broker.cum_qty, "{name}: {order:?} {at_broker:?}");
                assert_eq!(order.ord_status, at_broker.ord_status, "{name}: {order:?} {at_broker:?}");
            }
            None => {
                assert!(order.ord_status == b'8' && order.cum_qty == 0, "{name}: never came to the broker: {order:?}")
            }
        }
    }
    for (order_id, at_broker) in &street.book.orders {
        let known = street.reports.orders.values().any(|order| order.order_id == *order_id);
        assert!(known, "the client never heard of {order_id}: {at_broker:?}");
    }
}

#[test]
fn killed_at_random_moments_client_and_broker_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let rounds = number("MILLRACE_BROKER_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("MILLRACE_BROKER_SEED").unwrap_or(11);
    println!("{rounds} rounds with seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    let mut resting: Vec<(String, u8)> = Vec::new();
    let mut sent = 0;
    for round in 0..rounds {
        for _ in 0..random.u32(20..200) {
            let name = format!("o{sent}");
            let side = if random.bool() { BUY } else { SELL };
            let marketable = random.bool();
            let px = if marketable == (side == BUY) { MARKET_PX + 5 } else { MARKET_PX - 5 };
            if street.order(&name, side, random.i64(1..50), px) {
                sent += 1;
                if !marketable {
                    resting.push((name, side));
                }
            }
            if random.u8(..) < 40 && !resting.is_empty() {
                let (order, side) = resting.swap_remove(random.usize(..resting.len()));
                street.cancel(&format!("c-{order}"), &order, side, 1);
            }
            if random.u8(..) < 20 {
                street.book.silent = true;
            } else if random.u8(..) < 40 {
                street.speak();
            }
            if random.u8(..) < 3 && street.book.live {
                street.broker_goes_away();
                street.run_for(Duration::from_millis(random.u64(0..5)));
                street.broker_is_back_soon();
            }
            street.run_for(Duration::from_micros(random.u64(0..3_000)));
        }
        daemon.kill();
        street.run_for(Duration::from_millis(random.u64(0..100)));
        daemon = Daemon::spawn_at(folder.path(), &config(&street, Version::Fix44), daemon.fix).ready();
        street.run_for(Duration::from_millis(random.u64(0..300)));
        println!("round {round}: {sent} orders, {} at the broker", street.book.orders.len());
    }
    street.speak();
    street.run_until("the broker is logged on", |street| street.book.live);
    street.run_until("nothing is open", |street| {
        let settled = |order: &reports::AtClient| matches!(order.ord_status, b'0' | b'1' | b'2' | b'4' | b'8');
        street.reports.orders.len() == sent && street.reports.orders.values().all(settled)
    });
    // What is on its way arrives.
    street.run_for(Duration::from_millis(1_500));
    daemon.stop();
    let Street { book, .. } = &street;
    println!("{sent} orders, {} at the broker, {} asked for, {} came again", book.orders.len(), book.asked, book.again);
    agree(&street);
}

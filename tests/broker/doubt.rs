//! The broker dies in the middle of a thousand orders, and with it every report under its old numbers. Each order is settled by
//! what the broker answers, or is listed as in doubt with what it keeps reserved, until two people say what became of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use gateway::fix::version::Version;
use gateway::http::InDoubt;

use super::book::MARKET_PX;
use super::daemon::{Daemon, free_port};
use super::street::{ONE, Street};
use super::{BUY, QUOTES, SELL, config};

const ORDERS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// The orders in doubt, by OrderID.
fn in_doubt(http: &tools::daemon::Daemon) -> BTreeMap<String, InDoubt> {
    let answer = http.get("/orders/in-doubt").expect("the daemon answers");
    let orders: Vec<InDoubt> = serde_json::from_value(answer).expect("a list of orders");
    orders.into_iter().map(|order| (order.order_id.to_string(), order)).collect()
}

/// Waits until the broker is asked for nothing more: the list is the same for a second.
fn quiet(street: &mut Street, http: &tools::daemon::Daemon) -> BTreeMap<String, InDoubt> {
    let deadline = Instant::now() + PATIENCE;
    let mut before = (u64::MAX, BTreeMap::new());
    loop {
        street.run_for(Duration::from_secs(1));
        let now = (street.book.asked, in_doubt(http));
        if now == before {
            return now.1;
        }
        assert!(Instant::now() < deadline, "the broker is asked and asked");
        before = now;
    }
}

fn start(data: &Path) -> (Daemon, tools::daemon::Daemon, Street) {
    let mut street = Street::new(Version::Fix44);
    // With new numbers at each Logon nothing that was said before can be had again.
    let config = config(&street, Version::Fix44)
        .replace("\ntarget_comp_id = \"PRIME\"", "\ntarget_comp_id = \"PRIME\"\nreset_on_logon = true");
    let http = free_port();
    let daemon = Daemon::spawn_on(data, &config, free_port(), http).ready();
    street.connect_client(daemon.fix);
    street.run_until("the broker is logged on", |street| street.book.live);
    let begun = daemon.status().journal.durable;
    while daemon.status().journal.durable < begun + QUOTES {
        street.run_for(Duration::from_millis(20));
    }
    (daemon, tools::daemon::Daemon::new(http, data), street)
}

#[test]
fn none_of_a_thousand_orders_is_guessed_when_the_broker_dies() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, http, mut street) = start(folder.path());
    let mut random = fastrand::Rng::with_seed(3);
    let mut sent = 0;
    while sent < ORDERS {
        if sent == ORDERS / 2 {
            street.broker_is_killed();
        }
        if sent % 50 == 0 {
            match random.bool() {
                true => street.book.silent = true,
                false => street.speak(),
            }
        }
        // What was not answered when it dies is what there is to settle.
        street.book.silent |= (ORDERS / 2 - 60..ORDERS / 2).contains(&sent);
        let side = if random.bool() { BUY } else { SELL };
        let px = if random.bool() { MARKET_PX + 5 } else { MARKET_PX - 5 };
        if street.order(&format!("o{sent}"), side, random.i64(2..20), px) {
            sent += 1;
        }
        if sent % 8 == 0 {
            street.run_for(Duration::from_micros(500));
        }
    }
    street.run_until("the broker is back", |street| street.book.live);
    street.speak();
    street.run_until("every order is answered", |street| street.reports.orders.len() == ORDERS);
    let doubtful = quiet(&mut street, &http);

    let (mut settled, mut refused) = (0, 0);
    for (name, order) in &street.reports.orders {
        if let Some(listed) = doubtful.get(&order.order_id) {
            assert_eq!(
                listed.leaves_qty,
                (order.leaves_qty / ONE).to_string(),
                "{name}: what it may have filled stays reserved"
            );
            assert!(order.leaves_qty > 0, "{name}: {listed:?}");
            continue;
        }
        match street.book.orders.get(&order.order_id) {
            Some(at_broker) => {
                let (ours, its) = ((order.ord_status, order.cum_qty), (at_broker.ord_status, at_broker.cum_qty));
                assert_eq!(ours, its, "{name} is settled, and not as the broker has it");
                settled += 1;
            }
            None => {
                assert_eq!((order.ord_status, order.cum_qty), (b'8', 0), "{name} never came to the broker");
                refused += 1;
            }
        }
    }
    println!("{settled} settled, {refused} refused, {} in doubt, {} asked for", doubtful.len(), street.book.asked);
    assert_eq!(settled + refused + doubtful.len(), ORDERS);
    assert!(!doubtful.is_empty() && street.book.asked > 0, "the broker died with something unsaid");
    two_people_settle_one(&mut street, &http, &doubtful);
    daemon.stop();
}

/// The fills that nobody heard of are said by two people.
fn two_people_settle_one(street: &mut Street, http: &tools::daemon::Daemon, doubtful: &BTreeMap<String, InDoubt>) {
    let (order_id, listed) = doubtful.iter().next().expect("one is in doubt");
    let body = |actor: &str| {
        serde_json::json!({
            "order_id": listed.order_id, "outcome": "filled", "qty": listed.leaves_qty, "px": MARKET_PX.to_string(),
            "actor": actor, "reason": "the broker's desk said so",
        })
    };
    let first = http.post("/operator/resolve", &body("ann")).expect("a person may propose");
    assert_eq!(first["resolution"], "proposed", "{first}");
    http.post("/operator/resolve", &body("ann")).expect("she may say it again");
    let proposed = in_doubt(http)[order_id].proposed.clone().expect("it is shown");
    assert_eq!((proposed.outcome.as_str(), proposed.actor.as_str()), ("filled", "ann"));
    let second = http.post("/operator/resolve", &body("bob")).expect("another person approves");
    assert_eq!(second["resolution"], "approved", "{second}");
    assert!(!in_doubt(http).contains_key(order_id));
    assert!(http.post("/operator/resolve", &body("ann")).is_err(), "it is not in doubt any more");
    let is_filled = |street: &Street| {
        street.reports.orders.values().any(|order| order.order_id == *order_id && order.ord_status == b'2')
    };
    street.run_until("the client hears of the fill", is_filled);
}

//! What a broker says without being asked: busts, corrections, the end of its day, orders by telephone, and trades that cannot be.

use std::path::Path;
use std::time::Duration;

use gateway::fix::version::Version;

use super::book::MARKET_PX;
use super::daemon::{Daemon, free_port};
use super::street::{ONE, Street};
use super::{BUY, all_there, config, send, status_is};

/// A daemon where orders by telephone belong to an account of their own.
fn with_a_desk(data: &Path) -> (Daemon, Street) {
    let mut street = Street::new(Version::Fix44);
    let config = config(&street, Version::Fix44)
        .replace("\ntarget_comp_id = \"PRIME\"", "\ntarget_comp_id = \"PRIME\"\nforeign_account = \"BETA\"");
    let daemon = Daemon::spawn_at(data, &config, free_port()).ready();
    street.connect_client(daemon.fix);
    street.run_until("the broker is logged on", |street| street.book.live);
    (daemon, street)
}

/// How much of the broker's instrument an account holds.
fn position(daemon: &Daemon, account: &str) -> String {
    let positions = daemon.status().views.positions;
    let held = positions.into_iter().find(|held| held.account == account && held.symbol == "PRIM");
    held.map_or_else(|| "0".to_owned(), |held| held.qty)
}

fn settle(street: &mut Street) {
    street.run_for(Duration::from_millis(300));
}

#[test]
fn busts_and_corrections_change_what_was_filled() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    send(&mut street, "o", BUY, 10, MARKET_PX);
    street.run_until("it is filled", status_is("o", b'2'));
    let order_id = street.reports.orders["o"].order_id.clone();
    let name = street.book.name_of(&order_id);
    let of_it = [(37, order_id.as_str()), (11, name.as_str()), (38, "10")];
    let report = |street: &mut Street, more: &[(u32, &str)]| {
        let fields: Vec<(u32, &str)> = of_it.iter().chain(more).copied().collect();
        street.broker_reports(&fields);
    };

    // X1 was New, X2 and X3 are its two fills.
    report(&mut street, &[(17, "B1"), (19, "X3"), (150, "H"), (39, "1"), (14, "5"), (151, "5")]);
    street.run_until("it is open again", |street| street.reports.orders["o"].cum_qty == 5 * ONE);
    assert_eq!((street.reports.orders["o"].ord_status, street.reports.orders["o"].leaves_qty), (b'1', 5 * ONE));
    report(&mut street, &[(17, "B2"), (19, "X2"), (150, "G"), (39, "1"), (32, "4"), (31, "99"), (14, "4"), (151, "6")]);
    street.run_until("it is corrected", |street| street.reports.orders["o"].cum_qty == 4 * ONE);
    report(&mut street, &[(17, "B3"), (19, "B2"), (150, "G"), (39, "1"), (32, "3"), (31, "99"), (14, "3"), (151, "7")]);
    street.run_until("and again, by the correction's name", |street| street.reports.orders["o"].cum_qty == 3 * ONE);
    settle(&mut street);
    assert_eq!(position(&daemon, "ALPHA"), "3");
    report(&mut street, &[(17, "B4"), (19, "nothing"), (150, "H"), (39, "1"), (14, "3"), (151, "7")]);
    settle(&mut street);
    assert_eq!(street.reports.orders["o"].cum_qty, 3 * ONE, "a bust of what nobody knows is for a person");
    daemon.stop();
}

#[test]
fn day_ends_and_goes_on_and_terms_change_by_the_broker_s_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    assert!(street.order_for(b'1', "gtc", BUY, 100, 90));
    street.run_until("it rests", status_is("gtc", b'0'));
    street.run_until("the broker has it", |street| street.book.orders.len() == 1);
    let order_id = street.reports.orders["gtc"].order_id.clone();
    let name = street.book.name_of(&order_id);
    let of_it = [(37, order_id.as_str()), (11, name.as_str())];
    let report = |street: &mut Street, more: &[(u32, &str)]| {
        let fields: Vec<(u32, &str)> = of_it.iter().chain(more).copied().collect();
        street.broker_reports(&fields);
    };
    report(&mut street, &[(17, "D1"), (150, "3"), (39, "3"), (38, "100")]);
    street.run_until("its day is done", status_is("gtc", b'3'));
    report(&mut street, &[(17, "D2"), (150, "D"), (39, "0"), (378, "1"), (38, "100"), (151, "100")]);
    street.run_until("it goes on the next day", status_is("gtc", b'0'));
    report(&mut street, &[(17, "D3"), (150, "D"), (39, "0"), (378, "5"), (38, "80"), (151, "80")]);
    street.run_until("a part was declined", |street| street.reports.orders["gtc"].leaves_qty == 80 * ONE);
    report(&mut street, &[(17, "D4"), (150, "9"), (39, "9"), (38, "80"), (151, "80")]);
    street.run_until("trading is halted", status_is("gtc", b'9'));
    report(&mut street, &[(17, "D5"), (150, "4"), (39, "4"), (378, "6"), (38, "80")]);
    street.run_until("the halt cancels it", status_is("gtc", b'4'));
    daemon.stop();
}

#[test]
fn order_by_telephone_is_booked_for_the_account_that_is_configured() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = with_a_desk(folder.path());
    let came =
        [(37, "T-1"), (17, "T1"), (150, "F"), (39, "1"), (38, "10"), (32, "4"), (31, "100"), (14, "4"), (44, "100")];
    street.broker_reports(&came);
    settle(&mut street);
    assert_eq!(position(&daemon, "BETA"), "4");
    street.broker_reports(&[
        (37, "T-1"),
        (17, "T2"),
        (150, "F"),
        (39, "2"),
        (38, "10"),
        (32, "6"),
        (31, "100"),
        (14, "10"),
        (44, "100"),
    ]);
    settle(&mut street);
    assert_eq!(position(&daemon, "BETA"), "10");
    street.broker_reports(&[
        (37, "T-1"),
        (17, "T3"),
        (19, "T1"),
        (150, "H"),
        (39, "1"),
        (38, "10"),
        (14, "6"),
        (44, "100"),
    ]);
    settle(&mut street);
    assert_eq!(position(&daemon, "BETA"), "6");
    assert!(street.book.disputed.is_empty(), "{:?}", street.book.disputed);
    daemon.stop();
}

#[test]
fn trade_that_cannot_be_right_is_disputed_and_not_booked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut daemon, mut street) = all_there(folder.path(), Version::Fix44);
    send(&mut street, "o", BUY, 10, 90);
    street.run_until("it rests", |street| street.book.orders.len() == 1);
    street.run_until("the client has heard of it", status_is("o", b'0'));
    let order_id = street.reports.orders["o"].order_id.clone();
    let name = street.book.name_of(&order_id);
    for (exec_id, more) in [
        ("wrong side", [(54, "2"), (55, "PRIM"), (32, "1"), (31, "90")]),
        ("wrong symbol", [(54, "1"), (55, "MIRP"), (32, "1"), (31, "90")]),
        ("beyond the limit", [(54, "1"), (55, "PRIM"), (32, "1"), (31, "90.01")]),
        ("too much", [(54, "1"), (55, "PRIM"), (32, "11"), (31, "90")]),
    ] {
        let of_it = [(37, order_id.as_str()), (11, name.as_str()), (17, exec_id), (150, "F"), (39, "1"), (38, "10")];
        let fields: Vec<(u32, &str)> = of_it.into_iter().chain(more).collect();
        street.broker_reports(&fields);
    }
    street.broker_reports(&[
        (37, "T-9"),
        (17, "whose"),
        (150, "F"),
        (39, "2"),
        (38, "1"),
        (32, "1"),
        (31, "90"),
        (14, "1"),
    ]);
    street.run_until("all are disputed", |street| street.book.disputed.len() == 5);
    let disputed: Vec<(&str, &str)> =
        street.book.disputed.iter().map(|(id, why)| (id.as_str(), why.as_str())).collect();
    let expected =
        [("wrong side", "B"), ("wrong symbol", "A"), ("beyond the limit", "E"), ("too much", "C"), ("whose", "D")];
    assert_eq!(disputed, expected);
    assert_eq!((street.reports.orders["o"].cum_qty, position(&daemon, "ALPHA")), (0, "0".to_owned()));
    let counters = daemon.status().counters;
    let suspended =
        counters.iter().find(|(name, _)| name.contains("broker_total") && name.contains("reports_suspended"));
    assert_eq!(suspended.map(|(_, count)| *count), Some(5.0), "somebody is told: {counters:?}");
    daemon.stop();
}

//! Sessions on the driver, with the echo on it, against hand-made bytes and against itself.

use std::io::Write;
use std::time::{Duration, Instant};

use super::support::{Raw, Side, body, field, local};
use gateway::fix::driver::{Application, ConnectSettings, Driver, Ended, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::{DisconnectReason, SessionConfig, Version};

const ORDER: &str = "11=a|55=X|54=1|60=20240101-00:00:00|40=2|44=1|38=5|";

pub(crate) fn config(version: &str, target: &str) -> SessionConfig {
    let of = |known: &Version| known.begin_string() == version.as_bytes();
    let version = Version::ALL.into_iter().find(of).expect("a BeginString(8)");
    SessionConfig { version, ..SessionConfig::acceptor("ECHO", target) }
}

/// The echo on one port, with a session for each of these.
fn echo(sessions: &[(&str, &str)], reset_on_logon: bool) -> (Side, std::net::SocketAddr) {
    let mut side = Side::new(Limits::default());
    let listener = side.driver.listen(local(0), None).expect("listening");
    for (version, target) in sessions {
        let store = Box::new(MemoryStore::default());
        let config = SessionConfig { reset_on_logon, ..config(version, target) };
        side.driver.accept(listener, config, store);
    }
    let address = side.driver.local_addr(listener);
    (side, address)
}

#[test]
fn orders_of_every_version_come_back_through_their_own_session() {
    let versions = [("FIX.4.2", "C42"), ("FIX.4.4", "C44"), ("FIXT.1.1", "C50"), ("FIX.4.4", "C45")];
    let (mut side, address) = echo(&versions, false);
    let mut clients = versions.map(|(version, sender)| Raw::connect(address, version, sender));
    for ((version, sender), client) in versions.iter().zip(&mut clients) {
        let logon = client.logon(&mut side, if *version == "FIXT.1.1" { "1137=9|" } else { "" });
        assert_eq!((field(&logon, "8"), field(&logon, "56")), (Some(*version), Some(*sender)));
        assert_eq!(field(&logon, "1137"), (*version == "FIXT.1.1").then_some("9"));
    }
    for (_, client) in versions.iter().zip(&mut clients) {
        client.send("D", ORDER);
        let back = client.next(&mut side, "the order");
        assert_eq!((field(&back, "35"), field(&back, "34")), (Some("D"), Some("2")));
        assert_eq!(body(&back), "11=a|38=5|40=2|44=1|54=1|55=X|60=20240101-00:00:00|");
        client.send("c", "320=r|321=0|55=X|");
        assert_eq!(body(&client.next(&mut side, "the request")), "55=X|320=r|321=0|");
    }
}

#[test]
fn possible_resend_is_kept_and_one_that_was_seen_is_dropped() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let mut client = Raw::connect(address, "FIX.4.4", "C");
    client.logon(&mut side, "");
    client.send("D", &format!("97=Y|{ORDER}"));
    assert_eq!(field(&client.next(&mut side, "the order"), "97"), Some("Y"));
    client.send("D", &format!("97=Y|{ORDER}"));
    client.silence(&mut side);
    client.send("D", ORDER);
    assert_eq!(field(&client.next(&mut side, "the order again"), "97"), None);
    client.send("D", &format!("43=Y|122=20240101-00:00:00|{}", ORDER.replace("11=a", "11=b")));
    let back = client.next(&mut side, "the order that may be a duplicate");
    assert_eq!((field(&back, "43"), field(&back, "122"), field(&back, "11")), (None, None, Some("b")));
}

#[test]
fn what_is_not_served_is_refused_by_the_application_and_what_is_unknown_by_the_session() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let mut client = Raw::connect(address, "FIX.4.4", "C");
    client.logon(&mut side, "");
    client.send("B", "148=news|33=1|58=text|");
    let refused = client.next(&mut side, "a BusinessMessageReject");
    assert_eq!(
        (field(&refused, "35"), field(&refused, "380"), field(&refused, "45")),
        (Some("j"), Some("3"), Some("2"))
    );
    client.send("ZZ", "");
    let refused = client.next(&mut side, "a Reject");
    assert_eq!(
        (field(&refused, "35"), field(&refused, "373"), field(&refused, "45")),
        (Some("3"), Some("11"), Some("3"))
    );
}

#[test]
fn numbers_begin_again_with_every_logon_where_the_session_says_so() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], true);
    for reset in ["", "141=Y|", ""] {
        let mut client = Raw::connect(address, "FIX.4.4", "C");
        let logon = client.logon(&mut side, reset);
        assert_eq!((field(&logon, "34"), field(&logon, "141")), (Some("1"), (!reset.is_empty()).then_some("Y")));
        client.send("D", ORDER);
        assert_eq!(field(&client.next(&mut side, "the order"), "34"), Some("2"));
        drop(client);
        side.until("the end of the session", |driver| driver.outbound(SessionKey::default()).is_none().then_some(()));
    }
}

#[test]
fn sent_messages_are_sent_again_and_gaps_filled_between_them() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let mut client = Raw::connect(address, "FIX.4.4", "C");
    client.logon(&mut side, "");
    client.send("D", &format!("97=Y|{ORDER}"));
    let first = client.next(&mut side, "number 2");
    client.send("1", "112=t|");
    client.next(&mut side, "number 3");
    client.send("B", "148=news|33=1|58=text|");
    let fourth = client.next(&mut side, "number 4");
    client.send("2", "7=1|16=0|");
    let again: Vec<String> = (0..4).map(|_| client.next(&mut side, "an answer to the ResendRequest")).collect();
    let is = |at: usize| ["35", "34", "43", "36"].map(|tag| field(&again[at], tag).unwrap_or_default());
    assert_eq!(is(0), ["4", "1", "Y", "2"]);
    assert_eq!(is(1), ["D", "2", "Y", ""]);
    assert_eq!(is(2), ["4", "3", "Y", "4"]);
    assert_eq!(is(3), ["j", "4", "Y", ""]);
    for (sent, again) in [(&first, &again[1]), (&fourth, &again[3])] {
        assert_eq!(field(again, "122"), field(sent, "52"), "OrigSendingTime");
        assert!(body(again).ends_with(body(sent)), "{again} has all of {sent}");
    }
}

#[test]
fn long_resend_goes_in_pieces_and_loses_nothing() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let mut client = Raw::connect(address, "FIX.4.4", "C");
    client.logon(&mut side, "");
    let orders = 2_000;
    for _ in 0..orders {
        client.send("D", ORDER);
        client.next(&mut side, "an order");
    }
    client.send("2", "7=2|16=0|");
    for number in 2..orders + 2 {
        let again = client.next(&mut side, "an order again");
        assert_eq!((field(&again, "34"), field(&again, "43")), (Some(number.to_string().as_str()), Some("Y")));
    }
    client.silence(&mut side);
}

#[test]
fn stranger_hears_nothing_and_a_second_logon_harms_nobody() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let mut live = Raw::connect(address, "FIX.4.4", "C");
    live.logon(&mut side, "");
    for (version, sender) in [("FIX.4.4", "X"), ("FIX.4.2", "C"), ("FIX.4.4", "C")] {
        let mut stranger = Raw::connect(address, version, sender);
        stranger.send("A", "98=0|108=30|");
        stranger.end(&mut side);
    }
    let mut hasty = Raw::connect(address, "FIX.4.4", "C");
    hasty.send("D", ORDER);
    hasty.end(&mut side);
    let mut noise = Raw::connect(address, "FIX.4.4", "C");
    noise.stream.write_all(&[b'z'; 20_000]).expect("sent");
    noise.end(&mut side);
    live.send("D", ORDER);
    live.next(&mut side, "the order");
}

#[test]
fn message_in_any_cut_is_one_message() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let mut client = Raw::connect(address, "FIX.4.4", "C");
    let mut bytes = client.message("A", "98=0|108=30|");
    bytes.extend(client.message("D", ORDER));
    for byte in bytes {
        client.stream.write_all(&[byte]).expect("sent");
        side.poll();
    }
    assert_eq!(field(&client.next(&mut side, "the Logon"), "35"), Some("A"));
    assert_eq!(field(&client.next(&mut side, "the order"), "35"), Some("D"));
}

#[test]
fn half_a_message_and_a_full_output_let_the_driver_sleep() {
    let mut side = Side::new(Limits { output_bytes_max: 64 << 10, ..Limits::default() });
    let listener = side.driver.listen(local(0), None).expect("listening");
    side.driver.accept(listener, config("FIX.4.4", "C"), Box::new(MemoryStore::default()));
    let mut client = Raw::connect(side.driver.local_addr(listener), "FIX.4.4", "C");
    client.logon(&mut side, "");
    let sleeps = |side: &mut Side| {
        (0..20).for_each(|_| side.poll());
        let since = Instant::now();
        side.driver.poll(Duration::from_millis(10), &mut side.echo).expect("the driver goes on");
        assert!(since.elapsed() >= Duration::from_millis(8), "slept only {:?}", since.elapsed());
    };
    let message = client.message("D", ORDER);
    client.stream.write_all(&message[..50]).expect("sent");
    sleeps(&mut side);
    client.stream.write_all(&message[50..]).expect("sent");
    client.next(&mut side, "the order");
    // Sent until nothing more is taken, and not read.
    let text = format!("{ORDER}58={}|", "x".repeat(4_000));
    let (mut bytes, mut refused) = (Vec::new(), 0);
    while refused < 50 {
        if bytes.is_empty() {
            bytes = client.message("D", &text);
        }
        match client.stream.write(&bytes) {
            Ok(count) => (refused, bytes) = (0, bytes.split_off(count)),
            Err(_) => refused += 1,
        }
        side.poll();
    }
    sleeps(&mut side);
    // And read at last: every one of them comes back.
    let sent = client.number;
    for number in 3..sent - 1 {
        assert_eq!(field(&client.next(&mut side, "an order"), "34"), Some(number.to_string().as_str()));
    }
}

#[test]
fn peer_that_does_not_read_is_bounded_and_others_go_on() {
    let (mut side, address) = echo(&[("FIX.4.4", "SLOW"), ("FIX.4.4", "C")], false);
    let mut slow = Raw::connect(address, "FIX.4.4", "SLOW");
    slow.logon(&mut side, "");
    let mut client = Raw::connect(address, "FIX.4.4", "C");
    client.logon(&mut side, "");
    let text = format!("{ORDER}58={}|", "x".repeat(4_000));
    // It sends until nothing more is taken from it: the bound of its output, and what the system holds, are full.
    let mut refused = 0;
    while refused < 50 {
        let bytes = slow.message("D", &text);
        match slow.stream.write(&bytes) {
            Ok(count) if count == bytes.len() => refused = 0,
            _ => refused += 1,
        }
        side.poll();
        if refused > 0 {
            // The message was cut, so it is over with this peer; only what the others see counts.
            continue;
        }
    }
    client.send("D", ORDER);
    client.next(&mut side, "the order of the other");
}

#[test]
fn peer_that_does_not_read_what_it_did_not_ask_for_is_cut() {
    let mut side = Side::new(Limits { output_bytes_max: 64 << 10, ..Limits::default() });
    let listener = side.driver.listen(local(0), None).expect("listening");
    let session = side.driver.accept(listener, config("FIX.4.4", "SLOW"), Box::new(MemoryStore::new(10, 10_000)));
    let mut slow = Raw::connect(side.driver.local_addr(listener), "FIX.4.4", "SLOW");
    slow.logon(&mut side, "");
    let text = "x".repeat(5_000);
    side.until("the cut", |driver| match driver.outbound(session) {
        Some(mut out) => {
            for _ in 0..10 {
                out.send(b"B", |body| body.field_str(58, &text));
            }
            None
        }
        None => Some(()),
    });
    let numbers = side.driver.session(session).sequence_numbers();
    let mut back = Raw::connect(side.driver.local_addr(listener), "FIX.4.4", "SLOW");
    back.number = 2;
    let logon = back.logon(&mut side, "");
    assert_eq!(field(&logon, "34"), Some(numbers.next_out.to_string().as_str()), "numbers go on");
    // All that the store has forgotten is one gap fill.
    back.send("2", "7=1|16=0|");
    let fill = back.next(&mut side, "a gap fill");
    assert_eq!((field(&fill, "35"), field(&fill, "34"), field(&fill, "123")), (Some("4"), Some("1"), Some("Y")));
}

/// Notes what it is told.
#[derive(Default)]
struct Notes {
    logons: usize,
    ended: Vec<Ended>,
    messages: usize,
}

impl Application for Notes {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.logons += 1;
    }

    fn on_message(&mut self, _: SessionKey, _: &Message<'_>, _: &mut Outbound<'_>) {
        self.messages += 1;
    }

    fn on_logout(&mut self, _: SessionKey, why: Ended) {
        self.ended.push(why);
    }
}

#[test]
fn initiator_tries_addresses_in_turn_comes_back_and_logs_out() {
    let (mut side, address) = echo(&[("FIX.4.4", "C")], false);
    let nobody = std::net::TcpListener::bind(local(0)).and_then(|listener| listener.local_addr()).expect("a free port");
    let to = ConnectSettings {
        addresses: vec![nobody, address],
        wait_min_ns: 1_000_000,
        wait_max_ns: 2_000_000,
        ..ConnectSettings::to(address)
    };
    let mut client = Driver::new(Limits::default()).expect("a driver");
    let session = client.initiate(SessionConfig::initiator("C", "ECHO"), Box::new(MemoryStore::default()), to);
    let mut notes = Notes::default();
    let until = |side: &mut Side, notes: &mut Notes, client: &mut Driver, so: &dyn Fn(&Notes) -> bool| {
        side.until("the initiator's turn", |_| {
            client.poll(Duration::ZERO, notes).expect("the client goes on");
            so(notes).then_some(())
        });
    };
    // In between the Logout's answer and the second Logon have numbers too.
    for (round, due) in [(1, 2), (2, 5)] {
        until(&mut side, &mut notes, &mut client, &|notes| notes.logons == round);
        let number = client.outbound(session).expect("logged on").send(b"D", |body| {
            for field in ORDER.trim_end_matches('|').split('|') {
                let (tag, value) = field.split_once('=').expect("a field");
                body.field_str(tag.parse().expect("a tag"), value);
            }
        });
        assert_eq!(number, due, "numbers go on over connections");
        until(&mut side, &mut notes, &mut client, &|notes| notes.messages == round);
        if round == 1 {
            side.driver.logout(SessionKey::default(), "come back");
            until(&mut side, &mut notes, &mut client, &|notes| notes.ended.len() == round);
        }
    }
    client.logout(session, "done");
    until(&mut side, &mut notes, &mut client, &|notes| notes.ended.len() == 2);
    assert_eq!(notes.ended[1], Ended::Session(DisconnectReason::LoggedOut));
    for _ in 0..50 {
        side.poll();
        client.poll(Duration::from_millis(1), &mut notes).expect("the client goes on");
    }
    assert_eq!(notes.logons, 2, "a session that was logged out stays out");
}

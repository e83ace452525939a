//! Sessions of several versions on one port: each hears its own words, also when they are said again.

use super::super::super::dictionary::{Dictionary, Level};
use super::*;

/// `ALPHA` speaks this version, strictly; `BETA` speaks FIX 4.4.
fn rig_of(version: Version) -> Rig {
    Rig::new(64, |settings| {
        let config = &mut settings.sessions[0].config;
        config.version = version;
        config.dictionary = Some(Dictionary::standard(version));
        config.validation = Level::Strict;
    })
}

fn initiator(version: Version) -> SessionConfig {
    SessionConfig { version, ..SessionConfig::initiator("ALPHA", "MILL") }
}

fn is_strict(version: Version, shown: &str) {
    let bytes = shown.replace('|', "\x01").into_bytes();
    let mut index = FieldIndex::new();
    let message = index.parse(&bytes).unwrap();
    assert_eq!(Dictionary::standard(version).check(&message, Level::Strict), None, "{shown}");
}

#[test]
fn order_is_reported_and_sent_again_in_the_version_of_its_session() {
    for version in Version::ALL {
        let mut rig = rig_of(version);
        let mut other = rig.client("BETA", SequenceNumbers::FIRST);
        let mut client = rig.client_with(initiator(version), SequenceNumbers::FIRST);
        client.order(rig.now, "o1");
        rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o1", "150=0"]) == 1);
        other.order(rig.now, "o2");
        rig.until(&mut [&mut other], |_, clients| clients[0].count(&["35=8", "11=o2", "150=0"]) == 1);
        drop(client);
        rig.until(&mut [&mut other], |rig, _| rig.counter("disconnects") == 1);
        let numbers = SequenceNumbers { next_in: 2, next_out: 3 };
        let mut client = rig.client_with(initiator(version), numbers);
        rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "43=Y", "11=o1"]) == 1);
        let in_42 = usize::from(version == Version::Fix42);
        assert_eq!(client.count(&["35=8", "43=Y", "20=0"]), in_42, "{:?}", client.seen);
        assert!(client.seen.iter().all(|message| message.as_bytes()[2..].starts_with(version.begin_string())));
        client.seen.iter().for_each(|message| is_strict(version, message));
        assert_eq!(other.count(&["35=8", "20=0"]), 0);
    }
}

#[test]
fn logon_in_another_version_is_refused_and_takes_no_number() {
    let mut rig = rig_of(Version::Fix42);
    for version in [Version::Fix44, Version::Fix50Sp2] {
        let mut client = Client::with(rig.acceptor().local_addr(), initiator(version), SequenceNumbers::FIRST);
        client.session.connected(rig.now, &mut client.out);
        rig.until(&mut [&mut client], |_, clients| clients[0].closed);
        assert_eq!(client.count(&["35=5", "58=session speaks FIX.4.2"]), 1, "{:?}", client.seen);
    }
    let client = rig.client_with(initiator(Version::Fix42), SequenceNumbers::FIRST);
    assert_eq!(client.numbers(), [1]);
}

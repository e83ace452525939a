//! The hours of sessions at the door: closed at the end, refused outside, numbers begun again, also over a crash.

use super::super::super::schedule::Schedule;
use super::*;

/// What the clock shows at the start of each test: Tuesday, 22:13:20 UTC.
const START: &str = "22:13:20";

/// `ALPHA` is open from eight in the morning to a minute after the start; `BETA` always.
fn rig() -> Rig {
    Rig::new(64, |settings| {
        settings.sessions[0].access.schedule = Some(Schedule::of_words("UTC", "08:00", "22:14:20", &[]).unwrap());
    })
}

fn numbers_of(rig: &Rig, place: usize) -> (u64, u64) {
    let slot = &rig.acceptor().desk.slots[place];
    (slot.session.sequence_numbers().next_in, slot.session.sequence_numbers().next_out)
}

fn is_refused(rig: &mut Rig) {
    let mut client = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    assert_eq!(client.count(&["35=5", "58=outside the session's hours"]), 1, "{:?}", client.seen);
}

/// To Wednesday, 08:00 UTC.
fn until_the_morning(rig: &mut Rig) {
    let shown: jiff::civil::Time = START.parse().unwrap();
    let since_midnight = i64::from(shown.hour()) * 3_600 + i64::from(shown.minute()) * 60 + i64::from(shown.second());
    rig.now = START_NS + (24 * 3_600 - since_midnight + 8 * 3_600) * SECOND;
}

#[test]
fn rule_19_live_session_is_logged_out_at_its_end_and_begins_again_at_one() {
    let mut rig = rig();
    let mut other = rig.client("BETA", SequenceNumbers::FIRST);
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    rig.now += 40 * SECOND;
    rig.until(&mut [&mut client, &mut other], |_, clients| clients.iter().all(|client| client.count(&["35=1"]) == 1));
    rig.now = START_NS + 60 * SECOND;
    rig.until(&mut [&mut client, &mut other], |_, clients| clients[0].closed);
    assert_eq!(client.count(&["35=5", "58=outside the session's hours"]), 1);
    rig.until(&mut [], |rig, _| numbers_of(rig, 0) == (1, 1));
    is_refused(&mut rig);
    // The refusal was a number of the session.
    assert_eq!(numbers_of(&rig, 0).0, 1);
    assert!(!other.closed);
    until_the_morning(&mut rig);
    rig.round();
    let client = rig.client("ALPHA", SequenceNumbers { next_in: numbers_of(&rig, 0).1, next_out: 1 });
    assert_eq!(client.count(&["35=A"]), 1);
}

#[test]
fn rule_19_reports_after_the_end_are_numbered_for_the_next_session() {
    let mut rig = rig();
    rig.engine_runs = false;
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.order(rig.now, "late");
    rig.until(&mut [&mut client], |rig, _| rig.counter("commands") == 1);
    rig.now += 60 * SECOND;
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    (0..10).for_each(|_| rig.round());
    assert_eq!(numbers_of(&rig, 0).0, 4, "a command of the old numbers is on its way");
    rig.engine_runs = true;
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() == Seq(2));
    rig.now += SECOND;
    rig.until(&mut [], |rig, _| numbers_of(rig, 0) == (1, 2));
    until_the_morning(&mut rig);
    rig.round();
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "34=1", "43=Y", "11=late"]) == 1);
}

#[test]
fn rule_19_numbers_begin_again_where_the_daemon_was_down_over_the_end() {
    let mut rig = rig();
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut other = rig.client("BETA", SequenceNumbers::FIRST);
    // The record, with its birth, is durable; what follows is not.
    rig.now += SECOND;
    rig.round();
    rig.acceptor().desk.ledger.settle().unwrap();
    for client in [&mut client, &mut other] {
        client.order(rig.now, "untold");
        rig.until(&mut [client], |_, clients| clients[0].count(&["35=8"]) == 1);
    }
    let (before, theirs) = (numbers_of(&rig, 1), other.session.sequence_numbers());
    until_the_morning(&mut rig);
    rig.crash();
    assert_eq!(
        numbers_of(&rig, 0),
        (1, 2),
        "what the store does not know as told is told again, under the new numbers"
    );
    assert!(numbers_of(&rig, 1).0 == before.0 && numbers_of(&rig, 1).1 > before.1);
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "34=1", "97=Y", "11=untold"]) == 1);
    // The new birth is kept as well.
    rig.now += 2 * SECOND;
    rig.round();
    rig.acceptor().desk.ledger.settle().unwrap();
    rig.crash();
    assert_eq!(numbers_of(&rig, 0).0, client.session.sequence_numbers().next_out);
    let other = rig.client("BETA", theirs);
    assert_eq!(other.count(&["35=A"]), 1);
}

#[test]
fn rule_19_numbers_of_a_record_without_a_birth_are_kept() {
    let mut rig = rig();
    let record = SessionRecord { next_in: 5, next_out: 7, reserved: 7, born_ns: None };
    let changes = Changes { sessions: vec![(SessionId(0), record)], ..Changes::default() };
    rig.store.apply(&changes).unwrap();
    rig.acceptor().desk.ledger.settle().unwrap();
    until_the_morning(&mut rig);
    rig.crash();
    assert_eq!(numbers_of(&rig, 0), (5, 7));
}

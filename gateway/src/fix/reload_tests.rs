//! Sessions added, changed and removed at the door while others trade.

use super::super::super::reload::{NewSession, NewSessions};
use super::super::super::settings::Access;
use super::super::super::throttle::{OverThrottle, ThrottleSettings};
use super::*;
use model::{AccountName, CancelOnDisconnect, CompId, PendingReplaces};

fn name(text: &str) -> CompId {
    CompId::new(text.as_bytes()).unwrap()
}

fn named(text: &str) -> NewSession {
    NewSession { target_comp_id: name(text), config: SessionConfig::acceptor("MILL", text), access: Access::default() }
}

/// Asks from a thread of its own, as the control plane does.
fn reload(rig: &mut Rig, sessions: Vec<NewSession>, templates: Vec<Template>) {
    let control = rig.acceptor().control();
    let new = NewSessions { sessions, templates, tls: None };
    let asker = std::thread::spawn(move || control.reload(new));
    rig.until(&mut [], |_, _| asker.is_finished());
    asker.join().unwrap().unwrap();
}

fn define(rig: &mut Rig, text: &str) {
    let definition = DefineSession {
        sender_comp_id: name("MILL"),
        target_comp_id: name(text),
        account: AccountName::EMPTY,
        messages_per_second: 1,
        pending_replaces: PendingReplaces::Refuse,
        cancel_on_disconnect: CancelOnDisconnect::Tagged,
        reserved: [0; 2],
    };
    rig.decide(&Command::DefineSession(definition));
    let end = rig.log.next_seq();
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() == end);
}

fn is_closed_without_an_answer(rig: &mut Rig, text: &str) {
    let mut client = Client::connect(rig.acceptor().local_addr(), text, SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    assert!(client.seen.is_empty(), "{:?}", client.seen);
}

#[test]
fn added_session_logs_on_once_the_journal_knows_it_and_the_live_one_goes_on() {
    let mut rig = Rig::new(64, |_| {});
    let mut live = rig.client("ALPHA", SequenceNumbers::FIRST);
    is_closed_without_an_answer(&mut rig, "GAMMA");
    reload(&mut rig, vec![named("ALPHA"), named("BETA"), named("GAMMA")], Vec::new());
    is_closed_without_an_answer(&mut rig, "GAMMA");
    define(&mut rig, "GAMMA");
    let mut added = rig.client("GAMMA", SequenceNumbers::FIRST);
    for client in [&mut live, &mut added] {
        client.order(rig.now, "o1");
        rig.until(&mut [client], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    }
    assert_eq!(rig.journaled, [(0, 2), (2, 2)]);
}

#[test]
fn removed_session_is_logged_out_and_refused_and_has_its_numbers_when_it_is_back() {
    let mut rig = Rig::new(64, |_| {});
    let mut gone = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut other = rig.client("BETA", SequenceNumbers::FIRST);
    gone.order(rig.now, "o1");
    rig.until(&mut [&mut gone], |_, clients| clients[0].count(&["35=8"]) == 1);
    reload(&mut rig, vec![named("BETA")], Vec::new());
    rig.until(&mut [&mut gone, &mut other], |_, clients| clients[0].closed);
    assert_eq!(gone.count(&["35=5", "58=session is removed from the configuration"]), 1);
    is_closed_without_an_answer(&mut rig, "ALPHA");
    other.order(rig.now, "o2");
    rig.until(&mut [&mut other], |_, clients| clients[0].count(&["35=8", "11=o2"]) == 1);
    rig.now += SECOND;
    rig.round();
    assert_eq!(rig.acceptor().sessions().lock().len(), 1, "nobody is shown who may not log on");
    reload(&mut rig, vec![named("BETA"), named("ALPHA")], Vec::new());
    let numbers = gone.session.sequence_numbers();
    assert_eq!(rig.client("ALPHA", numbers).numbers(), [4]);
}

#[test]
fn session_that_was_away_over_a_restart_has_its_numbers_when_it_is_added_again() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("BETA", SequenceNumbers::FIRST);
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 1);
    rig.acceptor.as_mut().unwrap().stop(EngineTime(rig.now)).unwrap();
    rig.settings.sessions.pop();
    rig.crash();
    reload(&mut rig, vec![named("ALPHA"), named("BETA")], Vec::new());
    let definition = DefineSession {
        sender_comp_id: name("MILL"),
        target_comp_id: name("BETA"),
        account: AccountName::EMPTY,
        messages_per_second: 1,
        pending_replaces: PendingReplaces::Refuse,
        cancel_on_disconnect: CancelOnDisconnect::Tagged,
        reserved: [0; 2],
    };
    let event = Event::SessionDefined(SessionDefined { definition, session: SessionId(1) });
    rig.log.append(EngineTime(rig.now), &Command::DefineSession(definition), &[event]);
    let end = rig.log.next_seq();
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() == end);
    let record = rig.acceptor().desk.slots[1].session.sequence_numbers();
    assert_eq!(record, SequenceNumbers { next_in: 3, next_out: 4 });
}

#[test]
fn changes_hold_at_once_where_they_bound_and_from_the_next_logon_where_they_speak() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut changed = named("ALPHA");
    changed.config.version = Version::Fix42;
    let over = OverThrottle::Reject;
    changed.access.throttle = Some(ThrottleSettings { per_second: 1, burst: 1, over });
    reload(&mut rig, vec![changed, named("BETA")], Vec::new());
    for n in 0..2 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=j", "379=o1"]) == 1);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o0"]) == 1);
    assert!(client.seen.iter().all(|message| message.starts_with("8=FIX.4.4|")));
    let numbers = client.session.sequence_numbers();
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    let config = SessionConfig { version: Version::Fix42, ..SessionConfig::initiator("ALPHA", "MILL") };
    let client = rig.client_with(config, numbers);
    assert!(client.seen.iter().all(|message| message.starts_with("8=FIX.4.2|")), "{:?}", client.seen);
}

#[test]
fn sessions_of_a_template_change_and_go_with_it() {
    let template = |rate| Template {
        prefix: name("DESK-"),
        sender_comp_id: name("MILL"),
        sessions_max: 2,
        accounts: vec![AccountName::new(b"ONE").unwrap()],
        messages_per_second: rate,
        pending_replaces: PendingReplaces::Refuse,
        cancel_on_disconnect: CancelOnDisconnect::Tagged,
        config: SessionConfig::acceptor("MILL", "DESK-"),
        access: Access::default(),
    };
    let mut rig = Rig::new(64, |settings| settings.templates.push(template(1)));
    let mut desk = rig.client("DESK-1", SequenceNumbers::FIRST);
    let all = || vec![named("ALPHA"), named("BETA")];
    let mut slower = template(1);
    slower.config.heart_bt_secs_max = 5;
    reload(&mut rig, all(), vec![slower]);
    desk.order(rig.now, "o1");
    rig.until(&mut [&mut desk], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    let numbers = desk.session.sequence_numbers();
    drop(desk);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    let mut desk = Client::connect(rig.acceptor().local_addr(), "DESK-1", numbers);
    desk.session.connected(rig.now, &mut desk.out);
    rig.until(&mut [&mut desk], |_, clients| clients[0].closed);
    assert_eq!(desk.count(&["35=5", "58=HeartBtInt(108) out of range"]), 1);
    reload(&mut rig, all(), Vec::new());
    is_closed_without_an_answer(&mut rig, "DESK-1");
    is_closed_without_an_answer(&mut rig, "DESK-2");
}

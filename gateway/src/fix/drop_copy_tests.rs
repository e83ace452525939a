//! A drop copy that is cut, killed and brought up again, and has each report in the end.

use std::collections::BTreeMap;

use model::{AccountName, CancelOnDisconnect, CompId, PendingReplaces};

use super::super::super::drop_copy::DropCopy;
use super::*;

const COPY: SessionId = SessionId(2);

/// ALPHA and BETA, and a third session that hears of the first.
fn rig() -> Rig {
    let mut rig = Rig::new(256, |settings| {
        let mut copy = SessionSettings::new(COPY, SessionConfig::acceptor("MILL", "COPY"));
        copy.access.drop_copy = Some(DropCopy { sessions: vec!["ALP*".to_owned()], accounts: Vec::new() });
        settings.sessions.push(copy);
    });
    for (session, name) in [(0, "ALPHA"), (1, "BETA"), (2, "COPY")] {
        let definition = DefineSession {
            sender_comp_id: CompId::literal("MILL"),
            target_comp_id: CompId::literal(name),
            account: AccountName::EMPTY,
            messages_per_second: 1,
            pending_replaces: PendingReplaces::Refuse,
            cancel_on_disconnect: CancelOnDisconnect::Tagged,
            reserved: [0; 2],
        };
        let event = Event::SessionDefined(SessionDefined { definition, session: SessionId(session) });
        rig.names.learn(&event);
        rig.log.append(EngineTime(rig.now), &Command::DefineSession(definition), &[event]);
    }
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() == Seq(4));
    rig
}

fn send(rig: &mut Rig, client: &mut Client, range: std::ops::Range<usize>) {
    let end = rig.log.next_seq().0 + range.len() as u64;
    range.for_each(|n| {
        client.order(rig.now, &format!("o{n}"));
    });
    rig.until(&mut [client], |rig, _| rig.acceptor().next_seq() == Seq(end));
}

/// How often each order's report came by ExecID(17): for the first time, and as something that may have come before.
fn copies(clients: &[&Client]) -> BTreeMap<String, (usize, usize)> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for message in clients.iter().flat_map(|client| &client.seen).filter(|message| message.contains("|35=8|")) {
        assert!(message.contains("|797=Y|") && message.contains("|115=ALPHA|"), "{message}");
        let exec_id = message.split("|17=").nth(1).and_then(|rest| rest.split('|').next()).expect("ExecID(17)");
        let again = message.contains("|43=Y|") || message.contains("|97=Y|");
        let (first, repeated) = counts.entry(exec_id.to_owned()).or_default();
        if again { *repeated += 1 } else { *first += 1 }
    }
    counts
}

#[test]
fn copy_hears_of_the_sessions_that_it_names_and_of_no_others() {
    let mut rig = rig();
    let (mut alpha, mut beta) =
        (rig.client("ALPHA", SequenceNumbers::FIRST), rig.client("BETA", SequenceNumbers::FIRST));
    let mut copy = rig.client("COPY", SequenceNumbers::FIRST);
    send(&mut rig, &mut alpha, 0..3);
    send(&mut rig, &mut beta, 3..5);
    rig.until(&mut [&mut copy, &mut alpha], |_, clients| clients[0].count(&["35=8"]) == 3);
    rig.until(&mut [&mut alpha, &mut beta], |_, clients| clients[1].count(&["35=8"]) == 2);
    assert_eq!(alpha.count(&["797=Y"]), 0, "its own report is none");
    assert!(copies(&[&copy]).values().all(|counts| *counts == (1, 0)));
    assert_eq!(copy.numbers(), [1, 2, 3, 4], "numbers of its own");
    // It sends no orders.
    copy.order(rig.now, "mine");
    rig.until(&mut [&mut copy], |_, clients| clients[0].count(&["35=j", "380=6", "379=mine"]) == 1);
    assert_eq!(rig.journaled.len(), 5);
}

#[test]
fn what_was_missed_is_sent_again_once_whoever_else_traded_meanwhile() {
    let mut rig = rig();
    let (mut alpha, mut beta) =
        (rig.client("ALPHA", SequenceNumbers::FIRST), rig.client("BETA", SequenceNumbers::FIRST));
    let mut copy = rig.client("COPY", SequenceNumbers::FIRST);
    send(&mut rig, &mut alpha, 0..3);
    rig.until(&mut [&mut copy], |_, clients| clients[0].count(&["35=8"]) == 3);
    let numbers = copy.session.sequence_numbers();
    copy.closed = true;
    let CutOff(first) = cut(&mut rig, copy);
    send(&mut rig, &mut alpha, 3..6);
    send(&mut rig, &mut beta, 6..9);
    send(&mut rig, &mut alpha, 9..12);
    // From now on it hears of BETA too; that changes nothing about what has a number.
    rig.acceptor.as_mut().unwrap().stop(EngineTime(rig.now)).unwrap();
    rig.settings.sessions[2].access.drop_copy =
        Some(DropCopy { sessions: vec!["ALPHA".to_owned(), "BETA".to_owned()], accounts: Vec::new() });
    rig.crash();
    let mut copy = rig.client("COPY", numbers);
    rig.until(&mut [&mut copy], |_, clients| clients[0].count(&["35=8", "43=Y", "11=o11"]) == 1);
    let counts = copies(&[&first, &copy]);
    assert_eq!(counts.len(), 9, "{counts:?}");
    assert!(counts.values().all(|(first, again)| first + again == 1), "{counts:?}");
}

#[test]
fn after_a_kill_nothing_is_missing_and_what_comes_twice_says_so() {
    let mut rig = rig();
    let mut alpha = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut copy = rig.client("COPY", SequenceNumbers::FIRST);
    send(&mut rig, &mut alpha, 0..20);
    rig.until(&mut [&mut copy], |_, clients| clients[0].count(&["35=8"]) == 20);
    let (of_alpha, of_copy) = (alpha.session.sequence_numbers(), copy.session.sequence_numbers());
    rig.crash();
    let mut alpha = rig.client("ALPHA", of_alpha);
    let mut again = rig.client("COPY", of_copy);
    send(&mut rig, &mut alpha, 20..23);
    rig.until(&mut [&mut again], |_, clients| clients[0].count(&["35=8", "11=o22"]) == 1);
    rig.until(&mut [&mut again], |_, clients| copies(&[&copy, &*clients[0]]).len() == 23);
    let counts = copies(&[&copy, &again]);
    assert!(counts.values().all(|(first, _)| *first <= 1), "{counts:?}");
    let greatest = copy.numbers().into_iter().max().expect("it had messages");
    assert!(again.numbers().iter().all(|number| *number > greatest), "no number means two things");
}

/// A client that is gone, with what it had seen.
struct CutOff(Client);

fn cut(rig: &mut Rig, client: Client) -> CutOff {
    let gone = rig.counter("disconnects");
    let Client { socket, session, out, input, index, seen, closed, reads } = client;
    drop(socket);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == gone + 1);
    let nowhere: Box<dyn Stream> = Box::new(std::io::Cursor::new(Vec::new()));
    CutOff(Client { socket: nowhere, session, out, input, index, seen, closed, reads })
}

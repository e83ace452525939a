//! Who comes in and who does not: passwords, addresses, lock-out, floods, the throttle.

use super::super::super::auth::{Credentials, hash_password};
use super::super::super::control::{NewNumbers, NumbersRefused};
use super::super::super::settings::Access;
use super::super::super::throttle::{OverThrottle, ThrottleSettings};
use super::*;
use model::{AccountName, CancelOnDisconnect, CompId, PendingReplaces, Text};

const SECRET: &str = "correct horse battery staple";

fn with_password(settings: &mut AcceptorSettings) {
    let hash = hash_password(SECRET.as_bytes()).unwrap();
    settings.sessions[0].access.credentials = Some(Credentials::new("alpha", &hash).unwrap());
}

/// Connects, and says Logon with the given name and password.
fn knock(rig: &Rig, name: &str, username: Option<&str>, password: Option<&str>) -> Client {
    let mut client = Client::connect(rig.acceptor().local_addr(), name, SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    client.out.clear();
    let out = &mut client.out;
    out.begin(b"FIX.4.4", msg_type::LOGON);
    out.field_str(tag::SENDER_COMP_ID, name);
    out.field_str(tag::TARGET_COMP_ID, "MILL");
    out.field_u64(tag::MSG_SEQ_NUM, 1);
    out.field_time(tag::SENDING_TIME, rig.now);
    out.field_u64(tag::ENCRYPT_METHOD, 0);
    out.field_u64(tag::HEART_BT_INT, 30);
    username.into_iter().for_each(|text| out.field_str(tag::USERNAME, text));
    password.into_iter().for_each(|text| out.field_str(tag::PASSWORD, text));
    out.finish();
    client
}

fn is_refused(rig: &mut Rig, mut client: Client, text: &str) {
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    assert_eq!(client.count(&["35=5", &format!("58={text}")]), usize::from(!text.is_empty()), "{:?}", client.seen);
    assert_eq!(client.count(&["35=A"]), 0);
}

#[test]
fn right_password_logs_on_and_everything_else_gets_one_answer() {
    let mut rig = Rig::new(64, with_password);
    for (username, password) in [
        (Some("alpha"), Some("wrong")),
        (Some("nobody"), Some(SECRET)),
        (Some("alpha"), None),
        (None, Some(SECRET)),
        (None, None),
    ] {
        let client = knock(&rig, "ALPHA", username, password);
        is_refused(&mut rig, client, "username or password is wrong");
    }
    assert_eq!(rig.counter("authentication_failures"), 5);
    let mut client = knock(&rig, "ALPHA", Some("alpha"), Some(SECRET));
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    let shown = format!("{:?} {:?}", rig.settings, rig.acceptor().sessions().lock());
    assert!(!shown.contains("argon2") && !shown.contains(SECRET), "{shown}");
}

#[test]
fn live_sessions_go_on_while_a_password_is_verified() {
    let mut rig = Rig::new(64, with_password);
    let mut other = rig.client("BETA", SequenceNumbers::FIRST);
    let mut waiting = knock(&rig, "ALPHA", Some("alpha"), Some(SECRET));
    let mut reports_meanwhile = 0;
    rig.until(&mut [&mut other, &mut waiting], |rig, clients| {
        reports_meanwhile = clients[0].count(&["35=8"]);
        clients[0].order(rig.now, "o");
        clients[1].session.is_active()
    });
    assert!(reports_meanwhile > 0, "nothing was reported meanwhile");
}

#[test]
fn too_many_failures_lock_the_session_out_for_a_while() {
    let mut rig = Rig::new(64, |settings| {
        with_password(settings);
        settings.lockout.session_failures = 2;
        settings.lockout.address_failures = 0;
    });
    for _ in 0..2 {
        let client = knock(&rig, "ALPHA", Some("alpha"), Some("wrong"));
        is_refused(&mut rig, client, "username or password is wrong");
    }
    let client = knock(&rig, "ALPHA", Some("alpha"), Some(SECRET));
    is_refused(&mut rig, client, "session is locked out after failed logons, try again later");
    rig.now += 61 * SECOND;
    let mut client = knock(&rig, "ALPHA", Some("alpha"), Some(SECRET));
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
}

#[test]
fn addresses_that_are_not_allowed_are_closed_before_and_at_logon() {
    let mut rig = Rig::new(64, |settings| settings.allowed = vec!["10.0.0.0/8".parse().unwrap()]);
    let client = knock(&rig, "ALPHA", None, None);
    is_refused(&mut rig, client, "");
    assert_eq!((rig.counter("addresses_refused"), rig.counter("connections")), (1, 0));

    let mut rig = Rig::new(64, |settings| settings.sessions[0].access.allowed = vec!["10.0.0.0/8".parse().unwrap()]);
    let client = knock(&rig, "ALPHA", None, None);
    is_refused(&mut rig, client, "");
    assert_eq!((rig.counter("addresses_refused"), rig.counter("connections")), (1, 1));
    rig.client("BETA", SequenceNumbers::FIRST);
}

#[test]
fn ten_thousand_attempts_from_one_address_do_not_harm_a_live_session() {
    let mut rig = Rig::new(64, |settings| settings.connections_before_logon_per_address_max = 8);
    let mut live = rig.client("ALPHA", SequenceNumbers::FIRST);
    let address = rig.acceptor().local_addr();
    let mut reported = 0;
    for attempt in 0..10_000 {
        let mut stranger = TcpStream::connect(address).unwrap();
        let _ = stranger.write_all(b"8=FIX.4.4\x019=5\x01garbage");
        if attempt % 100 == 0 {
            reported += 1;
            live.order(rig.now, &format!("o{reported}"));
            rig.until(&mut [&mut live], |_, clients| clients[0].count(&["35=8"]) == reported);
        } else {
            rig.round();
        }
    }
    assert!(!live.closed);
    assert!(rig.counter("connections_refused") > 9_900, "{}", rig.counter("connections_refused"));
    assert!(rig.acceptor().desk.connections.len() <= 16, "silent strangers have no room");
    rig.now += 20 * SECOND;
    rig.until(&mut [&mut live], |_, clients| clients[0].count(&["35=8"]) == reported);
}

#[test]
fn connections_of_one_address_are_bounded_and_silent_ones_cost_no_buffer() {
    let mut rig = Rig::new(64, |settings| settings.connections_per_address_max = 2);
    let address = rig.acceptor().local_addr();
    let mut clients: Vec<Client> = (0..3).map(|_| Client::connect(address, "ALPHA", SequenceNumbers::FIRST)).collect();
    let mut refs: Vec<&mut Client> = clients.iter_mut().collect();
    rig.until(&mut refs, |rig, _| rig.counter("connections_refused") == 1);
    assert_eq!(rig.counter("connections"), 2);
    assert!(rig.acceptor().desk.connections.iter().flatten().all(|connection| connection.input_bytes() == 0));
}

fn throttled(over: OverThrottle) -> Rig {
    Rig::new(64, |settings| {
        settings.sessions[0].access.throttle = Some(ThrottleSettings { per_second: 10, burst: 3, over });
    })
}

#[test]
fn message_beyond_the_throttle_is_refused_and_cancels_pass() {
    let mut rig = throttled(OverThrottle::Reject);
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    for n in 0..4 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=j", "380=0", "372=D", "45=5", "379=o3"]) == 1);
    assert_eq!((rig.counter("throttled"), rig.journaled.len()), (1, 3));
    rig.engine_runs = false;
    client.session.begin_app_message(rig.now, msg_type::ORDER_CANCEL_REQUEST, &mut client.out);
    for (tag, value) in [(11, "c1"), (41, "o0"), (55, "ACME"), (54, "1")] {
        client.out.field_str(tag, value);
    }
    client.out.field_time(60, rig.now);
    client.out.finish();
    rig.until(&mut [&mut client], |rig, _| rig.counter("commands") == 4);
    while rig.consumer.pop().is_some() {}
    rig.now += SECOND;
    rig.engine_runs = true;
}

#[test]
fn message_beyond_the_throttle_ends_the_connection_where_it_is_set_so() {
    let mut rig = throttled(OverThrottle::Disconnect);
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    for n in 0..4 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    assert_eq!(client.count(&["35=5", "58=more messages than the session may send"]), 1);
    assert_eq!(rig.counter("throttled"), 1);
}

#[test]
fn message_log_has_both_directions_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::new(64, |settings| {
        with_password(settings);
        let folder = folder.path().to_owned();
        settings.message_log = Some(MessageLogSettings { folder, file_bytes: 1 << 20, files: 2 });
    });
    let mut client = knock(&rig, "ALPHA", Some("alpha"), Some(SECRET));
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    rig.acceptor = None;
    let text = std::fs::read_to_string(folder.path().join("ALPHA.log")).unwrap().replace('\x01', "|");
    assert!(text.contains("|554=***|") && !text.contains(SECRET), "{text}");
    for (direction, msg_type) in [(" in  ", "|35=A|"), (" out ", "|35=A|"), (" in  ", "|35=D|"), (" out ", "|35=8|")] {
        let found = text.lines().filter(|line| line.contains(direction) && line.contains(msg_type)).count();
        assert_eq!(found, 1, "{direction}{msg_type} {text}");
    }
}

fn numbers(next_in: Option<u64>, next_out: Option<u64>) -> NewNumbers {
    let target_comp_id = CompId::new(b"ALPHA").unwrap();
    NewNumbers { target_comp_id, next_in, next_out, actor: Text::clipped(b"ann"), reason: Text::clipped(b"agreed") }
}

/// Asks from a thread of its own, as the control plane does.
fn set(rig: &mut Rig, numbers: NewNumbers) -> Result<Command, NumbersRefused> {
    let control = rig.acceptor().control();
    let asker = std::thread::spawn(move || control.set_numbers(numbers));
    rig.until(&mut [], |_, _| asker.is_finished());
    asker.join().unwrap()
}

#[test]
fn operator_sets_numbers_of_a_session_that_nobody_uses() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 1);
    assert_eq!(set(&mut rig, numbers(Some(7), None)), Err(NumbersRefused::Connected));
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    assert_eq!(set(&mut rig, numbers(None, None)), Err(NumbersRefused::Range));
    assert_eq!(set(&mut rig, numbers(Some(0), None)), Err(NumbersRefused::Range));
    let stranger = NewNumbers { target_comp_id: CompId::new(b"NOBODY").unwrap(), ..numbers(Some(1), None) };
    assert_eq!(set(&mut rig, stranger), Err(NumbersRefused::Unknown));

    let Ok(Command::SetSequenceNumbers(act)) = set(&mut rig, numbers(Some(70), Some(2))) else { panic!("refused") };
    assert_eq!((act.next_in_before, act.next_in, act.next_out_before, act.next_out), (3, 70, 3, 2));
    assert_eq!((act.actor.as_str(), act.reason.as_str()), ("ann", "agreed"));
    let from = rig.acceptor().next_seq();
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() > from || from > Seq(2));
    rig.crash();
    let mut client = rig.client("ALPHA", SequenceNumbers { next_in: 2, next_out: 70 });
    client.order(rig.now, "o2");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o2"]) == 1);
    assert_eq!(client.numbers(), [2, 3], "the numbers are used as they were set");
    assert_eq!(rig.journaled.last(), Some(&(0, 71)));
}

#[test]
fn nobody_logs_on_while_numbers_are_being_set() {
    let mut rig = Rig::new(64, |_| {});
    rig.engine_runs = false;
    assert!(set(&mut rig, numbers(Some(7), None)).is_ok());
    assert_eq!(set(&mut rig, numbers(Some(8), None)), Err(NumbersRefused::Busy));
    let client = knock(&rig, "ALPHA", None, None);
    is_refused(&mut rig, client, "sequence numbers are being set, try again");
    rig.engine_runs = true;
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() == Seq(2));
    rig.client("ALPHA", SequenceNumbers { next_in: 1, next_out: 7 });
}

#[test]
fn template_makes_sessions_at_their_first_logon_up_to_its_bound() {
    let mut rig = Rig::new(64, |settings| {
        settings.templates.push(Template {
            prefix: CompId::new(b"DESK-").unwrap(),
            sender_comp_id: CompId::new(b"MILL").unwrap(),
            sessions_max: 2,
            accounts: vec![AccountName::new(b"ONE").unwrap(), AccountName::new(b"TWO").unwrap()],
            messages_per_second: 100,
            pending_replaces: PendingReplaces::Refuse,
            cancel_on_disconnect: CancelOnDisconnect::Tagged,
            config: SessionConfig::acceptor("MILL", "DESK-"),
            access: Access::default(),
        });
    });
    let mut first = rig.client("DESK-7", SequenceNumbers::FIRST);
    first.order(rig.now, "o1");
    rig.until(&mut [&mut first], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    rig.client("DESK-8", SequenceNumbers::FIRST);
    for name in ["DESK-9", "DESK-", "DUSK-1"] {
        let client = knock(&rig, name, None, None);
        is_refused(&mut rig, client, "");
    }
    // By its name alone, so that the account stays the same whoever else comes or goes.
    let template = &rig.acceptor().desk.templates[0];
    let expected: Vec<_> =
        rig.defined.iter().map(|define| template.definition(define.target_comp_id).account).collect();
    assert_eq!(rig.defined.iter().map(|define| define.account).collect::<Vec<_>>(), expected);
    assert!(expected.iter().all(|account| ["ONE", "TWO"].contains(&account.as_str())));
    let names: Vec<String> = rig.acceptor().desk.slots.iter().map(|slot| slot.target_comp_id.to_string()).collect();
    assert_eq!(names, ["ALPHA", "BETA", "DESK-7", "DESK-8"]);
}

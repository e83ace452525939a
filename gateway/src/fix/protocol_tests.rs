//! Settings of single sessions at the door: dictionaries, resets, sequence number fields, what a bad Logon hears.

use super::super::super::dictionary::{Dictionary, Level};
use super::super::super::session::BadLogonAnswer;
use super::*;

/// `ALPHA` is configured so; `BETA` as ever.
fn rig(change: impl FnOnce(&mut SessionConfig)) -> Rig {
    Rig::new(64, |settings| change(&mut settings.sessions[0].config))
}

/// Trades once, leaves without a word, and comes back with the given numbers.
fn comes_back(rig: &mut Rig, numbers: impl FnOnce(SequenceNumbers) -> SequenceNumbers) -> Client {
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 1);
    let reached = client.session.sequence_numbers();
    let ended = rig.counter("disconnects");
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == ended + 1);
    rig.client("ALPHA", numbers(reached))
}

const OWN_DATA: &str = "<fix major='4' minor='4'><messages>\
    <message name='NewOrderSingle' msgtype='D' msgcat='app'>\
    <field name='OwnLength' required='N'/><field name='OwnData' required='N'/></message></messages>\
    <fields><field number='9001' name='OwnLength' type='LENGTH'/>\
    <field number='9002' name='OwnData' type='DATA'/></fields></fix>";

#[test]
fn data_field_of_a_sessions_own_dictionary_is_read_whole_and_of_no_other_session() {
    let mut rig = rig(|config| {
        config.dictionary = Some(Arc::new(Dictionary::with_xml(Version::Fix44, OWN_DATA).unwrap()));
        config.validation = Level::Strict;
    });
    let mut own = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut other = rig.client("BETA", SequenceNumbers::FIRST);
    let send = |rig: &mut Rig, client: &mut Client, answers: usize| {
        client.session.begin_app_message(rig.now, msg_type::NEW_ORDER_SINGLE, &mut client.out);
        for (tag, value) in [(11, "o"), (55, "ACME"), (54, "1"), (38, "1"), (40, "1")] {
            client.out.field_str(tag, value);
        }
        client.out.field_time(tag::TRANSACT_TIME, rig.now);
        client.out.field_u64(9001, 7);
        client.out.field_data(9002, b"a\x0155=Z\x01");
        client.out.finish();
        rig.until(&mut [client], |_, clients| clients[0].count(&["35=8"]) + clients[0].count(&["35=3"]) == answers);
    };
    send(&mut rig, &mut own, 1);
    send(&mut rig, &mut other, 1);
    send(&mut rig, &mut own, 2);
    assert_eq!((own.count(&["35=8"]), own.count(&["35=3"])), (2, 0), "{:?}", own.seen);
    assert_eq!(other.count(&["35=3", "45=2"]), 1, "to others it is no data: {:?}", other.seen);
}

#[test]
fn reset_on_logon_begins_again_without_a_word_of_141() {
    let mut rig = rig(|config| config.reset_on_logon = true);
    let client = comes_back(&mut rig, |_| SequenceNumbers::FIRST);
    assert_eq!((client.numbers(), client.count(&["141=Y"])), (vec![1], 0));
}

#[test]
fn reset_on_disconnect_begins_again_when_the_connection_is_gone() {
    let mut rig = rig(|config| config.reset_on_disconnect = true);
    let client = comes_back(&mut rig, |_| SequenceNumbers::FIRST);
    assert_eq!(client.numbers(), [1]);
}

#[test]
fn reset_on_logout_begins_again_after_a_logout_only() {
    let mut rig = rig(|config| config.reset_on_logout = true);
    let mut client = comes_back(&mut rig, |reached| reached);
    assert_eq!(client.numbers(), [3], "the connection broke");
    client.session.logout(rig.now, "", &mut client.out);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=5"]) == 1);
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 2);
    assert_eq!(rig.client("ALPHA", SequenceNumbers::FIRST).numbers(), [1]);
}

#[test]
fn reset_by_the_client_is_refused_where_it_is_not_accepted() {
    let mut rig = rig(|config| config.allow_reset = false);
    let reset = |name| SessionConfig { reset_on_logon: true, ..SessionConfig::initiator(name, "MILL") };
    let mut client = Client::with(rig.acceptor().local_addr(), reset("ALPHA"), SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    assert_eq!(client.count(&["35=5", "58=ResetSeqNumFlag(141)=Y refused"]), 1);
    assert_eq!(rig.client_with(reset("BETA"), SequenceNumbers::FIRST).count(&["35=A", "141=Y"]), 1);
}

#[test]
fn next_expected_number_brings_what_is_missing_without_a_request() {
    let mut rig = rig(|config| {
        config.next_expected_msg_seq_num = true;
        config.last_msg_seq_num_processed = true;
    });
    let client = comes_back(&mut rig, |reached| reached);
    assert_eq!(client.count(&["35=A", "789=4", "369=3"]), 1, "{:?}", client.seen);
    let next_out = client.session.sequence_numbers().next_out;
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 2);
    let config = SessionConfig { next_expected_msg_seq_num: true, ..SessionConfig::initiator("ALPHA", "MILL") };
    let mut client = rig.client_with(config, SequenceNumbers { next_in: 2, next_out });
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "43=Y", "11=o1"]) == 1);
    assert_eq!(rig.counter("resend_requests"), 0);
}

#[test]
fn bad_logon_hears_nothing_where_that_is_the_answer() {
    let mut rig = rig(|config| {
        config.bad_logon_answer = BadLogonAnswer::Silence;
        config.heart_bt_secs_max = 5;
    });
    let mut client = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    assert!(client.seen.is_empty(), "{:?}", client.seen);
    let in_time = SessionConfig { heart_bt_secs: 5, ..SessionConfig::initiator("ALPHA", "MILL") };
    let mut live = rig.client_with(in_time.clone(), SequenceNumbers::FIRST);
    let mut second = Client::with(rig.acceptor().local_addr(), in_time, SequenceNumbers::FIRST);
    second.session.connected(rig.now, &mut second.out);
    rig.until(&mut [&mut live, &mut second], |_, clients| clients[1].closed);
    assert!(second.seen.is_empty(), "{:?}", second.seen);
}

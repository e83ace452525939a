//! Rules 1 to 7 in FIX 4.4: numbers, gaps, what is sent again, resets.

use super::*;

#[test]
fn rule_01_gap_fill_honours_its_number_and_reset_ignores_it() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send("35=4|34=2|123=Y|36=10|").0, Disposition::Consumed);
    assert_eq!(peer.numbers().0, 10);
    assert_eq!(peer.send("35=4|34=2|123=N|36=20|").0, Disposition::Consumed);
    assert_eq!(peer.send("35=4|34=99|36=30|").0, Disposition::Consumed);
    assert_eq!(peer.numbers().0, 30);
    let (disposition, answers) = peer.send("35=4|34=40|123=Y|36=50|");
    assert_eq!((disposition, peer.numbers().0), (Disposition::Dropped, 30));
    assert_eq!(answers, ["35=2|34=2|7=30|16=0|"]);
}

#[test]
fn rule_01_new_seq_no_lower_than_expected_is_rejected_and_nothing_moves() {
    let mut peer = Played::logged_on();
    for body in ["35=4|34=2|123=N|36=1|", "35=4|34=2|123=Y|36=1|", "35=4|34=2|36=99999999999999999999|"] {
        assert_eq!(rejected_with(peer.send(body).0), (5, 36), "{body}");
        assert_eq!(peer.numbers().0, 2);
    }
    assert_eq!(peer.send("35=4|34=7|123=N|36=2|").0, Disposition::Consumed);
    assert_eq!(peer.numbers().0, 2);
}

/// Sends what is asked for from a store of the given messages, as the owner does.
fn resend(peer: &mut Played, request: &str, stored: &[u64]) -> Vec<String> {
    let Disposition::Resend(mut resend) = peer.send(request).0 else { panic!("a resend") };
    let begin = resend.begin();
    for seq in stored.iter().filter(|seq| **seq >= begin) {
        let taken = peer.session.begin_resend(peer.now, &mut resend, *seq, b"8", START, &mut peer.out);
        if !taken {
            break;
        }
        peer.out.field_u64(tag::ORDER_ID, *seq * 10);
        peer.out.finish();
    }
    peer.session.resend_end(peer.now, &mut resend, &mut peer.out);
    assert!(resend.is_done());
    peer.answers()
}

/// Numbers 2 to 10 are sent; 3, 4 and 7 are reports, the others Heartbeats.
fn peer_with_store() -> Played {
    let mut peer = Played::logged_on();
    for seq in 2..=10 {
        match seq {
            3 | 4 | 7 => peer.send_report(seq * 10),
            _ => peer.session.write_heartbeat(peer.now, None, &mut peer.out),
        }
    }
    peer.answers();
    peer
}

#[test]
fn rule_02_open_range_reaches_what_is_sent_until_its_answer_begins() {
    for (request, last) in [("35=2|34=2|7=8|16=0|", 11), ("35=2|34=2|7=8|16=10|", 10)] {
        let mut peer = peer_with_store();
        let Disposition::Resend(mut resend) = peer.send(request).0 else { panic!("a resend") };
        peer.send_report(110);
        peer.session.resend_reach(&mut resend);
        assert_eq!((resend.begin(), resend.end()), (8, last));
        assert!(peer.session.begin_resend(peer.now, &mut resend, 9, b"8", START, &mut peer.out));
        peer.out.finish();
        peer.send_report(120);
        peer.session.resend_end(peer.now, &mut resend, &mut peer.out);
        let answers = peer.answers();
        assert_eq!(answers.last(), Some(&format!("35=4|34=10|43=Y|123=Y|36={}|", last + 1)), "{answers:?}");
    }
}

#[test]
fn rule_02_gap_fills_stand_around_application_messages() {
    let store = [3, 4, 7];
    let all = [
        "35=4|34=1|43=Y|123=Y|36=3|",
        "35=8|34=3|43=Y|37=30|",
        "35=8|34=4|43=Y|37=40|",
        "35=4|34=5|43=Y|123=Y|36=7|",
        "35=8|34=7|43=Y|37=70|",
        "35=4|34=8|43=Y|123=Y|36=11|",
    ];
    assert_eq!(resend(&mut peer_with_store(), "35=2|34=2|7=1|16=0|", &store), all);
    assert_eq!(resend(&mut peer_with_store(), "35=2|34=2|7=1|16=999999|", &store), all);
    assert_eq!(resend(&mut peer_with_store(), "35=2|34=2|7=4|16=7|", &store), all[2..5]);
    assert_eq!(resend(&mut peer_with_store(), "35=2|34=2|7=4|16=6|", &store), [all[2], "35=4|34=5|43=Y|123=Y|36=7|"]);
    assert_eq!(resend(&mut peer_with_store(), "35=2|34=2|7=5|16=6|", &store), ["35=4|34=5|43=Y|123=Y|36=7|"]);
    assert_eq!(resend(&mut peer_with_store(), "35=2|34=2|7=1|16=0|", &[]), ["35=4|34=1|43=Y|123=Y|36=11|"]);
}

#[test]
fn rule_02_request_for_what_was_never_sent_is_rejected() {
    let mut peer = Played::logged_on();
    assert_eq!(rejected_with(peer.send("35=2|34=2|7=0|16=0|").0), (5, 7));
    assert_eq!(rejected_with(peer.send("35=2|34=3|7=99|16=0|").0), (5, 7));
    assert_eq!(rejected_with(peer.send("35=2|34=4|7=2|16=1|").0), (5, 16));
    assert_eq!(rejected_with(peer.send("35=2|34=5|7=x|16=1|").0), (6, 7));
    assert_eq!(rejected_with(peer.send("35=2|34=6|7=1|").0), (1, 16));
}

#[test]
fn rule_02_stored_bytes_are_sent_again_with_a_new_header() {
    let mut peer = Played::logged_on();
    peer.send_report(77);
    let stored = peer.out.pending().to_vec();
    peer.out.clear();
    peer.now += 5 * SECOND;
    let Disposition::Resend(mut resend) = peer.send("35=2|34=2|7=2|16=0|").0 else { panic!("a resend") };
    let mut index = FieldIndex::new();
    let message = index.parse(&stored).expect("readable");
    assert!(peer.session.resend_message(peer.now, &mut resend, &message, &mut peer.out));
    assert!(!peer.session.resend_message(peer.now, &mut resend, &message, &mut peer.out), "each once");
    let mut again = FieldIndex::new();
    let again = again.parse(peer.out.pending()).expect("readable");
    assert_eq!(again.get_time(tag::ORIG_SENDING_TIME), message.get_time(tag::SENDING_TIME));
    assert_eq!(again.get_time(tag::SENDING_TIME), Ok(peer.now));
    assert_eq!(peer.answers(), ["35=8|34=2|43=Y|37=77|"]);
    assert_eq!(peer.numbers().1, 3, "no new number is used");
}

#[test]
fn rule_03_one_request_per_gap_and_nothing_is_kept() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send(&order(5)), (Disposition::Dropped, vec!["35=2|34=2|7=2|16=0|".to_owned()]));
    for seq in 6..200 {
        assert_eq!(peer.send(&order(seq)), (Disposition::Dropped, vec![]));
    }
    for seq in 2..200 {
        assert_eq!(peer.send(&order_again(seq)), (application(seq, true), vec![]));
    }
    assert_eq!(peer.send(&order(200)), (application(200, false), vec![]));
}

#[test]
fn rule_03_messages_dropped_while_the_answer_ran_are_asked_for_once_more() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send(&order(4)).1.len(), 1);
    assert_eq!(peer.send(&order_again(2)).0, application(2, true));
    assert_eq!(peer.send(&order(5)), (Disposition::Dropped, vec![]), "a peer that interleaves");
    assert_eq!(peer.send(&order_again(3)), (application(3, true), vec![]));
    let (disposition, answers) = peer.send(&order_again(4));
    assert_eq!(disposition, application(4, true));
    assert_eq!(answers, ["35=2|34=3|7=5|16=0|"]);
    assert_eq!(peer.send(&order_again(5)), (application(5, true), vec![]));
    assert_eq!(peer.send(&order(6)), (application(6, false), vec![]));
}

#[test]
fn rule_03_gap_filled_by_sequence_reset_closes() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send(&order(9)).1.len(), 1);
    assert_eq!(peer.send("35=4|34=2|43=Y|123=Y|36=9|").0, Disposition::Consumed);
    assert_eq!(peer.send(&order_again(9)), (application(9, true), vec![]));
    assert_eq!(peer.send(&order(11)).1, ["35=2|34=3|7=10|16=0|"], "the next gap is a new one");
}

#[test]
fn rule_03_request_without_answer_ends_in_logout() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send(&order(5)).0, Disposition::Dropped);
    for seq in 6..35 {
        assert_eq!(peer.after(SECOND).0, None);
        let heartbeat = format!("35=0|34={seq}|");
        assert_eq!(peer.send(&heartbeat), (Disposition::Dropped, vec![]));
    }
    let (reason, answers) = peer.after(SECOND);
    assert_eq!(reason, Some(Why::GapTimeout));
    assert_eq!(answers.last().map(String::as_str), Some("35=5|34=3|58=ResendRequest(2) not answered|"));
}

#[test]
fn rule_03_and_04_both_sides_asking_at_once_end_with_one_request_each() {
    let mut peer = peer_with_store();
    let (disposition, answers) = peer.send("35=2|34=5|7=3|16=0|");
    assert!(matches!(disposition, Disposition::Resend(_)));
    assert!(answers.is_empty(), "the answer goes first");
    assert_eq!(peer.after(0).1, ["35=2|34=11|7=2|16=0|"]);
    assert_eq!(peer.after(SECOND).1, Vec::<String>::new());
    assert!(matches!(peer.send("35=2|34=6|7=3|16=0|").0, Disposition::Resend(_)));
    assert_eq!(peer.send("35=4|34=2|43=Y|123=Y|36=7|"), (Disposition::Consumed, vec![]));
    assert_eq!(peer.send(&order(7)), (application(7, false), vec![]));
}

#[test]
fn rule_04_test_request_beyond_a_gap_is_answered() {
    let mut peer = Played::logged_on();
    let (disposition, answers) = peer.send("35=1|34=5|112=ping|");
    assert_eq!(disposition, Disposition::Dropped);
    assert_eq!(answers, ["35=0|34=2|112=ping|", "35=2|34=3|7=2|16=0|"]);
}

#[test]
fn rule_05_too_low_without_possdup_logs_out() {
    let mut peer = Played::logged_on();
    let (disposition, answers) = peer.send(&order(1));
    assert_eq!(disposition, disconnect(Why::MsgSeqNumTooLow));
    assert_eq!(answers, ["35=5|34=2|58=MsgSeqNum too low, expecting 2 but received 1|"]);
    assert_eq!(peer.send(&order(2)), (Disposition::Dropped, vec![]), "nothing is taken after that");
}

#[test]
fn rule_05_duplicate_with_orig_sending_time_is_dropped_in_silence() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send(&order_again(1)), (Disposition::Dropped, vec![]));
    assert_eq!(peer.numbers(), (2, 2));
}

#[test]
fn rule_05_duplicate_without_orig_sending_time_is_rejected() {
    let mut peer = Played::logged_on();
    let (disposition, answers) = peer.send(&format!("35=D|34=1|43=Y|{ORDER}"));
    assert_eq!(rejected_with(disposition), (1, 122));
    assert_eq!(answers, ["35=3|34=2|45=1|371=122|372=D|373=1|58=Required tag missing|"]);
    assert_eq!(peer.numbers().0, 2);
}

#[test]
fn rule_05_orig_sending_time_later_than_sending_time_is_rejected_and_logs_out() {
    let mut peer = Played::logged_on();
    let later = time_text(START + SECOND);
    let (disposition, answers) = peer.send(&format!("35=D|34=1|43=Y|122={later}|{ORDER}"));
    assert_eq!(rejected_with(disposition), (10, 122));
    assert_eq!(answers.len(), 2);
    assert!(answers[1].starts_with("35=5|34=3|58="));
    assert_eq!(peer.numbers().0, 2);
}

#[test]
fn rule_05_possdup_on_a_number_not_seen_is_delivered() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send(&order_again(2)).0, application(2, true));
    assert_eq!(peer.send(&format!("35=D|34=3|43=Y|{ORDER}")).0, application(3, true));
}

#[test]
fn rule_06_gapped_logon_is_answered_first_and_then_asked_for() {
    let mut peer = Played::with(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 3, next_out: 8 });
    let (disposition, answers) = peer.send("35=A|34=9|98=0|108=30|");
    assert_eq!(disposition, Disposition::LoggedOn { reset: false });
    assert_eq!(answers, ["35=A|34=8|98=0|108=30|", "35=2|34=9|7=3|16=0|"]);
    assert_eq!(peer.send("35=4|34=3|43=Y|123=Y|36=10|").0, Disposition::Consumed);
    assert_eq!(peer.send(&order(10)), (application(10, false), vec![]));
}

#[test]
fn rule_06_logon_too_low_is_logged_out() {
    let mut peer = Played::with(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 3, next_out: 8 });
    let (disposition, answers) = peer.send("35=A|34=2|98=0|108=30|");
    assert_eq!(disposition, disconnect(Why::MsgSeqNumTooLow));
    assert_eq!(answers, ["35=5|34=8|58=MsgSeqNum too low, expecting 3 but received 2|"]);
}

#[test]
fn rule_07_reset_at_logon_and_in_mid_session_is_answered_with_reset() {
    let mut peer =
        Played::with(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 30, next_out: 80 });
    let (disposition, answers) = peer.send("35=A|34=1|98=0|108=30|141=Y|");
    assert_eq!(disposition, Disposition::LoggedOn { reset: true });
    assert_eq!(answers, ["35=A|34=1|98=0|108=30|141=Y|"]);
    assert_eq!(peer.send(&order(2)).0, application(2, false));
    let (disposition, answers) = peer.send("35=A|34=1|98=0|108=30|141=Y|");
    assert_eq!(disposition, Disposition::LoggedOn { reset: true });
    assert_eq!(answers, ["35=A|34=1|98=0|108=30|141=Y|"]);
    assert_eq!(peer.numbers(), (2, 2));
}

#[test]
fn rule_07_reset_is_refused_where_it_is_not_allowed_or_not_number_one() {
    let config = SessionConfig { allow_reset: false, ..SessionConfig::acceptor("MILL", "CLIENT") };
    let mut peer = Played::with(config, SequenceNumbers { next_in: 1, next_out: 80 });
    assert_eq!(peer.send("35=A|34=1|98=0|108=30|141=Y|").0, disconnect(Why::ResetRefused));
    assert_eq!(peer.numbers(), (1, 81), "outbound numbers go on");
    let mut peer = Played::new();
    assert_eq!(peer.send("35=A|34=5|98=0|108=30|141=Y|").0, disconnect(Why::ResetRefused));
}

#[test]
fn message_sent_again_has_its_routing_and_poss_resend_and_each_header_field_once() {
    let config = SessionConfig { last_msg_seq_num_processed: true, ..SessionConfig::acceptor("MILL", "CLIENT") };
    let mut session = Session::new(config, SequenceNumbers { next_in: 4, next_out: 3 });
    let stored = "8=FIX.4.4|9=1|35=8|49=MILL|56=CLIENT|34=2|369=1|52=20240101-00:00:00|97=Y|128=DESK|37=o|10=000|";
    let stored = stored.replace('|', "\x01").into_bytes();
    let mut index = FieldIndex::new();
    let mut resend = Resend::requested(2, 2, 2).expect("a range");
    let mut out = Encoder::with_capacity(512);
    assert!(session.resend_message(0, &mut resend, &index.parse(&stored).expect("readable"), &mut out));
    let again = String::from_utf8_lossy(out.pending()).replace('\x01', "|");
    for field in ["|34=2|", "|369=3|", "|43=Y|", "|97=Y|", "|128=DESK|", "|37=o|", "|122=20240101-00:00:00.000|"] {
        assert_eq!(again.matches(field).count(), 1, "{field} in {again}");
    }
    assert_eq!(again.matches("|369=").count(), 1, "{again}");
}

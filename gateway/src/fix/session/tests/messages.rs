//! Rules 8 to 18 in FIX 4.4: what is wrong with a message, and how a session lives and ends.

use super::super::super::dictionary::{Dictionary, Level};
use super::*;

#[test]
fn rule_08_garbled_is_ignored_when_logged_on_and_closes_before() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.session.on_garbled(), Disposition::Dropped);
    assert_eq!(peer.numbers(), (2, 2));
    let mut peer = Played::new();
    assert_eq!(peer.session.on_garbled(), disconnect(Why::GarbledLogon));
}

#[test]
fn rule_09_wrong_comp_ids_are_rejected_and_log_out_and_consume_the_number() {
    let (now, order) = (START, order(2));
    for (sender, target, tag) in [("OTHER", "MILL", 49), ("CLIENT", "OTHER", 56)] {
        let mut peer = Played::logged_on();
        let (disposition, answers) = peer.send_from(sender, target, now, &order);
        assert_eq!(rejected_with(disposition), (9, tag));
        assert_eq!(answers[0], format!("35=3|34=2|45=2|371={tag}|372=D|373=9|58=CompID problem|"));
        assert_eq!(answers[1], "35=5|34=3|58=CompID problem|");
        assert_eq!(peer.numbers().0, 3);
        assert_eq!(peer.send(&self::order(3)), (Disposition::Dropped, vec![]), "a faulted session takes no orders");
        assert_eq!(peer.send("35=5|34=3|").0, disconnect(Why::LoggedOut));
    }
}

#[test]
fn rule_09_sending_time_out_of_range_is_rejected_and_logs_out() {
    for offset in [-121 * SECOND, 121 * SECOND] {
        let mut peer = Played::logged_on();
        let (disposition, answers) = peer.send_from("CLIENT", "MILL", START + offset, &order(2));
        assert_eq!(rejected_with(disposition), (10, 52));
        assert_eq!((answers.len(), peer.numbers().0), (2, 3));
        assert_eq!(peer.after(10 * SECOND).0, Some(Why::LogoutTimeout));
    }
    let mut peer = Played::logged_on();
    assert_eq!(peer.send_from("CLIENT", "MILL", START + 119 * SECOND, &order(2)).0, application(2, false));
}

#[test]
fn rule_09_sending_time_missing_or_malformed_is_rejected_and_the_session_goes_on() {
    let mut peer = Played::logged_on();
    let body = format!("35=D|49=CLIENT|56=MILL|34=2|{ORDER}");
    assert_eq!(rejected_with(peer.send_raw("FIX.4.4", &body).0), (1, 52));
    let body = format!("35=D|49=CLIENT|56=MILL|34=3|52=noon|{ORDER}");
    assert_eq!(rejected_with(peer.send_raw("FIX.4.4", &body).0), (6, 52));
    assert_eq!(peer.send(&order(4)).0, application(4, false));
}

#[test]
fn rule_09_begin_string_change_in_mid_session_logs_out() {
    let mut peer = Played::logged_on();
    let body = format!("35=0|49=CLIENT|56=MILL|34=2|52={}|", time_text(START));
    let (disposition, answers) = peer.send_raw("FIX.4.2", &body);
    assert_eq!(disposition, disconnect(Why::BeginString));
    assert_eq!(answers, ["35=5|34=2|58=Incorrect BeginString(8)|"]);
}

#[test]
fn rule_09_logon_with_wrong_comp_ids_hears_nothing() {
    let mut peer = Played::new();
    let answer = peer.send_from("OTHER", "MILL", START, "35=A|34=1|98=0|108=30|");
    assert_eq!(answer, (disconnect(Why::CompId), vec![]));
    assert_eq!(peer.numbers(), (1, 1));
}

#[test]
fn rule_10_second_logon_does_not_harm_the_session() {
    let mut peer = Played::logged_on();
    let (disposition, answers) = peer.send("35=A|34=2|98=0|108=30|");
    assert_eq!(rejected_with(disposition), (99, 35));
    assert_eq!(answers, ["35=3|34=2|45=2|371=35|372=A|373=99|58=already logged on|"]);
    assert_eq!(peer.send(&order(3)).0, application(3, false));
}

#[test]
fn rule_11_heartbeat_test_request_and_drop_come_at_their_intervals() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.after(30 * SECOND - 1), (None, vec![]));
    assert_eq!(peer.after(1), (None, vec!["35=0|34=2|".to_owned()]));
    assert_eq!(peer.after(6 * SECOND - 1), (None, vec![]));
    let (_, answers) = peer.after(1);
    assert!(answers[0].starts_with("35=1|34=3|112="), "{answers:?}");
    assert_eq!(peer.after(SECOND), (None, vec![]), "one TestRequest");
    assert_eq!(peer.after(35 * SECOND - 1).0, None);
    assert_eq!(peer.after(1).0, Some(Why::HeartbeatTimeout));
}

#[test]
fn rule_11_any_message_ends_the_wait_for_a_heartbeat() {
    let mut peer = Played::logged_on();
    for seq in 2..6 {
        let (reason, answers) = peer.after(37 * SECOND);
        assert_eq!(reason, None);
        assert!(answers.iter().any(|answer| answer.starts_with("35=1|")));
        assert_eq!(peer.send(&format!("35=0|34={seq}|112=x|")).0, Disposition::Consumed);
    }
}

#[test]
fn rule_11_test_request_is_answered_with_its_id() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send("35=1|34=2|112=ping|").1, ["35=0|34=2|112=ping|"]);
    assert_eq!(rejected_with(peer.send("35=1|34=3|").0), (1, 112));
}

#[test]
fn rule_11_absurd_heart_bt_int_is_refused() {
    for value in ["-1", "0", "301", "99999999999999999999", "x"] {
        let mut peer = Played::new();
        let (disposition, answers) = peer.send(&format!("35=A|34=1|98=0|108={value}|"));
        assert_eq!(disposition, disconnect(Why::LogonRefused), "{value}");
        assert_eq!(answers, ["35=5|34=1|58=HeartBtInt(108) out of range|"]);
        assert_eq!(peer.numbers().0, 1);
    }
}

#[test]
fn rule_12_missing_msg_seq_num_logs_out() {
    for seq in ["", "34=x|", "34=-2|", "34=99999999999999999999|"] {
        let mut peer = Played::logged_on();
        let (disposition, answers) = peer.send(&format!("35=D|{seq}{ORDER}"));
        assert_eq!(disposition, disconnect(Why::NoMsgSeqNum));
        assert_eq!(answers, ["35=5|34=2|58=MsgSeqNum(34) missing or not a number|"]);
    }
}

#[test]
fn rule_13_reject_goes_back_the_way_the_message_came() {
    let mut peer = Played::logged_on();
    let (disposition, answers) = peer.send("35=D|34=2|115=HEDGE|128=DESK|11=|55=A|");
    assert_eq!(rejected_with(disposition), (4, 11));
    let text = "58=Tag specified without a value|";
    assert_eq!(answers, [format!("35=3|34=2|128=HEDGE|115=DESK|45=2|371=11|372=D|373=4|{text}")]);
}

#[test]
fn rule_15_problems_of_form_are_rejected_and_the_session_goes_on() {
    let mut peer = Played::logged_on();
    let cases = [("58=|", (4, 58)), ("50=X|", (14, 50)), ("55=B|", (13, 55)), ("xx=1|", (0, 0))];
    let mut seq = 2;
    for (extra, expected) in cases {
        assert_eq!(rejected_with(peer.send(&format!("35=D|34={seq}|{ORDER}{extra}")).0), expected);
        seq += 1;
    }
    assert_eq!(rejected_with(peer.send(&format!("35=D|34={seq}|11=a|55=A|54=1|40=1|")).0), (1, 60));
    assert_eq!(rejected_with(peer.send(&format!("35=D|34={}|43=Q|{ORDER}", seq + 1)).0), (6, 43));
    assert_eq!(peer.send(&order(seq + 2)).0, application(seq + 2, false));
}

#[test]
fn rule_15_undefined_msg_type_is_rejected_and_a_reject_never_is() {
    let mut peer = Played::logged_on();
    assert_eq!(rejected_with(peer.send("35=ZZ|34=2|").0), (11, 35));
    assert_eq!(peer.send("35=3|34=3|58=|"), (Disposition::Consumed, vec![]));
}

#[test]
fn rule_16_poss_resend_is_told_and_unsupported_type_gets_a_business_reject() {
    let mut peer = Played::logged_on();
    let told = Disposition::Application { msg_seq_num: 2, poss_dup: false, poss_resend: true };
    assert_eq!(peer.send(&format!("35=D|34=2|97=Y|{ORDER}")).0, told);
    assert_eq!(peer.send("35=B|34=3|148=news|").0, application(3, false));
    let bytes = b"8=FIX.4.4\x019=1\x0135=B\x0134=3\x0110=000\x01";
    let mut index = FieldIndex::new();
    let message = index.parse(bytes).expect("readable");
    let content =
        BusinessReject { reason: BusinessRejectReason::UnsupportedMessageType, ref_id: b"", text: "News is not taken" };
    assert_eq!(peer.session.business_reject(peer.now, &message, content, &mut peer.out), 2);
    assert_eq!(peer.answers(), ["35=j|34=2|45=3|372=B|380=3|58=News is not taken|"]);
}

#[test]
fn rule_18_logout_is_answered_and_the_peer_is_given_time_to_close() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send("35=5|34=2|"), (Disposition::LoggedOut, vec!["35=5|34=2|".to_owned()]));
    assert_eq!(peer.send(&order(3)), (Disposition::Dropped, vec![]));
    assert_eq!(peer.after(10 * SECOND - 1).0, None);
    assert_eq!(peer.after(1).0, Some(Why::LoggedOut));
}

#[test]
fn rule_18_own_logout_takes_orders_until_the_answer_or_the_time_limit() {
    let mut peer = Played::logged_on();
    peer.session.logout(peer.now, "end of day", &mut peer.out);
    assert_eq!(peer.answers(), ["35=5|34=2|58=end of day|"]);
    assert_eq!(peer.send(&order(2)).0, application(2, false));
    assert_eq!(peer.send("35=5|34=3|"), (disconnect(Why::LoggedOut), vec![]));
    let mut peer = Played::logged_on();
    peer.session.logout(peer.now, "", &mut peer.out);
    assert_eq!(peer.after(10 * SECOND).0, Some(Why::LogoutTimeout));
}

#[test]
fn rule_18_logout_beyond_a_gap_leaves_the_gap_for_the_next_logon() {
    let mut peer = Played::logged_on();
    assert_eq!(peer.send("35=5|34=7|").0, Disposition::LoggedOut);
    peer.session.disconnected();
    peer.session.connected(peer.now, &mut peer.out);
    let (_, answers) = peer.send("35=A|34=8|98=0|108=30|");
    assert_eq!(answers, ["35=A|34=3|98=0|108=30|", "35=2|34=4|7=2|16=0|"]);
}

#[test]
fn rule_15_dictionary_decides_by_its_level_and_the_session_goes_on() {
    let rejected_at = |validation, body: &str| {
        let dictionary = Some(Dictionary::standard(Version::Fix44));
        let config = SessionConfig { dictionary, validation, ..SessionConfig::acceptor("MILL", "CLIENT") };
        let mut peer = Played::with(config, SequenceNumbers::FIRST);
        assert_eq!(peer.send("35=A|34=1|98=0|108=30|").0, Disposition::LoggedOn { reset: false });
        let (disposition, _) = peer.send(&format!("35=D|34=2|{ORDER}{body}"));
        assert_eq!(peer.send(&order(3)).0, application(3, false), "the session goes on");
        match disposition {
            Disposition::Application { .. } => None,
            other => Some(rejected_with(other)),
        }
    };
    let (enum_value, wrong_message, group) = ("59=z|", "150=0|", "453=2|448=a|");
    assert_eq!(rejected_at(Level::Strict, ""), None);
    assert_eq!(rejected_at(Level::Strict, enum_value), Some((5, 59)));
    assert_eq!(rejected_at(Level::Strict, wrong_message), Some((2, 150)));
    assert_eq!(rejected_at(Level::Strict, group), Some((16, 453)));
    assert_eq!(rejected_at(Level::Lenient, enum_value), None);
    assert_eq!(rejected_at(Level::Lenient, wrong_message), None);
    assert_eq!(rejected_at(Level::Lenient, group), Some((16, 453)));
    assert_eq!(rejected_at(Level::Off, group), None);
    assert_eq!(rejected_at(Level::Off, "58=|"), Some((4, 58)), "form holds at every level");
}

/// Found by fuzzing: the answer was longer than the longest message, so a peer with our limits never saw it.
#[test]
fn rule_13_reject_of_a_long_message_is_a_message_that_the_peer_can_take() {
    let mut peer = Played::logged_on();
    let long = "x".repeat(MESSAGE_BYTES_MAX - 200);
    for (number, body) in [format!("115={long}|"), format!("11={long}|11=again|"), String::new()].iter().enumerate() {
        let kind = if body.is_empty() { long.as_str() } else { "D" };
        let (disposition, answers) = peer.send(&format!("35={kind}|34={}|{body}", number + 2));
        assert!(matches!(disposition, Disposition::Rejected { .. }), "{disposition:?}");
        assert!(answers[0].len() < 600 && !answers[0].contains(&long), "{}", answers[0]);
    }
}

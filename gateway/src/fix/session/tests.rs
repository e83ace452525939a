//! The session rules in FIX 4.4, by the numbers of the list that the project tests first; `tests/scripts` has them in every version.
//! A peer is played by hand: `|` stands for SOH, answers are compared without framing, CompIDs and times.

mod numbers;
mod pairs;

use super::super::form::missing_required;
use super::super::frame::{Framed, checksum, frame};
use super::super::limits::MESSAGE_BYTES_MAX;
use super::super::message::FieldIndex;
use super::super::value::{TimePrecision, TimeText};
use super::*;

const START: i64 = 1_760_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// An acceptor `MILL` and its hand-played client `CLIENT`.
struct Played {
    session: Session,
    out: Encoder,
    now: i64,
}

impl Played {
    fn with(config: SessionConfig, numbers: SequenceNumbers) -> Played {
        let mut played =
            Played { session: Session::new(config, numbers), out: Encoder::with_capacity(4096), now: START };
        played.session.connected(START, &mut played.out);
        played
    }

    fn new() -> Played {
        Played::with(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers::FIRST)
    }

    /// Logged on with 1 in each direction used and nothing pending.
    fn logged_on() -> Played {
        let mut played = Played::new();
        assert_eq!(played.send("35=A|34=1|98=0|108=30|").0, Disposition::LoggedOn { reset: false });
        played
    }

    fn send(&mut self, body: &str) -> (Disposition, Vec<String>) {
        self.send_from("CLIENT", "MILL", self.now, body)
    }

    /// Puts the CompIDs and the time into the header, after MsgType and before the rest.
    fn send_from(&mut self, sender: &str, target: &str, sent_ns: i64, body: &str) -> (Disposition, Vec<String>) {
        let (kind, rest) = body.split_once('|').expect("35= first");
        let time = time_text(sent_ns);
        self.send_raw("FIX.4.4", &format!("{kind}|49={sender}|56={target}|52={time}|{rest}"))
    }

    fn send_raw(&mut self, begin_string: &str, body: &str) -> (Disposition, Vec<String>) {
        let body = body.replace('|', "\x01");
        let mut bytes = format!("8={begin_string}\x019={}\x01{body}", body.len()).into_bytes();
        let sum = checksum(&bytes);
        bytes.extend_from_slice(format!("10={sum:03}\x01").as_bytes());
        assert_eq!(frame(&bytes, MESSAGE_BYTES_MAX), Framed::Message { len: bytes.len() });
        let mut index = FieldIndex::new();
        let message = index.parse(&bytes).expect("readable");
        let disposition = self.session.on_message(self.now, &message, &mut self.out);
        (disposition, self.answers())
    }

    fn after(&mut self, ns: i64) -> (Option<DisconnectReason>, Vec<String>) {
        self.now += ns;
        let reason = self.session.on_timer(self.now, &mut self.out);
        (reason, self.answers())
    }

    fn send_report(&mut self, order_id: u64) {
        self.session.begin_app_message(self.now, msg_type::EXECUTION_REPORT, &mut self.out);
        self.out.field_u64(tag::ORDER_ID, order_id);
        self.out.finish();
    }

    fn answers(&mut self) -> Vec<String> {
        let bytes = self.out.pending().to_vec();
        self.out.clear();
        let mut at = 0;
        let mut answers = Vec::new();
        let mut index = FieldIndex::new();
        while at < bytes.len() {
            let Framed::Message { len } = frame(&bytes[at..], MESSAGE_BYTES_MAX) else { panic!("we write messages") };
            let message = index.parse(&bytes[at..at + len]).expect("readable");
            assert_eq!(message.problem(), None);
            assert_eq!(missing_required(&message).filter(|_| message.msg_type() != b"8"), None);
            let shown = message.fields().filter(|(tag, _)| ![8, 9, 10, 49, 52, 56, 122].contains(tag));
            answers.push(shown.map(|(tag, value)| format!("{tag}={}|", String::from_utf8_lossy(value))).collect());
            at += len;
        }
        answers
    }

    fn numbers(&self) -> (u64, u64) {
        (self.session.sequence_numbers().next_in, self.session.sequence_numbers().next_out)
    }
}

fn time_text(ns: i64) -> String {
    String::from_utf8_lossy(TimeText::new(TimePrecision::Millis).format(ns)).into_owned()
}

const ORDER: &str = "11=o|55=ACME|54=1|60=20251009-08:53:20|38=1|40=1|";

fn order(seq: u64) -> String {
    format!("35=D|34={seq}|{ORDER}")
}

fn order_again(seq: u64) -> String {
    format!("35=D|34={seq}|43=Y|122={}|{ORDER}", time_text(START))
}

fn application(msg_seq_num: u64, poss_dup: bool) -> Disposition {
    Disposition::Application { msg_seq_num, poss_dup, poss_resend: false }
}

fn disconnect(reason: DisconnectReason) -> Disposition {
    Disposition::Disconnect { reason }
}

fn rejected_with(disposition: Disposition) -> (u64, u32) {
    match disposition {
        Disposition::Rejected { problem } => (problem.reason.code(), problem.ref_tag),
        other => panic!("rejected, not {other:?}"),
    }
}

#[test]
fn logon_is_answered_and_orders_come_in_turn() {
    let mut peer = Played::new();
    let (disposition, answers) = peer.send("35=A|34=1|98=0|108=30|");
    assert_eq!(disposition, Disposition::LoggedOn { reset: false });
    assert_eq!(answers, ["35=A|34=1|98=0|108=30|"]);
    assert_eq!(peer.send(&order(2)), (application(2, false), vec![]));
    assert_eq!(peer.numbers(), (3, 2));
}

#[test]
fn first_message_other_than_logon_disconnects_in_silence() {
    let mut peer = Played::new();
    assert_eq!(peer.send("35=0|34=1|"), (disconnect(Why::FirstMessageNotLogon), vec![]));
}

#[test]
fn silent_connection_is_closed_after_the_logon_limit() {
    let mut peer = Played::new();
    assert_eq!(peer.after(9 * SECOND).0, None);
    assert_eq!(peer.after(SECOND).0, Some(Why::LogonTimeout));
}

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
fn refusal_names_the_reason_and_touches_no_session() {
    let bytes = b"8=FIX.4.4\x019=1\x0135=A\x0149=WHO\x0156=MILL\x0134=7\x0110=000\x01";
    let mut index = FieldIndex::new();
    let mut out = Encoder::with_capacity(256);
    write_refusal(START, &index.parse(bytes).expect("readable"), "unknown CompID", &mut out);
    let mut answer = FieldIndex::new();
    let answer = answer.parse(out.pending()).expect("readable");
    assert_eq!(answer.get(tag::TARGET_COMP_ID), Some(&b"WHO"[..]));
    assert_eq!(answer.get(tag::TEXT), Some(&b"unknown CompID"[..]));
}

/// Hands over everything pending from one side to the other and counts the application messages.
fn deliver(now: i64, from: &mut Encoder, to: &mut Session, answer: &mut Encoder) -> (usize, Vec<Disposition>) {
    let bytes = from.pending().to_vec();
    from.clear();
    let mut index = FieldIndex::new();
    let (mut at, mut applied, mut dispositions) = (0, 0, Vec::new());
    while let Framed::Message { len } = frame(&bytes[at..], MESSAGE_BYTES_MAX) {
        let message = index.parse(&bytes[at..at + len]).expect("readable");
        let disposition = to.on_message(now, &message, answer);
        if let Disposition::Resend(mut resend) = disposition {
            to.resend_end(now, &mut resend, answer);
        }
        applied += usize::from(matches!(disposition, Disposition::Application { .. }));
        dispositions.push(disposition);
        at += len;
    }
    (applied, dispositions)
}

#[test]
fn initiator_and_acceptor_log_on_trade_lose_messages_recover_and_log_out() {
    let mut acceptor = Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers::FIRST);
    let mut client = Session::new(SessionConfig::initiator("CLIENT", "MILL"), SequenceNumbers::FIRST);
    let (mut up, mut down) = (Encoder::with_capacity(4096), Encoder::with_capacity(4096));
    acceptor.connected(START, &mut down);
    client.connected(START, &mut up);
    deliver(START, &mut up, &mut acceptor, &mut down);
    assert_eq!(deliver(START, &mut down, &mut client, &mut up).1, [Disposition::LoggedOn { reset: false }]);
    for round in 0..20 {
        acceptor.begin_app_message(START, msg_type::EXECUTION_REPORT, &mut down);
        for tag in [tag::ORDER_ID, tag::EXEC_ID, tag::EXEC_TYPE, tag::ORD_STATUS, tag::SYMBOL, tag::SIDE] {
            down.field_u64(tag, 1);
        }
        for tag in [tag::LEAVES_QTY, tag::CUM_QTY, tag::AVG_PX] {
            down.field_decimal(tag, 0);
        }
        down.finish();
        if round % 3 == 0 {
            down.clear();
        }
        deliver(START, &mut down, &mut client, &mut up);
        deliver(START, &mut up, &mut acceptor, &mut down);
        deliver(START, &mut down, &mut client, &mut up);
    }
    assert_eq!(client.sequence_numbers().next_in, acceptor.sequence_numbers().next_out);
    client.logout(START, "done", &mut up);
    assert_eq!(deliver(START, &mut up, &mut acceptor, &mut down).1, [Disposition::LoggedOut]);
    assert_eq!(deliver(START, &mut down, &mut client, &mut up).1, [disconnect(Why::LoggedOut)]);
    assert_eq!(client.sequence_numbers().next_out, acceptor.sequence_numbers().next_in);
}

#[test]
fn initiator_with_reset_on_logon_begins_again_at_one() {
    let config = SessionConfig { reset_on_logon: true, ..SessionConfig::initiator("CLIENT", "MILL") };
    let mut client = Session::new(config, SequenceNumbers { next_in: 9, next_out: 9 });
    let mut acceptor =
        Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 4, next_out: 5 });
    let (mut up, mut down) = (Encoder::with_capacity(512), Encoder::with_capacity(512));
    acceptor.connected(START, &mut down);
    client.connected(START, &mut up);
    assert_eq!(deliver(START, &mut up, &mut acceptor, &mut down).1, [Disposition::LoggedOn { reset: true }]);
    assert_eq!(deliver(START, &mut down, &mut client, &mut up).1, [Disposition::LoggedOn { reset: true }]);
    assert_eq!(client.sequence_numbers(), SequenceNumbers { next_in: 2, next_out: 2 });
}

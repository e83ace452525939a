//! The session rules in FIX 4.4, by the numbers of the list that the project tests first; `tests/scripts` has them in every version.
//! A peer is played by hand: `|` stands for SOH, answers are compared without framing, CompIDs and times.

mod messages;
mod numbers;
mod pairs;
mod sequence;

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

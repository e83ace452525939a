//! A stranger's bytes: seeded mutations through framing, parsing and a live session. Nothing panics, everything is bounded.

use super::client::NewOrderSingle;
use super::encode::Encoder;
use super::frame::{Framed, checksum, frame};
use super::limits::MESSAGE_BYTES_MAX;
use super::message::FieldIndex;
use super::session::{Disposition, SequenceNumbers, Session, SessionConfig};
use super::{SOH, msg_type, tag};
use proptest::prelude::*;

const NOW: i64 = 1_760_000_000_000_000_000;

/// One of each kind that a client sends, numbered from 2.
fn corpus() -> Vec<Vec<u8>> {
    let order = NewOrderSingle {
        cl_ord_id: b"ORDER-1",
        account: b"ACC",
        symbol: b"ACME",
        side: b'1',
        ord_type: b'2',
        time_in_force: b'0',
        order_qty: 100 * 100_000_000,
        price: Some(1_012_500_000),
        transact_time_ns: NOW,
    };
    let kinds = [
        msg_type::NEW_ORDER_SINGLE,
        msg_type::HEARTBEAT,
        msg_type::TEST_REQUEST,
        msg_type::RESEND_REQUEST,
        msg_type::SEQUENCE_RESET,
        msg_type::REJECT,
        msg_type::LOGON,
        msg_type::LOGOUT,
    ];
    let mut client =
        Session::new(SessionConfig::initiator("CLIENT", "MILL"), SequenceNumbers { next_in: 1, next_out: 2 });
    kinds
        .iter()
        .map(|kind| {
            let mut out = Encoder::with_capacity(512);
            client.begin_app_message(NOW, kind, &mut out);
            match *kind {
                b"D" => order.write_body(&mut out),
                b"1" => out.field_str(tag::TEST_REQ_ID, "are you there"),
                b"2" => {
                    out.field_u64(tag::BEGIN_SEQ_NO, 1);
                    out.field_u64(tag::END_SEQ_NO, 0);
                }
                b"4" => {
                    out.field_flag(tag::GAP_FILL_FLAG, true);
                    out.field_u64(tag::NEW_SEQ_NO, 9);
                }
                b"3" => out.field_u64(tag::REF_SEQ_NUM, 1),
                b"A" => {
                    out.field_u64(tag::ENCRYPT_METHOD, 0);
                    out.field_u64(tag::HEART_BT_INT, 30);
                }
                _ => {}
            }
            out.finish().to_vec()
        })
        .collect()
}

/// Changes a few bytes or fields; every second time the length and the sum are made right again, so that the message gets past
/// the framing and its content is what is hostile.
fn mutate(random: &mut fastrand::Rng, original: &[u8]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..bytes.len());
        match random.u8(0..6) {
            0 => bytes[at] = random.u8(..),
            1 => bytes[at] = *random.choice(b"=\x010123456789-.YN").unwrap_or(&SOH),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, random.u8(..)),
            4 => {
                let fields: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == SOH).collect();
                let mut fields: Vec<Vec<u8>> = fields.into_iter().map(<[u8]>::to_vec).collect();
                let (from, to) = (random.usize(..fields.len()), random.usize(..fields.len()));
                let moved = fields[from].clone();
                fields.insert(to, moved);
                bytes = fields.concat();
            }
            _ => {
                if let Some(equals) = bytes[at..].iter().position(|byte| *byte == b'=') {
                    let huge = b"99999999999999999999999999";
                    let count = random.usize(0..huge.len());
                    bytes.splice(at + equals + 1..at + equals + 1, huge[..count].iter().copied());
                }
            }
        }
    }
    if random.bool() { repair(&bytes) } else { bytes }
}

/// Right BodyLength(9) and CheckSum(10) around whatever stands between.
fn repair(bytes: &[u8]) -> Vec<u8> {
    let fields: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == SOH).collect();
    let framing = |field: &&&[u8]| !["8=", "9=", "10="].iter().any(|tag| field.starts_with(tag.as_bytes()));
    let mut body: Vec<u8> = fields.iter().filter(framing).flat_map(|field| field.iter().copied()).collect();
    if body.last() != Some(&SOH) {
        body.push(SOH);
    }
    let mut repaired = format!("8=FIX.4.4\x019={}\x01", body.len()).into_bytes();
    repaired.extend_from_slice(&body);
    let sum = checksum(&repaired);
    repaired.extend_from_slice(format!("10={sum:03}\x01").as_bytes());
    repaired
}

fn logged_on(out: &mut Encoder, index: &mut FieldIndex) -> Session {
    let mut session = Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers::FIRST);
    let mut client = Session::new(SessionConfig::initiator("CLIENT", "MILL"), SequenceNumbers::FIRST);
    let mut logon = Encoder::with_capacity(256);
    client.connected(NOW, &mut logon);
    session.connected(NOW, out);
    let message = index.parse(logon.pending()).expect("readable");
    assert_eq!(session.on_message(NOW, &message, out), Disposition::LoggedOn { reset: false });
    session
}

#[test]
fn hundred_thousand_mutated_messages_never_panic_and_stay_bounded() {
    let corpus = corpus();
    let mut random = fastrand::Rng::with_seed(0x4D49_4C4C);
    let mut index = FieldIndex::new();
    let mut out = Encoder::with_capacity(64 * 1024);
    let mut session = logged_on(&mut out, &mut index);
    let mut framed_messages = 0;
    for _ in 0..100_000 {
        let Some(original) = random.choice(&corpus) else { unreachable!("the corpus is not empty") };
        let bytes = mutate(&mut random, original);
        let mut at = 0;
        while at < bytes.len() {
            match frame(&bytes[at..], MESSAGE_BYTES_MAX) {
                Framed::Incomplete => break,
                Framed::Garbled { skip, .. } => {
                    assert!(skip > 0 && skip <= bytes.len() - at);
                    let _ = session.on_garbled();
                    at += skip;
                }
                Framed::Message { len } => {
                    framed_messages += 1;
                    out.clear();
                    let before = session.sequence_numbers();
                    let ended = match index.parse(&bytes[at..at + len]) {
                        Err(_) => session.on_garbled() != Disposition::Dropped,
                        Ok(message) => match session.on_message(NOW, &message, &mut out) {
                            Disposition::Disconnect { .. } | Disposition::LoggedOut => true,
                            Disposition::Rejected { .. } => !session.is_active(),
                            Disposition::Resend(mut resend) => {
                                session.resend_end(NOW, &mut resend, &mut out);
                                false
                            }
                            _ => false,
                        },
                    };
                    assert!(out.pending().len() < 2_048, "one message has a bounded answer");
                    let after = session.sequence_numbers();
                    assert!(after.next_out <= before.next_out + 3);
                    if ended || after.next_in > 1_000 {
                        session = logged_on(&mut out, &mut index);
                    }
                    at += len;
                }
            }
        }
    }
    assert!(framed_messages > 30_000, "enough mutations reach the session: {framed_messages}");
}

proptest! {
    #[test]
    fn any_bytes_are_framed_within_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..300), begin in any::<bool>()) {
        let bytes = if begin { [b"8=FIX.4.4\x019=".as_slice(), &bytes].concat() } else { bytes };
        match frame(&bytes, MESSAGE_BYTES_MAX) {
            Framed::Incomplete => {}
            Framed::Message { len } => prop_assert!(len <= bytes.len()),
            Framed::Garbled { skip, .. } => prop_assert!(skip > 0 && skip <= bytes.len()),
        }
        let _ = FieldIndex::new().parse(&bytes).map(|message| message.msg_seq_num());
    }

    #[test]
    fn messages_cut_anywhere_arrive_whole(cuts in proptest::collection::vec(1usize..200, 1..40)) {
        let stream: Vec<u8> = corpus().concat();
        let mut received = Vec::new();
        let mut rest = stream.as_slice();
        let mut messages = 0;
        for cut in cuts.into_iter().chain(std::iter::repeat(64)) {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            received.extend_from_slice(now);
            rest = later;
            while let Framed::Message { len } = frame(&received, MESSAGE_BYTES_MAX) {
                received.drain(..len);
                messages += 1;
            }
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!((messages, received.len()), (corpus().len(), 0));
    }
}

/// Not a benchmark: prints what one message costs, with `--run-ignored all --no-capture`.
#[test]
#[ignore = "prints times, asserts nothing"]
#[allow(clippy::disallowed_methods, reason = "measures")]
fn cost_of_one_message() {
    let order = corpus().swap_remove(0);
    let mut index = FieldIndex::new();
    let rounds = 2_000_000u32;
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        let Framed::Message { len } = frame(std::hint::black_box(&order), MESSAGE_BYTES_MAX) else {
            panic!("a message")
        };
        let message = index.parse(&order[..len]).expect("readable");
        std::hint::black_box(message.get(tag::SYMBOL));
    }
    let parse = start.elapsed() / rounds;
    let mut out = Encoder::with_capacity(1024);
    let mut session = Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers::FIRST);
    let start = std::time::Instant::now();
    for round in 0..rounds {
        session.begin_app_message(NOW + i64::from(round) * 1_000, msg_type::EXECUTION_REPORT, &mut out);
        out.field_u64(tag::ORDER_ID, 1_000_000);
        out.field_str(tag::CL_ORD_ID, "ORDER-1");
        out.field_u64(tag::EXEC_ID, 77_777);
        out.field_char(tag::EXEC_TYPE, b'F');
        out.field_char(tag::ORD_STATUS, b'1');
        out.field_str(tag::SYMBOL, "ACME");
        out.field_char(tag::SIDE, b'1');
        out.field_decimal(tag::LEAVES_QTY, 5_000_000_000);
        out.field_decimal(tag::CUM_QTY, 5_000_000_000);
        out.field_decimal(tag::AVG_PX, 1_012_500_000);
        out.field_decimal(tag::LAST_QTY, 5_000_000_000);
        out.field_decimal(tag::LAST_PX, 1_012_500_000);
        out.field_time(tag::TRANSACT_TIME, NOW);
        let len = std::hint::black_box(out.finish()).len();
        out.consume(len);
    }
    let format = start.elapsed() / rounds;
    println!("frame+parse of {} bytes: {parse:?}; ExecutionReport written: {format:?}", order.len());
}

//! The work that is measured, done by our codec and by another one: the same bytes in, the same fields read; the same fields
//! given, the same bytes out.
//!
//! To parse is to find the message, hold its length and sum against it, index its fields, and read ClOrdID(11), Symbol(55),
//! Side(54), OrderQty(38) and Price(44), the last two as exact decimals. To format is to write header, fields, length and sum.

use std::fmt::Write;

use gateway::fix::encode::Encoder;
use gateway::fix::form::missing_required;
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::MESSAGE_BYTES_MAX;
use gateway::fix::message::{FieldIndex, optional};
use gateway::fix::session::{SequenceNumbers, Session, SessionConfig};
use gateway::fix::tag;
use gateway::fix::translate::{Translated, translate};
use ironfix_core::Timestamp;
use ironfix_tagvalue::{Decoder, Encoder as OtherEncoder, FieldIndex as OtherIndex};
use model::{Command, SessionId};
use rust_decimal::Decimal;

pub(crate) const NOW: i64 = 1_700_000_000_123_000_000;

/// MsgType(35) and the body of each message that is measured.
pub(crate) const MESSAGES: [(&str, &[(u32, Value)]); 4] = [
    (
        "D",
        &[
            (11, Value::Text("C000000123456")),
            (1, Value::Text("A0000042")),
            (55, Value::Text("ACME")),
            (54, Value::Char(b'1')),
            (60, Value::Time),
            (38, Value::Decimal(100_00000000)),
            (40, Value::Char(b'2')),
            (44, Value::Decimal(101_25000000)),
            (59, Value::Char(b'0')),
        ],
    ),
    (
        "F",
        &[
            (41, Value::Text("C000000123456")),
            (11, Value::Text("C000000123457")),
            (1, Value::Text("A0000042")),
            (55, Value::Text("ACME")),
            (54, Value::Char(b'1')),
            (60, Value::Time),
            (38, Value::Decimal(100_00000000)),
        ],
    ),
    (
        "G",
        &[
            (41, Value::Text("C000000123456")),
            (11, Value::Text("C000000123457")),
            (1, Value::Text("A0000042")),
            (55, Value::Text("ACME")),
            (54, Value::Char(b'1')),
            (60, Value::Time),
            (38, Value::Decimal(120_00000000)),
            (40, Value::Char(b'2')),
            (44, Value::Decimal(101_50000000)),
            (59, Value::Char(b'0')),
        ],
    ),
    (
        "8",
        &[
            (37, Value::Number(987_654)),
            (11, Value::Text("C000000123456")),
            (17, Value::Number(1_000_001)),
            (150, Value::Char(b'F')),
            (39, Value::Char(b'1')),
            (1, Value::Text("A0000042")),
            (55, Value::Text("ACME")),
            (54, Value::Char(b'1')),
            (38, Value::Decimal(100_00000000)),
            (40, Value::Char(b'2')),
            (44, Value::Decimal(101_50000000)),
            (59, Value::Char(b'0')),
            (32, Value::Decimal(40_00000000)),
            (31, Value::Decimal(101_25000000)),
            (151, Value::Decimal(60_00000000)),
            (14, Value::Decimal(40_00000000)),
            (6, Value::Decimal(101_25000000)),
            (60, Value::Time),
        ],
    ),
];

/// A value as an application has it.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    Text(&'static str),
    Char(u8),
    Number(u64),
    /// In 1e-8.
    Decimal(i64),
    /// [`NOW`].
    Time,
}

/// What was read of a message. Prices and quantities in 1e-8, or as the other codec has them.
#[derive(PartialEq, Debug)]
pub(crate) struct Terms<'a, D> {
    pub(crate) cl_ord_id: &'a [u8],
    pub(crate) symbol: &'a [u8],
    pub(crate) side: u8,
    pub(crate) order_qty: D,
    pub(crate) price: Option<D>,
}

/// Our codec.
pub(crate) struct Ours {
    index: FieldIndex,
    out: Encoder,
    session: Session,
}

impl Ours {
    pub(crate) fn new() -> Ours {
        Ours {
            index: FieldIndex::new(),
            out: Encoder::with_capacity(4096),
            session: Session::new(SessionConfig::initiator("CLIENT01", "MILLRACE"), SequenceNumbers::FIRST),
        }
    }

    pub(crate) fn parse<'a>(&'a mut self, bytes: &'a [u8]) -> Terms<'a, i64> {
        let Framed::Message { len } = frame(bytes, MESSAGE_BYTES_MAX) else { panic!("it is whole") };
        let message = self.index.parse(&bytes[..len]).expect("it is readable");
        Terms {
            cl_ord_id: message.get(tag::CL_ORD_ID).expect("it is there"),
            symbol: message.get(tag::SYMBOL).expect("it is there"),
            side: message.get_char(tag::SIDE).expect("it is there"),
            order_qty: message.get_decimal(tag::ORDER_QTY).expect("it is there"),
            price: optional(message.get_decimal(tag::PRICE)).expect("it is a decimal"),
        }
    }

    /// As the acceptor does with a client's order, but for the session's own rules.
    pub(crate) fn parse_to_command(&mut self, bytes: &[u8]) -> Command {
        let Framed::Message { len } = frame(bytes, MESSAGE_BYTES_MAX) else { panic!("it is whole") };
        let message = self.index.parse(&bytes[..len]).expect("it is readable");
        assert!(message.problem().is_none() && missing_required(&message).is_none());
        match translate(SessionId(3), 17, false, &message) {
            Translated::Command(command) => command,
            other => panic!("it is in order: {other:?}"),
        }
    }

    pub(crate) fn format(&mut self, kind: &str, fields: &[(u32, Value)]) -> &[u8] {
        self.out.clear();
        self.session.begin_app_message(NOW, kind.as_bytes(), &mut self.out);
        for (tag, value) in fields {
            match *value {
                Value::Text(text) => self.out.field_str(*tag, text),
                Value::Char(one) => self.out.field_char(*tag, one),
                Value::Number(number) => self.out.field_u64(*tag, number),
                Value::Decimal(units) => self.out.field_decimal(*tag, units),
                Value::Time => self.out.field_time(*tag, NOW),
            }
        }
        self.out.finish()
    }
}

/// The codec of ironfix.
pub(crate) struct Other {
    index: OtherIndex,
    out: OtherEncoder,
    number: u64,
    text: String,
}

impl Other {
    pub(crate) fn new() -> Other {
        Other {
            index: OtherIndex::with_capacity(64),
            out: OtherEncoder::with_capacity("FIX.4.4", 4096),
            number: 0,
            text: String::with_capacity(64),
        }
    }

    pub(crate) fn parse<'a>(&'a mut self, bytes: &'a [u8]) -> Terms<'a, Decimal> {
        let message = Decoder::new(bytes).decode_into(&mut self.index).expect("it is readable");
        Terms {
            cl_ord_id: message.get_field(tag::CL_ORD_ID).expect("it is there").as_bytes(),
            symbol: message.get_field(tag::SYMBOL).expect("it is there").as_bytes(),
            side: message.get_field(tag::SIDE).expect("it is there").as_char().expect("one letter") as u8,
            order_qty: message.get_field(tag::ORDER_QTY).expect("it is there").as_decimal().expect("a decimal"),
            price: message.get_field(tag::PRICE).map(|price| price.as_decimal().expect("a decimal")),
        }
    }

    pub(crate) fn format(&mut self, kind: &str, fields: &[(u32, Value)]) -> &[u8] {
        self.out.clear();
        self.number += 1;
        self.out.put_str(tag::MSG_TYPE, kind);
        self.out.put_str(tag::SENDER_COMP_ID, "CLIENT01");
        self.out.put_str(tag::TARGET_COMP_ID, "MILLRACE");
        self.out.put_uint(tag::MSG_SEQ_NUM, self.number);
        self.put_time(tag::SENDING_TIME);
        for (tag, value) in fields {
            match *value {
                Value::Text(text) => self.out.put_str(*tag, text),
                Value::Char(one) => self.out.put_char(*tag, one as char),
                Value::Number(number) => self.out.put_uint(*tag, number),
                Value::Decimal(units) => {
                    self.text.clear();
                    write!(self.text, "{}", Decimal::new(units, 8).normalize()).expect("a String takes all");
                    self.out.put_str(*tag, &self.text);
                }
                Value::Time => self.put_time(*tag),
            }
        }
        self.out.finish().expect("it is sound")
    }

    fn put_time(&mut self, tag: u32) {
        let time = Timestamp::from_nanos(NOW as u64).expect("a time of this century");
        self.out.put_str(tag, time.format_millis().as_str());
    }
}

/// The bytes of a message, the same from both codecs.
pub(crate) fn sample(kind: &str, fields: &[(u32, Value)]) -> Vec<u8> {
    let ours = Ours::new().format(kind, fields).to_vec();
    assert_eq!(ours, Other::new().format(kind, fields), "both write {kind} alike");
    let (mut left, mut right) = (Ours::new(), Other::new());
    let (terms, others) = (left.parse(&ours), right.parse(&ours));
    assert_eq!((terms.cl_ord_id, terms.symbol, terms.side), (others.cl_ord_id, others.symbol, others.side));
    assert_eq!(Decimal::new(terms.order_qty, 8), others.order_qty, "both read {kind} alike");
    assert_eq!(terms.price.map(|price| Decimal::new(price, 8)), others.price);
    ours
}

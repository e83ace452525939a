//! Bytes to messages and commands: framing, the index of fields, every getter, dictionaries, translation, and the way back.
//!
//! The first byte chooses: the version, whether a right length and check sum are put around the bytes (so that what is hostile is
//! the content), where a prefix is cut. Promises: framing makes progress and does not depend on how bytes arrive; the fields of a
//! message are the bytes of the message; values are read as the slow twins read them; what is written reads back.

use std::sync::Arc;

use gateway::fix::SOH;
use gateway::fix::body_order::BodyOrder;
use gateway::fix::client::ExecutionReport;
use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::encode::Encoder;
use gateway::fix::form::{SessionRejectReason, missing_required};
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::{FIELDS_MAX, MESSAGE_BYTES_MAX};
use gateway::fix::message::{FieldIndex, Message};
use gateway::fix::session::{Version, write_refusal};
use gateway::fix::translate::{ref_id, translate};
use gateway::fix::value::{self, TimePrecision, TimeText};
use model::SessionId;

use super::bytes::{self, Choices};
use super::seeds::CUSTOM_XML;
use super::twins;

/// See the module.
pub(crate) struct Parser {
    index: FieldIndex,
    custom_index: FieldIndex,
    /// Of a second reading, when the first is still in hand.
    other_index: FieldIndex,
    custom: Arc<Dictionary>,
    order: BodyOrder,
    out: Encoder,
    text: TimeText,
    whole: Vec<u8>,
    decimal: Vec<u8>,
}

impl Parser {
    pub(crate) fn new() -> Parser {
        let custom = Dictionary::with_xml(Version::Fix44, CUSTOM_XML).expect("it is sound");
        let mut custom_index = FieldIndex::new();
        custom_index.use_dictionary(&custom);
        Parser {
            index: FieldIndex::new(),
            custom_index,
            other_index: FieldIndex::new(),
            custom: Arc::new(custom),
            order: BodyOrder::new(),
            out: Encoder::with_capacity(16 * 1024),
            text: TimeText::new(TimePrecision::Nanos),
            whole: Vec::new(),
            decimal: Vec::new(),
        }
    }

    /// Takes one input. Gives how many messages were found in it.
    pub(crate) fn run(&mut self, input: &[u8]) -> usize {
        let mut choices = Choices::new(input);
        let choice = choices.byte();
        let version = bytes::version(choice);
        let mut whole = std::mem::take(&mut self.whole);
        if choice & 0x80 == 0 {
            bytes::whole(version, choices.rest(), &mut whole);
        } else {
            whole.clear();
            whole.extend_from_slice(choices.rest());
        }
        let messages = self.stream(&whole, version, choice);
        self.whole = whole;
        messages
    }

    fn stream(&mut self, stream: &[u8], version: Version, choice: u8) -> usize {
        let mut rest = stream;
        let mut messages = 0;
        while !rest.is_empty() {
            match frame(rest, MESSAGE_BYTES_MAX) {
                Framed::Incomplete => {
                    assert!(rest.len() < MESSAGE_BYTES_MAX, "a full buffer makes progress");
                    break;
                }
                Framed::Garbled { skip, .. } => {
                    assert!((1..=rest.len()).contains(&skip), "what is garbled is passed over");
                    rest = &rest[skip..];
                }
                Framed::Message { len } => {
                    assert!(len <= rest.len() && len <= MESSAGE_BYTES_MAX);
                    let cut = usize::from(choice >> 2) * len / 64;
                    assert_eq!(frame(&rest[..cut], MESSAGE_BYTES_MAX), Framed::Incomplete, "the same in any cut");
                    self.message(&rest[..len], version);
                    messages += 1;
                    rest = &rest[len..];
                }
            }
        }
        messages
    }

    fn message(&mut self, bytes: &[u8], version: Version) {
        let Parser { index, custom_index, other_index, custom, order, out, text, decimal, .. } = self;
        if let Ok(message) = custom_index.parse(bytes) {
            fields_are_the_bytes(&message);
            for level in [Level::Strict, Level::Lenient, Level::Off] {
                let _ = custom.check(&message, level);
            }
        }
        let Ok(message) = index.parse(bytes) else { return };
        fields_are_the_bytes(&message);
        for (_, bytes) in message.fields() {
            values_are_as_the_twins_read_them(bytes, text, decimal);
        }
        let dictionary = Dictionary::standard(version);
        let strict = dictionary.check(&message, Level::Strict);
        let lenient = dictionary.check(&message, Level::Lenient);
        assert!(strict.is_some() || lenient.is_none(), "what passes strictly passes leniently");
        assert_eq!(dictionary.check(&message, Level::Off), message.problem());
        let _ = (missing_required(&message), ref_id(&message), ExecutionReport::read(&message));
        let translated = translate(SessionId(3), 7, false, &message);
        assert_eq!(translated, translate(SessionId(3), 7, false, &message));
        out.clear();
        write_refusal(0, &message, "not here", out);
        out.clear();
        if message.problem().is_none() {
            reordered_is_the_same_body(&message, order, other_index, out);
        }
    }
}

/// The fields that were found, written one after the other, are the message; each tag leads to its first field.
fn fields_are_the_bytes(message: &Message<'_>) {
    let mut rest = message.bytes();
    let mut count = 0;
    // Fields without a tag, or beyond the most, are not in the index.
    let is_partial = |problem: SessionRejectReason| {
        matches!(problem, SessionRejectReason::InvalidTagNumber | SessionRejectReason::Other)
    };
    // Another problem may have come first, and then nothing tells of a bad tag.
    let is_whole = message.problem().is_none_or(|problem| !is_partial(problem.reason));
    for (tag, value) in message.fields() {
        count += 1;
        if is_whole {
            let equals = rest.iter().position(|byte| *byte == b'=').unwrap_or_default();
            let (digits, after) = rest.split_at(equals);
            if twins::number(digits, u64::MAX) != Some(u64::from(tag)) || digits.starts_with(b"0") {
                assert!(message.problem().is_some(), "tag {tag} stands elsewhere");
                return;
            }
            let after = &after[1..];
            assert_eq!(after.get(..value.len()), Some(value), "the value of {tag}");
            assert_eq!(after.get(value.len()), Some(&SOH));
            rest = &after[value.len() + 1..];
        }
        assert!(message.get(tag).is_some());
        if message.problem().is_none() {
            assert!(!value.is_empty());
        }
    }
    assert!((3..=FIELDS_MAX).contains(&count));
    assert!(!is_whole || rest.is_empty() || message.problem().is_some(), "{} bytes in no field", rest.len());
    for tag in [8, 9, 35, 10, 34, 49, 5_001, 0, u32::MAX] {
        let first = message.fields().find(|(other, _)| *other == tag).map(|(_, value)| value);
        assert_eq!(message.get(tag), first, "tag {tag}");
    }
}

fn values_are_as_the_twins_read_them(bytes: &[u8], text: &mut TimeText, scratch: &mut Vec<u8>) {
    let decimal = value::parse_decimal(bytes).ok();
    assert_eq!(decimal, twins::decimal(bytes), "decimal {bytes:?}");
    if let Some(units) = decimal {
        scratch.clear();
        value::push_decimal(scratch, units);
        assert_eq!(value::parse_decimal(scratch), Ok(units));
    }
    for max in [u64::MAX, 99, u64::from(u32::MAX)] {
        assert_eq!(value::parse_u64(bytes, max).ok(), twins::number(bytes, max), "number {bytes:?}");
    }
    let time = value::parse_utc_timestamp(bytes).ok();
    assert_eq!(time, twins::timestamp(bytes), "time {bytes:?}");
    if let Some(ns) = time {
        assert_eq!(value::parse_utc_timestamp(text.format(ns)), Ok(ns));
    }
    let signed = value::parse_i64(bytes).ok();
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let magnitude = twins::number(digits, i64::MAX as u64).map(|number| number as i64);
    assert_eq!(signed, magnitude.map(|number| if digits.len() < bytes.len() { -number } else { number }));
    let _ = value::parse_bool(bytes);
}

/// The canonical order drops and adds nothing, and is its own canonical order.
fn reordered_is_the_same_body(message: &Message<'_>, order: &mut BodyOrder, index: &mut FieldIndex, out: &mut Encoder) {
    out.begin(message.begin_string(), message.msg_type());
    order.write(message, out);
    let written = out.finish().to_vec();
    out.clear();
    let Framed::Message { len } = frame(&written, MESSAGE_BYTES_MAX) else { panic!("it is written whole") };
    let Ok(again) = index.parse(&written[..len]) else { panic!("it is readable") };
    for (tag, value) in again.fields().skip(3) {
        assert!(tag == 10 || message.fields().any(|field| field == (tag, value)), "{tag} is new");
    }
    out.begin(message.begin_string(), message.msg_type());
    order.write(&again, out);
    assert_eq!(out.finish(), written, "the order is settled");
    out.clear();
}

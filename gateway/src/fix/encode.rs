//! Writes FIX messages into the output buffer of one connection.
//!
//! The buffer is kept: once it has grown to its working size nothing allocates. BodyLength(9) and CheckSum(10) are filled in by
//! [`Encoder::finish`]. No value can break a message: an SOH inside one is written as `?`, an empty value leaves its field out.

use super::frame::checksum;
use super::limits::ENCODER_COMPACT_BYTES;
use super::value::{TimePrecision, TimeText, push_decimal};
use super::{SOH, tag};
use memchr::memchr;

/// The output side of a connection: messages are appended, the socket takes [`Encoder::pending`] and calls [`Encoder::consume`].
#[derive(Debug)]
pub struct Encoder {
    buffer: Vec<u8>,
    /// Bytes at the front that are already sent.
    sent: usize,
    open: Option<Open>,
    time: TimeText,
}

/// The message being written.
#[derive(Clone, Copy, Debug)]
struct Open {
    start: usize,
    body_start: usize,
}

/// Digits left free for BodyLength(9); nearly every order message has three.
const BODY_LENGTH_DIGITS: usize = 3;

impl Encoder {
    /// An encoder whose buffer starts with `capacity` bytes. Timestamps have milliseconds.
    pub fn with_capacity(capacity: usize) -> Encoder {
        Encoder {
            buffer: Vec::with_capacity(capacity),
            sent: 0,
            open: None,
            time: TimeText::new(TimePrecision::default()),
        }
    }

    /// Sets the digits of timestamps that follow.
    pub fn set_time_precision(&mut self, precision: TimePrecision) {
        self.time = TimeText::new(precision);
    }

    /// Begins a message with BeginString(8) and MsgType(35). Header fields come next, then the body.
    pub fn begin(&mut self, begin_string: &[u8], msg_type: &[u8]) {
        assert!(self.open.is_none(), "one message at a time");
        let start = self.buffer.len();
        self.field_bytes(tag::BEGIN_STRING, begin_string);
        self.buffer.extend_from_slice(b"9=000\x01");
        self.open = Some(Open { start, body_start: self.buffer.len() });
        self.field_bytes(tag::MSG_TYPE, msg_type);
    }

    /// Appends a field with any bytes.
    #[inline]
    pub fn field_bytes(&mut self, tag: u32, value: &[u8]) {
        if value.is_empty() {
            return;
        }
        self.push_tag(tag);
        let from = self.buffer.len();
        self.buffer.extend_from_slice(value);
        if memchr(SOH, &self.buffer[from..]).is_some() {
            self.buffer[from..].iter_mut().filter(|byte| **byte == SOH).for_each(|byte| *byte = b'?');
        }
        self.buffer.push(SOH);
    }

    /// Appends a field of type data as it is, SOH included; its length field must stand just before.
    #[inline]
    pub fn field_data(&mut self, tag: u32, value: &[u8]) {
        self.push_tag(tag);
        self.buffer.extend_from_slice(value);
        self.buffer.push(SOH);
    }

    /// Appends a field with text.
    #[inline]
    pub fn field_str(&mut self, tag: u32, value: &str) {
        self.field_bytes(tag, value.as_bytes());
    }

    /// Appends a field with one character, such as Side(54) or OrdStatus(39).
    #[inline]
    pub fn field_char(&mut self, tag: u32, value: u8) {
        self.push_tag(tag);
        let value = if value == SOH { b'?' } else { value };
        self.buffer.extend_from_slice(&[value, SOH]);
    }

    /// Appends a flag as `Y` or `N`.
    #[inline]
    pub fn field_flag(&mut self, tag: u32, value: bool) {
        self.field_char(tag, if value { b'Y' } else { b'N' });
    }

    /// Appends a whole number.
    #[inline]
    pub fn field_u64(&mut self, tag: u32, value: u64) {
        self.push_tag(tag);
        self.push_number(value);
        self.buffer.push(SOH);
    }

    /// Appends a decimal given in 1e-8, without trailing zeros.
    #[inline]
    pub fn field_decimal(&mut self, tag: u32, units: i64) {
        self.push_tag(tag);
        push_decimal(&mut self.buffer, units);
        self.buffer.push(SOH);
    }

    /// Appends a UTCTimestamp given in nanoseconds since 1970.
    #[inline]
    pub fn field_time(&mut self, tag: u32, ns: i64) {
        self.push_tag(tag);
        self.buffer.extend_from_slice(self.time.format(ns));
        self.buffer.push(SOH);
    }

    /// Appends a LocalMktDate, the date in UTC of a time in nanoseconds since 1970.
    pub fn field_date(&mut self, tag: u32, ns: i64) {
        const DATE_BYTES: usize = 8;
        self.push_tag(tag);
        self.buffer.extend_from_slice(&self.time.format(ns)[..DATE_BYTES]);
        self.buffer.push(SOH);
    }

    /// Appends whole fields (`49=A`, SOH, ...) that were written before.
    #[inline]
    pub(super) fn fields_raw(&mut self, fields: &[u8]) {
        debug_assert!(fields.is_empty() || fields.last() == Some(&SOH));
        self.buffer.extend_from_slice(fields);
    }

    /// Fills in BodyLength(9), appends CheckSum(10), and gives the bytes of the message.
    pub fn finish(&mut self) -> &[u8] {
        let Some(Open { start, body_start }) = self.open.take() else { panic!("finish follows begin") };
        self.write_body_length(body_start);
        let sum = checksum(&self.buffer[start..]);
        let digits = [b'0' + sum / 100, b'0' + sum / 10 % 10, b'0' + sum % 10];
        self.buffer.extend_from_slice(b"10=");
        self.buffer.extend_from_slice(&digits);
        self.buffer.push(SOH);
        &self.buffer[start..]
    }

    /// Takes back a message that was begun and not finished.
    pub fn abandon(&mut self) {
        if let Some(open) = self.open.take() {
            self.buffer.truncate(open.start);
        }
    }

    /// The finished bytes that are not sent yet.
    pub fn pending(&self) -> &[u8] {
        let end = self.open.map_or(self.buffer.len(), |open| open.start);
        &self.buffer[self.sent..end]
    }

    /// Forgets the first `count` pending bytes: the socket has taken them.
    pub fn consume(&mut self, count: usize) {
        assert!(count <= self.pending().len(), "only pending bytes can be consumed");
        self.sent += count;
        if self.open.is_some() {
            return;
        }
        if self.sent == self.buffer.len() {
            self.clear();
        } else if self.sent >= ENCODER_COMPACT_BYTES {
            self.buffer.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Drops everything, as after a disconnect; the memory is kept.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.sent = 0;
        self.open = None;
    }

    /// Writes the length in its shortest form. A body shorter than 100 or longer than 999 bytes moves by a byte or two, which
    /// is rare and cheap, and spares every counterparty the question whether `9=0095` is a number.
    fn write_body_length(&mut self, body_start: usize) {
        let body_length = self.buffer.len() - body_start;
        let digits_at = body_start - 1 - BODY_LENGTH_DIGITS;
        if (100..1000).contains(&body_length) {
            let digits = &mut self.buffer[digits_at..digits_at + BODY_LENGTH_DIGITS];
            digits[0] = b'0' + (body_length / 100) as u8;
            digits[1] = b'0' + (body_length / 10 % 10) as u8;
            digits[2] = b'0' + (body_length % 10) as u8;
            return;
        }
        let mut text = itoa::Buffer::new();
        let digits = text.format(body_length);
        self.buffer.splice(digits_at..digits_at + BODY_LENGTH_DIGITS, digits.bytes());
    }

    #[inline]
    fn push_tag(&mut self, tag: u32) {
        match tag {
            0..=9 => self.buffer.extend_from_slice(&[digit(tag), b'=']),
            10..=99 => self.buffer.extend_from_slice(&[digit(tag / 10), digit(tag % 10), b'=']),
            100..=999 => {
                self.buffer.extend_from_slice(&[digit(tag / 100), digit(tag / 10 % 10), digit(tag % 10), b'=']);
            }
            _ => {
                self.push_number(u64::from(tag));
                self.buffer.push(b'=');
            }
        }
    }

    #[inline]
    fn push_number(&mut self, value: u64) {
        self.buffer.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
}

#[inline]
fn digit(value: u32) -> u8 {
    b'0' + value as u8
}

#[cfg(test)]
mod tests {
    use super::super::frame::{Framed, frame};
    use super::super::limits::MESSAGE_BYTES_MAX;
    use super::super::message::FieldIndex;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bodies_of_every_length_frame_back() {
        for text_len in (0..120).chain([880, 960, 970, 980, 990, 1000, 5000]) {
            let mut encoder = Encoder::with_capacity(64);
            encoder.begin(b"FIX.4.4", b"0");
            encoder.field_str(tag::TEXT, &"x".repeat(text_len));
            encoder.finish();
            let bytes = encoder.pending();
            assert_eq!(frame(bytes, MESSAGE_BYTES_MAX), Framed::Message { len: bytes.len() }, "{text_len}");
            let length = bytes[12..].iter().take_while(|byte| **byte != SOH).count();
            assert!(length >= 1 && bytes[12] != b'0', "shortest form");
        }
    }

    #[test]
    fn value_with_soh_cannot_add_a_field() {
        let mut encoder = Encoder::with_capacity(256);
        encoder.begin(b"FIX.4.4", b"5");
        encoder.field_str(tag::TEXT, "bye\x0135=D");
        encoder.field_str(tag::ACCOUNT, "");
        let bytes = encoder.finish().to_vec();
        let mut index = FieldIndex::new();
        let message = index.parse(&bytes).expect("readable");
        assert_eq!(message.get(tag::TEXT), Some(&b"bye?35=D"[..]));
        assert_eq!((message.problem(), message.get(tag::ACCOUNT)), (None, None));
    }

    #[test]
    fn abandoned_message_leaves_no_bytes_and_consumed_bytes_go() {
        let mut encoder = Encoder::with_capacity(256);
        encoder.begin(b"FIX.4.4", b"0");
        let first = encoder.finish().len();
        encoder.begin(b"FIX.4.4", b"8");
        encoder.field_u64(tag::ORDER_ID, 7);
        assert_eq!(encoder.pending().len(), first, "an open message is not pending");
        encoder.abandon();
        encoder.consume(3);
        assert_eq!(encoder.pending().len(), first - 3);
        encoder.consume(first - 3);
        assert!(encoder.pending().is_empty());
    }

    proptest! {
        #[test]
        fn encoded_message_is_framed_and_parsed_back(
            cl_ord_id in "[ -~]{1,40}",
            seq in 1u64..1_000_000_000,
            price in any::<i64>().prop_filter("has a magnitude", |price| *price != i64::MIN),
            ns in 0i64..9_000_000_000_000_000_000,
            big_tag in 5000u32..90_000,
        ) {
            let mut encoder = Encoder::with_capacity(64);
            encoder.begin(b"FIX.4.4", b"D");
            encoder.field_u64(tag::MSG_SEQ_NUM, seq);
            encoder.field_str(tag::CL_ORD_ID, &cl_ord_id);
            encoder.field_decimal(tag::PRICE, price);
            encoder.field_time(tag::TRANSACT_TIME, ns);
            encoder.field_flag(big_tag, true);
            let bytes = encoder.finish();
            prop_assert_eq!(frame(bytes, MESSAGE_BYTES_MAX), Framed::Message { len: bytes.len() });
            let mut index = FieldIndex::new();
            let message = index.parse(bytes).expect("readable");
            prop_assert_eq!(message.problem(), None);
            prop_assert_eq!(message.msg_seq_num(), Ok(seq));
            prop_assert_eq!(message.get(tag::CL_ORD_ID), Some(cl_ord_id.as_bytes()));
            prop_assert_eq!(message.get_decimal(tag::PRICE), Ok(price));
            prop_assert_eq!(message.get_time(tag::TRANSACT_TIME), Ok(ns - ns % 1_000_000));
            prop_assert_eq!(message.get_flag(big_tag), Ok(true));
        }
    }
}

//! Finds one FIX message in a receive buffer, or says how many bytes to skip.
//!
//! Only what delimits a message is judged here: the first three fields, BodyLength(9), CheckSum(10). A garbled message is
//! to be ignored without consuming a number, and reading goes on at the next `8=FIX`: not at the end that a wrong
//! BodyLength claimed, so that one bad length cannot swallow the good message behind it.

use super::{SOH, limits};
use memchr::{memchr, memmem};

/// What stands at the front of a receive buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Framed {
    /// The beginning of a message; read more bytes. The message will never be longer than the limit.
    Incomplete,
    /// A whole message of `len` bytes with a valid checksum.
    Message { len: usize },
    /// Not a message: drop `skip` bytes (at least one), tell the session, and frame again.
    Garbled { skip: usize, reason: GarbledReason },
}

/// Why bytes were not a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GarbledReason {
    /// The bytes do not begin with BeginString(8).
    NoBeginString,
    /// BeginString(8) is longer than [`limits::BEGIN_STRING_BYTES_MAX`] or has no end.
    BeginString,
    /// The second field is not a BodyLength(9) with digits only.
    BodyLength,
    /// BodyLength(9) makes the message longer than the limit.
    TooLong,
    /// The third field is not MsgType(35).
    NoMsgType,
    /// CheckSum(10) does not stand where BodyLength(9) says, or no SOH stands before or after it.
    NoCheckSum,
    /// CheckSum(10) differs from the sum of the bytes.
    CheckSum,
}

const PREFIX: &[u8] = b"8=FIX";
/// `10=ddd` and SOH.
const CHECKSUM_FIELD_BYTES: usize = 7;

/// Looks at the front of `bytes` for a message of at most `max_bytes` (see [`limits::MESSAGE_BYTES_MAX`]).
///
/// A buffer of `max_bytes` always makes progress: `Incomplete` is only said while the message can still end within it.
pub fn frame(bytes: &[u8], max_bytes: usize) -> Framed {
    if !bytes.starts_with(PREFIX) {
        return match PREFIX.starts_with(bytes) {
            true => Framed::Incomplete,
            false => garbled(bytes, GarbledReason::NoBeginString),
        };
    }
    let body_start = match header(bytes) {
        Ok(Some(header)) => header,
        Ok(None) => return Framed::Incomplete,
        Err(reason) => return garbled(bytes, reason),
    };
    let (body_start, body_length) = body_start;
    // Both are small here: the header is bounded and BodyLength has at most six digits.
    let body_end = body_start + body_length;
    let len = body_end + CHECKSUM_FIELD_BYTES;
    if len > max_bytes {
        return garbled(bytes, GarbledReason::TooLong);
    }
    let start_of_body = &bytes[body_start..];
    if !start_of_body.starts_with(b"35=") && !b"35=".starts_with(&start_of_body[..start_of_body.len().min(3)]) {
        return garbled(bytes, GarbledReason::NoMsgType);
    }
    if bytes.len() < len {
        return Framed::Incomplete;
    }
    if body_length < b"35=0|".len() {
        return garbled(bytes, GarbledReason::NoMsgType);
    }
    let [b'1', b'0', b'=', hundreds, tens, ones, SOH] = bytes[body_end..len] else {
        return garbled(bytes, GarbledReason::NoCheckSum);
    };
    if bytes[body_end - 1] != SOH || ![hundreds, tens, ones].iter().all(u8::is_ascii_digit) {
        return garbled(bytes, GarbledReason::NoCheckSum);
    }
    let stated = u32::from(hundreds - b'0') * 100 + u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
    if stated != u32::from(checksum(&bytes[..body_end])) {
        // The length led to a well-formed end, so the length is right and the whole message can go.
        return Framed::Garbled { skip: len, reason: GarbledReason::CheckSum };
    }
    Framed::Message { len }
}

/// The sum of all bytes modulo 256, as CheckSum(10) wants it.
#[inline]
pub fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte))
}

/// Where the body starts and how long BodyLength(9) says it is; `None` when more bytes are needed.
fn header(bytes: &[u8]) -> Result<Option<(usize, usize)>, GarbledReason> {
    let begin_end = 2 + limits::BEGIN_STRING_BYTES_MAX + 1;
    let Some(soh) = memchr(SOH, &bytes[..bytes.len().min(begin_end)]) else {
        return match bytes.len() >= begin_end {
            true => Err(GarbledReason::BeginString),
            false => Ok(None),
        };
    };
    let rest = &bytes[soh + 1..];
    if !rest.starts_with(b"9=") {
        return match b"9=".starts_with(rest) {
            true => Ok(None),
            false => Err(GarbledReason::BodyLength),
        };
    }
    let mut body_length = 0usize;
    for (digits, byte) in rest[2..].iter().enumerate() {
        match byte {
            b'0'..=b'9' if digits < limits::BODY_LENGTH_DIGITS_MAX => {
                body_length = body_length * 10 + usize::from(byte - b'0');
            }
            &SOH if digits > 0 => return Ok(Some((soh + 1 + 2 + digits + 1, body_length))),
            _ => return Err(GarbledReason::BodyLength),
        }
    }
    Ok(None)
}

/// Skips to the next `8=FIX` after the first byte, keeping a tail that may be the beginning of one.
fn garbled(bytes: &[u8], reason: GarbledReason) -> Framed {
    let after = &bytes[1..];
    let kept = match memmem::find(after, PREFIX) {
        Some(at) => after.len() - at,
        None => (1..PREFIX.len()).rev().find(|n| after.ends_with(&PREFIX[..*n])).unwrap_or(0),
    };
    Framed::Garbled { skip: bytes.len() - kept, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Vec<u8> {
        let body = body.replace('|', "\x01");
        let mut bytes = format!("8=FIX.4.4\x019={}\x01{body}", body.len()).into_bytes();
        let sum = checksum(&bytes);
        bytes.extend_from_slice(format!("10={sum:03}\x01").as_bytes());
        bytes
    }

    fn framed(bytes: &[u8]) -> Framed {
        frame(bytes, limits::MESSAGE_BYTES_MAX)
    }

    #[test]
    fn every_beginning_of_a_message_is_incomplete_and_the_whole_is_found() {
        let bytes = message("35=0|49=A|56=B|34=1|52=20240101-00:00:00|");
        for len in 0..bytes.len() {
            assert_eq!(framed(&bytes[..len]), Framed::Incomplete, "{len} bytes");
        }
        assert_eq!(framed(&bytes), Framed::Message { len: bytes.len() });
        let twice = [&bytes[..], &bytes[..]].concat();
        assert_eq!(framed(&twice), Framed::Message { len: bytes.len() });
    }

    #[test]
    fn rule_08_bad_checksum_is_garbled_and_skips_the_whole_message() {
        let mut bytes = message("35=0|34=1|");
        let len = bytes.len();
        let digit = len - 2;
        bytes[digit] = if bytes[digit] == b'0' { b'1' } else { b'0' };
        assert_eq!(framed(&bytes), Framed::Garbled { skip: len, reason: GarbledReason::CheckSum });
    }

    #[test]
    fn rule_08_bad_body_length_resynchronises_on_the_next_message() {
        let good = message("35=0|34=2|");
        for wrong in ["9=1|", "9=9|", "9=11|", "9=0|", "9=25|"] {
            let bad = format!("8=FIX.4.4|{wrong}35=0|34=1|10=000|").replace('|', "\x01").into_bytes();
            let both = [&bad[..], &good[..]].concat();
            let Framed::Garbled { skip, .. } = framed(&both) else { panic!("{wrong} is garbled") };
            assert_eq!(skip, bad.len(), "{wrong}");
        }
    }

    #[test]
    fn rule_08_wrong_first_three_fields_are_garbled() {
        let cases = [
            ("9=5|8=FIX.4.4|35=0|10=000|", GarbledReason::NoBeginString),
            ("8=FIX.4.4|35=0|9=5|10=000|", GarbledReason::BodyLength),
            ("8=FIX.4.4|9=12x|35=0|10=000|", GarbledReason::BodyLength),
            ("8=FIX.4.4|9=|35=0|10=000|", GarbledReason::BodyLength),
            ("8=FIX.4.4|9=-5|35=0|10=000|", GarbledReason::BodyLength),
            ("8=FIX.4.4|9=0000005|35=0|10=000|", GarbledReason::BodyLength),
            ("8=FIX.4.4|9=10|34=1|35=0|10=000|", GarbledReason::NoMsgType),
            ("8=FIX.4.4.4.4.4.4.4.4.4.4|9=5|35=0|10=000|", GarbledReason::BeginString),
            ("8=FIX.4.4|9=999999|35=0|10=000|", GarbledReason::TooLong),
            ("8=FIX.4.4|9=5|35=0|11=000|", GarbledReason::NoCheckSum),
            ("8=FIX.4.4|9=5|35=0010=000|", GarbledReason::NoCheckSum),
            ("8=FIX.4.4|9=5|35=0|10=0x0|", GarbledReason::NoCheckSum),
        ];
        for (text, expected) in cases {
            match framed(text.replace('|', "\x01").as_bytes()) {
                Framed::Garbled { reason, skip } => {
                    assert_eq!(reason, expected, "{text}");
                    assert!(skip > 0);
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn tail_that_may_begin_a_message_is_kept() {
        assert_eq!(framed(b"xx8=F"), Framed::Garbled { skip: 2, reason: GarbledReason::NoBeginString });
        assert_eq!(framed(b"xx8"), Framed::Garbled { skip: 2, reason: GarbledReason::NoBeginString });
        assert_eq!(framed(b"xxx"), Framed::Garbled { skip: 3, reason: GarbledReason::NoBeginString });
    }
}

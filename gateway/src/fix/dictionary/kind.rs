//! The types of fields, and whether bytes are a value of one.

use super::super::form::SessionRejectReason;
use super::super::value::{self, ValueError};

/// The type of a field, as far as its format can be checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// String, Currency, Country, Exchange and the like: any bytes.
    Text,
    /// Data: any bytes, SOH too; the field before gives the length.
    Data,
    Char,
    Boolean,
    Int,
    /// Length, SeqNum, TagNum: digits only.
    Count,
    /// The length of the data field that follows.
    Length,
    NumInGroup,
    DayOfMonth,
    /// Float, Price, Qty, Amt, PriceOffset, Percentage.
    Decimal,
    /// Values with one blank between them.
    Multiple,
    UtcTimestamp,
    UtcTimeOnly,
    /// `YYYYMMDD`: UTCDateOnly and LocalMktDate.
    Date,
    MonthYear,
    TzTimestamp,
    TzTimeOnly,
}

impl Kind {
    /// The type with this name, in the words of any version since 4.0.
    pub(super) fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "STRING" | "CURRENCY" | "COUNTRY" | "EXCHANGE" | "LANGUAGE" | "XID" | "XIDREF" => Kind::Text,
            "DATA" | "XMLDATA" => Kind::Data,
            "CHAR" => Kind::Char,
            "BOOLEAN" => Kind::Boolean,
            "INT" => Kind::Int,
            "SEQNUM" | "TAGNUM" => Kind::Count,
            "LENGTH" => Kind::Length,
            "NUMINGROUP" => Kind::NumInGroup,
            "DAYOFMONTH" => Kind::DayOfMonth,
            "FLOAT" | "PRICE" | "QTY" | "QUANTITY" | "AMT" | "PRICEOFFSET" | "PERCENTAGE" => Kind::Decimal,
            "MULTIPLEVALUESTRING" | "MULTIPLESTRINGVALUE" | "MULTIPLECHARVALUE" => Kind::Multiple,
            "UTCTIMESTAMP" | "TIME" => Kind::UtcTimestamp,
            "UTCTIMEONLY" | "LOCALMKTTIME" => Kind::UtcTimeOnly,
            "UTCDATE" | "UTCDATEONLY" | "LOCALMKTDATE" | "DATE" => Kind::Date,
            "MONTHYEAR" => Kind::MonthYear,
            "TZTIMESTAMP" => Kind::TzTimestamp,
            "TZTIMEONLY" => Kind::TzTimeOnly,
            _ => return None,
        })
    }

    /// Why these bytes are no value of the type. Whether a number is in a range that we can hold is for its reader: a price
    /// with twelve places is well formed.
    #[inline]
    pub(super) fn refuses(self, bytes: &[u8]) -> Option<SessionRejectReason> {
        let well_formed = match self {
            Kind::Text | Kind::Data => true,
            Kind::Char => bytes.len() == 1,
            Kind::Boolean => matches!(bytes, b"Y" | b"N"),
            Kind::Int => is_digits(bytes.strip_prefix(b"-").unwrap_or(bytes)),
            Kind::Count | Kind::Length | Kind::NumInGroup => is_digits(bytes),
            Kind::DayOfMonth => {
                return value::parse_u64(bytes, 31).err().map(ValueError::reject_reason);
            }
            Kind::Decimal => is_decimal(bytes),
            Kind::Multiple => bytes.split(|byte| *byte == b' ').all(|one| !one.is_empty()),
            Kind::UtcTimestamp => {
                return value::parse_utc_timestamp(bytes).err().map(ValueError::reject_reason);
            }
            Kind::UtcTimeOnly => is_time(bytes),
            Kind::Date => is_date(bytes),
            Kind::MonthYear => is_month_year(bytes),
            Kind::TzTimestamp => match bytes.split_at_checked(9) {
                Some((date, time)) => date.strip_suffix(b"-").is_some_and(is_date) && is_zoned_time(time),
                None => false,
            },
            Kind::TzTimeOnly => is_zoned_time(bytes),
        };
        (!well_formed).then_some(SessionRejectReason::IncorrectDataFormat)
    }
}

fn is_digits(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}

/// Optional `-`, digits, at most one point, no exponent.
fn is_decimal(bytes: &[u8]) -> bool {
    let (mut digits, mut points) = (0usize, 0usize);
    for byte in bytes.strip_prefix(b"-").unwrap_or(bytes) {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return false,
        }
    }
    digits > 0 && points <= 1
}

/// Exactly two digits, of a number from `low` to `high`.
fn is_two_digits(bytes: &[u8], low: u8, high: u8) -> bool {
    match bytes {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            let number = (tens - b'0') * 10 + (ones - b'0');
            (low..=high).contains(&number)
        }
        _ => false,
    }
}

/// `YYYYMMDD`.
fn is_date(bytes: &[u8]) -> bool {
    bytes.len() == 8 && is_year_month(&bytes[..6]) && is_two_digits(&bytes[6..], 1, 31)
}

fn is_year_month(bytes: &[u8]) -> bool {
    bytes.len() == 6 && is_digits(&bytes[..4]) && is_two_digits(&bytes[4..], 1, 12)
}

/// `YYYYMM`, then nothing, a day, or a week from `w1` to `w5`.
fn is_month_year(bytes: &[u8]) -> bool {
    let Some((month, rest)) = bytes.split_at_checked(6) else { return false };
    is_year_month(month) && (matches!(rest, [] | [b'w', b'1'..=b'5']) || is_two_digits(rest, 1, 31))
}

/// `HH:MM:SS`, then nothing or a point and digits.
fn is_time(bytes: &[u8]) -> bool {
    let Some((minutes, [b':', seconds @ ..])) = bytes.split_at_checked(5) else { return false };
    let Some((whole, fraction)) = seconds.split_at_checked(2) else { return false };
    is_minutes(minutes) && is_two_digits(whole, 0, 60) && is_fraction(fraction)
}

fn is_minutes(bytes: &[u8]) -> bool {
    matches!(bytes, [_, _, b':', _, _]) && is_two_digits(&bytes[..2], 0, 23) && is_two_digits(&bytes[3..], 0, 59)
}

fn is_fraction(bytes: &[u8]) -> bool {
    bytes.is_empty() || bytes.strip_prefix(b".").is_some_and(|digits| is_digits(digits) && digits.len() <= 12)
}

/// `HH:MM` or a whole time, then nothing, `Z`, or an offset as `+HH` or `+HH:MM`.
fn is_zoned_time(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-')).unwrap_or(bytes.len());
    let (time, zone) = bytes.split_at(end);
    let zone_is_sound = match zone {
        [] | b"Z" => true,
        [_, hours @ ..] if hours.len() == 2 => is_two_digits(hours, 0, 14),
        [_, offset @ ..] => is_minutes(offset),
    };
    zone_is_sound && (is_minutes(time) || is_time(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_15_values_of_each_type_are_known_by_their_format() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("CHAR", &["1", "Z"], &["12"]),
            ("BOOLEAN", &["Y", "N"], &["y", "1", "YES"]),
            ("INT", &["0", "-7", "007"], &["+1", "1.0", "-", "1 ", "0x1"]),
            ("LENGTH", &["0", "12"], &["-1", "a"]),
            ("DAYOFMONTH", &["1", "31"], &["32", "x"]),
            ("PRICE", &["1", "-1.5", ".5", "5.", "0.123456789012"], &["1e5", "+1", "1,5", "1.2.3", ".", "-"]),
            ("MULTIPLEVALUESTRING", &["1", "1 2 G"], &["1  2", " 1", "1 "]),
            ("UTCTIMESTAMP", &["20240229-12:00:00", "20240229-12:00:00.123456789"], &["20240229", "20240230-12:00:00"]),
            ("UTCTIMEONLY", &["23:59:60", "00:00:00.123"], &["24:00:00", "1:00:00", "10:00:00.", "10:00"]),
            ("LOCALMKTDATE", &["20240229"], &["2024022", "20241301", "20240100", "2024-1-1"]),
            ("MONTHYEAR", &["202402", "20240229", "202402w5"], &["2024", "202413", "202402w6", "202402w"]),
            (
                "TZTIMEONLY",
                &["07:39", "07:39:01.5Z", "15:39+08", "13:09+05:30"],
                &["7:39", "07:39+", "07:39+5", "07:39z"],
            ),
            ("TZTIMESTAMP", &["20060901-07:39Z", "20060901-07:39:00-05"], &["20060901", "20060901 07:39Z"]),
        ];
        for (name, good, bad) in cases {
            let kind = Kind::named(name).expect("a type of the standard");
            for value in *good {
                assert_eq!(kind.refuses(value.as_bytes()), None, "{name} {value}");
            }
            for value in *bad {
                assert!(kind.refuses(value.as_bytes()).is_some(), "{name} {value}");
            }
        }
        assert_eq!(Kind::named("NOTHING"), None);
    }
}

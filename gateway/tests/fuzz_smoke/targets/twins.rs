//! Slow readers of values, written another way than the codec's: what they read is what the codec must read.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A decimal in 1e-8 by way of 128 bits; `None` where the codec must refuse it.
pub(crate) fn decimal(bytes: &[u8]) -> Option<i64> {
    if !bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(8));
    if beyond.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let digits = format!("{whole}{kept:0<8}");
    let digits = digits.trim_start_matches('0');
    if digits.len() > 30 {
        return None;
    }
    let units: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    i64::try_from(units).ok().map(|units| sign * units)
}

/// A whole number without a sign.
pub(crate) fn number(bytes: &[u8], max: u64) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number <= max)
}

/// A UTCTimestamp by way of a calendar library.
pub(crate) fn timestamp(bytes: &[u8]) -> Option<i64> {
    if bytes.get(8) != Some(&b'-') || !bytes.is_ascii() {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let (date, time) = text.split_once('-')?;
    let (clock, fraction) = match time.split_once('.') {
        Some((_, "")) => return None,
        Some((clock, fraction)) => (clock, fraction),
        None => (time, ""),
    };
    let digits = |text: &str, len: usize| (text.len() == len).then(|| number(text.as_bytes(), 9_999)).flatten();
    let mut parts = clock.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || date.len() != 8 || fraction.len() > 9 || second > 60 {
        return None;
    }
    let (year, month, day) = (digits(&date[..4], 4)?, digits(&date[4..6], 2)?, digits(&date[6..], 2)?);
    let nanos = if fraction.is_empty() { 0 } else { number(format!("{fraction:0<9}").as_bytes(), u64::MAX)? };
    // A leap second is the second after the minute's last.
    let leap = i64::from(second == 60);
    let moment = DateTime::new(
        i16::try_from(year).ok().filter(|year| (1970..=2261).contains(year))?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()? - leap as i8,
        i32::try_from(nanos).ok()?,
    );
    let zoned = moment.ok()?.to_zoned(TimeZone::UTC).ok()?;
    i64::try_from(zoned.timestamp().as_nanosecond() + i128::from(leap) * 1_000_000_000).ok()
}

//! Values of FIX fields: whole numbers, exact decimals in 1e-8, UTC timestamps in nanoseconds.
//!
//! Reading never rounds and never overflows: what cannot be held exactly is a [`ValueError`]. Formatting is the exact reverse.

use super::form::SessionRejectReason;

/// Units in one whole, of every price and quantity.
pub const DECIMAL_SCALE: i64 = 100_000_000;
const DECIMAL_PLACES: usize = 8;

const NS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// Why a value could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueError {
    /// The bytes are not of the field's type.
    Format,
    /// Of the right type, and too large or too small.
    OutOfRange,
    /// A decimal with more than eight places that are not zero.
    Inexact,
}

impl ValueError {
    /// The SessionRejectReason(373) that tells the peer.
    pub fn reject_reason(self) -> SessionRejectReason {
        match self {
            ValueError::Format => SessionRejectReason::IncorrectDataFormat,
            ValueError::OutOfRange | ValueError::Inexact => SessionRejectReason::ValueIncorrect,
        }
    }
}

/// Digits only, at most `max`.
pub fn parse_u64(bytes: &[u8], max: u64) -> Result<u64, ValueError> {
    if bytes.is_empty() {
        return Err(ValueError::Format);
    }
    let value = match bytes.len() <= DIGITS_SAFE {
        true => short_number(bytes)?,
        false => long_number(bytes)?,
    };
    match value > max {
        true => Err(ValueError::OutOfRange),
        false => Ok(value),
    }
}

/// So many digits are a number that 63 bits can hold.
const DIGITS_SAFE: usize = 18;

#[inline]
fn short_number(bytes: &[u8]) -> Result<u64, ValueError> {
    bytes.iter().try_fold(0u64, |value, byte| match byte.wrapping_sub(b'0') {
        digit @ 0..=9 => Ok(value.wrapping_mul(10).wrapping_add(u64::from(digit))),
        _ => Err(ValueError::Format),
    })
}

#[cold]
fn long_number(bytes: &[u8]) -> Result<u64, ValueError> {
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(ValueError::Format);
    }
    let digits = bytes.iter().map(|byte| u64::from(byte - b'0'));
    let sum = |value: u64, digit: u64| value.checked_mul(10)?.checked_add(digit);
    digits.into_iter().try_fold(0, sum).ok_or(ValueError::OutOfRange)
}

/// Digits with an optional `-`.
pub fn parse_i64(bytes: &[u8]) -> Result<i64, ValueError> {
    match bytes.strip_prefix(b"-") {
        Some(digits) => parse_u64(digits, i64::MAX as u64).map(|value| -(value as i64)),
        None => parse_u64(bytes, i64::MAX as u64).map(|value| value as i64),
    }
}

/// `Y` or `N`.
pub fn parse_bool(bytes: &[u8]) -> Result<bool, ValueError> {
    match bytes {
        b"Y" => Ok(true),
        b"N" => Ok(false),
        _ => Err(ValueError::Format),
    }
}

/// A FIX float (optional `-`, digits, at most one point, no exponent) as an integer in 1e-8. Zeros beyond the eighth place
/// are allowed; other digits there are [`ValueError::Inexact`].
pub fn parse_decimal(bytes: &[u8]) -> Result<i64, ValueError> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let units = match short_decimal(digits) {
        Some(units) => units,
        None => long_decimal(digits)?,
    };
    Ok(if negative { -units } else { units })
}

const POWERS: [i64; DECIMAL_PLACES + 1] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// What nearly all decimals are: no more digits than 63 bits can hold, no more places than we keep. `None` for others, and for
/// what is no decimal.
#[inline]
fn short_decimal(bytes: &[u8]) -> Option<i64> {
    if bytes.len() > DIGITS_SAFE {
        return None;
    }
    let mut units = 0i64;
    let mut point = bytes.len();
    for (at, byte) in bytes.iter().enumerate() {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => units = units.wrapping_mul(10).wrapping_add(i64::from(digit)),
            _ if *byte == b'.' && point == bytes.len() && bytes.len() > 1 => point = at,
            _ => return None,
        }
    }
    let places = (bytes.len() - point).saturating_sub(1);
    // No bytes at all, or a point alone, is no decimal; the long way says so.
    let scale = POWERS.get(places).filter(|_| !bytes.is_empty())?;
    units.checked_mul(*scale)
}

#[cold]
fn long_decimal(bytes: &[u8]) -> Result<i64, ValueError> {
    let mut units = 0i64;
    let mut places: Option<usize> = None;
    let mut any_digit = false;
    let mut trouble = None;
    for byte in bytes {
        match byte {
            b'0'..=b'9' => {
                any_digit = true;
                let digit = i64::from(byte - b'0');
                if places.is_some_and(|places| places >= DECIMAL_PLACES) {
                    if digit != 0 {
                        trouble = trouble.or(Some(ValueError::Inexact));
                    }
                    continue;
                }
                match units.checked_mul(10).and_then(|tens| tens.checked_add(digit)) {
                    Some(next) => units = next,
                    None => trouble = trouble.or(Some(ValueError::OutOfRange)),
                }
                if let Some(places) = &mut places {
                    *places += 1;
                }
            }
            b'.' if places.is_none() => places = Some(0),
            _ => return Err(ValueError::Format),
        }
    }
    if !any_digit {
        return Err(ValueError::Format);
    }
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    units.checked_mul(POWERS[places.unwrap_or(0)]).ok_or(ValueError::OutOfRange)
}

/// Appends a decimal in 1e-8, without trailing zeros: `150000000` is `1.5`, `100000000` is `1`.
pub fn push_decimal(out: &mut Vec<u8>, units: i64) {
    if units < 0 {
        out.push(b'-');
    }
    let magnitude = units.unsigned_abs();
    let scale = DECIMAL_SCALE as u64;
    out.extend_from_slice(itoa::Buffer::new().format(magnitude / scale).as_bytes());
    let mut fraction = magnitude % scale;
    if fraction == 0 {
        return;
    }
    let mut text = [b'0'; DECIMAL_PLACES + 1];
    text[0] = b'.';
    for place in (1..=DECIMAL_PLACES).rev() {
        text[place] = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    let end = text.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1);
    out.extend_from_slice(&text[..end]);
}

/// A UTCTimestamp (`YYYYMMDD-HH:MM:SS`, then nothing or a point and one to nine digits) as nanoseconds since 1970. Years 1970
/// to 2261; the day must exist; a leap second (`:60`) is the second after `:59`.
pub fn parse_utc_timestamp(bytes: &[u8]) -> Result<i64, ValueError> {
    let (date, rest) = bytes.split_first_chunk::<8>().ok_or(ValueError::Format)?;
    let [b'-', rest @ ..] = rest else { return Err(ValueError::Format) };
    let (clock, fraction) = rest.split_first_chunk::<8>().ok_or(ValueError::Format)?;
    let (date, clock) = (eight_as_digits(date, b"00000000")?, eight_as_digits(clock, b"00:00:00")?);
    let two = |of: &[u8; 8], at: usize| i64::from(of[at]) * 10 + i64::from(of[at + 1]);
    let (year, month, day) = (two(&date, 0) * 100 + two(&date, 2), two(&date, 4), two(&date, 6));
    let (hour, minute, second) = (two(&clock, 0), two(&clock, 3), two(&clock, 6));
    let in_range = (1970..=2261).contains(&year)
        && (1..=12).contains(&month)
        && day >= 1
        && day <= days_in_month(year, month)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !in_range {
        return Err(ValueError::OutOfRange);
    }
    let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    Ok(seconds * NS_PER_SECOND + fraction_ns(fraction)?)
}

/// The bytes as digits from 0 to 9 where the pattern has `0`, and as 0 where they are the pattern's other signs.
#[inline]
fn eight_as_digits(bytes: &[u8; 8], pattern: &[u8; 8]) -> Result<[u8; 8], ValueError> {
    let digits = u64::from_le_bytes(*bytes) ^ u64::from_le_bytes(*pattern);
    let greatest = u64::from_le_bytes(pattern.map(|sign| if sign == b'0' { 9 } else { 0 }));
    // In each byte: what is beyond the greatest makes the highest bit.
    let beyond = (digits & 0x7F7F_7F7F_7F7F_7F7F).wrapping_add(0x7F7F_7F7F_7F7F_7F7F - greatest) | digits;
    match beyond & 0x8080_8080_8080_8080 == 0 {
        true => Ok(digits.to_le_bytes()),
        false => Err(ValueError::Format),
    }
}

#[inline]
fn fraction_ns(fraction: &[u8]) -> Result<i64, ValueError> {
    /// Nanoseconds of the last of so many places.
    const PLACE_NS: [i64; 10] = [0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    match fraction {
        [] => Ok(0),
        [b'.', places @ ..] if (1..=9).contains(&places.len()) => {
            short_number(places).map(|number| number as i64 * PLACE_NS[places.len()])
        }
        _ => Err(ValueError::Format),
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; years are counted from March, so that the leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01 that is not negative.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// How many digits stand after the point of a timestamp that we write.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TimePrecision {
    #[default]
    Millis,
    Micros,
    Nanos,
}

/// Writes UTCTimestamps. The text of the last second is kept, so that within one second only the fraction is formatted.
#[derive(Clone, Debug)]
pub struct TimeText {
    second: i64,
    text: [u8; 27],
    precision: TimePrecision,
}

impl TimeText {
    pub fn new(precision: TimePrecision) -> TimeText {
        TimeText { second: -1, text: *b"19700101-00:00:00.000000000", precision }
    }

    /// The text of a time in nanoseconds since 1970, cut (not rounded) to the precision. Times before 1970 give 1970.
    #[inline]
    pub fn format(&mut self, ns: i64) -> &[u8] {
        let ns = ns.max(0);
        let second = ns / NS_PER_SECOND;
        if second != self.second {
            self.second = second;
            self.format_second();
        }
        let places = match self.precision {
            TimePrecision::Millis => 3,
            TimePrecision::Micros => 6,
            TimePrecision::Nanos => 9,
        };
        let mut fraction = (ns % NS_PER_SECOND) as u32 / 10u32.pow(9 - places as u32);
        for place in (18..18 + places).rev() {
            self.text[place] = b'0' + (fraction % 10) as u8;
            fraction /= 10;
        }
        &self.text[..18 + places]
    }

    fn format_second(&mut self) {
        let (year, month, day) = civil_from_days(self.second / SECONDS_PER_DAY);
        let of_day = self.second % SECONDS_PER_DAY;
        let parts = [year / 100, year % 100, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60];
        for (part, at) in parts.into_iter().zip([0, 2, 4, 6, 9, 12, 15]) {
            self.text[at] = b'0' + (part / 10) as u8;
            self.text[at + 1] = b'0' + (part % 10) as u8;
        }
    }
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;

//! Tests of [`super`]: exact or refused, and the way back.

use super::*;
use proptest::prelude::*;

#[test]
fn decimals_read_exactly_or_not_at_all() {
    assert_eq!(parse_decimal(b"1.5"), Ok(150_000_000));
    assert_eq!(parse_decimal(b"-0.00000001"), Ok(-1));
    assert_eq!(parse_decimal(b"00100.000000000000"), Ok(100 * DECIMAL_SCALE));
    assert_eq!(parse_decimal(b".5"), Ok(50_000_000));
    assert_eq!(parse_decimal(b"5."), Ok(500_000_000));
    assert_eq!(parse_decimal(b"92233720368.54775807"), Ok(i64::MAX));
    assert_eq!(parse_decimal(b"92233720368.54775808"), Err(ValueError::OutOfRange));
    assert_eq!(parse_decimal(b"99999999999999999999999999"), Err(ValueError::OutOfRange));
    assert_eq!(parse_decimal(b"0.000000001"), Err(ValueError::Inexact));
    for bad in [&b""[..], b".", b"-", b"1e5", b"+1", b"1.2.3", b"--1", b"NaN", b" 1", b"1,5"] {
        assert_eq!(parse_decimal(bad), Err(ValueError::Format), "{bad:?}");
    }
}

#[test]
fn timestamps_outside_the_calendar_are_refused() {
    assert_eq!(parse_utc_timestamp(b"19700101-00:00:00"), Ok(0));
    assert_eq!(parse_utc_timestamp(b"20240229-12:34:56.789"), Ok(1_709_210_096_789_000_000));
    assert_eq!(parse_utc_timestamp(b"20240229-12:34:56.7"), Ok(1_709_210_096_700_000_000));
    for bad in [
        &b"20230229-00:00:00"[..],
        b"20241301-00:00:00",
        b"20240100-00:00:00",
        b"20240101-24:00:00",
        b"20240101-00:60:00",
        b"20240101-00:00:61",
        b"19691231-23:59:59",
        b"99991231-00:00:00",
    ] {
        assert_eq!(parse_utc_timestamp(bad), Err(ValueError::OutOfRange));
    }
    for bad in [
        &b""[..],
        b"20240101",
        b"20240101 00:00:00",
        b"20240101-00:00:00.",
        b"20240101-00:00:00.1234567890",
        b"20240101-00:00:00Z",
        b"2024010a-00:00:00",
    ] {
        assert_eq!(parse_utc_timestamp(bad), Err(ValueError::Format));
    }
}

#[test]
fn whole_numbers_are_range_checked() {
    assert_eq!(parse_u64(b"18446744073709551615", u64::MAX), Ok(u64::MAX));
    assert_eq!(parse_u64(b"18446744073709551616", u64::MAX), Err(ValueError::OutOfRange));
    assert_eq!(parse_u64(b"11", 10), Err(ValueError::OutOfRange));
    assert_eq!(parse_u64(b"-1", 10), Err(ValueError::Format));
    assert_eq!(parse_i64(b"-30"), Ok(-30));
    assert_eq!(parse_i64(b"9223372036854775808"), Err(ValueError::OutOfRange));
}

proptest! {
    #[test]
    fn decimal_written_and_read_is_the_same(units in (i64::MIN + 1)..=i64::MAX) {
        let mut text = Vec::new();
        push_decimal(&mut text, units);
        prop_assert_eq!(parse_decimal(&text), Ok(units));
        prop_assert!(!text.contains(&b'.') || !text.ends_with(b"0"));
    }

    #[test]
    fn timestamp_written_and_read_is_the_same(ns in 0i64..9_200_000_000_000_000_000, step in 0i64..2_000_000_000) {
        let mut text = TimeText::new(TimePrecision::Nanos);
        prop_assert_eq!(parse_utc_timestamp(text.format(ns)), Ok(ns));
        prop_assert_eq!(parse_utc_timestamp(text.format(ns + step)), Ok(ns + step));
        let mut millis = TimeText::new(TimePrecision::Millis);
        prop_assert_eq!(parse_utc_timestamp(millis.format(ns)), Ok(ns - ns % 1_000_000));
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = (parse_decimal(&bytes), parse_utc_timestamp(&bytes), parse_u64(&bytes, 10), parse_i64(&bytes));
    }
}

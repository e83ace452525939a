//! Text to values: decimals, durations, sizes. Exact, or refused with the reason.

use std::time::Duration;

use model::limits::UNITS_MAX;
use rust_decimal::Decimal;

/// 1e-8 units of a decimal; `None` where it has more places, or leaves the range of prices and quantities.
pub(super) fn units(decimal: Decimal) -> Option<i64> {
    let units = i64::try_from(scaled(decimal, 8)?).ok()?;
    (units.unsigned_abs() <= UNITS_MAX.unsigned_abs()).then_some(units)
}

/// 1e-16 units of a decimal; `None` where it has more places or leaves the range.
pub(super) fn money(decimal: Decimal) -> Option<i128> {
    scaled(decimal, 16)
}

/// `decimal × 10^places`, where that is whole.
fn scaled(decimal: Decimal, places: u32) -> Option<i128> {
    let decimal = decimal.normalize();
    let missing = places.checked_sub(decimal.scale())?;
    decimal.mantissa().checked_mul(10_i128.checked_pow(missing)?)
}

/// "250us", "500ms", "2s", "5m", "1h".
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (count, unit) = count_and_unit(text)?;
    let nanos = match unit {
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    // A duration becomes i64 nanoseconds in the journal.
    count.checked_mul(nanos).filter(|nanos| i64::try_from(*nanos).is_ok()).map(Duration::from_nanos)
}

/// "64MiB", "1GiB", "512KiB", "4096B".
pub(super) fn bytes(text: &str) -> Option<u64> {
    let (count, unit) = count_and_unit(text)?;
    let factor = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    count.checked_mul(factor)
}

fn count_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    Some((count.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        let of = |text: &str| units(Decimal::from_str_exact(text).unwrap());
        assert_eq!(of("0.01"), Some(1_000_000));
        assert_eq!(of("0.00000001"), Some(1));
        assert_eq!(of("1.000000000"), Some(100_000_000));
        assert_eq!(of("0.000000001"), None);
        assert_eq!(of("9000000000"), Some(UNITS_MAX));
        assert_eq!(of("9000000000.00000001"), None);
    }

    #[test]
    fn durations_and_sizes_need_a_known_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("2 s"), Some(Duration::from_secs(2)));
        assert_eq!(bytes("64MiB"), Some(64 << 20));
        for wrong in ["", "2", "s", "-1s", "1.5s", "1 day", "99999999999h"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        for wrong in ["64", "64MB", "99999999999GiB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}

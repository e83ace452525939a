//! Text to values: decimals, durations, sizes. Exact, or refused with the reason.

use gateway::words::count_and_unit;
pub(crate) use gateway::words::duration;
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
    fn sizes_need_a_known_unit() {
        assert_eq!(bytes("64MiB"), Some(64 << 20));
        for wrong in ["64", "64MB", "99999999999GiB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}

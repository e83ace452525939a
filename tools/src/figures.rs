//! Numbers as people read them: exact decimals, and moments in UTC.

use jiff::Timestamp;
use model::money::UNIT;
use model::{EngineTime, Notional, Px, Qty};

/// A price, without trailing zeros.
pub fn px(px: Px) -> String {
    scaled(i128::from(px.units()), 8)
}

/// A quantity, without trailing zeros.
pub fn qty(qty: Qty) -> String {
    scaled(i128::from(qty.units()), 8)
}

/// Money, exact whatever the size: a notional has more digits than a decimal type holds.
pub fn money(notional: Notional) -> String {
    scaled(notional.units(), 16)
}

/// A fraction in 1e-8, as `0.0001`.
pub fn fraction(units: i64) -> String {
    scaled(i128::from(units), 8)
}

/// A moment in UTC, to the nanosecond.
pub fn time(time: EngineTime) -> String {
    match Timestamp::from_nanosecond(i128::from(time.0)) {
        Ok(timestamp) => format!("{timestamp:.9}"),
        Err(_) => format!("{} ns", time.0),
    }
}

/// A span in nanoseconds, in the unit that it is read in best.
pub fn span(nanos: i64) -> String {
    let (whole, unit) = match nanos.unsigned_abs() {
        0..10_000 => (1, "ns"),
        10_000..10_000_000 => (1_000, "us"),
        10_000_000..10_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    format!("{} {unit}", nanos / whole)
}

/// `units × 10^-places`, exact.
pub(crate) fn scaled(units: i128, places: u32) -> String {
    let whole = 10_u128.pow(places);
    let sign = if units < 0 { "-" } else { "" };
    let (integer, fraction) = (units.unsigned_abs() / whole, units.unsigned_abs() % whole);
    let text = format!("{sign}{integer}.{fraction:0width$}", width = places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const _: () = assert!(UNIT == 100_000_000, "prices and quantities have eight places");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_shows_every_digit_and_its_sign() {
        assert_eq!(money(Notional::from_units(-1)), "-0.0000000000000001");
        assert_eq!(money(Notional::whole(-7)), "-7");
        assert_eq!(money(Notional::from_units(i128::MAX)), "17014118346046923173168.7303715884105727");
        assert_eq!(money(Notional::from_units(i128::MIN)), "-17014118346046923173168.7303715884105728");
    }

    #[test]
    fn moments_show_every_nanosecond_in_utc() {
        assert_eq!(time(EngineTime(1_000_000_000_000_000_001)), "2001-09-09T01:46:40.000000001Z");
        assert_eq!(span(-5), "-5 ns");
        assert_eq!(span(12_345_678), "12 ms");
    }
}

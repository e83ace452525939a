//! A number in its unit, as people read it: exact, without trailing zeros, without a heap.

use core::fmt;

use crate::refusal::Unit;
use crate::risk_limit::LimitKind;
use crate::scope::KillScope;

/// What a limit, or the value held against it, looks like.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// As the unit counts.
    pub number: i128,
    /// What it counts.
    pub unit: Unit,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (places, suffix) = match self.unit {
            Unit::None | Unit::Count => (0, ""),
            Unit::Scope => {
                let scope = u8::try_from(self.number).ok().and_then(KillScope::from_value);
                return f.write_str(scope.map_or("unknown", KillScope::word));
            }
            Unit::LimitKind => {
                let kind = LimitKind::ALL.iter().find(|kind| **kind as i128 == self.number);
                return f.write_str(kind.map_or("unknown", |kind| kind.word()));
            }
            Unit::Bits => return write!(f, "{:#b}", self.number),
            Unit::Px | Unit::Qty | Unit::Ratio => (8, ""),
            Unit::Notional => (16, ""),
            Unit::Nanos if self.number < 0 => return f.write_str("none"),
            Unit::Nanos => (9, "s"),
        };
        let scale = 10u128.pow(places);
        let magnitude = self.number.unsigned_abs();
        let sign = if self.number < 0 { "-" } else { "" };
        write!(f, "{sign}{}", magnitude / scale)?;
        let (mut fraction, mut width) = (magnitude % scale, places as usize);
        if fraction > 0 {
            while fraction % 10 == 0 {
                (fraction, width) = (fraction / 10, width - 1);
            }
            write!(f, ".{fraction:0width$}")?;
        }
        f.write_str(suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_exact_in_their_unit() {
        let text = |number, unit| Figure { number, unit }.to_string();
        assert_eq!(text(15, Unit::Count), "15");
        assert_eq!(text(-150_000_000, Unit::Qty), "-1.5");
        assert_eq!(text(10_000_000_000_000_001, Unit::Notional), "1.0000000000000001");
        assert_eq!(text(5_000_000_000, Unit::Nanos), "5s");
        assert_eq!(text(-1, Unit::Nanos), "none");
        assert_eq!(text(KillScope::Trader as i128, Unit::Scope), "trader");
        assert_eq!(text(LimitKind::OrderQty as i128, Unit::LimitKind), "order_qty");
        assert_eq!(text(-1, Unit::LimitKind), "unknown");
        assert_eq!(text(0b101, Unit::Bits), "0b101");
    }
}

//! Why the engine stopped a scope, in a person's words. Only written where a limit breaks, which is never in the way of an order.

use core::fmt::{self, Write};

use model::{Figure, Text, Unit};

/// The value seen, and the limit below it.
pub(crate) fn above(unit: Unit, observed: i128, limit: i128) -> Text<64> {
    let mut line = Line { bytes: [0; 64], len: 0 };
    let _ = write!(line, "{} is above the limit {}", Figure { number: observed, unit }, Figure { number: limit, unit });
    Text::clipped(&line.bytes[..line.len])
}

/// What does not fit is cut.
struct Line {
    bytes: [u8; 64],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let part = text.len().min(self.bytes.len() - self.len);
        self.bytes[self.len..self.len + part].copy_from_slice(&text.as_bytes()[..part]);
        self.len += part;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_exact_and_short() {
        assert_eq!(above(Unit::Count, 6, 5).as_str(), "6 is above the limit 5");
        let money = above(Unit::Notional, 12_035_000_000_000_000_000, 10_000_000_000_000_000_000);
        assert_eq!(money.as_str(), "1203.5 is above the limit 1000");
        assert_eq!(above(Unit::Nanos, 5_100_000_000, 5_000_000_000).as_str(), "5.1s is above the limit 5s");
        assert_eq!(above(Unit::Ratio, -7_000_000, 0).as_str(), "-0.07 is above the limit 0");
    }
}

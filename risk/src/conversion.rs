//! Money of one currency in another: exactly, at the rate in force. Where there is none, nobody knows what it comes to.

use model::{Check, FxRate, Notional, Refusal};

/// How money of one currency counts in another.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Conversion {
    /// The currencies are the same.
    #[default]
    Same,
    /// At this rate.
    At(FxRate),
    /// There is no rate, or the last one is too old.
    Unknown,
}

impl Conversion {
    /// The money in the other currency, half to even at 1e-16; `None` on overflow, and without a rate.
    #[inline]
    pub fn of(&self, money: Notional) -> Option<Notional> {
        match self {
            Conversion::Same => Some(money),
            Conversion::At(rate) => rate.of(money),
            Conversion::Unknown => None,
        }
    }

    /// The same for a control.
    ///
    /// # Errors
    /// `FX_RATE` without a rate, `OVERFLOW`.
    #[inline]
    pub(crate) fn judged(&self, money: Notional) -> Result<Notional, Refusal> {
        let why = if *self == Conversion::Unknown { Check::FxRate } else { Check::Overflow };
        self.of(money).ok_or(Refusal::of(why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_converted_at_the_rate_and_without_one_not_at_all() {
        let money = Notional::whole(100);
        assert_eq!(Conversion::Same.judged(money), Ok(money));
        assert_eq!(Conversion::At(FxRate::new(125, 2)).judged(money), Ok(Notional::whole(125)));
        assert_eq!(Conversion::Unknown.judged(money), Err(Refusal::of(Check::FxRate)));
        let most = Notional::from_units(i128::MAX);
        assert_eq!(Conversion::At(FxRate::new(2, 0)).judged(most), Err(Refusal::of(Check::Overflow)));
    }
}

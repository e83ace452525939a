//! Positions of a scope in money, at the reference prices of their instruments.

use model::{Contract, Notional, Px, ValuationMethod};

use crate::conversion::Conversion;
use crate::wide_exposure::WideExposure;
use crate::worst_case::fee;

/// What the positions of one scope come to in the firm's base currency, kept by the engine at each fill and each price.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Valued {
    /// The sum without sign.
    pub gross: Notional,
    /// The sum with sign.
    pub net: Notional,
    /// What cash lacks of the equity: the worth of what was paid for, the open profit or loss of what is margined.
    pub worth: Notional,
    /// Initial margin of the worst case of each position.
    pub margin: Notional,
    /// Positions that no price or no rate can be had for: nobody knows what they come to.
    pub unpriced: u32,
    /// Positions whose money is in another currency and was converted.
    pub converted: u32,
}

/// What one position is valued by.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The reference price; `None` for no price at all.
    pub px: Option<Px>,
    /// How price and quantity make money.
    pub contract: Contract,
    /// What cash takes part in.
    pub valuation: ValuationMethod,
    /// Initial margin, in 1e-8 of the worst case.
    pub margin: i64,
    /// What its money is in the firm's base currency.
    pub in_base: Conversion,
}

impl Valued {
    /// One position and its open orders. `cost`: what was paid for it.
    pub fn of(exposure: &WideExposure, cost: Notional, terms: &Terms) -> Valued {
        let worst = exposure.worst_of_both();
        if exposure.position == 0 && (terms.margin == 0 || worst == 0) {
            return Valued::default();
        }
        Valued::priced(exposure, worst, cost, terms).unwrap_or(Valued { unpriced: 1, ..Valued::default() })
    }

    fn priced(exposure: &WideExposure, worst: i128, cost: Notional, terms: &Terms) -> Option<Valued> {
        let px = terms.px?;
        let value = terms.contract.value(px, narrow(exposure.position)?)?;
        let worth = match terms.valuation {
            ValuationMethod::Premium => value,
            ValuationMethod::Futures => value.checked_sub(cost)?,
        };
        let margin = match terms.margin {
            0 => Notional::ZERO,
            rate => fee(terms.contract.notional(px, narrow(worst)?)?, rate)?,
        };
        let in_base = |money| terms.in_base.of(money);
        let (value, worth, margin) = (in_base(value)?, in_base(worth)?, in_base(margin)?);
        // Long is long, also where an inverse contract is worth less the higher it trades.
        let gross = Notional::from_units(value.units().checked_abs()?);
        let net = if exposure.position < 0 { -gross } else { gross };
        let is_sane = |part: Notional| part.units().unsigned_abs() < 1 << 100;
        let sane = [gross, worth, margin].into_iter().all(is_sane);
        let converted = u32::from(terms.in_base != Conversion::Same);
        sane.then_some(Valued { gross, net, worth, margin, unpriced: 0, converted })
    }

    /// One position is another one now.
    pub fn exchange(&mut self, before: &Valued, after: &Valued) {
        let exchanged = |sum: Notional, before: Notional, after: Notional| sum - before + after;
        self.gross = exchanged(self.gross, before.gross, after.gross);
        self.net = exchanged(self.net, before.net, after.net);
        self.worth = exchanged(self.worth, before.worth, after.worth);
        self.margin = exchanged(self.margin, before.margin, after.margin);
        self.unpriced = self.unpriced - before.unpriced + after.unpriced;
        self.converted = self.converted - before.converted + after.converted;
    }
}

/// One account's quantities fit; a strategy's may not, and then nobody knows what they come to.
fn narrow(units: i128) -> Option<model::Qty> {
    i64::try_from(units).ok().map(model::Qty::from_units)
}

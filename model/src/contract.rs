//! What a fill is worth: linear, inverse and quanto contracts.
//!
//! A linear value is an exact product. An inverse and a quanto value are rounded half to even at 1e-16 of the currency, once,
//! and from there on the same number is cost and cash: the cash identity stays exact.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::command::DefineInstrument;
use crate::money::{Notional, Px, Qty, UNIT, div_half_even};
use crate::terms::terms;

terms!(
    /// How price and quantity make money.
    #[derive(Default)]
    ContractKind {
        /// quantity × price × multiplier, in the currency of the price.
        #[default]
        Linear = 0,
        /// quantity × multiplier ÷ price, in the coin that the price is of: a buyer's value falls with the price, so it counts with
        /// the other sign.
        Inverse = 1,
        /// quantity × price × multiplier × a fixed rate, in another currency than that of the price.
        Quanto = 2,
    }
);
terms!(
    /// ValuationMethod(1197): what the cash of an account takes part in.
    #[derive(Default)]
    ValuationMethod {
        /// EQTY: the price is paid when it trades.
        #[default]
        Premium = 0,
        /// FUT: cash moves by profit and loss as they are realised, at a close or at the daily settlement.
        Futures = 1,
    }
);

/// The terms of a contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contract {
    /// Money per price unit and quantity unit.
    pub multiplier: i64,
    /// The fixed rate of a quanto: this number, with [`Contract::fx_places`] decimal places.
    pub fx_rate: u32,
    /// Decimal places of the rate, 0 to [`FX_PLACES_MAX`].
    pub fx_places: u8,
    /// How price and quantity make money.
    pub kind: ContractKind,
}

/// Most decimal places of a fixed rate.
pub const FX_PLACES_MAX: u8 = 18;

/// A value has 1e-16 units, and a quantity divided by a price has none.
const INVERSE_SCALE: i128 = UNIT as i128 * UNIT as i128;

impl Contract {
    /// A linear contract.
    pub const fn linear(multiplier: i64) -> Contract {
        Contract { multiplier, fx_rate: 0, fx_places: 0, kind: ContractKind::Linear }
    }

    /// What a fill adds to the cost of a buyer, in the instrument's currency: negative where it is inverse. Half to even at
    /// 1e-16 where it does not come out even. `None` on overflow, and for an inverse contract without a price.
    #[inline]
    pub fn value(&self, px: Px, qty: Qty) -> Option<Notional> {
        match self.kind {
            ContractKind::Linear => Notional::of(px, qty).checked_mul(self.multiplier),
            ContractKind::Inverse => self.inverse(px, qty),
            ContractKind::Quanto => self.quanto(px, qty),
        }
    }

    /// The money at stake in a fill: its value without a sign.
    #[inline]
    pub fn notional(&self, px: Px, qty: Qty) -> Option<Notional> {
        self.value(px, qty)?.units().checked_abs().map(Notional::from_units)
    }

    /// The price at which a position of so much would have cost that, for people: half to even at 1e-8. `None` where there is no
    /// position, or no such price.
    pub fn avg_px(&self, position: Qty, cost: Notional) -> Option<Px> {
        let qty = i128::from(position.units()).checked_abs().filter(|qty| *qty > 0)?;
        let cost = cost.units().checked_abs()?;
        let per_px = qty.checked_mul(i128::from(self.multiplier))?;
        let px = match self.kind {
            ContractKind::Linear => div_half_even(cost, per_px),
            ContractKind::Inverse => {
                div_half_even(per_px.checked_mul(INVERSE_SCALE)?, Some(cost).filter(|cost| *cost > 0)?)
            }
            ContractKind::Quanto => {
                let rate = Some(i128::from(self.fx_rate)).filter(|rate| *rate > 0)?;
                div_half_even(cost.checked_mul(power_of_ten(self.fx_places)?)?, per_px.checked_mul(rate)?)
            }
        };
        i64::try_from(px).ok().map(Px::from_units)
    }

    #[cold]
    fn inverse(&self, px: Px, qty: Qty) -> Option<Notional> {
        let px = Some(i128::from(px.units())).filter(|px| *px > 0)?;
        let face = i128::from(qty.units()).checked_mul(i128::from(self.multiplier))?.checked_mul(INVERSE_SCALE)?;
        Some(Notional::from_units(-div_half_even(face, px)))
    }

    #[cold]
    fn quanto(&self, px: Px, qty: Qty) -> Option<Notional> {
        let value = Notional::of(px, qty).checked_mul(self.multiplier)?.units();
        let value = value.checked_mul(i128::from(self.fx_rate))?;
        Some(Notional::from_units(div_half_even(value, power_of_ten(self.fx_places)?)))
    }
}

impl DefineInstrument {
    /// The terms of its contract.
    #[inline]
    pub const fn contract(&self) -> Contract {
        Contract {
            multiplier: self.multiplier,
            fx_rate: self.fx_rate,
            fx_places: self.fx_places,
            kind: self.contract_kind,
        }
    }
}

fn power_of_ten(places: u8) -> Option<i128> {
    (places <= FX_PLACES_MAX).then(|| 10_i128.pow(u32::from(places)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INVERSE: Contract = Contract { kind: ContractKind::Inverse, ..Contract::linear(1) };

    #[test]
    fn inverse_contract_gains_what_its_face_buys_less_of() {
        // 50,000 contracts of one dollar, bought at 50,000 and sold at 62,500: 1 coin in, 0.8 out.
        let qty = Qty::whole(50_000);
        assert_eq!(INVERSE.value(Px::whole(50_000), qty), Some(Notional::whole(-1)));
        assert_eq!(INVERSE.value(Px::whole(62_500), qty), Some(-(Notional::from_units(8_000_000_000_000_000))));
        assert_eq!(INVERSE.avg_px(qty, Notional::whole(-1)), Some(Px::whole(50_000)));
        assert_eq!(INVERSE.value(Px::ZERO, qty), None);
    }

    #[test]
    fn inverse_value_is_rounded_half_to_even() {
        // 1 ÷ 3 and 2 ÷ 3 of a coin.
        let value = |qty| INVERSE.value(Px::whole(3), Qty::whole(qty)).unwrap().units();
        assert_eq!((value(1), value(2)), (-3_333_333_333_333_333, -6_666_666_666_666_667));
        // A tie: half a unit goes to the even one.
        let tie = |qty| INVERSE.value(Px::whole(200_000_000), Qty::from_units(qty)).unwrap().units();
        assert_eq!((tie(1), tie(3), tie(5)), (0, -2, -2));
    }

    #[test]
    fn quanto_pays_at_its_fixed_rate() {
        // 0.000001 of a coin for each dollar: 100 contracts at 3,000 are 0.3.
        let contract = Contract { kind: ContractKind::Quanto, fx_rate: 1, fx_places: 6, ..Contract::linear(1) };
        let value = contract.value(Px::whole(3_000), Qty::whole(100)).unwrap();
        assert_eq!(value.units(), 3_000_000_000_000_000);
        assert_eq!(contract.avg_px(Qty::whole(100), value), Some(Px::whole(3_000)));
    }

    proptest! {
        #[test]
        fn value_of_a_seller_is_that_of_a_buyer_with_the_other_sign(px in 1i64..1 << 50, qty in 1i64..1 << 40, multiplier in 1i64..1000) {
            for kind in ContractKind::ALL {
                let contract = Contract { kind: *kind, fx_rate: 123_457, fx_places: 5, ..Contract::linear(multiplier) };
                let [bought, sold] = [qty, -qty].map(|qty| contract.value(Px::from_units(px), Qty::from_units(qty)));
                if let (Some(bought), Some(sold)) = (bought, sold) {
                    prop_assert_eq!(bought, -sold);
                    prop_assert_eq!(bought.units() <= 0, *kind == ContractKind::Inverse || bought.units() == 0);
                }
            }
        }

        #[test]
        fn overflow_is_none_and_never_a_panic(px: i64, qty: i64, multiplier: i64, fx_rate: u32, fx_places: u8) {
            for kind in ContractKind::ALL {
                let contract = Contract { kind: *kind, fx_rate, fx_places, multiplier };
                let _ = contract.notional(Px::from_units(px), Qty::from_units(qty));
                if multiplier > 0 {
                    let _ = contract.avg_px(Qty::from_units(qty), Notional::of(Px::from_units(px), Qty::from_units(qty)));
                }
            }
        }
    }
}

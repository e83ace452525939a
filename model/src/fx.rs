//! Rates of exchange, and what they make of money: exact integers, rounded half to even at 1e-16 once.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::contract::FX_PLACES_MAX;
use crate::money::Notional;

/// How much of one currency one unit of another is: this number, with so many decimal places.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct FxRate {
    /// The digits; zero where there is no rate.
    pub digits: u64,
    /// Decimal places, 0 to [`FX_PLACES_MAX`].
    pub places: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

impl FxRate {
    /// No rate.
    pub const NONE: FxRate = FxRate::new(0, 0);

    /// `digits` with so many decimal places.
    pub const fn new(digits: u64, places: u8) -> FxRate {
        FxRate { digits, places, reserved: [0; 7] }
    }

    /// Is it a rate, and one that can be counted with?
    pub const fn is_sane(&self) -> bool {
        self.digits > 0 && self.places <= FX_PLACES_MAX
    }

    /// The money in the other currency. `None` on overflow, and without a rate.
    pub fn of(&self, amount: Notional) -> Option<Notional> {
        if !self.is_sane() {
            return None;
        }
        let (digits, ten) = (i128::from(self.digits), 10_i128.pow(u32::from(self.places)));
        let whole = amount.units().div_euclid(ten).checked_mul(digits)?;
        // Below 1e18 times 64 bits.
        let part = amount.units().rem_euclid(ten) * digits;
        let floor = whole.checked_add(part / ten)?;
        let rest = part % ten;
        let up = 2 * rest > ten || (2 * rest == ten && floor % 2 != 0);
        Some(Notional::from_units(floor.checked_add(i128::from(up))?))
    }
}

/// What an account has in one currency beside its own, and what that came to in its own when it came.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ForeignMoney {
    /// Cash in that currency.
    pub cash: Notional,
    /// Net profit and loss that was booked in it: realised, less fees, with dividends.
    pub booked: Notional,
    /// The same in the account's currency, each at the rate of its instant.
    pub booked_converted: Notional,
    /// Money paid in, in that currency.
    pub deposited: Notional,
    /// The same in the account's currency, each at the rate of its instant.
    pub deposited_converted: Notional,
}

/// What it comes to at a rate. `equity` is the sum of all that was paid in and of the three lines of profit and loss, exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revalued {
    /// Cash and open positions, in the account's currency.
    pub equity: Notional,
    /// What the open positions gain or lose, in the account's currency.
    pub unrealised: Notional,
    /// What the rate has made of money that was there before it moved: FX P&L.
    pub fx_pnl: Notional,
}

impl ForeignMoney {
    /// More profit or loss, at a rate, and what it moved of the cash. `None` on overflow.
    pub fn after(&self, booked: Notional, cash: Notional, rate: FxRate) -> Option<ForeignMoney> {
        Some(ForeignMoney {
            cash: self.cash.checked_add(cash)?,
            booked: self.booked.checked_add(booked)?,
            booked_converted: self.booked_converted.checked_add(rate.of(booked)?)?,
            ..*self
        })
    }

    /// Money paid in (positive) or out, at a rate. `None` on overflow.
    pub fn after_deposit(&self, amount: Notional, rate: FxRate) -> Option<ForeignMoney> {
        Some(ForeignMoney {
            cash: self.cash.checked_add(amount)?,
            deposited: self.deposited.checked_add(amount)?,
            deposited_converted: self.deposited_converted.checked_add(rate.of(amount)?)?,
            ..*self
        })
    }

    /// At a rate of now, with what the open positions of the currency gain or lose in it. `None` on overflow, and without a rate.
    pub fn at(&self, rate: FxRate, unrealised: Notional) -> Option<Revalued> {
        let net = self.booked.checked_add(self.deposited)?.checked_add(unrealised)?;
        let (equity, unrealised) = (rate.of(net)?, rate.of(unrealised)?);
        let came = self.booked_converted.checked_add(self.deposited_converted)?;
        let fx_pnl = equity.checked_sub(unrealised)?.checked_sub(came)?;
        Some(Revalued { equity, unrealised, fx_pnl })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn notional(units: i128) -> Notional {
        Notional::from_units(units)
    }

    #[test]
    fn money_is_rounded_half_to_even() {
        let half = FxRate::new(5, 1);
        let of = |units| half.of(notional(units)).unwrap().units();
        assert_eq!((of(1), of(3), of(5), of(-1), of(-3)), (0, 2, 2, 0, -2));
        assert_eq!(FxRate::new(10_835, 4).of(Notional::whole(2_000)), Some(Notional::whole(2_167)));
        assert_eq!(FxRate::NONE.of(Notional::whole(1)), None);
        assert_eq!(FxRate::new(1, FX_PLACES_MAX + 1).of(Notional::whole(1)), None);
    }

    #[test]
    fn rate_that_moves_is_a_line_of_its_own() {
        let at = |digits| FxRate::new(digits, 2);
        // 1,000 paid in at 1.10; 50 gained and 5 paid at 1.20; 20 more open, and 1.30 now.
        let money = ForeignMoney::default().after_deposit(Notional::whole(1_000), at(110)).unwrap();
        let money = money.after(Notional::whole(45), Notional::whole(-955), at(120)).unwrap();
        let now = money.at(at(130), Notional::whole(20)).unwrap();
        assert_eq!((money.deposited_converted, money.booked_converted), (Notional::whole(1_100), Notional::whole(54)));
        assert_eq!(
            (now.unrealised, now.fx_pnl, now.equity.units()),
            (Notional::whole(26), notional(Notional::whole(2_045).units() / 10), Notional::whole(13_845).units() / 10,)
        );
    }

    proptest! {
        #[test]
        fn product_is_the_nearest(units in -(1i128 << 60)..(1i128 << 60), digits in 1u64..1 << 40, places in 0u8..=FX_PLACES_MAX) {
            let converted = FxRate::new(digits, places).of(notional(units)).unwrap().units();
            let exact = units * i128::from(digits);
            let ten = 10_i128.pow(u32::from(places));
            prop_assert!((exact - converted * ten).abs() * 2 <= ten);
        }
    }
}

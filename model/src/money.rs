//! Exact money: prices and quantities in 1e-8 units, their products in 1e-16, nothing rounded on the way.
//!
//! `Px × Qty = Notional` cannot overflow. Division is not offered on the types: whoever divides names the rounding
//! with [`div_floor`] or [`div_half_even`]. Decimal text and `rust_decimal` belong to the edges.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// One whole unit of a price or a quantity.
pub const UNIT: i64 = 100_000_000;

/// Price per unit, in 1e-8 of the instrument's currency. FIX Price(44), LastPx(31), StopPx(99).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(transparent)]
pub struct Px(i64);

/// Quantity, in 1e-8 of the instrument's unit; signed where it is a position. FIX OrderQty(38), LastQty(32).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(transparent)]
pub struct Qty(i64);

/// Money, in 1e-16 of a currency: the exact product of a price and a quantity.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(transparent)]
pub struct Notional(i128);

macro_rules! units {
    ($name:ident) => {
        impl $name {
            /// Nothing of it. A price of zero stands for "no price".
            pub const ZERO: $name = $name(0);

            /// From 1e-8 units.
            pub const fn from_units(units: i64) -> $name {
                $name(units)
            }

            /// From whole units; for tests and constants. Panics on overflow.
            pub const fn whole(whole: i64) -> $name {
                $name(whole * UNIT)
            }

            /// In 1e-8 units.
            pub const fn units(self) -> i64 {
                self.0
            }

            /// Is there none of it?
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The sum, or `None` on overflow.
            pub const fn checked_add(self, other: $name) -> Option<$name> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Some($name(sum)),
                    None => None,
                }
            }

            /// The difference, or `None` on overflow.
            pub const fn checked_sub(self, other: $name) -> Option<$name> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Some($name(difference)),
                    None => None,
                }
            }
        }

        impl core::ops::Add for $name {
            type Output = $name;
            fn add(self, other: $name) -> $name {
                self.checked_add(other).expect("sums of bounded quantities and prices fit")
            }
        }

        impl core::ops::Sub for $name {
            type Output = $name;
            fn sub(self, other: $name) -> $name {
                self.checked_sub(other).expect("differences of bounded quantities and prices fit")
            }
        }

        impl core::ops::Neg for $name {
            type Output = $name;
            fn neg(self) -> $name {
                $name(self.0.checked_neg().expect("bounded quantities and prices have a negative"))
            }
        }

        impl core::ops::AddAssign for $name {
            fn add_assign(&mut self, other: $name) {
                *self = *self + other;
            }
        }

        impl core::ops::SubAssign for $name {
            fn sub_assign(&mut self, other: $name) {
                *self = *self - other;
            }
        }
    };
}

units!(Px);
units!(Qty);

impl Notional {
    /// No money.
    pub const ZERO: Notional = Notional(0);

    /// The exact product. Cannot overflow: 63 bits times 63 bits fit in 127.
    pub const fn of(px: Px, qty: Qty) -> Notional {
        Notional(px.0 as i128 * qty.0 as i128)
    }

    /// From 1e-16 units.
    pub const fn from_units(units: i128) -> Notional {
        Notional(units)
    }

    /// In 1e-16 units.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// From whole currency; for tests and constants.
    pub const fn whole(whole: i64) -> Notional {
        Notional(whole as i128 * (UNIT as i128 * UNIT as i128))
    }

    /// The sum, or `None` on overflow.
    pub const fn checked_add(self, other: Notional) -> Option<Notional> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Notional(sum)),
            None => None,
        }
    }

    /// The difference, or `None` on overflow.
    pub const fn checked_sub(self, other: Notional) -> Option<Notional> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Notional(difference)),
            None => None,
        }
    }

    /// Times a whole factor (a contract multiplier), or `None` on overflow.
    #[inline]
    pub const fn checked_mul(self, factor: i64) -> Option<Notional> {
        if factor == 1 {
            // Nearly everything is: a product of 128 bits costs more than the rest of a check.
            return Some(self);
        }
        match self.0.checked_mul(factor as i128) {
            Some(product) => Some(Notional(product)),
            None => None,
        }
    }

    /// `self × part / whole`, floored, without an overflow on the way. Exact at `part == whole`, which is what keeps
    /// the last sell of a position from leaving a remainder behind.
    ///
    /// Panics unless `0 <= part <= whole` and `whole > 0`.
    pub fn share_floor(self, part: Qty, whole: Qty) -> Notional {
        assert!(part.0 >= 0 && part.0 <= whole.0 && whole.0 > 0, "a share lies between nothing and the whole");
        let whole = i128::from(whole.0);
        let part = i128::from(part.0);
        let quotient = self.0.div_euclid(whole);
        let remainder = self.0.rem_euclid(whole);
        Notional(quotient * part + (remainder * part).div_euclid(whole))
    }
}

impl core::ops::Add for Notional {
    type Output = Notional;
    fn add(self, other: Notional) -> Notional {
        self.checked_add(other).expect("checked by risk before the order was accepted")
    }
}

impl core::ops::Sub for Notional {
    type Output = Notional;
    fn sub(self, other: Notional) -> Notional {
        self.checked_sub(other).expect("checked by risk before the order was accepted")
    }
}

impl core::ops::Neg for Notional {
    type Output = Notional;
    fn neg(self) -> Notional {
        Notional(self.0.checked_neg().expect("bounded money has a negative"))
    }
}

impl core::ops::AddAssign for Notional {
    fn add_assign(&mut self, other: Notional) {
        *self = *self + other;
    }
}

impl core::ops::SubAssign for Notional {
    fn sub_assign(&mut self, other: Notional) {
        *self = *self - other;
    }
}

/// `a / b`, towards minus infinity. `b` must be positive.
pub fn div_floor(a: i128, b: i128) -> i128 {
    assert!(b > 0, "the divisor is positive");
    a.div_euclid(b)
}

/// `a / UNIT`, toward zero: long division by limbs of 32 bits, for which the machine needs no division at all. A library's division
/// of 128 bits costs several times as much.
#[inline]
pub fn div_unit(a: i128) -> i128 {
    const DIVISOR: u64 = UNIT as u64;
    let magnitude = a.unsigned_abs();
    let (mut quotient, mut rest) = (0_u128, 0_u64);
    for limb in [96, 64, 32, 0] {
        // The rest is below the divisor of 27 bits, so this is below 2^59.
        let part = rest << 32 | (magnitude >> limb) as u64 & 0xffff_ffff;
        quotient = quotient << 32 | u128::from(part / DIVISOR);
        rest = part % DIVISOR;
    }
    // Of at most 2^127 it is at most 2^101.
    if a < 0 { -(quotient as i128) } else { quotient as i128 }
}

/// `a / b`, to the nearest, ties to even. `b` must be positive. For figures that people read.
pub fn div_half_even(a: i128, b: i128) -> i128 {
    let quotient = div_floor(a, b);
    let rest = a.rem_euclid(b);
    let up = rest > b - rest || (rest == b - rest && quotient % 2 != 0);
    quotient + i128::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn share_of_the_whole_is_exact() {
        let cost = Notional::from_units(-3_001);
        assert_eq!(cost.share_floor(Qty(7), Qty(7)), cost);
    }

    #[test]
    fn half_even_rounds_ties_to_even() {
        assert_eq!(div_half_even(5, 10), 0);
        assert_eq!(div_half_even(15, 10), 2);
        assert_eq!(div_half_even(-5, 10), 0);
        assert_eq!(div_half_even(-15, 10), -2);
        assert_eq!(div_half_even(16, 10), 2);
    }

    proptest! {
        #[test]
        fn division_by_the_unit_is_the_machines(a: i128, small: i64) {
            prop_assert_eq!(div_unit(a), a / i128::from(UNIT));
            prop_assert_eq!(div_unit(small.into()), i128::from(small / UNIT));
        }

        #[test]
        fn product_of_any_price_and_quantity_fits(px: i64, qty: i64) {
            let product = Notional::of(Px(px), Qty(qty));
            prop_assert_eq!(product.units(), i128::from(px) * i128::from(qty));
        }

        #[test]
        fn share_is_the_floor_of_the_exact_share(cost in -(1i128 << 90)..(1i128 << 90), part in 0i64..1 << 30, more in 1i64..1 << 30) {
            let whole = part + more;
            let share = Notional::from_units(cost).share_floor(Qty(part), Qty(whole)).units();
            prop_assert_eq!(share, (cost * i128::from(part)).div_euclid(i128::from(whole)));
        }
    }
}

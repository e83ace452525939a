//! What a scope's positions mean for an order: nothing is judged by positions that nobody can value.

use model::money::div_unit;
use model::{Check, KillScope, Notional, Refusal};

use crate::context::Context;
use crate::usage::Usage;
use crate::valued::Valued;

/// What is seen where positions were not yet valued.
const NOT_VALUED: i128 = -1;

/// The scope's positions in money of the base currency.
///
/// # Errors
/// `UNPRICED` with the number of positions that no price or no rate can be had for, `FX_RATE` where a rate is too old.
pub(crate) fn valued(context: &Context<'_>, scope: KillScope, usage: &Usage) -> Result<Valued, Refusal> {
    match usage.valued.unpriced {
        _ if context.is_valuing => Err(Refusal::against(Check::Unpriced, 0, NOT_VALUED).of_scope(scope)),
        0 if context.has_stale_rate && usage.valued.converted > 0 => Err(Refusal::of(Check::FxRate).of_scope(scope)),
        0 => Ok(usage.valued),
        unpriced => Err(Refusal::against(Check::Unpriced, 0, unpriced.into()).of_scope(scope)),
    }
}

/// The account's cash and what its positions are worth.
///
/// # Errors
/// As [`valued`].
pub(crate) fn equity(context: &Context<'_>, scope: KillScope, usage: &Usage) -> Result<Notional, Refusal> {
    let worth = valued(context, scope, usage)?.worth;
    let cash = context.wealth.ok_or(Refusal::of(Check::FxRate).of_scope(scope))?;
    cash.checked_add(worth).ok_or(Refusal::of(Check::Overflow).of_scope(scope))
}

/// Is [`part_of`] the equity above the limit? Told by a product, where the part itself takes two divisions of 128 bits.
#[inline]
pub(crate) fn is_part_above(money: Notional, equity: Notional, limit: i128) -> bool {
    match div_unit(equity.units()) {
        whole if whole > 0 && limit >= 0 => limit.checked_mul(whole).is_some_and(|most| money.units() > most),
        _ => part_of(money, equity) > limit,
    }
}

/// `money` as a part of the equity, in 1e-8 and rounded up; more than any limit where there is no equity.
pub(crate) fn part_of(money: Notional, equity: Notional) -> i128 {
    // So that the product stays in range: the equity is cut to 1e-8, and at least that.
    match div_unit(equity.units()) {
        equity if equity > 0 => money.units() / equity + i128::from(money.units() % equity != 0),
        _ if money.units() <= 0 => 0,
        _ => i128::MAX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn part_is_rounded_up_and_nothing_has_no_part() {
        let whole = Notional::whole;
        assert_eq!(part_of(whole(1), whole(4)), 25_000_000);
        assert_eq!(part_of(whole(1), whole(3)), 33_333_334);
        assert_eq!(part_of(whole(1), whole(0)), i128::MAX);
        assert_eq!(part_of(whole(1), whole(-5)), i128::MAX);
        assert_eq!(part_of(whole(0), whole(-5)), 0);
    }

    proptest! {
        #[test]
        fn product_tells_what_the_part_tells(money in 0..1_i128 << 90, equity in -(1_i128 << 90)..1 << 90, limit in -1..1_i128 << 40) {
            let (money, equity) = (Notional::from_units(money), Notional::from_units(equity));
            let part = part_of(money, equity);
            for limit in [limit, part, part.saturating_sub(1), part.saturating_add(1)] {
                prop_assert_eq!(is_part_above(money, equity, limit), part > limit);
            }
        }
    }
}

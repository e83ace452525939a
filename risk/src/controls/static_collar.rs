//! Control 13, static collar: Price(44) between the lowest and the highest price of the instrument, whatever the side and whatever the
//! market. Refuses with OrdRejReason(103)=3.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn high(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    match context.scopes.lowest(witness, LimitKind::PriceHigh, i128::from(proposal.price.units())) {
        Some(binding) if proposal.ord_type.has_price() => {
            witness.judged(binding.objects(), || binding.refusal(Check::PriceHigh))
        }
        _ => witness.not_concerned(Check::PriceHigh),
    }
}

pub(super) fn low(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    match context.scopes.highest(witness, LimitKind::PriceLow, i128::from(proposal.price.units())) {
        Some(binding) if proposal.ord_type.has_price() => {
            witness.judged(binding.observed < binding.limit, || binding.refusal(Check::PriceLow))
        }
        _ => witness.not_concerned(Check::PriceLow),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Px, Side};

    use crate::desk::{Desk, buy, market, replacing, sell};

    #[test]
    fn price_outside_the_band_is_refused_on_both_sides() {
        let desk = Desk::with(|desk| {
            desk.limit(KillScope::Instrument, LimitKind::PriceHigh, i128::from(Px::whole(103).units()));
            desk.limit(KillScope::Instrument, LimitKind::PriceLow, i128::from(Px::whole(98).units()));
        });
        for proposal in [buy, sell] {
            assert_eq!(desk.refuses(proposal(1, 97)), Some(Check::PriceLow));
            assert_eq!(desk.refuses(proposal(1, 98)), None);
            assert_eq!(desk.refuses(proposal(1, 99)), None);
            assert_eq!(desk.refuses(proposal(1, 102)), None);
            assert_eq!(desk.refuses(proposal(1, 103)), None);
            assert_eq!(desk.refuses(proposal(1, 104)), Some(Check::PriceHigh));
            assert_eq!(desk.refuses(replacing(1, 100, proposal(1, 104))), Some(Check::PriceHigh));
            assert_eq!(desk.refuses(replacing(1, 100, proposal(1, 97))), Some(Check::PriceLow));
        }
        assert_eq!(desk.refuses(market(Side::Buy, 1)), None, "it names no price");
        assert_eq!(desk.refusal(&buy(1, 97)).and_then(|refusal| refusal.scope()), Some(KillScope::Instrument));
    }
}

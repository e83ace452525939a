//! Control 14, dynamic collar: how far Price(44) may lie on the aggressive side of the live reference. The limit is the last price
//! allowed; refuses with OrdRejReason(103)=99. A buy far below the market harms nobody. A market order has no price to bound; its
//! worst price is this bound. A stop limit is judged by the price that sets it off.

use model::{Check, OrdType, Px, Refusal, Side};

use crate::context::{Context, Proposal};
use crate::witness::Witness;
use crate::worst_case::moved;

pub(super) fn high(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    collar(context, proposal, Side::Buy, Check::CollarHigh, |px, bound| px > bound, witness)
}

pub(super) fn low(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    collar(context, proposal, Side::Sell, Check::CollarLow, |px, bound| px < bound, witness)
}

fn collar(
    context: &Context<'_>,
    proposal: &Proposal,
    side: Side,
    check: Check,
    is_beyond: fn(Px, Px) -> bool,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    if proposal.side != side || !proposal.ord_type.has_price() {
        return witness.not_concerned(check);
    }
    let reference = match proposal.ord_type {
        OrdType::StopLimit => proposal.stop_px,
        _ => context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?,
    };
    let bound = moved(reference, context.instrument.collar, side).ok_or(Refusal::of(Check::Overflow))?;
    witness.judged(is_beyond(proposal.price, bound), || {
        let refusal = Refusal::against(check, i128::from(bound.units()), i128::from(proposal.price.units()));
        refusal.at_reference(reference.units())
    })
}

#[cfg(test)]
mod tests {
    use model::{Check, Side};

    use crate::desk::{Desk, buy, market, replacing, sell};

    #[test]
    fn only_the_aggressive_side_is_bounded() {
        let desk = Desk::new();
        assert_eq!(desk.refuses(buy(1, 104)), None);
        assert_eq!(desk.refuses(buy(1, 105)), None);
        assert_eq!(desk.refuses(buy(1, 106)), Some(Check::CollarHigh));
        assert_eq!(desk.refuses(replacing(1, 100, buy(1, 106))), Some(Check::CollarHigh));
        assert_eq!(desk.refuses(buy(1, 1)), None, "a passive price is no harm");
        assert_eq!(desk.refuses(sell(1, 96)), None);
        assert_eq!(desk.refuses(sell(1, 95)), None);
        assert_eq!(desk.refuses(sell(1, 94)), Some(Check::CollarLow));
        assert_eq!(desk.refuses(replacing(1, 100, sell(1, 94))), Some(Check::CollarLow));
        assert_eq!(desk.refuses(market(Side::Buy, 1)), None);
    }

    #[test]
    fn refusal_names_the_reference() {
        let refusal = Desk::new().refusal(&buy(1, 106)).unwrap();
        assert_eq!((refusal.limit, refusal.observed), (10_500_000_000, 10_600_000_000));
        assert_eq!(refusal.reference_px, 10_000_000_000);
    }
}

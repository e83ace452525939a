//! Control 12, smallest order by money: quantity × price × multiplier against the highest limit of the order's scopes, with the price
//! that the order names, and for a market order the reference. A replace is judged as the order that it makes. Refuses with
//! OrdRejReason(103)=13.

use model::{Check, LimitKind, OrdType, Px, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;
use crate::worst_case::open_notional;

pub(super) fn reached(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if !context.scopes.has(LimitKind::OrderNotionalMin) {
        return witness.not_concerned(Check::MinOrderNotional);
    }
    let px = named_px(context, proposal)?;
    let notional = open_notional(context.instrument, proposal.order_qty, px).ok_or(Refusal::of(Check::Overflow))?;
    let observed = context.in_base.judged(notional)?.units();
    match context.scopes.highest(witness, LimitKind::OrderNotionalMin, observed) {
        None => witness.not_concerned(Check::MinOrderNotional),
        Some(binding) => witness.judged(binding.observed < binding.limit, || {
            binding.refusal(Check::MinOrderNotional).at_reference(px.units())
        }),
    }
}

fn named_px(context: &Context<'_>, proposal: &Case<'_>) -> Result<Px, Refusal> {
    match proposal.ord_type {
        OrdType::Limit | OrdType::StopLimit => Ok(proposal.price),
        OrdType::Stop => Ok(proposal.stop_px),
        OrdType::Market | OrdType::MarketToLimit => {
            context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional, Side};

    use crate::desk::{Desk, buy, market, replacing};

    fn limited() -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Venue, LimitKind::OrderNotionalMin, Notional::whole(1_000).units());
            desk.limit(KillScope::Instrument, LimitKind::OrderNotionalMin, Notional::whole(900).units());
        })
    }

    #[test]
    fn less_than_the_highest_minimum_is_refused() {
        let desk = limited();
        assert_eq!(desk.refuses(buy(11, 100)), None);
        assert_eq!(desk.refuses(buy(10, 100)), None);
        let refusal = desk.refusal(&buy(9, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::MinOrderNotional, Some(KillScope::Venue)));
        assert_eq!(Desk::new().refuses(buy(9, 100)), None);
    }

    #[test]
    fn market_order_counts_at_the_reference() {
        assert_eq!(limited().refuses(market(Side::Sell, 10)), None);
        assert_eq!(limited().refuses(market(Side::Buy, 9)), Some(Check::MinOrderNotional), "not at its worst");
    }

    #[test]
    fn replace_may_not_leave_less() {
        assert_eq!(limited().refuses(replacing(20, 100, buy(10, 100))), None);
        assert_eq!(limited().refuses(replacing(20, 100, buy(9, 100))), Some(Check::MinOrderNotional));
    }
}

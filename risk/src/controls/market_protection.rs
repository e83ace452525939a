//! Control 16, market-order protection: the opposite best lies no further from the reference than the lowest limit of the order's scopes
//! allows, as a part of it. From there the order trades that part further at most: this is its worst price, the paper venue keeps it,
//! and a broker gets the order as a limit order there. So it is bounded and not refused for what it might do; refused is what has no
//! sane price to begin at, with OrdRejReason(103)=99. A stop has its bound from the price that sets it off.

use model::{Check, LimitKind, OrdType, Px, Refusal, Side};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;
use crate::worst_case::moved;

pub(super) fn begins_sanely(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    let is_market = matches!(proposal.ord_type, OrdType::Market | OrdType::MarketToLimit);
    let Some((scope, limit)) = context.scopes.least(LimitKind::MarketProtection).filter(|_| is_market) else {
        return witness.not_concerned(Check::MarketProtection);
    };
    let reference = context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?;
    let fraction = i64::try_from(limit).map_err(|_| Refusal::of(Check::Overflow))?;
    let bound = moved(reference, fraction, proposal.side).ok_or(Refusal::of(Check::Overflow))?;
    let (best, is_beyond) = match proposal.side {
        Side::Buy => (context.reference.ask_px, context.reference.ask_px > bound),
        Side::Sell => (context.reference.bid_px, context.reference.bid_px < bound),
    };
    witness.judged(best == Px::ZERO || is_beyond, || {
        let units = |px: Px| i128::from(px.units());
        let refusal = Refusal::against(Check::MarketProtection, units(bound), units(best)).of_scope(scope);
        refusal.at_reference(reference.units())
    })
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Px, Side};

    use crate::desk::{Desk, buy, market, replacing};
    use crate::{Reservation, check};

    /// A reference of 100, an offer at 101; 2 % at most.
    fn desk() -> Desk {
        Desk::with(|desk| desk.limit(KillScope::Trader, LimitKind::MarketProtection, 2_000_000))
    }

    fn offered(at: i64) -> Desk {
        let mut desk = desk();
        desk.reference.ask_px = Px::whole(at);
        desk
    }

    #[test]
    fn opposite_best_far_from_the_reference_or_none_refuses() {
        assert_eq!(offered(101).refuses(market(Side::Buy, 1)), None);
        assert_eq!(offered(102).refuses(market(Side::Buy, 1)), None);
        let refusal = offered(103).refusal(&market(Side::Buy, 1)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::MarketProtection, Some(KillScope::Trader)));
        assert_eq!((refusal.limit, refusal.observed), (10_200_000_000, 10_300_000_000));
        assert_eq!(offered(103).refuses(replacing(1, 100, market(Side::Buy, 1))), Some(Check::MarketProtection));
        assert_eq!(offered(103).refuses(buy(1, 101)), None, "it names its price");
        assert_eq!(offered(0).refuses(market(Side::Buy, 1)), Some(Check::MarketProtection), "nothing to begin at");
        assert_eq!(offered(103).refuses(market(Side::Sell, 1)), None, "the bid is near");
    }

    #[test]
    fn it_trades_no_further_from_the_best_than_that_and_on_the_tick() {
        let bound = |side| check(&desk().context(), &market(side, 1)).unwrap();
        let at = |units| Reservation { worst_px: Px::from_units(units), is_protected: true };
        assert_eq!(bound(Side::Buy), at(10_302_000_000));
        assert_eq!(bound(Side::Sell), at(9_702_000_000));
        let coarse = Desk::with(|desk| {
            desk.limit(KillScope::Trader, LimitKind::MarketProtection, 2_000_000);
            desk.instrument.tick = Px::whole(1);
        });
        assert_eq!(check(&coarse.context(), &market(Side::Buy, 1)).unwrap().worst_px, Px::whole(103));
        assert_eq!(check(&coarse.context(), &market(Side::Sell, 1)).unwrap().worst_px, Px::whole(98));
        assert!(!check(&Desk::new().context(), &market(Side::Buy, 1)).unwrap().is_protected);
        assert!(!check(&desk().context(), &buy(1, 100)).unwrap().is_protected);
    }
}

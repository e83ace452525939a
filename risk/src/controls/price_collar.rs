//! Control 14, dynamic collar: how far Price(44) may lie from the live reference, on the aggressive and on the passive side apart, as a
//! part of it; the tightest of the instrument's and of the order's scopes. The limit is the last price allowed; refuses with
//! OrdRejReason(103)=99. A buy far below the market harms nobody, so only a limit of a scope bounds that side. A market order has no
//! price to bound; its worst price is this bound. A stop limit is judged by the price that sets it off.

use model::{Check, KillScope, LimitKind, OrdType, Px, Refusal, Side};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;
use crate::worst_case::moved;

pub(super) fn high(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    aggressive(context, proposal, Side::Buy, Check::CollarHigh, witness)
}

pub(super) fn low(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    aggressive(context, proposal, Side::Sell, Check::CollarLow, witness)
}

pub(super) fn passive(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    match context.scopes.least(LimitKind::PassiveCollar) {
        Some(least) if proposal.ord_type.has_price() => {
            bounded(context, proposal, least, proposal.side.opposite(), Check::CollarPassive, witness)
        }
        _ => witness.not_concerned(Check::CollarPassive),
    }
}

fn aggressive(
    context: &Context<'_>,
    proposal: &Case<'_>,
    side: Side,
    check: Check,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    if proposal.side != side || !proposal.ord_type.has_price() {
        return witness.not_concerned(check);
    }
    let of_instrument = (KillScope::Instrument, i128::from(context.instrument.collar));
    let least = context.scopes.least(LimitKind::Collar).filter(|least| least.1 <= of_instrument.1);
    bounded(context, proposal, least.unwrap_or(of_instrument), side, check, witness)
}

/// The price is not further from the reference than that, to the side on which buys (up) or sells (down) are aggressive.
fn bounded(
    context: &Context<'_>,
    proposal: &Case<'_>,
    (scope, limit): (KillScope, i128),
    towards: Side,
    check: Check,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    let reference = match proposal.ord_type {
        OrdType::StopLimit => proposal.stop_px,
        _ => context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?,
    };
    let fraction = i64::try_from(limit).map_err(|_| Refusal::of(Check::Overflow))?;
    let bound = moved(reference, fraction, towards).ok_or(Refusal::of(Check::Overflow))?;
    witness.judged(is_beyond(proposal.price, bound, towards), || {
        let refusal = Refusal::against(check, i128::from(bound.units()), i128::from(proposal.price.units()));
        refusal.of_scope(scope).at_reference(reference.units())
    })
}

fn is_beyond(px: Px, bound: Px, towards: Side) -> bool {
    match towards {
        Side::Buy => px > bound,
        Side::Sell => px < bound,
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Side};

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
        assert_eq!(refusal.scope(), Some(KillScope::Instrument));
    }

    #[test]
    fn tightest_scope_binds_and_the_instruments_own_collar_stays() {
        let strict = Desk::with(|desk| desk.limit(KillScope::Trader, LimitKind::Collar, 2_000_000));
        assert_eq!(strict.refuses(buy(1, 102)), None);
        let refusal = strict.refusal(&buy(1, 103)).unwrap();
        assert_eq!((refusal.limit, refusal.scope()), (10_200_000_000, Some(KillScope::Trader)));
        assert_eq!(strict.refuses(sell(1, 98)), None);
        assert_eq!(strict.refuses(sell(1, 97)), Some(Check::CollarLow));
        let wide = Desk::with(|desk| desk.limit(KillScope::Trader, LimitKind::Collar, 20_000_000));
        assert_eq!(wide.refusal(&buy(1, 106)).and_then(|refusal| refusal.scope()), Some(KillScope::Instrument));
    }

    #[test]
    fn passive_side_has_a_limit_of_its_own() {
        let desk = Desk::with(|desk| desk.limit(KillScope::Strategy, LimitKind::PassiveCollar, 10_000_000));
        assert_eq!(desk.refuses(buy(1, 91)), None);
        assert_eq!(desk.refuses(buy(1, 90)), None);
        assert_eq!(desk.refuses(buy(1, 89)), Some(Check::CollarPassive));
        assert_eq!(desk.refuses(sell(1, 109)), None);
        assert_eq!(desk.refuses(sell(1, 110)), None);
        let refusal = desk.refusal(&sell(1, 111)).unwrap();
        assert_eq!((refusal.check, refusal.limit), (Check::CollarPassive, 11_000_000_000));
        assert_eq!((refusal.reference_px, refusal.scope()), (10_000_000_000, Some(KillScope::Strategy)));
        assert_eq!(desk.refuses(replacing(1, 100, sell(1, 111))), Some(Check::CollarPassive));
        assert_eq!(desk.refuses(market(Side::Buy, 1)), None);
    }
}

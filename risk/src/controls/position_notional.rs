//! Control 26, one position by money: its worst case with this order, at the greater of the reference price and the order's worst,
//! and as a part of the account's equity. What only reduces is let through. Refuses with OrdRejReason(103)=3.

use model::{Check, ContractKind, KillScope, LimitKind, Notional, Qty, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::valuation::{equity, is_part_above, part_of};
use crate::witness::Witness;
use crate::worst_case::notional;

pub(super) fn within(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let (kind, check) = (LimitKind::PositionNotional, Check::PositionNotional);
    if !context.scopes.has(kind) || !proposal.counts {
        return witness.not_concerned(check);
    }
    let binding = context.scopes.binding(witness, kind, |scope, _| {
        if proposal.only_reduces(scope) {
            return Ok(None);
        }
        worst_notional(context, scope, proposal).map(|worst| Some(worst.units()))
    })?;
    match binding {
        None => witness.not_concerned(check),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(check)),
    }
}

pub(super) fn concentrated(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    let check = Check::Concentration;
    let Some((scope, limit, usage)) = context.scopes.only(LimitKind::Concentration) else {
        return witness.not_concerned(check);
    };
    if !proposal.counts || proposal.only_reduces(scope) {
        return witness.not_concerned(check);
    }
    let worst = worst_notional(context, scope, proposal)?;
    let equity = equity(context, scope, usage)?;
    witness.judged(is_part_above(worst, equity, limit), || {
        Refusal::against(check, limit, part_of(worst, equity)).of_scope(scope)
    })
}

fn worst_notional(context: &Context<'_>, scope: KillScope, proposal: &Case<'_>) -> Result<Notional, Refusal> {
    let overflow = Refusal::of(Check::Overflow).of_scope(scope);
    let worst = proposal.worst_position(scope).max(0);
    let qty = i64::try_from(worst).map(Qty::from_units).map_err(|_| overflow)?;
    let at = |px| notional(context.instrument, px, qty);
    let reference = context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?;
    let own = proposal.worst_px()?;
    let dearest = match context.instrument.contract_kind {
        // Worth the more the lower it trades.
        ContractKind::Inverse => at(reference.min(own)),
        ContractKind::Linear | ContractKind::Quanto => at(reference.max(own)),
    };
    context.in_base.judged(dearest.ok_or(overflow)?)
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional, Qty};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, Usage, Valued, WideExposure};

    #[test]
    fn worst_case_is_bounded_by_money() {
        let desk = Desk::with(|desk| {
            desk.limit(KillScope::Account, LimitKind::PositionNotional, Notional::whole(10_000).units());
            desk.exposure = Exposure { position: Qty::whole(50), open_buys: Qty::whole(20), open_sells: Qty::whole(5) };
        });
        assert_eq!(desk.refuses(buy(29, 100)), None);
        assert_eq!(desk.refuses(buy(30, 100)), None);
        let refusal = desk.refusal(&buy(31, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::PositionNotional, Some(KillScope::Account)));
        assert_eq!(refusal.observed, Notional::whole(10_100).units());
        assert_eq!(desk.refuses(buy(30, 101)), Some(Check::PositionNotional), "its own price is worse");
        assert_eq!(desk.refuses(buy(30, 99)), None);
        assert_eq!(desk.refuses(buy(31, 99)), Some(Check::PositionNotional), "the reference is worse");
        assert_eq!(desk.refuses(replacing(20, 100, buy(50, 100))), None);
        assert_eq!(desk.refuses(replacing(20, 100, buy(51, 100))), Some(Check::PositionNotional));
        assert_eq!(desk.refuses(sell(40, 100)), None);
    }

    #[test]
    fn strategy_and_firm_have_their_own_and_what_reduces_passes() {
        let of = |whole: i128| whole * 100_000_000;
        let desk = Desk::with(|desk| {
            desk.limit(KillScope::Instrument, LimitKind::PositionNotional, Notional::whole(1_000).units());
            desk.of_instrument = WideExposure { position: of(90), ..WideExposure::default() };
        });
        let refusal = desk.refusal(&buy(1, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::PositionNotional, Some(KillScope::Instrument)));
        assert_eq!(desk.refuses(sell(90, 100)), None, "above the limit already, and less after");
        assert_eq!(desk.refuses(sell(100, 100)), None);
        assert_eq!(desk.refuses(sell(101, 100)), Some(Check::PositionNotional), "eleven short are more than ten");
    }

    #[test]
    fn position_is_bounded_as_a_part_of_equity() {
        let desk = |worth: i64, unpriced| {
            Desk::with(|desk| {
                desk.limit(KillScope::Account, LimitKind::Concentration, 10_000_000);
                desk.cash = Notional::whole(50_000);
                let valued = Valued { worth: Notional::whole(worth), unpriced, ..Valued::default() };
                desk.usage[KillScope::Account as usize] = Usage { valued, ..Usage::default() };
            })
        };
        assert_eq!(desk(50_000, 0).refuses(buy(99, 100)), None);
        assert_eq!(desk(50_000, 0).refuses(buy(100, 100)), None, "a tenth of a hundred thousand");
        assert_eq!(desk(50_000, 0).refuses(buy(101, 100)), Some(Check::Concentration));
        assert_eq!(desk(-50_000, 0).refuses(buy(1, 100)), Some(Check::Concentration), "there is no equity");
        assert_eq!(desk(50_000, 1).refuses(buy(1, 100)), Some(Check::Unpriced));
        let mut open = desk(50_000, 0);
        open.exposure.open_buys = Qty::whole(60);
        assert_eq!(open.refuses(replacing(60, 100, buy(100, 100))), None);
        assert_eq!(open.refuses(replacing(60, 100, buy(101, 100))), Some(Check::Concentration));
    }
}

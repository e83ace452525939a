//! Control 24, money of open orders: of buys, of sells, of both without netting one with the other. Each order counts at its worst
//! price; a replaced one at the worse of old and new. Refuses with OrdRejReason(103)=3.

use model::{Check, LimitKind, Notional, Refusal, Side};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::sum;
use crate::usage::Usage;
use crate::witness::Witness;

pub(super) fn buys(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::OpenBuys, Check::OpenBuys, Some(Side::Buy))
}

pub(super) fn sells(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::OpenSells, Check::OpenSells, Some(Side::Sell))
}

pub(super) fn gross(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::OpenNotional, Check::OpenNotional, None)
}

#[inline(always)]
fn within(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
    kind: LimitKind,
    check: Check,
    side: Option<Side>,
) -> Result<(), Refusal> {
    let is_other_side = side.is_some_and(|side| side != proposal.side);
    if !context.scopes.has(kind) || is_other_side || !proposal.counts {
        return witness.not_concerned(check);
    }
    let more = proposal.more_open()?;
    let open = |usage: &Usage| match side {
        Some(side) => Some(usage.open(side)),
        None => usage.open_buys.checked_add(usage.open_sells),
    };
    let after = |usage: &Usage| open(usage)?.checked_add(more).map(Notional::units);
    match context.scopes.binding(witness, kind, |scope, usage| sum(scope, after(usage)))? {
        None => witness.not_concerned(check),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(check)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional};

    use crate::desk::{Desk, buy, replacing, sell};

    fn firm(kind: LimitKind) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Firm, kind, Notional::whole(10_000).units());
            desk.usage[0].open_buys = Notional::whole(6_000);
            desk.usage[0].open_sells = Notional::whole(3_000);
        })
    }

    #[test]
    fn buys_and_sells_are_bounded_apart() {
        let buys = firm(LimitKind::OpenBuys);
        assert_eq!(buys.refuses(buy(39, 100)), None);
        assert_eq!(buys.refuses(buy(40, 100)), None);
        assert_eq!(buys.refuses(buy(41, 100)), Some(Check::OpenBuys));
        assert_eq!(buys.refuses(sell(100, 100)), None);
        let sells = firm(LimitKind::OpenSells);
        assert_eq!(sells.refuses(sell(70, 100)), None);
        assert_eq!(sells.refuses(sell(71, 100)), Some(Check::OpenSells));
        assert_eq!(sells.refuses(buy(71, 100)), None);
    }

    #[test]
    fn gross_adds_the_sides() {
        let gross = firm(LimitKind::OpenNotional);
        assert_eq!(gross.refuses(buy(9, 100)), None);
        assert_eq!(gross.refuses(sell(10, 100)), None);
        let refusal = gross.refusal(&sell(11, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::OpenNotional, Some(KillScope::Firm)));
    }

    #[test]
    fn replace_adds_only_what_is_more() {
        let buys = firm(LimitKind::OpenBuys);
        assert_eq!(buys.refuses(replacing(60, 100, buy(100, 100))), None);
        assert_eq!(buys.refuses(replacing(60, 100, buy(101, 100))), Some(Check::OpenBuys));
        assert_eq!(buys.refuses(replacing(60, 100, buy(1, 90))), None, "less holds what it held");
    }
}

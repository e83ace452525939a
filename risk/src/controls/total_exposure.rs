//! Control 28, exposure over all instruments: gross, net, and gross as a part of equity. Positions at their reference prices, open
//! orders at their worst. What only reduces a position of the scope is let through. Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Notional, Refusal, Side};

use crate::case::Case;
use crate::context::Context;
use crate::usage::Usage;
use crate::valuation::{equity, is_part_above, part_of, valued};
use crate::witness::Witness;

pub(super) fn gross(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::GrossExposure, Check::GrossExposure, |scope, usage, more| {
        gross_of(context, scope, usage, more).map(Notional::units)
    })
}

pub(super) fn net(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::NetExposure, Check::NetExposure, |scope, usage, more| {
        let net = valued(context, scope, usage)?.net;
        let open = usage.open(proposal.side).checked_add(more);
        let worst = open.and_then(|open| match proposal.side {
            Side::Buy => open.checked_add(net),
            Side::Sell => open.checked_sub(net),
        });
        worst.map(Notional::units).ok_or(Refusal::of(Check::Overflow).of_scope(scope))
    })
}

pub(super) fn leverage(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let check = Check::Leverage;
    let Some((scope, limit, usage)) = context.scopes.only(LimitKind::Leverage) else {
        return witness.not_concerned(check);
    };
    if !proposal.counts || proposal.only_reduces(scope) {
        return witness.not_concerned(check);
    }
    let (gross, equity) = (gross_of(context, scope, usage, proposal.more_open()?)?, equity(context, scope, usage)?);
    witness.judged(is_part_above(gross, equity, limit), || {
        Refusal::against(check, limit, part_of(gross, equity)).of_scope(scope)
    })
}

fn gross_of(context: &Context<'_>, scope: KillScope, usage: &Usage, more: Notional) -> Result<Notional, Refusal> {
    let open = usage.open_buys.checked_add(usage.open_sells).and_then(|open| open.checked_add(more));
    let gross = valued(context, scope, usage)?.gross;
    open.and_then(|open| open.checked_add(gross)).ok_or(Refusal::of(Check::Overflow).of_scope(scope))
}

fn within(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
    kind: LimitKind,
    check: Check,
    observed: impl Fn(KillScope, &Usage, Notional) -> Result<i128, Refusal>,
) -> Result<(), Refusal> {
    if !context.scopes.has(kind) || !proposal.counts {
        return witness.not_concerned(check);
    }
    let more = proposal.more_open()?;
    let binding = context.scopes.binding(witness, kind, |scope, usage| {
        if proposal.only_reduces(scope) { Ok(None) } else { observed(scope, usage, more).map(Some) }
    })?;
    match binding {
        None => witness.not_concerned(check),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(check)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional, Qty};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, Usage, Valued};

    /// Positions of 6,000, of which 4,000 are long; 1,000 are open to buy, 500 to sell; 2,000 of cash.
    fn desk(kind: LimitKind, limit: i128, unpriced: u32) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Account, kind, limit);
            let whole = Notional::whole;
            let worth = whole(2_000);
            let valued =
                Valued { gross: whole(6_000), net: whole(2_000), worth, margin: whole(0), unpriced, converted: 0 };
            let (open_buys, open_sells) = (whole(1_000), whole(500));
            desk.usage[KillScope::Account as usize] = Usage { valued, open_buys, open_sells, ..Usage::default() };
            desk.cash = whole(2_000);
            desk.account.cash_account = 0;
        })
    }

    fn money(kind: LimitKind) -> Desk {
        desk(kind, Notional::whole(10_000).units(), 0)
    }

    #[test]
    fn gross_adds_positions_and_all_open_orders() {
        let gross = money(LimitKind::GrossExposure);
        assert_eq!(gross.refuses(buy(24, 100)), None);
        assert_eq!(gross.refuses(buy(25, 100)), None);
        assert_eq!(gross.refuses(buy(26, 100)), Some(Check::GrossExposure));
        assert_eq!(gross.refuses(sell(26, 100)), Some(Check::GrossExposure));
        assert_eq!(gross.refuses(replacing(10, 100, buy(35, 100))), None);
        assert_eq!(gross.refuses(replacing(10, 100, buy(36, 100))), Some(Check::GrossExposure));
    }

    #[test]
    fn net_is_bounded_on_the_side_of_the_order() {
        let net = money(LimitKind::NetExposure);
        assert_eq!(net.refuses(buy(69, 100)), None);
        assert_eq!(net.refuses(buy(70, 100)), None);
        assert_eq!(net.refuses(buy(71, 100)), Some(Check::NetExposure));
        assert_eq!(net.refuses(sell(115, 100)), None, "500 and 11,500 less 2,000");
        assert_eq!(net.refuses(sell(116, 100)), Some(Check::NetExposure));
        assert_eq!(net.refuses(replacing(10, 100, buy(80, 100))), None);
        assert_eq!(net.refuses(replacing(10, 100, buy(81, 100))), Some(Check::NetExposure));
    }

    #[test]
    fn leverage_is_gross_by_equity() {
        let thrice = desk(LimitKind::Leverage, 300_000_000, 0);
        assert_eq!(thrice.refuses(buy(44, 100)), None);
        assert_eq!(thrice.refuses(buy(45, 100)), None, "12,000 by 4,000");
        let refusal = thrice.refusal(&buy(46, 100)).unwrap();
        assert_eq!((refusal.check, refusal.observed), (Check::Leverage, 302_500_000));
        let mut ruined = thrice;
        ruined.cash = Notional::whole(-2_000);
        assert_eq!(ruined.refuses(buy(1, 100)), Some(Check::Leverage));
    }

    #[test]
    fn what_reduces_passes_and_what_nobody_can_value_does_not() {
        for kind in [LimitKind::GrossExposure, LimitKind::NetExposure, LimitKind::Leverage] {
            let mut blind = desk(kind, Notional::whole(10_000).units(), 2);
            let refusal = blind.refusal(&sell(1, 100)).unwrap();
            assert_eq!((refusal.check, refusal.observed), (Check::Unpriced, 2), "{kind:?}");
            blind.exposure = Exposure { position: Qty::whole(5), ..Exposure::default() };
            assert_eq!(blind.refuses(sell(5, 100)), None, "{kind:?}");
            assert_eq!(blind.refuses(sell(6, 100)), Some(Check::Unpriced), "{kind:?}");
        }
    }
}

//! Control 11, largest order by money: quantity × worst price × multiplier. Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::Binding;
use crate::witness::Witness;
use crate::worst_case::{notional, worst_qty};

pub(super) fn within(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let px = proposal.worst_px()?;
    let at_stake = notional(context.instrument, px, worst_qty(proposal)).ok_or(Refusal::of(Check::Overflow))?;
    let (scope, limit) = (KillScope::Account, context.account.max_order_notional.units());
    let of_account = Binding { scope, limit, observed: context.in_own.judged(at_stake)?.units() };
    let binding = if context.scopes.has(LimitKind::OrderNotional) {
        let observed = context.in_base.judged(at_stake)?.units();
        of_account.or(context.scopes.lowest(witness, LimitKind::OrderNotional, observed))
    } else {
        of_account
    };
    witness.judged(binding.objects(), || binding.refusal(Check::MaxOrderNotional).at_reference(px.units()))
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional, Side};

    use crate::desk::{Desk, buy, market, replacing};

    #[test]
    fn money_at_stake_is_bounded_at_the_worst_price() {
        let desk = Desk::new();
        assert_eq!(desk.refuses(buy(4_999, 100)), None);
        assert_eq!(desk.refuses(buy(5_000, 100)), None);
        assert_eq!(desk.refuses(buy(5_000, 101)), Some(Check::MaxOrderNotional));
        assert_eq!(desk.refuses(replacing(4_999, 101, buy(5_000, 100))), Some(Check::MaxOrderNotional), "the worse");
        assert_eq!(desk.refuses(market(Side::Buy, 4_714)), None);
        assert_eq!(desk.refuses(market(Side::Buy, 4_715)), Some(Check::MaxOrderNotional), "106.05 each");
    }

    #[test]
    fn tightest_scope_binds_and_is_named() {
        let limit = Notional::whole(1_000).units();
        let desk = Desk::with(|desk| desk.limit(KillScope::Strategy, LimitKind::OrderNotional, limit));
        assert_eq!(desk.refuses(buy(9, 100)), None);
        assert_eq!(desk.refuses(buy(10, 100)), None);
        let refusal = desk.refusal(&buy(11, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::MaxOrderNotional, Some(KillScope::Strategy)));
    }
}

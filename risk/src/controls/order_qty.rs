//! Control 10, largest order by quantity: OrderQty(38) against the lowest limit of its scopes. Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Qty, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::Binding;
use crate::witness::Witness;

pub(super) fn within(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let observed = i128::from(proposal.order_qty.units());
    let of = |scope, limit: Qty| Binding { scope, limit: i128::from(limit.units()), observed };
    let binding = of(KillScope::Account, context.account.max_order_qty)
        .or(Some(of(KillScope::Instrument, context.instrument.max_order_qty)))
        .or(context.scopes.lowest(witness, LimitKind::OrderQty, observed));
    witness.judged(binding.objects(), || binding.refusal(Check::MaxOrderQty))
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Qty};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn lower_of_two_limits_binds() {
        let desk = Desk::new();
        assert_eq!(desk.refuses(buy(4_999, 100)), None);
        assert_eq!(desk.refuses(buy(5_000, 100)), None);
        assert_eq!(desk.refuses(buy(5_001, 95)), Some(Check::MaxOrderQty));
        assert_eq!(desk.refuses(replacing(1, 95, buy(5_001, 95))), Some(Check::MaxOrderQty));
        let instrument = Desk::with(|desk| desk.instrument.max_order_qty = Qty::whole(10));
        assert_eq!(instrument.refuses(buy(10, 100)), None);
        let refusal = instrument.refusal(&buy(11, 100)).unwrap();
        assert_eq!(
            (refusal.check, refusal.limit, refusal.observed),
            (Check::MaxOrderQty, 1_000_000_000, 1_100_000_000)
        );
        assert_eq!(refusal.scope(), Some(KillScope::Instrument));
    }

    #[test]
    fn tightest_scope_binds_and_is_named() {
        let desk = Desk::with(|desk| {
            desk.limit(KillScope::Firm, LimitKind::OrderQty, 800_000_000);
            desk.limit(KillScope::Trader, LimitKind::OrderQty, 700_000_000);
        });
        assert_eq!(desk.refuses(buy(6, 100)), None);
        assert_eq!(desk.refuses(buy(7, 100)), None);
        let refusal = desk.refusal(&buy(9, 100)).unwrap();
        assert_eq!((refusal.scope(), refusal.limit), (Some(KillScope::Trader), 700_000_000));
    }
}

//! Control 22, working orders of each scope. A replace adds none. Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::Binding;
use crate::witness::Witness;

pub(super) fn within(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if proposal.held.is_some() {
        return witness.not_concerned(Check::OpenOrders);
    }
    let of_account = Binding {
        scope: KillScope::Account,
        limit: i128::from(context.account.open_orders_max),
        observed: i128::from(context.open_orders) + 1,
    };
    let of_scopes =
        context.scopes.binding(witness, LimitKind::OpenOrders, |_, usage| Ok(Some(i128::from(usage.live) + 1)))?;
    let binding = of_account.or(of_scopes);
    witness.judged(binding.objects(), || binding.refusal(Check::OpenOrders))
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn one_more_than_the_limit_is_refused() {
        let open = |orders| Desk::with(|desk| desk.open_orders = orders);
        assert_eq!(open(8).refuses(buy(1, 100)), None);
        assert_eq!(open(9).refuses(buy(1, 100)), None);
        assert_eq!(open(10).refuses(buy(1, 100)), Some(Check::OpenOrders));
        assert_eq!(open(10).refuses(replacing(1, 100, buy(1, 100))), None, "no order more");
    }

    #[test]
    fn tightest_scope_binds_and_is_named() {
        let live = |live| {
            Desk::with(|desk| {
                desk.limit(KillScope::Venue, LimitKind::OpenOrders, 5);
                desk.usage[KillScope::Venue as usize].live = live;
            })
        };
        assert_eq!(live(3).refuses(buy(1, 100)), None);
        assert_eq!(live(4).refuses(buy(1, 100)), None);
        assert_eq!(live(5).refusal(&buy(1, 100)).and_then(|refusal| refusal.scope()), Some(KillScope::Venue));
    }
}

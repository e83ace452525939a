//! Control 22, working orders of the account. A replace adds none. Refuses with OrdRejReason(103)=3.

use model::{Check, Refusal};

use crate::context::{Context, Proposal};
use crate::witness::Witness;

pub(super) fn within(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    if proposal.held.is_some() {
        return witness.not_concerned(Check::OpenOrders);
    }
    let limit = context.account.open_orders_max;
    let after = u64::from(context.open_orders) + 1;
    witness
        .judged(after > u64::from(limit), || Refusal::against(Check::OpenOrders, i128::from(limit), i128::from(after)))
}

#[cfg(test)]
mod tests {
    use model::Check;

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn one_more_than_the_limit_is_refused() {
        let open = |orders| Desk::with(|desk| desk.open_orders = orders);
        assert_eq!(open(8).refuses(buy(1, 100)), None);
        assert_eq!(open(9).refuses(buy(1, 100)), None);
        assert_eq!(open(10).refuses(buy(1, 100)), Some(Check::OpenOrders));
        assert_eq!(open(10).refuses(replacing(1, 100, buy(1, 100))), None, "no order more");
    }
}

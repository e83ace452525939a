//! Control 10, largest order by quantity: OrderQty(38) against the lower of the account's and the instrument's limit. Refuses with
//! OrdRejReason(103)=3.

use model::{Check, Refusal};

use crate::context::{Context, Proposal};
use crate::witness::Witness;

pub(super) fn within(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    let limit = context.account.max_order_qty.min(context.instrument.max_order_qty);
    let qty = proposal.order_qty;
    witness.judged(qty > limit, || {
        Refusal::against(Check::MaxOrderQty, i128::from(limit.units()), i128::from(qty.units()))
    })
}

#[cfg(test)]
mod tests {
    use model::{Check, Qty};

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
    }
}

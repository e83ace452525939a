//! Control 8 for MinQty(110): not above OrderQty(38), which is the limit. Refuses with OrdRejReason(103)=13.

use model::{Check, Qty, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn fits(_: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let (min, most) = (proposal.min_qty, proposal.order_qty);
    let sane = min >= Qty::ZERO && min <= most;
    witness.judged(!sane, || Refusal::against(Check::MinQty, i128::from(most.units()), i128::from(min.units())))
}

#[cfg(test)]
mod tests {
    use model::{Abilities, Check, Qty};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn least_quantity_is_at_most_the_order() {
        let desk = Desk::with(|desk| desk.instrument.abilities = Abilities::MIN_QTY);
        let least = |qty| Proposal { min_qty: Qty::whole(qty), ..buy(10, 100) };
        assert_eq!(desk.refuses(least(9)), None);
        assert_eq!(desk.refuses(least(10)), None);
        assert_eq!(desk.refuses(least(11)), Some(Check::MinQty));
        assert_eq!(desk.refuses(least(-1)), Some(Check::MinQty));
        assert_eq!(desk.refuses(replacing(10, 100, least(11))), Some(Check::MinQty));
    }
}

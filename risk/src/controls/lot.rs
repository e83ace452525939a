//! Control 7, quantity format: OrderQty(38) is above zero, within range, and a multiple of the lot. Refuses with
//! OrdRejReason(103)=13; the limit is the lot.

use model::{Check, Qty, Refusal, limits};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn kept(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let lot = context.instrument.lot.units();
    let qty = proposal.order_qty;
    let in_range = qty > Qty::ZERO && qty.units() <= limits::UNITS_MAX;
    let fits = in_range && lot > 0 && qty.units() % lot == 0;
    witness.judged(!fits, || Refusal::against(Check::Lot, i128::from(lot), i128::from(qty.units())))
}

#[cfg(test)]
mod tests {
    use model::{Check, Qty};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn quantity_between_two_lots_is_refused() {
        let desk = Desk::with(|desk| desk.instrument.lot = Qty::whole(100));
        assert_eq!(desk.refuses(buy(100, 100)), None);
        for qty in [0, 99, 101, -100] {
            assert_eq!(desk.refuses(buy(qty, 100)), Some(Check::Lot), "{qty}");
            assert_eq!(desk.refuses(replacing(100, 100, buy(qty, 100))), Some(Check::Lot), "{qty}");
        }
        let huge = Proposal { order_qty: Qty::from_units(i64::MAX), ..buy(1, 100) };
        assert_eq!(desk.refuses(huge), Some(Check::Lot));
    }
}

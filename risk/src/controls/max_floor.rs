//! Control 8 for MaxFloor(111): what is shown is a part of the order in whole lots, of an order that rests. The limit is
//! OrderQty(38); refuses with OrdRejReason(103)=13.

use model::{Check, Qty, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn fits(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let (shown, most) = (proposal.max_floor, proposal.order_qty);
    let rests = proposal.ord_type.has_price() && !proposal.time_in_force.is_immediate();
    let lot = context.instrument.lot.units();
    let whole = lot > 0 && shown.units() % lot == 0;
    let sane = shown.is_zero() || (shown > Qty::ZERO && shown <= most && rests && whole);
    witness.judged(!sane, || Refusal::against(Check::MaxFloor, i128::from(most.units()), i128::from(shown.units())))
}

#[cfg(test)]
mod tests {
    use model::{Abilities, Check, Qty, TimeInForce};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn shown_part_is_at_most_the_order_and_in_whole_lots() {
        let desk = Desk::with(|desk| desk.instrument.abilities = Abilities::ICEBERG);
        let shown = |qty| Proposal { max_floor: Qty::whole(qty), ..buy(10, 100) };
        assert_eq!(desk.refuses(shown(9)), None);
        assert_eq!(desk.refuses(shown(10)), None);
        assert_eq!(desk.refuses(shown(11)), Some(Check::MaxFloor));
        assert_eq!(desk.refuses(replacing(10, 100, shown(11))), Some(Check::MaxFloor));
        assert_eq!(desk.refuses(Proposal { max_floor: Qty::from_units(1), ..buy(10, 100) }), Some(Check::MaxFloor));
        let at_once = Proposal { time_in_force: TimeInForce::ImmediateOrCancel, ..shown(5) };
        assert_eq!(desk.refuses(at_once), Some(Check::MaxFloor), "nothing rests of it");
    }
}

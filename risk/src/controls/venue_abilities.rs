//! What the venue of the instrument can do. Stops, opening and close, good-till-date and reduce-only Millrace does itself where
//! the venue does not; the rest of what a venue lacks is refused by name, with OrdRejReason(103)=11.

use model::{Abilities, Check, ExecInst, OrdType, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn market_to_limit(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    let wanted = proposal.ord_type == OrdType::MarketToLimit;
    lacks(context, wanted, Abilities::MARKET_TO_LIMIT, Check::LacksMarketToLimit, witness)
}

pub(super) fn iceberg(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    lacks(context, !proposal.max_floor.is_zero(), Abilities::ICEBERG, Check::LacksIceberg, witness)
}

pub(super) fn min_qty(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    lacks(context, !proposal.min_qty.is_zero(), Abilities::MIN_QTY, Check::LacksMinQty, witness)
}

pub(super) fn post_only(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let wanted = proposal.exec_inst.has(ExecInst::PARTICIPATE_DONT_INITIATE);
    lacks(context, wanted, Abilities::POST_ONLY, Check::LacksPostOnly, witness)
}

pub(super) fn not_best(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let wanted = proposal.exec_inst.has(ExecInst::CANCEL_IF_NOT_BEST);
    lacks(context, wanted, Abilities::NOT_BEST, Check::LacksNotBest, witness)
}

fn lacks(
    context: &Context<'_>,
    wanted: bool,
    ability: Abilities,
    check: Check,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    if !wanted {
        return witness.not_concerned(check);
    }
    witness.judged(!context.instrument.abilities.has(ability), || Refusal::of(check))
}

#[cfg(test)]
mod tests {
    use model::{Abilities, Check, ExecInst, OrdType, Px, Qty};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn each_thing_that_the_venue_lacks_is_refused_by_its_name() {
        let plain = buy(10, 100);
        let wants = [
            (
                Proposal { ord_type: OrdType::MarketToLimit, price: Px::ZERO, ..plain },
                Abilities::MARKET_TO_LIMIT,
                Check::LacksMarketToLimit,
            ),
            (Proposal { max_floor: Qty::whole(1), ..plain }, Abilities::ICEBERG, Check::LacksIceberg),
            (Proposal { min_qty: Qty::whole(1), ..plain }, Abilities::MIN_QTY, Check::LacksMinQty),
            (
                Proposal { exec_inst: ExecInst::PARTICIPATE_DONT_INITIATE, ..plain },
                Abilities::POST_ONLY,
                Check::LacksPostOnly,
            ),
            (Proposal { exec_inst: ExecInst::CANCEL_IF_NOT_BEST, ..plain }, Abilities::NOT_BEST, Check::LacksNotBest),
        ];
        for (proposal, ability, check) in wants {
            assert_eq!(Desk::new().refuses(proposal), Some(check));
            assert_eq!(Desk::new().refuses(replacing(10, 100, proposal)), Some(check));
            assert_eq!(Desk::with(|desk| desk.instrument.abilities = ability).refuses(proposal), None, "{check:?}");
        }
    }
}

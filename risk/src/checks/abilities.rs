//! What the venue of the instrument can do. Stops, opening and close, good-till-date and reduce-only Millrace does itself where
//! the venue does not; the rest of what a venue lacks is refused by name.

use model::{Abilities, Check, ExecInst, OrdType, Refusal};

use super::refuse_if;
use crate::context::{Context, Proposal};

pub(super) fn market_to_limit(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let wanted = proposal.ord_type == OrdType::MarketToLimit;
    lacks(context, wanted, Abilities::MARKET_TO_LIMIT, Check::LacksMarketToLimit)
}

pub(super) fn iceberg(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    lacks(context, !proposal.max_floor.is_zero(), Abilities::ICEBERG, Check::LacksIceberg)
}

pub(super) fn min_qty(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    lacks(context, !proposal.min_qty.is_zero(), Abilities::MIN_QTY, Check::LacksMinQty)
}

pub(super) fn post_only(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let wanted = proposal.exec_inst.has(ExecInst::PARTICIPATE_DONT_INITIATE);
    lacks(context, wanted, Abilities::POST_ONLY, Check::LacksPostOnly)
}

pub(super) fn not_best(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let wanted = proposal.exec_inst.has(ExecInst::CANCEL_IF_NOT_BEST);
    lacks(context, wanted, Abilities::NOT_BEST, Check::LacksNotBest)
}

fn lacks(context: &Context<'_>, wanted: bool, ability: Abilities, check: Check) -> Result<(), Refusal> {
    refuse_if(wanted && !context.instrument.abilities.has(ability), || Refusal::of(check))
}

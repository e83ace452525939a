//! Fat fingers: one order that is too large, by quantity or by money.

use model::{Check, Refusal};

use super::refuse_if;
use crate::context::{Context, Proposal};
use crate::worst_case::{notional, worst_px, worst_qty};

pub(super) fn max_order_qty(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let limit = context.account.max_order_qty.min(context.instrument.max_order_qty);
    let refusal =
        || Refusal::against(Check::MaxOrderQty, i128::from(limit.units()), i128::from(proposal.order_qty.units()));
    refuse_if(proposal.order_qty > limit, refusal)
}

pub(super) fn max_order_notional(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let px = worst_px(context, proposal)?;
    let at_stake = notional(context.instrument, px, worst_qty(proposal)).ok_or(Refusal::of(Check::Overflow))?;
    let limit = context.account.max_order_notional;
    let refusal = || Refusal::against(Check::MaxOrderNotional, limit.units(), at_stake.units());
    refuse_if(at_stake > limit, || refusal().at_reference(px.units()))
}

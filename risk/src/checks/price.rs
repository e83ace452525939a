//! The order's price against the live reference. No reference, no order: a price that nobody can judge is refused.

use model::{Check, OrdType, Px, Refusal, Side};

use super::refuse_if;
use crate::context::{Context, Proposal};
use crate::worst_case::moved;

pub(super) fn reference_is_fresh(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    let oldest = context.instrument.reference_age_max;
    let Some(px) = context.reference.px() else {
        return Err(Refusal::against(Check::ReferencePrice, i128::from(oldest), -1));
    };
    let age = context.now.0.saturating_sub(context.reference.time.0);
    let refusal = || Refusal::against(Check::ReferencePrice, i128::from(oldest), i128::from(age));
    refuse_if(age > oldest, || refusal().at_reference(px.units()))
}

pub(super) fn collar_high(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    collar(context, proposal, Side::Buy, Check::CollarHigh, |px, bound| px > bound)
}

pub(super) fn collar_low(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    collar(context, proposal, Side::Sell, Check::CollarLow, |px, bound| px < bound)
}

/// Only the aggressive side is bounded: a buy far below the market harms nobody. A market order has no price to bound;
/// its worst price is this bound. A stop limit is judged by the price that sets it off.
fn collar(
    context: &Context<'_>,
    proposal: &Proposal,
    side: Side,
    check: Check,
    beyond: fn(Px, Px) -> bool,
) -> Result<(), Refusal> {
    if proposal.side != side || !proposal.ord_type.has_price() {
        return Ok(());
    }
    let reference = match proposal.ord_type {
        OrdType::StopLimit => proposal.stop_px,
        _ => context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?,
    };
    let bound = moved(reference, context.instrument.collar, side).ok_or(Refusal::of(Check::Overflow))?;
    let refusal = || Refusal::against(check, i128::from(bound.units()), i128::from(proposal.price.units()));
    refuse_if(beyond(proposal.price, bound), || refusal().at_reference(reference.units()))
}

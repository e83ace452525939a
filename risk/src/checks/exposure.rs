//! What the account could end up with if all that is open on one side filled and nothing on the other.

use model::{Check, ExecInst, Notional, Qty, Refusal, Side};

use super::refuse_if;
use crate::context::{Context, Exposure, Proposal};
use crate::worst_case::{reserved_cash, worst_px, worst_qty};

pub(super) fn open_orders(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if proposal.held.is_some() {
        return Ok(());
    }
    let limit = context.account.open_orders_max;
    let after = u64::from(context.open_orders) + 1;
    let refusal = || Refusal::against(Check::OpenOrders, i128::from(limit), i128::from(after));
    refuse_if(after > u64::from(limit), refusal)
}

pub(super) fn position_long(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if proposal.side != Side::Buy || !proposal.counts {
        return Ok(());
    }
    let open = open_with(context.exposure.open_buys, proposal)?;
    let worst = context.exposure.position.checked_add(open).ok_or(Refusal::of(Check::Overflow))?;
    within(worst, context.account.max_long, Check::PositionLong)
}

pub(super) fn position_short(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if proposal.side != Side::Sell || !proposal.counts {
        return Ok(());
    }
    let open = open_with(context.exposure.open_sells, proposal)?;
    let worst = open.checked_sub(context.exposure.position).ok_or(Refusal::of(Check::Overflow))?;
    within(worst, context.account.max_short, Check::PositionShort)
}

/// A reducing order and all that is open on its side together never pass zero.
pub(super) fn reduce_only(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if !proposal.exec_inst.has(ExecInst::DO_NOT_INCREASE) || !proposal.counts {
        return Ok(());
    }
    let Exposure { position, open_buys, open_sells } = context.exposure;
    let (reducible, open) = match proposal.side {
        Side::Buy => (-position, open_buys),
        Side::Sell => (position, open_sells),
    };
    within(open_with(open, proposal)?, reducible.max(Qty::ZERO), Check::ReduceOnly)
}

/// A cash account pays with what it has. A replace gives back what its order reserved before it is judged.
pub(super) fn buying_power(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if context.account.cash_account != 1 || proposal.side != Side::Buy || !proposal.counts {
        return Ok(());
    }
    let overflow = Refusal::of(Check::Overflow);
    let px = worst_px(context, proposal)?;
    let needed =
        reserved_cash(context.instrument, context.account, Side::Buy, worst_qty(proposal), px).ok_or(overflow)?;
    let given_back = proposal.held.map_or(Notional::ZERO, |held| held.reserved);
    let free =
        context.cash.checked_sub(context.reserved).and_then(|free| free.checked_add(given_back)).ok_or(overflow)?;
    refuse_if(needed > free, || Refusal::against(Check::BuyingPower, free.units(), needed.units()))
}

/// What is open on the proposal's side once it is accepted: a replaced order's own part counts once, at its worse.
fn open_with(open: Qty, proposal: &Proposal) -> Result<Qty, Refusal> {
    let own = proposal.held.map_or(Qty::ZERO, |held| held.open_qty);
    open.checked_sub(own).and_then(|others| others.checked_add(worst_qty(proposal))).ok_or(Refusal::of(Check::Overflow))
}

fn within(worst: Qty, limit: Qty, check: Check) -> Result<(), Refusal> {
    refuse_if(worst > limit, || Refusal::against(check, i128::from(limit.units()), i128::from(worst.units())))
}

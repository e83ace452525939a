//! Terms that fit together, and can be kept by somebody.

use model::{Check, ExecInst, OrdType, Px, Qty, Refusal, TimeInForce, limits};

use super::refuse_if;
use crate::context::{Context, Proposal};

pub(super) fn stop_px(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let (px, tick) = (proposal.stop_px, context.instrument.tick.units());
    let sane = match proposal.ord_type {
        OrdType::Stop | OrdType::StopLimit => {
            px > Px::ZERO && px.units() <= limits::UNITS_MAX && tick > 0 && px.units() % tick == 0
        }
        OrdType::Market | OrdType::Limit | OrdType::MarketToLimit => px.is_zero(),
    };
    refuse_if(!sane, || Refusal::against(Check::StopPx, i128::from(tick), i128::from(px.units())))
}

pub(super) fn min_qty(_: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let (min, most) = (proposal.min_qty, proposal.order_qty);
    let sane = min >= Qty::ZERO && min <= most;
    refuse_if(!sane, || Refusal::against(Check::MinQty, i128::from(most.units()), i128::from(min.units())))
}

pub(super) fn max_floor(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let (shown, most) = (proposal.max_floor, proposal.order_qty);
    let rests = proposal.ord_type.has_price() && !proposal.time_in_force.is_immediate();
    let lot = context.instrument.lot.units();
    let whole = lot > 0 && shown.units() % lot == 0;
    let sane = shown.is_zero() || (shown > Qty::ZERO && shown <= most && rests && whole);
    refuse_if(!sane, || Refusal::against(Check::MaxFloor, i128::from(most.units()), i128::from(shown.units())))
}

pub(super) fn expire_time(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let (at, now) = (proposal.expire_time.0, context.now.0);
    let sane = match proposal.time_in_force {
        TimeInForce::GoodTillDate => at > now,
        _ => at == 0,
    };
    refuse_if(!sane, || Refusal::against(Check::ExpireTime, i128::from(now), i128::from(at)))
}

pub(super) fn exec_inst(_: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let Proposal { exec_inst, ord_type, time_in_force, peg_offset, min_qty, .. } = *proposal;
    let trails = exec_inst.has(ExecInst::TRAILING_STOP_PEG);
    let follows =
        trails == (peg_offset > Px::ZERO) && !peg_offset.units().is_negative() && (!trails || ord_type.is_stop());
    let only_adds = !exec_inst.has(ExecInst::PARTICIPATE_DONT_INITIATE)
        || (ord_type == OrdType::Limit && !time_in_force.is_immediate() && min_qty.is_zero());
    let one_at_most = |one: ExecInst, other: ExecInst| !(exec_inst.has_any(one) && exec_inst.has_any(other));
    let halts = one_at_most(ExecInst::REINSTATE_ON_TRADING_HALT, ExecInst::CANCEL_ON_TRADING_HALT);
    let lives_on = ExecInst::REINSTATE_ON_CONNECTION_LOSS.with(ExecInst::REINSTATE_ON_SYSTEM_FAILURE);
    let ends = ExecInst::CANCEL_ON_CONNECTION_LOSS.with(ExecInst::CANCEL_ON_SYSTEM_FAILURE);
    let fits = follows && only_adds && halts && one_at_most(lives_on, ends);
    refuse_if(!fits, || Refusal::of(Check::ExecInst))
}

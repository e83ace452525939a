//! The worst that an order can do: the price it may be filled at, the money it may need. Checks and reservations share
//! these, so what was checked is what is reserved.

use model::{
    Check, DefineAccount, DefineInstrument, LimitKind, Notional, OrdType, Px, Qty, Refusal, Side, limits, money,
};

use crate::case::Case;
use crate::context::{Context, Exposure, Proposal};
use crate::short_sales::short_of;

/// What an accepted order reserves, before its bytes leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// The worst price that it may be filled at.
    pub worst_px: Px,
    /// It names no price itself, and scopes protect it: it may not trade beyond that one.
    pub is_protected: bool,
}

/// A fraction of one, in 1e-8, as configured collars and fees are.
const WHOLE: i128 = money::UNIT as i128;

/// The price of the proposal at its worst: its limit; for a market order the opposite best (else the reference) moved
/// by the collar; for a stop order the price that sets it off, moved by the collar; both by the market protection where that is
/// less. A replace holds the worse of old and new until the venue decides.
///
/// # Errors
/// `REFERENCE_PRICE` where a market order has no price to judge by, `OVERFLOW`.
pub(crate) fn worst_px(context: &Context<'_>, proposal: &Proposal) -> Result<Px, Refusal> {
    let px = match proposal.ord_type {
        OrdType::Limit | OrdType::StopLimit => proposal.price,
        OrdType::Stop => furthest(context, proposal.stop_px, proposal.side).ok_or(Refusal::of(Check::Overflow))?,
        OrdType::Market | OrdType::MarketToLimit => {
            let best = match proposal.side {
                Side::Buy => context.reference.ask_px,
                Side::Sell => context.reference.bid_px,
            };
            let from = if best.is_zero() { context.reference.px() } else { Some(best) };
            let from = from.ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?;
            furthest(context, from, proposal.side).ok_or(Refusal::of(Check::Overflow))?
        }
    };
    Ok(proposal.held.map_or(px, |held| held.worst_px.max(px)))
}

/// The price up to which an order without one may trade from there. Where scopes protect it the price is on the tick, so that it can go
/// to a venue as a limit.
fn furthest(context: &Context<'_>, from: Px, side: Side) -> Option<Px> {
    let collar = context.instrument.collar;
    let Some((_, protection)) = context.scopes.least(LimitKind::MarketProtection) else {
        return moved(from, collar, side);
    };
    let px = moved(from, i64::try_from(protection).map_or(collar, |limit| limit.min(collar)), side)?;
    let tick = context.instrument.tick.units();
    let beyond = if tick > 0 { px.units() % tick } else { 0 };
    let inwards = match side {
        Side::Buy => px.units() - beyond,
        Side::Sell if beyond > 0 => px.units() - beyond + tick,
        Side::Sell => px.units(),
    };
    Some(Px::from_units(inwards))
}

/// `px` moved by `fraction` (1e-8) to the aggressive side: up for a buy, down for a sell.
pub(crate) fn moved(px: Px, fraction: i64, side: Side) -> Option<Px> {
    // Split at the unit, so that 64 bits are enough: 128-bit divisions cost more than the rest of a check.
    let (whole, part) = (px.units() / money::UNIT, px.units() % money::UNIT);
    let by = whole.checked_mul(fraction)?.checked_add(part.checked_mul(fraction)? / money::UNIT)?;
    let to = match side {
        Side::Buy => px.units().checked_add(by)?,
        Side::Sell => px.units().checked_sub(by)?.max(0),
    };
    (to <= limits::UNITS_MAX).then_some(Px::from_units(to))
}

/// The quantity that the proposal can still trade; for a replace the greater of old and new.
pub(crate) fn worst_qty(proposal: &Proposal) -> Qty {
    match proposal.held {
        None => proposal.order_qty,
        Some(held) => proposal.order_qty.max(held.order_qty) - held.cum_qty,
    }
}

/// What is open on the proposal's side once it is accepted: a replaced order's own part counts once, at its worse.
pub(crate) fn open_with(open: Qty, proposal: &Proposal) -> Result<Qty, Refusal> {
    let own = proposal.held.map_or(Qty::ZERO, |held| held.open_qty);
    open.checked_sub(own).and_then(|others| others.checked_add(worst_qty(proposal))).ok_or(Refusal::of(Check::Overflow))
}

/// What the account's open sells could sell short in the instrument, before and with the proposal.
pub(crate) fn short_with(context: &Context<'_>, proposal: &Proposal) -> Result<(i128, i128), Refusal> {
    let Exposure { position, open_sells, .. } = context.exposure;
    let before = short_of(position, open_sells);
    match proposal.side {
        Side::Buy => Ok((before, before)),
        Side::Sell => Ok((before, short_of(position, open_with(open_sells, proposal)?))),
    }
}

/// Money at stake at that price. An inverse contract has more at stake the lower it trades: at the order's own price it is
/// judged by what it would pay there.
pub(crate) fn notional(instrument: &DefineInstrument, px: Px, qty: Qty) -> Option<Notional> {
    instrument.contract().notional(px, qty)
}

/// The money that `qty` open at `worst_px` can still move, without sign; `None` on overflow.
pub fn open_notional(instrument: &DefineInstrument, qty: Qty, worst_px: Px) -> Option<Notional> {
    if qty.is_zero() {
        Some(Notional::ZERO)
    } else {
        notional(instrument, worst_px, qty)?.units().checked_abs().map(Notional::from_units)
    }
}

/// The cash that an order of `qty` at `worst_px` may need, its fee included: nothing for a sell. `None` on overflow.
pub fn reserved_cash(
    instrument: &DefineInstrument,
    account: &DefineAccount,
    side: Side,
    qty: Qty,
    worst_px: Px,
) -> Option<Notional> {
    match side {
        Side::Sell => Some(Notional::ZERO),
        Side::Buy => {
            let cost = notional(instrument, worst_px, qty)?;
            cost.checked_add(fee(cost, account.fee_rate)?)
        }
    }
}

/// `rate` (1e-8) of the absolute notional, rounded up to the next 1e-16: a fee never rounds away. `None` on overflow.
pub fn fee(notional: Notional, rate: i64) -> Option<Notional> {
    if rate == 0 {
        return Some(Notional::ZERO);
    }
    let product = notional.units().checked_abs()?.checked_mul(i128::from(rate))?;
    let whole = money::div_unit(product);
    Some(Notional::from_units(whole + i128::from(whole * WHOLE < product)))
}

/// What the order reserves once every check has passed.
pub(crate) fn reservation(context: &Context<'_>, proposal: &Case<'_>) -> Result<Reservation, Refusal> {
    let names_none = matches!(proposal.ord_type, OrdType::Market | OrdType::Stop);
    let is_protected = names_none && context.scopes.has(LimitKind::MarketProtection);
    Ok(Reservation { worst_px: proposal.worst_px()?, is_protected })
}

//! Prices and quantities that can exist: type and price coherent, ticks and lots kept, ranges sane.

use model::{Check, OrdType, Px, Qty, Refusal, limits};

use super::refuse_if;
use crate::context::{Context, Proposal};

pub(super) fn price(_: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let px = proposal.price;
    let sane = match proposal.ord_type {
        OrdType::Market | OrdType::Stop | OrdType::MarketToLimit => px.is_zero(),
        OrdType::Limit | OrdType::StopLimit => px > Px::ZERO && px.units() <= limits::UNITS_MAX,
    };
    refuse_if(!sane, || Refusal::against(Check::Price, i128::from(limits::UNITS_MAX), i128::from(px.units())))
}

pub(super) fn tick(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let tick = context.instrument.tick.units();
    let fits = tick > 0 && proposal.price.units() % tick == 0;
    refuse_if(!fits, || Refusal::against(Check::Tick, i128::from(tick), i128::from(proposal.price.units())))
}

pub(super) fn lot(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let lot = context.instrument.lot.units();
    let qty = proposal.order_qty;
    let in_range = qty > Qty::ZERO && qty.units() <= limits::UNITS_MAX;
    let fits = in_range && lot > 0 && qty.units() % lot == 0;
    refuse_if(!fits, || Refusal::against(Check::Lot, i128::from(lot), i128::from(qty.units())))
}

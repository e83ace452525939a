//! Control 8 for StopPx(99): a stop order has one on the tick, no other order has any. Refuses with OrdRejReason(103)=11; the limit
//! is the tick.

use model::{Check, OrdType, Px, Refusal, limits};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn fits_type(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let (px, tick) = (proposal.stop_px, context.instrument.tick.units());
    let sane = match proposal.ord_type {
        OrdType::Stop | OrdType::StopLimit => {
            px > Px::ZERO && px.units() <= limits::UNITS_MAX && tick > 0 && px.units() % tick == 0
        }
        OrdType::Market | OrdType::Limit | OrdType::MarketToLimit => px.is_zero(),
    };
    witness.judged(!sane, || Refusal::against(Check::StopPx, i128::from(tick), i128::from(px.units())))
}

#[cfg(test)]
mod tests {
    use model::{Check, OrdType, Px};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn stop_order_needs_a_stop_price_on_the_tick() {
        let desk = Desk::new();
        let stop = |units| Proposal { ord_type: OrdType::StopLimit, stop_px: Px::from_units(units), ..buy(1, 100) };
        assert_eq!(desk.refuses(stop(10_000_000_000)), None);
        for px in [0, 10_000_000_001, i64::MAX, -10_000_000_000] {
            assert_eq!(desk.refuses(stop(px)), Some(Check::StopPx), "{px}");
            assert_eq!(desk.refuses(replacing(1, 100, stop(px))), Some(Check::StopPx), "{px}");
        }
        assert_eq!(desk.refuses(Proposal { stop_px: Px::whole(100), ..buy(1, 100) }), Some(Check::StopPx));
    }
}

//! Control 8 for Price(44): a limit order has one above zero, a market order none. Refuses with OrdRejReason(103)=11.

use model::{Check, OrdType, Px, Refusal, limits};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn fits_type(_: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let px = proposal.price;
    let sane = match proposal.ord_type {
        OrdType::Market | OrdType::Stop | OrdType::MarketToLimit => px.is_zero(),
        OrdType::Limit | OrdType::StopLimit => px > Px::ZERO && px.units() <= limits::UNITS_MAX,
    };
    witness.judged(!sane, || Refusal::against(Check::Price, i128::from(limits::UNITS_MAX), i128::from(px.units())))
}

#[cfg(test)]
mod tests {
    use model::{Check, OrdType, Px, limits};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn limit_order_needs_a_price_and_a_market_order_has_none() {
        let desk = Desk::new();
        for price in [Px::ZERO, Px::from_units(-1), Px::from_units(limits::UNITS_MAX + 1)] {
            assert_eq!(desk.refuses(Proposal { price, ..buy(1, 100) }), Some(Check::Price), "{price:?}");
        }
        assert_eq!(desk.refuses(Proposal { ord_type: OrdType::Market, ..buy(1, 100) }), Some(Check::Price));
        assert_eq!(desk.refuses(replacing(1, 100, Proposal { price: Px::ZERO, ..buy(1, 100) })), Some(Check::Price));
        assert_eq!(desk.refuses(buy(1, 100)), None);
    }
}

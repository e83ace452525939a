//! Control 6, price format: Price(44) is a multiple of the tick. Refuses with OrdRejReason(103)=99; the limit is the tick.

use model::{Check, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn kept(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let tick = context.instrument.tick.units();
    let fits = tick > 0 && proposal.price.units() % tick == 0;
    witness.judged(!fits, || Refusal::against(Check::Tick, i128::from(tick), i128::from(proposal.price.units())))
}

#[cfg(test)]
mod tests {
    use model::{Check, Px};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn price_between_two_ticks_is_refused() {
        let desk = Desk::new();
        let at = |units| Proposal { price: Px::from_units(units), ..buy(1, 100) };
        assert_eq!(desk.refuses(at(10_000_000_000)), None);
        for beside in [9_999_999_999, 10_000_000_001] {
            assert_eq!(desk.refuses(at(beside)), Some(Check::Tick));
            assert_eq!(desk.refuses(replacing(1, 100, at(beside))), Some(Check::Tick));
        }
        let untold = Desk::with(|desk| desk.instrument.tick = Px::ZERO);
        assert_eq!(untold.refuses(buy(1, 100)), Some(Check::Tick), "no tick, no order");
    }
}

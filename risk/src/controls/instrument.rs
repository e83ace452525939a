//! Control 2, instrument known and tradable. The definition and the halt state of the instrument; refuses with
//! OrdRejReason(103)=2, exchange closed. (Unknown symbols are 103=1, before there is a context.)

use model::{Check, Refusal, TradingState};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn tradable(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let halted = context.instrument_trading != TradingState::Active;
    witness.judged(context.instrument.tradable != 1 || halted, || Refusal::of(Check::NotTradable))
}

#[cfg(test)]
mod tests {
    use model::{Check, TradingState};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn halted_or_withdrawn_instrument_takes_neither_order_nor_replace() {
        let withdrawn = Desk::with(|desk| desk.instrument.tradable = 0);
        let halted = Desk::with(|desk| desk.instrument_trading = TradingState::Halted);
        for desk in [withdrawn, halted] {
            assert_eq!(desk.refuses(buy(1, 100)), Some(Check::NotTradable));
            assert_eq!(desk.refuses(replacing(1, 100, buy(2, 100))), Some(Check::NotTradable));
        }
        assert_eq!(Desk::new().refuses(buy(1, 100)), None);
    }
}

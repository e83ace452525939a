//! Room in the engine for one order more: its state is bounded, and reaching a bound is a refusal, OrdRejReason(103)=0.

use model::{Check, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn has_room(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(!context.has_order_slot, || Refusal::of(Check::OrderCapacity))
}

#[cfg(test)]
mod tests {
    use model::Check;

    use crate::desk::{Desk, buy};

    #[test]
    fn full_engine_refuses() {
        let desk = Desk::with(|desk| desk.has_order_slot = false);
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::OrderCapacity));
    }
}

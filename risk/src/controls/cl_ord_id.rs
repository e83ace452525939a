//! Control 20, ClOrdID(11) is new: the session has never used it, as far as it is remembered. Refuses with OrdRejReason(103)=6; the
//! report shows the order that has it.

use model::{Check, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn new(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(context.cl_ord_id_used, || Refusal::of(Check::DuplicateClOrdId))
}

#[cfg(test)]
mod tests {
    use model::Check;

    use crate::desk::{Desk, buy};

    #[test]
    fn used_number_is_refused() {
        let desk = Desk::with(|desk| desk.cl_ord_id_used = true);
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::DuplicateClOrdId));
    }
}

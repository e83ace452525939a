//! Control 50, safety of the limits themselves: without the firm's mandatory limits nothing is traded, unless they were waived by
//! name. Refuses with OrdRejReason(103)=0.

use model::{Check, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn set(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let missing = context.scopes.missing;
    // No kind has this number.
    const NONE: i128 = -1;
    let first = if missing == 0 { NONE } else { i128::from(missing.trailing_zeros()) };
    witness.judged(missing != 0, || Refusal::against(Check::LimitUnset, first, NONE))
}

#[cfg(test)]
mod tests {
    use model::{Check, LimitKind};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn nothing_is_traded_while_one_is_missing() {
        assert_eq!(Desk::new().refuses(buy(1, 100)), None);
        let desk = Desk::with(|desk| desk.missing = LimitKind::OpenOrders.bit() | LimitKind::LossHalt.bit());
        let refusal = desk.refusal(&buy(1, 100)).unwrap();
        assert_eq!((refusal.check, refusal.limit), (Check::LimitUnset, LimitKind::OpenOrders as i128));
        assert_eq!(desk.refuses(replacing(2, 100, buy(1, 100))), Some(Check::LimitUnset));
    }
}

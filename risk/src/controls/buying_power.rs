//! Control 29, buying power: a cash account pays with what it has, the fee included. A replace gives back what its order reserved
//! before it is judged. It has no margin, so what is valued like a future is not for it. Refuses with OrdRejReason(103)=3.

use model::{Check, Notional, Refusal, Side, ValuationMethod};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;
use crate::worst_case::{reserved_cash, worst_qty};

pub(super) fn suffices(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let unpaid = context.instrument.valuation == ValuationMethod::Futures;
    if context.account.cash_account != 1 || (proposal.side != Side::Buy && !unpaid) || !proposal.counts {
        return witness.not_concerned(Check::BuyingPower);
    }
    let overflow = Refusal::of(Check::Overflow);
    let px = proposal.worst_px()?;
    let needed =
        reserved_cash(context.instrument, context.account, Side::Buy, worst_qty(proposal), px).ok_or(overflow)?;
    if unpaid {
        return witness.judged(true, || Refusal::against(Check::BuyingPower, 0, needed.units()));
    }
    let given_back = proposal.held.map_or(Notional::ZERO, |held| held.reserved);
    let free =
        context.cash.checked_sub(context.reserved).and_then(|free| free.checked_add(given_back)).ok_or(overflow)?;
    witness.judged(needed > free, || Refusal::against(Check::BuyingPower, free.units(), needed.units()))
}

#[cfg(test)]
mod tests {
    use model::{Check, Notional, Qty, Side, ValuationMethod};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Held, Proposal, reserved_cash};

    fn with_cash(units: i128) -> Desk {
        Desk::with(|desk| desk.cash = Notional::from_units(units))
    }

    #[test]
    fn cost_and_fee_are_paid_from_what_is_free() {
        let needed = Notional::whole(10_010).units();
        assert_eq!(with_cash(needed + 1).refuses(buy(100, 100)), None);
        assert_eq!(with_cash(needed).refuses(buy(100, 100)), None);
        assert_eq!(with_cash(needed - 1).refuses(buy(100, 100)), Some(Check::BuyingPower));
        assert_eq!(with_cash(0).refuses(sell(100, 100)), None);
        let margin = Desk { account: model::DefineAccount { cash_account: 0, ..with_cash(0).account }, ..with_cash(0) };
        assert_eq!(margin.refuses(buy(100, 100)), None);
    }

    #[test]
    fn cash_account_trades_nothing_that_needs_margin() {
        let mut desk = with_cash(Notional::whole(1_000_000).units());
        desk.exposure.position = Qty::whole(10);
        desk.instrument.valuation = ValuationMethod::Futures;
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::BuyingPower));
        assert_eq!(desk.refuses(sell(1, 100)), Some(Check::BuyingPower));
        desk.account.cash_account = 0;
        assert_eq!(desk.refuses(buy(1, 100)), None);
    }

    #[test]
    fn replace_gives_back_what_its_order_reserved() {
        let mut desk = with_cash(Notional::whole(10_010).units());
        let reserved =
            reserved_cash(&desk.instrument, &desk.account, Side::Buy, Qty::whole(100), buy(1, 100).price).unwrap();
        desk.reserved = reserved;
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::BuyingPower));
        let own =
            |proposal: Proposal| Proposal { held: proposal.held.map(|held| Held { reserved, ..held }), ..proposal };
        assert_eq!(desk.refuses(own(replacing(100, 100, buy(100, 99)))), None);
        assert_eq!(desk.refuses(own(replacing(100, 100, buy(101, 99)))), Some(Check::BuyingPower));
    }
}

//! Controls 42 and 43, kill switch and halt: nothing new, and no replace, while the scope is not active; cancels never come here.
//! Refuses with OrdRejReason(103)=0.

use model::{Check, Refusal, TradingState};

use crate::context::{Context, Proposal};
use crate::witness::Witness;

pub(super) fn global(context: &Context<'_>, _: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(context.trading != TradingState::Active, || Refusal::of(Check::KilledGlobal))
}

pub(super) fn account(context: &Context<'_>, _: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(context.account_trading != TradingState::Active, || Refusal::of(Check::KilledAccount))
}

#[cfg(test)]
mod tests {
    use model::{Check, TradingState};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn killed_scope_takes_neither_order_nor_replace() {
        let global = Desk::with(|desk| desk.trading = TradingState::Halted);
        let account = Desk::with(|desk| desk.account_trading = TradingState::Halted);
        for (desk, check) in [(global, Check::KilledGlobal), (account, Check::KilledAccount)] {
            assert_eq!(desk.refuses(buy(1, 100)), Some(check));
            assert_eq!(desk.refuses(replacing(1, 100, buy(1, 99))), Some(check));
        }
    }
}

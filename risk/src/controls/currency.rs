//! One currency for the account and what it trades, unless the account holds cash in the other one too and there is a rate that
//! is not too old. Refuses with OrdRejReason(103)=0.

use model::{Check, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn same(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let differs = context.instrument.currency != context.account.currency;
    witness.judged(differs && !context.holds_currency, || Refusal::of(Check::CurrencyMismatch))
}

#[cfg(test)]
mod tests {
    use model::{Check, Currency};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn instrument_in_another_currency_is_refused() {
        let desk = Desk::with(|desk| desk.instrument.currency = Currency::literal("EUR"));
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::CurrencyMismatch));
        let holds = Desk { holds_currency: true, ..desk.clone() };
        assert_eq!(holds.refuses(buy(1, 100)), None);
        assert_eq!(desk.refuses(replacing(1, 100, buy(1, 100))), Some(Check::CurrencyMismatch));
    }
}

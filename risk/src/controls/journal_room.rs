//! The journal's disk is full: what is left of it is for cancels and for what venues say, so nothing new is taken, and no replace.
//! Refuses with OrdRejReason(103)=0.

use model::{Check, Refusal};

use crate::context::{Context, Proposal};
use crate::witness::Witness;

pub(super) fn is_there(context: &Context<'_>, _: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(context.journal_is_full, || Refusal::of(Check::JournalFull))
}

#[cfg(test)]
mod tests {
    use model::Check;

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn full_journal_takes_neither_order_nor_replace() {
        let desk = Desk::with(|desk| desk.journal_is_full = true);
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::JournalFull));
        assert_eq!(desk.refuses(replacing(1, 100, buy(1, 99))), Some(Check::JournalFull));
    }
}

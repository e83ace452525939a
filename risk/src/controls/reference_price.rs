//! Control 17, market data to judge by: a reference price exists and is fresh. No reference, no order: a price that nobody can judge
//! is refused, with OrdRejReason(103)=99. The limit is the greatest age, the value seen the age, or -1 for no price at all: an empty
//! book, or a quote that cannot be right and that no sane one has followed yet.

use model::{Check, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn fresh(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let oldest = context.instrument.reference_age_max;
    let Some(px) = context.reference.px() else {
        return Err(Refusal::against(Check::ReferencePrice, i128::from(oldest), -1));
    };
    let age = context.now.0.saturating_sub(context.reference.time.0);
    witness.judged(age > oldest, || {
        Refusal::against(Check::ReferencePrice, i128::from(oldest), i128::from(age)).at_reference(px.units())
    })
}

#[cfg(test)]
mod tests {
    use model::{Check, EngineTime};

    use crate::Reference;
    use crate::desk::{Desk, NOW, buy, replacing};

    #[test]
    fn stale_or_missing_reference_refuses() {
        let aged = |nanos| Desk::with(|desk| desk.now = EngineTime(NOW.0 + nanos));
        assert_eq!(aged(1_999_999_999).refuses(buy(1, 100)), None);
        assert_eq!(aged(2_000_000_000).refuses(buy(1, 100)), None);
        assert_eq!(aged(2_000_000_001).refuses(buy(1, 100)), Some(Check::ReferencePrice));
        assert_eq!(aged(2_000_000_001).refuses(replacing(1, 100, buy(1, 100))), Some(Check::ReferencePrice));
        let doubtful = Desk::with(|desk| desk.reference.is_doubtful = true);
        assert_eq!(doubtful.refusal(&buy(1, 100)).map(|refusal| refusal.observed), Some(-1));
        let none = Desk::with(|desk| desk.reference = Reference::default());
        assert_eq!(none.refusal(&buy(1, 100)).map(|refusal| refusal.observed), Some(-1));
    }
}

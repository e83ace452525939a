//! Control 19, duplicate order: orders of the same account, instrument, side, quantity, price and type, this one included, that each of
//! its scopes saw within the longest window of any of them. Apart from ClOrdID(11), which is new each time. A replace is no new order.
//! Orders count that were taken while a scope of theirs had such a limit, as messages do for their rate: a limit that is new begins with
//! none, and knows them all once its window has passed. Every order in memory, for a limit that may never come, would cost each of them,
//! and busy scopes without a limit would push those out that have one. A count without a window, or one that cannot be had, refuses;
//! else with OrdRejReason(103)=6.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

/// What is seen where the orders of the window were too many to be counted.
const NOT_KNOWN: i128 = -1;

pub(super) fn within(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if !context.scopes.has(LimitKind::RepeatedOrders) || proposal.held.is_some() {
        return witness.not_concerned(Check::RepeatedOrders);
    }
    if !context.scopes.has(LimitKind::RepeatWindow) {
        return Err(Refusal::against(Check::LimitUnset, LimitKind::RepeatWindow as i128, 0));
    }
    let Some(counts) = context.repeats else {
        let widest = context.scopes.with(LimitKind::RepeatedOrders).next();
        return Err(widest.map_or(Refusal::of(Check::RepeatedOrders), |(scope, limit, _)| {
            Refusal::against(Check::RepeatedOrders, limit.value, NOT_KNOWN).of_scope(scope)
        }));
    };
    let observed = |scope| i128::from(counts[scope as usize]) + 1;
    match context.scopes.binding(witness, LimitKind::RepeatedOrders, |scope, _| Ok(Some(observed(scope))))? {
        None => witness.not_concerned(Check::RepeatedOrders),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(Check::RepeatedOrders)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, SCOPES};

    use crate::desk::{Desk, buy, replacing};

    fn after(firm: u32, session: u32) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Firm, LimitKind::RepeatedOrders, 5);
            desk.limit(KillScope::Session, LimitKind::RepeatedOrders, 3);
            desk.limit(KillScope::Firm, LimitKind::RepeatWindow, 1_000);
            let mut counts = [0; SCOPES];
            (counts[KillScope::Firm as usize], counts[KillScope::Session as usize]) = (firm, session);
            desk.repeats = Some(counts);
        })
    }

    #[test]
    fn one_more_than_the_limit_is_refused_and_the_tightest_scope_is_named() {
        assert_eq!(after(1, 1).refuses(buy(1, 100)), None);
        assert_eq!(after(2, 2).refuses(buy(1, 100)), None, "the third");
        let refusal = after(3, 3).refusal(&buy(1, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::RepeatedOrders, Some(KillScope::Session)));
        assert_eq!((refusal.limit, refusal.observed), (3, 4));
        let others = after(5, 0).refusal(&buy(1, 100)).unwrap();
        assert_eq!(others.scope(), Some(KillScope::Firm));
        assert_eq!(after(5, 3).refuses(replacing(1, 100, buy(1, 100))), None, "no new order");
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let uncounted = Desk { repeats: None, ..after(0, 0) };
        assert_eq!(uncounted.refusal(&buy(1, 100)).map(|refusal| refusal.observed), Some(-1));
        let endless = Desk::with(|desk| desk.limit(KillScope::Firm, LimitKind::RepeatedOrders, 5));
        let refusal = endless.refusal(&buy(1, 100)).unwrap();
        assert_eq!((refusal.check, refusal.limit), (Check::LimitUnset, LimitKind::RepeatWindow as i128));
        assert_eq!(Desk::new().refuses(buy(1, 100)), None);
    }
}

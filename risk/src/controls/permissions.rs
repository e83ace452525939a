//! Control 3, permissions: OrdType(40), TimeInForce(59) and Side(54) are in the sets that the order's scopes allow. A scope without a
//! set allows all; of several, all must allow. Instrument, venue and who trades are scopes themselves, so their sets are the matrix.
//! Refuses with OrdRejReason(103)=11, and 0 for the side.

use model::{Check, LimitKind, OrdType, Refusal, Side, TimeInForce};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn ord_type(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    allowed(context, OrdType::ALL, proposal.ord_type, LimitKind::OrdTypes, Check::OrdTypeAllowed, witness)
}

pub(super) fn time_in_force(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    let kind = LimitKind::TimesInForce;
    allowed(context, TimeInForce::ALL, proposal.time_in_force, kind, Check::TimeInForceAllowed, witness)
}

pub(super) fn side(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    allowed(context, Side::ALL, proposal.side, LimitKind::Sides, Check::SideAllowed, witness)
}

fn allowed<T: PartialEq>(
    context: &Context<'_>,
    all: &[T],
    asked: T,
    kind: LimitKind,
    check: Check,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    if !context.scopes.has(kind) {
        return witness.not_concerned(check);
    }
    let bit = all.iter().position(|one| *one == asked).map_or(0, |place| 1 << place);
    match context.scopes.allowing(witness, kind, bit) {
        None => witness.not_concerned(check),
        Some(binding) => witness.judged(binding.lacks(), || binding.refusal(check)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, OrdType, Side, TimeInForce};

    use crate::Proposal;
    use crate::desk::{Desk, buy, market, replacing, sell};

    const MARKET: i128 = 0b1;
    const LIMIT: i128 = 0b10;

    fn allowing(sets: &[(KillScope, LimitKind, i128)]) -> Desk {
        Desk::with(|desk| sets.iter().for_each(|(scope, kind, set)| desk.limit(*scope, *kind, *set)))
    }

    #[test]
    fn bits_follow_the_order_of_the_terms() {
        assert_eq!((OrdType::ALL[0], OrdType::ALL[1]), (OrdType::Market, OrdType::Limit));
    }

    #[test]
    fn all_scopes_must_allow_the_type_and_the_one_that_does_not_is_named() {
        let kind = LimitKind::OrdTypes;
        let desk = allowing(&[(KillScope::Firm, kind, MARKET | LIMIT), (KillScope::Trader, kind, LIMIT)]);
        assert_eq!(desk.refuses(buy(1, 100)), None);
        let refusal = desk.refusal(&market(Side::Buy, 1)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::OrdTypeAllowed, Some(KillScope::Trader)));
        assert_eq!((refusal.limit, refusal.observed), (LIMIT, MARKET));
        assert_eq!(desk.refuses(replacing(1, 100, market(Side::Buy, 1))), Some(Check::OrdTypeAllowed));
        let none = allowing(&[(KillScope::Venue, kind, 0)]);
        assert_eq!(none.refuses(buy(1, 100)), Some(Check::OrdTypeAllowed));
    }

    #[test]
    fn times_in_force_and_sides_have_sets_of_their_own() {
        let day = allowing(&[(KillScope::Session, LimitKind::TimesInForce, 0b1)]);
        assert_eq!(day.refuses(buy(1, 100)), None);
        let till_canceled = Proposal { time_in_force: TimeInForce::GoodTillCancel, ..buy(1, 100) };
        assert_eq!(day.refuses(till_canceled), Some(Check::TimeInForceAllowed));
        let buys = allowing(&[(KillScope::Instrument, LimitKind::Sides, 0b1)]);
        assert_eq!(buys.refuses(buy(1, 100)), None);
        assert_eq!(buys.refuses(sell(1, 100)), Some(Check::SideAllowed));
    }
}

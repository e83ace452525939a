//! Controls 25 and 27, position limits in one instrument, of an account, of a strategy, and of the firm: what each could end up with if
//! all that is open on one side filled and nothing on the other. Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Qty, Refusal, Side};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::Binding;
use crate::witness::Witness;

pub(super) fn long(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let of_account = (Side::Buy, context.account.max_long);
    within(context, proposal, witness, of_account, LimitKind::PositionLong, Check::PositionLong)
}

pub(super) fn short(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let of_account = (Side::Sell, context.account.max_short);
    within(context, proposal, witness, of_account, LimitKind::PositionShort, Check::PositionShort)
}

#[inline(always)]
fn within(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
    (side, limit): (Side, Qty),
    kind: LimitKind,
    check: Check,
) -> Result<(), Refusal> {
    if proposal.side != side || !proposal.counts {
        return witness.not_concerned(check);
    }
    let worst = |scope| proposal.worst_position(scope);
    let of_account =
        Binding { scope: KillScope::Account, limit: i128::from(limit.units()), observed: worst(KillScope::Account) };
    let binding = of_account.or(context.scopes.binding(witness, kind, |scope, _| Ok(Some(worst(scope))))?);
    witness.judged(binding.objects(), || binding.refusal(check))
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Qty};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, WideExposure};

    fn holding(position: i64, open_buys: i64, open_sells: i64) -> Desk {
        let whole = Qty::whole;
        let exposure =
            Exposure { position: whole(position), open_buys: whole(open_buys), open_sells: whole(open_sells) };
        Desk::with(|desk| desk.exposure = exposure)
    }

    #[test]
    fn worst_case_of_each_side_is_bounded() {
        assert_eq!(holding(0, 5_899, 0).refuses(buy(100, 100)), None);
        assert_eq!(holding(0, 5_900, 0).refuses(buy(100, 100)), None);
        assert_eq!(holding(0, 5_901, 0).refuses(buy(100, 100)), Some(Check::PositionLong));
        assert_eq!(holding(1, 5_900, 0).refuses(buy(100, 100)), Some(Check::PositionLong));
        assert_eq!(holding(0, 0, 0).refuses(sell(999, 100)), None);
        assert_eq!(holding(0, 0, 0).refuses(sell(1_000, 100)), None);
        assert_eq!(holding(0, 0, 0).refuses(sell(1_001, 100)), Some(Check::PositionShort));
    }

    #[test]
    fn open_orders_of_the_other_side_make_no_room() {
        assert_eq!(holding(6_000, 0, 6_000).refuses(buy(1, 100)), Some(Check::PositionLong));
    }

    #[test]
    fn two_sells_of_the_whole_position_do_not_both_pass() {
        let mut desk = holding(100, 0, 100);
        desk.account.max_short = Qty::ZERO;
        assert_eq!(desk.refuses(sell(100, 100)), Some(Check::PositionShort));
    }

    #[test]
    fn replace_counts_once_at_the_worse_of_old_and_new() {
        let desk = holding(0, 6_000, 0);
        assert_eq!(desk.refuses(replacing(4_000, 100, buy(4_000, 90))), None);
        assert_eq!(desk.refuses(replacing(4_000, 100, buy(4_001, 90))), Some(Check::PositionLong));
        assert_eq!(desk.refuses(replacing(4_000, 100, buy(1, 90))), None);
    }

    #[test]
    fn strategy_and_firm_are_bounded_over_all_accounts() {
        let of = |whole: i128| whole * 100_000_000;
        let desk = |scope, kind, limit| {
            Desk::with(|desk| {
                desk.limit(scope, kind, of(limit));
                desk.of_strategy = WideExposure { position: of(50), open_buys: of(20), open_sells: of(70) };
                desk.of_instrument = WideExposure { position: of(-40), open_buys: of(200), open_sells: of(30) };
            })
        };
        let strategy = desk(KillScope::Strategy, LimitKind::PositionLong, 100);
        assert_eq!(strategy.refuses(buy(29, 100)), None);
        assert_eq!(strategy.refuses(buy(30, 100)), None);
        let refusal = strategy.refusal(&buy(31, 100)).unwrap();
        assert_eq!(
            (refusal.check, refusal.scope(), refusal.limit, refusal.observed),
            (Check::PositionLong, Some(KillScope::Strategy), of(100), of(101))
        );
        let instrument = desk(KillScope::Instrument, LimitKind::PositionShort, 100);
        assert_eq!(instrument.refuses(sell(29, 100)), None);
        assert_eq!(instrument.refuses(sell(30, 100)), None, "open buys make no room");
        let refusal = instrument.refusal(&sell(31, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::PositionShort, Some(KillScope::Instrument)));
        assert_eq!(instrument.refuses(buy(1_000, 100)), None);
        let replaced = desk(KillScope::Strategy, LimitKind::PositionLong, 100);
        assert_eq!(replaced.refuses(replacing(20, 100, buy(50, 100))), None);
        assert_eq!(replaced.refuses(replacing(20, 100, buy(51, 100))), Some(Check::PositionLong));
    }

    #[test]
    fn tighter_of_definition_and_scope_binds() {
        let desk = Desk::with(|desk| desk.limit(KillScope::Account, LimitKind::PositionLong, 500_000_000));
        assert_eq!(desk.refuses(buy(5, 100)), None);
        let refusal = desk.refusal(&buy(6, 100)).unwrap();
        assert_eq!((refusal.scope(), refusal.limit), (Some(KillScope::Account), 500_000_000));
    }
}

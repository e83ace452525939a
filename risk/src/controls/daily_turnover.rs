//! Control 30, turnover of the firm's trading day: what was traded on one side, and what is open on it, at its worst. A
//! fill that is busted was not traded, and one that is corrected was traded as it was corrected. Refuses with OrdRejReason(103)=3.

use model::{Check, LimitKind, Notional, Refusal, Side};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::sum;
use crate::witness::Witness;

pub(super) fn bought(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::DailyBuys, Check::DailyBuys, Side::Buy)
}

pub(super) fn sold(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    within(context, proposal, witness, LimitKind::DailySells, Check::DailySells, Side::Sell)
}

#[inline(always)]
fn within(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
    kind: LimitKind,
    check: Check,
    side: Side,
) -> Result<(), Refusal> {
    if !context.scopes.has(kind) || proposal.side != side || !proposal.counts {
        return witness.not_concerned(check);
    }
    let more = proposal.more_open()?;
    let binding = context.scopes.binding(witness, kind, |scope, usage| {
        let traded = usage.on(context.day).traded(side);
        let after = traded.checked_add(usage.open(side)).and_then(|all| all.checked_add(more));
        sum(scope, after.map(Notional::units))
    })?;
    match binding {
        None => witness.not_concerned(check),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(check)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional};

    use crate::Day;
    use crate::desk::{DAY, Desk, buy, replacing, sell};

    fn session(kind: LimitKind, number: u32) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Session, kind, Notional::whole(10_000).units());
            let usage = &mut desk.usage[KillScope::Session as usize];
            usage.open_buys = Notional::whole(2_000);
            usage.open_sells = Notional::whole(1_000);
            usage.day = Day { number, bought: Notional::whole(4_000), sold: Notional::whole(7_000), ..Day::default() };
        })
    }

    #[test]
    fn traded_and_open_money_of_a_side_is_bounded() {
        let buys = session(LimitKind::DailyBuys, DAY);
        assert_eq!(buys.refuses(buy(39, 100)), None);
        assert_eq!(buys.refuses(buy(40, 100)), None);
        assert_eq!(buys.refuses(buy(41, 100)), Some(Check::DailyBuys));
        assert_eq!(buys.refuses(sell(100, 100)), None);
        let sells = session(LimitKind::DailySells, DAY);
        assert_eq!(sells.refuses(sell(20, 100)), None);
        assert_eq!(sells.refuses(sell(21, 100)), Some(Check::DailySells));
    }

    #[test]
    fn yesterday_is_over_but_what_is_open_is_not() {
        let buys = session(LimitKind::DailyBuys, DAY - 1);
        assert_eq!(buys.refuses(buy(80, 100)), None);
        assert_eq!(buys.refuses(buy(81, 100)), Some(Check::DailyBuys));
    }

    #[test]
    fn replace_adds_only_what_is_more() {
        let buys = session(LimitKind::DailyBuys, DAY);
        assert_eq!(buys.refuses(replacing(20, 100, buy(60, 100))), None);
        assert_eq!(buys.refuses(replacing(20, 100, buy(61, 100))), Some(Check::DailyBuys));
    }
}

//! Control 23, counts of the firm's trading day: new orders, cancels, fills. A replace is no new order, and is not held up by what
//! others did; nor is any cancel. A busted fill counts no more. Refuses with OrdRejReason(103)=3.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::usage::Day;
use crate::witness::Witness;

pub(super) fn orders(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    one_more(context, proposal, witness, LimitKind::DailyOrders, Check::DailyOrders, |day| day.orders + 1)
}

pub(super) fn cancels(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    one_more(context, proposal, witness, LimitKind::DailyCancels, Check::DailyCancels, |day| day.cancels)
}

pub(super) fn trades(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    one_more(context, proposal, witness, LimitKind::DailyTrades, Check::DailyTrades, |day| day.trades + 1)
}

fn one_more(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
    kind: LimitKind,
    check: Check,
    count: impl Fn(&Day) -> u32,
) -> Result<(), Refusal> {
    if proposal.held.is_some() {
        return witness.not_concerned(check);
    }
    match context.scopes.binding(witness, kind, |_, usage| Ok(Some(count(usage.on(context.day)).into())))? {
        None => witness.not_concerned(check),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(check)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind};

    use crate::Day;
    use crate::desk::{DAY, Desk, buy, replacing};

    fn trader(kind: LimitKind, limit: i128, day: Day) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Trader, kind, limit);
            desk.usage[KillScope::Trader as usize].day = day;
        })
    }

    #[test]
    fn order_above_the_count_is_refused_until_the_next_day() {
        let after = |orders| trader(LimitKind::DailyOrders, 10, Day { number: DAY, orders, ..Day::default() });
        assert_eq!(after(8).refuses(buy(1, 100)), None);
        assert_eq!(after(9).refuses(buy(1, 100)), None, "the tenth");
        let refusal = after(10).refusal(&buy(1, 100)).unwrap();
        assert_eq!(
            (refusal.check, refusal.scope(), refusal.limit, refusal.observed),
            (Check::DailyOrders, Some(KillScope::Trader), 10, 11)
        );
        assert_eq!(after(10).refuses(replacing(1, 100, buy(1, 100))), None, "no order more");
        let yesterday = trader(LimitKind::DailyOrders, 10, Day { number: DAY - 1, orders: 10, ..Day::default() });
        assert_eq!(yesterday.refuses(buy(1, 100)), None);
    }

    #[test]
    fn too_many_cancels_or_fills_stop_new_orders() {
        let canceled = |cancels| trader(LimitKind::DailyCancels, 10, Day { number: DAY, cancels, ..Day::default() });
        assert_eq!(canceled(9).refuses(buy(1, 100)), None);
        assert_eq!(canceled(10).refuses(buy(1, 100)), None);
        assert_eq!(canceled(11).refuses(buy(1, 100)), Some(Check::DailyCancels));
        let filled = |trades| trader(LimitKind::DailyTrades, 10, Day { number: DAY, trades, ..Day::default() });
        assert_eq!(filled(8).refuses(buy(1, 100)), None);
        assert_eq!(filled(9).refuses(buy(1, 100)), None);
        assert_eq!(filled(10).refuses(buy(1, 100)), Some(Check::DailyTrades), "it could fill");
    }
}

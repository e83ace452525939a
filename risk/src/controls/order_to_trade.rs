//! Control 37, order-to-trade ratio by RTS 9: orders, replaces and cancels of the firm's day by its fills, less one; this message
//! counts. Below [`MESSAGES_MIN`] nothing is judged. New orders and replaces are refused, cancels only count. Refuses with
//! OrdRejReason(103)=0.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::usage::{Day, Usage};
use crate::witness::Witness;

/// Messages of the day from which on the ratio means something.
pub const MESSAGES_MIN: u32 = 100;
/// A ratio of one.
const ONE: u64 = 100_000_000;

pub(super) fn within(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let ratio = |usage: &Usage| order_to_trade(usage.on(context.day), 1);
    let binding = context.scopes.binding(witness, LimitKind::OrderToTrade, |_, usage| Ok(Some(ratio(usage))))?;
    match binding {
        None => witness.not_concerned(Check::OrderToTrade),
        Some(binding) => witness.judged(binding.objects(), || binding.refusal(Check::OrderToTrade)),
    }
}

/// The ratio after so many messages more, in 1e-8; nothing below the floor. A day without a fill counts as one with a single.
pub fn order_to_trade(day: &Day, more: u32) -> i128 {
    let messages = u64::from(day.orders) + u64::from(day.requests) + u64::from(more);
    if messages <= u64::from(MESSAGES_MIN) {
        return 0;
    }
    // Three counts of 32 bits times 1e8 fit in 64.
    i128::from(messages * ONE / u64::from(day.trades.max(1))) - i128::from(ONE)
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind};

    use super::ONE;
    use crate::Day;
    use crate::desk::{DAY, Desk, buy, replacing};

    fn strategy(orders: u32, requests: u32, trades: u32) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Strategy, LimitKind::OrderToTrade, 49 * i128::from(ONE));
            let day = Day { number: DAY, orders, requests, trades, ..Day::default() };
            desk.usage[KillScope::Strategy as usize].day = day;
        })
    }

    #[test]
    fn messages_by_fills_less_one_are_bounded() {
        assert_eq!(strategy(100, 48, 3).refuses(buy(1, 100)), None, "149 by 3 less one is below 49");
        assert_eq!(strategy(100, 49, 3).refuses(buy(1, 100)), None, "150 by 3 less one is 49");
        let refusal = strategy(100, 50, 3).refusal(&buy(1, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::OrderToTrade, Some(KillScope::Strategy)));
        assert_eq!((refusal.limit, refusal.observed), (49 * i128::from(ONE), 4_933_333_333));
        assert_eq!(strategy(100, 50, 3).refuses(replacing(1, 100, buy(1, 100))), Some(Check::OrderToTrade));
    }

    #[test]
    fn first_hundred_messages_of_a_day_are_not_judged() {
        assert_eq!(strategy(90, 9, 0).refuses(buy(1, 100)), None, "the hundredth");
        assert_eq!(strategy(90, 10, 0).refuses(buy(1, 100)), Some(Check::OrderToTrade));
        let yesterday = Desk::with(|desk| {
            desk.limit(KillScope::Strategy, LimitKind::OrderToTrade, 0);
            desk.usage[KillScope::Strategy as usize].day = Day { number: DAY - 1, orders: 900, ..Day::default() };
        });
        assert_eq!(yesterday.refuses(buy(1, 100)), None);
    }
}

//! What a replace adds: a limit of size, money or position, also one that was set or tightened since, refuses only what adds something.
//! A replace that asks for no more - neither quantity, nor a more aggressive price, nor money - takes risk away, and what the order holds
//! already was judged when it came. All other controls judge the order that it makes; so does a scope that is stopped, also one that may
//! only reduce: that is a state, and no limit.

use model::{Check, Side};

use crate::context::{Context, Held, Proposal};
use crate::worst_case::{worst_px, worst_qty};

/// Is the check about size, money or position, so that what adds nothing is none of its business?
pub(super) const fn concerns(check: Check) -> bool {
    matches!(
        check,
        Check::MaxOrderQty
            | Check::MaxOrderNotional
            | Check::OpenBuys
            | Check::OpenSells
            | Check::OpenNotional
            | Check::DailyBuys
            | Check::DailySells
            | Check::PositionLong
            | Check::PositionShort
            | Check::ReduceOnly
            | Check::PositionNotional
            | Check::Concentration
            | Check::GrossExposure
            | Check::NetExposure
            | Check::Leverage
            | Check::BuyingPower
            | Check::Margin
            | Check::MarginUsed
            | Check::ShortSale
    )
}

/// A new order does. A replace does where it could trade more than its order holds, at a more aggressive price, or for more money; and
/// where that cannot be told.
#[inline]
pub(super) fn adds(context: &Context<'_>, proposal: &Proposal) -> bool {
    proposal.held.is_none_or(|held| adds_to(context, proposal, &held))
}

fn adds_to(context: &Context<'_>, proposal: &Proposal, held: &Held) -> bool {
    let more_qty = proposal.order_qty > held.order_qty || (proposal.counts && worst_qty(proposal) > held.open_qty);
    let alone = Proposal { held: None, ..*proposal };
    more_qty
        || match (worst_px(context, &alone), proposal.side) {
            (Ok(px), Side::Buy) => px > held.worst_px,
            // The lower a sale, the more aggressive; the higher, the more money.
            (Ok(px), Side::Sell) => px != held.worst_px,
            (Err(_), _) => true,
        }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional, OrdType, Px, Qty, ScopeState, Side};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{CHECKS, Proposal};

    /// Everything of size, money and position is used up.
    fn tight(side: Side) -> Desk {
        Desk::with(|desk| {
            desk.account.max_order_qty = Qty::whole(1);
            desk.account.max_order_notional = Notional::whole(1);
            (desk.account.max_long, desk.account.max_short) = (Qty::ZERO, Qty::ZERO);
            desk.cash = Notional::ZERO;
            let open = Qty::whole(10);
            match side {
                Side::Buy => desk.exposure.open_buys = open,
                Side::Sell => desk.exposure.open_sells = open,
            }
            for kind in LimitKind::ALL.iter().filter(|kind| kind.scopes().contains(&KillScope::Account)) {
                let is_ours = !matches!(kind, LimitKind::OrdTypes | LimitKind::TimesInForce | LimitKind::Sides);
                let is_rate = matches!(kind, LimitKind::MessageRate | LimitKind::OrderAge | LimitKind::OrderToTrade);
                if is_ours && !is_rate {
                    desk.limit(KillScope::Account, *kind, 0);
                }
            }
            desk.limit(KillScope::Account, LimitKind::Collar, 5_000_000);
            desk.limit(KillScope::Account, LimitKind::PassiveCollar, 5_000_000);
        })
    }

    #[test]
    fn replace_that_adds_nothing_is_not_refused_by_limits_tightened_since() {
        let bought = tight(Side::Buy);
        for (qty, px) in [(10, 100), (9, 100), (10, 99), (1, 99)] {
            assert_eq!(bought.refuses(replacing(10, 100, buy(qty, px))), None, "{qty} at {px}");
        }
        assert_eq!(bought.refuses(replacing(10, 100, buy(11, 99))), Some(Check::MaxOrderQty));
        assert_eq!(bought.refuses(replacing(10, 100, buy(9, 101))), Some(Check::MaxOrderQty));
        let sold = tight(Side::Sell);
        assert_eq!(sold.refuses(replacing(10, 100, sell(9, 100))), None);
        for (qty, px) in [(11, 100), (9, 99), (9, 101)] {
            assert_eq!(sold.refuses(replacing(10, 100, sell(qty, px))), Some(Check::MaxOrderQty), "{qty} at {px}");
        }
        assert_eq!(bought.refuses(buy(9, 99)), Some(Check::MaxOrderQty), "a new order adds");
    }

    #[test]
    fn prices_states_and_forms_are_judged_whatever_is_added() {
        let far = Desk::with(|desk| desk.reference.last_px = Px::whole(90));
        assert_eq!(far.refuses(replacing(10, 100, buy(9, 100))), Some(Check::CollarHigh));
        let halted = Desk::with(|desk| desk.scopes.0[KillScope::Firm as usize] = ScopeState::Halted);
        assert_eq!(halted.refuses(replacing(10, 100, buy(9, 100))), Some(Check::Halted));
        let half = Proposal { order_qty: Qty::from_units(1), ..buy(1, 100) };
        assert_eq!(Desk::new().refuses(replacing(10, 100, half)), Some(Check::Lot));
    }

    #[test]
    fn what_cannot_be_told_adds() {
        let blind = Desk::with(|desk| {
            desk.reference.last_px = Px::ZERO;
            desk.reference.ask_px = Px::ZERO;
        });
        let market = Proposal { ord_type: OrdType::Market, price: Px::ZERO, ..buy(1, 100) };
        let replace = replacing(10, 100, market);
        assert!(super::adds(&blind.context(), &replace));
        assert!(!super::adds(&Desk::new().context(), &replacing(10, 200, market)));
    }

    #[test]
    fn every_such_check_is_a_control() {
        assert_eq!(CHECKS.iter().filter(|check| super::concerns(**check)).count(), 19);
    }
}

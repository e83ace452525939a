//! What holds of all controls together.

use model::{KillScope, LimitKind, Notional, OrdType, Px, Qty, SCOPES, Side, Unit};
use proptest::prelude::*;

use super::CHECKS;
use crate::desk::{DAY, Desk, NOW, buy, market, replacing};
use crate::{Day, Exposure, Finding, Held, Proposal, Valued, Verdict, WideExposure, check, check_overridden, trace};

fn findings(desk: &Desk, proposal: &Proposal) -> Vec<Finding> {
    let mut findings = Vec::new();
    trace(&desk.context(), proposal, |finding| findings.push(finding));
    findings
}

#[test]
fn order_within_all_limits_passes_with_its_worst_price() {
    assert_eq!(check(&Desk::new().context(), &buy(100, 100)).unwrap().worst_px, Px::whole(100));
}

#[test]
fn market_buy_is_reserved_at_the_offer_moved_by_the_collar() {
    assert_eq!(check(&Desk::new().context(), &market(Side::Buy, 1)).unwrap().worst_px, Px::from_units(10_605_000_000));
}

#[test]
fn controls_run_in_the_order_of_precedence() {
    assert!(CHECKS.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn trace_tells_of_every_control_once_and_in_order() {
    let seen: Vec<_> = findings(&Desk::new(), &buy(100, 100)).iter().map(|finding| finding.seen.check).collect();
    assert_eq!(seen, CHECKS);
}

#[test]
fn overridden_order_passes_soft_checks_and_no_others() {
    let desk = Desk::with(|desk| desk.account.max_order_qty = Qty::whole(5));
    let context = desk.context();
    assert!(check(&context, &buy(10, 110)).is_err_and(|refusal| refusal.check.is_soft()));
    assert_eq!(check_overridden(&context, &buy(10, 110)).unwrap().worst_px, Px::whole(110));
    let overdrawn = Desk::with(|desk| desk.cash = Notional::whole(1));
    let hard = check_overridden(&overdrawn.context(), &buy(10, 110)).unwrap_err();
    assert_eq!(hard.check, model::Check::BuyingPower);
}

/// A limit near what the orders below come to: it refuses some of them.
fn limit_near(kind: LimitKind, spread: i64) -> i128 {
    let spread = i128::from(spread);
    match (kind, kind.unit()) {
        (LimitKind::RepeatWindow, _) => 1_000,
        (_, Unit::Bits) => 1 << (spread % 3) | 1,
        (_, Unit::Count) => 1 + spread % 4,
        (_, Unit::Notional) => Notional::whole(900).units() + spread * Notional::whole(1).units(),
        (_, Unit::Qty) => Qty::whole(5).units() as i128 + spread * 1_000_000,
        (_, Unit::Px) => Px::whole(95).units() as i128 + spread * 10_000_000,
        (_, Unit::Ratio) => spread * 100_000,
        (_, Unit::Nanos) => 1_000 + spread,
        _ => spread,
    }
}

proptest! {
    /// An order is first asked only whether any limit objects; who writes the record asks which one binds. They say the same.
    #[test]
    fn first_objection_is_that_of_the_record(
        limits in prop::collection::vec((0..LimitKind::ALL.len(), 0..SCOPES, 0i64..200), 0..24),
        used in prop::collection::vec((0u32..4, 0i64..900, 0i64..900, 0i64..500), SCOPES),
        unpriced in prop::option::weighted(0.5, 0..SCOPES),
        qty in 1i64..20, px in 90i64..110, side: bool, is_market: bool, is_replace: bool
    ) {
        let mut desk = Desk::new();
        for (kind, scope, spread) in limits {
            let (kind, scope) = (LimitKind::ALL[kind], KillScope::ALL[scope]);
            if kind.is_for(scope) {
                desk.limit(scope, kind, limit_near(kind, spread));
            }
        }
        for (usage, (count, buys, sells, gross)) in desk.usage.iter_mut().zip(used) {
            let whole = Notional::whole;
            (usage.live, usage.open_buys, usage.open_sells) = (count, whole(buys), whole(sells));
            let day = Day { number: DAY, orders: count, requests: 60 * count, cancels: count, trades: count, bought: whole(buys), sold: whole(sells) };
            usage.day = day;
            (0..count).for_each(|_| usage.bucket.take(NOW, 4));
            usage.valued = Valued { gross: whole(gross), net: whole(gross - 100), worth: whole(gross), margin: whole(gross), unpriced: 0, converted: 0 };
        }
        if let Some(scope) = unpriced {
            desk.usage[scope].valued.unpriced = 1;
        }
        desk.account.cash_account = 0;
        desk.repeats = Some([1; SCOPES]);
        let one = |position: i64| WideExposure { position: i128::from(Qty::whole(position).units()), ..WideExposure::default() };
        (desk.of_strategy, desk.of_instrument) = (one(3), one(-3));
        let order = Proposal { side: if side { Side::Buy } else { Side::Sell }, ..if is_market { market(Side::Buy, qty) } else { buy(qty, px) } };
        let order = if is_replace { replacing(6, 100, order) } else { order };
        let first = findings(&desk, &order).iter().find(|finding| finding.verdict == Verdict::Refused).map(|finding| finding.seen);
        prop_assert_eq!(check(&desk.context(), &order).err(), first);
    }

    /// Whatever the numbers: an answer, never a panic; nothing that passes exceeds a limit; and the first refusal that is
    /// traced is the one that is decided.
    #[test]
    fn absurd_numbers_get_an_answer(
        qty: i64, px: i64, position: i64, open: i64, cash: i64, side: bool, is_market: bool, is_replace: bool
    ) {
        let mut desk = Desk::new();
        desk.exposure = Exposure {
            position: Qty::from_units(position),
            open_buys: Qty::from_units(open.max(0)),
            open_sells: Qty::from_units(open.max(0)),
        };
        desk.cash = Notional::whole(cash);
        let side = if side { Side::Buy } else { Side::Sell };
        let ord_type = if is_market { OrdType::Market } else { OrdType::Limit };
        let held = is_replace.then_some(Held {
            open_notional: Notional::ZERO,
            order_qty: Qty::whole(10),
            cum_qty: Qty::whole(3),
            open_qty: Qty::whole(7),
            worst_px: Px::whole(100),
            reserved: Notional::ZERO,
        });
        let proposal = Proposal { held, ..Proposal::plain(side, ord_type, Qty::from_units(qty), Px::from_units(px)) };
        let decided = check(&desk.context(), &proposal);
        let first = findings(&desk, &proposal).iter().find(|finding| finding.verdict == Verdict::Refused).map(|finding| finding.seen);
        prop_assert_eq!(decided.err(), first);
        if decided.is_ok() {
            prop_assert!(proposal.order_qty <= desk.account.max_order_qty);
            prop_assert!(proposal.order_qty > Qty::ZERO);
        }
    }
}

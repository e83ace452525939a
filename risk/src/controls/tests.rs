//! What holds of all controls together.

use model::{Notional, OrdType, Px, Qty, Side};
use proptest::prelude::*;

use super::CHECKS;
use crate::desk::{Desk, buy, market};
use crate::{Exposure, Finding, Held, Proposal, Verdict, check, check_overridden, trace};

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

proptest! {
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

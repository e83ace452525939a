//! The limits of one order by itself: age, money, prices, permissions; set by commands, and after a fold of the journal.

use model::*;

use crate::bench::{Bench, SESSION, new_order};

/// The scope has the limit from now on.
pub(crate) fn limit(bench: &mut Bench, scope: KillScope, name: &str, kind: LimitKind, value: i128) {
    let change = ChangeLimit {
        actor: Text::literal("ann"),
        reason: Text::literal("test"),
        ..ChangeLimit::of(scope, Text::literal(name), kind, Some(value))
    };
    let events = bench.run(Command::ChangeLimit(change));
    assert!(matches!(events[0], Event::LimitChanged(e) if e.outcome == LimitOutcome::Set), "{events:?}");
}

/// The check that refused, and whose limit it was.
pub(crate) fn refused(events: &[Event]) -> Option<(Check, Option<KillScope>)> {
    let refusal = match events[0] {
        Event::OrderRefused(e) => e.refusal,
        Event::CancelRejected(e) if e.by_risk == 1 => e.refusal,
        _ => return None,
    };
    Some((refusal.check, refusal.scope()))
}

/// What the same command would come to in a state that was folded again is what it comes to now.
pub(crate) fn says_the_same_after_a_fold(bench: &mut Bench, command: Command) -> Option<(Check, Option<KillScope>)> {
    bench.state.assert_sums();
    let folded = bench.refold(64);
    assert_eq!(folded.hash(), bench.state.hash());
    let (seq, now) = (folded.last_seq().next(), EngineTime(bench.now.0 + 1_000));
    let mut again = Events::default();
    engine::decide(&folded, seq, now, &command, &mut again);
    let events = bench.run(command);
    assert_eq!(again.as_slice(), events.as_slice());
    refused(&events)
}

fn order(id: &str, side: Side, qty: i64, px: i64) -> NewOrder {
    new_order(SESSION, id, "ACME", side, qty, px)
}

#[test]
fn order_that_is_too_old_or_of_no_time_is_refused_and_so_is_its_replace() {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::OrderAge, 5_000);
    let sent = |bench: &Bench, id: &str, ago: i64| {
        let transact_time = EngineTime(bench.now.0 + 1_000 - ago);
        Command::NewOrder(NewOrder { transact_time, ..order(id, Side::Buy, 1, 100) })
    };
    let old = sent(&bench, "old", 5_001);
    let says = Some((Check::OrderAge, Some(KillScope::Account)));
    assert_eq!(says_the_same_after_a_fold(&mut bench, old), says);
    let timeless = Command::NewOrder(order("timeless", Side::Buy, 1, 100));
    assert_eq!(says_the_same_after_a_fold(&mut bench, timeless), says);
    let fresh = sent(&bench, "fresh", 5_000);
    assert_eq!(says_the_same_after_a_fold(&mut bench, fresh), None);
    let replace = ReplaceOrder {
        origin: Origin::fix(SESSION, 0),
        order_qty: Qty::whole(3),
        price: Px::whole(100),
        stop_px: Px::ZERO,
        transact_time: EngineTime(bench.now.0 - 10_000),
        cl_ord_id: ClOrdId::literal("late"),
        orig_cl_ord_id: ClOrdId::literal("fresh"),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        reserved: [0; 6],
        kept: KeptTerms::NOTHING,
    };
    assert_eq!(says_the_same_after_a_fold(&mut bench, Command::ReplaceOrder(replace)), says);
    assert_eq!(refused(&bench.replace("in-time", "fresh", Side::Buy, 2, 100)), None);
    assert!(matches!(bench.cancel("cancel", "fresh")[0], Event::CancelRequested(_)), "a cancel passes");
}

#[test]
fn least_money_static_and_dynamic_collars_of_scopes_are_named_in_the_refusal() {
    let mut bench = Bench::new(64);
    let units = |px: i64| i128::from(Px::whole(px).units());
    limit(&mut bench, KillScope::Session, "ONE", LimitKind::OrderNotionalMin, Notional::whole(500).units());
    limit(&mut bench, KillScope::Instrument, "ACME", LimitKind::PriceHigh, units(120));
    limit(&mut bench, KillScope::Instrument, "ACME", LimitKind::PriceLow, units(80));
    limit(&mut bench, KillScope::Firm, "", LimitKind::Collar, 15_000_000);
    limit(&mut bench, KillScope::Venue, "paper", LimitKind::PassiveCollar, 10_000_000);
    let cases = [
        (4, 100, Some((Check::MinOrderNotional, Some(KillScope::Session)))),
        (5, 100, None),
        (5, 121, Some((Check::PriceHigh, Some(KillScope::Instrument)))),
        (5, 120, Some((Check::CollarHigh, Some(KillScope::Firm)))),
        (5, 115, None),
        (6, 90, None),
        (6, 89, Some((Check::CollarPassive, Some(KillScope::Venue)))),
        (6, 79, Some((Check::PriceLow, Some(KillScope::Instrument)))),
    ];
    for (serial, (qty, px, says)) in cases.into_iter().enumerate() {
        let order = order(&format!("{serial}"), Side::Buy, qty, px);
        assert_eq!(says_the_same_after_a_fold(&mut bench, Command::NewOrder(order)), says, "{qty} at {px}");
    }
    assert_eq!(
        refused(&bench.replace("lower", "1", Side::Buy, 4, 100)),
        Some((Check::MinOrderNotional, Some(KillScope::Session)))
    );
}

#[test]
fn what_a_scope_does_not_allow_is_refused_before_what_is_stopped() {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::OrdTypes, 0b10);
    limit(&mut bench, KillScope::Firm, "", LimitKind::Sides, 0b01);
    let market = Command::NewOrder(order("market", Side::Buy, 1, 0));
    let says = Some((Check::OrdTypeAllowed, Some(KillScope::Account)));
    assert_eq!(says_the_same_after_a_fold(&mut bench, market), says);
    let sell = Command::NewOrder(order("sell", Side::Sell, 1, 100));
    assert_eq!(says_the_same_after_a_fold(&mut bench, sell), Some((Check::SideAllowed, Some(KillScope::Firm))));
    let buy = Command::NewOrder(order("buy", Side::Buy, 1, 100));
    assert_eq!(says_the_same_after_a_fold(&mut bench, buy), None);
}

//! Self-match prevention through the engine: who is refused, who gives way, and what rests.

use crate::bench::{Bench, new_order};
use crate::limits::{change, check, set};
use model::*;

/// Both sessions - one account each - are trader JANE's.
fn bench(scope: KillScope, name: &str, mode: i128) -> Bench {
    let mut bench = Bench::new(64);
    for target in ["ONE", "TWO"] {
        bench.run(Command::DefineAttribution(DefineAttribution {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal(target),
            trader: Text::literal("JANE"),
            strategy: Text::EMPTY,
        }));
    }
    limit(&mut bench, scope, name, mode);
    bench
}

fn limit(bench: &mut Bench, scope: KillScope, name: &str, mode: i128) {
    assert_eq!(set(bench, change(scope, name, LimitKind::SelfMatch, Some(mode), "ann")), LimitOutcome::Set);
}

fn order(bench: &mut Bench, session: u32, id: &str, side: Side, px: i64) -> Vec<Event> {
    bench.settle(Command::NewOrder(new_order(SessionId(session), id, "ACME", side, 10, px)))
}

fn accepted(bench: &mut Bench, session: u32, id: &str, side: Side, px: i64) -> OrderId {
    let events = order(bench, session, id, side, px);
    let order_id = events[0].order().unwrap_or_else(|| panic!("{events:?}")).order_id;
    bench.venue(order_id, ReportKind::Accepted, 0, 0);
    order_id
}

fn canceled(events: &[Event]) -> Vec<OrderId> {
    let asked = |event: &Event| match event {
        Event::CancelRequested(e) if e.cause == CancelCause::SelfMatch => Some(e.order.order_id),
        _ => None,
    };
    events.iter().filter_map(asked).collect()
}

fn is_told_again_by_the_journal(bench: &Bench) {
    bench.state.assert_sums();
    let again = bench.refold(64);
    again.assert_sums();
    assert_eq!(again.hash(), bench.state.hash());
}

#[test]
fn incoming_order_is_refused_by_the_group_that_has_the_limit() {
    for (scope, name, own, other) in [
        (KillScope::Firm, "", true, true),
        (KillScope::Trader, "JANE", true, true),
        (KillScope::Account, "CASH", true, false),
    ] {
        let mut bench = bench(scope, name, 1);
        let refused = Some((Check::SelfMatch, Some(scope)));
        accepted(&mut bench, 0, "a", Side::Sell, 101);
        accepted(&mut bench, 0, "b", Side::Sell, 103);
        assert_eq!(check(&order(&mut bench, 0, "c", Side::Buy, 100)), None);
        assert_eq!(check(&order(&mut bench, 0, "d", Side::Buy, 101)), refused.filter(|_| own));
        assert_eq!(check(&order(&mut bench, 1, "e", Side::Buy, 102)), refused.filter(|_| other), "{scope:?}");
        assert_eq!(check(&bench.replace("f", "c", Side::Buy, 10, 101)), refused);
        is_told_again_by_the_journal(&bench);
    }
}

#[test]
fn what_rests_follows_fills_cancels_and_replaces() {
    let mut bench = bench(KillScope::Firm, "", 1);
    let refused = Some((Check::SelfMatch, Some(KillScope::Firm)));
    let id = accepted(&mut bench, 0, "a", Side::Sell, 101);
    // Until the venue has said, the better of the two prices may trade.
    assert_eq!(check(&bench.replace("b", "a", Side::Sell, 10, 104)), None);
    assert_eq!(check(&order(&mut bench, 1, "c", Side::Buy, 101)), refused);
    bench.venue(id, ReportKind::Replaced, 0, 0);
    assert_eq!(check(&order(&mut bench, 1, "d", Side::Buy, 103)), None);
    assert_eq!(check(&order(&mut bench, 1, "e", Side::Buy, 104)), refused);
    bench.cancel("f", "b");
    assert_eq!(check(&order(&mut bench, 1, "g", Side::Buy, 104)), refused, "a cancel that was asked for is no cancel");
    bench.venue(id, ReportKind::Canceled, 0, 0);
    assert_eq!(check(&order(&mut bench, 1, "h", Side::Buy, 104)), None);
    let market = bench.settle(Command::NewOrder(new_order(SessionId(0), "i", "ACME", Side::Sell, 1, 0)));
    assert_eq!(check(&market), refused);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn others_give_way_before_the_order_goes() {
    let mut bench = bench(KillScope::Trader, "JANE", 2);
    let first = accepted(&mut bench, 0, "a", Side::Sell, 101);
    let second = accepted(&mut bench, 1, "b", Side::Sell, 102);
    accepted(&mut bench, 1, "c", Side::Sell, 103);
    let events = order(&mut bench, 1, "d", Side::Buy, 102);
    assert_eq!(canceled(&events), [first, second]);
    assert!(matches!(events[2], Event::OrderAccepted(_)), "{events:?}");
    bench.venue(first, ReportKind::Canceled, 0, 0);
    bench.venue(second, ReportKind::Canceled, 0, 0);
    let id = accepted(&mut bench, 1, "e", Side::Sell, 104);
    let events = bench.run(Command::ReplaceOrder(ReplaceOrder {
        origin: Origin::fix(SessionId(1), 0),
        order_qty: Qty::whole(10),
        price: Px::whole(104),
        stop_px: Px::ZERO,
        transact_time: bench.now,
        cl_ord_id: ClOrdId::literal("f"),
        orig_cl_ord_id: ClOrdId::literal("d"),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        reserved: [0; 6],
        kept: KeptTerms::NOTHING,
    }));
    assert_eq!(canceled(&events).last(), Some(&id), "{events:?}");
    assert!(matches!(events.last(), Some(Event::ReplaceRequested(_))), "{events:?}");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn both_go_where_the_limit_says_so() {
    let mut bench = bench(KillScope::Firm, "", 3);
    let first = accepted(&mut bench, 0, "a", Side::Sell, 101);
    let events = order(&mut bench, 1, "b", Side::Buy, 101);
    assert_eq!(check(&events), Some((Check::SelfMatch, Some(KillScope::Firm))));
    assert_eq!(canceled(&events), [first]);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn too_many_others_or_one_in_doubt_refuse_the_order() {
    let mut bench = bench(KillScope::Firm, "", 2);
    for id in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
        accepted(&mut bench, 0, id, Side::Sell, 101);
    }
    let refused = Some((Check::SelfMatch, Some(KillScope::Firm)));
    assert_eq!(check(&order(&mut bench, 1, "x", Side::Buy, 101)), refused);
    let mut bench = self::bench(KillScope::Firm, "", 2);
    let broker = VenueId::broker(SessionId(1));
    bench.route("ACME", broker);
    let link = |link| Command::VenueLink(VenueLink { venue: broker, link, reserved: [0; 3] });
    bench.run(link(Link::Up));
    order(&mut bench, 0, "a", Side::Sell, 101);
    bench.run(link(Link::Down));
    bench.run(link(Link::Up));
    assert_eq!(check(&order(&mut bench, 1, "b", Side::Buy, 101)), refused, "nobody knows whether it still rests");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn limit_that_comes_later_knows_what_rests_already() {
    let mut bench = bench(KillScope::Account, "MARGIN", 1);
    accepted(&mut bench, 0, "a", Side::Buy, 99);
    limit(&mut bench, KillScope::Account, "CASH", 1);
    let refused = Some((Check::SelfMatch, Some(KillScope::Account)));
    assert_eq!(check(&order(&mut bench, 0, "b", Side::Sell, 99)), refused);
    is_told_again_by_the_journal(&bench);
}

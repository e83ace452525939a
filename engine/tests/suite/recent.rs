//! Orders that come again, and owners who meet themselves.

use engine::RECENT_LOOKS_MAX;
use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::pre_trade::{limit, refused, says_the_same_after_a_fold};

const OTHER: SessionId = SessionId(1);
const SECOND: i128 = 1_000_000_000;
const REPEATED: Check = Check::RepeatedOrders;

fn order(bench: &Bench, qty: i64, px: i64) -> Command {
    Command::NewOrder(new_order(SESSION, &format!("{}", bench.history.len()), "ACME", Side::Buy, qty, px))
}

fn given(bench: &mut Bench, qty: i64, px: i64) -> Option<(Check, Option<KillScope>)> {
    let command = order(bench, qty, px);
    says_the_same_after_a_fold(bench, command)
}

#[test]
fn same_order_too_often_within_the_window_is_refused_until_the_window_is_over() {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Session, "ONE", LimitKind::RepeatedOrders, 2);
    let unset = Some((Check::LimitUnset, None));
    assert_eq!(given(&mut bench, 1, 100), unset, "a count without a window");
    limit(&mut bench, KillScope::Session, "ONE", LimitKind::RepeatWindow, SECOND);
    let says = Some((REPEATED, Some(KillScope::Session)));
    let first = bench.now.0 + 1_000;
    assert_eq!(given(&mut bench, 1, 100), None);
    assert_eq!(given(&mut bench, 1, 100), None);
    assert_eq!(given(&mut bench, 1, 100), says);
    assert_eq!(given(&mut bench, 2, 100), None, "another quantity");
    assert_eq!(given(&mut bench, 1, 99), None, "another price");
    let other = new_order(OTHER, "other", "ACME", Side::Buy, 1, 100);
    assert_eq!(says_the_same_after_a_fold(&mut bench, Command::NewOrder(other)), None, "another session");
    bench.now.0 = first + 1_000_000_000 - 1_000;
    assert_eq!(given(&mut bench, 1, 100), says, "just within the window");
    assert_eq!(given(&mut bench, 1, 100), None, "what was refused does not count");
    let cancel = bench.cancel("cancel", "3");
    assert!(!cancel.is_empty());
}

#[test]
fn more_orders_than_can_be_remembered_are_refused_and_not_guessed() {
    let mut bench = Bench::new(4_096);
    limit(&mut bench, KillScope::Firm, "", LimitKind::RepeatedOrders, i128::from(u32::MAX));
    limit(&mut bench, KillScope::Firm, "", LimitKind::RepeatWindow, 3_600 * SECOND);
    let account = bench.state.account(&Text::literal("CASH")).unwrap().1.definition;
    bench.run(Command::DefineAccount(DefineAccount { open_orders_max: u32::MAX, ..account }));
    for serial in 0..=RECENT_LOOKS_MAX {
        let expects = (serial > RECENT_LOOKS_MAX).then_some((REPEATED, Some(KillScope::Firm)));
        let command = order(&bench, 1, 1);
        assert_eq!(refused(&bench.run(command)), expects, "{serial}");
    }
    let command = order(&bench, 1, 1);
    assert_eq!(refused(&bench.run(command)), Some((REPEATED, Some(KillScope::Firm))), "too many alike");
}

fn attribute(bench: &mut Bench, session: &str, trader: &str) {
    bench.run(Command::DefineAttribution(DefineAttribution {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal(session),
        trader: Text::literal(trader),
        strategy: Text::EMPTY,
    }));
}

/// What is suspected of an order of the other session, for the other account.
fn suspected(bench: &mut Bench, symbol: &str, side: Side, px: i64) -> Option<OrderId> {
    let id = format!("{}", bench.history.len());
    let events = bench.run(Command::NewOrder(new_order(OTHER, &id, symbol, side, 1, px)));
    assert!(matches!(events[0], Event::OrderAccepted(_)), "nothing is refused: {events:?}");
    match events.get(1) {
        Some(Event::WashSuspected(e)) => Some(e.other),
        _ => None,
    }
}

#[test]
fn owner_on_both_sides_at_crossing_prices_raises_an_alert_and_passes() {
    let mut bench = Bench::new(64);
    attribute(&mut bench, "ONE", "JANE");
    attribute(&mut bench, "TWO", "JANE");
    limit(&mut bench, KillScope::Trader, "JANE", LimitKind::WashWindow, SECOND);
    let Event::OrderAccepted(resting) = bench.order("rests", Side::Buy, 1, 100)[0] else { panic!("accepted") };
    let rests = Some(resting.order.order_id);
    assert_eq!(suspected(&mut bench, "ACME", Side::Sell, 101), None, "they do not cross");
    assert_eq!(suspected(&mut bench, "ACME", Side::Sell, 100), rests);
    assert_eq!(suspected(&mut bench, "ACME", Side::Sell, 0), rests, "a market order");
    assert_eq!(suspected(&mut bench, "ACME", Side::Buy, 100), None, "the same side, and the account's own sells");
    assert_eq!(suspected(&mut bench, "ZINC", Side::Sell, 100), None, "another instrument");
    bench.state.assert_sums();
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
    attribute(&mut bench, "TWO", "JOE");
    assert_eq!(suspected(&mut bench, "ACME", Side::Sell, 100), None, "another owner");
    attribute(&mut bench, "TWO", "JANE");
    bench.now.0 += 1_000_000_000;
    assert_eq!(suspected(&mut bench, "ACME", Side::Sell, 100), None, "too long ago");
}

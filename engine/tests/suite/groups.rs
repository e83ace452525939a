//! Brackets and one-cancels-other in bad moments: late fills, refusals, halts, no room.

use model::*;

use crate::bench::{Bench, new_order};
use crate::moves::{accept, bracket, by_days, halt, linked, phase, quote, sent, stop_of, venue};

#[test]
fn leg_of_a_part_filled_entry_is_cut_after_the_close() {
    let mut bench = by_days(16);
    phase(&mut bench, 1, TradingPhase::Open);
    let entry = accept(&mut bench, linked("L", "entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    let profit = NewOrder {
        time_in_force: TimeInForce::GoodTillCancel,
        ..linked("L", "profit", Side::Sell, 100, 120, Contingency::None)
    };
    let profit = accept(&mut bench, profit);
    venue(&mut bench, entry, ReportKind::Filled, 40, 100);
    phase(&mut bench, 1, TradingPhase::Closed);
    assert_eq!(bench.status(profit), OrdStatus::DoneForDay);
    venue(&mut bench, entry, ReportKind::Canceled, 0, 0);
    assert_eq!(bench.state.order(profit).unwrap().view.order_qty, Qty::whole(40));
}

#[test]
fn leg_of_a_part_filled_entry_is_cut_in_a_halt() {
    let mut bench = Bench::new(16);
    let entry = accept(&mut bench, linked("L", "entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    let profit = NewOrder {
        exec_inst: ExecInst::REINSTATE_ON_TRADING_HALT,
        ..linked("L", "profit", Side::Sell, 100, 120, Contingency::None)
    };
    let profit = accept(&mut bench, profit);
    venue(&mut bench, entry, ReportKind::Filled, 40, 100);
    bench.settle(halt(Scope::Instrument, "", TradingState::Halted));
    venue(&mut bench, entry, ReportKind::Canceled, 0, 0);
    assert_eq!(bench.state.order(profit).unwrap().view.order_qty, Qty::whole(40));
}

#[test]
fn closed_leg_of_a_living_group_is_not_forgotten() {
    let mut bench = Bench::new(4);
    let leg = |id: &str, px| linked("L", id, Side::Buy, 10, px, Contingency::OneCancelsTheOther);
    let a = accept(&mut bench, leg("A", 99));
    let b = accept(&mut bench, leg("B", 98));
    let c = accept(&mut bench, leg("C", 97));
    venue(&mut bench, a, ReportKind::Canceled, 0, 0);
    let other = |id: &str| new_order(SessionId(1), id, "ZINC", Side::Buy, 1, 99);
    accept(&mut bench, other("D"));
    let full = bench.settle(Command::NewOrder(other("X")));
    assert!(matches!(full[0], Event::OrderRefused(refused) if refused.refusal.check == Check::OrderCapacity));
    let events = venue(&mut bench, b, ReportKind::Filled, 10, 98);
    assert!(events.iter().any(|event| matches!(event, Event::CancelRequested(e) if e.order.order_id == c)));
    // With the group its closed legs go too.
    venue(&mut bench, c, ReportKind::Canceled, 0, 0);
    accept(&mut bench, other("Y"));
}

#[test]
fn group_keeps_its_orders_where_there_is_no_room() {
    let mut bench = Bench::new(2);
    let leg = |id: &str, px| linked("L", id, Side::Buy, 10, px, Contingency::OneCancelsTheOther);
    let a = accept(&mut bench, leg("A", 99));
    let b = accept(&mut bench, leg("B", 98));
    venue(&mut bench, a, ReportKind::Canceled, 0, 0);
    let full = bench.settle(Command::NewOrder(leg("N", 97)));
    assert!(matches!(full[0], Event::OrderRefused(refused) if refused.refusal.check == Check::OrderCapacity));
    venue(&mut bench, b, ReportKind::Canceled, 0, 0);
    accept(&mut bench, leg("N", 97));
}

#[test]
fn late_fill_of_an_entry_leaves_what_protects_it() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    venue(&mut bench, entry, ReportKind::Filled, 40, 100);
    venue(&mut bench, entry, ReportKind::Canceled, 0, 0);
    assert!(bench.state.order(profit).unwrap().view.is_working());
    let events = venue(&mut bench, entry, ReportKind::Filled, 10, 100);
    assert!(bench.state.order(loss).unwrap().view.is_working(), "50 bought and nothing protects them: {events:?}");
}

#[test]
fn cancel_of_one_leg_leaves_the_other() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    venue(&mut bench, entry, ReportKind::Filled, 100, 100);
    bench.cancel("C", "profit");
    venue(&mut bench, profit, ReportKind::Canceled, 0, 0);
    assert!(bench.state.order(loss).unwrap().view.is_working(), "100 bought and nothing protects them");
}

#[test]
fn rejection_of_one_leg_leaves_the_other() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    venue(&mut bench, entry, ReportKind::Filled, 100, 100);
    venue(&mut bench, profit, ReportKind::Rejected, 0, 0);
    assert!(bench.state.order(loss).unwrap().view.is_working(), "100 bought and nothing protects them");
}

#[test]
fn one_price_sets_off_one_stop_of_a_group() {
    let mut bench = Bench::new(16);
    let entry = accept(&mut bench, linked("L", "entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    let one = accept(&mut bench, stop_of(linked("L", "1", Side::Sell, 100, 0, Contingency::None), 92));
    let two = accept(&mut bench, stop_of(linked("L", "2", Side::Sell, 100, 0, Contingency::None), 90));
    venue(&mut bench, entry, ReportKind::Filled, 100, 100);
    let events = quote(&mut bench, 80, 81);
    let canceled = events.iter().any(|event| matches!(event, Event::CancelRequested(_) | Event::OrderCanceled(_)));
    assert!(sent(&events).len() < 2 || canceled, "both {one:?} and {two:?} are sold: 200 for 100 held");
}

#[test]
fn linked_stop_alone_counts_against_limits() {
    let mut bench = Bench::new(64);
    // CASH has 1,000,000; greatest long 60,000.
    let mut accepted = 0;
    for n in 0..5 {
        let link = format!("L{n}");
        let id = format!("{n}");
        let order = stop_of(linked(&link, &id, Side::Buy, 40_000, 0, Contingency::None), 105);
        if matches!(bench.settle(Command::NewOrder(order))[0], Event::OrderAccepted(_)) {
            accepted += 1;
        }
    }
    let events = quote(&mut bench, 110, 111);
    let open = bench.state.holding(AccountId(0), InstrumentId(0)).map_or(Qty::ZERO, |h| h.exposure.open_buys);
    assert!(sent(&events).is_empty(), "{accepted} accepted, {} sent, open {open:?}, limit 60,000", sent(&events).len());
}

#[test]
fn leg_of_an_entry_that_was_refused_is_refused() {
    let mut bench = Bench::new(16);
    let entry = linked("L", "entry", Side::Buy, 100, 10_000, Contingency::OneTriggersTheOther);
    assert!(matches!(bench.settle(Command::NewOrder(entry))[0], Event::OrderRefused(_)));
    let events = bench.settle(Command::NewOrder(linked("L", "profit", Side::Sell, 100, 120, Contingency::None)));
    assert!(sent(&events).is_empty(), "sold short");
}

#[test]
fn entry_lets_nothing_go_while_trading_is_halted() {
    let mut bench = Bench::new(16);
    let (entry, _, _) = bracket(&mut bench);
    bench.settle(halt(Scope::Global, "", TradingState::Halted));
    let events = venue(&mut bench, entry, ReportKind::Filled, 100, 100);
    assert!(sent(&events).is_empty());
}

#[test]
fn leg_that_comes_when_another_is_filled_is_refused() {
    let mut bench = Bench::new(16);
    let leg = |id: &str, px| linked("L", id, Side::Buy, 10, px, Contingency::OneCancelsTheOther);
    let a = accept(&mut bench, leg("A", 99));
    venue(&mut bench, a, ReportKind::Filled, 5, 99);
    let events = bench.settle(Command::NewOrder(leg("B", 98)));
    assert!(
        sent(&events).is_empty() || events.iter().any(|e| matches!(e, Event::CancelRequested(_))),
        "A is hit, and B rests beside it"
    );
}

/// Two limits of 50 that take profit of an entry of 100.
fn two_targets(bench: &mut Bench) -> (OrderId, [OrderId; 2]) {
    let entry = accept(bench, linked("L", "entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    let target = |id: &str, px| linked("L", id, Side::Sell, 50, px, Contingency::None);
    let first = accept(bench, target("1", 120));
    (entry, [first, accept(bench, target("2", 130))])
}

fn parent_refusal(events: &[Event]) -> Option<(i128, i128)> {
    let refusal = match events[0] {
        Event::OrderRefused(e) => e.refusal,
        Event::CancelRejected(e) => e.refusal,
        _ => return None,
    };
    let whole = |units| units / i128::from(Qty::whole(1).units());
    (refusal.check == Check::ParentQty).then_some((whole(refusal.limit), whole(refusal.observed)))
}

#[test]
fn legs_together_never_come_to_more_than_their_entry() {
    let mut bench = Bench::new(16);
    let (entry, [_, second]) = two_targets(&mut bench);
    let one_more = linked("L", "3", Side::Sell, 1, 140, Contingency::None);
    assert_eq!(parent_refusal(&bench.settle(Command::NewOrder(one_more))), Some((100, 101)));
    let stop = |id: &str, qty| stop_of(linked("L", id, Side::Sell, qty, 0, Contingency::None), 90);
    assert_eq!(parent_refusal(&bench.settle(Command::NewOrder(stop("4", 51)))), Some((100, 151)));
    accept(&mut bench, stop("5", 50));
    assert_eq!(parent_refusal(&bench.replace("6", "2", Side::Sell, 51, 130)), Some((100, 101)));
    assert_eq!(parent_refusal(&bench.replace("7", "2", Side::Sell, 40, 130)), None);
    assert_eq!(parent_refusal(&bench.replace("8", "7", Side::Sell, 50, 130)), None);
    venue(&mut bench, entry, ReportKind::Filled, 100, 100);
    assert_eq!(parent_refusal(&bench.replace("9", "8", Side::Sell, 51, 130)), Some((100, 101)), "at work as well");
    assert!(bench.state.order(second).unwrap().view.is_working());
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn legs_of_a_part_filled_entry_share_what_it_has_traded() {
    let mut bench = Bench::new(16);
    let (entry, [first, second]) = two_targets(&mut bench);
    venue(&mut bench, entry, ReportKind::Filled, 60, 100);
    venue(&mut bench, entry, ReportKind::Canceled, 0, 0);
    let qty = |order| bench.state.order(order).map(|order: &engine::Order| order.view.leaves_qty()).unwrap();
    assert_eq!(qty(first) + qty(second), Qty::whole(60), "{:?} and {:?}", qty(first), qty(second));
    assert!(bench.state.order(first).unwrap().view.is_working());
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

//! OCO and bracket orders: orders of one ClOrdLinkID(583).

use model::*;

use crate::bench::{Bench, SESSION, new_order};

fn linked(id: &str, side: Side, qty: i64, px: i64, contingency: Contingency) -> NewOrder {
    NewOrder { cl_ord_link_id: ClOrdId::literal("L"), contingency, ..new_order(SESSION, id, "ACME", side, qty, px) }
}

fn accept(bench: &mut Bench, order: NewOrder) -> OrderId {
    let events = bench.settle(Command::NewOrder(order));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("accepted, not {events:?}") };
    accepted.order.order_id
}

fn venue(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64, px: i64) -> Vec<Event> {
    let exec = bench.history.len() as u64 + 1;
    bench.settle(Command::VenueReport(crate::bench::report(VenueId::PAPER, order, exec, kind, qty, px)))
}

fn cancels(events: &[Event]) -> Vec<OrderId> {
    let asked = |event: &Event| match event {
        Event::CancelRequested(e) if e.cause == CancelCause::Contingency => Some(e.order.order_id),
        Event::OrderCanceled(e) if e.cause == CancelCause::Contingency && e.venue_exec_id == 0 => {
            Some(e.order.order_id)
        }
        _ => None,
    };
    events.iter().filter_map(asked).collect()
}

/// An entry to buy 100, a limit to take the profit, and a stop against the loss.
fn bracket(bench: &mut Bench) -> (OrderId, OrderId, OrderId) {
    let entry = accept(bench, linked("entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    let profit = accept(bench, linked("profit", Side::Sell, 100, 120, Contingency::None));
    let loss = NewOrder {
        ord_type: OrdType::Stop,
        price: Px::ZERO,
        stop_px: Px::whole(90),
        ..linked("loss", Side::Sell, 100, 0, Contingency::None)
    };
    let loss = accept(bench, loss);
    (entry, profit, loss)
}

#[test]
fn fill_of_one_cancels_the_other() {
    let mut bench = Bench::new(16);
    let one = accept(&mut bench, linked("1", Side::Buy, 10, 99, Contingency::OneCancelsTheOther));
    let other = accept(&mut bench, linked("2", Side::Buy, 10, 98, Contingency::OneCancelsTheOther));
    assert_eq!(cancels(&venue(&mut bench, one, ReportKind::Filled, 3, 99)), [other]);
    let events = venue(&mut bench, other, ReportKind::Canceled, 0, 0);
    assert!(matches!(events[0], Event::OrderCanceled(e) if e.cause == CancelCause::Contingency));
    assert!(cancels(&venue(&mut bench, one, ReportKind::Filled, 7, 99)).is_empty());
    // The name may be used for another group when nothing of the first one works.
    accept(&mut bench, linked("3", Side::Buy, 10, 99, Contingency::OneTriggersTheOther));
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn bracket_waits_for_its_entry_and_one_of_its_sides_ends_the_other() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    let held = |bench: &Bench, order| bench.state.order(order).unwrap().view.held;
    assert_eq!((held(&bench, profit), held(&bench, loss)), (2, 3));
    let open_sells = bench.state.holding(AccountId(0), InstrumentId(0)).unwrap().exposure.open_sells;
    assert_eq!(open_sells, Qty::ZERO, "what waits for its entry holds nothing");
    venue(&mut bench, entry, ReportKind::Filled, 40, 100);
    assert_eq!((held(&bench, profit), held(&bench, loss)), (2, 3), "until the entry is done");
    let events = venue(&mut bench, entry, ReportKind::Filled, 60, 100);
    let sent: Vec<OrderId> = events.iter().filter_map(Event::sends_order).map(|order| order.order_id).collect();
    assert_eq!(sent, [profit]);
    assert_eq!((held(&bench, profit), held(&bench, loss)), (0, 1), "the stop waits for its price");
    assert_eq!(cancels(&venue(&mut bench, profit, ReportKind::Filled, 100, 120)), [loss]);
    assert_eq!(bench.status(loss), OrdStatus::Canceled);
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn bracket_of_a_part_filled_entry_protects_that_part() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    venue(&mut bench, entry, ReportKind::Filled, 40, 100);
    bench.run(Command::CancelOrder(CancelOrder {
        origin: Origin::fix(SESSION, 0),
        transact_time: bench.now,
        cl_ord_id: ClOrdId::literal("enough"),
        orig_cl_ord_id: ClOrdId::literal("entry"),
    }));
    venue(&mut bench, entry, ReportKind::Canceled, 0, 0);
    for order in [profit, loss] {
        assert_eq!(bench.state.order(order).unwrap().view.order_qty, Qty::whole(40));
    }
}

#[test]
fn bracket_of_an_entry_that_came_to_nothing_ends_with_it() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    venue(&mut bench, entry, ReportKind::Rejected, 0, 0);
    assert_eq!((bench.status(profit), bench.status(loss)), (OrdStatus::Canceled, OrdStatus::Canceled));
    assert_eq!(bench.state.working_count(), 0);
}

#[test]
fn stop_of_a_bracket_that_goes_off_ends_the_other_side() {
    let mut bench = Bench::new(16);
    let (entry, profit, loss) = bracket(&mut bench);
    venue(&mut bench, entry, ReportKind::Filled, 100, 100);
    let before = bench.history.len();
    bench.quote(0, 80, 81);
    while bench.state.has_work() {
        bench.run(Command::Step(Step { reserved: 0 }));
    }
    let events: Vec<Event> = bench.history[before..].iter().flat_map(|(_, _, events)| events.clone()).collect();
    assert!(events.iter().filter_map(Event::sends_order).any(|order| order.order_id == loss));
    assert_eq!(cancels(&events), [profit]);
}

#[test]
fn protection_that_is_larger_or_on_the_same_side_is_refused() {
    let mut bench = Bench::new(16);
    accept(&mut bench, linked("entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    for (id, side, qty) in [("1", Side::Sell, 101), ("2", Side::Buy, 10)] {
        let events = bench.run(Command::NewOrder(linked(id, side, qty, 120, Contingency::None)));
        assert!(matches!(events[0], Event::OrderRefused(e) if e.refusal.check == Check::Contingency), "{events:?}");
    }
}

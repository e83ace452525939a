//! Numbers that no venue can mean: kept for a person, and nothing happens.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::moves::{BROKER, accept, foreign, restated, venue};

#[test]
fn negative_cum_qty_is_kept_for_a_person() {
    let mut bench = Bench::new(16);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    let cum_qty = Qty::from_units(-9_223_372_036_800_000_000);
    let events = bench.settle(Command::VenueReport(VenueReport { cum_qty, ..restated(order, 900) }));
    assert!(matches!(events[0], Event::ReportSuspended(e) if e.why == Suspense::OutOfRange));
}

#[test]
fn restated_cum_qty_out_of_proportion_is_kept_for_a_person() {
    let mut bench = Bench::new(16);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    venue(&mut bench, order, ReportKind::Filled, 40, 100);
    let events =
        bench.settle(Command::VenueReport(VenueReport { cum_qty: Qty::from_units(1), ..restated(order, 900) }));
    for event in events {
        if let Some(view) = event.order() {
            view.avg_px();
        }
    }
}

#[test]
fn negative_price_makes_no_money() {
    let mut bench = Bench::new(16);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    let report = VenueReport {
        restatement: ExecRestatementReason::BrokerOption,
        price: Px::whole(-1_000_000),
        ..restated(order, 900)
    };
    bench.settle(Command::VenueReport(report));
    assert!(bench.state.order(order).unwrap().reserved >= Notional::ZERO);
}

#[test]
fn foreign_orders_beyond_what_can_be_counted_are_kept_for_a_person() {
    let mut bench = Bench::new(64);
    bench.route("ACME", BROKER);
    for n in 1..=12 {
        let events = bench.settle(Command::ForeignOrder(foreign(n, ReportKind::Accepted, 900_000_000_000_000_000, 1)));
        let is_taken = matches!(events[0], Event::OrderAdopted(_));
        assert_eq!(is_taken, n <= 10, "{events:?}");
    }
}

#[test]
fn foreign_fill_with_absurd_quantities_is_kept_for_a_person() {
    let mut bench = Bench::new(64);
    bench.route("ACME", BROKER);
    let order = ForeignOrder {
        cum_qty: Qty::from_units(9_000_000_000_000_000_000),
        last_qty: Qty::from_units(-9_000_000_000_000_000_000),
        last_px: Px::whole(1),
        ..foreign(1, ReportKind::Filled, 100, 1)
    };
    let events = bench.settle(Command::ForeignOrder(order));
    assert!(matches!(events[0], Event::ReportSuspended(e) if e.why == Suspense::OutOfRange));
}

//! Orders across a split.

use model::*;

use crate::bench::{Bench, SESSION, new_order, report};
use crate::moves::{accept, sent, split, stop_of, venue};

#[test]
fn bust_of_a_fill_from_before_a_split_is_kept_for_a_person() {
    let mut bench = Bench::new(16);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    venue(&mut bench, order, ReportKind::Filled, 40, 100);
    let fill = bench.state.order(order).unwrap().venue_exec_id;
    split(&mut bench, 2, 1);
    let exec = bench.history.len() as u64 + 1;
    let bust = report(VenueId::PAPER, order, exec, ReportKind::TradeCanceled, 0, 0);
    bench.settle(Command::VenueReport(VenueReport { venue_ref_id: fill, ..bust }));
    let view = bench.state.order(order).unwrap().view;
    assert_eq!(
        (view.order_qty, view.cum_qty, view.cum_notional),
        (Qty::whole(200), Qty::whole(80), Notional::whole(4_000))
    );
}

#[test]
fn split_sets_off_no_stop() {
    let mut bench = Bench::new(16);
    accept(&mut bench, stop_of(new_order(SESSION, "A", "ACME", Side::Buy, 100, 0), 105));
    let events = split(&mut bench, 2, 1);
    assert!(sent(&events).is_empty(), "the price of before the split sets it off");
}

#[test]
fn split_reaches_an_order_whose_replace_was_pending() {
    let mut bench = Bench::new(16);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    bench.replace("R", "A", Side::Buy, 120, 100);
    split(&mut bench, 2, 1);
    venue(&mut bench, order, ReportKind::ReplaceRejected, 0, 0);
    let view = bench.state.order(order).unwrap().view;
    assert_eq!((view.order_qty, view.price), (Qty::whole(200), Px::whole(50)));
}

#[test]
fn trailing_distance_follows_a_split() {
    let mut bench = Bench::new(16);
    let order = NewOrder {
        peg_offset: Px::whole(10),
        exec_inst: ExecInst::TRAILING_STOP_PEG,
        ..stop_of(new_order(SESSION, "A", "ACME", Side::Sell, 100, 0), 90)
    };
    let order = accept(&mut bench, order);
    split(&mut bench, 2, 1);
    assert_eq!(bench.state.order(order).unwrap().peg_offset, Px::whole(5));
}

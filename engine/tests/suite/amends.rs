//! Busts and corrections: the order, the position and the money come out as if it had been so from the beginning.

use model::*;

use crate::bench::{Bench, report};

fn bought(bench: &mut Bench, id: &str, side: Side, qty: i64) -> OrderId {
    let Event::OrderAccepted(accepted) = bench.order(id, side, qty, 100)[0] else { panic!("accepted") };
    accepted.order.order_id
}

fn amend(bench: &mut Bench, order: OrderId, kind: ReportKind, meant: u64, qty: i64, px: i64) -> Vec<Event> {
    let exec = bench.history.len() as u64 + 1;
    let report = report(VenueId::PAPER, order, exec, kind, qty, px);
    bench.run(Command::VenueReport(VenueReport { venue_ref_id: meant, ..report }))
}

/// FIX scenario J.1.a, in lots of 100 instead of 1,000.
#[test]
fn filled_order_works_again_after_a_bust_and_its_average_follows_each_correction() {
    let mut bench = Bench::new(16);
    let order = bought(&mut bench, "X", Side::Buy, 1_000);
    bench.venue(order, ReportKind::Filled, 100, 100);
    let first = bench.state.order(order).unwrap().venue_exec_id;
    bench.venue(order, ReportKind::Filled, 900, 110);
    let second = bench.state.order(order).unwrap().venue_exec_id;
    assert_eq!(bench.status(order), OrdStatus::Filled);
    let expect = |bench: &Bench, status, cum: i64, leaves: i64, avg: i64| {
        let view = bench.state.order(order).unwrap().view;
        assert_eq!(
            (view.ord_status, view.cum_qty, view.leaves_qty(), view.avg_px()),
            (status, Qty::whole(cum), Qty::whole(leaves), Px::whole(avg))
        );
        bench.state.assert_sums();
    };
    let Event::TradeCanceled(busted) = amend(&mut bench, order, ReportKind::TradeCanceled, first, 0, 0)[0] else {
        panic!("busted")
    };
    assert_eq!((busted.last_qty, busted.last_px), (Qty::whole(100), Px::whole(100)), "the fill that never was");
    expect(&bench, OrdStatus::PartiallyFilled, 900, 100, 110);
    amend(&mut bench, order, ReportKind::TradeCorrected, second, 900, 100);
    expect(&bench, OrdStatus::PartiallyFilled, 900, 100, 100);
    bench.venue(order, ReportKind::Filled, 100, 120);
    expect(&bench, OrdStatus::Filled, 1_000, 0, 102);
    amend(&mut bench, order, ReportKind::TradeCorrected, second, 950, 120);
    assert_eq!(bench.status(order), OrdStatus::Filled, "more than was ordered cannot be right");
    amend(&mut bench, order, ReportKind::TradeCorrected, second, 850, 120);
    expect(&bench, OrdStatus::PartiallyFilled, 950, 50, 120);
    assert!(matches!(
        amend(&mut bench, order, ReportKind::TradeCanceled, first, 0, 0)[0],
        Event::ReportSuspended(e) if e.why == Suspense::UnknownTrade
    ));
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

/// FIX scenario J.1.b.
#[test]
fn canceled_order_stays_canceled_whatever_is_busted_and_booked_late() {
    let mut bench = Bench::new(16);
    let order = bought(&mut bench, "X", Side::Buy, 100);
    bench.venue(order, ReportKind::Filled, 50, 100);
    let fill = bench.state.order(order).unwrap().venue_exec_id;
    bench.cancel("Y", "X");
    bench.venue(order, ReportKind::Canceled, 0, 0);
    amend(&mut bench, order, ReportKind::TradeCanceled, fill, 0, 0);
    let after = bench.state.order(order).unwrap();
    assert_eq!((after.view.ord_status, after.view.cum_qty), (OrdStatus::Canceled, Qty::ZERO));
    bench.venue(order, ReportKind::Filled, 40, 100);
    let after = bench.state.order(order).unwrap();
    assert_eq!((after.view.ord_status, after.view.cum_qty), (OrdStatus::Canceled, Qty::whole(40)));
    assert_eq!(after.view.leaves_qty(), Qty::ZERO);
    bench.state.assert_sums();
}

#[test]
fn bust_of_the_fill_that_flipped_a_position_counts_everything_after_it_again() {
    let (mut bench, mut without) = (Bench::new(64), Bench::new(64));
    let trade = |bench: &mut Bench, id: &str, side, qty, px| {
        let order = bought(bench, id, side, 200);
        bench.venue(order, ReportKind::Filled, qty, px);
        (order, bench.state.order(order).unwrap().venue_exec_id)
    };
    for bench in [&mut bench, &mut without] {
        trade(bench, "A", Side::Buy, 50, 100);
    }
    let (order, fill) = trade(&mut bench, "B", Side::Sell, 80, 110);
    for bench in [&mut bench, &mut without] {
        trade(bench, "C", Side::Buy, 100, 105);
        trade(bench, "D", Side::Sell, 60, 95);
    }
    amend(&mut bench, order, ReportKind::TradeCanceled, fill, 0, 0);
    let books = |bench: &Bench| bench.state.holding(AccountId(0), InstrumentId(0)).map(engine::Holding::books);
    assert_eq!(books(&bench), books(&without));
    let cash = |bench: &Bench| bench.state.account(&AccountName::literal("CASH")).map(|(_, account)| account.cash);
    assert_eq!(cash(&bench), cash(&without), "the fee is given back too");
}

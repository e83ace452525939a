//! What uses a limit up, and what does not: cancels, busts, and replaces that ask for no more.

use model::*;

use crate::bench::{Bench, SESSION, report};
use crate::pre_trade::{limit, refused};

const SECOND: i64 = 1_000_000_000;

fn accepted(events: &[Event]) -> OrderId {
    match events[0] {
        Event::OrderAccepted(e) => e.order.order_id,
        other => panic!("{other:?}"),
    }
}

fn everything(cl_ord_id: ClOrdId) -> Command {
    Command::MassCancel(MassCancel {
        origin: Origin::fix(SESSION, 0),
        transact_time: EngineTime(0),
        cl_ord_id,
        symbol: Symbol::EMPTY,
        account: AccountName::EMPTY,
        request_type: b'7',
        side: 0,
        reserved: [0; 6],
    })
}

/// A fill; its ExecID(17) at the venue.
fn filled(bench: &mut Bench, order: OrderId, qty: i64, px: i64) -> u64 {
    bench.venue(order, ReportKind::Filled, qty, px);
    bench.state.order(order).unwrap().venue_exec_id
}

fn amended(bench: &mut Bench, order: OrderId, fill: u64, kind: ReportKind, qty: i64, px: i64) {
    let exec = bench.history.len() as u64 + 1;
    let report = report(VenueId::PAPER, order, exec, kind, qty, px);
    bench.run(Command::VenueReport(VenueReport { venue_ref_id: fill, ..report }));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn cancels_fill_the_bucket_and_always_pass() {
    let mut bench = Bench::new(64);
    for id in ["a", "b", "c", "d", "e"] {
        accepted(&bench.order(id, Side::Buy, 1, 90));
    }
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::MessageRate, 3);
    for (id, orig) in [("f", "a"), ("g", "b"), ("h", "c"), ("i", "d"), ("j", "e")] {
        assert!(matches!(bench.cancel(id, orig)[0], Event::CancelRequested(_)), "nothing holds up a cancel");
    }
    let full = Some((Check::MessageRate, Some(KillScope::Account)));
    assert_eq!(refused(&bench.order("k", Side::Buy, 1, 90)), full);
    bench.now.0 += SECOND / 3 + 1;
    assert_eq!(refused(&bench.order("l", Side::Buy, 1, 90)), None, "five cancels leave no more debt than three");
    assert_eq!(refused(&bench.order("m", Side::Buy, 1, 90)), full);
}

#[test]
fn cancels_of_every_kind_count_for_their_session() {
    let cancels: [fn(&mut Bench, &str); 3] = [
        |bench, id| assert!(matches!(bench.cancel(id, "a")[0], Event::CancelRequested(_) | Event::CancelRejected(_))),
        |bench, id| assert!(matches!(bench.cancel(id, "nothing")[0], Event::CancelRejected(_))),
        |bench, id| {
            let id = ClOrdId::literal(id);
            bench.settle(everything(id));
        },
    ];
    for cancel in cancels {
        let mut bench = Bench::new(64);
        let session = *bench.state.session_at(SESSION).unwrap();
        bench.run(Command::DefineSession(DefineSession { messages_per_second: 2, ..session }));
        accepted(&bench.order("a", Side::Buy, 1, 90));
        cancel(&mut bench, "b");
        let full = Some((Check::MessageRate, Some(KillScope::Session)));
        assert_eq!(refused(&bench.order("c", Side::Buy, 1, 90)), full);
    }
}

#[test]
fn busted_fill_uses_up_no_limit_of_its_day() {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::DailyTrades, 1);
    limit(&mut bench, KillScope::Firm, "", LimitKind::DailyBuys, Notional::whole(1_000).units());
    let order = accepted(&bench.order("a", Side::Buy, 10, 100));
    let fill = filled(&mut bench, order, 6, 100);
    bench.cancel("b", "a");
    bench.venue(order, ReportKind::Canceled, 0, 0);
    let trades = Some((Check::DailyTrades, Some(KillScope::Account)));
    assert_eq!(refused(&bench.order("c", Side::Buy, 1, 100)), trades);
    amended(&mut bench, order, fill, ReportKind::TradeCanceled, 0, 0);
    let turnover = Some((Check::DailyBuys, Some(KillScope::Firm)));
    assert_eq!(refused(&bench.order("d", Side::Buy, 11, 100)), turnover);
    assert_eq!(refused(&bench.order("e", Side::Buy, 10, 100)), None);
}

#[test]
fn corrected_fill_is_turnover_as_it_was_corrected() {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Session, "ONE", LimitKind::DailySells, Notional::whole(1_000).units());
    let order = accepted(&bench.order("a", Side::Sell, 8, 100));
    let fill = filled(&mut bench, order, 8, 100);
    amended(&mut bench, order, fill, ReportKind::TradeCorrected, 8, 75);
    let day = bench.state.usage(KillScope::Session, SESSION.0).day;
    assert_eq!((day.trades, day.sold), (1, Notional::whole(600)));
    let turnover = Some((Check::DailySells, Some(KillScope::Session)));
    assert_eq!(refused(&bench.order("b", Side::Sell, 5, 100)), turnover);
    assert_eq!(refused(&bench.order("c", Side::Sell, 4, 100)), None);
}

#[test]
fn bust_of_an_earlier_day_gives_nothing_back_today() {
    let mut bench = Bench::new(64);
    let old = accepted(&bench.order("a", Side::Buy, 2, 100));
    let fill = filled(&mut bench, old, 1, 100);
    bench.now.0 += 24 * 3_600 * SECOND;
    let new = accepted(&bench.order("b", Side::Buy, 2, 100));
    filled(&mut bench, new, 2, 100);
    amended(&mut bench, old, fill, ReportKind::TradeCanceled, 0, 0);
    let day = bench.state.usage(KillScope::Firm, 0).day;
    assert_eq!((day.trades, day.bought), (1, Notional::whole(200)));
}

#[test]
fn replace_that_asks_for_no_more_passes_limits_tightened_since() {
    let mut bench = Bench::new(64);
    accepted(&bench.order("a", Side::Buy, 10, 100));
    for (kind, value) in [
        (LimitKind::OrderQty, Qty::whole(1).units().into()),
        (LimitKind::OrderNotional, Notional::whole(1).units()),
        (LimitKind::OpenBuys, 0),
        (LimitKind::DailyBuys, 0),
        (LimitKind::PositionLong, 0),
        (LimitKind::GrossExposure, 0),
    ] {
        limit(&mut bench, KillScope::Account, "CASH", kind, value);
    }
    let too_large = Some((Check::MaxOrderQty, Some(KillScope::Account)));
    assert_eq!(refused(&bench.replace("b", "a", Side::Buy, 11, 100)), too_large);
    assert_eq!(refused(&bench.replace("c", "a", Side::Buy, 9, 101)), too_large, "less, but dearer");
    assert_eq!(refused(&bench.replace("d", "a", Side::Buy, 9, 99)), None);
    bench.state.assert_sums();
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

//! Trading days: what ends with them, what goes on, what waits for its part of the day; and splits.

use model::*;

use crate::bench::{Bench, SESSION, instrument, new_order, report};

const CALENDAR: &str = "XTST";

fn bench() -> Bench {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(DefineInstrument {
        calendar: CalendarName::literal(CALENDAR),
        ..instrument("ACME")
    }));
    bench
}

fn phase(bench: &mut Bench, day: u32, phase: TradingPhase) -> Vec<Event> {
    bench.settle(Command::SetTradingPhase(SetTradingPhase {
        calendar: CalendarName::literal(CALENDAR),
        trading_day: day,
        phase,
        reserved: [0; 3],
        actor: Text::EMPTY,
        reason: Text::EMPTY,
    }))
}

fn order(bench: &mut Bench, id: &str, time_in_force: TimeInForce) -> Result<OrderId, Check> {
    let order = NewOrder { time_in_force, ..new_order(SESSION, id, "ACME", Side::Buy, 100, 100) };
    match bench.settle(Command::NewOrder(order))[0] {
        Event::OrderAccepted(accepted) => Ok(accepted.order.order_id),
        Event::OrderRefused(refused) => Err(refused.refusal.check),
        other => panic!("{other:?}"),
    }
}

fn venue(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64) -> Vec<Event> {
    let exec = bench.history.len() as u64 + 1;
    let px = if qty == 0 { 0 } else { 100 };
    bench.settle(Command::VenueReport(report(VenueId::PAPER, order, exec, kind, qty, px)))
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).filter(|name| !["WorkAdvanced", "TradingPhaseChanged"].contains(name)).collect()
}

#[test]
fn day_order_expires_at_the_close_when_its_venue_has_let_it_go() {
    let mut bench = bench();
    phase(&mut bench, 1, TradingPhase::Open);
    let day = order(&mut bench, "D", TimeInForce::Day).unwrap();
    venue(&mut bench, day, ReportKind::Filled, 30);
    let events = phase(&mut bench, 1, TradingPhase::Closed);
    assert_eq!(names(&events), ["CancelRequested"]);
    assert_eq!(bench.status(day), OrdStatus::PartiallyFilled, "the venue decides");
    let events = venue(&mut bench, day, ReportKind::Canceled, 0);
    assert!(matches!(events[0], Event::OrderExpired(e) if e.order.ord_status == OrdStatus::Expired));
    assert_eq!(order(&mut bench, "late", TimeInForce::Day), Err(Check::MarketClosed));
}

#[test]
fn good_till_order_is_done_for_the_day_and_restated_the_next_morning() {
    let mut bench = bench();
    phase(&mut bench, 1, TradingPhase::Open);
    let gtc = order(&mut bench, "G", TimeInForce::GoodTillCancel).unwrap();
    venue(&mut bench, gtc, ReportKind::Filled, 20);
    assert_eq!(names(&phase(&mut bench, 1, TradingPhase::Closed)), ["OrderDoneForDay"]);
    let view = bench.state.order(gtc).unwrap().view;
    assert_eq!((view.ord_status, view.leaves_qty()), (OrdStatus::DoneForDay, Qty::whole(80)));
    assert!(names(&phase(&mut bench, 2, TradingPhase::PreOpen)).is_empty());
    let events = phase(&mut bench, 2, TradingPhase::Open);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::OrderRestated(e) if e.restatement == ExecRestatementReason::GtRenewal))
    );
    venue(&mut bench, gtc, ReportKind::Filled, 10);
    let view = bench.state.order(gtc).unwrap().view;
    assert_eq!((view.ord_status, view.cum_qty), (OrdStatus::PartiallyFilled, Qty::whole(30)));
    assert_eq!((view.day_order_qty(), view.day_cum_qty()), (Qty::whole(80), Qty::whole(10)));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

/// FIX scenario J.1.c: a correction of an earlier day's fill changes what was done before, not today.
#[test]
fn correction_of_yesterdays_fill_leaves_today_alone() {
    let mut bench = bench();
    phase(&mut bench, 1, TradingPhase::Open);
    let gtc = order(&mut bench, "G", TimeInForce::GoodTillCancel).unwrap();
    venue(&mut bench, gtc, ReportKind::Filled, 20);
    let fill = bench.state.order(gtc).unwrap().venue_exec_id;
    phase(&mut bench, 1, TradingPhase::Closed);
    phase(&mut bench, 2, TradingPhase::Open);
    venue(&mut bench, gtc, ReportKind::Filled, 10);
    let exec = bench.history.len() as u64 + 1;
    let correction = report(VenueId::PAPER, gtc, exec, ReportKind::TradeCorrected, 15, 100);
    bench.settle(Command::VenueReport(VenueReport { venue_ref_id: fill, ..correction }));
    let view = bench.state.order(gtc).unwrap().view;
    assert_eq!(
        (view.cum_qty, view.day_order_qty(), view.day_cum_qty()),
        (Qty::whole(25), Qty::whole(85), Qty::whole(10))
    );
}

#[test]
fn orders_before_the_open_wait_for_it_and_those_for_the_opening_go_at_it() {
    let mut bench = bench();
    phase(&mut bench, 1, TradingPhase::PreOpen);
    let early = order(&mut bench, "E", TimeInForce::Day).unwrap();
    let opening = order(&mut bench, "O", TimeInForce::AtTheOpening).unwrap();
    let close = order(&mut bench, "C", TimeInForce::AtTheClose).unwrap();
    assert_eq!(order(&mut bench, "I", TimeInForce::ImmediateOrCancel), Err(Check::MarketClosed));
    let sent =
        |events: &[Event]| events.iter().filter_map(Event::sends_order).map(|order| order.order_id).collect::<Vec<_>>();
    assert_eq!(sent(&phase(&mut bench, 1, TradingPhase::Opening)), [opening]);
    assert_eq!(sent(&phase(&mut bench, 1, TradingPhase::Open)), [early]);
    assert_eq!(order(&mut bench, "O2", TimeInForce::AtTheOpening), Err(Check::TooLateToEnter));
    assert_eq!(sent(&phase(&mut bench, 1, TradingPhase::Closing)), [close]);
}

#[test]
fn order_for_a_date_ends_at_its_time() {
    let mut bench = bench();
    let until = EngineTime(bench.now.0 + 1_000_000);
    let gtd = NewOrder {
        time_in_force: TimeInForce::GoodTillDate,
        expire_time: until,
        ..new_order(SESSION, "G", "ZINC", Side::Buy, 1, 100)
    };
    let Event::OrderAccepted(accepted) = bench.settle(Command::NewOrder(gtd))[0] else { panic!("accepted") };
    let tick = Command::Tick(Tick { reserved: 0 });
    assert_eq!(names(&bench.settle(tick)), ["Ticked"]);
    bench.now = until;
    assert_eq!(names(&bench.settle(tick)), ["Ticked", "CancelRequested"]);
    assert_eq!(names(&bench.settle(tick)), ["Ticked"], "once");
    venue(&mut bench, accepted.order.order_id, ReportKind::Canceled, 0);
    assert_eq!(bench.status(accepted.order.order_id), OrdStatus::Expired);
}

/// FIX scenario H.1.b.
#[test]
fn split_restates_orders_to_the_same_money() {
    let mut bench = bench();
    let gtc = order(&mut bench, "G", TimeInForce::GoodTillCancel).unwrap();
    venue(&mut bench, gtc, ReportKind::Filled, 20);
    let before = bench.state.order(gtc).unwrap().view;
    let events = bench.settle(Command::SplitOrders(SplitOrders {
        symbol: Symbol::literal("ACME"),
        numerator: 2,
        denominator: 1,
        actor: Text::literal("ann"),
        reason: Text::literal("two for one"),
    }));
    assert_eq!(names(&events), ["SplitBegun", "OrderRestated"]);
    let view = bench.state.order(gtc).unwrap().view;
    assert_eq!((view.order_qty, view.cum_qty, view.leaves_qty()), (Qty::whole(200), Qty::whole(40), Qty::whole(160)));
    assert_eq!((view.price, view.avg_px(), view.cum_notional), (Px::whole(50), Px::whole(50), before.cum_notional));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn halt_cancels_and_suspends_those_that_ask_for_it() {
    let mut bench = bench();
    let with = |bench: &mut Bench, id: &str, exec_inst| {
        let order = NewOrder { exec_inst, ..new_order(SESSION, id, "ACME", Side::Buy, 1, 100) };
        let Event::OrderAccepted(accepted) = bench.settle(Command::NewOrder(order))[0] else { panic!("accepted") };
        accepted.order.order_id
    };
    let ends = with(&mut bench, "K", ExecInst::CANCEL_ON_TRADING_HALT);
    let comes_back = with(&mut bench, "J", ExecInst::REINSTATE_ON_TRADING_HALT);
    let plain = with(&mut bench, "P", ExecInst::NONE);
    let set = |bench: &mut Bench, state| {
        bench.settle(Command::SetTradingState(SetTradingState {
            scope: Scope::Instrument,
            state,
            reserved: [0; 6],
            account: AccountName::EMPTY,
            symbol: Symbol::literal("ACME"),
            actor: Text::literal("ann"),
            reason: Text::literal("news"),
        }))
    };
    set(&mut bench, TradingState::Halted);
    venue(&mut bench, ends, ReportKind::Canceled, 0);
    assert_eq!(
        [ends, comes_back, plain].map(|order| bench.status(order)),
        [OrdStatus::Canceled, OrdStatus::Suspended, OrdStatus::New]
    );
    assert_eq!(order(&mut bench, "N", TimeInForce::Day), Err(Check::NotTradable));
    set(&mut bench, TradingState::Active);
    assert_eq!(bench.status(comes_back), OrdStatus::New);
}

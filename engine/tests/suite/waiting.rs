//! Orders that wait: for the open, for their price, for an answer, for their date.

use model::*;

use crate::bench::{Bench, SESSION, instrument, new_order};
use crate::moves::{BROKER, accept, by_days, enter, foreign, halt, phase, quote, sent, steps, stop_of, venue};

#[test]
fn halt_of_any_scope_holds_back_what_waits_for_the_open() {
    let mut went = Vec::new();
    for scope in [Scope::Global, Scope::Account, Scope::Instrument] {
        let mut bench = by_days(64);
        phase(&mut bench, 1, TradingPhase::PreOpen);
        accept(&mut bench, new_order(SESSION, "E", "ACME", Side::Buy, 100, 100));
        bench.settle(halt(scope, if scope == Scope::Account { "CASH" } else { "" }, TradingState::Halted));
        let events = phase(&mut bench, 1, TradingPhase::Open);
        if !sent(&events).is_empty() {
            went.push(scope);
        }
    }
    assert!(went.is_empty(), "{went:?} is halted, and the order goes to the venue");
}

#[test]
fn stops_that_wait_for_the_open_keep_their_room() {
    let mut bench = by_days(16);
    phase(&mut bench, 1, TradingPhase::PreOpen);
    let mut accepted = 0;
    for n in 0..6 {
        let order = stop_of(new_order(SESSION, &format!("{n}"), "ACME", Side::Buy, 1, 0), 105);
        let events = bench.settle(Command::NewOrder(order));
        accepted += u32::from(matches!(events[0], Event::OrderAccepted(_)));
    }
    assert_eq!(accepted, 4, "a quarter of the orders may wait for a price");
    phase(&mut bench, 1, TradingPhase::Open);
}

#[test]
fn stops_of_a_halted_account_hold_up_nobody() {
    let mut bench = Bench::new(4_096);
    for n in 0..300 {
        accept(&mut bench, stop_of(new_order(SessionId(1), &format!("{n}"), "ACME", Side::Sell, 1, 0), 95));
    }
    let other = accept(&mut bench, stop_of(new_order(SESSION, "S", "ACME", Side::Sell, 1, 0), 94));
    bench.settle(halt(Scope::Account, "MARGIN", TradingState::Halted));
    for _ in 0..3 {
        quote(&mut bench, 80, 81);
    }
    assert_eq!(bench.state.order(other).unwrap().view.triggered, 1, "price 80 is far below its stop of 94");
}

#[test]
fn foreign_good_till_date_order_without_a_date_lives_on() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(DefineInstrument {
        abilities: Abilities::NONE,
        venue: BROKER,
        ..instrument("ACME")
    }));
    let order =
        ForeignOrder { time_in_force: TimeInForce::GoodTillDate, ..foreign(1, ReportKind::Accepted, 100_000_000, 100) };
    bench.settle(Command::ForeignOrder(order));
    let events = bench.settle(Command::Tick(Tick { reserved: 0 }));
    assert!(!events.iter().any(|event| matches!(event, Event::CancelRequested(_))), "{events:?}");
}

#[test]
fn expired_order_that_waits_for_its_venue_is_not_reviewed_with_each_tick() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(DefineInstrument { abilities: Abilities::NONE, ..instrument("ACME") }));
    let order = NewOrder {
        time_in_force: TimeInForce::GoodTillDate,
        expire_time: EngineTime(bench.now.0 + 50_000),
        ..new_order(SESSION, "A", "ACME", Side::Buy, 100, 100)
    };
    accept(&mut bench, order);
    bench.now.0 += 1_000_000;
    bench.settle(Command::Tick(Tick { reserved: 0 }));
    let mut reviews = 0;
    for _ in 0..10 {
        bench.run(Command::Tick(Tick { reserved: 0 }));
        reviews += u32::from(bench.state.has_work());
        steps(&mut bench);
    }
    assert_eq!(reviews, 0, "each Tick walks over all working orders");
}

#[test]
fn closed_order_without_a_name_frees_no_name() {
    let mut bench = Bench::new(2);
    let a = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 10, 100));
    let events = enter(&mut bench, 1);
    let Event::OrderAdopted(phone) = events[0] else { panic!() };
    for (n, (id, orig)) in [("R1", "A"), ("R2", "R1"), ("R3", "R2")].into_iter().enumerate() {
        bench.replace(id, orig, Side::Buy, 11 + n as i64, 100);
        venue(&mut bench, a, ReportKind::Replaced, 0, 0);
    }
    venue(&mut bench, phone.order.order_id, ReportKind::Canceled, 0, 0);
    let events = bench.settle(Command::NewOrder(new_order(SESSION, "C", "ACME", Side::Buy, 2, 100)));
    assert!(matches!(events[0], Event::OrderRefused(refused) if refused.refusal.check == Check::OrderCapacity));
}

#[test]
fn telephoned_order_before_the_open_goes_to_its_venue_once() {
    let mut bench = by_days(16);
    phase(&mut bench, 1, TradingPhase::PreOpen);
    let events = enter(&mut bench, 1);
    let first = sent(&events).len();
    let second = sent(&phase(&mut bench, 1, TradingPhase::Open)).len();
    assert_eq!((first, second), (0, 1));
}

#[test]
fn cancel_that_crosses_the_end_is_answered() {
    let mut bench = Bench::new(16);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    bench.cancel("C", "A");
    let first = venue(&mut bench, order, ReportKind::Expired, 0, 0);
    let second = venue(&mut bench, order, ReportKind::CancelRejected, 0, 0);
    let answered = first.iter().chain(&second).any(|event| matches!(event, Event::CancelRejected(_)));
    assert!(answered, "{first:?} {second:?}");
}

//! Trading days: what is over with them, what goes on, and what is counted by them.

use crate::bench::{Bench, SESSION, instrument, new_order};
use model::*;

const MONDAY: u32 = 20_780;

fn by_days() -> Bench {
    let mut bench = Bench::new(64);
    let calendar = CalendarName::literal("DAYS");
    bench.run(Command::DefineInstrument(DefineInstrument { calendar, ..instrument("ACME") }));
    phase(&mut bench, MONDAY, TradingPhase::Open);
    go_on(&mut bench);
    bench
}

fn phase(bench: &mut Bench, trading_day: u32, phase: TradingPhase) {
    let events = bench.run(Command::SetTradingPhase(SetTradingPhase {
        calendar: CalendarName::literal("DAYS"),
        trading_day,
        phase,
        reserved: [0; 3],
        actor: Text::EMPTY,
        reason: Text::EMPTY,
    }));
    assert_eq!(events.len(), 1, "{events:?}");
}

/// Does all that goes on by itself, and gives what happened to orders.
fn go_on(bench: &mut Bench) -> Vec<Event> {
    let mut events = Vec::new();
    while bench.state.has_work() {
        events.extend(bench.run(Command::Step(Step { reserved: 0 })));
    }
    events.retain(|event| event.order().is_some());
    events
}

fn good_till(bench: &mut Bench, id: &str) -> OrderId {
    let order = new_order(SESSION, id, "ACME", Side::Buy, 100, 90);
    let order = NewOrder { time_in_force: TimeInForce::GoodTillCancel, ..order };
    let events = bench.run(Command::NewOrder(order));
    let order_id = events[0].order().expect("it is accepted").order_id;
    bench.venue(order_id, ReportKind::Accepted, 0, 0);
    order_id
}

#[test]
fn close_and_open_that_come_at_once_still_end_one_day_and_begin_the_next() {
    let mut bench = by_days();
    let id = good_till(&mut bench, "gtc");
    bench.venue(id, ReportKind::Filled, 20, 90);
    bench.order("day", Side::Buy, 10, 90);
    // The daemon was away over the night: both are said before anything could be done about the first.
    phase(&mut bench, MONDAY, TradingPhase::Closed);
    phase(&mut bench, MONDAY + 1, TradingPhase::Open);
    let events = go_on(&mut bench);
    let done = events.iter().find_map(|event| match event {
        Event::OrderDoneForDay(e) => Some(e.order),
        _ => None,
    });
    let renewed = events.iter().find_map(|event| match event {
        Event::OrderRestated(e) => Some((e.order, e.restatement)),
        _ => None,
    });
    assert_eq!(done.expect("its day is over").ord_status, OrdStatus::DoneForDay);
    let (view, restatement) = renewed.expect("its next day has begun");
    assert_eq!((view.ord_status, restatement), (OrdStatus::PartiallyFilled, ExecRestatementReason::GtRenewal));
    assert_eq!((view.day_order_qty(), view.day_cum_qty()), (Qty::whole(80), Qty::ZERO));
    let ended = |event: &Event| matches!(event, Event::CancelRequested(e) if e.cause == CancelCause::Expiry);
    assert_eq!(events.iter().filter(|event| ended(event)).count(), 1, "the day order expires: {events:?}");
    bench.state.assert_sums();
}

#[test]
fn order_that_its_venue_is_done_with_for_today_waits_for_tomorrow() {
    let mut bench = by_days();
    let id = good_till(&mut bench, "gtc");
    bench.venue(id, ReportKind::DoneForDay, 0, 0);
    // Every order is looked at again.
    bench.run(Command::SessionEnded(SessionEnded { session: SessionId(1), how: SessionEnd::Logout, reserved: [0; 3] }));
    phase(&mut bench, MONDAY, TradingPhase::Closing);
    assert_eq!(go_on(&mut bench), []);
    phase(&mut bench, MONDAY, TradingPhase::Closed);
    assert_eq!(go_on(&mut bench), [], "it is told once");
    phase(&mut bench, MONDAY + 1, TradingPhase::Open);
    assert!(matches!(go_on(&mut bench)[..], [Event::OrderRestated(_)]));
}

#[test]
fn counts_are_of_the_day_and_the_same_after_a_restart() {
    let mut bench = by_days();
    let (account, acme) = (AccountId(0), InstrumentId(0));
    let id = good_till(&mut bench, "a");
    bench.venue(id, ReportKind::Filled, 20, 90);
    bench.venue(id, ReportKind::Filled, 10, 89);
    bench.order("b", Side::Buy, 10, 90);
    bench.cancel("c", "a");
    bench.venue(id, ReportKind::Canceled, 0, 0);
    let traded = Notional::whole(20 * 90 + 10 * 89);
    let expected = DayCounts { day: MONDAY, orders: 2, cancels: 1, trades: 2, traded };
    assert_eq!(bench.state.day_counts(account, acme), expected);
    let again = bench.refold(64);
    assert_eq!((again.day_counts(account, acme), again.hash()), (expected, bench.state.hash()));
    phase(&mut bench, MONDAY, TradingPhase::Closed);
    assert_eq!(bench.state.day_counts(account, acme), expected, "the day lasts until the next begins");
    phase(&mut bench, MONDAY + 1, TradingPhase::PreOpen);
    let nothing = DayCounts { day: MONDAY + 1, ..DayCounts::default() };
    assert_eq!(bench.state.day_counts(account, acme), nothing);
    // Without a calendar the day is that of UTC.
    bench.run(Command::NewOrder(new_order(SESSION, "z", "ZINC", Side::Buy, 10, 90)));
    let zinc = bench.state.day_counts(account, InstrumentId(1));
    assert_eq!((zinc.day, zinc.orders), (0, 1));
    bench.now.0 += 86_400_000_000_000;
    bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(bench.state.day_counts(account, InstrumentId(1)).orders, 0);
}

//! Controls 15, 37 and 41 through the engine: drift of own executions, order-to-trade ratio, silence of prices and of the clock.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::guard::{acts, attributed, limit, refused, release, replays};

const SECOND: i64 = 1_000_000_000;
/// A ratio of one.
const ONE: i128 = 100_000_000;

fn working(bench: &mut Bench, id: &str, qty: i64, px: i64) -> OrderId {
    let events = bench.settle(Command::NewOrder(new_order(SESSION, id, "ACME", Side::Buy, qty, px)));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("{events:?}") };
    bench.venue(accepted.order.order_id, ReportKind::Accepted, 0, 0);
    accepted.order.order_id
}

fn alarms(events: &[Event]) -> Vec<Alarm> {
    let of = |event: &Event| match event {
        Event::Alarmed(e) => Some(e.alarm),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

fn tick(bench: &mut Bench, later: i64) -> Vec<Event> {
    bench.now.0 += later;
    bench.run(Command::Tick(Tick { reserved: 0 }))
}

#[test]
fn strategy_whose_executions_drift_from_the_first_reference_is_killed_by_the_fill_that_went_too_far() {
    let mut bench = attributed(64);
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::ExecutionDrift, ONE / 50);
    let order = working(&mut bench, "a", 100, 110);
    assert!(acts(&bench.venue(order, ReportKind::Filled, 1, 102)).is_empty(), "two in a hundred is the limit");
    let events = bench.venue(order, ReportKind::Filled, 1, 103);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!((set.set.state, set.limit()), (ScopeState::Killed, Some(LimitKind::ExecutionDrift)));
    assert_eq!(set.set.reason.as_str(), "0.025 is above the limit 0.02");
    bench.settle(Command::Tick(Tick { reserved: 0 }));
    release(&mut bench, KillScope::Strategy, "ARB");
    assert!(acts(&bench.venue(order, ReportKind::Filled, 1, 102)).is_empty(), "another window");
    replays(&bench, 64);
}

#[test]
fn ratio_of_messages_to_fills_is_told_of_first_and_then_refuses_but_never_a_cancel() {
    let mut bench = attributed(512);
    limit(&mut bench, KillScope::Trader, "JANE", LimitKind::OrderToTrade, 124 * ONE);
    let mut alarmed = 0;
    for number in 0..125 {
        let events = bench.order(&format!("o{number}"), Side::Buy, 1, 90);
        assert!(matches!(events[0], Event::OrderAccepted(_)), "{number}");
        alarmed += alarms(&events).len();
    }
    assert_eq!(alarmed, 1, "once, on the way up");
    let refusal = refused(&bench.order("more", Side::Buy, 1, 90)).expect("above the limit");
    assert_eq!((refusal.check, refusal.scope()), (Check::OrderToTrade, Some(KillScope::Trader)));
    assert!(matches!(bench.cancel("c", "o7")[0], Event::CancelRequested(_)), "cancels always pass");
    replays(&bench, 512);
}

#[test]
fn silent_instrument_with_working_orders_reduces_then_is_killed_and_a_quote_alone_does_not_let_it_go() {
    let mut bench = attributed(64);
    limit(&mut bench, KillScope::Firm, "", LimitKind::QuoteSilence, 10 * i128::from(SECOND));
    limit(&mut bench, KillScope::Instrument, "ACME", LimitKind::QuoteSilenceHalt, 20 * i128::from(SECOND));
    working(&mut bench, "a", 10, 100);
    bench.quote(0, 99, 101);
    assert!(acts(&tick(&mut bench, 4 * SECOND)).is_empty());
    let events = tick(&mut bench, 6 * SECOND);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!((set.set.scope, set.set.name.as_str()), (KillScope::Instrument, "ACME"), "ZINC has no order");
    assert_eq!((set.set.state, set.limit()), (ScopeState::Reducing, Some(LimitKind::QuoteSilence)));
    let events = tick(&mut bench, 11 * SECOND);
    assert_eq!(acts(&events)[0].set.state, ScopeState::Killed);
    bench.quote(0, 99, 101);
    bench.settle(Command::Tick(Tick { reserved: 0 }));
    let refusal = refused(&bench.order("b", Side::Buy, 1, 100)).expect("a person lets it go");
    assert_eq!((refusal.check, refusal.stopped_by()), (Check::KilledInstrument, Some(LimitKind::QuoteSilenceHalt)));
    release(&mut bench, KillScope::Instrument, "ACME");
    assert!(refused(&bench.order("c", Side::Buy, 1, 100)).is_none());
    replays(&bench, 64);
}

#[test]
fn clock_that_jumps_is_told_of() {
    let mut bench = attributed(64);
    assert!(alarms(&tick(&mut bench, 4 * SECOND)).is_empty());
    assert_eq!(alarms(&tick(&mut bench, 6 * SECOND)), [Alarm::ClockJump]);
    assert!(alarms(&tick(&mut bench, SECOND)).is_empty());
    replays(&bench, 64);
}

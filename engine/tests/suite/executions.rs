//! Control 21: too many fills within a window kill the scope in the frame of the fill that was one too many.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::guard::{acts, attributed, limit, refused, release, replays};

const SECOND: i128 = 1_000_000_000;

/// Strategy ARB may have three fills within ten seconds.
fn bench() -> Bench {
    let mut bench = attributed(64);
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::RepeatedExecutions, 3);
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::ExecutionWindow, 10 * SECOND);
    bench
}

fn working(bench: &mut Bench, id: &str, qty: i64) -> OrderId {
    let events = bench.settle(Command::NewOrder(new_order(SESSION, id, "ACME", Side::Buy, qty, 100)));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("{events:?}") };
    bench.venue(accepted.order.order_id, ReportKind::Accepted, 0, 0);
    accepted.order.order_id
}

#[test]
fn fill_that_is_one_too_many_kills_the_strategy_in_its_own_frame() {
    let mut bench = bench();
    let order = working(&mut bench, "a", 100);
    for _ in 0..3 {
        assert!(acts(&bench.venue(order, ReportKind::Filled, 1, 100)).is_empty(), "up to the limit");
    }
    let events = bench.venue(order, ReportKind::Filled, 1, 100);
    assert!(matches!(events[0], Event::OrderFilled(_)), "what is filled is booked");
    let [set] = acts(&events)[..] else { panic!("one act: {events:?}") };
    assert_eq!((set.set.scope, set.set.name.as_str(), set.set.state), (KillScope::Strategy, "ARB", ScopeState::Killed));
    assert_eq!((set.limit(), set.live), (Some(LimitKind::RepeatedExecutions), 1));
    assert_eq!((set.set.actor.as_str(), set.set.reason.as_str()), ("repeated_executions", "4 is above the limit 3"));
    // The cancels come by themselves, and what is refused afterwards says why.
    let steps = bench.settle(Command::Tick(Tick { reserved: 0 }));
    assert!(steps.iter().any(|event| matches!(event, Event::CancelRequested(e) if e.cause == CancelCause::Kill)));
    let refusal = refused(&bench.order("b", Side::Buy, 1, 100)).expect("nothing new");
    assert_eq!((refusal.check, refusal.stopped_by()), (Check::KilledStrategy, Some(LimitKind::RepeatedExecutions)));
    replays(&bench, 64);
}

#[test]
fn last_fill_of_an_order_is_no_longer_live_in_the_killed_scope() {
    let mut bench = bench();
    let order = working(&mut bench, "a", 4);
    (0..3).for_each(|_| drop(bench.venue(order, ReportKind::Filled, 1, 100)));
    let events = bench.venue(order, ReportKind::Filled, 1, 100);
    assert_eq!(acts(&events)[0].live, 0);
    bench.state.assert_sums();
}

#[test]
fn fills_that_are_a_window_old_count_no_more_and_a_person_begins_the_count_anew() {
    let mut bench = bench();
    let order = working(&mut bench, "a", 100);
    (0..3).for_each(|_| drop(bench.venue(order, ReportKind::Filled, 1, 100)));
    bench.now.0 += 10 * SECOND as i64;
    (0..3).for_each(|_| assert!(acts(&bench.venue(order, ReportKind::Filled, 1, 100)).is_empty()));
    assert_eq!(acts(&bench.venue(order, ReportKind::Filled, 1, 100)).len(), 1);
    assert!(acts(&bench.venue(order, ReportKind::Filled, 1, 100)).is_empty(), "it is killed already");
    release(&mut bench, KillScope::Strategy, "ARB");
    (0..3).for_each(|_| assert!(acts(&bench.venue(order, ReportKind::Filled, 1, 100)).is_empty()));
    assert_eq!(acts(&bench.venue(order, ReportKind::Filled, 1, 100)).len(), 1);
    replays(&bench, 64);
}

#[test]
fn limit_of_fills_has_a_bound() {
    let mut bench = bench();
    let change = ChangeLimit {
        actor: Text::literal("ann"),
        reason: Text::literal("test"),
        ..ChangeLimit::of(KillScope::Trader, Text::literal("JANE"), LimitKind::RepeatedExecutions, Some(5_000))
    };
    let events = bench.run(Command::ChangeLimit(change));
    assert!(matches!(events[0], Event::LimitChanged(e) if e.outcome == LimitOutcome::OutOfRange));
}

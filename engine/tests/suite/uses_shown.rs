//! What people are told that is used of a limit is what the controls would see.

use engine::State;
use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::limits::{change, set};

const HOUR: i128 = 3_600_000_000_000;

fn qty(whole: i64) -> Option<i128> {
    Some(i128::from(Qty::whole(whole).units()))
}

fn money(whole: i64) -> Option<i128> {
    Some(Notional::whole(whole).units())
}

/// Session ONE is trader JANE's and trades strategy ARB, for account CASH; far limits of all that fills.
fn bench() -> Bench {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineAttribution(DefineAttribution {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal("ONE"),
        trader: Text::literal("JANE"),
        strategy: Text::literal("ARB"),
    }));
    for (scope, name, kind, value) in [
        (KillScope::Account, "CASH", LimitKind::PositionLong, qty(1_000)),
        (KillScope::Account, "CASH", LimitKind::LossReduce, money(1_000)),
        (KillScope::Strategy, "ARB", LimitKind::PositionLong, qty(1_000)),
        (KillScope::Strategy, "ARB", LimitKind::GrossExposure, money(1_000_000)),
        (KillScope::Strategy, "ARB", LimitKind::NetExposure, money(1_000_000)),
        (KillScope::Trader, "JANE", LimitKind::MessageRate, Some(10)),
        (KillScope::Session, "ONE", LimitKind::ExecutionWindow, Some(HOUR)),
        (KillScope::Session, "ONE", LimitKind::RepeatedExecutions, Some(50)),
        (KillScope::Instrument, "ACME", LimitKind::Locate, qty(1_000)),
    ] {
        assert_eq!(set(&mut bench, change(scope, name, kind, value, "ann")), LimitOutcome::Set, "{}", kind.word());
    }
    bench
}

fn used(state: &State, scope: KillScope, kind: LimitKind) -> Option<i128> {
    state.limit_use(scope, 0, kind)
}

#[test]
fn positions_count_at_their_worst_and_money_with_what_is_open() {
    let mut bench = bench();
    let id = bench.order("a", Side::Buy, 60, 100)[0].order().unwrap().order_id;
    bench.venue(id, ReportKind::Filled, 10, 100);
    for scope in [KillScope::Account, KillScope::Strategy, KillScope::Instrument] {
        assert_eq!(used(&bench.state, scope, LimitKind::PositionLong), qty(60), "{}", scope.word());
        assert_eq!(used(&bench.state, scope, LimitKind::PositionShort), Some(0), "{}", scope.word());
    }
    assert_eq!(used(&bench.state, KillScope::Strategy, LimitKind::GrossExposure), money(6_000));
    assert_eq!(used(&bench.state, KillScope::Strategy, LimitKind::NetExposure), money(6_000));
    bench.run(Command::NewOrder(new_order(SESSION, "b", "ACME", Side::Sell, 5, 101)));
    assert_eq!(used(&bench.state, KillScope::Strategy, LimitKind::GrossExposure), money(6_505));
    assert_eq!(used(&bench.state, KillScope::Strategy, LimitKind::NetExposure), money(6_000));
    bench.run(Command::NewOrder(new_order(SessionId(1), "c", "ACME", Side::Sell, 7, 101)));
    assert_eq!(used(&bench.state, KillScope::Instrument, LimitKind::Locate), qty(7), "CASH is long, MARGIN is not");
    // Bought at 100, marked at the bid of 99, with a fee of 0.0001 of 1,000.
    let tenths = Notional::whole(1).units() / 10;
    assert_eq!(used(&bench.state, KillScope::Account, LimitKind::LossReduce), Some(101 * tenths));
}

#[test]
fn what_comes_within_a_time_counts_for_that_time() {
    let mut bench = bench();
    let id = bench.order("a", Side::Buy, 60, 100)[0].order().unwrap().order_id;
    bench.order("b", Side::Buy, 1, 100);
    bench.venue(id, ReportKind::Filled, 10, 100);
    bench.venue(id, ReportKind::Filled, 10, 100);
    assert_eq!(used(&bench.state, KillScope::Trader, LimitKind::MessageRate), Some(2));
    assert_eq!(used(&bench.state, KillScope::Session, LimitKind::RepeatedExecutions), Some(2));
    bench.now.0 += 3_600_000_000_000;
    bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(used(&bench.state, KillScope::Trader, LimitKind::MessageRate), Some(0));
    assert_eq!(used(&bench.state, KillScope::Session, LimitKind::RepeatedExecutions), Some(0));
}

#[test]
fn nothing_is_used_of_what_bounds_each_order() {
    let bench = bench();
    for kind in [LimitKind::OrderQty, LimitKind::Collar, LimitKind::OrdTypes, LimitKind::LossWindow] {
        assert_eq!(used(&bench.state, KillScope::Firm, kind), None, "{}", kind.word());
    }
}

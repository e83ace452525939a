//! Position limits of a strategy and of the firm, over all accounts, through the engine.

use crate::bench::{Bench, new_order};
use crate::limits::{change, check, set};
use model::*;

/// Both sessions - one account each - trade for one strategy.
fn bench() -> Bench {
    let mut bench = Bench::new(64);
    for target in ["ONE", "TWO"] {
        bench.run(Command::DefineAttribution(DefineAttribution {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal(target),
            trader: Text::EMPTY,
            strategy: Text::literal("ARB"),
        }));
    }
    bench
}

fn order(bench: &mut Bench, session: u32, id: &str, side: Side, qty: i64) -> Vec<Event> {
    bench.settle(Command::NewOrder(new_order(SessionId(session), id, "ACME", side, qty, 100)))
}

fn accepted(bench: &mut Bench, session: u32, id: &str, side: Side, qty: i64) -> OrderId {
    order(bench, session, id, side, qty)[0].order().expect("it is accepted").order_id
}

fn limit(bench: &mut Bench, scope: KillScope, name: &str, kind: LimitKind, whole: i64) {
    let value = Some(i128::from(Qty::whole(whole).units()));
    assert_eq!(set(bench, change(scope, name, kind, value, "ann")), LimitOutcome::Set);
}

fn positions(bench: &Bench) -> [i128; 2] {
    let whole = |units| units / i128::from(Qty::whole(1).units());
    let acme = InstrumentId(0);
    [bench.state.exposure_of_strategy(0, acme).position, bench.state.exposure_of_firm(acme).position].map(whole)
}

fn is_told_again_by_the_journal(bench: &Bench) {
    bench.state.assert_sums();
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn accounts_together_stay_within_the_limit_of_strategy_and_firm() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::PositionLong, 100);
    let over = Some((Check::PositionLong, Some(KillScope::Strategy)));
    let id = accepted(&mut bench, 0, "a", Side::Buy, 60);
    assert_eq!(check(&order(&mut bench, 1, "b", Side::Buy, 41)), over);
    accepted(&mut bench, 1, "c", Side::Sell, 50);
    assert_eq!(check(&order(&mut bench, 1, "d", Side::Buy, 41)), over, "open sells make no room");
    bench.venue(id, ReportKind::Filled, 60, 100);
    assert_eq!(check(&order(&mut bench, 1, "e", Side::Buy, 41)), over, "what was open is a position now");
    let other = accepted(&mut bench, 1, "f", Side::Buy, 40);
    assert_eq!(positions(&bench), [60, 60]);
    bench.venue(other, ReportKind::Canceled, 0, 0);
    limit(&mut bench, KillScope::Instrument, "ACME", LimitKind::PositionLong, 70);
    let over = Some((Check::PositionLong, Some(KillScope::Instrument)));
    assert_eq!(check(&order(&mut bench, 1, "g", Side::Buy, 11)), over);
    accepted(&mut bench, 1, "h", Side::Buy, 10);
    assert_eq!(check(&bench.replace("i", "a", Side::Buy, 61, 100)), over, "more of a filled one");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn replace_is_held_against_the_strategy_of_its_order() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::PositionShort, 100);
    accepted(&mut bench, 0, "a", Side::Sell, 60);
    // The session brings another strategy's orders by now.
    bench.run(Command::DefineAttribution(DefineAttribution {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal("ONE"),
        trader: Text::EMPTY,
        strategy: Text::literal("OTHER"),
    }));
    let over = Some((Check::PositionShort, Some(KillScope::Strategy)));
    assert_eq!(check(&bench.replace("b", "a", Side::Sell, 101, 100)), over);
    assert_eq!(check(&bench.replace("c", "a", Side::Sell, 100, 100)), None);
    assert_eq!(check(&order(&mut bench, 0, "d", Side::Sell, 200)), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn bust_correction_and_split_move_what_the_fill_moved() {
    let mut bench = bench();
    let id = accepted(&mut bench, 0, "a", Side::Buy, 100);
    for qty in [30, 20] {
        bench.venue(id, ReportKind::Filled, qty, 100);
    }
    assert_eq!(positions(&bench), [50, 50]);
    let of_fill = |bench: &Bench, from_last: usize| bench.history.len() as u64 - from_last as u64;
    let [first, second] = [of_fill(&bench, 1), of_fill(&bench, 0)];
    let about = |bench: &mut Bench, kind, reference, qty| {
        let venue_exec_id = bench.history.len() as u64 + 1;
        let report = crate::bench::report(VenueId::PAPER, id, venue_exec_id, kind, qty, 100);
        bench.settle(Command::VenueReport(VenueReport { venue_ref_id: reference, ..report }));
    };
    about(&mut bench, ReportKind::TradeCanceled, first, 30);
    assert_eq!(positions(&bench), [20, 20]);
    about(&mut bench, ReportKind::TradeCorrected, second, 25);
    assert_eq!(positions(&bench), [25, 25]);
    bench.venue(id, ReportKind::Canceled, 0, 0);
    bench.settle(Command::SplitInstrument(SplitInstrument {
        symbol: Symbol::literal("ACME"),
        numerator: 3,
        denominator: 1,
        cash_in_lieu_px: Px::ZERO,
        actor: Text::literal("ops"),
        reason: Text::literal("split"),
    }));
    assert_eq!(positions(&bench), [75, 75]);
    is_told_again_by_the_journal(&bench);
}

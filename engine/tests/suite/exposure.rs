//! Positions in money through the engine: exposure, leverage, concentration and margin follow fills, prices and orders.

use crate::bench::{Bench, account as definition, instrument, new_order};
use crate::limits::{change, check, refusal, set};
use model::*;

const ACME: InstrumentId = InstrumentId(0);

/// The margin account, long 10 ACME bought at 100 with 5,000 of cash.
fn bench() -> Bench {
    let mut bench = Bench::new(64);
    bench.run(Command::AdjustCash(AdjustCash {
        amount: Notional::whole(5_000),
        account: Text::literal("MARGIN"),
        actor: Text::literal("test"),
        reason: Text::literal("opening"),
        reserved: [0; 8],
    }));
    let id = order(&mut bench, "a", "ACME", Side::Buy, 10, 100)[0].order().unwrap().order_id;
    bench.venue(id, ReportKind::Filled, 10, 100);
    bench
}

fn order(bench: &mut Bench, id: &str, symbol: &str, side: Side, qty: i64, px: i64) -> Vec<Event> {
    bench.settle(Command::NewOrder(new_order(SessionId(1), id, symbol, side, qty, px)))
}

fn account(bench: &mut Bench, kind: LimitKind, value: i128) {
    assert_eq!(set(bench, change(KillScope::Account, "MARGIN", kind, Some(value), "ann")), LimitOutcome::Set);
}

fn valued(bench: &Bench, scope: KillScope, index: u32) -> [i128; 4] {
    let valued = bench.state.usage(scope, index).valued;
    let whole = |money: Notional| money.units() / Notional::whole(1).units();
    [whole(valued.gross), whole(valued.net), whole(valued.worth), whole(valued.margin)]
}

fn is_told_again_by_the_journal(bench: &Bench) {
    bench.state.assert_sums();
    let again = bench.refold(64);
    again.assert_sums();
    assert_eq!(again.hash(), bench.state.hash());
}

#[test]
fn exposure_follows_prices_of_what_is_held() {
    let mut bench = bench();
    account(&mut bench, LimitKind::GrossExposure, Notional::whole(2_000).units());
    assert_eq!(valued(&bench, KillScope::Account, 1), [1_000, 1_000, 1_000, 0], "valued as soon as it is asked for");
    let over = Some((Check::GrossExposure, Some(KillScope::Account)));
    assert_eq!(check(&order(&mut bench, "b", "ZINC", Side::Buy, 11, 100)), over);
    let id = order(&mut bench, "c", "ZINC", Side::Buy, 10, 100)[0].order().expect("it is accepted").order_id;
    bench.venue(id, ReportKind::Canceled, 0, 0);
    bench.quote(0, 119, 121);
    assert_eq!(valued(&bench, KillScope::Account, 1), [1_200, 1_200, 1_200, 0]);
    assert_eq!(valued(&bench, KillScope::Firm, 0), [1_200, 1_200, 1_200, 0]);
    let reduces = order(&mut bench, "e", "ACME", Side::Sell, 10, 120);
    assert_eq!(check(&reduces), None, "whatever it comes to");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn position_without_a_price_lets_nothing_pass_but_what_reduces_it() {
    let mut bench = bench();
    account(&mut bench, LimitKind::Leverage, 500_000_000);
    assert_eq!(check(&order(&mut bench, "b", "ZINC", Side::Buy, 1, 100)), None);
    bench.settle(Command::SplitOrders(SplitOrders {
        symbol: Symbol::literal("ACME"),
        numerator: 2,
        denominator: 1,
        actor: Text::literal("ops"),
        reason: Text::literal("split"),
    }));
    let blind = order(&mut bench, "c", "ZINC", Side::Buy, 1, 100);
    assert_eq!(check(&blind), Some((Check::Unpriced, Some(KillScope::Account))));
    bench.quote(0, 49, 51);
    assert_eq!(check(&order(&mut bench, "d", "ZINC", Side::Buy, 1, 100)), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn leverage_and_concentration_are_parts_of_equity() {
    let mut bench = bench();
    // 4,000 of cash less the fee, and 1,000 of ACME.
    account(&mut bench, LimitKind::Leverage, 100_000_000);
    let over = Some((Check::Leverage, Some(KillScope::Account)));
    assert_eq!(check(&order(&mut bench, "b", "ZINC", Side::Buy, 40, 100)), over, "the fee is paid from equity");
    assert_eq!(check(&order(&mut bench, "c", "ZINC", Side::Buy, 39, 100)), None);
    let mut bench = self::bench();
    account(&mut bench, LimitKind::Concentration, 50_000_000);
    let over = Some((Check::Concentration, Some(KillScope::Account)));
    assert_eq!(check(&order(&mut bench, "b", "ACME", Side::Buy, 15, 100)), over);
    assert_eq!(check(&order(&mut bench, "c", "ACME", Side::Buy, 14, 100)), None);
    bench.quote(0, 149, 151);
    assert_eq!(check(&order(&mut bench, "d", "ACME", Side::Buy, 1, 150)), over, "24 at 150 of 5,500");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn margin_follows_positions_orders_and_prices() {
    let mut bench = bench();
    let rate = change(KillScope::Instrument, "ACME", LimitKind::Margin, Some(10_000_000), "ann");
    assert_eq!(set(&mut bench, rate), LimitOutcome::Set);
    account(&mut bench, LimitKind::MarginUsed, Notional::whole(300).units());
    assert_eq!(valued(&bench, KillScope::Account, 1)[3], 100);
    let over = Some((Check::MarginUsed, Some(KillScope::Account)));
    assert_eq!(check(&order(&mut bench, "b", "ACME", Side::Buy, 21, 100)), over);
    assert_eq!(check(&order(&mut bench, "c", "ACME", Side::Buy, 20, 100)), None);
    assert_eq!(valued(&bench, KillScope::Account, 1)[3], 300, "what is open needs it too");
    assert_eq!(check(&order(&mut bench, "d", "ACME", Side::Sell, 40, 100)), None, "30 short are no worse");
    assert_eq!(check(&order(&mut bench, "e", "ACME", Side::Sell, 1, 100)), over);
    bench.quote(0, 199, 201);
    assert_eq!(valued(&bench, KillScope::Account, 1)[3], 600);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn margin_is_covered_by_equity() {
    let mut bench = bench();
    bench.run(Command::DefineInstrument(instrument("ACME")));
    let rate = change(KillScope::Instrument, "ACME", LimitKind::Margin, Some(50_000_000), "ann");
    assert_eq!(set(&mut bench, rate), LimitOutcome::Set);
    let seen = refusal(&order(&mut bench, "b", "ACME", Side::Buy, 90, 100)).unwrap();
    assert_eq!((seen.check, seen.observed), (Check::Margin, Notional::whole(5_000).units()));
    assert_eq!(check(&order(&mut bench, "c", "ACME", Side::Buy, 89, 100)), None);
    assert_eq!(bench.state.exposure_of_firm(ACME).open_buys, i128::from(Qty::whole(89).units()));
    is_told_again_by_the_journal(&bench);
}

#[test]
fn strategy_has_an_exposure_over_its_accounts() {
    let mut bench = Bench::new(64);
    for target in ["ONE", "TWO"] {
        bench.run(Command::DefineAttribution(DefineAttribution {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal(target),
            trader: Text::EMPTY,
            strategy: Text::literal("ARB"),
        }));
    }
    let limit = Some(Notional::whole(1_000).units());
    set(&mut bench, change(KillScope::Strategy, "ARB", LimitKind::NetExposure, limit, "ann"));
    for (id, session, side, qty) in [("a", SessionId(0), Side::Buy, 8), ("b", SessionId(1), Side::Sell, 3)] {
        let events = bench.settle(Command::NewOrder(new_order(session, id, "ACME", side, qty, 100)));
        bench.venue(events[0].order().unwrap().order_id, ReportKind::Filled, qty, 100);
    }
    assert_eq!(valued(&bench, KillScope::Strategy, 0), [500, 500, 0, 0]);
    assert_eq!(valued(&bench, KillScope::Firm, 0)[..2], [1_100, 500], "each account's position without its sign");
    let over = Some((Check::NetExposure, Some(KillScope::Strategy)));
    assert_eq!(check(&order(&mut bench, "c", "ZINC", Side::Buy, 6, 100)), over);
    assert_eq!(check(&order(&mut bench, "d", "ZINC", Side::Buy, 5, 100)), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn price_of_what_many_hold_values_a_bounded_number_in_each_frame_and_all_in_the_end() {
    const HOLDERS: u32 = 300;
    let mut bench = Bench::new(512);
    let own = |index: u32| format!("H{index}");
    for index in 0..HOLDERS {
        bench.run(Command::DefineAccount(definition(&own(index), 0)));
        let order = new_order(SessionId(1), &format!("o{index}"), "ACME", Side::Buy, 1, 100);
        let events = bench.run(Command::NewOrder(NewOrder { account: Text::literal(&own(index)), ..order }));
        bench.venue(events[0].order().expect("it is accepted").order_id, ReportKind::Filled, 1, 100);
    }
    let before = bench.history.len();
    let limit = change(KillScope::Firm, "", LimitKind::GrossExposure, Some(Notional::whole(50_000).units()), "ann");
    bench.run(Command::ChangeLimit(limit));
    let early = bench.run(Command::NewOrder(new_order(SessionId(1), "early", "ZINC", Side::Buy, 1, 100)));
    assert_eq!(check(&early), Some((Check::Unpriced, Some(KillScope::Firm))), "nobody knows yet what is held");
    bench.settle(Command::Step(Step { reserved: 0 }));
    assert_eq!(valued(&bench, KillScope::Firm, 0)[0], 30_000);
    assert!(bench.history.len() - before > 2, "in more than one frame");
    // Prices that come faster than the steps do not keep the last ones from their turn.
    bench.quote(0, 109, 111);
    assert!(bench.state.has_work());
    let partly = valued(&bench, KillScope::Firm, 0)[0];
    assert!(30_000 < partly && partly < 33_000, "{partly}");
    for px in [119, 129, 119] {
        bench.quote(0, px, px + 2);
    }
    assert!(valued(&bench, KillScope::Account, 301)[0] > 110 && valued(&bench, KillScope::Account, 2)[0] > 110);
    bench.settle(Command::Step(Step { reserved: 0 }));
    assert_eq!(valued(&bench, KillScope::Firm, 0)[0], 36_000);
    bench.state.assert_sums();
    let again = bench.refold(512);
    again.assert_sums();
    assert_eq!(again.hash(), bench.state.hash());
}

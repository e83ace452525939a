//! Controls 31 to 33 through the engine: the frame of the fill or of the quote that loses too much stops the scope.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::guard::{acts, attributed, limit, refused, release, replays};

/// Session ONE holds 100 ACME bought at 100, less a fee of 0.0001 of 10,000: one.
fn long() -> Bench {
    let mut bench = attributed(64);
    traded(&mut bench, "long", Side::Buy, 100, 100);
    bench
}

fn traded(bench: &mut Bench, id: &str, side: Side, qty: i64, px: i64) -> Vec<Event> {
    let events = bench.settle(Command::NewOrder(new_order(SESSION, id, "ACME", side, qty, px)));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("{events:?}") };
    bench.venue(accepted.order.order_id, ReportKind::Accepted, 0, 0);
    bench.venue(accepted.order.order_id, ReportKind::Filled, qty, px)
}

fn money(whole: i64) -> i128 {
    Notional::whole(whole).units()
}

fn pnl(bench: &Bench, scope: KillScope) -> i128 {
    bench.state.pnl(scope, 0).now.units()
}

#[test]
fn loss_reduces_at_the_first_level_and_kills_at_the_second_in_the_frames_of_the_quotes() {
    let mut bench = long();
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::LossReduce, money(500));
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::LossHalt, money(1_000));
    // Bought at 100, marked at the bid of 99, a fee of 1.
    assert_eq!(pnl(&bench, KillScope::Account), money(-101));
    assert!(acts(&bench.quote(0, 96, 98)).is_empty(), "401 is below");
    let events = bench.quote(0, 95, 97);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!(
        (set.set.scope, set.set.name.as_str(), set.set.state),
        (KillScope::Account, "CASH", ScopeState::Reducing)
    );
    assert_eq!((set.set.actor.as_str(), set.set.reason.as_str()), ("loss_reduce", "501 is above the limit 500"));
    assert!(acts(&bench.quote(0, 95, 97)).is_empty(), "it is so already");
    let refusal = refused(&bench.order("more", Side::Buy, 1, 95)).expect("only what reduces");
    assert_eq!((refusal.check, refusal.stopped_by()), (Check::Reducing, Some(LimitKind::LossReduce)));
    let events = bench.order("less", Side::Sell, 10, 97);
    let Event::OrderAccepted(less) = events[0] else { panic!("{events:?}") };
    bench.venue(less.order.order_id, ReportKind::Accepted, 0, 0);

    let events = bench.quote(0, 90, 92);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!((set.set.state, set.live, set.limit()), (ScopeState::Killed, 1, Some(LimitKind::LossHalt)));
    assert_eq!(set.set.reason.as_str(), "1001 is above the limit 1000");
    let steps = bench.settle(Command::Tick(Tick { reserved: 0 }));
    assert!(steps.iter().any(|event| matches!(event, Event::CancelRequested(e) if e.cause == CancelCause::Kill)));
    let refusal = refused(&bench.order("none", Side::Sell, 1, 90)).expect("nothing new");
    assert_eq!((refusal.check, refusal.stopped_by()), (Check::KilledAccount, Some(LimitKind::LossHalt)));
    replays(&bench, 64);
}

#[test]
fn loss_at_the_limit_is_not_above_it() {
    let mut bench = long();
    limit(&mut bench, KillScope::Firm, "", LimitKind::LossHalt, money(501));
    assert!(acts(&bench.quote(0, 95, 97)).is_empty());
    assert_eq!(bench.state.pnl(KillScope::Firm, 0).loss().units(), money(501));
    limit(&mut bench, KillScope::Firm, "", LimitKind::LossHalt, money(501) - 1);
    let events = bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(acts(&events).len(), 1, "a tighter limit is looked at with the next tick");
    replays(&bench, 64);
}

#[test]
fn fill_that_loses_too_much_stops_its_scopes_in_its_own_frame() {
    let mut bench = long();
    for (scope, name) in [(KillScope::Firm, ""), (KillScope::Account, "CASH"), (KillScope::Strategy, "ARB")] {
        limit(&mut bench, scope, name, LimitKind::LossHalt, money(2_000));
    }
    let events = traded(&mut bench, "cheap", Side::Sell, 100, 70);
    let stopped: Vec<_> = acts(&events).iter().map(|set| (set.set.scope, set.set.state)).collect();
    let scopes = [KillScope::Firm, KillScope::Account, KillScope::Strategy];
    assert_eq!(stopped, scopes.map(|scope| (scope, ScopeState::Killed)));
    // Bought for 10,000, sold for 7,000, fees of 1 and 0.7.
    assert_eq!(bench.state.pnl(KillScope::Strategy, 0).loss().units(), money(3_001) + money(7) / 10);
    replays(&bench, 64);
}

#[test]
fn what_is_let_go_while_it_is_above_its_limit_is_stopped_again() {
    let mut bench = long();
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::LossHalt, money(100));
    let events = bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(acts(&events).len(), 1);
    bench.settle(Command::Tick(Tick { reserved: 0 }));
    release(&mut bench, KillScope::Account, "CASH");
    assert_eq!(acts(&bench.run(Command::Tick(Tick { reserved: 0 }))).len(), 1);
    replays(&bench, 64);
}

#[test]
fn day_begins_without_a_loss_and_the_peak_stays() {
    let mut bench = long();
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::LossHalt, money(1_000));
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::DrawdownHalt, money(1_500));
    assert!(acts(&bench.quote(0, 104, 106)).is_empty());
    assert_eq!(bench.state.pnl(KillScope::Account, 0).peak.units(), money(399));
    assert!(acts(&bench.quote(0, 97, 99)).is_empty(), "301 lost on the day");
    bench.now.0 += 86_400_000_000_000;
    assert!(acts(&bench.quote(0, 90, 92)).is_empty(), "700 more on another day");
    let total = bench.state.pnl(KillScope::Account, 0);
    assert_eq!((total.loss().units(), total.drawdown().units()), (money(700), money(1_400)));
    let events = bench.quote(0, 88, 92);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!((set.limit(), set.set.reason.as_str()), (Some(LimitKind::DrawdownHalt), "1600 is above the limit 1500"));
    replays(&bench, 64);
}

#[test]
fn loss_within_a_short_time_stops_and_a_slow_one_does_not() {
    for (pause, stopped) in [(1_000_000_000, 1), (20_000_000_000, 0)] {
        let mut bench = long();
        limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::LossVelocity, money(250));
        limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::LossWindow, 10_000_000_000);
        let mut acted = 0;
        for bid in [98, 97, 96] {
            bench.now.0 += pause;
            acted += acts(&bench.quote(0, bid, 101)).len();
        }
        assert_eq!(acted, stopped);
        replays(&bench, 64);
    }
}

#[test]
fn losing_closes_one_after_another_leave_only_what_reduces() {
    let mut bench = attributed(64);
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::LossesInARow, 1);
    traded(&mut bench, "a", Side::Buy, 10, 100);
    assert!(acts(&traded(&mut bench, "b", Side::Sell, 1, 99)).is_empty());
    assert!(acts(&traded(&mut bench, "c", Side::Sell, 1, 101)).is_empty(), "one without a loss");
    assert!(acts(&traded(&mut bench, "d", Side::Sell, 1, 99)).is_empty());
    let events = traded(&mut bench, "e", Side::Sell, 1, 99);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!((set.set.state, set.limit()), (ScopeState::Reducing, Some(LimitKind::LossesInARow)));
    assert_eq!(set.set.reason.as_str(), "2 is above the limit 1");
    replays(&bench, 64);
}

#[test]
fn side_of_a_quote_that_is_empty_leaves_the_last_usable_mark() {
    let mut bench = long();
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::LossHalt, money(1_000));
    bench.quote(0, 95, 97);
    bench.quote(0, 0, 97);
    assert_eq!(pnl(&bench, KillScope::Account), money(-501));
}

/// Session ONE holds 100 ACME bought at 100 EUR each, at 1.25 USD, less a fee of one.
fn long_in_euro() -> Bench {
    let mut bench = attributed(64);
    let currency = Currency::literal("EUR");
    bench.run(Command::DefineFirm(DefineFirm { base_currency: Currency::literal("USD"), ..DefineFirm::PLAIN }));
    bench.run(Command::DefineInstrument(DefineInstrument { currency, ..crate::bench::instrument("ACME") }));
    let account = AccountName::literal("CASH");
    bench.run(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency }));
    rate(&mut bench, 125);
    let (amount, actor, reason) = (Notional::whole(100_000), Text::literal("ops"), Text::literal("opening"));
    bench.run(Command::AdjustForeignCash(AdjustForeignCash { amount, account, currency, actor, reason }));
    traded(&mut bench, "long", Side::Buy, 100, 100);
    bench
}

fn rate(bench: &mut Bench, hundredths: u64) -> Vec<Event> {
    bench.run(Command::SetFxRate(SetFxRate {
        rate: FxRate::new(hundredths, 2),
        age_max: 60_000_000_000,
        currency: Currency::literal("EUR"),
        against: Currency::literal("USD"),
        actor: Text::literal("ops"),
        reason: Text::literal("fixing"),
    }))
}

#[test]
fn loss_of_another_currency_counts_in_the_base_currency_at_the_rate_of_now() {
    let mut bench = long_in_euro();
    limit(&mut bench, KillScope::Firm, "", LimitKind::LossReduce, money(500));
    // Marked at the bid of 99, a fee of 1: 101 EUR.
    assert_eq!(pnl(&bench, KillScope::Firm), money(-101) * 125 / 100);
    assert!(acts(&bench.quote(0, 97, 99)).is_empty(), "301 EUR are 376.25 USD");
    assert_eq!(bench.state.pnl(KillScope::Firm, 0).loss().units(), money(301) * 125 / 100);
    let events = bench.quote(0, 96, 98);
    let [set] = acts(&events)[..] else { panic!("{events:?}") };
    assert_eq!(set.set.reason.as_str(), "501.25 is above the limit 500");
    replays(&bench, 64);
}

#[test]
fn rate_that_moves_is_looked_at_with_the_next_tick() {
    let mut bench = long_in_euro();
    bench.quote(0, 97, 99);
    // 301 EUR.
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::LossHalt, money(400));
    assert!(acts(&bench.run(Command::Tick(Tick { reserved: 0 }))).is_empty(), "376.25");
    rate(&mut bench, 132);
    assert!(acts(&bench.run(Command::Tick(Tick { reserved: 0 }))).is_empty(), "397.32");
    rate(&mut bench, 133);
    assert_eq!(pnl(&bench, KillScope::Account), money(-301) * 133 / 100);
    assert_eq!(acts(&bench.run(Command::Tick(Tick { reserved: 0 }))).len(), 1, "400.33");
    replays(&bench, 64);
}

#[test]
fn strategy_has_its_dividends_and_its_splits() {
    let mut bench = long();
    let (symbol, actor, reason) = (Symbol::literal("ACME"), Text::literal("ops"), Text::literal("notice"));
    bench.settle(Command::PayDividend(PayDividend { symbol, per_unit: Px::whole(2), actor, reason }));
    // Marked at 99, a fee of 1, and 2 for each of 100.
    assert_eq!(pnl(&bench, KillScope::Strategy), money(99));
    let cash_in_lieu_px = Px::ZERO;
    let (numerator, denominator) = (2, 1);
    let split = SplitInstrument { symbol, numerator, denominator, cash_in_lieu_px, actor, reason };
    bench.settle(Command::SplitInstrument(split));
    assert_eq!(pnl(&bench, KillScope::Strategy), money(99));
    limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::LossHalt, money(1_000));
    bench.quote(0, 49, 51);
    assert_eq!(pnl(&bench, KillScope::Strategy), money(-1), "200 at 49, and 200 of dividends");
    replays(&bench, 64);
}

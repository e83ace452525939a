//! Limits of money count in the firm's base currency: at the rate in force, given back as it was taken, and not at all without a rate.

use model::*;

use crate::bench::{Bench, SESSION, instrument, new_order};
use crate::limits::{change, check, set};

const MINUTE: i64 = 60_000_000_000;

fn eur() -> Currency {
    Currency::literal("EUR")
}

/// USD for one EUR, with two places.
fn rate(bench: &mut Bench, hundredths: u64) {
    bench.settle(Command::SetFxRate(SetFxRate {
        rate: FxRate::new(hundredths, 2),
        age_max: MINUTE,
        currency: eur(),
        against: Currency::literal("USD"),
        actor: Text::literal("ops"),
        reason: Text::literal("fixing"),
    }));
}

/// ACME trades in EUR, ZINC in USD; both accounts and the firm count in USD. A hundred thousand EUR, and a rate of 1.25.
fn bench() -> Bench {
    let mut bench = without_rate();
    rate(&mut bench, 125);
    bench.run(Command::AdjustForeignCash(AdjustForeignCash {
        amount: Notional::whole(100_000),
        account: AccountName::literal("CASH"),
        currency: eur(),
        actor: Text::literal("ops"),
        reason: Text::literal("opening"),
    }));
    bench
}

fn without_rate() -> Bench {
    let mut bench = Bench::new(64);
    let base_currency = Currency::literal("USD");
    bench.run(Command::DefineFirm(DefineFirm { base_currency, ..DefineFirm::PLAIN }));
    bench.run(Command::DefineInstrument(DefineInstrument { currency: eur(), ..instrument("ACME") }));
    for account in ["CASH", "MARGIN"] {
        let account = AccountName::literal(account);
        bench.run(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency: eur() }));
    }
    bench
}

fn limit(bench: &mut Bench, scope: KillScope, name: &str, kind: LimitKind, whole: i64) {
    let value = Some(Notional::whole(whole).units());
    assert_eq!(set(bench, change(scope, name, kind, value, "ann")), LimitOutcome::Set);
}

fn accepted(events: &[Event]) -> OrderId {
    let Event::OrderAccepted(e) = events[0] else { panic!("{events:?}") };
    e.order.order_id
}

fn firm(bench: &Bench, kind: LimitKind) -> i128 {
    bench.state.limit_use(KillScope::Firm, 0, kind).expect("it is used up")
}

fn whole(whole: i64) -> i128 {
    Notional::whole(whole).units()
}

fn is_told_again_by_the_journal(bench: &Bench) {
    bench.state.assert_sums();
    let again = bench.refold(64);
    again.assert_sums();
    assert_eq!(again.hash(), bench.state.hash());
}

#[test]
fn order_is_met_in_the_base_currency_by_the_rate_in_force() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Firm, "", LimitKind::OrderNotional, 1_250);
    let over = Some((Check::MaxOrderNotional, Some(KillScope::Firm)));
    assert_eq!(check(&bench.order("above", Side::Buy, 11, 100)), over);
    assert_eq!(check(&bench.order("at", Side::Buy, 10, 100)), None);
    rate(&mut bench, 126);
    assert_eq!(check(&bench.order("moved", Side::Buy, 10, 100)), over);
    assert_eq!(check(&bench.order("below", Side::Buy, 9, 100)), None);
    // USD needs no rate.
    let own = |id| Command::NewOrder(new_order(SESSION, id, "ZINC", Side::Buy, 12, 100));
    assert_eq!(check(&bench.run(own("own"))), None);
    is_told_again_by_the_journal(&bench);
}

/// The account is in EUR, so that it needs no rate itself.
#[test]
fn rate_that_is_missing_or_too_old_refuses_where_a_limit_is_set_and_nowhere_else() {
    let mut bench = without_rate();
    let margin = bench.state.account(&AccountName::literal("MARGIN")).expect("it is defined").1.definition;
    let account = AccountName::literal("EURO");
    bench.run(Command::DefineAccount(DefineAccount { account, currency: eur(), ..margin }));
    let ask = |bench: &mut Bench, id: &str| {
        let order = NewOrder { account, ..new_order(SessionId(1), id, "ACME", Side::Buy, 1, 100) };
        check(&bench.run(Command::NewOrder(order)))
    };
    assert_eq!(ask(&mut bench, "free"), None);
    limit(&mut bench, KillScope::Firm, "", LimitKind::OrderNotional, 1_000);
    assert_eq!(ask(&mut bench, "missing"), Some((Check::FxRate, None)));
    rate(&mut bench, 125);
    assert_eq!(ask(&mut bench, "known"), None);
    bench.now.0 += MINUTE - 10_000;
    bench.quote(0, 99, 101);
    assert_eq!(ask(&mut bench, "old"), None);
    bench.now.0 += 20_000;
    assert_eq!(ask(&mut bench, "too old"), Some((Check::FxRate, None)));
    rate(&mut bench, 125);
    assert_eq!(ask(&mut bench, "again"), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn open_money_is_given_back_at_the_rate_that_it_was_taken_at() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Firm, "", LimitKind::OpenNotional, 5_000);
    let first = accepted(&bench.order("first", Side::Buy, 10, 100));
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(1_250));
    rate(&mut bench, 200);
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(1_250), "as it was taken");
    let second = accepted(&bench.order("second", Side::Buy, 10, 100));
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(3_250));
    bench.venue(first, ReportKind::Filled, 4, 100);
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(2_750), "6 of the first at 1.25");
    bench.state.assert_sums();
    bench.venue(first, ReportKind::Canceled, 0, 0);
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(2_000));
    let over = Some((Check::OpenNotional, Some(KillScope::Firm)));
    assert_eq!(check(&bench.order("above", Side::Buy, 16, 100)), over);
    assert_eq!(check(&bench.order("at", Side::Buy, 15, 100)), None);
    bench.venue(second, ReportKind::Canceled, 0, 0);
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(3_000));
    is_told_again_by_the_journal(&bench);
}

#[test]
fn replaced_order_is_judged_and_held_at_the_rate_of_its_replace() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Firm, "", LimitKind::OpenNotional, 3_000);
    let order = accepted(&bench.order("first", Side::Buy, 10, 100));
    bench.venue(order, ReportKind::Accepted, 0, 0);
    rate(&mut bench, 200);
    let events = bench.replace("more", "first", Side::Buy, 16, 100);
    let [Event::CancelRejected(refused)] = events[..] else { panic!("{events:?}") };
    assert_eq!((refused.refusal.check, refused.refusal.observed), (Check::OpenNotional, whole(3_200)));
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(1_250));
    let events = bench.replace("some", "first", Side::Buy, 15, 100);
    assert!(matches!(events[..], [Event::ReplaceRequested(_)]), "{events:?}");
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(3_000), "what was judged is what is held");
    bench.venue(order, ReportKind::Replaced, 0, 0);
    bench.venue(order, ReportKind::Canceled, 0, 0);
    assert_eq!(firm(&bench, LimitKind::OpenNotional), 0);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn turnover_stays_at_the_rate_of_each_fill() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Firm, "", LimitKind::DailyBuys, 4_000);
    let first = accepted(&bench.order("first", Side::Buy, 10, 100));
    bench.venue(first, ReportKind::Filled, 10, 100);
    rate(&mut bench, 200);
    assert_eq!(firm(&bench, LimitKind::DailyBuys), whole(1_250));
    let second = accepted(&bench.order("second", Side::Buy, 10, 100));
    bench.venue(second, ReportKind::Filled, 10, 90);
    assert_eq!(firm(&bench, LimitKind::DailyBuys), whole(3_050));
    let over = Some((Check::DailyBuys, Some(KillScope::Firm)));
    assert_eq!(check(&bench.order("above", Side::Buy, 5, 96)), over);
    assert_eq!(check(&bench.order("at", Side::Buy, 5, 95)), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn positions_follow_the_rate_and_are_not_known_at_an_old_one() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Firm, "", LimitKind::GrossExposure, 3_000);
    let order = accepted(&bench.order("first", Side::Buy, 10, 100));
    bench.venue(order, ReportKind::Filled, 10, 100);
    let gross = |bench: &Bench| bench.state.usage(KillScope::Firm, 0).valued.gross.units();
    assert_eq!(gross(&bench), whole(1_250));
    rate(&mut bench, 150);
    assert_eq!(gross(&bench), whole(1_500));
    bench.state.assert_sums();
    let zinc = |bench: &mut Bench, id: &str, qty| {
        check(&bench.run(Command::NewOrder(new_order(SESSION, id, "ZINC", Side::Buy, qty, 100))))
    };
    assert_eq!(zinc(&mut bench, "above", 16), Some((Check::GrossExposure, Some(KillScope::Firm))));
    assert_eq!(zinc(&mut bench, "at", 15), None);
    bench.now.0 += MINUTE + 1;
    bench.quote(1, 99, 101);
    let blind = zinc(&mut bench, "old", 1);
    assert_eq!(blind, Some((Check::FxRate, Some(KillScope::Firm))), "of what is held in EUR");
    rate(&mut bench, 100);
    assert_eq!(zinc(&mut bench, "fresh", 5), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn equity_is_the_cash_of_all_currencies() {
    let mut bench = bench();
    // 1,000,000 USD and 100,000 EUR at 1.25.
    let leverage = change(KillScope::Account, "CASH", LimitKind::Leverage, Some(1_000_000), "ann");
    assert_eq!(set(&mut bench, leverage), LimitOutcome::Set);
    // A hundredth of 1,125,000 is 11,250: 90 at 100 EUR.
    assert_eq!(check(&bench.order("above", Side::Buy, 91, 100)).map(|(check, _)| check), Some(Check::Leverage));
    assert_eq!(check(&bench.order("at", Side::Buy, 90, 100)), None);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn what_was_open_before_there_was_a_rate_is_above_every_limit_until_there_is_one() {
    let mut bench = without_rate();
    let margin = bench.state.account(&AccountName::literal("MARGIN")).expect("it is defined").1.definition;
    let account = AccountName::literal("EURO");
    bench.run(Command::DefineAccount(DefineAccount { account, currency: eur(), ..margin }));
    let order = NewOrder { account, ..new_order(SessionId(1), "early", "ACME", Side::Buy, 10, 100) };
    let order = accepted(&bench.run(Command::NewOrder(order)));
    limit(&mut bench, KillScope::Firm, "", LimitKind::OpenNotional, 5_000);
    let zinc = |bench: &mut Bench, id: &str| {
        check(&bench.run(Command::NewOrder(new_order(SESSION, id, "ZINC", Side::Buy, 1, 100))))
    };
    assert_eq!(zinc(&mut bench, "blind"), Some((Check::OpenNotional, Some(KillScope::Firm))));
    rate(&mut bench, 125);
    bench.venue(order, ReportKind::Filled, 2, 100);
    assert_eq!(firm(&bench, LimitKind::OpenNotional), whole(1_000), "8 of them, now that it is known");
    assert_eq!(zinc(&mut bench, "seen"), None);
    is_told_again_by_the_journal(&bench);
}

//! Cash in several currencies: the rate of the fill's instant, FX P&L as a line of its own, and the sum of it all.

use engine::ForeignCash;
use model::*;

use crate::bench::{Bench, instrument, new_order, report};

/// ACME trades in EUR; both accounts are in USD, the first pays with what it has.
const ACME: InstrumentId = InstrumentId(0);
const CASH: AccountId = AccountId(0);
const MARGIN: AccountId = AccountId(1);
const MINUTE: i64 = 60_000_000_000;

fn eur() -> Currency {
    Currency::literal("EUR")
}

/// Whole units with two places, as 1.10.
fn rate(bench: &mut Bench, hundredths: u64) -> Vec<Event> {
    bench.run(Command::SetFxRate(SetFxRate {
        rate: FxRate::new(hundredths, 2),
        age_max: MINUTE,
        currency: eur(),
        against: Currency::literal("USD"),
        actor: Text::literal("ops"),
        reason: Text::literal("fixing"),
    }))
}

fn pay_in(bench: &mut Bench, account: &str, amount: Notional) -> Vec<Event> {
    bench.run(Command::AdjustForeignCash(AdjustForeignCash {
        amount,
        account: AccountName::literal(account),
        currency: eur(),
        actor: Text::literal("ops"),
        reason: Text::literal("opening"),
    }))
}

fn bench(orders: usize) -> Bench {
    let mut bench = Bench::new(orders);
    bench.run(Command::DefineInstrument(DefineInstrument { currency: eur(), ..instrument("ACME") }));
    for account in ["CASH", "MARGIN"] {
        let account = AccountName::literal(account);
        bench.run(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency: eur() }));
    }
    bench
}

fn line(bench: &Bench, account: AccountId) -> ForeignCash {
    *bench.state.foreign_cash_of(account, eur()).expect("it is defined")
}

fn usd(bench: &Bench, account: AccountId) -> Notional {
    bench.state.accounts().find(|(id, _)| *id == account).expect("it is defined").1.cash
}

fn trade(bench: &mut Bench, account: AccountId, side: Side, qty: i64, px: i64) -> (OrderId, u64) {
    let id = format!("o{}", bench.history.len());
    let events = bench.run(Command::NewOrder(new_order(SessionId(account.0), &id, "ACME", side, qty, 100)));
    let [Event::OrderAccepted(accepted)] = events[..] else { panic!("{events:?}") };
    let exec = bench.history.len() as u64 + 1;
    let events = bench.venue(accepted.order.order_id, ReportKind::Filled, qty, px);
    assert!(
        matches!(events[..], [Event::OrderFilled(_), Event::PositionChanged(_), Event::ForeignCashMoved(_)]),
        "{events:?}"
    );
    (accepted.order.order_id, exec)
}

fn bust(bench: &mut Bench, (order, exec): (OrderId, u64)) -> Vec<Event> {
    let by = bench.history.len() as u64 + 1;
    let told = VenueReport { venue_ref_id: exec, ..report(VenueId::PAPER, order, by, ReportKind::TradeCanceled, 0, 0) };
    bench.settle(Command::VenueReport(told))
}

fn refusal(events: &[Event]) -> Check {
    let [Event::OrderRefused(refused)] = events else { panic!("{events:?}") };
    refused.refusal.check
}

#[test]
fn order_in_another_currency_needs_that_cash_and_a_rate_of_now() {
    let mut bench = bench(64);
    assert_eq!(refusal(&bench.order("no rate", Side::Buy, 1, 100)), Check::CurrencyMismatch);
    assert_eq!(pay_in(&mut bench, "CASH", Notional::whole(1)), [], "nobody could say what it came to");
    rate(&mut bench, 110);
    assert_eq!(refusal(&bench.order("no cash", Side::Buy, 1, 100)), Check::BuyingPower);
    pay_in(&mut bench, "CASH", Notional::whole(1_001));
    assert_eq!(refusal(&bench.order("too much", Side::Buy, 11, 100)), Check::BuyingPower);
    assert!(matches!(bench.order("fits", Side::Buy, 10, 100)[..], [Event::OrderAccepted(_)]));
    assert_eq!(line(&bench, CASH).reserved, Notional::from_units(Notional::whole(10_001).units() / 10));
    assert_eq!(refusal(&bench.order("reserved", Side::Buy, 1, 100)), Check::BuyingPower);
    bench.state.assert_sums();
    bench.now.0 += MINUTE;
    bench.quote(0, 99, 101);
    assert_eq!(refusal(&bench.order("stale", Side::Sell, 1, 100)), Check::CurrencyMismatch);
    rate(&mut bench, 110);
    let own = new_order(SessionId(0), "own", "ZINC", Side::Buy, 1, 100);
    assert!(matches!(bench.run(Command::NewOrder(own))[..], [Event::OrderAccepted(_)]), "it has USD");
    bench.state.assert_sums();
}

#[test]
fn realised_is_at_the_rate_of_the_fill_and_the_rest_is_fx() {
    let mut bench = bench(64);
    let free =
        DefineAccount { fee_rate: 0, ..bench.state.account(&AccountName::literal("MARGIN")).unwrap().1.definition };
    bench.run(Command::DefineAccount(free));
    rate(&mut bench, 110);
    pay_in(&mut bench, "MARGIN", Notional::whole(5_000));
    let before = usd(&bench, MARGIN);
    trade(&mut bench, MARGIN, Side::Buy, 20, 100);
    rate(&mut bench, 120);
    let close = trade(&mut bench, MARGIN, Side::Sell, 10, 110);
    let money = line(&bench, MARGIN).money;
    assert_eq!((money.cash, money.booked), (Notional::whole(4_100), Notional::whole(100)));
    assert_eq!((money.booked_converted, money.deposited_converted), (Notional::whole(120), Notional::whole(5_500)));
    assert_eq!(usd(&bench, MARGIN), before, "no USD were moved");
    // At 1.30, and 10 at a mark of 105: 4,100 and 1,050 of EUR are 6,695.
    let now = money.at(FxRate::new(130, 2), Notional::whole(50)).unwrap();
    assert_eq!((now.equity, now.unrealised), (Notional::whole(6_695), Notional::whole(65)));
    // 5,000 from 1.10 to 1.30 and 100 from 1.20 to 1.30.
    assert_eq!(now.fx_pnl, Notional::whole(1_010));
    // The bust gives back what the close had earned, at its rate and not at that of now.
    rate(&mut bench, 150);
    let events = bust(&mut bench, close);
    let [Event::TradeCanceled(_), Event::PositionChanged(_), Event::ForeignCashMoved(moved), ..] = events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((moved.rate, moved.amount), (FxRate::new(120, 2), Notional::whole(-100)));
    assert_eq!((moved.booked, moved.booked_converted), (Notional::ZERO, Notional::ZERO));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn dividend_is_paid_in_the_currency_of_the_instrument() {
    let mut bench = bench(64);
    rate(&mut bench, 110);
    trade(&mut bench, MARGIN, Side::Buy, 10, 100);
    let (before, own) = (line(&bench, MARGIN).money, usd(&bench, MARGIN));
    let (symbol, per_unit) = (Symbol::literal("ACME"), Px::whole(3));
    let pay = PayDividend { symbol, per_unit, actor: Text::literal("ops"), reason: Text::literal("notice") };
    bench.settle(Command::PayDividend(pay));
    let after = line(&bench, MARGIN).money;
    assert_eq!(
        (after.cash - before.cash, after.booked_converted - before.booked_converted),
        (Notional::whole(30), Notional::whole(33))
    );
    assert_eq!(usd(&bench, MARGIN), own);
}

fn adjust(bench: &mut Bench, qty: i64, px: i64, moves_cash: u8) -> Vec<Event> {
    bench.settle(Command::AdjustPosition(AdjustPosition {
        cost: Notional::ZERO,
        qty: Qty::whole(qty),
        px: Px::whole(px),
        account: AccountName::literal("MARGIN"),
        symbol: Symbol::literal("ACME"),
        moves_cash,
        reserved: [0; 7],
        actor: Text::literal("ann"),
        reason: Text::literal("statement 17"),
    }))
}

#[test]
fn position_in_another_currency_is_put_right_with_its_cash_or_in_kind() {
    let mut bench = bench(64);
    assert_eq!(adjust(&mut bench, 10, 100, 1), [], "there is no rate");
    rate(&mut bench, 110);
    let own = usd(&bench, MARGIN);
    let events = adjust(&mut bench, 10, 100, 1);
    assert!(
        matches!(events[..], [Event::AdjustmentBooked(_), Event::PositionChanged(_), Event::ForeignCashMoved(_)]),
        "{events:?}"
    );
    assert_eq!((line(&bench, MARGIN).money.cash, usd(&bench, MARGIN)), (Notional::whole(-1_000), own));
    rate(&mut bench, 120);
    let events = adjust(&mut bench, 5, 90, 0);
    let Event::AdjustmentBooked(booked) = events[0] else { panic!("{events:?}") };
    let money = line(&bench, MARGIN).money;
    assert_eq!((booked.in_kind, money.cash), (Notional::whole(450), Notional::whole(-1_000)), "no cash was moved");
    assert_eq!((money.deposited, money.deposited_converted), (Notional::whole(450), Notional::whole(540)));
    adjust(&mut bench, -15, 110, 1);
    let money = line(&bench, MARGIN).money;
    assert_eq!((money.cash, money.booked), (Notional::whole(650), Notional::whole(200)), "1,650 less 1,000 and 450");
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn position_in_a_currency_that_the_account_does_not_have_is_not_put_right() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(DefineInstrument { currency: eur(), ..instrument("ACME") }));
    rate(&mut bench, 110);
    assert_eq!(adjust(&mut bench, 10, 100, 1), []);
}

/// Random fills, busts, rates and payments. The lines add up to the change of equity exactly, and FX P&L is what the money that
/// was there made of each move of the rate.
fn random(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bench = bench(512);
    let mut now = rng.u64(80..140);
    rate(&mut bench, now);
    let mut fills = Vec::new();
    // In EUR times hundredths of a rate, exact.
    let mut moved_by_rates = 0_i128;
    let mut flows = 0;
    for _ in 0..200 {
        let money = line(&bench, MARGIN).money;
        match rng.u8(..10) {
            0 | 1 => {
                let next = rng.u64(80..140);
                moved_by_rates += (money.booked + money.deposited).units() * (i128::from(next) - i128::from(now));
                now = next;
                rate(&mut bench, now);
            }
            2 => {
                let amount = Notional::from_units(i128::from(rng.i64(-1_000_000..1_000_000)) * 1_234_567);
                pay_in(&mut bench, "MARGIN", amount);
                flows += 1;
            }
            3 if !fills.is_empty() => {
                let (fill, at): (_, u64) = fills.swap_remove(rng.usize(..fills.len()));
                bust(&mut bench, fill);
                // It is undone at its own rate, so what it made since then comes back too.
                let undone = line(&bench, MARGIN).money.booked - money.booked;
                moved_by_rates += undone.units() * (i128::from(now) - i128::from(at));
                flows += 1;
            }
            _ => {
                let side = if rng.bool() { Side::Buy } else { Side::Sell };
                fills.push((trade(&mut bench, MARGIN, side, rng.i64(1..100), rng.i64(80..120)), now));
                flows += 1;
            }
        }
        let (mark, fx) = (Px::whole(rng.i64(80..120)), FxRate::new(now, 2));
        let money = line(&bench, MARGIN).money;
        let holding = bench.state.holding(MARGIN, ACME);
        let (unrealised, worth) = holding.map_or((Notional::ZERO, Notional::ZERO), |holding| {
            let contract = Contract::linear(1);
            let worth = contract.value(mark, holding.exposure.position).unwrap();
            (holding.unrealised(mark, &contract).unwrap(), worth)
        });
        let at = money.at(fx, unrealised).unwrap();
        assert_eq!(Some(at.equity), fx.of(money.cash + worth), "seed {seed}: equity is cash and what is open");
        let lines = money.deposited_converted + money.booked_converted + at.unrealised + at.fx_pnl;
        assert_eq!(lines, at.equity, "seed {seed}: the lines add up");
        let apart = at.fx_pnl.units() * 100 - moved_by_rates;
        assert!(apart.abs() <= 100 * (flows + 2), "seed {seed}: {apart} of {flows} roundings");
    }
    bench.state.assert_sums();
    assert_eq!(bench.refold(512).hash(), bench.state.hash());
}

#[test]
fn random_money_in_two_currencies_adds_up() {
    (0..100).for_each(random);
}

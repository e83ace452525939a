//! What brokers take for trades: it takes the place of the account's fee rate, in its own currency, at the rate of the fill.

use model::*;

use crate::bench::{Bench, instrument, new_order, report};

/// ACME trades in EUR. The account is in USD and has EUR and GBP beside it.
const ACME: InstrumentId = InstrumentId(0);
const MARGIN: AccountId = AccountId(1);

fn rate(bench: &mut Bench, currency: &str, hundredths: u64) {
    bench.run(Command::SetFxRate(SetFxRate {
        rate: FxRate::new(hundredths, 2),
        age_max: 60_000_000_000,
        currency: Currency::literal(currency),
        against: Currency::literal("USD"),
        actor: Text::literal("ops"),
        reason: Text::literal("fixing"),
    }));
}

fn bench() -> Bench {
    let mut bench = Bench::new(64);
    let currency = Currency::literal("EUR");
    bench.run(Command::DefineInstrument(DefineInstrument { currency, ..instrument("ACME") }));
    for currency in ["EUR", "GBP"] {
        let (account, currency) = (AccountName::literal("MARGIN"), Currency::literal(currency));
        bench.run(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency }));
    }
    rate(&mut bench, "EUR", 110);
    rate(&mut bench, "GBP", 130);
    bench
}

/// In hundredths.
fn commission(comm_type: CommType, hundredths: i64, currency: &str) -> Commission {
    let value = hundredths * (money::UNIT / 100);
    Commission { value, currency: Currency::literal(currency), comm_type, reserved: [0; 7] }
}

fn order(bench: &mut Bench) -> OrderId {
    let id = format!("o{}", bench.history.len());
    let events = bench.run(Command::NewOrder(new_order(SessionId(1), &id, "ACME", Side::Buy, 100, 100)));
    let [Event::OrderAccepted(accepted)] = events[..] else { panic!("{events:?}") };
    accepted.order.order_id
}

/// Ten at 100, and the venue's name for it.
fn fill(bench: &mut Bench, order: OrderId, commission: Commission) -> (u64, Vec<Event>) {
    let exec = bench.history.len() as u64 + 1;
    let report = report(VenueId::PAPER, order, exec, ReportKind::Filled, 10, 100);
    (exec, bench.settle(Command::CommissionedReport(CommissionedReport { report, commission })))
}

fn bust(bench: &mut Bench, order: OrderId, exec: u64) -> Vec<Event> {
    let by = bench.history.len() as u64 + 1;
    let told = VenueReport { venue_ref_id: exec, ..report(VenueId::PAPER, order, by, ReportKind::TradeCanceled, 0, 0) };
    bench.settle(Command::VenueReport(told))
}

fn correct(bench: &mut Bench, order: OrderId, exec: u64, qty: i64, commission: Option<Commission>) -> Vec<Event> {
    let by = bench.history.len() as u64 + 1;
    let told = report(VenueId::PAPER, order, by, ReportKind::TradeCorrected, qty, 100);
    let report = VenueReport { venue_ref_id: exec, ..told };
    bench.settle(match commission {
        Some(commission) => Command::CommissionedReport(CommissionedReport { report, commission }),
        None => Command::VenueReport(report),
    })
}

fn fees(bench: &Bench) -> Notional {
    bench.state.holding(MARGIN, ACME).expect("it is held").fees
}

fn line(bench: &Bench, currency: &str) -> ForeignMoney {
    bench.state.foreign_cash_of(MARGIN, Currency::literal(currency)).expect("it is defined").money
}

fn usd(bench: &Bench) -> Notional {
    bench.state.accounts().find(|(id, _)| *id == MARGIN).expect("it is defined").1.cash
}

fn cents(cents: i64) -> Notional {
    Notional::from_units(Notional::whole(1).units() / 100 * i128::from(cents))
}

fn booked(events: &[Event]) -> Vec<CommissionBooked> {
    let one = |event: &Event| match event {
        Event::CommissionBooked(e) => Some(*e),
        _ => None,
    };
    events.iter().filter_map(one).collect()
}

fn is_told_again_by_the_journal(bench: &Bench) {
    bench.state.assert_sums();
    let again = bench.refold(64);
    again.assert_sums();
    assert_eq!(again.hash(), bench.state.hash());
}

#[test]
fn commission_in_the_instrument_s_currency_is_the_fee_instead_of_the_account_s_rate() {
    for (said, comes_to) in [
        (commission(CommType::PerUnit, 2, ""), 20),
        (commission(CommType::PerUnit, 2, "EUR"), 20),
        // 0.01 is one per cent of 1,000.
        (commission(CommType::Percentage, 1, "EUR"), 1_000),
        (commission(CommType::Absolute, 350, "EUR"), 350),
        (commission(CommType::Absolute, 0, "EUR"), 0),
        (commission(CommType::Absolute, -120, "EUR"), -120),
        (commission(CommType::Percentage, -1, ""), -1_000),
    ] {
        let mut bench = bench();
        let order = order(&mut bench);
        let (exec, events) = fill(&mut bench, order, said);
        let [one] = booked(&events)[..] else { panic!("{events:?}") };
        assert_eq!((one.outcome, one.charged), (CommissionOutcome::Fee, cents(comes_to)), "{said:?}");
        assert_eq!(fees(&bench), cents(comes_to), "{said:?}");
        assert_eq!(line(&bench, "EUR").cash, Notional::whole(-1_000) - cents(comes_to), "{said:?}");
        bust(&mut bench, order, exec);
        assert_eq!((fees(&bench), line(&bench, "EUR").cash), (Notional::ZERO, Notional::ZERO), "{said:?}");
        is_told_again_by_the_journal(&bench);
    }
}

#[test]
fn fill_without_a_commission_costs_the_account_s_rate() {
    let mut bench = bench();
    let order = order(&mut bench);
    let events = bench.venue(order, ReportKind::Filled, 10, 100);
    assert_eq!(booked(&events), []);
    assert_eq!(fees(&bench), cents(10), "0.0001 of 1,000");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn commission_in_the_account_s_currency_is_taken_from_its_cash_and_given_back_there() {
    let mut bench = bench();
    let (order, before) = (order(&mut bench), usd(&bench));
    let (exec, events) = fill(&mut bench, order, commission(CommType::Absolute, 250, "USD"));
    let [one] = booked(&events)[..] else { panic!("{events:?}") };
    assert_eq!((one.outcome, one.amount, one.account_cash), (CommissionOutcome::Cash, cents(250), before - cents(250)));
    assert_eq!((usd(&bench), fees(&bench)), (before - cents(250), Notional::ZERO), "not twice");
    assert_eq!(line(&bench, "EUR").cash, Notional::whole(-1_000));
    let events = bust(&mut bench, order, exec);
    let [back] = booked(&events)[..] else { panic!("{events:?}") };
    assert_eq!((back.amount, back.charged), (-cents(250), Notional::ZERO));
    assert_eq!(usd(&bench), before);
    is_told_again_by_the_journal(&bench);
}

#[test]
fn commission_in_a_third_currency_is_booked_there_at_the_rate_of_the_fill_for_good() {
    let mut bench = bench();
    let (order, before) = (order(&mut bench), usd(&bench));
    let (exec, events) = fill(&mut bench, order, commission(CommType::PerUnit, 10, "GBP"));
    let [one] = booked(&events)[..] else { panic!("{events:?}") };
    assert_eq!((one.outcome, one.charged, one.rate), (CommissionOutcome::ForeignCash, cents(100), FxRate::new(130, 2)));
    let money = line(&bench, "GBP");
    assert_eq!((money.cash, money.booked, money.booked_converted), (-cents(100), -cents(100), -cents(130)));
    assert_eq!((usd(&bench), fees(&bench)), (before, Notional::ZERO));
    rate(&mut bench, "GBP", 200);
    let events = bust(&mut bench, order, exec);
    let [back] = booked(&events)[..] else { panic!("{events:?}") };
    assert_eq!((back.amount, back.rate), (-cents(100), FxRate::new(130, 2)));
    assert_eq!(line(&bench, "GBP"), ForeignMoney::default(), "at the rate of the fill");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn commission_that_cannot_be_booked_loses_no_fill() {
    for (said, why) in [
        (commission(CommType::Other, 250, ""), CommissionOutcome::UnknownType),
        (commission(CommType::Percentage, 1, "USD"), CommissionOutcome::UnknownType),
        (commission(CommType::Absolute, 250, "JPY"), CommissionOutcome::NoCash),
        (commission(CommType::Absolute, 250, "CHF"), CommissionOutcome::NoRate),
        (Commission { value: i64::MIN, ..commission(CommType::PerUnit, 1, "") }, CommissionOutcome::OutOfRange),
    ] {
        let mut bench = bench();
        let (account, currency) = (AccountName::literal("MARGIN"), Currency::literal("CHF"));
        bench.run(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency }));
        let (order, before) = (order(&mut bench), usd(&bench));
        let (_, events) = fill(&mut bench, order, said);
        let [one] = booked(&events)[..] else { panic!("{events:?}") };
        assert_eq!((one.outcome, one.amount, one.charged), (why, Notional::ZERO, Notional::ZERO));
        assert!(matches!(events[0], Event::OrderFilled(_)));
        assert_eq!((fees(&bench), usd(&bench)), (cents(10), before), "by the account's rate: {said:?}");
        is_told_again_by_the_journal(&bench);
    }
}

#[test]
fn correction_keeps_what_the_broker_said_until_it_says_something_else() {
    let mut bench = bench();
    let order = order(&mut bench);
    let (exec, _) = fill(&mut bench, order, commission(CommType::Absolute, 250, ""));
    correct(&mut bench, order, exec, 8, None);
    assert_eq!(fees(&bench), cents(250));
    let events = correct(&mut bench, order, exec, 7, Some(commission(CommType::Absolute, 200, "GBP")));
    assert_eq!(booked(&events).len(), 1, "{events:?}");
    assert_eq!((fees(&bench), line(&bench, "GBP").cash), (Notional::ZERO, -cents(200)));
    rate(&mut bench, "GBP", 200);
    correct(&mut bench, order, exec, 6, Some(commission(CommType::Absolute, 300, "GBP")));
    let money = line(&bench, "GBP");
    assert_eq!((money.cash, money.booked_converted), (-cents(300), -cents(390)), "all at the rate of the fill");
    correct(&mut bench, order, exec, 5, None);
    assert_eq!((fees(&bench), line(&bench, "GBP").cash), (Notional::ZERO, -cents(300)));
    let before = usd(&bench);
    let events = correct(&mut bench, order, exec, 4, Some(commission(CommType::Absolute, 100, "USD")));
    assert_eq!(booked(&events).len(), 2, "what was taken in GBP is given back: {events:?}");
    assert_eq!((line(&bench, "GBP"), before - usd(&bench)), (ForeignMoney::default(), cents(100)));
    correct(&mut bench, order, exec, 4, Some(commission(CommType::Other, 100, "USD")));
    assert_eq!((usd(&bench), fees(&bench)), (before, cents(4)), "0.0001 of 400");
    bust(&mut bench, order, exec);
    assert_eq!((usd(&bench), fees(&bench), line(&bench, "EUR").cash), (before, Notional::ZERO, Notional::ZERO));
    is_told_again_by_the_journal(&bench);
}

fn adopted(exec: u64, last: i64) -> ForeignOrder {
    ForeignOrder {
        venue_exec_id: exec,
        venue_order_id: 4_711,
        venue_ref_id: 0,
        order_qty: Qty::whole(100),
        price: Px::whole(100),
        last_qty: Qty::whole(last),
        last_px: Px::whole(100),
        cum_qty: Qty::whole(last),
        cl_ord_id: ClOrdId::literal("theirs"),
        symbol: Symbol::literal("ACME"),
        account: AccountName::literal("MARGIN"),
        venue: VenueId(7),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        kind: ReportKind::Filled,
    }
}

#[test]
fn order_that_millrace_did_not_send_has_its_commission_with_its_first_fill() {
    let mut bench = bench();
    let (order, commission) = (adopted(1, 10), commission(CommType::Absolute, 250, "GBP"));
    let events = bench.settle(Command::CommissionedOrder(CommissionedOrder { order, commission }));
    assert!(matches!(events[0], Event::OrderAdopted(_)), "{events:?}");
    assert_eq!((fees(&bench), line(&bench, "GBP").cash), (Notional::ZERO, -cents(250)));
    is_told_again_by_the_journal(&bench);
}

#[test]
fn fill_that_nobody_can_pay_waits_under_a_name_that_says_why() {
    let why = |bench: &mut Bench, exec| match bench.run(Command::ForeignOrder(adopted(exec, 10)))[..] {
        [Event::ReportSuspended(e)] => e.why,
        ref other => panic!("{other:?}"),
    };
    let mut bench = Bench::new(64);
    let currency = Currency::literal("EUR");
    bench.run(Command::DefineInstrument(DefineInstrument { currency, ..instrument("ACME") }));
    assert_eq!(why(&mut bench, 1), Suspense::NoCurrency);
    let account = AccountName::literal("MARGIN");
    bench.run(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency }));
    assert_eq!(why(&mut bench, 2), Suspense::NoRate);
    rate(&mut bench, "EUR", 110);
    let events = bench.settle(Command::ForeignOrder(adopted(3, 10)));
    assert!(matches!(events[0], Event::OrderAdopted(_)), "{events:?}");
    is_told_again_by_the_journal(&bench);
}

/// Random fills with random commissions, corrected, busted, between moving rates: every sum holds after each, and with the last bust
/// nothing is left of any.
fn random(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bench = bench();
    let mut fills = Vec::new();
    let before = usd(&bench);
    let said = |rng: &mut fastrand::Rng| {
        let comm_type = *rng.choice(CommType::ALL).expect("there are some");
        let currency = *rng.choice(["", "EUR", "USD", "GBP", "JPY"].iter()).expect("there are some");
        commission(comm_type, rng.i64(-50..500), currency)
    };
    for _ in 0..60 {
        match rng.u8(..6) {
            0 => rate(&mut bench, "GBP", rng.u64(100..200)),
            1 => rate(&mut bench, "EUR", rng.u64(80..140)),
            2 if !fills.is_empty() => {
                let (order, exec): (OrderId, u64) = fills[rng.usize(..fills.len())];
                let other = rng.bool().then(|| said(&mut rng));
                correct(&mut bench, order, exec, rng.i64(1..20), other);
            }
            3 if !fills.is_empty() => {
                let (order, exec) = fills.swap_remove(rng.usize(..fills.len()));
                bust(&mut bench, order, exec);
            }
            _ => {
                let order = order(&mut bench);
                let commission = said(&mut rng);
                fills.push((order, fill(&mut bench, order, commission).0));
            }
        }
    }
    is_told_again_by_the_journal(&bench);
    for (order, exec) in fills {
        bust(&mut bench, order, exec);
    }
    assert_eq!((usd(&bench), fees(&bench)), (before, Notional::ZERO), "seed {seed}");
    assert_eq!(line(&bench, "GBP"), ForeignMoney::default(), "seed {seed}");
    assert_eq!(line(&bench, "EUR"), ForeignMoney::default(), "seed {seed}");
    is_told_again_by_the_journal(&bench);
}

#[test]
fn random_commissions_add_up_and_leave_nothing_once_all_is_busted() {
    (0..50).for_each(random);
}

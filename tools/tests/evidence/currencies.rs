//! Money in three currencies, by hand: the statement's lines add up with FX among them, a fill's sums come to what the journal says, and
//! the moment shows the cash of each currency.

use std::path::Path;

use model::*;
use tools::evidence::at::{self, Part};
use tools::evidence::explain::{self, Place, Subject};
use tools::evidence::moment::Moment;
use tools::journal_seal::Day;
use tools::statement::{self, CurrencyDay, Form, Statement};

use crate::flow::{Flow, instrument};
use crate::recorder::Recorder;

/// 2026-09-21, in the morning.
const START: i64 = 1_790_000_000_000_000_000;
const DAY_NS: i64 = 86_400_000_000_000;
const FIRST_DAY: u32 = 20_717;

struct Desk {
    recorder: Recorder,
    exec: u64,
}

impl Desk {
    /// ACME trades in EUR. The account CASH is in USD, and has EUR and GBP beside it.
    fn new(dir: &Path) -> Desk {
        let mut desk = Desk { recorder: Recorder::new(dir, START), exec: 0 };
        let _defines = Flow::begin(1, &mut desk.recorder);
        let currency = Currency::literal("EUR");
        desk.put(Command::DefineInstrument(DefineInstrument { currency, ..instrument("ACME") }));
        for currency in ["EUR", "GBP"] {
            let (account, currency) = (AccountName::literal("CASH"), Currency::literal(currency));
            desk.put(Command::DefineAccountCurrency(DefineAccountCurrency { account, currency }));
        }
        desk
    }

    fn put(&mut self, command: Command) {
        self.recorder.now.0 += 1_000;
        self.recorder.put(command);
    }

    fn rate(&mut self, currency: &str, hundredths: u64) {
        self.put(Command::SetFxRate(SetFxRate {
            rate: FxRate::new(hundredths, 2),
            age_max: 3 * DAY_NS,
            currency: Currency::literal(currency),
            against: Currency::literal("USD"),
            actor: Text::literal("ann"),
            reason: Text::literal("fixing"),
        }));
    }

    fn quote(&mut self, bid: i64) {
        self.put(Command::Quote(Quote {
            bid_px: Px::whole(bid),
            bid_qty: Qty::whole(1),
            ask_px: Px::whole(bid + 1),
            ask_qty: Qty::whole(1),
            last_px: Px::ZERO,
            source_time: self.recorder.now,
            instrument: InstrumentId(0),
            reserved: 0,
        }));
    }

    /// An order and its fill, and the fill's ExecID(17).
    fn trade(&mut self, side: Side, qty: i64, px: i64, commission: Option<(i64, &str)>) -> String {
        self.exec += 1;
        let id = ClOrdId::literal(&format!("n{}", self.exec));
        let origin = Origin::fix(SessionId(0), self.exec);
        let plain = NewOrder::plain(origin, id, Symbol::literal("ACME"), side, OrdType::Limit);
        self.put(Command::NewOrder(NewOrder { order_qty: Qty::whole(qty), price: Px::whole(px), ..plain }));
        let order = self.recorder.state().working_orders().next().expect("it was accepted").view.order_id;
        let report = VenueReport {
            last_qty: Qty::whole(qty),
            last_px: Px::whole(px),
            ..VenueReport::about(VenueId::PAPER, order, self.exec, ReportKind::Filled)
        };
        self.put(match commission {
            None => Command::VenueReport(report),
            Some((whole, currency)) => {
                let (value, currency) = (whole * money::UNIT, Currency::literal(currency));
                let commission = Commission { value, currency, comm_type: CommType::Absolute, reserved: [0; 7] };
                Command::CommissionedReport(CommissionedReport { report, commission })
            }
        });
        format!("{}-0", self.recorder.state().last_seq())
    }

    fn close(&mut self, number: u32) {
        let (actor, reason) = (Text::literal("ann"), Text::literal("end of day"));
        self.put(Command::CloseDay(CloseDay { trading_day: number, reserved: [0; 4], actor, reason }));
        for _ in 0..100 {
            if self.recorder.state().last_close().map(|last| last.trading_day) == Some(number) {
                return;
            }
            self.put(Command::Tick(Tick { reserved: 0 }));
        }
        panic!("the close goes on and on");
    }
}

fn day(number: u32) -> Day {
    Day::of(EngineTime(i64::from(number) * DAY_NS))
}

fn cents(cents: i64) -> Notional {
    Notional::from_units(Notional::whole(1).units() / 100 * i128::from(cents))
}

fn currency<'a>(statement: &'a Statement, name: &str) -> &'a CurrencyDay {
    statement.currencies.iter().find(|day| day.currency == name).expect("there was some")
}

/// Two days, see [`lines_add_up_and_fx_is_what_the_rate_made_of_what_there_was`]; the ExecID(17) of the second fill, and the last frame.
fn recorded(dir: &Path) -> (String, Seq) {
    let mut desk = Desk::new(dir);
    desk.rate("EUR", 110);
    desk.rate("GBP", 130);
    desk.put(Command::AdjustForeignCash(AdjustForeignCash {
        amount: Notional::whole(10_000),
        account: AccountName::literal("CASH"),
        currency: Currency::literal("EUR"),
        actor: Text::literal("ann"),
        reason: Text::literal("opening"),
    }));
    desk.quote(99);
    desk.trade(Side::Buy, 20, 100, None);
    desk.quote(99);
    desk.close(FIRST_DAY);
    desk.recorder.now.0 += DAY_NS;
    desk.rate("EUR", 120);
    desk.quote(102);
    let sold = desk.trade(Side::Sell, 10, 105, Some((2, "GBP")));
    let (actor, reason) = (Text::literal("ann"), Text::literal("notice"));
    let (symbol, per_unit) = (Symbol::literal("ACME"), Px::whole(1));
    desk.put(Command::PayDividend(PayDividend { symbol, per_unit, actor, reason }));
    desk.put(Command::Tick(Tick { reserved: 0 }));
    desk.rate("EUR", 125);
    desk.rate("GBP", 140);
    desk.quote(103);
    desk.close(FIRST_DAY + 1);
    desk.recorder.prove();
    (sold, desk.recorder.state().last_seq())
}

/// Yesterday 20 were bought at 100 EUR for a fee of 0.20 EUR, and marked at 99, at 1.10 USD for one EUR. Today 10 go at 105 at 1.20, the
/// broker takes 2 GBP at 1.30, the other 10 have a dividend of 1 EUR each at 1.20, and all is marked at 103, at 1.25 and 1.40:
///
/// price 20 x (103 - 99) x 1.25 = 100, trades 10 x (105 - 103) x 1.25 = 25, dividends 10 x 1.20 = 12, fees -2 x 1.30 = -2.60;
/// FX of what there was, 10,000 - 0.20 - 20 EUR, x (1.25 - 1.10) = 1,496.97, of the dividend 10 x 0.05 = 0.50, of the commission
/// -2 x 0.10 = -0.20.
#[test]
fn lines_add_up_and_fx_is_what_the_rate_made_of_what_there_was() {
    let folder = tempfile::tempdir().expect("a folder");
    recorded(folder.path());
    let first = statement::of_account(folder.path(), day(FIRST_DAY), "CASH").expect("it is closed");
    let explained = first.explained().expect("marks and rates are fresh");
    // At 1.10: 20 x (99 - 100), and the fee.
    assert_eq!((explained.trades, explained.fees, explained.fx), (cents(-2_200), cents(-22), Notional::ZERO));
    assert_eq!((explained.total, explained.unexplained()), (cents(-2_222), Notional::ZERO));

    let second = statement::of_account(folder.path(), day(FIRST_DAY + 1), "CASH").expect("it is closed");
    let of = |name| currency(&second, name).explained(second.positions.iter()).expect("marks and rates are fresh");
    let euro = of("EUR");
    assert_eq!(
        [euro.price, euro.trades, euro.dividends, euro.fees, euro.fx],
        [10_000, 2_500, 1_200, 0, 149_747].map(cents)
    );
    let pound = of("GBP");
    assert_eq!([pound.fees, pound.fx, pound.total], [-260, -20, -280].map(cents));
    let all = second.explained().expect("marks and rates are fresh");
    assert_eq!((all.fx, all.total), (cents(149_727), cents(163_167)));
    let apart = all.unexplained().units().abs();
    assert!(apart < cents(1).units(), "unexplained: {apart}");
    assert_eq!(second.cash_difference(), Notional::ZERO, "no USD were moved");

    let text = statement::story(&second).to_text();
    assert!(text.contains("profit and loss explained, all in USD") && text.contains("1497.27"), "{text}");
    let csv = folder.path().join("day.csv");
    statement::write(std::slice::from_ref(&second), Form::Csv, &csv).expect("it is written");
    let written = std::fs::read_to_string(&csv).expect("it is there");
    assert!(written.contains("CASH,USD,pnl,,fx,,,,,,1497.47,,,,all in EUR"), "{written}");
    assert!(written.contains("CASH,EUR,pnl,ACME,price,,,,,,80,"), "{written}");
}

#[test]
fn rate_that_is_too_old_at_the_close_explains_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::new(folder.path());
    desk.rate("EUR", 110);
    desk.quote(99);
    desk.put(Command::AdjustForeignCash(AdjustForeignCash {
        amount: Notional::whole(10_000),
        account: AccountName::literal("CASH"),
        currency: Currency::literal("EUR"),
        actor: Text::literal("ann"),
        reason: Text::literal("opening"),
    }));
    desk.recorder.now.0 += 4 * DAY_NS;
    desk.close(FIRST_DAY);
    desk.recorder.prove();
    let statement = statement::of_account(folder.path(), day(FIRST_DAY), "CASH").expect("it is closed");
    assert_eq!(statement.explained(), None);
    assert!(statement::story(&statement).to_text().contains("EUR"));
}

#[test]
fn fill_and_moment_show_the_cash_of_each_currency() {
    let folder = tempfile::tempdir().expect("a folder");
    let (sold, last) = recorded(folder.path());
    let place = Place { journal: folder.path().to_owned(), messages: folder.path().join("messages") };
    let shown = |subject: Subject| explain::run(&place, &subject).expect("it is in the journal").0.to_text();
    let text = shown(Subject::Fill(sold));
    for line in [
        "fee: 0; the broker's commission, 2 GBP, is in another currency",
        "cash of the account in EUR: 7999.8 - (-1050) - 0 = 9049.8",
        "one EUR was 1.2 USD",
        "50 EUR of profit less fee came to 60 USD",
        "cash of the account in GBP: the broker took 2; one GBP was 1.3 USD",
        "the journal says the same",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("DIFFERS"), "{text}");
    let text = shown(Subject::Pnl { account: "CASH".to_owned(), symbol: "ACME".to_owned() });
    assert!(text.contains("cash of the account in EUR: 9059.8") && !text.contains("DIFFERS"), "{text}");
    let answer =
        at::run(folder.path(), Moment::Frame(last), Part::Positions, false).expect("it is in the journal").shown;
    for cell in ["currency cash", "9059.8", "59.8", "1.25", "-2"] {
        assert!(answer.contains(cell), "{cell}\n{answer}");
    }
}

//! Statements of random days: each begins where the one before it ended, cash and profit come out to the last digit, and an
//! example that a person can follow with a calculator.

use std::path::Path;

use model::*;
use tools::journal_seal::Day;
use tools::statement::{self, Form, Kind, Statement};

use crate::flow::{ACCOUNTS, Flow, SYMBOLS};
use crate::recorder::Recorder;

/// 2026-09-21, in the morning.
const START: i64 = 1_790_000_000_000_000_000;
const DAY_NS: i64 = 86_400_000_000_000;
const FIRST_DAY: u32 = 20_717;

fn day(number: u32) -> Day {
    Day::of(EngineTime(i64::from(number) * DAY_NS))
}

fn close(recorder: &mut Recorder, number: u32) {
    let (actor, reason) = (Text::literal("ann"), Text::literal("end of day"));
    recorder.put(Command::CloseDay(CloseDay { trading_day: number, reserved: [0; 4], actor, reason }));
    let closed = |recorder: &Recorder| recorder.state().last_close().map(|last| last.trading_day) == Some(number);
    for _ in 0..100 {
        if closed(recorder) {
            return;
        }
        recorder.put(Command::Tick(Tick { reserved: 0 }));
    }
    panic!("the close of {} goes on and on", day(number));
}

fn adjust(account: &str, symbol: &str, qty: i64, px: i64, cost: i64, moves_cash: u8) -> Command {
    Command::AdjustPosition(AdjustPosition {
        cost: Notional::whole(cost),
        qty: Qty::whole(qty),
        px: Px::whole(px),
        account: Text::literal(account),
        symbol: Text::literal(symbol),
        moves_cash,
        reserved: [0; 7],
        actor: Text::literal("ann"),
        reason: Text::literal("statement 17"),
    })
}

fn operators(rng: &mut fastrand::Rng) -> Option<Command> {
    let (actor, reason) = (Text::literal("ann"), Text::literal("notice"));
    let (account, symbol) = (ACCOUNTS[rng.usize(..2)], SYMBOLS[rng.usize(..2)]);
    match rng.u32(..300) {
        0..2 => Some(adjust(account, symbol, rng.i64(1..50), rng.i64(90..110), 0, rng.u8(..2))),
        2..4 => Some(adjust(account, symbol, -rng.i64(1..50), 0, rng.i64(0..5_000), rng.u8(..2))),
        4 => {
            let per_unit = Px::from_units(rng.i64(1..100_000_000));
            Some(Command::PayDividend(PayDividend { symbol: Text::literal(symbol), per_unit, actor, reason }))
        }
        5 => Some(Command::AdjustCash(AdjustCash {
            amount: Notional::whole(rng.i64(-500..500)),
            account: Text::literal(account),
            actor,
            reason,
            reserved: [0; 8],
        })),
        _ => None,
    }
}

fn days(seed: u64, dir: &Path, count: u32) {
    let mut recorder = Recorder::new(dir, START);
    let mut flow = Flow::begin(seed, &mut recorder);
    let mut rng = fastrand::Rng::with_seed(seed ^ 0x5a5a);
    for number in FIRST_DAY..FIRST_DAY + count {
        for _ in 0..1_500 {
            let command = operators(&mut rng).unwrap_or_else(|| flow.next(&mut recorder));
            recorder.put(command);
        }
        // Both ends of a day have fresh marks.
        for instrument in 0..2 {
            recorder.put(Command::Quote(Quote {
                bid_px: Px::whole(99),
                bid_qty: Qty::whole(1),
                ask_px: Px::whole(101),
                ask_qty: Qty::whole(1),
                last_px: Px::ZERO,
                source_time: recorder.now,
                instrument: InstrumentId(instrument),
                reserved: 0,
            }));
        }
        close(&mut recorder, number);
        recorder.now.0 = START + i64::from(number + 1 - FIRST_DAY) * DAY_NS;
    }
    recorder.prove();
}

/// What must hold of one statement behind the other.
fn follows(before: Option<&Statement>, statement: &Statement) {
    let name = format!("{} of {}", statement.day, statement.account);
    assert_eq!(statement.cash_difference(), Notional::ZERO, "{name}");
    let explained = statement.explained().unwrap_or_else(|| panic!("{name} has a stale mark"));
    assert_eq!(explained.unexplained(), Notional::ZERO, "{name}: {explained:?}");
    let Some(before) = before else { return };
    assert_eq!(statement.opening_cash, before.closing_cash, "{name}");
    assert_eq!(statement.opened, Some(before.closed), "{name}");
    for position in &before.positions {
        let now = statement.positions.iter().find(|now| now.symbol == position.symbol);
        let opening = now.map(|now| now.opening).unwrap_or(position.closing);
        assert_eq!(opening, position.closing, "{name} in {}", position.symbol);
    }
}

#[test]
fn random_days_are_explained_to_the_last_digit() {
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..4 {
        let folder = tempfile::tempdir().expect("a folder");
        days(seed, folder.path(), 4);
        for account in ACCOUNTS {
            let mut before = None;
            for number in FIRST_DAY..FIRST_DAY + 4 {
                let statement = statement::of_account(folder.path(), day(number), account).expect("it is closed");
                follows(before.as_ref(), &statement);
                let items = statement.positions.iter().flat_map(|position| &position.items);
                kinds.extend(items.map(|item| item.kind.word()));
                before = Some(statement);
            }
        }
        let unknown = statement::run(folder.path(), day(FIRST_DAY + 4), None).expect_err("it is not closed");
        assert!(unknown.to_string().contains("the last day that is"), "{unknown}");
    }
    for kind in [Kind::Trade, Kind::Correction, Kind::Adjustment, Kind::Dividend] {
        assert!(kinds.contains(kind.word()), "no day had a {}", kind.word());
    }
}

fn quote(recorder: &mut Recorder, bid: i64) {
    recorder.put(Command::Quote(Quote {
        bid_px: Px::whole(bid),
        bid_qty: Qty::whole(1),
        ask_px: Px::whole(bid + 1),
        ask_qty: Qty::whole(1),
        last_px: Px::ZERO,
        source_time: recorder.now,
        instrument: InstrumentId(0),
        reserved: 0,
    }));
}

/// What a cell says, however it is written: numbers and times without the zeros at their ends, times without letters.
fn plain(cell: &str) -> String {
    let is_figure = |byte: u8| byte.is_ascii_digit() || b".-: TZ".contains(&byte);
    match cell.contains('.') && cell.bytes().all(is_figure) {
        true => cell.replace('T', " ").trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => cell.to_owned(),
    }
}

fn cells_of_csv(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("it is there");
    let cells = |line: &str| {
        let mut quoted = false;
        let ends = |letter: char| {
            quoted ^= letter == '"';
            letter == ',' && !quoted
        };
        line.split(ends).map(|cell| plain(cell.trim_matches('"'))).collect()
    };
    text.lines().skip(1).map(cells).collect()
}

fn cells_of_parquet(path: &Path) -> Vec<Vec<String>> {
    let database = duckdb::Connection::open_in_memory().expect("a database");
    let ask = format!("SELECT COLUMNS(*)::VARCHAR FROM read_parquet('{}')", path.display());
    let mut statement = database.prepare(&ask).expect("it is Parquet");
    let mut rows = statement.query([]).expect("it is read");
    let mut cells = Vec::new();
    while let Some(row) = rows.next().expect("it is read") {
        let cell = |at: usize| plain(&row.get::<_, Option<String>>(at).expect("text").unwrap_or_default());
        cells.push((0..16).map(cell).collect());
    }
    cells
}

/// Yesterday 100 are bought in kind for 9,000 and marked at the bid of 99. Today 40 go at 105 for cash, a dividend of 0.50 is paid on
/// the 60, and the mark is 103:
///
/// price 100 x (103 - 99) = 400, adjustments -40 x 103 + 4,200 = 80, dividends 30: 510 together.
#[test]
fn example_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::new(folder.path(), START);
    let _defines = Flow::begin(1, &mut recorder);
    quote(&mut recorder, 99);
    recorder.put(adjust("CASH", "ACME", 100, 0, 9_000, 0));
    close(&mut recorder, FIRST_DAY);
    recorder.now.0 += DAY_NS;
    recorder.put(adjust("CASH", "ACME", -40, 105, 0, 1));
    recorder.put(Command::PayDividend(PayDividend {
        symbol: Text::literal("ACME"),
        per_unit: Px::from_units(50_000_000),
        actor: Text::literal("ann"),
        reason: Text::literal("notice"),
    }));
    recorder.put(Command::Tick(Tick { reserved: 0 }));
    quote(&mut recorder, 103);
    close(&mut recorder, FIRST_DAY + 1);
    recorder.prove();

    let first = statement::of_account(folder.path(), day(FIRST_DAY), "CASH").expect("it is closed");
    assert_eq!((first.opened, first.opening_cash), (None, Notional::ZERO));
    assert_eq!((first.paid_in(), first.closing_cash), (Notional::whole(100_000), Notional::whole(100_000)));
    follows(None, &first);
    let second = statement::of_account(folder.path(), day(FIRST_DAY + 1), "CASH").expect("it is closed");
    follows(Some(&first), &second);
    let explained = second.explained().expect("it has marks");
    let parts = [explained.price, explained.adjustments, explained.dividends, explained.total];
    assert_eq!(parts, [400, 80, 30, 510].map(Notional::whole));
    assert_eq!(second.closing_cash, Notional::whole(100_000 + 4_200 + 30));
    let text = statement::story(&second).to_text();
    assert!(text.contains("ann: statement 17"), "{text}");

    let (csv, parquet) = (folder.path().join("day.csv"), folder.path().join("day.parquet"));
    statement::write(std::slice::from_ref(&second), Form::Csv, &csv).expect("it is written");
    let written = std::fs::read_to_string(&csv).expect("it is there");
    let pnl = |item: &str| written.lines().find(|line| line.contains(&format!("pnl,ACME,{item},"))).map(str::to_owned);
    assert_eq!(pnl("total").as_deref(), Some("2026-09-22,CASH,USD,pnl,ACME,total,,,,,,510,,,,"));
    assert_eq!(pnl("unexplained").as_deref(), Some("2026-09-22,CASH,USD,pnl,ACME,unexplained,,,,,,0,,,,"));
    statement::write(&[second], Form::Parquet, &parquet).expect("it is written");
    assert_eq!(cells_of_parquet(&parquet), cells_of_csv(&csv));
    assert!(statement::write(&[first], Form::Csv, &csv).is_err(), "it exists");
}

/// Yesterday 100 are bought in kind for 9,000 and marked at 99. Today they become 200, of which 40 go at 52 for cash, and the mark
/// is 51:
///
/// price 200 x 51 - 100 x 99 = 300, adjustments -40 x 51 + 40 x 52 = 40: 340 together. Of the cost 40 / 200 x 9,000 = 1,800 go for
/// 2,080: 280 realised.
#[test]
fn split_is_a_line_of_the_statement_and_makes_no_profit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::new(folder.path(), START);
    let _defines = Flow::begin(1, &mut recorder);
    quote(&mut recorder, 99);
    recorder.put(adjust("CASH", "ACME", 100, 0, 9_000, 0));
    close(&mut recorder, FIRST_DAY);
    recorder.now.0 += DAY_NS;
    recorder.put(Command::SplitInstrument(SplitInstrument {
        symbol: Text::literal("ACME"),
        numerator: 2,
        denominator: 1,
        cash_in_lieu_px: Px::ZERO,
        actor: Text::literal("ann"),
        reason: Text::literal("notice 9"),
    }));
    for _ in 0..10 {
        recorder.put(Command::Tick(Tick { reserved: 0 }));
    }
    recorder.put(adjust("CASH", "ACME", -40, 52, 0, 1));
    quote(&mut recorder, 51);
    close(&mut recorder, FIRST_DAY + 1);
    recorder.prove();

    let first = statement::of_account(folder.path(), day(FIRST_DAY), "CASH").expect("it is closed");
    let second = statement::of_account(folder.path(), day(FIRST_DAY + 1), "CASH").expect("it is closed");
    follows(Some(&first), &second);
    let position = &second.positions[0];
    assert_eq!((position.opening.qty, position.closing.qty), (Qty::whole(100), Qty::whole(160)));
    assert_eq!((position.opening.cost, position.closing.cost), (Notional::whole(9_000), Notional::whole(7_200)));
    let split = position.items.iter().find(|item| item.kind == Kind::Split).expect("it is a line");
    assert_eq!((split.qty, split.note.as_str()), (Qty::whole(100), "2:1, ann: notice 9"));
    let explained = second.explained().expect("it has marks");
    let parts = [explained.price, explained.adjustments, explained.total];
    assert_eq!(parts, [300, 40, 340].map(Notional::whole));
    assert_eq!(position.closing.realised, Notional::whole(280));
    assert_eq!(second.closing_cash, Notional::whole(100_000 + 2_080));
    let written = folder.path().join("day.csv");
    statement::write(std::slice::from_ref(&second), Form::Csv, &written).expect("it is written");
    let text = std::fs::read_to_string(&written).expect("it is there");
    assert!(text.lines().any(|line| line.contains(",split,ACME,") && line.contains(",100,")), "{text}");
}

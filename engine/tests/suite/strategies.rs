//! Strategy books: what each strategy has of a holding, beside what the account has of it.

use engine::{Capacities, State, StrategyBook};
use model::*;

use crate::bench::{Bench, instrument, new_order, report};

const ACME: InstrumentId = InstrumentId(0);
/// The account at average cost, and the one first in first out, by their sessions.
const CASH: AccountId = AccountId(0);
const FIFO: AccountId = AccountId(1);
const SESSIONS: [&str; 2] = ["ONE", "TWO"];

/// From now on the account's session brings orders of this strategy.
fn attribute(bench: &mut Bench, account: AccountId, strategy: &str) {
    bench.run(Command::DefineAttribution(DefineAttribution {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal(SESSIONS[account.0 as usize]),
        trader: Text::literal("JANE"),
        strategy: Text::literal(strategy),
    }));
}

/// An order of a strategy, filled at once; its number and the ExecID of its fill.
fn trade(bench: &mut Bench, of: (AccountId, &str), side: Side, qty: i64, px: i64) -> (OrderId, u64) {
    attribute(bench, of.0, of.1);
    let id = format!("o{}", bench.history.len());
    let events = bench.run(Command::NewOrder(new_order(SessionId(of.0.0), &id, "ACME", side, qty, px)));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("{events:?}") };
    let exec = bench.history.len() as u64 + 1;
    let events = bench.venue(accepted.order.order_id, ReportKind::Filled, qty, px);
    assert!(matches!(events[..2], [Event::OrderFilled(_), Event::PositionChanged(_)]), "{events:?}");
    bench.state.assert_sums();
    (accepted.order.order_id, exec)
}

fn bust(bench: &mut Bench, (order, exec): (OrderId, u64)) -> Vec<Event> {
    let by = bench.history.len() as u64 + 1;
    let told = VenueReport { venue_ref_id: exec, ..report(VenueId::PAPER, order, by, ReportKind::TradeCanceled, 0, 0) };
    bench.settle(Command::VenueReport(told))
}

fn book<'a>(bench: &'a Bench, account: AccountId, strategy: &str) -> &'a StrategyBook {
    let name = |book: &StrategyBook| bench.state.strategy(book.strategy).map_or(String::new(), |name| name.to_string());
    let mut books = bench.state.strategy_books();
    books.find(|book| book.account == account && name(book) == strategy).expect("it was traded")
}

/// Position, cost and realised P&L in whole units.
fn books(bench: &Bench, account: AccountId, strategy: &str) -> (Qty, Notional, Notional) {
    let books = book(bench, account, strategy).books;
    (books.position, books.cost, books.realised)
}

fn whole(position: i64, cost: i64, realised: i64) -> (Qty, Notional, Notional) {
    (Qty::whole(position), Notional::whole(cost), Notional::whole(realised))
}

fn ops() -> (Text<24>, Text<64>) {
    (Text::literal("ops"), Text::literal("notice 17"))
}

#[test]
fn each_strategy_has_its_own_cost_and_the_account_nets_them() {
    let mut bench = Bench::new(64);
    trade(&mut bench, (CASH, "ARB"), Side::Buy, 10, 100);
    trade(&mut bench, (CASH, "MM"), Side::Buy, 10, 120);
    trade(&mut bench, (CASH, "ARB"), Side::Sell, 4, 130);
    assert_eq!((books(&bench, CASH, "ARB"), books(&bench, CASH, "MM")), (whole(6, 600, 120), whole(10, 1_200, 0)));
    assert!(book(&bench, CASH, "").books == engine::Books::default(), "all of it is a strategy's");
    let account = bench.state.holding(CASH, ACME).unwrap().books();
    assert_eq!((account.position, account.cost, account.realised), whole(16, 1_760, 80));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn what_was_traded_before_the_first_strategy_is_told_of_as_unallocated() {
    let mut bench = Bench::new(64);
    trade(&mut bench, (FIFO, ""), Side::Buy, 10, 100);
    trade(&mut bench, (FIFO, ""), Side::Buy, 10, 110);
    let before = trade(&mut bench, (FIFO, ""), Side::Sell, 5, 120);
    assert_eq!(bench.state.strategy_books().count(), 0, "no strategy has anything to do with it");
    attribute(&mut bench, FIFO, "ARB");
    let order = new_order(SessionId(1), "first", "ACME", Side::Buy, 1, 100);
    let events = bench.run(Command::NewOrder(order));
    let [Event::OrderAccepted(_), Event::StrategyPositionChanged(told)] = events[..] else { panic!("{events:?}") };
    assert_eq!(told.strategy, StrategyPositionChanged::UNALLOCATED);
    // By average cost, though the account sells what came first.
    assert_eq!((told.qty, told.cost, told.realised), whole(15, 1_575, 75));
    bust(&mut bench, before);
    assert_eq!(books(&bench, FIFO, ""), whole(20, 2_100, 0));
    assert_eq!(books(&bench, FIFO, "ARB"), whole(0, 0, 0));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn bust_of_a_fill_is_its_strategys_and_gives_the_fee_back() {
    let mut bench = Bench::new(64);
    trade(&mut bench, (CASH, "ARB"), Side::Buy, 10, 100);
    let flip = trade(&mut bench, (CASH, "MM"), Side::Sell, 15, 110);
    trade(&mut bench, (CASH, "MM"), Side::Buy, 5, 100);
    assert_eq!(books(&bench, CASH, "MM"), whole(-10, -1_100, 50));
    let events = bust(&mut bench, flip);
    let [Event::TradeCanceled(_), Event::PositionChanged(account), Event::StrategyPositionChanged(own), ..] =
        events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((own.qty, own.cost, own.realised), whole(5, 500, 0));
    assert_eq!((own.fee, account.qty), (account.fee, Qty::whole(15)));
    assert!(own.fee.units() < 0);
    assert_eq!(books(&bench, CASH, "ARB"), whole(10, 1_000, 0));
}

#[test]
fn dividend_settlement_and_split_reach_the_strategies() {
    let mut bench = Bench::new(64);
    bench
        .run(Command::DefineInstrument(DefineInstrument { valuation: ValuationMethod::Futures, ..instrument("ACME") }));
    let first = trade(&mut bench, (FIFO, "ARB"), Side::Buy, 10, 100);
    trade(&mut bench, (FIFO, "MM"), Side::Sell, 10, 105);
    let (actor, reason) = ops();
    let symbol = Symbol::literal("ACME");
    // The account holds nothing, and the strategies hold ten against each other.
    let per_unit = Px::whole(2);
    bench.settle(Command::PayDividend(PayDividend { symbol, per_unit, actor, reason }));
    let dividends = ["ARB", "MM"].map(|strategy| book(&bench, FIFO, strategy).dividends);
    assert_eq!(dividends, [Notional::whole(20), Notional::whole(-20)]);
    let settle_px = Px::whole(103);
    let events = bench.settle(Command::SettleInstrument(SettleInstrument { symbol, settle_px, actor, reason }));
    let told = events.iter().filter(|event| matches!(event, Event::StrategyPositionChanged(_))).count();
    assert_eq!(told, 2, "{events:?}");
    assert_eq!(books(&bench, FIFO, "ARB"), whole(10, 1_030, 30));
    assert_eq!(books(&bench, FIFO, "MM"), whole(-10, -1_030, 20));
    let px = Px::whole(50);
    let split = SplitInstrument { symbol, numerator: 2, denominator: 1, cash_in_lieu_px: px, actor, reason };
    bench.settle(Command::SplitInstrument(split));
    assert_eq!(books(&bench, FIFO, "ARB"), whole(20, 1_030, 30));
    // Half of it never was: the settlement is counted again for what was there then.
    let by = bench.history.len() as u64 + 1;
    let corrected = VenueReport {
        venue_ref_id: first.1,
        ..report(VenueId::PAPER, first.0, by, ReportKind::TradeCorrected, 5, 100)
    };
    bench.settle(Command::VenueReport(corrected));
    assert_eq!(books(&bench, FIFO, "ARB"), whole(10, 515, 15));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn fraction_of_a_split_is_the_strategys_that_has_all_of_it_or_nobodys() {
    let (actor, reason) = ops();
    let split = |bench: &mut Bench| {
        let (symbol, cash_in_lieu_px) = (Symbol::literal("ACME"), Px::whole(1_200));
        let split = SplitInstrument { symbol, numerator: 1, denominator: 10, cash_in_lieu_px, actor, reason };
        bench.settle(Command::SplitInstrument(split))
    };
    let half = Qty::whole(1).units() / 2;
    let mut bench = Bench::new(64);
    trade(&mut bench, (CASH, "ARB"), Side::Buy, 25, 100);
    trade(&mut bench, (FIFO, "ARB"), Side::Buy, 10, 100);
    trade(&mut bench, (FIFO, "MM"), Side::Buy, 15, 100);
    split(&mut bench);
    assert_eq!(books(&bench, CASH, "ARB"), whole(2, 2_000, 100));
    assert_eq!(book(&bench, FIFO, "").books.position, Qty::from_units(-half));
    assert_eq!(book(&bench, FIFO, "").books.cash_from_trades, Notional::whole(600));
    assert_eq!(book(&bench, FIFO, "MM").books.position, Qty::from_units(half + Qty::whole(1).units()));
}

#[test]
fn order_for_which_there_is_no_strategy_book_is_refused() {
    let mut bench = Bench::new(64);
    bench.state = State::new(Capacities { orders: 64, holdings: 3 });
    for (_, command, _) in Bench::new(64).history {
        bench.run(command);
    }
    for strategy in ["ARB", "MM"] {
        trade(&mut bench, (CASH, strategy), Side::Buy, 1, 100);
    }
    attribute(&mut bench, CASH, "VOL");
    let events = bench.order("full", Side::Buy, 1, 100);
    let [Event::OrderRefused(refused)] = events[..] else { panic!("{events:?}") };
    assert_eq!(refused.refusal.check, Check::OrderCapacity);
    attribute(&mut bench, CASH, "MM");
    assert!(matches!(bench.order("fits", Side::Buy, 1, 100)[..], [Event::OrderAccepted(_)]));
}

/// Average cost as the textbook has it, for one strategy.
#[derive(Default)]
struct Clerk {
    position: i128,
    cost: i128,
    realised: i128,
}

impl Clerk {
    fn fill(&mut self, sign: i128, qty: i128, px: i128) {
        let closes = if self.position * sign < 0 { qty.min(self.position.abs()) } else { 0 };
        let released = if closes > 0 { (self.cost * closes).div_euclid(self.position.abs()) } else { 0 };
        self.realised -= sign * closes * px + released;
        self.cost += sign * (qty - closes) * px - released;
        self.position += sign * qty;
    }

    fn settle(&mut self, px: i128) {
        let worth = self.position * px;
        self.realised += worth - self.cost;
        self.cost = worth;
    }
}

#[derive(Clone, Copy)]
enum Entry {
    Fill { strategy: usize, side: Side, qty: i64, px: i64, told: (OrderId, u64) },
    Settled { px: i64 },
}

const STRATEGIES: [&str; 4] = ["", "ARB", "MM", "VOL"];

/// Random fills, busts and settlements of three strategies and of none, as each clerk has them.
fn random(seed: u64, orders: usize, steps: usize) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bench = Bench::new(orders);
    bench
        .run(Command::DefineInstrument(DefineInstrument { valuation: ValuationMethod::Futures, ..instrument("ACME") }));
    let account = FIFO;
    let definition = bench.state.account(&AccountName::literal("MARGIN")).expect("it is defined").1.definition;
    let cost_method = if rng.bool() { CostMethod::Average } else { CostMethod::Fifo };
    bench.run(Command::DefineAccount(DefineAccount { cost_method, ..definition }));
    let mut tape = Vec::<Entry>::new();
    for step in 0..steps {
        match rng.u8(..12) {
            0 => {
                let px = rng.i64(80..120);
                let (symbol, settle_px, (actor, reason)) = (Symbol::literal("ACME"), Px::whole(px), ops());
                bench.settle(Command::SettleInstrument(SettleInstrument { symbol, settle_px, actor, reason }));
                tape.push(Entry::Settled { px });
            }
            1 => {
                let recent = tape.len().saturating_sub(orders / 8)..tape.len();
                let Some(at) = (!recent.is_empty()).then(|| rng.usize(recent)) else { continue };
                if let Entry::Fill { qty, told, .. } = &mut tape[at]
                    && *qty > 0
                {
                    *qty = 0;
                    let events = bust(&mut bench, *told);
                    assert!(matches!(events[0], Event::TradeCanceled(_)), "seed {seed}, {events:?}");
                }
            }
            _ => {
                // The first ones are nobody's.
                let strategy = if step < steps / 8 { 0 } else { rng.usize(..STRATEGIES.len()) };
                let side = if rng.bool() { Side::Buy } else { Side::Sell };
                let (qty, px) = (rng.i64(1..200), rng.i64(80..120));
                let told = trade(&mut bench, (account, STRATEGIES[strategy]), side, qty, px);
                tape.push(Entry::Fill { strategy, side, qty, px, told });
            }
        }
    }
    bench.state.assert_sums();
    assert_eq!(bench.refold(orders).hash(), bench.state.hash(), "seed {seed}");
    if tape.len() < orders {
        agree(&bench, account, &tape, seed);
    }
}

fn agree(bench: &Bench, account: AccountId, tape: &[Entry], seed: u64) {
    for (at, name) in STRATEGIES.iter().enumerate() {
        let mut clerk = Clerk::default();
        let units = |px: i64| i128::from(Px::whole(px).units());
        for entry in tape {
            match *entry {
                Entry::Fill { strategy, side, qty, px, .. } if strategy == at && qty > 0 => {
                    clerk.fill(i128::from(side.sign()), i128::from(Qty::whole(qty).units()), units(px));
                }
                Entry::Settled { px } => clerk.settle(units(px)),
                Entry::Fill { .. } => {}
            }
        }
        let books = book(bench, account, name).books;
        let engine = (i128::from(books.position.units()), books.cost.units(), books.realised.units());
        assert_eq!(engine, (clerk.position, clerk.cost, clerk.realised), "seed {seed}, {name}");
    }
}

#[test]
fn random_strategies_agree_with_their_clerks() {
    let runs = std::env::var("MILLRACE_FILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(40_000) / 200;
    for seed in 0..runs {
        // Every other run forgets most of its fills.
        random(seed, if seed % 2 == 0 { 512 } else { 24 }, 200);
    }
}

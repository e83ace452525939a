//! Splits, dividends, daily settlements and new symbols: what becomes of positions, cash, and fills that are busted later.

use crate::bench::{Bench, instrument, new_order, report};
use model::*;

const ACME: InstrumentId = InstrumentId(0);
/// The account at average cost, and the one first in first out, by their sessions.
const CASH: AccountId = AccountId(0);
const FIFO: AccountId = AccountId(1);

fn actor() -> Text<24> {
    Text::literal("ops")
}

fn reason() -> Text<64> {
    Text::literal("notice 17")
}

fn split(numerator: u32, denominator: u32, cash_in_lieu: i64) -> Command {
    Command::SplitInstrument(SplitInstrument {
        symbol: Symbol::literal("ACME"),
        numerator,
        denominator,
        cash_in_lieu_px: Px::whole(cash_in_lieu),
        actor: actor(),
        reason: reason(),
    })
}

/// One order of the account, filled at once; its number and the ExecID of its fill.
fn trade(bench: &mut Bench, account: AccountId, id: &str, side: Side, qty: i64, px: i64) -> (OrderId, u64) {
    let accepted = bench.run(Command::NewOrder(new_order(SessionId(account.0), id, "ACME", side, qty, px)));
    let [Event::OrderAccepted(accepted)] = accepted[..] else { panic!("{accepted:?}") };
    let exec = bench.history.len() as u64 + 1;
    let order = accepted.order.order_id;
    let events = bench.venue(order, ReportKind::Filled, qty, px);
    assert!(matches!(events[..], [Event::OrderFilled(_), Event::PositionChanged(_)]), "{events:?}");
    (order, exec)
}

fn bust(bench: &mut Bench, (order, exec): (OrderId, u64)) -> TradeCanceled {
    let by = bench.history.len() as u64 + 1;
    let told = VenueReport { venue_ref_id: exec, ..report(VenueId::PAPER, order, by, ReportKind::TradeCanceled, 0, 0) };
    let events = bench.settle(Command::VenueReport(told));
    let [Event::TradeCanceled(canceled), Event::PositionChanged(_), ..] = events[..] else { panic!("{events:?}") };
    canceled
}

/// Position, cost and realised P&L, in whole units.
fn books(bench: &Bench, account: AccountId) -> (Qty, Notional, Notional) {
    let books = bench.state.holding(account, ACME).expect("it was traded").books();
    assert!(books.cash_identity_holds());
    (books.position, books.cost, books.realised)
}

fn whole(position: i64, cost: i64, realised: i64) -> (Qty, Notional, Notional) {
    (Qty::whole(position), Notional::whole(cost), Notional::whole(realised))
}

#[test]
fn split_leaves_the_money_and_a_bust_of_before_counts_in_new_units() {
    let mut bench = Bench::new(64);
    let mut fills = Vec::new();
    for account in [CASH, FIFO] {
        fills.push(trade(&mut bench, account, "1", Side::Buy, 10, 90));
        trade(&mut bench, account, "2", Side::Buy, 10, 110);
        trade(&mut bench, account, "3", Side::Sell, 5, 100);
    }
    assert_eq!((books(&bench, CASH), books(&bench, FIFO)), (whole(15, 1_500, 0), whole(15, 1_550, 50)));
    let events = bench.settle(split(3, 1, 0));
    let told =
        events.iter().filter(|event| matches!(event, Event::PositionChanged(e) if e.qty == Qty::whole(45))).count();
    assert_eq!(told, 2, "{events:?}");
    assert_eq!((books(&bench, CASH), books(&bench, FIFO)), (whole(45, 1_500, 0), whole(45, 1_550, 50)));
    bench.quote(0, 50, 51);
    // A new fill counts in new units, 45 of which are 15 of before.
    for account in [CASH, FIFO] {
        trade(&mut bench, account, "4", Side::Sell, 15, 60);
    }
    assert_eq!((books(&bench, CASH), books(&bench, FIFO)), (whole(30, 1_000, 400), whole(30, 1_100, 500)));
    // Without the first ten, 10 at 110 were 30 at 36.67 by then: 15 + 15 of them are sold, at 33.33 and at 60.
    for fill in fills {
        assert_eq!(bust(&mut bench, fill).last_qty, Qty::whole(10), "as the client knows it");
    }
    assert_eq!((books(&bench, CASH), books(&bench, FIFO)), (whole(0, 0, 300), whole(0, 0, 300)));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn order_is_restated_with_its_position_and_its_fill_can_be_busted_after_that() {
    let mut bench = Bench::new(64);
    let accepted = bench.order("1", Side::Buy, 10, 100);
    let [Event::OrderAccepted(accepted)] = accepted[..] else { panic!("{accepted:?}") };
    let order = accepted.order.order_id;
    let exec = bench.history.len() as u64 + 1;
    bench.venue(order, ReportKind::Filled, 4, 100);
    bench.settle(split(2, 1, 0));
    let view = bench.state.order(order).unwrap().view;
    assert_eq!((view.order_qty, view.cum_qty, view.price), (Qty::whole(20), Qty::whole(8), Px::whole(50)));
    assert_eq!(books(&bench, CASH).0, Qty::whole(8));
    let canceled = bust(&mut bench, (order, exec));
    assert_eq!((canceled.order.cum_qty, canceled.order.cum_notional), (Qty::ZERO, Notional::ZERO));
    assert_eq!(books(&bench, CASH), whole(0, 0, 0));
}

#[test]
fn fraction_of_a_reverse_split_is_paid_out() {
    let mut bench = Bench::new(64);
    trade(&mut bench, CASH, "1", Side::Buy, 25, 100);
    trade(&mut bench, FIFO, "1", Side::Sell, 25, 100);
    let before = bench.state.account(&AccountName::literal("CASH")).unwrap().1.cash;
    let events = bench.settle(split(1, 10, 1_200));
    let adjusted: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::PositionAdjusted(e) => Some((e.account, e.kind, e.qty.units())),
            _ => None,
        })
        .collect();
    let half = Qty::whole(1).units() / 2;
    assert_eq!(adjusted, [(CASH, AdjustmentKind::CashInLieu, half), (FIFO, AdjustmentKind::CashInLieu, -half)]);
    // 2.5 cost 2,500: half of one at 1,200 is 100 more than it cost, and as much less for who is short of it.
    assert_eq!((books(&bench, CASH), books(&bench, FIFO)), (whole(2, 2_000, 100), whole(-2, -2_000, -100)));
    let after = bench.state.account(&AccountName::literal("CASH")).unwrap().1.cash;
    assert_eq!(after - before, Notional::whole(600));
}

#[test]
fn split_that_would_leave_nothing_of_a_fill_is_not_done() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(DefineInstrument { lot: Qty::from_units(1), ..instrument("ACME") }));
    let accepted = bench.order("1", Side::Buy, 1, 100);
    let [Event::OrderAccepted(accepted)] = accepted[..] else { panic!("{accepted:?}") };
    let by = bench.history.len() as u64 + 1;
    let tiny = VenueReport {
        last_qty: Qty::from_units(3),
        ..report(VenueId::PAPER, accepted.order.order_id, by, ReportKind::Filled, 1, 100)
    };
    bench.run(Command::VenueReport(tiny));
    assert_eq!(bench.settle(split(1, 10, 0)), []);
    assert_eq!(bench.settle(split(1, 1, 0)), []);
    let events = bench.settle(split(1, 3, 0));
    assert!(matches!(events[..], [Event::SplitBegun(_), Event::PositionsSplit(_), ..]), "{events:?}");
    assert_eq!(bench.state.holding(CASH, ACME).unwrap().books().position, Qty::from_units(1));
}

#[test]
fn dividend_is_received_by_the_long_and_paid_by_the_short() {
    let mut bench = Bench::new(64);
    trade(&mut bench, CASH, "1", Side::Buy, 100, 100);
    trade(&mut bench, FIFO, "1", Side::Sell, 40, 100);
    let cash = |bench: &Bench| bench.state.accounts().map(|(_, account)| account.cash).collect::<Vec<_>>();
    let before = cash(&bench);
    let pay = PayDividend {
        symbol: Symbol::literal("ACME"),
        per_unit: Px::from_units(25_000_000),
        actor: actor(),
        reason: reason(),
    };
    let events = bench.settle(Command::PayDividend(pay));
    assert!(matches!(events[0], Event::DividendBegun(_)), "{events:?}");
    let moved: Vec<_> = cash(&bench).iter().zip(before).map(|(after, before)| *after - before).collect();
    assert_eq!(moved, [Notional::whole(25), Notional::whole(-10)]);
    assert_eq!(bench.state.holding(CASH, ACME).unwrap().dividends, Notional::whole(25));
    assert_eq!(books(&bench, CASH), whole(100, 10_000, 0), "the position is what it was");
    let unknown = PayDividend { symbol: Symbol::literal("NONE"), ..pay };
    assert_eq!(bench.settle(Command::PayDividend(unknown)), []);
}

#[test]
fn daily_settlement_realises_and_begins_again_at_its_price() {
    let mut bench = Bench::new(64);
    let settle = |px| {
        Command::SettleInstrument(SettleInstrument {
            symbol: Symbol::literal("ACME"),
            settle_px: Px::whole(px),
            actor: actor(),
            reason: reason(),
        })
    };
    assert_eq!(bench.settle(settle(104)), [], "a share was paid for");
    bench.run(Command::DefineInstrument(DefineInstrument {
        multiplier: 5,
        valuation: ValuationMethod::Futures,
        ..instrument("ACME")
    }));
    let first = trade(&mut bench, FIFO, "1", Side::Buy, 2, 100);
    trade(&mut bench, FIFO, "2", Side::Buy, 1, 103);
    let cash = |bench: &Bench| bench.state.account(&AccountName::literal("MARGIN")).unwrap().1.cash;
    let before = cash(&bench);
    bench.settle(settle(104));
    assert_eq!(books(&bench, FIFO), whole(3, 3 * 104 * 5, 45));
    assert_eq!(cash(&bench) - before, Notional::whole(45));
    bench.settle(settle(102));
    assert_eq!(books(&bench, FIFO), whole(3, 3 * 102 * 5, 15));
    assert_eq!(cash(&bench) - before, Notional::whole(15));
    // The first two never were: one contract from 103 over 104 to 102. Their fee of a basis point of 1,000 comes back.
    bust(&mut bench, first);
    assert_eq!(books(&bench, FIFO), whole(1, 510, -5));
    assert_eq!(cash(&bench) - before, Notional::whole(-5) + Notional::from_units(1_000_000_000_000_000));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn new_symbol_is_the_same_instrument() {
    let mut bench = Bench::new(64);
    trade(&mut bench, CASH, "1", Side::Buy, 10, 100);
    let change = |symbol: &str, new_symbol: &str| {
        Command::ChangeSymbol(ChangeSymbol {
            symbol: Symbol::literal(symbol),
            new_symbol: Symbol::literal(new_symbol),
            actor: actor(),
            reason: reason(),
        })
    };
    assert_eq!(bench.settle(change("ACME", "ZINC")), [], "another has it");
    let events = bench.settle(change("ACME", "APEX"));
    let [Event::SymbolChanged(_), Event::InstrumentDefined(defined)] = events[..] else { panic!("{events:?}") };
    assert_eq!((defined.instrument, defined.definition.symbol), (ACME, Symbol::literal("APEX")));
    assert_eq!(books(&bench, CASH), whole(10, 1_000, 0));
    let refused = bench.order("2", Side::Buy, 1, 100);
    assert!(matches!(refused[..], [Event::OrderRefused(e)] if e.refusal.check == Check::UnknownSymbol), "{refused:?}");
    let accepted = bench.run(Command::NewOrder(new_order(SessionId(0), "3", "APEX", Side::Sell, 10, 100)));
    assert!(matches!(accepted[..], [Event::OrderAccepted(e)] if e.order.instrument == ACME), "{accepted:?}");
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

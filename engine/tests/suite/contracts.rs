//! Contracts other than shares: what they pay, and when.

use crate::bench::{Bench, instrument, new_order};
use model::*;

/// One coin's dollars, 100 a contract.
fn inverse() -> DefineInstrument {
    DefineInstrument {
        multiplier: 100,
        contract_kind: ContractKind::Inverse,
        valuation: ValuationMethod::Futures,
        ..instrument("ZINC")
    }
}

fn trade(bench: &mut Bench, id: &str, side: Side, qty: i64, px: i64) -> PositionChanged {
    let accepted = bench.run(Command::NewOrder(new_order(SessionId(1), id, "ZINC", side, qty, px)));
    let [Event::OrderAccepted(accepted)] = accepted[..] else { panic!("{accepted:?}") };
    let events = bench.venue(accepted.order.order_id, ReportKind::Filled, qty, px);
    let [_, Event::PositionChanged(position)] = events[..] else { panic!("{events:?}") };
    position
}

#[test]
fn inverse_contract_pays_profit_in_its_coin_when_it_is_closed() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(inverse()));
    // 80 contracts of 100 dollars at 80: 100 coins' worth. Nothing is paid for them but the fee, a basis point.
    let opened = trade(&mut bench, "1", Side::Buy, 80, 80);
    assert_eq!((opened.cost, opened.realised), (Notional::whole(-100), Notional::ZERO));
    assert_eq!((opened.fee, opened.account_cash), (Notional::from_units(100_000_000_000_000), -opened.fee));
    // Sold at 100 they are 80 coins' worth: 20 coins of profit.
    let closed = trade(&mut bench, "2", Side::Sell, 80, 100);
    assert_eq!((closed.qty, closed.cost, closed.realised), (Qty::ZERO, Notional::ZERO, Notional::whole(20)));
    assert_eq!(closed.account_cash, Notional::whole(20) - opened.fee - closed.fee);
    bench.state.assert_sums();
}

#[test]
fn terms_of_a_contract_stand_until_nobody_holds_it() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(inverse()));
    trade(&mut bench, "1", Side::Buy, 1, 100);
    let other = DefineInstrument { tick: Px::whole(5), ..instrument("ZINC") };
    let defined = |bench: &mut Bench| match bench.run(Command::DefineInstrument(other))[..] {
        [Event::InstrumentDefined(defined)] => defined.definition,
        ref events => panic!("{events:?}"),
    };
    assert_eq!(defined(&mut bench), DefineInstrument { tick: Px::whole(5), ..inverse() });
    trade(&mut bench, "2", Side::Sell, 1, 100);
    assert_eq!(defined(&mut bench), other);
}

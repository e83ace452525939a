//! Money that does not add up is told at once, and its account trades nothing new until a person has looked; marks that are too
//! old value nothing.

use crate::bench::{Bench, SESSION, new_order};
use engine::Stamp;
use model::*;

const CASH: AccountId = AccountId(0);
const ACME: InstrumentId = InstrumentId(0);

fn bought(bench: &mut Bench) -> PositionChanged {
    let accepted = bench.order("1", Side::Buy, 10, 100);
    let [Event::OrderAccepted(accepted)] = accepted[..] else { panic!("{accepted:?}") };
    let events = bench.venue(accepted.order.order_id, ReportKind::Filled, 10, 100);
    let [_, Event::PositionChanged(position)] = events[..] else { panic!("{events:?}") };
    position
}

#[test]
fn account_whose_money_does_not_add_up_is_halted_until_it_is_released() {
    let mut bench = Bench::new(64);
    let position = bought(&mut bench);
    let working = bench.order("2", Side::Buy, 1, 90);
    assert!(matches!(working[..], [Event::OrderAccepted(_)]), "{working:?}");
    assert_eq!(bench.state.identity_breaks(), 0);

    // A defect: a unit of 1e-16 too much was realised.
    let wrong = PositionChanged { realised: position.realised + Notional::from_units(1), ..position };
    assert!(position.cash_identity_holds() && !wrong.cash_identity_holds());
    bench.state.begin(Stamp { seq: bench.state.last_seq().next(), time: bench.now });
    bench.state.evolve(&Event::PositionChanged(wrong));
    assert_eq!(bench.state.identity_breaks(), 1);

    let refused = bench.order("3", Side::Buy, 1, 100);
    assert!(matches!(refused[..], [Event::OrderRefused(_)]), "{refused:?}");
    assert!(matches!(bench.cancel("4", "2")[..], [Event::CancelRequested(_)]), "cancels pass");
    let other = bench.run(Command::NewOrder(new_order(SessionId(1), "1", "ACME", Side::Buy, 1, 100)));
    assert!(matches!(other[..], [Event::OrderAccepted(_)]), "other accounts trade on: {other:?}");

    bench.run(Command::SetTradingState(SetTradingState {
        scope: Scope::Account,
        state: TradingState::Active,
        reserved: [0; 6],
        account: AccountName::literal("CASH"),
        symbol: Symbol::EMPTY,
        actor: Text::literal("ops"),
        reason: Text::literal("compared with the broker"),
    }));
    let accepted = bench.run(Command::NewOrder(new_order(SESSION, "5", "ACME", Side::Buy, 1, 100)));
    assert!(matches!(accepted[..], [Event::OrderAccepted(_)]), "{accepted:?}");
}

#[test]
fn mark_has_an_age_and_values_nothing_once_it_is_stale() {
    let mut bench = Bench::new(64);
    bought(&mut bench);
    let age_max = 1_000_000;
    let define = |mark| {
        Command::DefineInstrument(DefineInstrument {
            reference_age_max: age_max,
            mark,
            ..crate::bench::instrument("ACME")
        })
    };
    let marked = |bench: &Bench| bench.state.marked(bench.state.holding(CASH, ACME).unwrap()).unwrap();
    bench.run(define(MarkPolicy::Conservative));
    bench.quote(0, 99, 103);
    let fresh = marked(&bench);
    assert_eq!((fresh.mark, fresh.px, fresh.age), (Mark::Bid, Px::whole(99), 0));
    assert_eq!((fresh.is_stale, fresh.unrealised), (false, Some(Notional::whole(-10))));
    bench.run(define(MarkPolicy::Mid));
    assert_eq!((marked(&bench).mark, marked(&bench).unrealised), (Mark::Mid, Some(Notional::whole(10))));
    // At its greatest age it still counts, a nanosecond later it does not.
    let age = marked(&bench).age;
    bench.now.0 += age_max - age - 1_000;
    bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!((marked(&bench).age, marked(&bench).is_stale), (age_max, false));
    bench.now.0 -= 999;
    bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!((marked(&bench).age, marked(&bench).is_stale, marked(&bench).unrealised), (age_max + 1, true, None));
}

//! Prices to judge by: quotes that cannot be right, and market orders that may not trade anywhere.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::pre_trade::{limit, refused, says_the_same_after_a_fold};

const NO_REFERENCE: Option<(Check, Option<KillScope>)> = Some((Check::ReferencePrice, None));

fn doubt(events: &[Event]) -> Option<QuoteDoubt> {
    match events[0] {
        Event::QuoteDoubted(e) => Some(e.doubt),
        Event::QuoteUpdated(_) => None,
        other => panic!("{other:?}"),
    }
}

fn buy(bench: &mut Bench, px: i64) -> Option<(Check, Option<KillScope>)> {
    let id = format!("{}", bench.history.len());
    says_the_same_after_a_fold(bench, Command::NewOrder(new_order(SESSION, &id, "ACME", Side::Buy, 1, px)))
}

#[test]
fn crossed_or_absurd_quote_leaves_nothing_to_judge_by_until_a_sane_one_comes() {
    let mut bench = Bench::new(64);
    for (bid, ask, what) in [(102, 101, QuoteDoubt::Crossed), (-1, 101, QuoteDoubt::OutOfRange)] {
        assert_eq!(buy(&mut bench, 100), None);
        assert_eq!(doubt(&bench.quote(0, bid, ask)), Some(what));
        assert_eq!(buy(&mut bench, 100), NO_REFERENCE);
        assert_eq!(doubt(&bench.quote(0, 99, 101)), None);
    }
    bench.quote(0, 0, 0);
    assert_eq!(buy(&mut bench, 100), NO_REFERENCE, "an empty book");
    let zinc = Command::NewOrder(new_order(SESSION, "zinc", "ZINC", Side::Buy, 1, 100));
    assert_eq!(refused(&bench.run(zinc)), None, "another instrument");
}

#[test]
fn jump_is_believed_once_a_second_quote_confirms_it_or_the_price_is_back() {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Firm, "", LimitKind::QuoteJump, 20_000_000);
    limit(&mut bench, KillScope::Instrument, "ACME", LimitKind::QuoteJump, 10_000_000);
    assert_eq!(doubt(&bench.quote(0, 109, 111)), None, "just so far");
    assert_eq!(doubt(&bench.quote(0, 121, 123)), Some(QuoteDoubt::Jumped));
    assert_eq!(buy(&mut bench, 110), NO_REFERENCE);
    assert_eq!(doubt(&bench.quote(0, 110, 112)), None, "it was an outlier");
    assert_eq!(buy(&mut bench, 110), None);
    assert_eq!(doubt(&bench.quote(0, 149, 151)), Some(QuoteDoubt::Jumped));
    assert_eq!(doubt(&bench.quote(0, 199, 201)), Some(QuoteDoubt::Jumped), "confirms nothing");
    assert_eq!(doubt(&bench.quote(0, 197, 199)), None, "the market has moved");
    assert_eq!(buy(&mut bench, 200), None);
    assert_eq!(doubt(&bench.quote(1, 118, 120)), None, "the firm's limit");
}

#[test]
fn doubtful_price_sets_no_stop_off() {
    let mut bench = Bench::new(64);
    let mut stop = new_order(SESSION, "stop", "ACME", Side::Buy, 1, 0);
    (stop.ord_type, stop.stop_px) = (OrdType::Stop, Px::whole(110));
    let Event::OrderAccepted(accepted) = bench.settle(Command::NewOrder(stop))[0] else { panic!("accepted") };
    let quote = |bid_px, ask_px| {
        Command::Quote(Quote {
            bid_px: Px::whole(bid_px),
            bid_qty: Qty::whole(1),
            ask_px: Px::whole(ask_px),
            ask_qty: Qty::whole(1),
            last_px: Px::ZERO,
            source_time: EngineTime(0),
            instrument: InstrumentId(0),
            reserved: 0,
        })
    };
    bench.settle(quote(112, 111));
    assert_eq!(bench.state.order(accepted.order.order_id).unwrap().view.triggered, 0);
    bench.settle(quote(110, 111));
    assert_eq!(bench.state.order(accepted.order.order_id).unwrap().view.triggered, 1);
}

#[test]
fn market_order_is_bounded_where_its_scope_protects_it() {
    let mut bench = Bench::new(64);
    let market = |id: &str| Command::NewOrder(new_order(SESSION, id, "ACME", Side::Buy, 1, 0));
    let Event::OrderAccepted(free) = bench.run(market("free"))[0] else { panic!("accepted") };
    assert_eq!((free.order.protected, free.worst_px), (0, Px::from_units(15_150_000_000)));
    limit(&mut bench, KillScope::Session, "ONE", LimitKind::MarketProtection, 5_000_000);
    let Event::OrderAccepted(bounded) = bench.run(market("bounded"))[0] else { panic!("accepted") };
    assert_eq!((bounded.order.protected, bounded.worst_px), (1, Px::whole(106)), "101 and 5 %, on the tick");
    assert_eq!(bounded.order.bounded_type(), OrdType::Limit);
    bench.quote(0, 99, 120);
    let says = Some((Check::MarketProtection, Some(KillScope::Session)));
    assert_eq!(says_the_same_after_a_fold(&mut bench, market("far")), says, "120 is too far from 109.5");
    bench.quote(0, 99, 0);
    assert_eq!(refused(&bench.run(market("alone"))), NO_REFERENCE);
}

//! The books against their naive twin, and what no random step finds.

use model::{EngineTime, TimeInForce};
use proptest::prelude::*;

use super::*;
use twin::Twin;

mod twin;

const INSTRUMENTS: u32 = 2;
const TICKS: [i64; 2] = [5, 1];

#[derive(Clone, Copy, Debug)]
enum Step {
    Add {
        instrument: u32,
        side: Side,
        steps: i64,
        ord_type: OrdType,
        time_in_force: TimeInForce,
        qty: i64,
        terms: Terms,
    },
    Cancel {
        nth: usize,
    },
    Replace {
        nth: usize,
        steps: i64,
        qty: i64,
    },
    Quote {
        instrument: u32,
        bid: i64,
        spread: i64,
        bid_qty: i64,
        ask_qty: i64,
    },
    Close {
        instrument: u32,
    },
    Open {
        instrument: u32,
    },
    Suspend {
        nth: usize,
    },
    Resume {
        nth: usize,
    },
}

/// Mostly close together, so that orders meet; some far away, so that levels lie outside the window.
fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 20_000i64..20_012, 1 => 100i64..40_000]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn terms() -> impl Strategy<Value = Terms> {
    let of = |max_floor, min_qty, post_only| Terms {
        max_floor: Qty::from_units(max_floor),
        min_qty: Qty::from_units(min_qty),
        post_only,
    };
    prop_oneof![
        6 => Just(Terms::NONE),
        2 => (1i64..6).prop_map(move |floor| of(floor, 0, false)),
        2 => (1i64..30).prop_map(move |min| of(0, min, false)),
        1 => (1i64..6, 1i64..30).prop_map(move |(floor, min)| of(floor, min, false)),
        1 => Just(of(0, 0, true)),
        1 => (1i64..6).prop_map(move |floor| of(floor, 0, true)),
    ]
}

fn add() -> impl Strategy<Value = Step> {
    let time_in_force = prop_oneof![
        6 => Just(TimeInForce::Day),
        1 => Just(TimeInForce::GoodTillCancel),
        1 => Just(TimeInForce::GoodTillDate),
        1 => Just(TimeInForce::ImmediateOrCancel),
        1 => Just(TimeInForce::FillOrKill),
    ];
    let ord_type =
        prop_oneof![8 => Just(OrdType::Limit), 1 => Just(OrdType::Market), 1 => Just(OrdType::MarketToLimit)];
    (0..INSTRUMENTS, side(), steps(), ord_type, time_in_force, 1i64..30, terms()).prop_map(
        |(instrument, side, steps, ord_type, time_in_force, qty, terms)| Step::Add {
            instrument,
            side,
            steps,
            ord_type,
            time_in_force,
            qty,
            terms,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        16 => add(),
        4 => any::<usize>().prop_map(|nth| Step::Cancel { nth }),
        6 => (any::<usize>(), steps(), 0i64..40).prop_map(|(nth, steps, qty)| Step::Replace { nth, steps, qty }),
        2 => (0..INSTRUMENTS, 20_000i64..20_012, 0i64..5, 0i64..30, 0i64..30).prop_map(
            |(instrument, bid, spread, bid_qty, ask_qty)| Step::Quote { instrument, bid, spread, bid_qty, ask_qty }
        ),
        1 => (0..INSTRUMENTS).prop_map(|instrument| Step::Close { instrument }),
        2 => (0..INSTRUMENTS).prop_map(|instrument| Step::Open { instrument }),
        1 => any::<usize>().prop_map(|nth| Step::Suspend { nth }),
        1 => any::<usize>().prop_map(|nth| Step::Resume { nth }),
    ]
}

/// What both say to the step: the outcomes, or why not.
type Said = Result<Vec<Outcome>, Refused>;

/// Does the same to both. `last` is the last OrderID(37).
fn take(books: &mut Books, twin: &mut Twin, last: &mut u64, step: Step) -> (Said, Said) {
    let mut told = Vec::new();
    let nth_id = |nth: usize| OrderId(nth as u64 % (*last + 1));
    match step {
        Step::Add { instrument, side, steps, ord_type, time_in_force, qty, terms } => {
            *last += 1;
            // The worst price of an order without one owes nothing to the tick.
            let off = if ord_type == OrdType::Limit { 0 } else { 2 };
            let px = Px::from_units(steps * TICKS[instrument as usize] + off);
            let post_only = terms.post_only && ord_type == OrdType::Limit && !time_in_force.is_immediate();
            let order = Order {
                ord_type,
                time_in_force,
                terms: Terms { post_only, ..terms },
                ..Order::limit(OrderId(*last), InstrumentId(instrument), side, px, Qty::from_units(qty))
            };
            let said = books.add(&order, |outcome| told.push(outcome)).map(|()| told);
            (said, twin.add(order))
        }
        Step::Cancel { nth } => {
            let order_id = nth_id(nth);
            let left = |leaves: Option<Qty>| leaves.map(|_| Vec::new()).ok_or(Refused::UnknownOrder);
            let expected = twin.at(order_id).map(|at| twin.held.remove(at).order.leaves);
            assert_eq!(books.leaves(order_id), expected);
            (left(books.cancel(order_id)), left(expected))
        }
        Step::Replace { nth, steps, qty } => {
            let order_id = nth_id(nth);
            let instrument = twin.at(order_id).map_or(0, |at| twin.held[at].order.instrument.0 as usize);
            let (qty, px) = (Qty::from_units(qty), Px::from_units(steps * TICKS[instrument]));
            let ticket = books.check_replace(order_id, qty, px);
            let said = ticket.map(|ticket| {
                books.replace(ticket, |outcome| told.push(outcome));
                told
            });
            (said, twin.replace(order_id, qty, px))
        }
        Step::Quote { instrument, bid, spread, bid_qty, ask_qty } => {
            let tick = TICKS[instrument as usize];
            let quote = Quote {
                // Not on the grid: a quote owes nothing to our ticks.
                bid_px: Px::from_units(bid * tick + 1),
                bid_qty: Qty::from_units(bid_qty),
                ask_px: Px::from_units((bid + 1 + spread) * tick + 1),
                ask_qty: Qty::from_units(ask_qty),
                last_px: Px::ZERO,
                source_time: EngineTime(0),
                instrument: InstrumentId(instrument),
                reserved: 0,
            };
            books.quote(&quote, |outcome| told.push(outcome));
            (Ok(told), Ok(twin.quote(&quote)))
        }
        Step::Close { instrument } => {
            books.close(InstrumentId(instrument));
            twin.is_open[instrument as usize] = false;
            (Ok(told), Ok(Vec::new()))
        }
        Step::Open { instrument } => {
            books.open(InstrumentId(instrument), |outcome| told.push(outcome));
            (Ok(told), Ok(twin.open(InstrumentId(instrument))))
        }
        Step::Suspend { nth } => {
            books.suspend(nth_id(nth));
            twin.suspend(nth_id(nth));
            (Ok(told), Ok(Vec::new()))
        }
        Step::Resume { nth } => {
            books.resume(nth_id(nth), |outcome| told.push(outcome));
            (Ok(told), Ok(twin.resume(nth_id(nth))))
        }
    }
}

fn books() -> Books {
    let mut books = Books::new(1_000, INSTRUMENTS);
    for (index, tick) in TICKS.into_iter().enumerate() {
        assert!(books.define(InstrumentId(index as u32), Px::from_units(tick)));
    }
    books
}

fn order(order_id: u64, side: Side, px: i64, qty: i64) -> Order {
    Order::limit(OrderId(order_id), InstrumentId(1), side, Px::from_units(px), Qty::from_units(qty))
}

/// What must hold of the books after every step, whatever the twin says.
fn assert_sound(books: &Books, twin: &Twin, instrument: InstrumentId) {
    let resting = books.resting(instrument);
    let (bid, ask) = books.touch(instrument);
    assert!(bid.is_none_or(|bid| ask.is_none_or(|ask| bid < ask)), "crossed");
    let sides = |side| resting.iter().filter(move |order| order.side == side).map(|order| order.px);
    assert_eq!(bid, sides(Side::Buy).max());
    assert_eq!(ask, sides(Side::Sell).min());
    assert!(resting.iter().all(|order| order.shown > Qty::ZERO && order.shown <= order.leaves));
    let outside = &twin.outside[instrument.0 as usize];
    if twin.is_open[instrument.0 as usize] {
        assert!(outside.ask_qty.is_zero() || bid.is_none_or(|bid| bid < outside.ask_px), "crosses the outside offer");
        assert!(outside.bid_qty.is_zero() || ask.is_none_or(|ask| ask > outside.bid_px), "crosses the outside bid");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn books_trade_and_rest_as_the_naive_twin_does(steps in proptest::collection::vec(step(), 1..150)) {
        let (mut books, mut twin) = (books(), Twin::new(TICKS));
        let mut last = 0u64;
        for step in steps {
            let (said, expected) = take(&mut books, &mut twin, &mut last, step);
            prop_assert_eq!(said, expected, "{:?}", step);
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                prop_assert_eq!(books.resting(instrument), twin.resting(instrument), "{:?}", step);
                assert_sound(&books, &twin, instrument);
            }
            prop_assert_eq!(books.len(), twin.held.len());
            for held in &twin.held {
                prop_assert_eq!(books.leaves(held.order.order_id), Some(held.order.leaves));
            }
        }
    }
}

#[test]
fn less_quantity_keeps_its_place_and_more_loses_it() {
    let mut books = books();
    for id in 1..=3 {
        books.add(&order(id, Side::Buy, 100, 10), |_| {}).unwrap();
    }
    let ids = |books: &Books| books.resting(InstrumentId(1)).iter().map(|order| order.order_id.0).collect::<Vec<_>>();
    let less = books.check_replace(OrderId(1), Qty::from_units(4), Px::from_units(100)).unwrap();
    assert_eq!(less.replacing, Replacing::Keeps);
    books.replace(less, |_| {});
    assert_eq!(ids(&books), [1, 2, 3]);
    let more = books.check_replace(OrderId(1), Qty::from_units(5), Px::from_units(100)).unwrap();
    assert_eq!(more.replacing, Replacing::Returns);
    books.replace(more, |_| {});
    assert_eq!(ids(&books), [2, 3, 1]);
}

#[test]
fn order_that_cannot_enter_changes_nothing() {
    let mut books = Books::new(1, 1);
    assert!(books.define(InstrumentId(0), Px::from_units(10)));
    assert!(!books.define(InstrumentId(1), Px::from_units(10)));
    let mut good = Order { instrument: InstrumentId(0), ..order(1, Side::Buy, 100, 1) };
    let refused = |books: &mut Books, order: Order| books.add(&order, |_| {}).unwrap_err();
    assert_eq!(refused(&mut books, order(1, Side::Buy, 100, 1)), Refused::UnknownInstrument);
    assert_eq!(refused(&mut books, Order { px: Px::from_units(105), ..good }), Refused::Price);
    assert_eq!(refused(&mut books, Order { px: Px::from_units(i64::MIN), ..good }), Refused::Price);
    assert_eq!(refused(&mut books, Order { leaves: Qty::ZERO, ..good }), Refused::Quantity);
    assert!(books.is_empty());
    books.add(&good, |_| {}).unwrap();
    assert_eq!(refused(&mut books, Order { time_in_force: TimeInForce::FillOrKill, ..good }), Refused::DuplicateOrder);
    good.order_id = OrderId(2);
    assert_eq!(refused(&mut books, good), Refused::NoRoom);
    let (sell, now) = (Side::Sell, TimeInForce::ImmediateOrCancel);
    assert_eq!(books.add(&Order { side: sell, time_in_force: now, ..good }, |_| {}), Ok(()));
    assert!(books.is_empty());
}

#[test]
fn changed_tick_leaves_resting_orders_in_place() {
    let mut books = Books::new(10, 1);
    books.define(InstrumentId(0), Px::from_units(10));
    for (id, px) in [(1, 100), (2, 100), (3, 90)] {
        books.add(&Order { instrument: InstrumentId(0), ..order(id, Side::Buy, px, 1) }, |_| {}).unwrap();
    }
    let before = books.resting(InstrumentId(0));
    books.define(InstrumentId(0), Px::from_units(25));
    assert_eq!(books.resting(InstrumentId(0)), before);
    let mut fills = Vec::new();
    let sell = Order { instrument: InstrumentId(0), ..order(4, Side::Sell, 75, 3) };
    let filled = |outcome| match outcome {
        Outcome::Fill(Fill { resting: Some(resting), px, .. }) => fills.push((resting.0, px.units())),
        other => panic!("{other:?}"),
    };
    assert_eq!(books.add(&sell, filled), Ok(()));
    assert_eq!(fills, [(1, 100), (2, 100), (3, 90)]);
    assert!(books.is_empty());
}

#[test]
fn quote_out_of_range_is_no_liquidity() {
    let mut books = books();
    books.add(&order(1, Side::Buy, 100, 10), |_| {}).unwrap();
    let quote = Quote {
        bid_px: Px::from_units(i64::MIN),
        bid_qty: Qty::from_units(i64::MAX),
        ask_px: Px::from_units(1),
        ask_qty: Qty::from_units(i64::MIN),
        last_px: Px::ZERO,
        source_time: EngineTime(0),
        instrument: InstrumentId(1),
        reserved: 0,
    };
    books.quote(&quote, |_| panic!("nothing to trade with"));
    let market = Order { ord_type: OrdType::Market, ..order(2, Side::Buy, 1_000, 1) };
    let mut told = Vec::new();
    assert_eq!(books.add(&market, |outcome| told.push(outcome)), Ok(()));
    assert_eq!(told, [Outcome::Lapsed(OrderId(2))], "nothing to trade with");
}

//! The books against a naive twin: a list of orders, searched for the best each time.

use model::EngineTime;
use proptest::prelude::*;

use super::super::matching::Outside;
use super::*;

const INSTRUMENTS: u32 = 2;
const TICKS: [i64; 2] = [5, 1];

/// An order of the twin.
#[derive(Clone, Copy, Debug)]
struct Held {
    order: Order,
    px: Px,
    time: u64,
}

#[derive(Clone, Default)]
struct Twin {
    held: Vec<Held>,
    outside: [Outside; INSTRUMENTS as usize],
    time: u64,
}

impl Twin {
    fn add(&mut self, order: Order) -> (Vec<Fill>, Entered) {
        let mut after = self.clone();
        let (fills, left) = after.trade(order);
        if order.time_in_force == TimeInForce::FillOrKill && !left.leaves.is_zero() {
            return (Vec::new(), Entered::Lapsed);
        }
        *self = after;
        if left.leaves.is_zero() {
            return (fills, Entered::Filled);
        }
        if !rests(&order) {
            return (fills, Entered::Lapsed);
        }
        self.time += 1;
        self.held.push(Held { order: left, px: order.px.unwrap(), time: self.time });
        (fills, Entered::Rests)
    }

    fn trade(&mut self, mut order: Order) -> (Vec<Fill>, Order) {
        let mut fills = Vec::new();
        let buys = order.side == Side::Buy;
        let good = |px: Px| order.px.is_none_or(|limit| if buys { px <= limit } else { px >= limit });
        while !order.leaves.is_zero() {
            let resting = (0..self.held.len())
                .filter(|at| {
                    let held = &self.held[*at];
                    held.order.instrument == order.instrument && held.order.side != order.side && good(held.px)
                })
                .min_by_key(|at| {
                    let held = &self.held[*at];
                    (if buys { held.px.units() } else { -held.px.units() }, held.time)
                });
            let outside = &mut self.outside[order.instrument.0 as usize];
            let (px, size) = match order.side {
                Side::Buy => (outside.ask_px, &mut outside.ask_qty),
                Side::Sell => (outside.bid_px, &mut outside.bid_qty),
            };
            let outside_is_first = !size.is_zero()
                && good(px)
                && resting.is_none_or(|at| if buys { px < self.held[at].px } else { px > self.held[at].px });
            let (maker, qty, px) = if outside_is_first {
                let qty = order.leaves.min(*size);
                *size -= qty;
                (None, qty, px)
            } else if let Some(at) = resting {
                let held = &mut self.held[at];
                let qty = order.leaves.min(held.order.leaves);
                held.order.leaves -= qty;
                held.order.cum += qty;
                (Some(held.order.order_id), qty, held.px)
            } else {
                break;
            };
            order.leaves -= qty;
            order.cum += qty;
            fills.push(Fill { resting: maker, incoming: Some(order.order_id), qty, px });
            self.held.retain(|held| !held.order.leaves.is_zero());
        }
        (fills, order)
    }

    fn quote(&mut self, quote: &Quote) -> Vec<Fill> {
        let index = quote.instrument.0 as usize;
        self.outside[index] = Outside::default();
        let mut all = Vec::new();
        let mut left = [quote.bid_qty, quote.ask_qty];
        for (at, side, px) in [(0, Side::Buy, quote.bid_px), (1, Side::Sell, quote.ask_px)] {
            let order = Order {
                order_id: OrderId(0),
                instrument: quote.instrument,
                side,
                px: Some(px),
                time_in_force: TimeInForce::ImmediateOrCancel,
                leaves: left[at],
                cum: Qty::ZERO,
            };
            let (fills, order) = self.trade(order);
            left[at] = order.leaves;
            all.extend(fills.into_iter().map(|fill| Fill { incoming: None, ..fill }));
        }
        self.outside[index] =
            Outside { bid_px: quote.bid_px, bid_qty: left[0], ask_px: quote.ask_px, ask_qty: left[1] };
        all
    }

    fn replace(&mut self, order_id: OrderId, order_qty: Qty, px: Px) -> Option<Vec<Fill>> {
        let at = self.held.iter().position(|held| held.order.order_id == order_id)?;
        let leaves = order_qty - self.held[at].order.cum;
        if leaves.units() <= 0 {
            self.held.remove(at);
            return Some(Vec::new());
        }
        if px == self.held[at].px && leaves <= self.held[at].order.leaves {
            self.held[at].order.leaves = leaves;
            return Some(Vec::new());
        }
        let order = self.held.remove(at).order;
        Some(self.add(Order { px: Some(px), leaves, ..order }).0)
    }

    fn resting(&self, instrument: InstrumentId) -> Vec<(OrderId, Side, Px, Qty)> {
        let mut held: Vec<&Held> = self.held.iter().filter(|held| held.order.instrument == instrument).collect();
        held.sort_by_key(|held| (held.px, held.time));
        held.iter().map(|held| (held.order.order_id, held.order.side, held.px, held.order.leaves)).collect()
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Add { instrument: u32, side: Side, steps: i64, market: bool, time_in_force: TimeInForce, qty: i64 },
    Cancel { nth: usize },
    Replace { nth: usize, steps: i64, qty: i64 },
    Quote { instrument: u32, bid: i64, spread: i64, bid_qty: i64, ask_qty: i64 },
}

/// Mostly close together, so that orders meet; some far away, so that levels lie outside the window.
fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 20_000i64..20_012, 1 => 100i64..40_000]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn step() -> impl Strategy<Value = Step> {
    let time_in_force = prop_oneof![
        6 => Just(TimeInForce::Day),
        2 => Just(TimeInForce::GoodTillCancel),
        1 => Just(TimeInForce::ImmediateOrCancel),
        1 => Just(TimeInForce::FillOrKill),
    ];
    prop_oneof![
        8 => (0..INSTRUMENTS, side(), steps(), 0..10u8, time_in_force, 1i64..30).prop_map(
            |(instrument, side, steps, market, time_in_force, qty)| Step::Add {
                instrument, side, steps, market: market == 0, time_in_force, qty
            }
        ),
        2 => any::<usize>().prop_map(|nth| Step::Cancel { nth }),
        3 => (any::<usize>(), steps(), 0i64..40).prop_map(|(nth, steps, qty)| Step::Replace { nth, steps, qty }),
        1 => (0..INSTRUMENTS, 20_000i64..20_012, 0i64..5, 0i64..30, 0i64..30).prop_map(
            |(instrument, bid, spread, bid_qty, ask_qty)| Step::Quote { instrument, bid, spread, bid_qty, ask_qty }
        ),
    ]
}

fn books() -> Books {
    let mut books = Books::new(1_000, INSTRUMENTS);
    for (index, tick) in TICKS.into_iter().enumerate() {
        assert!(books.define(InstrumentId(index as u32), Px::from_units(tick)));
    }
    books
}

fn order(order_id: u64, side: Side, px: i64, qty: i64) -> Order {
    Order {
        order_id: OrderId(order_id),
        instrument: InstrumentId(1),
        side,
        px: Some(Px::from_units(px)),
        time_in_force: TimeInForce::Day,
        leaves: Qty::from_units(qty),
        cum: Qty::ZERO,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn books_trade_and_rest_as_the_naive_twin_does(steps in proptest::collection::vec(step(), 1..150)) {
        let (mut books, mut twin) = (books(), Twin::default());
        let mut last = 0u64;
        for step in steps {
            let mut fills = Vec::new();
            let before: Qty = twin.held.iter().fold(Qty::ZERO, |sum, held| sum + held.order.leaves);
            let mut entered_qty = Qty::ZERO;
            match step {
                Step::Add { instrument, side, steps, market, time_in_force, qty } => {
                    last += 1;
                    let px = (!market).then(|| Px::from_units(steps * TICKS[instrument as usize]));
                    let order = Order {
                        order_id: OrderId(last),
                        instrument: InstrumentId(instrument),
                        side,
                        px,
                        time_in_force,
                        leaves: Qty::from_units(qty),
                        cum: Qty::ZERO,
                    };
                    entered_qty = order.leaves;
                    let entered = books.add(&order, |fill| fills.push(fill)).unwrap();
                    let expected = twin.add(order);
                    prop_assert_eq!((&fills, entered), (&expected.0, expected.1));
                    if entered == Entered::Lapsed {
                        let traded = fills.iter().fold(Qty::ZERO, |sum, fill| sum + fill.qty);
                        entered_qty = traded;
                    }
                }
                Step::Cancel { nth } => {
                    let order_id = OrderId(nth as u64 % (last + 1));
                    let held = twin.held.iter().position(|held| held.order.order_id == order_id);
                    let leaves = held.map(|at| twin.held.remove(at).order.leaves);
                    prop_assert_eq!(books.cancel(order_id), leaves);
                    continue;
                }
                Step::Replace { nth, steps, qty } => {
                    let order_id = OrderId(nth as u64 % (last + 1));
                    let held = twin.held.iter().find(|held| held.order.order_id == order_id);
                    let instrument = held.map_or(0, |held| held.order.instrument.0 as usize);
                    let px = Px::from_units(steps * TICKS[instrument]);
                    let ticket = books.check_replace(order_id, Qty::from_units(qty), px);
                    let expected = twin.replace(order_id, Qty::from_units(qty), px);
                    prop_assert_eq!(ticket.is_ok(), expected.is_some());
                    if let Ok(ticket) = ticket {
                        books.replace(ticket, |fill| fills.push(fill));
                        prop_assert_eq!(Some(&fills), expected.as_ref());
                    }
                    // What a replace adds or takes is not conserved; the twin has the same by the checks below.
                    entered_qty = Qty::from_units(i64::MIN);
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
                    books.quote(&quote, |fill| fills.push(fill));
                    prop_assert_eq!(&fills, &twin.quote(&quote));
                }
            }
            let mut after = Qty::ZERO;
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                let resting = books.resting(instrument);
                prop_assert_eq!(&resting, &twin.resting(instrument));
                after += resting.iter().fold(Qty::ZERO, |sum, order| sum + order.3);
                let (bid, ask) = books.touch(instrument);
                prop_assert!(bid.is_none_or(|bid| ask.is_none_or(|ask| bid < ask)), "crossed");
                let sides = |side| resting.iter().filter(move |order| order.1 == side).map(|order| order.2);
                prop_assert_eq!(bid, sides(Side::Buy).max());
                prop_assert_eq!(ask, sides(Side::Sell).min());
            }
            if entered_qty.units() != i64::MIN {
                // Each fill takes its quantity once from every side that is ours.
                let taken = fills.iter().fold(Qty::ZERO, |sum, fill| {
                    let sides = i64::from(fill.resting.is_some()) + i64::from(fill.incoming.is_some());
                    sum + Qty::from_units(fill.qty.units() * sides)
                });
                prop_assert_eq!(before + entered_qty, after + taken);
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
    let ids = |books: &Books| books.resting(InstrumentId(1)).iter().map(|order| order.0.0).collect::<Vec<_>>();
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
    assert_eq!(refused(&mut books, Order { px: Some(Px::from_units(105)), ..good }), Refused::Price);
    assert_eq!(refused(&mut books, Order { px: Some(Px::from_units(i64::MIN)), ..good }), Refused::Price);
    assert_eq!(refused(&mut books, Order { leaves: Qty::ZERO, ..good }), Refused::Quantity);
    assert!(books.is_empty());
    books.add(&good, |_| {}).unwrap();
    assert_eq!(refused(&mut books, Order { time_in_force: TimeInForce::FillOrKill, ..good }), Refused::DuplicateOrder);
    good.order_id = OrderId(2);
    assert_eq!(refused(&mut books, good), Refused::NoRoom);
    let (sell, now) = (Side::Sell, TimeInForce::ImmediateOrCancel);
    assert_eq!(books.add(&Order { side: sell, time_in_force: now, ..good }, |_| {}), Ok(Entered::Filled));
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
    assert_eq!(books.add(&sell, |fill| fills.push((fill.resting.unwrap().0, fill.px.units()))), Ok(Entered::Filled));
    assert_eq!(fills, [(1, 100), (2, 100), (3, 90)]);
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
    let market = Order { px: None, ..order(2, Side::Buy, 0, 1) };
    assert_eq!(books.add(&market, |_| panic!("nothing to trade with")), Ok(Entered::Lapsed));
}

//! The paper venue's books alone take over six million operations a second on 32 instruments.
//!
//! 45 % orders that rest, 35 % cancels, 10 % replaces, 10 % orders that trade, over about a thousand resting orders a
//! book, crowded at the touch. A drop means that an operation has begun to look at more than its level. Each iteration
//! begins with fresh books that the same untimed stream has warmed.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gateway::venue::book::{Books, Order, Outcome};
use model::{InstrumentId, OrderId, Px, Qty, Side, TimeInForce};

const INSTRUMENTS: u32 = 32;
const ORDERS_MAX: u32 = 1 << 17;
const WARM_UP: usize = 300_000;
const OPERATIONS: usize = 1_000_000;
const RESTING: usize = 1_000 * INSTRUMENTS as usize;
const TICK: i64 = 1_000_000;

#[derive(Clone, Copy)]
enum Operation {
    Add(Order),
    Cancel(OrderId),
    Replace(OrderId, Qty, Px),
}

fn venue_book(criterion: &mut Criterion) {
    let operations = Market::new().operations();
    let (warm_up, timed) = operations.split_at(WARM_UP);
    let mut group = criterion.benchmark_group("venue_book");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Elements(OPERATIONS as u64));
    group.bench_function("mix", |bencher| {
        bencher.iter_custom(|rounds| {
            let round = || {
                let mut books = books();
                let mut fills = run(&mut books, warm_up);
                let started = Instant::now();
                fills += run(&mut books, timed);
                let elapsed = started.elapsed();
                assert!(fills > 0, "a tenth of the orders trades");
                elapsed
            };
            (0..rounds).map(|_| round()).sum()
        });
    });
    group.finish();
}

/// Gives the number of fills.
fn run(books: &mut Books, operations: &[Operation]) -> u64 {
    let mut fills = 0;
    let mut count = |outcome| fills += u64::from(matches!(outcome, Outcome::Fill(_)));
    for operation in operations {
        match operation {
            Operation::Add(order) => books.add(order, &mut count).expect("there is room"),
            Operation::Cancel(order_id) => books.cancel(*order_id).map(|_| ()).expect("the order rests"),
            Operation::Replace(order_id, qty, px) => {
                let ticket = books.check_replace(*order_id, *qty, *px).expect("the order rests");
                books.replace(ticket, &mut count);
            }
        }
    }
    fills
}

fn books() -> Books {
    let mut books = Books::new(ORDERS_MAX, INSTRUMENTS);
    for index in 0..INSTRUMENTS {
        assert!(books.define(InstrumentId(index), Px::from_units(TICK)));
    }
    books
}

/// Writes a stream that only names orders that rest, because books of its own follow it.
struct Market {
    random: fastrand::Rng,
    books: Books,
    resting: Vec<Order>,
    mids: Vec<i64>,
    last_order_id: u64,
}

impl Market {
    fn new() -> Market {
        let mut random = fastrand::Rng::with_seed(42);
        let mids = (0..INSTRUMENTS).map(|_| random.i64(5_000..50_000)).collect();
        Market { random, books: books(), resting: Vec::new(), mids, last_order_id: 0 }
    }

    fn operations(mut self) -> Vec<Operation> {
        let mut operations = Vec::with_capacity(WARM_UP + OPERATIONS);
        while operations.len() < WARM_UP + OPERATIONS {
            let kind = self.random.u8(0..100);
            let operation = match kind {
                0..10 => Some(self.add(true)),
                10..55 => Some(self.add(false)),
                55..90 if self.resting.len() < RESTING => Some(self.add(false)),
                55..90 => self.cancel(),
                _ => self.replace(),
            };
            operations.extend(operation);
        }
        operations
    }

    fn add(&mut self, trades: bool) -> Operation {
        let random = &mut self.random;
        self.last_order_id += 1;
        let instrument = random.u32(0..INSTRUMENTS);
        let mid = &mut self.mids[instrument as usize];
        *mid = (*mid + random.i64(-1..=1)).max(2_000);
        let side = if random.bool() { Side::Buy } else { Side::Sell };
        // Behind the mid to rest, thinner further out; across it to trade.
        let depth = if trades { -3 } else { 1 + random.i64(0..8) * random.i64(0..8) };
        let order = Order {
            time_in_force: if trades { TimeInForce::ImmediateOrCancel } else { TimeInForce::Day },
            ..Order::limit(
                OrderId(self.last_order_id),
                InstrumentId(instrument),
                side,
                Px::from_units((*mid - side.sign() * depth) * TICK),
                Qty::whole(random.i64(1..=10)),
            )
        };
        self.books.add(&order, |_| {}).expect("there is room");
        if self.books.leaves(order.order_id).is_some() {
            self.resting.push(order);
        }
        Operation::Add(order)
    }

    fn cancel(&mut self) -> Option<Operation> {
        let at = self.any_resting()?;
        let order = self.resting.swap_remove(at);
        self.books.cancel(order.order_id)?;
        Some(Operation::Cancel(order.order_id))
    }

    fn replace(&mut self) -> Option<Operation> {
        let at = self.any_resting()?;
        let order = &mut self.resting[at];
        let moved = Px::from_units(order.px.units() - order.side.sign() * self.random.i64(0..3) * TICK);
        let ticket = self.books.check_replace(order.order_id, order.leaves, moved).expect("the order rests");
        self.books.replace(ticket, |_| {});
        order.px = moved;
        Some(Operation::Replace(order.order_id, order.leaves, moved))
    }

    /// An order that still rests; those found filled are dropped on the way.
    fn any_resting(&mut self) -> Option<usize> {
        while !self.resting.is_empty() {
            let at = self.random.usize(0..self.resting.len());
            if self.books.leaves(self.resting[at].order_id).is_some() {
                return Some(at);
            }
            self.resting.swap_remove(at);
        }
        None
    }
}

criterion_group!(benches, venue_book);
criterion_main!(benches);

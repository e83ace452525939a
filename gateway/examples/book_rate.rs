//! Operations per second of the paper venue's books: 32 instruments, one thread, nothing around them.
//!
//! The claim that it protects: over six million operations a second on a mix of 45 % new orders that rest, 35 %
//! cancels, 10 % replaces and 10 % orders that trade, over about a thousand resting orders a book.
//! `cargo run --release -p gateway --example book_rate`

use std::time::Instant;

use gateway::venue::book::{Books, Order};
use model::{InstrumentId, OrderId, Px, Qty, Side, TimeInForce};

const INSTRUMENTS: u32 = 32;
const ORDERS_MAX: u32 = 1 << 17;
const OPERATIONS: usize = 4_000_000;
const WARM_UP: usize = 1_000_000;
const TICK: i64 = 1_000_000;

#[derive(Clone, Copy)]
enum Operation {
    Add(Order),
    Cancel(OrderId),
    Replace(OrderId, Qty, Px),
}

fn main() {
    let operations = operations(&mut fastrand::Rng::with_seed(42));
    for round in 1..=5 {
        let mut books = books();
        let mut filled = 0;
        run(&mut books, &operations[..WARM_UP], &mut filled);
        let started = Instant::now();
        run(&mut books, &operations[WARM_UP..], &mut filled);
        let rate = OPERATIONS as f64 / started.elapsed().as_secs_f64() / 1e6;
        println!("round {round}: {rate:.2} million operations/s, {filled} fills, {} orders rest", books.len());
    }
}

fn run(books: &mut Books, operations: &[Operation], filled: &mut u64) {
    for operation in operations {
        match operation {
            Operation::Add(order) => {
                books.add(order, |_| *filled += 1).expect("there is room");
            }
            Operation::Cancel(order_id) => {
                books.cancel(*order_id).expect("the order rests");
            }
            Operation::Replace(order_id, qty, px) => {
                let ticket = books.check_replace(*order_id, *qty, *px).expect("the order rests");
                books.replace(ticket, |_| *filled += 1);
            }
        }
    }
}

fn books() -> Books {
    let mut books = Books::new(ORDERS_MAX, INSTRUMENTS);
    for index in 0..INSTRUMENTS {
        assert!(books.define(InstrumentId(index), Px::from_units(TICK)));
    }
    books
}

/// A stream that knows which orders rest, because it lets books of its own follow.
fn operations(random: &mut fastrand::Rng) -> Vec<Operation> {
    let mut books = books();
    let mut live: Vec<Order> = Vec::new();
    let mut mids: Vec<i64> = (0..INSTRUMENTS).map(|_| random.i64(5_000..50_000)).collect();
    let mut operations = Vec::with_capacity(WARM_UP + OPERATIONS);
    let mut last_order_id = 0;
    while operations.len() < WARM_UP + OPERATIONS {
        let filling = live.len() < 1_000 * INSTRUMENTS as usize;
        let kind = random.u8(0..100);
        if kind < 55 || (filling && kind < 90) {
            last_order_id += 1;
            let instrument = random.u32(0..INSTRUMENTS);
            let mid = &mut mids[instrument as usize];
            *mid = (*mid + random.i64(-1..=1)).max(2_000);
            let side = if random.bool() { Side::Buy } else { Side::Sell };
            let trades = kind < 10;
            // Crowded at the touch, thin further out.
            let depth = 1 + random.i64(0..8) * random.i64(0..8);
            let steps = *mid - side.sign() * if trades { -3 } else { depth };
            let order = Order {
                order_id: OrderId(last_order_id),
                instrument: InstrumentId(instrument),
                side,
                px: Some(Px::from_units(steps * TICK)),
                time_in_force: if trades { TimeInForce::ImmediateOrCancel } else { TimeInForce::Day },
                leaves: Qty::whole(random.i64(1..=10)),
                cum: Qty::ZERO,
            };
            books.add(&order, |_| {}).expect("there is room");
            operations.push(Operation::Add(order));
            if books.leaves(order.order_id).is_some() {
                live.push(order);
            }
        } else if !live.is_empty() {
            let at = random.usize(0..live.len());
            let order = live[at];
            let Some(leaves) = books.leaves(order.order_id) else {
                live.swap_remove(at);
                continue;
            };
            if kind < 90 {
                books.cancel(order.order_id);
                operations.push(Operation::Cancel(order.order_id));
                live.swap_remove(at);
            } else {
                let px = order.px.expect("only limit orders rest");
                let moved = Px::from_units(px.units() - order.side.sign() * random.i64(0..3) * TICK);
                let total = order.leaves - Qty::from_units(leaves.units() % 2);
                let ticket = books.check_replace(order.order_id, total, moved).expect("the order rests");
                books.replace(ticket, |_| {});
                operations.push(Operation::Replace(order.order_id, total, moved));
                live[at].px = Some(moved);
            }
        }
    }
    operations
}

//! The reference vector of first in, first out, the rounding vector, and what is forgotten.

use model::money::UNIT;
use model::{CostMethod, ExecId, OrderId, Px, Seq, Side};

use super::*;
use crate::fills::Allocation;
use crate::fills::NewFill;
use crate::holdings::Holdings;

/// One holding and its fills, as the engine keeps them.
struct Ledger {
    holdings: Holdings,
    fills: Fills,
}

impl Ledger {
    fn new(cost_method: CostMethod, remembered: usize) -> Ledger {
        let mut holdings = Holdings::new(1);
        holdings.slot(model::AccountId(0), model::InstrumentId(0), cost_method);
        Ledger { holdings, fills: Fills::new(remembered) }
    }

    fn fill(&mut self, side: Side, qty: i64, cents: i64) {
        let px = px(cents);
        let trade = Trade { side, qty: Qty::whole(qty), value: Notional::of(px, Qty::whole(qty)) };
        let books = self.fills.books_after(self.holdings.get(0), &trade).unwrap();
        let at = ExecId { seq: Seq(1), index: 0 };
        let fill = NewFill {
            order_id: OrderId(1),
            venue_exec_id: 1,
            px,
            contract: model::Contract::linear(1),
            trade,
            at,
            holding: 0,
            allocation: Allocation::Unallocated,
        };
        self.holdings.record(&mut self.fills, fill, NONE);
        self.take(books);
    }

    /// The fill never was.
    fn bust(&mut self, number: u64) {
        let amended = Amended { number, qty: Qty::ZERO, value: Notional::ZERO };
        let (books, _) = self.fills.recount(self.holdings.get(0), Some(amended)).unwrap();
        let fill = self.fills.get_mut(number).unwrap();
        (fill.qty, fill.value) = (Qty::ZERO, Notional::ZERO);
        self.holdings.recount_lots(&self.fills, 0);
        self.take(books);
    }

    fn take(&mut self, books: Books) {
        let holding = self.holdings.get_mut(0);
        holding.exposure.position = books.position;
        (holding.cost, holding.realised) = (books.cost, books.realised);
        holding.cash_from_trades = books.cash_from_trades;
        assert!(books.cash_identity_holds());
        let recounted = self.fills.recount(self.holdings.get(0), None);
        assert_eq!(recounted, Some((books, self.holdings.get(0).head)), "what is remembered, counted again");
    }

    fn books(&self) -> Books {
        self.holdings.get(0).books()
    }
}

fn px(cents: i64) -> Px {
    Px::from_units(cents * (UNIT / 100))
}

fn cents(cents: i64) -> Notional {
    Notional::of(px(cents), Qty::whole(1))
}

#[test]
fn both_methods_follow_the_reference_vector_through_a_flip() {
    // (side, quantity, price), then position and cash, then realised and unrealised at 10.80 by average and first in first out.
    let steps = [
        (Side::Buy, 100, 1_000, 100, -100_000, (0, 8_000), (0, 8_000)),
        (Side::Buy, 50, 1_060, 150, -153_000, (0, 9_000), (0, 9_000)),
        (Side::Sell, 80, 1_100, 70, -65_000, (6_400, 4_200), (8_000, 2_600)),
        (Side::Sell, 120, 1_050, -50, 61_000, (8_500, -1_500), (8_500, -1_500)),
        (Side::Sell, 25, 1_020, -75, 86_500, (8_500, -3_000), (8_500, -3_000)),
        (Side::Buy, 75, 990, 0, 12_250, (12_250, 0), (12_250, 0)),
    ];
    let mut average = Ledger::new(CostMethod::Average, 64);
    let mut fifo = Ledger::new(CostMethod::Fifo, 64);
    for (side, qty, price, position, cash, by_average, by_fifo) in steps {
        for (ledger, (realised, unrealised)) in [(&mut average, by_average), (&mut fifo, by_fifo)] {
            ledger.fill(side, qty, price);
            let books = ledger.books();
            assert_eq!((books.position, books.cash_from_trades), (Qty::whole(position), cents(cash)));
            assert_eq!(books.realised, cents(realised));
            assert_eq!(Notional::of(px(1_080), books.position) - books.cost, cents(unrealised));
        }
    }
}

#[test]
fn three_sells_of_three_lots_leave_nothing_over() {
    let mut ledger = Ledger::new(CostMethod::Fifo, 64);
    for price in [1_000, 1_000, 1_001] {
        ledger.fill(Side::Buy, 1, price);
    }
    let realised = [1, 2, 2].map(|sum| {
        ledger.fill(Side::Sell, 1, 1_001);
        (ledger.books().realised, cents(sum))
    });
    realised.into_iter().for_each(|(books, sum)| assert_eq!(books, sum));
    assert_eq!(ledger.books().cost, Notional::ZERO);
}

#[test]
fn bust_of_a_fill_that_flipped_counts_all_that_came_since_again() {
    let mut ledger = Ledger::new(CostMethod::Fifo, 64);
    ledger.fill(Side::Buy, 10, 1_000);
    ledger.fill(Side::Buy, 10, 1_100);
    ledger.fill(Side::Sell, 25, 1_200);
    ledger.fill(Side::Sell, 5, 1_300);
    assert_eq!((ledger.books().position, ledger.books().realised), (Qty::whole(-10), cents(3_000)));
    ledger.bust(3);
    // Long 20, of which 5 of the first lot are sold at 13.00.
    let books = ledger.books();
    assert_eq!((books.position, books.realised, books.cost), (Qty::whole(15), cents(1_500), cents(16_000)));
}

#[test]
fn forgotten_lots_count_as_one_at_their_average() {
    let mut ledger = Ledger::new(CostMethod::Fifo, 2);
    for price in [1_000, 1_100, 1_200, 1_300] {
        ledger.fill(Side::Buy, 10, price);
    }
    // The lots of 10.00 and 11.00 are forgotten: 20 at 10.50.
    ledger.fill(Side::Sell, 15, 1_400);
    assert_eq!(ledger.books().realised, cents(15 * (1_400 - 1_050)));
    // By now the lot of 12.00 is forgotten too: 5 at 10.50 and 10 at 12.00 are 15 at 11.50.
    ledger.fill(Side::Sell, 15, 1_400);
    assert_eq!(ledger.books().realised, cents(15 * 350 + 15 * 250));
    assert_eq!((ledger.books().position, ledger.books().cost), (Qty::whole(10), cents(13_000)));
}

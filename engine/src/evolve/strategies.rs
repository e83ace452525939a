//! Strategy books: what fills make of them, and settlements, dividends and splits.

use model::{Notional, Px, StrategyPositionChanged};

use crate::books::Books;
use crate::fills::Allocation;
use crate::state::State;
use crate::strategy_books::StrategyBooks;

impl State {
    /// Money that does not add up halts the account here too.
    pub(super) fn strategy_position_changed(&mut self, e: &StrategyPositionChanged) {
        let holding = self.holdings.find(e.account, e.instrument).expect("strategies trade in holdings");
        let slot = self.strategy_books.find(holding, e.strategy).expect("an order of the strategy opened it");
        let book = self.strategy_books.get_mut(slot);
        let (position, cost, realised) = (e.qty, e.cost, e.realised);
        book.books = Books { position, cost, realised, cash_from_trades: e.cash_from_trades };
        (book.fees, book.dividends) = (e.fees, e.dividends);
        if !e.cash_identity_holds() {
            self.identity_broken(e.account);
        }
    }

    /// A dividend of a holding is that of its strategies; each is told of it later.
    pub(super) fn strategies_paid(&mut self, holding: u32, per_unit: Px) {
        let holding = self.holdings.get(holding);
        self.strategy_books.for_each_of(holding, |_, book| {
            book.dividends += Notional::of(per_unit, book.books.position);
        });
    }

    /// A holding was settled, or a fraction of it paid out, as the fill says; and so were its strategies.
    pub(super) fn strategies_adjusted(&mut self, fill: u64) {
        const COUNTED: &str = "decide counted it";
        let fill = self.fills.get(fill).expect("it was just written down");
        let holding = self.holdings.get(fill.holding);
        match StrategyBooks::slot_of(holding, fill.allocation) {
            Some(slot) => {
                let book = self.strategy_books.get_mut(slot);
                book.books = book.books.after_fill(&fill.trade()).expect(COUNTED);
            }
            None if fill.allocation == Allocation::Settlement => {
                self.strategy_books.for_each_of(holding, |_, book| {
                    book.books = StrategyBooks::settled(&book.books, &fill.contract, fill.px).expect(COUNTED);
                });
            }
            None => {}
        }
    }
}

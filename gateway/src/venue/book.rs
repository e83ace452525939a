//! Price-time priority books, one per instrument, with the liquidity that a quote shows outside of them.
//!
//! A change is two steps: a check that reads and hands out a ticket, and the change itself, which cannot refuse. Between
//! them the caller announces what is about to happen, so an acknowledgement always precedes its fills.
//!
//! Holds after every change: no book is crossed, no order in a book that trades can trade with the outside quote, every
//! resting order has something left, and a fill takes the same from both of its sides. Orders in a book that does not trade
//! wait beside it, so it is not crossed either.

use model::{InstrumentId, OrdType, OrderId, Px, Qty, Quote, Side};

use super::matching::{Book, Manner};
use super::orders::{Entering, Orders, Standing};
pub use super::pauses::Now;
pub use super::terms::{Fill, ICEBERG_SLICES_MAX, Order, Outcome, Refused, Replacing, Terms};
pub use checks::{OrderTicket, ReplaceTicket};

mod checks;

/// An order that rests, to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rested {
    /// OrderID(37).
    pub order_id: OrderId,
    /// Side(54).
    pub side: Side,
    /// Price(44).
    pub px: Px,
    /// LeavesQty(151).
    pub leaves: Qty,
    /// What others see of it.
    pub shown: Qty,
}

/// The books of all instruments over one slab of orders, all allocated at creation.
#[derive(Debug)]
pub struct Books {
    orders: Orders,
    books: Vec<Option<Book>>,
    instruments_max: u32,
}

impl Books {
    /// Room for this many resting orders and instruments.
    pub fn new(orders_max: u32, instruments_max: u32) -> Books {
        let books = Vec::with_capacity(instruments_max as usize);
        Books { orders: Orders::new(orders_max), books, instruments_max }
    }

    /// Opens a book, or gives an open one another tick; what rests keeps its price and its place. `false` where there
    /// is no room for the instrument: its orders will be refused.
    pub fn define(&mut self, instrument: InstrumentId, tick: Px) -> bool {
        if instrument.0 >= self.instruments_max || tick.units() <= 0 {
            return false;
        }
        let index = instrument.0 as usize;
        if index >= self.books.len() {
            self.books.resize_with(index + 1, || None);
        }
        match &mut self.books[index] {
            Some(book) => book.change_tick(&mut self.orders, tick),
            empty => *empty = Some(Book::new(tick)),
        }
        true
    }

    /// Trades a checked order against all it meets, best price first, then oldest first; the outside quote stands
    /// behind the orders at its price. The rest waits or lapses, as the order says.
    #[inline]
    pub fn enter(&mut self, ticket: OrderTicket, each: impl FnMut(Outcome)) {
        let OrderTicket { order, step } = ticket;
        let book = open(&mut self.books, order.instrument.0);
        let manner = Manner { worst: order.px, need: order.need(), rests: order.rests() };
        match order.ord_type {
            OrdType::MarketToLimit => book.enter_at_best(&mut self.orders, entering(&order, step), manner, each),
            _ => book.enter(&mut self.orders, entering(&order, step), manner, each),
        }
    }

    /// Checks an order and lets it enter.
    ///
    /// # Errors
    /// As for [`Books::check`].
    #[inline]
    pub fn add(&mut self, order: &Order, each: impl FnMut(Outcome)) -> Result<(), Refused> {
        let ticket = self.check(order)?;
        self.enter(ticket, each);
        Ok(())
    }

    /// Takes an order in that was here before: what was granted to it once is not asked again, and a price that was good
    /// before the tick changed is good.
    ///
    /// # Errors
    /// [`Refused`] says why it cannot be.
    pub fn take_back(
        &mut self,
        order: &Order,
        is_suspended: bool,
        mut each: impl FnMut(Outcome),
    ) -> Result<(), Refused> {
        if let Some(Some(book)) = self.books.get_mut(order.instrument.0 as usize)
            && order.ord_type == OrdType::Limit
            && order.px > Px::ZERO
        {
            book.admit(&mut self.orders, order.px);
        }
        let ticket = self.check_form(order)?;
        let book = open(&mut self.books, order.instrument.0);
        if order.rests() && order.ord_type == OrdType::Limit {
            let entering = entering(order, ticket.step);
            if is_suspended {
                self.orders.append(&mut book.suspended, entering, Standing::Suspended);
            } else {
                book.come_again(&mut self.orders, entering, &mut each);
            }
        } else {
            self.enter(ticket, each);
        }
        Ok(())
    }

    /// Takes an order off its book and says what was left of it; `None` where no such order rests.
    pub fn cancel(&mut self, order_id: OrderId) -> Option<Qty> {
        let place = self.orders.find(order_id)?;
        Some(self.remove(place).leaves)
    }

    /// Carries a checked replace out.
    pub fn replace(&mut self, ticket: ReplaceTicket, mut each: impl FnMut(Outcome)) {
        let ReplaceTicket { order_id, place, step, leaves, replacing } = ticket;
        let order = *self.orders.at(place);
        assert!(order.order_id == order_id, "a ticket is used before the books change");
        let book = open(&mut self.books, order.book);
        match replacing {
            Replacing::Ends => {
                book.remove(&mut self.orders, place);
            }
            Replacing::Keeps => {
                book.keep(&mut self.orders, place, leaves);
                self.orders.at_mut(place).step = step;
                if order.standing == Standing::Aside && book.is_open {
                    book.settle(&mut self.orders, &mut each);
                }
            }
            Replacing::Returns => {
                let order = book.remove(&mut self.orders, place);
                book.come_again(&mut self.orders, Entering { step, leaves, ..order }, &mut each);
            }
        }
    }

    /// Replaces the outside liquidity of an instrument and trades it against what rests, at the resting orders' prices.
    pub fn quote(&mut self, quote: &Quote, each: impl FnMut(Outcome)) {
        if let Some(Some(book)) = self.books.get_mut(quote.instrument.0 as usize) {
            book.requote(&mut self.orders, quote, each);
        }
    }

    /// The book trades from now on: what waited for it meets it.
    pub fn open(&mut self, instrument: InstrumentId, mut each: impl FnMut(Outcome)) {
        if let Some(Some(book)) = self.books.get_mut(instrument.0 as usize) {
            book.open(&mut self.orders, &mut each);
        }
    }

    /// The book does not trade from now on.
    pub fn close(&mut self, instrument: InstrumentId) {
        if let Some(Some(book)) = self.books.get_mut(instrument.0 as usize) {
            book.close();
        }
    }

    /// The book does not trade from now on, and what rests there is going to be restated.
    pub fn draw_back(&mut self, instrument: InstrumentId) {
        if let Some(Some(book)) = self.books.get_mut(instrument.0 as usize) {
            book.draw_back(&mut self.orders);
        }
    }

    /// The order does not trade until it is resumed.
    pub fn suspend(&mut self, order_id: OrderId) {
        if let Some(place) = self.orders.find(order_id) {
            let book = open(&mut self.books, self.orders.at(place).book);
            book.suspend(&mut self.orders, place);
        }
    }

    /// A suspended order trades again.
    pub fn resume(&mut self, order_id: OrderId, mut each: impl FnMut(Outcome)) {
        if let Some(place) = self.orders.find(order_id) {
            let book = open(&mut self.books, self.orders.at(place).book);
            book.resume(&mut self.orders, place, &mut each);
        }
    }

    /// The order is another one now, a suspended one trades again.
    pub fn restate(&mut self, order_id: OrderId, now: Now, mut each: impl FnMut(Outcome)) {
        if let Some(place) = self.orders.find(order_id) {
            let book = open(&mut self.books, self.orders.at(place).book);
            book.restate(&mut self.orders, place, now, &mut each);
        }
    }

    /// Orders that rest.
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// Does nothing rest?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// LeavesQty(151) of a resting order.
    pub fn leaves(&self, order_id: OrderId) -> Option<Qty> {
        self.orders.find(order_id).map(|place| self.orders.at(place).leaves)
    }

    /// Best bid and best offer of the orders at rest.
    pub fn touch(&self, instrument: InstrumentId) -> (Option<Px>, Option<Px>) {
        match self.book(instrument) {
            Some(book) => (book.bid.map(|step| book.px(step)), book.ask.map(|step| book.px(step))),
            None => (None, None),
        }
    }

    /// The orders of one instrument at their prices, lowest price first, oldest first within a price. For checks and views.
    pub fn resting(&self, instrument: InstrumentId) -> Vec<Rested> {
        let Some(book) = self.book(instrument) else { return Vec::new() };
        let places = book.ladder.steps().flat_map(|step| self.orders.queue(book.ladder.level(step)));
        places.map(|place| self.rested(book, place)).collect()
    }

    fn rested(&self, book: &Book, place: u32) -> Rested {
        let order = self.orders.at(place);
        Rested {
            order_id: order.order_id,
            side: order.side,
            px: book.px(order.step),
            leaves: order.leaves,
            shown: order.shown(),
        }
    }

    fn remove(&mut self, place: u32) -> Entering {
        let book = open(&mut self.books, self.orders.at(place).book);
        book.remove(&mut self.orders, place)
    }

    fn book(&self, instrument: InstrumentId) -> Option<&Book> {
        self.books.get(instrument.0 as usize)?.as_ref()
    }
}

/// The book of a checked or resting order.
fn open(books: &mut [Option<Book>], index: u32) -> &mut Book {
    books[index as usize].as_mut().expect("an order that was let in has an open book")
}

fn entering(order: &Order, step: i64) -> Entering {
    let Order { order_id, instrument, side, leaves, cum, terms, .. } = *order;
    Entering { order_id, step, leaves, cum, book: instrument.0, side, terms }
}

#[cfg(test)]
mod tests;

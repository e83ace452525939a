//! Price-time priority books, one per instrument, with the liquidity that a quote shows outside of them.
//!
//! A change is two steps: a check that reads and hands out a ticket, and the change itself, which cannot refuse. Between
//! them the caller announces what is about to happen, so an acknowledgement always precedes its fills.
//!
//! Holds after every change: no book is crossed, no resting order can trade with the outside quote, every resting order
//! has something left, and a fill takes the same from both of its sides.

use model::limits::UNITS_MAX;
use model::{InstrumentId, OrderId, Px, Qty, Quote, Side, TimeInForce};

use super::matching::{Book, gcd};
use super::orders::{Entering, NIL, Orders};

/// An order as it comes to the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// OrderID(37): unique among the resting orders.
    pub order_id: OrderId,
    /// Symbol(55).
    pub instrument: InstrumentId,
    /// Side(54).
    pub side: Side,
    /// Price(44); `None` for a market order, which never rests.
    pub px: Option<Px>,
    /// TimeInForce(59). Day and GTC rest the same: the book knows no days.
    pub time_in_force: TimeInForce,
    /// LeavesQty(151).
    pub leaves: Qty,
    /// CumQty(14), from before it came here.
    pub cum: Qty,
}

/// One trade. The price is the resting side's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    /// The order that waited; `None` where that was the outside quote.
    pub resting: Option<OrderId>,
    /// The order that came; `None` where that was the outside quote.
    pub incoming: Option<OrderId>,
    /// LastQty(32).
    pub qty: Qty,
    /// LastPx(31).
    pub px: Px,
}

/// What became of an order when it had met everything it could trade with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entered {
    /// Nothing is left.
    Filled,
    /// The rest waits in the book.
    Rests,
    /// The rest may not wait and is gone.
    Lapsed,
}

/// What a replace is going to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replacing {
    /// Asked to hold no more than is filled: the order ends.
    Ends,
    /// Less quantity at the same price: it keeps its place.
    Keeps,
    /// Another price or more quantity: it comes again, last at its price, and may trade.
    Returns,
}

/// Why a book cannot take an order or a replace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// No such instrument was defined.
    UnknownInstrument,
    /// No such order rests.
    UnknownOrder,
    /// An order with this OrderID(37) rests already.
    DuplicateOrder,
    /// The price is out of range or between two ticks.
    Price,
    /// The quantity is out of range.
    Quantity,
    /// As many orders rest as there is room for.
    NoRoom,
}

/// A checked order; valid until the next change of the books.
#[derive(Clone, Copy, Debug)]
#[must_use = "a checked order has not entered yet"]
pub struct OrderTicket {
    order: Order,
    /// The worst step it may trade at.
    limit: i64,
}

/// A checked replace; valid until the next change of the books.
#[derive(Clone, Copy, Debug)]
#[must_use = "a checked replace has not happened yet"]
pub struct ReplaceTicket {
    order_id: OrderId,
    place: u32,
    step: i64,
    leaves: Qty,
    /// What it is going to be.
    pub replacing: Replacing,
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

    /// Makes a price that was good once (before the tick changed) good again.
    pub fn admit_px(&mut self, instrument: InstrumentId, px: Px) {
        if let Some(Some(book)) = self.books.get_mut(instrument.0 as usize)
            && px.units() > 0
        {
            book.regrid(&mut self.orders, gcd(book.grid, px.units()));
        }
    }

    /// Can the order enter?
    ///
    /// # Errors
    /// [`Refused`] says why not; nothing has changed.
    pub fn check(&self, order: &Order) -> Result<OrderTicket, Refused> {
        let book = self.book(order.instrument).ok_or(Refused::UnknownInstrument)?;
        let limit = match (order.px, order.side) {
            (Some(px), _) => book.step_of(px).ok_or(Refused::Price)?,
            (None, Side::Buy) => i64::MAX,
            (None, Side::Sell) => i64::MIN,
        };
        if order.leaves.units() <= 0 || order.leaves.units() > UNITS_MAX || order.cum.units() < 0 {
            return Err(Refused::Quantity);
        }
        if self.orders.is_full() && rests(order) {
            return Err(Refused::NoRoom);
        }
        if self.orders.find(order.order_id).is_some() {
            return Err(Refused::DuplicateOrder);
        }
        Ok(OrderTicket { order: *order, limit })
    }

    /// Trades a checked order against all it meets, best price first, then oldest first; the outside quote stands
    /// behind the orders at its price. The rest waits or lapses, as the order says.
    pub fn enter(&mut self, ticket: OrderTicket, each: impl FnMut(Fill)) -> Entered {
        let OrderTicket { order, limit } = ticket;
        let book = open(&mut self.books, order.instrument.0);
        if order.time_in_force == TimeInForce::FillOrKill
            && !book.can_fill(&self.orders, order.side, limit, order.leaves)
        {
            return Entered::Lapsed;
        }
        let entering = Entering {
            order_id: order.order_id,
            step: limit,
            leaves: order.leaves,
            cum: order.cum,
            book: order.instrument.0,
            side: order.side,
        };
        book.enter(&mut self.orders, entering, rests(&order), each)
    }

    /// Checks an order and lets it enter.
    ///
    /// # Errors
    /// As for [`Books::check`].
    pub fn add(&mut self, order: &Order, each: impl FnMut(Fill)) -> Result<Entered, Refused> {
        let ticket = self.check(order)?;
        Ok(self.enter(ticket, each))
    }

    /// Takes an order off its book and says what was left of it; `None` where no such order rests.
    pub fn cancel(&mut self, order_id: OrderId) -> Option<Qty> {
        let place = self.orders.find(order_id)?;
        let leaves = self.orders.at(place).leaves;
        self.take(place);
        Some(leaves)
    }

    /// Can the order be replaced? `order_qty` is the new total, fills included.
    ///
    /// # Errors
    /// [`Refused`] says why not; nothing has changed.
    pub fn check_replace(&self, order_id: OrderId, order_qty: Qty, px: Px) -> Result<ReplaceTicket, Refused> {
        let place = self.orders.find(order_id).ok_or(Refused::UnknownOrder)?;
        let order = self.orders.at(place);
        if order_qty.units() < 0 || order_qty.units() > UNITS_MAX {
            return Err(Refused::Quantity);
        }
        let step = self.book(InstrumentId(order.book)).and_then(|book| book.step_of(px)).ok_or(Refused::Price)?;
        let leaves = order_qty - order.cum;
        let replacing = if leaves.units() <= 0 {
            Replacing::Ends
        } else if step == order.step && leaves <= order.leaves {
            Replacing::Keeps
        } else {
            Replacing::Returns
        };
        Ok(ReplaceTicket { order_id, place, step, leaves, replacing })
    }

    /// Carries a checked replace out; `None` where the order ended with it.
    pub fn replace(&mut self, ticket: ReplaceTicket, each: impl FnMut(Fill)) -> Option<Entered> {
        let ReplaceTicket { order_id, place, step, leaves, replacing } = ticket;
        let order = *self.orders.at(place);
        assert!(order.order_id == order_id, "a ticket is used before the books change");
        match replacing {
            Replacing::Ends => {
                self.take(place);
                None
            }
            Replacing::Keeps => {
                self.orders.at_mut(place).leaves = leaves;
                Some(Entered::Rests)
            }
            Replacing::Returns => {
                self.take(place);
                let entering = Entering { order_id, step, leaves, cum: order.cum, book: order.book, side: order.side };
                let book = open(&mut self.books, order.book);
                Some(book.enter(&mut self.orders, entering, true, each))
            }
        }
    }

    /// Replaces the outside liquidity of an instrument and trades it against what rests, at the resting orders' prices.
    pub fn quote(&mut self, quote: &Quote, each: impl FnMut(Fill)) {
        if let Some(Some(book)) = self.books.get_mut(quote.instrument.0 as usize) {
            book.requote(&mut self.orders, quote, each);
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

    /// The orders of one instrument at rest, lowest price first, oldest first within a price. For checks and views.
    pub fn resting(&self, instrument: InstrumentId) -> Vec<(OrderId, Side, Px, Qty)> {
        let mut all = Vec::new();
        let Some(book) = self.book(instrument) else { return all };
        for step in book.ladder.steps() {
            let mut place = book.ladder.level(step).first;
            while place != NIL {
                let order = self.orders.at(place);
                all.push((order.order_id, order.side, book.px(step), order.leaves));
                place = self.orders.after(place);
            }
        }
        all
    }

    fn take(&mut self, place: u32) {
        let book = open(&mut self.books, self.orders.at(place).book);
        book.remove(&mut self.orders, place);
    }

    fn book(&self, instrument: InstrumentId) -> Option<&Book> {
        self.books.get(instrument.0 as usize)?.as_ref()
    }
}

/// The book of a checked or resting order.
fn open(books: &mut [Option<Book>], index: u32) -> &mut Book {
    books[index as usize].as_mut().expect("an order that was let in has an open book")
}

/// May what is left of the order wait?
fn rests(order: &Order) -> bool {
    order.px.is_some() && matches!(order.time_in_force, TimeInForce::Day | TimeInForce::GoodTillCancel)
}

#[cfg(test)]
mod tests;

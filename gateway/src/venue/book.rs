//! Price-time priority books, one per instrument, with the liquidity that a quote shows outside of them.
//!
//! A change is two steps: a check that reads and hands out a ticket, and the change itself, which cannot refuse. Between
//! them the caller announces what is about to happen, so an acknowledgement always precedes its fills.
//!
//! Holds after every change: no book is crossed, no resting order can trade with the outside quote, every resting order
//! has something left, and a fill takes the same from both of its sides.

use model::limits::UNITS_MAX;
use model::{InstrumentId, OrderId, Px, Qty, Quote, Side, TimeInForce};

use super::ladder::{Ladder, Level};
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

/// Liquidity of a quote that is not used up yet; a quantity of zero is none.
#[derive(Clone, Copy, Default, Debug)]
struct Outside {
    bid_px: Px,
    bid_qty: Qty,
    ask_px: Px,
    ask_qty: Qty,
}

/// One instrument. Prices are counted in steps of `grid`, which divides the tick.
#[derive(Debug)]
struct Book {
    grid: i64,
    bid: Option<i64>,
    ask: Option<i64>,
    outside: Outside,
    ladder: Ladder,
}

impl Book {
    fn new(tick: Px) -> Book {
        Book { grid: tick.units(), bid: None, ask: None, outside: Outside::default(), ladder: Ladder::new() }
    }

    fn enter(&mut self, orders: &mut Orders, order: Entering, rests: bool, mut each: impl FnMut(Fill)) -> Entered {
        let mut leaves = order.leaves;
        let mut cum = order.cum;
        let mut fill = |resting, qty, px| {
            cum += qty;
            each(Fill { resting, incoming: Some(order.order_id), qty, px });
        };
        if let Some((px, bound)) = self.outside_within(order.side, order.step) {
            self.sweep(orders, order.side, bound, &mut leaves, |resting, qty, px| fill(Some(resting), qty, px));
            let size = self.outside_size(order.side);
            let qty = leaves.min(*size);
            if !qty.is_zero() {
                *size -= qty;
                leaves -= qty;
                fill(None, qty, px);
            }
        }
        self.sweep(orders, order.side, order.step, &mut leaves, |resting, qty, px| fill(Some(resting), qty, px));
        if leaves.is_zero() {
            Entered::Filled
        } else if rests {
            self.rest(orders, Entering { leaves, cum, ..order });
            Entered::Rests
        } else {
            Entered::Lapsed
        }
    }

    /// Trades against resting orders down to `limit`, best first.
    fn sweep(
        &mut self,
        orders: &mut Orders,
        side: Side,
        limit: i64,
        leaves: &mut Qty,
        mut each: impl FnMut(OrderId, Qty, Px),
    ) {
        while !leaves.is_zero() {
            let Some(step) = self.best(side.opposite()).filter(|step| within(side, limit, *step)) else { return };
            let px = self.px(step);
            let mut level = self.ladder.level(step);
            while !leaves.is_zero() && !level.is_empty() {
                let place = level.first;
                let resting = orders.at_mut(place);
                let qty = resting.leaves.min(*leaves);
                resting.leaves -= qty;
                resting.cum += qty;
                *leaves -= qty;
                let order_id = resting.order_id;
                if resting.leaves.is_zero() {
                    orders.remove(&mut level, place);
                }
                each(order_id, qty, px);
            }
            self.put_back(side.opposite(), step, level);
        }
    }

    /// Is there enough within the limit for the whole order? Stops counting at the first that suffices.
    fn can_fill(&self, orders: &Orders, side: Side, limit: i64, need: Qty) -> bool {
        let mut found = match self.outside_within(side, limit) {
            Some(_) if side == Side::Buy => self.outside.ask_qty,
            Some(_) => self.outside.bid_qty,
            None => Qty::ZERO,
        };
        let mut next = self.best(side.opposite());
        while let Some(step) = next.filter(|step| within(side, limit, *step)) {
            let mut place = self.ladder.level(step).first;
            while place != NIL && found < need {
                found += orders.at(place).leaves;
                place = orders.after(place);
            }
            if found >= need {
                break;
            }
            next = match side {
                Side::Buy => self.ladder.above(step),
                Side::Sell => self.ladder.below(step),
            };
        }
        found >= need
    }

    fn rest(&mut self, orders: &mut Orders, order: Entering) {
        let step = order.step;
        let best = match (order.side, self.best(order.side)) {
            (_, None) => step,
            (Side::Buy, Some(best)) => best.max(step),
            (Side::Sell, Some(best)) => best.min(step),
        };
        if (best - step).abs() <= Ladder::reach() {
            self.ladder.follow(step);
        }
        let mut level = self.ladder.level(step);
        orders.append(&mut level, order);
        self.ladder.set(step, level);
        *self.best_mut(order.side) = Some(best);
    }

    fn remove(&mut self, orders: &mut Orders, place: u32) {
        let (side, step) = (orders.at(place).side, orders.at(place).step);
        let mut level = self.ladder.level(step);
        orders.remove(&mut level, place);
        self.put_back(side, step, level);
    }

    /// A level after orders left it; where it was the best and is empty now, the next becomes the best. What lies
    /// beyond a side's best in its direction is that side's, because no book is crossed.
    fn put_back(&mut self, side: Side, step: i64, level: Level) {
        self.ladder.set(step, level);
        if level.is_empty() && self.best(side) == Some(step) {
            *self.best_mut(side) = match side {
                Side::Buy => self.ladder.below(step),
                Side::Sell => self.ladder.above(step),
            };
        }
    }

    fn requote(&mut self, orders: &mut Orders, quote: &Quote, mut each: impl FnMut(Fill)) {
        let sane = |px: Px, qty: Qty| {
            let fits = (1..=UNITS_MAX).contains(&px.units()) && (1..=UNITS_MAX).contains(&qty.units());
            if fits { (px, qty) } else { (Px::ZERO, Qty::ZERO) }
        };
        let (bid_px, bid_qty) = sane(quote.bid_px, quote.bid_qty);
        let (ask_px, ask_qty) = sane(quote.ask_px, quote.ask_qty);
        self.outside = Outside { bid_px, bid_qty, ask_px, ask_qty };
        for side in [Side::Buy, Side::Sell] {
            // The outside bid buys from our sellers, the outside offer sells to our buyers.
            let (px, mut leaves) = match side {
                Side::Buy => (self.outside.bid_px, self.outside.bid_qty),
                Side::Sell => (self.outside.ask_px, self.outside.ask_qty),
            };
            let limit = match side {
                Side::Buy => self.floor(px),
                Side::Sell => self.ceiling(px),
            };
            self.sweep(orders, side, limit, &mut leaves, |resting, qty, px| {
                each(Fill { resting: Some(resting), incoming: None, qty, px });
            });
            *self.outside_size(side.opposite()) = leaves;
        }
    }

    /// The outside price that an order of this side could take within its limit, and the step down to which resting
    /// orders are as good or better.
    fn outside_within(&self, side: Side, limit: i64) -> Option<(Px, i64)> {
        let (px, qty, bound) = match side {
            Side::Buy => (self.outside.ask_px, self.outside.ask_qty, self.floor(self.outside.ask_px)),
            Side::Sell => (self.outside.bid_px, self.outside.bid_qty, self.ceiling(self.outside.bid_px)),
        };
        let reachable = match side {
            Side::Buy => self.ceiling(px) <= limit,
            Side::Sell => self.floor(px) >= limit,
        };
        (!qty.is_zero() && reachable).then_some((px, bound))
    }

    /// What is left outside for orders of this side.
    fn outside_size(&mut self, side: Side) -> &mut Qty {
        match side {
            Side::Buy => &mut self.outside.ask_qty,
            Side::Sell => &mut self.outside.bid_qty,
        }
    }

    fn change_tick(&mut self, orders: &mut Orders, tick: Px) {
        if self.bid.is_none() && self.ask.is_none() {
            self.grid = tick.units();
        } else {
            self.regrid(orders, gcd(self.grid, tick.units()));
        }
    }

    /// A finer grid. Rare: it walks the whole book.
    fn regrid(&mut self, orders: &mut Orders, grid: i64) {
        assert!(self.grid % grid == 0, "a finer grid divides the old one");
        let factor = self.grid / grid;
        if factor == 1 {
            return;
        }
        self.bid = self.bid.map(|step| step * factor);
        self.ask = self.ask.map(|step| step * factor);
        let coarse = std::mem::replace(&mut self.ladder, Ladder::new());
        for step in coarse.steps() {
            let level = coarse.level(step);
            let mut place = level.first;
            while place != NIL {
                orders.at_mut(place).step = step * factor;
                place = orders.after(place);
            }
            self.ladder.set(step * factor, level);
        }
        self.grid = grid;
        if let Some(step) = self.bid.or(self.ask) {
            self.ladder.follow(step);
        }
    }

    fn best(&self, side: Side) -> Option<i64> {
        match side {
            Side::Buy => self.bid,
            Side::Sell => self.ask,
        }
    }

    fn best_mut(&mut self, side: Side) -> &mut Option<i64> {
        match side {
            Side::Buy => &mut self.bid,
            Side::Sell => &mut self.ask,
        }
    }

    fn px(&self, step: i64) -> Px {
        Px::from_units(step * self.grid)
    }

    /// The step of a price; `None` where it is between two or out of range.
    fn step_of(&self, px: Px) -> Option<i64> {
        let in_range = (-UNITS_MAX..=UNITS_MAX).contains(&px.units());
        (in_range && px.units() % self.grid == 0).then(|| px.units() / self.grid)
    }

    fn floor(&self, px: Px) -> i64 {
        px.units().div_euclid(self.grid)
    }

    fn ceiling(&self, px: Px) -> i64 {
        -(-px.units()).div_euclid(self.grid)
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

/// May an order of this side with this limit trade at the step?
fn within(side: Side, limit: i64, step: i64) -> bool {
    match side {
        Side::Buy => step <= limit,
        Side::Sell => step >= limit,
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests;

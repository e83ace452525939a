//! What comes to a book and what it says: orders with their terms, fills, refusals.

use model::{InstrumentId, OrdType, OrderId, Px, Qty, Side, TimeInForce};

/// Times that an iceberg may show itself anew. One that meets a single large order is filled slice by slice; this bounds how
/// many fills that are.
pub const ICEBERG_SLICES_MAX: i64 = 100;

/// An order as it comes to the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// OrderID(37): unique among the resting orders.
    pub order_id: OrderId,
    /// Symbol(55).
    pub instrument: InstrumentId,
    /// Side(54).
    pub side: Side,
    /// OrdType(40): a market order never rests; a stop order has nothing to do here until it was set off.
    pub ord_type: OrdType,
    /// Price(44); the worst price that it may trade at for an order without one.
    pub px: Px,
    /// TimeInForce(59). Day, good till canceled and good till date rest the same: the book knows no days.
    pub time_in_force: TimeInForce,
    /// LeavesQty(151).
    pub leaves: Qty,
    /// CumQty(14), from before it came here.
    pub cum: Qty,
    /// What few orders ask for.
    pub terms: Terms,
}

/// What few orders ask for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Terms {
    /// MaxFloor(111): the most that is shown at once; zero shows all.
    pub max_floor: Qty,
    /// MinQty(110): the least that is filled at once, the first time; zero asks for nothing.
    pub min_qty: Qty,
    /// ExecInst(18)=6: only adds to the book.
    pub post_only: bool,
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

/// What a change led to. What is not told rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A trade.
    Fill(Fill),
    /// The rest of a market-to-limit order rests, at this price.
    Repriced(OrderId, Px),
    /// The rest may not wait and is gone: the order said so.
    Lapsed(OrderId),
    /// The order waited for the book to open, and cannot keep its terms there.
    Removed(OrderId),
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
    /// The quantity is out of range, or shown in more slices than [`ICEBERG_SLICES_MAX`].
    Quantity,
    /// As many orders rest as there is room for.
    NoRoom,
    /// The terms do not go together, or the book knows no orders of this type.
    Terms,
    /// It may only add to the book, and would take from it.
    WouldTake,
}

impl Terms {
    /// None.
    pub const NONE: Terms = Terms { max_floor: Qty::ZERO, min_qty: Qty::ZERO, post_only: false };

    /// Does it ask for nothing?
    pub const fn is_plain(&self) -> bool {
        self.max_floor.is_zero() && self.min_qty.is_zero() && !self.post_only
    }

    /// Would `leaves` be shown in too many slices?
    pub(super) fn is_sliced_too_thin(&self, leaves: Qty) -> bool {
        !self.max_floor.is_zero() && leaves.units() > self.max_floor.units().saturating_mul(ICEBERG_SLICES_MAX)
    }
}

impl Order {
    /// A limit order for the day without special terms.
    pub const fn limit(order_id: OrderId, instrument: InstrumentId, side: Side, px: Px, leaves: Qty) -> Order {
        Order {
            order_id,
            instrument,
            side,
            ord_type: OrdType::Limit,
            px,
            time_in_force: TimeInForce::Day,
            leaves,
            cum: Qty::ZERO,
            terms: Terms::NONE,
        }
    }

    /// May what is left of the order wait?
    pub(super) fn rests(&self) -> bool {
        let waits =
            matches!(self.time_in_force, TimeInForce::Day | TimeInForce::GoodTillCancel | TimeInForce::GoodTillDate);
        waits && self.ord_type != OrdType::Market
    }

    /// The least that must be filled when it first trades.
    pub(super) fn need(&self) -> Qty {
        match self.time_in_force {
            TimeInForce::FillOrKill => self.leaves,
            _ => self.terms.min_qty.min(self.leaves),
        }
    }
}

//! The trades that the broker told of last: what a DontKnowTrade(Q) names them by, which no journal has, and whether they can
//! be right at all.

use std::collections::VecDeque;

use model::{OrderView, Px, Side, Suspense, Text};

use super::super::form::FieldProblem;
use super::super::message::{Message, optional};
use super::super::report::Names;
use super::super::tag;
use super::open::Open;

/// Trades that are remembered: the engine's answer comes at once or never.
const REMEMBERED: usize = 1_024;
/// Longest ExecID(17) and OrderID(37) that are remembered; a trade with a longer one is not disputed by a message.
const ID_BYTES_MAX: usize = 64;
/// Symbol(55) of brokers that name instruments otherwise.
const NOT_AVAILABLE: &[u8] = b"[N/A]";

/// DKReason(127).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DkReason {
    UnknownSymbol = b'A' as isize,
    WrongSide = b'B' as isize,
    QuantityExceedsOrder = b'C' as isize,
    NoMatchingOrder = b'D' as isize,
    PriceExceedsLimit = b'E' as isize,
    CalculationDifference = b'F' as isize,
    Other = b'Z' as isize,
}

impl DkReason {
    pub(super) fn value(self) -> u8 {
        self as u8
    }

    /// For a trade that the engine did not book; `None` where it may be right all the same.
    pub(super) fn of(why: Suspense) -> Option<DkReason> {
        match why {
            Suspense::Overfill => Some(DkReason::QuantityExceedsOrder),
            Suspense::UnknownOrder | Suspense::UnknownAccount | Suspense::WrongVenue => Some(DkReason::NoMatchingOrder),
            Suspense::QuantityDiffers => Some(DkReason::CalculationDifference),
            Suspense::NotApplicable | Suspense::UnknownTrade | Suspense::Contradicts => Some(DkReason::Other),
            Suspense::Duplicate
            | Suspense::Overflow
            | Suspense::OutOfRange
            | Suspense::NoRoom
            | Suspense::NoCurrency
            | Suspense::NoRate => None,
        }
    }
}

/// What DontKnowTrade(Q) says of a trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trade {
    /// As in the report to the engine.
    pub(super) venue_exec_id: u64,
    pub(super) exec_id: Text<ID_BYTES_MAX>,
    pub(super) order_id: Text<ID_BYTES_MAX>,
    pub(super) symbol: Text<ID_BYTES_MAX>,
    pub(super) side: u8,
    pub(super) order_qty: i64,
    pub(super) last_qty: i64,
    pub(super) last_px: i64,
    /// What is wrong with it, where that could be seen at once.
    pub(super) wrong: Option<DkReason>,
}

impl Trade {
    /// `None` where an identifier is longer than any that is remembered.
    ///
    /// # Errors
    /// A number that is none.
    pub(super) fn read(message: &Message<'_>, venue_exec_id: u64) -> Result<Option<Trade>, FieldProblem> {
        let text = |tag| Text::new(message.get(tag).unwrap_or_default());
        let decimal = |tag| optional(message.get_decimal(tag)).map(Option::unwrap_or_default);
        let (Some(exec_id), Some(order_id), Some(symbol)) =
            (text(tag::EXEC_ID), text(tag::ORDER_ID), text(tag::SYMBOL))
        else {
            return Ok(None);
        };
        Ok(Some(Trade {
            venue_exec_id,
            exec_id,
            order_id,
            symbol,
            side: optional(message.get_char(tag::SIDE))?.unwrap_or(Side::Buy.value()),
            order_qty: decimal(tag::ORDER_QTY)?,
            last_qty: decimal(tag::LAST_QTY)?,
            last_px: decimal(tag::LAST_PX)?,
            wrong: None,
        }))
    }
}

/// Is it a trade that the order cannot have had? Such a one is not booked; a person decides.
///
/// # Errors
/// A field that cannot be read.
pub(super) fn what_is_wrong(
    message: &Message<'_>,
    open: &Open,
    names: &Names,
    last_px: Px,
) -> Result<Option<DkReason>, FieldProblem> {
    let OrderView { instrument, side, .. } = open.order;
    let symbol = message.get(tag::SYMBOL).filter(|symbol| *symbol != NOT_AVAILABLE);
    if symbol.is_some_and(|symbol| symbol != names.symbol(instrument)) {
        return Ok(Some(DkReason::UnknownSymbol));
    }
    if optional(message.get_char(tag::SIDE))?.and_then(side_of).is_some_and(|said| said != side) {
        return Ok(Some(DkReason::WrongSide));
    }
    Ok((!open.allows(last_px)).then_some(DkReason::PriceExceedsLimit))
}

/// Which way a Side(54) goes: there are several kinds of buying and of selling.
pub(super) fn side_of(value: u8) -> Option<Side> {
    match value {
        b'1' | b'3' => Some(Side::Buy),
        b'2' | b'4' | b'5' | b'6' => Some(Side::Sell),
        _ => None,
    }
}

/// The last trades.
#[derive(Debug)]
pub(super) struct Trades(VecDeque<Trade>);

impl Trades {
    pub(super) fn new() -> Trades {
        Trades(VecDeque::with_capacity(REMEMBERED))
    }

    pub(super) fn note(&mut self, trade: Trade) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(trade);
    }

    /// The trade that the engine calls so.
    pub(super) fn find(&self, venue_exec_id: u64) -> Option<&Trade> {
        self.0.iter().rev().find(|trade| trade.venue_exec_id == venue_exec_id)
    }
}

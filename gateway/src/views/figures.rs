//! Figures that people read: decimals, and profit and loss at a mark that is named. Never computed with again.

use model::money::div_half_even;
use model::{DefineInstrument, Notional, PositionChanged, Px, Qty, Quote};
use rust_decimal::Decimal;

/// Decimal places of [`Px`] and [`Qty`].
const UNITS_SCALE: u32 = 8;

/// Which price a position was marked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A long position at the best bid: what it would bring now.
    Bid,
    /// A short position at the best offer: what it would cost now.
    Ask,
    /// The last trade, where that side is empty.
    Last,
    /// No price at all: a position that is not flat has no unrealised figure.
    Missing,
}

impl Mark {
    /// As it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mark::Bid => "bid",
            Mark::Ask => "ask",
            Mark::Last => "last",
            Mark::Missing => "none",
        }
    }
}

/// A position at its mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marked {
    /// Which price.
    pub mark: Mark,
    /// The price; zero where there is none.
    pub px: Px,
    /// What the position is worth at the mark, less its cost; `None` without a price, or beyond the range.
    pub unrealised: Option<Notional>,
}

/// Marks a position at the last quote: long at the bid, short at the offer, else at the last trade.
pub fn mark(position: &PositionChanged, instrument: &DefineInstrument, quote: Option<&Quote>) -> Marked {
    let (mark, px) = match (quote, position.qty.units().signum()) {
        (Some(quote), 1) if !quote.bid_px.is_zero() => (Mark::Bid, quote.bid_px),
        (Some(quote), -1) if !quote.ask_px.is_zero() => (Mark::Ask, quote.ask_px),
        (Some(quote), _) if !quote.last_px.is_zero() => (Mark::Last, quote.last_px),
        _ => (Mark::Missing, Px::ZERO),
    };
    let worth = instrument.contract().value(px, position.qty);
    let unrealised = match (mark, position.qty.is_zero()) {
        (_, true) => Some(Notional::ZERO),
        (Mark::Missing, false) => None,
        (Mark::Bid | Mark::Ask | Mark::Last, false) => worth.and_then(|worth| worth.checked_sub(position.cost)),
    };
    Marked { mark, px, unrealised }
}

/// A price, quantity or rate in 1e-8 units, exact.
pub fn decimal(units: i64) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(units), UNITS_SCALE).normalize()
}

/// Money, exact up to 7.9e12 of the currency; beyond that rounded half to even, to 8 places and then to 4.
pub fn money(amount: Notional) -> Decimal {
    let units = amount.units();
    Decimal::try_from_i128_with_scale(units, 16)
        .or_else(|_| Decimal::try_from_i128_with_scale(div_half_even(units, 100_000_000), 8))
        .or_else(|_| Decimal::try_from_i128_with_scale(div_half_even(units, 1_000_000_000_000), 4))
        .map_or(Decimal::MAX, |exact| exact.normalize())
}

/// The average price of a position, for people; zero while flat. Rounded half to even at 1e-8.
pub(super) fn avg_px(position: &PositionChanged, instrument: &DefineInstrument) -> Decimal {
    if position.qty == Qty::ZERO {
        return Decimal::ZERO;
    }
    instrument.contract().avg_px(position.qty, position.cost).map_or(Decimal::MAX, |px| decimal(px.units()))
}

//! Figures that people read: decimals, and profit and loss at a mark that is named. Never computed with again.

use model::money::div_half_even;
use model::{DefineInstrument, EngineTime, Marked, Notional, Prices, Qty};
use rust_decimal::Decimal;

use super::InstrumentView;

/// Decimal places of [`Px`] and [`Qty`].
const UNITS_SCALE: u32 = 8;

/// A position by its instrument's policy, at the last quote.
pub fn mark(qty: Qty, cost: Notional, view: &InstrumentView, now: EngineTime) -> Marked {
    let prices = view.quote.map_or(Prices::default(), |quote| Prices {
        bid_px: quote.bid_px,
        ask_px: quote.ask_px,
        last_px: quote.last_px,
        age: now.0.saturating_sub(view.quoted_at.0),
    });
    view.definition.marked(qty, cost, &prices)
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
pub(super) fn avg_px(qty: Qty, cost: Notional, instrument: &DefineInstrument) -> Decimal {
    if qty == Qty::ZERO {
        return Decimal::ZERO;
    }
    instrument.contract().avg_px(qty, cost).map_or(Decimal::MAX, |px| decimal(px.units()))
}

//! Control 17, market data: what is sane becomes the reference; what cannot be right leaves nothing to judge by until a sane quote comes.

use model::{Events, KillScope, LimitKind, Px, Quote, QuoteDoubt, QuoteDoubted, QuoteUpdated, limits, money};
use risk::Reference;

use crate::state::{Instrument, State};

pub(super) fn quote(state: &State, quote: &Quote, events: &mut Events) {
    let Some(instrument) = state.instruments.get(quote.instrument.0) else { return };
    let doubted = |doubt, before, limit| QuoteDoubted { quote: *quote, before, limit, doubt, reserved: [0; 7] };
    let prices = [quote.bid_px, quote.ask_px, quote.last_px];
    let crossed = !quote.bid_px.is_zero() && !quote.ask_px.is_zero() && quote.bid_px > quote.ask_px;
    if !prices.iter().all(|px| (0..=limits::UNITS_MAX).contains(&px.units())) {
        events.push(doubted(QuoteDoubt::OutOfRange, Px::ZERO, 0));
    } else if crossed {
        events.push(doubted(QuoteDoubt::Crossed, Px::ZERO, 0));
    } else if let Some((before, limit)) = jumped(state, instrument, quote) {
        events.push(doubted(QuoteDoubt::Jumped, before, limit));
    } else {
        events.push(QuoteUpdated { quote: *quote });
    }
}

/// The price that the quote is too far from, and how far it may be. A market that has moved says so twice: what lies near the quote that
/// was doubted before it is believed.
fn jumped(state: &State, instrument: &Instrument, quote: &Quote) -> Option<(Px, i64)> {
    let limit = [(KillScope::Firm, 0), (KillScope::Instrument, quote.instrument.0)]
        .into_iter()
        .filter_map(|(scope, index)| state.scopes.get(scope, index).limits.get(LimitKind::QuoteJump))
        .map(|limit| i64::try_from(limit.value).unwrap_or(i64::MAX))
        .min()?;
    let px = px_of(quote)?;
    let before = Reference { is_doubtful: false, ..instrument.reference }.px()?;
    let is_near = |other: Px| {
        let moved = i128::from(px.units() - other.units()).abs();
        moved * i128::from(money::UNIT) <= i128::from(other.units()) * i128::from(limit)
    };
    let is_confirmed = !instrument.doubted_px.is_zero() && is_near(instrument.doubted_px);
    (!is_near(before) && !is_confirmed).then_some((before, limit))
}

/// The price that a quote makes the reference.
pub(crate) fn px_of(quote: &Quote) -> Option<Px> {
    let Quote { bid_px, ask_px, last_px, .. } = *quote;
    Reference { bid_px, ask_px, last_px, ..Reference::default() }.px()
}

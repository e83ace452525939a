//! Control 36, wash: does the owner of a new order stand on the other side with another account? An alert, no refusal. And how often an
//! order like it was given of late, for the control of repeated ones.

use model::{EngineTime, LimitKind, Px, SCOPES, SessionId, Side, WashSuspected};
use risk::Scoped;

use crate::kills::keys;
use crate::recent::{Alike, RecentOrder};
use crate::scopes::Keys;
use crate::state::State;

/// How many orders like this one each of its scopes saw within the longest window of any of them.
pub(super) fn repeats(
    state: &State,
    now: EngineTime,
    scoped: &Scoped<'_>,
    session: SessionId,
    alike: &Alike,
) -> Option<[u32; SCOPES]> {
    let window = scoped.with(LimitKind::RepeatWindow).map(|(_, limit, _)| limit.value).max()?;
    state.recent.alike(alike, &keys_of(state, session, alike)?, since(now, window))
}

/// An order of another account of the same trader that this one could trade with, not longer ago than the longest window.
pub(super) fn wash(
    state: &State,
    now: EngineTime,
    scoped: &Scoped<'_>,
    session: SessionId,
    order_id: model::OrderId,
    own: &Alike,
) -> Option<WashSuspected> {
    let window = scoped.with(LimitKind::WashWindow).map(|(_, limit, _)| limit.value).max()?;
    let [trader, _] = state.sessions.get(session.0)?.attribution;
    if trader == crate::order::NONE {
        return None;
    }
    let crosses = |other: &Alike| crosses(own.side, own.price, other.price);
    let found = state.recent.opposite(trader, own.side.opposite(), own, since(now, window), crosses)?;
    let RecentOrder { alike, at, order_id: other, .. } = *found;
    Some(WashSuspected {
        order_id,
        other,
        other_px: alike.price,
        other_at: at,
        window: i64::try_from(window).unwrap_or(i64::MAX),
        account: own.account,
        other_account: alike.account,
        instrument: own.instrument,
        trader,
        side: own.side,
        reserved: [0; 7],
    })
}

/// What has no price takes any.
fn crosses(side: Side, own: Px, other: Px) -> bool {
    let meets = match side {
        Side::Buy => own >= other,
        Side::Sell => own <= other,
    };
    own.is_zero() || other.is_zero() || meets
}

fn since(now: EngineTime, window: i128) -> EngineTime {
    EngineTime(now.0.saturating_sub(i64::try_from(window).unwrap_or(i64::MAX)))
}

fn keys_of(state: &State, session: SessionId, alike: &Alike) -> Option<Keys> {
    let venue = state.instruments.get(alike.instrument.0)?.definition.venue;
    let attribution = state.sessions.get(session.0)?.attribution;
    Some(keys(venue, session, alike.account, attribution, alike.instrument))
}

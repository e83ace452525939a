//! Names of what the engine knows by number, at a moment.

use engine::State;
use model::{AccountId, InstrumentId, SessionId, VenueId};

/// The account's name; its number where nobody defined it.
pub fn account(state: &State, account: AccountId) -> String {
    let known = state.account_at(account);
    known.map_or_else(|| format!("#{account}"), |known| known.definition.account.to_string())
}

/// The instrument's symbol.
pub fn symbol(state: &State, instrument: InstrumentId) -> String {
    let known = state.instrument_at(instrument);
    known.map_or_else(|| format!("#{instrument}"), |known| known.symbol.to_string())
}

/// The counterparty's CompID.
pub fn session(state: &State, session: SessionId) -> String {
    let known = state.session_at(session);
    known.map_or_else(|| format!("#{session}"), |known| known.target_comp_id.to_string())
}

/// The venue: `paper`, or the broker's CompID.
pub fn venue(state: &State, venue: VenueId) -> String {
    venue.session().map_or_else(|| "paper".to_owned(), |broker| session(state, broker))
}

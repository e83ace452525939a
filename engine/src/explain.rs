//! The door for those who explain: what decisions looked at, by number, read only. Nothing on the hot path comes through here.

use model::{AccountId, DefineInstrument, DefineSession, EngineTime, InstrumentId, SessionId};

use crate::accounts::Account;
use crate::order::Order;
use crate::state::State;

impl State {
    /// An account by number.
    pub fn account_at(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(account.0)
    }

    /// The definition of an instrument by number.
    pub fn instrument_at(&self, instrument: InstrumentId) -> Option<&DefineInstrument> {
        self.instruments.get(instrument.0).map(|instrument| &instrument.definition)
    }

    /// The definition of a session by number.
    pub fn session_at(&self, session: SessionId) -> Option<&DefineSession> {
        self.sessions.get(session.0).map(|session| &session.definition)
    }

    /// Every order that is remembered, working and closed, in no particular order.
    pub fn remembered_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.remembered()
    }

    /// New orders and replaces of the session that count against its message rate at `now`, one more that would come then
    /// included; 0 for a session that nobody defined.
    pub fn messages_with_next(&self, session: SessionId, now: EngineTime) -> u64 {
        let session = self.sessions.get(session.0);
        session.map_or(0, |session| session.bucket.filled(now, session.definition.messages_per_second))
    }
}

//! Which frame set what is in force: the version of a limit, and where a reference price came from. A restart that says the same
//! again is no new version.

use std::collections::BTreeMap;

use model::{
    AccountId, DefineAccount, DefineInstrument, DefineSession, Event, InstrumentId, Scope, Seq, SessionId, TradingState,
};

/// The frames that set what is in force.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Versions {
    accounts: BTreeMap<AccountId, (Seq, DefineAccount)>,
    instruments: BTreeMap<InstrumentId, (Seq, DefineInstrument)>,
    sessions: BTreeMap<SessionId, (Seq, DefineSession)>,
    halts: BTreeMap<(AccountId, InstrumentId), (Seq, TradingState)>,
    quotes: BTreeMap<InstrumentId, Seq>,
}

impl Versions {
    /// Takes in an event of frame `seq`.
    pub fn see(&mut self, seq: Seq, event: &Event) {
        match event {
            Event::AccountDefined(e) => set(&mut self.accounts, e.account, seq, e.definition),
            Event::InstrumentDefined(e) => set(&mut self.instruments, e.instrument, seq, e.definition),
            Event::SessionDefined(e) => set(&mut self.sessions, e.session, seq, e.definition),
            Event::TradingStateChanged(e) => {
                let scope = match e.set.scope {
                    Scope::Global => (AccountId::NONE, InstrumentId::NONE),
                    Scope::Account => (e.account, InstrumentId::NONE),
                    Scope::Instrument => (AccountId::NONE, e.instrument),
                };
                set(&mut self.halts, scope, seq, e.set.state);
            }
            Event::QuoteUpdated(e) => drop(self.quotes.insert(e.quote.instrument, seq)),
            _ => {}
        }
    }

    /// The frame that brought the reference prices of an instrument; 0 before the first.
    pub fn of_quote(&self, instrument: InstrumentId) -> Seq {
        self.quotes.get(&instrument).copied().unwrap_or_default()
    }

    /// The frame that set an account's limits as they are; 0 where none did.
    pub fn of_account(&self, account: AccountId) -> Seq {
        self.accounts.get(&account).map_or(Seq(0), |(seq, _)| *seq)
    }

    /// The frame that set an instrument's limits as they are; 0 where none did.
    pub fn of_instrument(&self, instrument: InstrumentId) -> Seq {
        self.instruments.get(&instrument).map_or(Seq(0), |(seq, _)| *seq)
    }

    /// The frame that set a session's limits as they are; 0 where none did.
    pub fn of_session(&self, session: SessionId) -> Seq {
        self.sessions.get(&session).map_or(Seq(0), |(seq, _)| *seq)
    }

    /// The frame that threw or released a kill switch last: that of the account, of the instrument, or with neither the global
    /// one; 0 where nobody ever did.
    pub fn of_halt(&self, account: AccountId, instrument: InstrumentId) -> Seq {
        self.halts.get(&(account, instrument)).map_or(Seq(0), |(seq, _)| *seq)
    }
}

fn set<K: Ord, T: PartialEq>(versions: &mut BTreeMap<K, (Seq, T)>, key: K, seq: Seq, now: T) {
    let is_same = versions.get(&key).is_some_and(|(_, known)| *known == now);
    if !is_same {
        versions.insert(key, (seq, now));
    }
}

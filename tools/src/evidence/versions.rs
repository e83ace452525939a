//! Which frame set what is in force: the version of a limit, and where a reference price came from. A restart that says the same
//! again is no new version.

use std::collections::BTreeMap;

use model::{
    AccountId, DefineAccount, DefineInstrument, DefineSession, Event, InstrumentId, KillScope, LimitChanged,
    LimitOutcome, OF_DEFINITION, Scope, ScopeOutcome, Seq, SessionId, SetScopeState, TradingState,
};

/// The frames that set what is in force.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Versions {
    accounts: BTreeMap<AccountId, (Seq, DefineAccount)>,
    instruments: BTreeMap<InstrumentId, (Seq, DefineInstrument)>,
    sessions: BTreeMap<SessionId, (Seq, DefineSession)>,
    halts: BTreeMap<(AccountId, InstrumentId), (Seq, TradingState)>,
    quotes: BTreeMap<InstrumentId, Seq>,
    limits: BTreeMap<Seq, LimitChanged>,
    stops: BTreeMap<(KillScope, u32), (Seq, SetScopeState)>,
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
            Event::LimitChanged(e) if e.outcome == LimitOutcome::Set && e.change.is_configured != OF_DEFINITION => {
                self.limits.insert(seq, *e);
            }
            Event::ScopeStateSet(e) if e.outcome == ScopeOutcome::Set => {
                self.stops.insert((e.set.scope, e.index), (seq, e.set));
            }
            _ => {}
        }
    }

    /// The frame that brought the reference prices of an instrument; 0 before the first.
    pub fn of_quote(&self, instrument: InstrumentId) -> Seq {
        self.quotes.get(&instrument).copied().unwrap_or_default()
    }

    /// The change that this frame made of a limit of a scope.
    pub fn of_limit(&self, version: Seq) -> Option<&LimitChanged> {
        self.limits.get(&version)
    }

    /// The act that stopped or released a scope last, by its index among its kind.
    pub fn of_stop(&self, scope: KillScope, index: u32) -> Option<(Seq, SetScopeState)> {
        self.stops.get(&(scope, index)).copied()
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

/// Who asked for a limit and why, and who approved it.
pub fn by_whom(set: &LimitChanged) -> String {
    let asked = format!("{}: {}", set.change.actor, set.change.reason);
    if set.settled_by.is_empty() { asked } else { format!("{asked}; {}: {}", set.settled_by, set.settled_because) }
}

fn set<K: Ord, T: PartialEq>(versions: &mut BTreeMap<K, (Seq, T)>, key: K, seq: Seq, now: T) {
    let is_same = versions.get(&key).is_some_and(|(_, known)| *known == now);
    if !is_same {
        versions.insert(key, (seq, now));
    }
}

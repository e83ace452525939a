//! What may be stopped, and how far: the kill switch's scopes and their states.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::terms::terms;

terms!(
    /// What an order belongs to and can be stopped with. Every order is in exactly one of each kind, or in none of it.
    KillScope {
        /// All orders.
        Firm = 0,
        /// The orders at one venue.
        Venue = 1,
        /// The orders of one session.
        Session = 2,
        /// The orders of one account.
        Account = 3,
        /// The orders of the sessions of one trader.
        Trader = 4,
        /// The orders of the sessions of one strategy.
        Strategy = 5,
        /// The orders in one instrument.
        Instrument = 6,
    }
);
terms!(
    /// What may be done in a scope. Cancels always pass.
    ScopeState {
        /// All.
        Active = 0,
        /// Only what reduces a position.
        Reducing = 1,
        /// Nothing new; what works stays.
        Halted = 2,
        /// Nothing new, and what works is canceled until nothing is left. Only another person than the one who killed it lets
        /// it go again.
        Killed = 3,
    }
);

#[expect(clippy::derivable_impls, reason = "the enum is declared by a macro")]
impl Default for ScopeState {
    fn default() -> Self {
        ScopeState::Active
    }
}

/// Kinds of scopes.
pub const SCOPES: usize = KillScope::ALL.len();

/// The state of each scope that one order is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScopeStates(pub [ScopeState; SCOPES]);

impl ScopeStates {
    /// Nothing is stopped.
    pub const ACTIVE: ScopeStates = ScopeStates([ScopeState::Active; SCOPES]);

    /// The state of one.
    pub const fn of(&self, scope: KillScope) -> ScopeState {
        self.0[scope as usize]
    }

    /// The widest scope that is in this state.
    pub fn first(&self, state: ScopeState) -> Option<KillScope> {
        self.0.iter().zip(KillScope::ALL).find(|(own, _)| **own == state).map(|(_, scope)| *scope)
    }
}

impl KillScope {
    /// As operators write it.
    pub const fn word(self) -> &'static str {
        match self {
            KillScope::Firm => "firm",
            KillScope::Venue => "venue",
            KillScope::Session => "session",
            KillScope::Account => "account",
            KillScope::Trader => "trader",
            KillScope::Strategy => "strategy",
            KillScope::Instrument => "instrument",
        }
    }
}

impl ScopeState {
    /// As operators write it.
    pub const fn word(self) -> &'static str {
        match self {
            ScopeState::Active => "active",
            ScopeState::Reducing => "reducing",
            ScopeState::Halted => "halted",
            ScopeState::Killed => "killed",
        }
    }
}

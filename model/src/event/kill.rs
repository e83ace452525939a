//! The kill switch: what was set, and how far it is.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::SetScopeState;
use crate::ids::Seq;
use crate::risk_limit::LimitKind;
use crate::scope::{KillScope, ScopeState};

bodies! {
    /// See [`super::Event::ScopeStateSet`].
    ScopeStateSet {
        /// Who asked for what and why.
        set: SetScopeState,
        /// The index of what has the name, among its kind: 0 for the firm; `u32::MAX` where nothing has it.
        index: u32,
        /// Live orders in the scope.
        live: u32,
        /// What it led to.
        outcome: ScopeOutcome,
        /// The state before.
        before: ScopeState,
        /// The limit that stopped it, by [`LimitKind`]'s number and one; 0 where a person did. See [`ScopeStateSet::limit`].
        limit_number: u8,
        /// Zero.
        reserved: [u8; 5],
    }

    /// See [`super::Event::KillProgressed`]. Always: live = at start + came - canceled - filled - ended.
    KillProgressed {
        /// The frame that killed the scope.
        kill: Seq,
        /// Nanoseconds since then.
        elapsed_ns: i64,
        /// Live orders.
        live: u32,
        /// Live orders when it was killed.
        live_at_start: u32,
        /// Orders that came to life since then: the venue told of them, or a bust brought them back.
        came: u32,
        /// Orders canceled since then.
        canceled: u32,
        /// Orders filled since then.
        filled: u32,
        /// Orders that ended otherwise since then: expired, rejected by the venue, done for the day.
        ended: u32,
        /// Orders whose venue was asked for a cancel for the first time.
        asked: u32,
        /// Times that a venue was asked again.
        retries: u32,
        /// Live orders in doubt, as of the last whole pass over the scope.
        in_doubt: u32,
        /// Other live orders at venues that cannot be reached, likewise.
        unreachable: u32,
        /// Live orders whose venue was asked more often than is usual, likewise.
        overdue: u32,
        /// Working orders that this pass has still to look at.
        cursor: u32,
        /// The index of the scope, among its kind.
        index: u32,
        /// What was killed.
        scope: KillScope,
        /// 1: the pass is over, or there is none.
        is_done: u8,
        /// Zero.
        reserved: [u8; 2],
    }
}

/// What became of an act on a scope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum ScopeOutcome {
    /// It is so now.
    Set = 1,
    /// It was so already.
    Unchanged = 2,
    /// Nothing has that name.
    UnknownScope = 3,
    /// Who killed it does not release it.
    SamePerson = 4,
    /// Nobody said who.
    NoActor = 5,
    /// Nobody said why.
    NoReason = 6,
    /// Too many scopes are killed; the firm can be killed still.
    NoRoom = 7,
    /// The firm was halted because it did not open from its close: arming lets it go.
    NotArmed = 8,
}

impl ScopeStateSet {
    /// The limit that stopped the scope, where no person did: it was broken in this very frame.
    pub fn limit(&self) -> Option<LimitKind> {
        LimitKind::of_number(self.limit_number)
    }
}

impl ScopeOutcome {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            ScopeOutcome::Set => "done",
            ScopeOutcome::Unchanged => "it was so already",
            ScopeOutcome::UnknownScope => "nothing has that name",
            ScopeOutcome::SamePerson => "who killed it does not release it: another person must",
            ScopeOutcome::NoActor => "it is not said who acts",
            ScopeOutcome::NoReason => "it is not said why",
            ScopeOutcome::NoRoom => "too many scopes are killed at once; release one, or kill the firm",
            ScopeOutcome::NotArmed => "it did not open from its close: look at /close, then millrace arm",
        }
    }
}

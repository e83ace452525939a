//! Limits of scopes: from the configuration, then by one person and another.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::Seq;
use crate::risk_limit::LimitKind;
use crate::scope::KillScope;
use crate::text::{CalendarName, Currency, Text};

bodies! {
    /// What holds for the whole firm.
    DefineFirm {
        /// The limits without which nothing is traded, a bit each by their number; less those that were waived by name.
        mandatory: u64,
        /// How long a proposal waits for another person, in nanoseconds.
        proposal_ttl: i64,
        /// Currency(15) that money is added up in.
        base_currency: Currency,
        /// The calendar whose trading day is the firm's; empty for that of UTC.
        calendar: CalendarName,
        /// 1: a looser limit waits for another person. 0: who may change limits may loosen them.
        two_persons: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// A limit of a scope from now on, or none. What is tighter holds at once; what is looser waits for another person.
    ChangeLimit {
        /// The limit, see [`LimitKind::unit`]; zero where it is taken away.
        value: i128,
        /// What kind of scope.
        scope: KillScope,
        /// Which limit.
        kind: LimitKind,
        /// 0: no limit from now on.
        is_set: u8,
        /// 1: the configuration says so, and nobody else. 2: so it does, of the limit that stands in the scope's definition.
        is_configured: u8,
        /// Zero.
        reserved: [u8; 4],
        /// The scope's name, as [`super::SetScopeState::name`].
        name: Text<24>,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
        /// Zero.
        filler: [u8; 8],
    }

    /// Another person's word on a proposal.
    DecideLimit {
        /// The frame that proposed it.
        proposal: Seq,
        /// 1: it holds from now on. 0: it does not come.
        is_approved: u8,
        /// Zero.
        reserved: [u8; 7],
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }
}

/// [`ChangeLimit::is_configured`] of a limit that stands in a definition.
pub const OF_DEFINITION: u8 = 2;

impl DefineFirm {
    /// What holds where nothing is configured: nothing is mandatory, and who may change limits may loosen them.
    pub const PLAIN: DefineFirm = DefineFirm {
        mandatory: 0,
        proposal_ttl: 86_400_000_000_000,
        base_currency: Currency::EMPTY,
        calendar: CalendarName::EMPTY,
        two_persons: 0,
        reserved: [0; 7],
    };
}

impl ChangeLimit {
    /// The limit of a scope by a person.
    pub const fn of(scope: KillScope, name: Text<24>, kind: LimitKind, value: Option<i128>) -> ChangeLimit {
        let (value, is_set) = match value {
            Some(value) => (value, 1),
            None => (0, 0),
        };
        ChangeLimit {
            value,
            scope,
            kind,
            is_set,
            is_configured: 0,
            reserved: [0; 4],
            name,
            actor: Text::EMPTY,
            reason: Text::EMPTY,
            filler: [0; 8],
        }
    }
}

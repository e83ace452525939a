//! Limits of scopes: what was asked for, and what came of it.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{ChangeLimit, DefineFirm};
use crate::ids::{EngineTime, Seq};
use crate::text::Text;

bodies! {
    /// See [`super::Event::FirmDefined`].
    FirmDefined {
        /// What holds for it.
        definition: DefineFirm,
    }

    /// See [`super::Event::ConfigurationRead`].
    ConfigurationRead {
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// See [`super::Event::LimitChanged`].
    LimitChanged {
        /// The limit before; zero where there was none.
        before: i128,
        /// What was asked for.
        change: ChangeLimit,
        /// The frame that proposed it, where this settles a proposal; its own frame where it becomes one; 0 otherwise.
        proposal: Seq,
        /// When the proposal ends by itself; 0 where there is none.
        expires: EngineTime,
        /// The index of what has the name, among its kind; `u32::MAX` where nothing has it.
        index: u32,
        /// What came of it.
        outcome: LimitOutcome,
        /// 1: there was a limit before.
        was_set: u8,
        /// Zero.
        reserved: [u8; 2],
        /// Who settled the proposal; empty where nobody did.
        settled_by: Text<24>,
        /// Why.
        settled_because: Text<64>,
    }
}

/// What came of a change of a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum LimitOutcome {
    /// It holds from this frame on.
    Set = 1,
    /// It waits for another person.
    Proposed = 2,
    /// It was so already.
    Unchanged = 3,
    /// Nothing has that name.
    UnknownScope = 4,
    /// Such a scope has no such limit.
    NotForScope = 5,
    /// The value is out of its range.
    OutOfRange = 6,
    /// Nobody said who.
    NoActor = 7,
    /// Nobody said why.
    NoReason = 8,
    /// Too many proposals wait.
    NoRoom = 9,
    /// Without this limit nothing is traded, so it is not taken away.
    Mandatory = 10,
    /// Another person said no.
    Declined = 11,
    /// Nobody said anything in time.
    Expired = 12,
    /// Who proposed it does not approve it.
    SamePerson = 13,
    /// No such proposal waits.
    UnknownProposal = 14,
    /// A later change of the same limit took its place.
    Superseded = 15,
    /// The configuration proposed it, and nobody's name was on it: who approved it proposes it now, and another person decides.
    Adopted = 16,
}

impl LimitOutcome {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            LimitOutcome::Set => "it holds from now on",
            LimitOutcome::Proposed => "it is looser, so it waits for another person's approval",
            LimitOutcome::Unchanged => "it was so already",
            LimitOutcome::UnknownScope => "nothing has that name",
            LimitOutcome::NotForScope => "such a scope has no such limit",
            LimitOutcome::OutOfRange => "the value is out of its range",
            LimitOutcome::NoActor => "it is not said who acts",
            LimitOutcome::NoReason => "it is not said why",
            LimitOutcome::NoRoom => "too many proposals wait; approve or decline some",
            LimitOutcome::Mandatory => "without this limit nothing is traded: it can be changed, not taken away",
            LimitOutcome::Declined => "declined",
            LimitOutcome::Expired => "nobody approved it in time",
            LimitOutcome::SamePerson => "who proposed it does not approve it: another person must",
            LimitOutcome::UnknownProposal => "no such proposal waits",
            LimitOutcome::Superseded => "a later change of the same limit took its place",
            LimitOutcome::Adopted => {
                "the configuration asked for it in nobody's name; it is yours now, and another person must approve it"
            }
        }
    }
}

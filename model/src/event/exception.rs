//! One order let through: who asked, who approved, which order it was.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::GrantOverride;
use crate::ids::{AccountId, InstrumentId, OrderId, Seq, SessionId};
use crate::refusal::Check;
use crate::text::Text;

bodies! {
    /// See [`super::Event::OverrideChanged`].
    OverrideChanged {
        /// What was asked for.
        grant: GrantOverride,
        /// The frame that asked for it; 0 where nothing came of that.
        asked_at: Seq,
        /// OrderID(37) of the order that used it; 0 otherwise.
        order_id: OrderId,
        /// The session.
        session: SessionId,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
        /// The first check that the order would have failed; without meaning where none used it.
        check: Check,
        /// What came of it.
        outcome: OverrideOutcome,
        /// Zero.
        reserved: u8,
        /// Who approved or declined it; empty where nobody did.
        settled_by: Text<24>,
        /// Why.
        settled_because: Text<64>,
    }
}

/// What came of an override.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum OverrideOutcome {
    /// It waits for another person.
    Proposed = 1,
    /// Another person approved it: one order may use it.
    Approved = 2,
    /// An order used it.
    Used = 3,
    /// Another person said no.
    Declined = 4,
    /// Its time is over.
    Expired = 5,
    /// Who asked for it does not approve it.
    SamePerson = 6,
    /// Nobody said who.
    NoActor = 7,
    /// Nobody said why.
    NoReason = 8,
    /// Too many wait or were not used yet.
    NoRoom = 9,
    /// No session, account or instrument has that name.
    UnknownName = 10,
    /// It ends too late, or is over already, or is for no quantity.
    OutOfRange = 11,
    /// It was approved already.
    Unchanged = 12,
}

impl OverrideOutcome {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            OverrideOutcome::Proposed => "it waits for another person's approval",
            OverrideOutcome::Approved => "one order may use it",
            OverrideOutcome::Used => "an order used it",
            OverrideOutcome::Declined => "declined",
            OverrideOutcome::Expired => "its time is over",
            OverrideOutcome::SamePerson => "who asked for it does not approve it: another person must",
            OverrideOutcome::NoActor => "it is not said who acts",
            OverrideOutcome::NoReason => "it is not said why",
            OverrideOutcome::NoRoom => "too many wait or were not used yet; decline some",
            OverrideOutcome::UnknownName => "no session, account or instrument has that name",
            OverrideOutcome::OutOfRange => {
                "it ends more than a day from now, or is over already, or is for no quantity"
            }
            OverrideOutcome::Unchanged => "it was approved already",
        }
    }
}

//! What venues are known for, and what of theirs changes nothing.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{ResolveOrder, VenueReport};
use crate::ids::{OrderId, VenueId};
use crate::policies::Link;

bodies! {
    /// See [`super::Event::VenueAccepted`].
    VenueAccepted {
        /// OrderID(37).
        order_id: OrderId,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
    }

    /// See [`super::Event::ReportSuspended`].
    ReportSuspended {
        /// The report.
        report: VenueReport,
        /// Why it changed nothing.
        why: Suspense,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`super::Event::VenueLinked`].
    VenueLinked {
        /// The venue.
        venue: VenueId,
        /// How its connection stands.
        link: Link,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`super::Event::ResolutionGiven`].
    ResolutionGiven {
        /// What was said.
        resolution: ResolveOrder,
        /// What it led to.
        outcome: Resolution,
        /// Zero.
        reserved: [u8; 7],
    }
}

/// What a person's word on an order in doubt led to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Resolution {
    /// It waits for another person.
    Proposed = 1,
    /// Another person said the same: it is so.
    Approved = 2,
    /// The order is not in doubt.
    NotInDoubt = 3,
    /// It cannot be true of the order.
    NotApplicable = 4,
    /// There is no such order.
    UnknownOrder = 5,
}

impl Resolution {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Resolution::Proposed => "it waits for another person",
            Resolution::Approved => "done",
            Resolution::NotInDoubt => "the order is not in doubt",
            Resolution::NotApplicable => "it cannot be true of the order",
            Resolution::UnknownOrder => "there is no such order",
        }
    }
}

/// Why a venue's report changed nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Suspense {
    /// The same ExecID was applied before.
    Duplicate = 1,
    /// No such order.
    UnknownOrder = 2,
    /// The fill exceeds the order.
    Overfill = 3,
    /// The order is in no state in which the report can be true.
    NotApplicable = 4,
    /// A sum left its range.
    Overflow = 5,
    /// The order is at another venue.
    WrongVenue = 6,
    /// A bust or a correction of a fill that is not known.
    UnknownTrade = 7,
    /// The venue counts other fills than we do.
    QuantityDiffers = 8,
    /// No account is named for orders that we did not send.
    UnknownAccount = 9,
    /// There is no room for one more order.
    NoRoom = 10,
    /// A quantity or a price below zero, or beyond the greatest there is.
    OutOfRange = 11,
    /// The same ExecID told of another fill before.
    Contradicts = 12,
    /// The account has no cash in the instrument's currency: it is to be named among the account's currencies in the configuration.
    NoCurrency = 13,
    /// There never was a rate from the instrument's currency to the account's: it is to be set, and the trade booked by hand.
    NoRate = 14,
}

impl Suspense {
    /// What a person does about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Suspense::Duplicate => "nothing: it was told before",
            Suspense::UnknownOrder | Suspense::WrongVenue => {
                "ask the broker whose order it is; if it is ours, book the trade with adjust-position"
            }
            Suspense::UnknownTrade => {
                "ask the broker which trade it means; if we lack it, book it with adjust-position"
            }
            Suspense::Overfill | Suspense::QuantityDiffers | Suspense::NotApplicable | Suspense::Contradicts => {
                "hold the order against the broker's word (reconcile); what is true goes in with orders resolve or adjust-position"
            }
            Suspense::UnknownAccount => {
                "name the account for orders of this broker that we did not send, in the configuration"
            }
            Suspense::NoRoom => {
                "raise the number of orders in the configuration and start again; then hold it against the broker"
            }
            Suspense::Overflow | Suspense::OutOfRange => {
                "ask the broker for the right numbers; book the trade with adjust-position"
            }
            Suspense::NoCurrency => {
                "name the currency among the account's currencies in the configuration, reload, and book the trade with adjust-position"
            }
            Suspense::NoRate => "set a rate with fx-rate, and book the trade with adjust-position",
        }
    }
}

//! What a broker takes for a trade.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use super::{ForeignOrder, VenueReport};
use crate::bodies::bodies;
use crate::terms::terms;
use crate::text::Currency;

terms!(
    /// CommType(13), what Commission(12) counts.
    CommType {
        /// Another one than those below, which Millrace does not book.
        Other = 0,
        /// Money for each unit.
        PerUnit = b'1',
        /// A part of the money traded: 0.05 is 5 %.
        Percentage = b'2',
        /// Money.
        Absolute = b'3',
    }
);

bodies! {
    /// Commission(12) of a trade as the broker says it.
    Commission {
        /// Commission(12), in 1e-8; negative where the broker pays.
        value: i64,
        /// CommCurrency(479); empty for the instrument's.
        currency: Currency,
        /// CommType(13).
        comm_type: CommType,
        /// Zero.
        reserved: [u8; 7],
    }

    /// A fill or a correction of one with what the broker takes for it.
    CommissionedReport {
        /// What the venue says of the order.
        report: VenueReport,
        /// What it takes.
        commission: Commission,
    }

    /// The same of an order that Millrace did not send.
    CommissionedOrder {
        /// What the venue tells.
        order: ForeignOrder,
        /// What it takes.
        commission: Commission,
    }
}

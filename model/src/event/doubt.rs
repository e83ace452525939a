//! Market data that no order may be judged by.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::Quote;
use crate::money::Px;

bodies! {
    /// See [`super::Event::QuoteDoubted`].
    QuoteDoubted {
        /// The quote.
        quote: Quote,
        /// The reference price that it was held against; zero where that was not the question.
        before: Px,
        /// How far it may lie from that, in 1e-8 of it; zero where that was not the question.
        limit: i64,
        /// What is wrong with it.
        doubt: QuoteDoubt,
        /// Zero.
        reserved: [u8; 7],
    }
}

/// What is wrong with a quote.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum QuoteDoubt {
    /// A price is below zero, or too large.
    OutOfRange = 1,
    /// The bid is above the offer.
    Crossed = 2,
    /// It is too far from the last one that was believed, and nothing has confirmed it yet.
    Jumped = 3,
}

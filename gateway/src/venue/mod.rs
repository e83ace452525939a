//! The paper venue: a broker in a box. It takes the engine's orders off the log, matches them in price-time order
//! against each other and against quotes, and sends reports back as commands, so paper and live run the same code.
//!
//! Read in this order: `exchange` (orders in, reports out), `hours` (when an instrument trades),
//! `voice` (its reports), `terms` (what an order is
//! here), `book` (all books), `matching` (one book), `aside` (minimum quantities), `pauses` (a book that does not trade),
//! `grid` and `ladder` (prices), `orders` (the slab), then the agents around them: `paper` and `quotes`. Deliberately absent:
//! clocks, randomness that is not seeded, risk checks, and any memory of orders that no longer rest.

mod aside;
pub mod book;
pub mod exchange;
mod grid;
mod hours;
mod ladder;
mod matching;
mod orders;
pub(crate) mod outgoing;
pub mod paper;
mod pauses;
pub mod quotes;
mod terms;
mod voice;

pub use exchange::{Exchange, OpenOrder};
pub use hours::Listing;
pub use paper::PaperVenue;
pub use quotes::{SyntheticInstrument, SyntheticQuotes};

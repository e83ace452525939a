//! The evidence: what was so at a moment, what would have been decided under other limits, and why what was decided was.
//!
//! All of it comes from the journal alone, which is only read, and only as far as it is proven durable: the running daemon does
//! not notice, and a copied folder on another machine says the same.

pub mod amount;
pub mod at;
pub mod explain;
pub mod fold;
pub mod moment;
pub mod names;
pub mod story;
pub mod table;
pub mod versions;
pub mod what_if;

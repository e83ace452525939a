//! May this order be accepted, and what does it reserve.
//!
//! [`check`] runs the table [`CHECKS`] in its fixed order over a [`Proposal`] and the [`Context`] that it meets; the
//! first that objects answers. A new control is a new file under `checks/` and a line in the table: no other check
//! changes. Nothing here writes: the engine keeps the state, this crate judges it.
//!
//! Invariants: missing knowledge refuses, overflow refuses, and neither open buys nor open sells are ever netted
//! against each other.
#![forbid(unsafe_code)]

mod checks;
mod context;
mod rate;
mod worst_case;

pub use checks::CHECKS;
pub use context::{Context, Exposure, Held, Proposal, Reference};
pub use rate::Bucket;
pub use worst_case::{Reservation, fee, reserved_cash};

use model::Refusal;

/// What the order reserves, or the first check that refuses it.
///
/// # Errors
/// The [`Refusal`] of the first check in [`CHECKS`] that objects.
pub fn check(context: &Context<'_>, proposal: &Proposal) -> Result<Reservation, Refusal> {
    for (_, check) in CHECKS {
        check(context, proposal)?;
    }
    worst_case::reservation(context, proposal)
}

/// What an order like this reserves, without the question whether it may be accepted.
///
/// # Errors
/// As [`check`], where no price or no sum can be had.
pub fn reserve(context: &Context<'_>, proposal: &Proposal) -> Result<Reservation, Refusal> {
    worst_case::reservation(context, proposal)
}

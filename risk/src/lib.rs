//! May this order be accepted, and what does it reserve.
//!
//! [`check`] runs the controls in their fixed order, [`CHECKS`], over a [`Proposal`] and the [`Context`] that it meets; the
//! first that objects answers. [`trace`] runs the same code and tells what each of them saw. A new control is a new file
//! under `controls/` and a line in the table: no other changes. Nothing here writes: the engine keeps the state, this crate
//! judges it.
//!
//! Invariants: missing knowledge refuses, overflow refuses, and neither open buys nor open sells are ever netted
//! against each other.
#![forbid(unsafe_code)]

mod case;
mod context;
mod controls;
mod conversion;
#[cfg(test)]
mod desk;
mod limits;
mod rate;
mod scoped;
mod short_sales;
mod usage;
mod valuation;
mod valued;
mod wide_exposure;
mod witness;
mod worst_case;

pub use context::{Context, Exposure, Held, Proposal, Reference};
pub use controls::{CHECKS, MESSAGES_MIN, order_to_trade};
pub use conversion::Conversion;
pub use limits::{Limit, Limits};
pub use rate::{Bucket, rate_of};
pub use scoped::{Member, Scoped};
pub use short_sales::{Restriction, ShortSales, open_short, short_of};
pub use usage::{Day, Usage};
pub use valued::{Terms, Valued};
pub use wide_exposure::WideExposure;
pub use witness::{Finding, Verdict};
pub use worst_case::{Reservation, fee, open_notional, reserved_cash};

use case::Case;
use model::Refusal;
use witness::{FirstHardRefusal, FirstRefusal, Record};

/// What the order reserves, or the first check that refuses it.
///
/// # Errors
/// The [`Refusal`] of the first check in [`CHECKS`] that objects.
pub fn check(context: &Context<'_>, proposal: &Proposal) -> Result<Reservation, Refusal> {
    let case = Case::new(context, proposal);
    controls::run(context, &case, &mut FirstRefusal)?;
    worst_case::reservation(context, &case)
}

/// The same where two people let this one order pass the soft checks, see [`model::Check::is_soft`].
///
/// # Errors
/// The [`Refusal`] of the first other check that objects.
pub fn check_overridden(context: &Context<'_>, proposal: &Proposal) -> Result<Reservation, Refusal> {
    let case = Case::new(context, proposal);
    controls::run(context, &case, &mut FirstHardRefusal)?;
    worst_case::reservation(context, &case)
}

/// Tells what each control sees of the order, in the order in which they run, also after one that refuses. The first that
/// refuses is the one that [`check`] answers with.
pub fn trace(context: &Context<'_>, proposal: &Proposal, tell: impl FnMut(Finding)) {
    let every = controls::run(context, &Case::new(context, proposal), &mut Record(tell));
    debug_assert!(every.is_ok(), "a record ends nothing");
}

/// What an order like this reserves, without the question whether it may be accepted.
///
/// # Errors
/// As [`check`], where no price or no sum can be had.
pub fn reserve(context: &Context<'_>, proposal: &Proposal) -> Result<Reservation, Refusal> {
    worst_case::reservation(context, &Case::new(context, proposal))
}

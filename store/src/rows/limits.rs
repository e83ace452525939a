//! The history of limits: `limits`, a row for every change that was asked for and every word on one, with what came of it.

use duckdb::{Result, params};
use model::{LimitChanged, LimitOutcome};

use super::words::name_of_unit;
use super::{Place, Rows};

impl Rows<'_> {
    pub(super) fn limit(&mut self, at: Place, e: &LimitChanged) -> Result<()> {
        let change = &e.change;
        self.count += 1;
        self.limits.append_row(params![
            at.seq,
            at.index,
            at.time,
            change.scope.word(),
            change.name.as_str(),
            change.kind.word(),
            name_of_unit(change.kind.unit()),
            (e.was_set == 1).then_some(e.before),
            (change.is_set == 1).then_some(change.value),
            name_of_outcome(e.outcome),
            Some(e.proposal.0).filter(|proposal| *proposal > 0),
            Some(e.expires.0).filter(|expires| *expires > 0),
            change.actor.as_str(),
            change.reason.as_str(),
            Some(e.settled_by.as_str()).filter(|by| !by.is_empty()),
            Some(e.settled_because.as_str()).filter(|why| !why.is_empty()),
            change.is_configured == 1,
        ])
    }
}

pub(super) fn name_of_outcome(outcome: LimitOutcome) -> &'static str {
    match outcome {
        LimitOutcome::Set => "set",
        LimitOutcome::Proposed => "proposed",
        LimitOutcome::Unchanged => "unchanged",
        LimitOutcome::UnknownScope => "unknown_scope",
        LimitOutcome::NotForScope => "not_for_scope",
        LimitOutcome::OutOfRange => "out_of_range",
        LimitOutcome::NoActor => "no_actor",
        LimitOutcome::NoReason => "no_reason",
        LimitOutcome::NoRoom => "no_room",
        LimitOutcome::Mandatory => "mandatory",
        LimitOutcome::Declined => "declined",
        LimitOutcome::Expired => "expired",
        LimitOutcome::SamePerson => "same_person",
        LimitOutcome::UnknownProposal => "unknown_proposal",
        LimitOutcome::Superseded => "superseded",
        LimitOutcome::Adopted => "adopted",
    }
}

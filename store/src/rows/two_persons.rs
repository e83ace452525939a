//! What takes two persons, beside limits: `restrictions` and `overrides`, a row for everything that was asked for and every word on it,
//! with what came of it.

use duckdb::{Result, params};
use model::{OverrideChanged, OverrideOutcome, RestrictionChanged};

use super::limits::name_of_outcome;
use super::{Place, Rows};
use crate::names::Names;

impl Rows<'_> {
    pub(super) fn restriction(&mut self, names: &Names, at: Place, e: &RestrictionChanged) -> Result<()> {
        let change = &e.change;
        let is_new = change.removes.0 == 0;
        self.count += 1;
        self.restrictions.append_row(params![
            at.seq,
            at.index,
            at.time,
            if is_new { "add" } else { "remove" },
            Some(e.restriction.0).filter(|restriction| *restriction > 0),
            names.symbol(e.instrument).unwrap_or(change.symbol.as_str()),
            Some(change.account.as_str()).filter(|account| !account.is_empty()),
            is_new.then(|| change.forbids.word()),
            Some(change.from.0).filter(|from| *from > 0),
            Some(change.until.0).filter(|until| *until > 0),
            name_of_outcome(e.outcome),
            Some(e.proposal.0).filter(|proposal| *proposal > 0),
            Some(e.expires.0).filter(|expires| *expires > 0),
            change.actor.as_str(),
            change.reason.as_str(),
            Some(e.settled_by.as_str()).filter(|by| !by.is_empty()),
            Some(e.settled_because.as_str()).filter(|why| !why.is_empty()),
        ])
    }

    pub(super) fn override_of_one(&mut self, at: Place, e: &OverrideChanged) -> Result<()> {
        let grant = &e.grant;
        let is_used = e.outcome == OverrideOutcome::Used;
        self.count += 1;
        self.overrides.append_row(params![
            at.seq,
            at.index,
            at.time,
            Some(e.asked_at.0).filter(|asked_at| *asked_at > 0),
            grant.session.as_str(),
            grant.account.as_str(),
            grant.symbol.as_str(),
            format!("{:?}", grant.side),
            grant.order_qty.units(),
            Some(grant.price.units()).filter(|price| *price != 0),
            grant.expires.0,
            name_of(e.outcome),
            is_used.then_some(e.order_id.0),
            is_used.then(|| e.check.code()),
            grant.actor.as_str(),
            grant.reason.as_str(),
            Some(e.settled_by.as_str()).filter(|by| !by.is_empty()),
            Some(e.settled_because.as_str()).filter(|why| !why.is_empty()),
        ])
    }
}

fn name_of(outcome: OverrideOutcome) -> &'static str {
    match outcome {
        OverrideOutcome::Proposed => "proposed",
        OverrideOutcome::Approved => "approved",
        OverrideOutcome::Used => "used",
        OverrideOutcome::Declined => "declined",
        OverrideOutcome::Expired => "expired",
        OverrideOutcome::SamePerson => "same_person",
        OverrideOutcome::NoActor => "no_actor",
        OverrideOutcome::NoReason => "no_reason",
        OverrideOutcome::NoRoom => "no_room",
        OverrideOutcome::UnknownName => "unknown_name",
        OverrideOutcome::OutOfRange => "out_of_range",
        OverrideOutcome::Unchanged => "unchanged",
    }
}

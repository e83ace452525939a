//! Orders that two people let through.

use model::{OverrideChanged, OverrideOutcome};

use crate::overrides::Override;
use crate::state::State;

impl State {
    pub(super) fn override_changed(&mut self, e: &OverrideChanged) {
        match e.outcome {
            OverrideOutcome::Proposed => {
                let OverrideChanged { asked_at, grant, session, account, instrument, .. } = *e;
                self.overrides.put(Override { at: asked_at, grant, session, account, instrument, is_approved: false });
            }
            OverrideOutcome::Approved => self.overrides.approve(e.asked_at),
            OverrideOutcome::Used | OverrideOutcome::Declined | OverrideOutcome::Expired => {
                self.overrides.remove(e.asked_at);
            }
            OverrideOutcome::SamePerson
            | OverrideOutcome::NoActor
            | OverrideOutcome::NoReason
            | OverrideOutcome::NoRoom
            | OverrideOutcome::UnknownName
            | OverrideOutcome::OutOfRange
            | OverrideOutcome::Unchanged => {}
        }
    }
}

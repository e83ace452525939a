//! The restricted list, and what is sold short.

use model::{InstrumentId, LimitOutcome, Qty, RestrictionChanged, Side};
use risk::{Restriction, short_of};

use crate::restrictions::{Listed, Removal};
use crate::state::State;

impl State {
    pub(super) fn restriction_changed(&mut self, e: &RestrictionChanged) {
        let is_new = e.change.removes.0 == 0;
        match e.outcome {
            LimitOutcome::Set if is_new => {
                let model::RestrictInstrument { account, from, until, forbids, .. } = e.change;
                let held_against = Restriction { instrument: e.instrument, account, from, until, forbids };
                let listed = Listed { at: e.restriction, change: e.change, removal: None };
                self.restrictions.put(held_against, listed, self.last.time);
            }
            LimitOutcome::Set => self.restrictions.remove(e.restriction),
            LimitOutcome::Proposed => {
                let removal = Removal { at: e.proposal, expires: e.expires, change: e.change };
                self.restrictions.set_removal(e.restriction, Some(removal));
            }
            LimitOutcome::Declined | LimitOutcome::Expired => self.restrictions.set_removal(e.restriction, None),
            LimitOutcome::Unchanged
            | LimitOutcome::UnknownScope
            | LimitOutcome::NotForScope
            | LimitOutcome::OutOfRange
            | LimitOutcome::NoActor
            | LimitOutcome::NoReason
            | LimitOutcome::NoRoom
            | LimitOutcome::Mandatory
            | LimitOutcome::SamePerson
            | LimitOutcome::UnknownProposal
            | LimitOutcome::Superseded
            | LimitOutcome::Adopted => {}
        }
    }

    /// A fill, before the position knows it: what it sells beyond the long position is sold short on the day.
    pub(super) fn count_short_sale(&mut self, holding: u32, instrument: InstrumentId, side: Side, last_qty: Qty) {
        let short = short_of(self.holdings.get(holding).exposure.position, last_qty);
        if side == Side::Sell && short > 0 {
            let day = self.firm_day();
            self.short_sales.sold(instrument, day, short);
        }
    }
}

//! Orders that would trade with another one of their group: which of the others give way to it.

use model::{CancelCause, Check, Events, InstrumentId, KillScope, LimitKind, Px, Refusal, Seq};
use risk::{Proposal, Scoped};

use super::unasked::end;
use crate::order::NONE;
use crate::resting::{GROUPS, reach};
use crate::scopes::Keys;
use crate::state::State;

/// Orders that give way to one; an order that meets more of its own group is refused.
const GIVE_WAY_MAX: usize = 8;
/// The limit that lets the order pass and cancels the others, and the one that refuses it and cancels the others.
const OTHERS: i128 = 2;
pub(super) const BOTH: i128 = 3;

/// The orders that give way.
#[derive(Clone, Copy, Debug)]
pub(super) struct GivingWay([u32; GIVE_WAY_MAX]);

impl GivingWay {
    pub(super) const NOBODY: GivingWay = GivingWay([NONE; GIVE_WAY_MAX]);

    fn put(&mut self, slot: u32) -> bool {
        let place = self.0.iter_mut().find(|place| **place == slot || **place == NONE);
        place.map(|place| *place = slot).is_some()
    }

    /// Their venue hears of it before it hears of the order that comes.
    pub(super) fn cancel(&self, state: &State, seq: Seq, events: &mut Events) {
        for slot in self.0.iter().filter(|slot| **slot != NONE) {
            end(seq, state.orders.get(*slot), CancelCause::SelfMatch, events);
        }
    }
}

/// The best prices of the other side in each group that the order is in and that has such a limit.
pub(super) fn own_opposite(
    state: &State,
    keys: &Keys,
    scoped: &Scoped<'_>,
    instrument: InstrumentId,
    proposal: &Proposal,
) -> [Option<Px>; GROUPS.len()] {
    let mut best = [None; GROUPS.len()];
    if proposal.takes() {
        for (scope, ..) in scoped.with(LimitKind::SelfMatch) {
            if let Some(at) = GROUPS.iter().position(|group| *group == scope) {
                best[at] = state.best_own(keys, scope, instrument, proposal.side);
            }
        }
    }
    best
}

/// The others that are canceled so that the order may pass.
///
/// # Errors
/// `SELF_MATCH` where they are too many, or one is in doubt: nobody knows whether its cancel comes in time.
pub(super) fn giving_way(
    state: &State,
    keys: &Keys,
    scoped: &Scoped<'_>,
    instrument: InstrumentId,
    proposal: &Proposal,
) -> Result<GivingWay, Refusal> {
    let mut others = GivingWay::NOBODY;
    if !scoped.has(LimitKind::SelfMatch) || !proposal.takes() {
        return Ok(others);
    }
    let mut refusal = None;
    for (scope, _, _) in scoped.with(LimitKind::SelfMatch).filter(|(_, limit, _)| limit.value == OTHERS) {
        each_crossed(state, keys, scope, instrument, proposal, &mut |slot, px| {
            let is_seen = !state.is_in_doubt(state.orders.get(slot)) && others.put(slot);
            if !is_seen {
                let (own, px) = (px.units().into(), proposal.price.units().into());
                refusal = Some(Refusal::against(Check::SelfMatch, own, px).of_scope(scope));
            }
            is_seen
        });
    }
    refusal.map_or(Ok(others), Err)
}

/// The others that are canceled along with the order that is refused for them: as many as one frame has room for.
pub(super) fn canceled_with(
    state: &State,
    keys: &Keys,
    scoped: &Scoped<'_>,
    instrument: InstrumentId,
    proposal: &Proposal,
) -> GivingWay {
    let mut others = GivingWay::NOBODY;
    for (scope, _, _) in scoped.with(LimitKind::SelfMatch).filter(|(_, limit, _)| limit.value == BOTH) {
        each_crossed(state, keys, scope, instrument, proposal, &mut |slot, _| others.put(slot));
    }
    others
}

fn each_crossed(
    state: &State,
    keys: &Keys,
    scope: KillScope,
    instrument: InstrumentId,
    proposal: &Proposal,
    each: &mut impl FnMut(u32, Px) -> bool,
) {
    let up_to = (proposal.side, reach(proposal.side, proposal.price));
    state.resting.crossed((scope, keys[scope as usize]), instrument, up_to, &mut |slot| {
        each(slot, state.orders.get(slot).rests_at.unwrap_or(Px::ZERO))
    });
}

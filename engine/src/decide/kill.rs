//! Kill switches: who may set them, and the cancels of what is in a killed scope, a step at a time.

use model::limits::EVENTS_PER_COMMAND_MAX;
use model::{
    AttributionDefined, CancelCause, DefineAttribution, EngineTime, Events, GroupName, KillProgressed, KillScope,
    ScopeOutcome, ScopeState, ScopeStateSet, Seq, SessionId, SetScopeState, Text, VenueId,
};

use super::unasked::end_now;
use crate::kills::{ASK_AGAIN_NS, Kill, OVERDUE_ASKS, is_same_person};
use crate::order::{NONE, Order};
use crate::registry::Registry;
use crate::state::State;

/// Events that a step may yield before it stops; the last place is the step's own.
const EVENTS_MAX: usize = EVENTS_PER_COMMAND_MAX - 2;
/// Working orders that a step passes over by their keys alone.
const KEYS_MAX: usize = 8_192;
/// Working orders that a step looks at.
const LOOKS_MAX: usize = 256;
/// The name of the venue in the daemon itself.
const PAPER: &[u8] = b"paper";

pub(super) fn define_attribution(state: &State, definition: &DefineAttribution, events: &mut Events) {
    let Some(session) = state.sessions.find(&(definition.sender_comp_id, definition.target_comp_id)) else { return };
    let of = |groups: &Registry<GroupName, ()>, name: &GroupName| match name.is_empty() {
        true => NONE,
        false => groups.index_for(name),
    };
    let trader = of(&state.scopes.traders, &definition.trader);
    let strategy = of(&state.scopes.strategies, &definition.strategy);
    events.push(AttributionDefined { definition: *definition, session: SessionId(session), trader, strategy });
}

pub(super) fn set_scope_state(state: &State, set: &SetScopeState, events: &mut Events) {
    let index = index_of(state, set.scope, &set.name);
    let member = state.scopes.get(set.scope, index.unwrap_or(NONE));
    events.push(ScopeStateSet {
        set: *set,
        index: index.unwrap_or(NONE),
        live: member.usage.live,
        outcome: outcome(state, set, index, member.state),
        before: member.state,
        limit_number: 0,
        reserved: [0; 5],
    });
}

fn outcome(state: &State, set: &SetScopeState, index: Option<u32>, before: ScopeState) -> ScopeOutcome {
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let Some(index) = index else { return ScopeOutcome::UnknownScope };
    let is_killer = || state.kills.find(set.scope, index).is_some_and(|kill| is_same_person(&kill.by, &set.actor));
    if is_blank(set.actor.as_bytes()) {
        ScopeOutcome::NoActor
    } else if is_blank(set.reason.as_bytes()) {
        ScopeOutcome::NoReason
    } else if before == set.state {
        ScopeOutcome::Unchanged
    } else if before == ScopeState::Killed && is_killer() {
        ScopeOutcome::SamePerson
    } else if set.scope == KillScope::Firm
        && state.is_disarmed()
        && matches!(set.state, ScopeState::Active | ScopeState::Reducing)
    {
        ScopeOutcome::NotArmed
    } else if set.state == ScopeState::Killed && !state.kills.has_room(set.scope) {
        ScopeOutcome::NoRoom
    } else {
        ScopeOutcome::Set
    }
}

/// What has the name. A session is known by its counterparty's CompID, a venue by "paper" or the broker's.
pub(crate) fn index_of(state: &State, scope: KillScope, name: &Text<24>) -> Option<u32> {
    let session = || {
        let mut sessions = (0..).zip(state.sessions.iter());
        sessions.find(|(_, session)| session.definition.target_comp_id == *name).map(|(index, _)| index)
    };
    let goes_there = |venue: &VenueId| state.instruments.iter().any(|one| one.definition.venue == *venue);
    match scope {
        KillScope::Firm => name.is_empty().then_some(0),
        KillScope::Venue if name.as_bytes() == PAPER => Some(VenueId::PAPER.0),
        KillScope::Venue => {
            session().map(|index| VenueId::broker(SessionId(index))).filter(goes_there).map(|venue| venue.0)
        }
        KillScope::Session => session(),
        KillScope::Account => state.accounts.find(&Text::new(name.as_bytes())?),
        KillScope::Trader => state.scopes.traders.find(&Text::new(name.as_bytes())?),
        KillScope::Strategy => state.scopes.strategies.find(&Text::new(name.as_bytes())?),
        KillScope::Instrument => state.instruments.find(&Text::new(name.as_bytes())?),
    }
}

/// Goes on with the pass over a killed scope, and says how far it is.
pub(super) fn advance(state: &State, seq: Seq, now: EngineTime, kill: &Kill, events: &mut Events) {
    let mut progress = kill.progress(now);
    if let Some(cursor) = kill.cursor {
        let mut cursor = (cursor as usize).min(state.orders.working().len());
        (progress.in_doubt, progress.unreachable, progress.overdue) =
            (kill.seeing.in_doubt, kill.seeing.unreachable, kill.seeing.overdue);
        let (mut keys, mut looks) = (0, 0);
        while cursor > 0 && keys < KEYS_MAX && looks < LOOKS_MAX && events.as_slice().len() < EVENTS_MAX {
            cursor -= 1;
            keys += 1;
            let working = state.orders.working()[cursor];
            if kill.may_cover(&working) {
                looks += 1;
                let order = state.orders.get(working.slot);
                if kill.covers(&order.keys()) {
                    look(state, seq, now, kill, order, &mut progress, events);
                }
            }
        }
        progress.cursor = u32::try_from(cursor).unwrap_or(u32::MAX);
        progress.is_done = u8::from(cursor == 0);
        // Orders may have ended since the pass saw them.
        for seen in [&mut progress.in_doubt, &mut progress.unreachable, &mut progress.overdue] {
            *seen = (*seen).min(progress.live);
        }
    }
    events.push(progress);
}

/// What is due to one order of a killed scope.
fn look(
    state: &State,
    seq: Seq,
    now: EngineTime,
    kill: &Kill,
    order: &Order,
    progress: &mut KillProgressed,
    events: &mut Events,
) {
    let in_doubt = state.is_in_doubt(order);
    progress.in_doubt += u32::from(in_doubt);
    if order.view.held != 0 {
        let before = events.as_slice().len();
        end_now(seq, order, CancelCause::Kill, events);
        let is_ended = u32::from(events.as_slice().len() > before);
        progress.live -= is_ended;
        progress.canceled += is_ended;
        return;
    }
    if !state.is_linked(order.venue) {
        progress.unreachable += u32::from(!in_doubt);
        return;
    }
    let asks = kill.asks_for(order);
    progress.overdue += u32::from(asks >= OVERDUE_ASKS);
    let is_early = asks > 0 && now.0.saturating_sub(order.asked_at.0) < ASK_AGAIN_NS;
    // What is filled entirely waits for a replace alone.
    if is_early || !order.standing().can_fill() {
        return;
    }
    end_now(seq, order, CancelCause::Kill, events);
    *(if asks == 0 { &mut progress.asked } else { &mut progress.retries }) += 1;
}

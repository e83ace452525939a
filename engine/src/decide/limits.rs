//! Who may change the limits of scopes: what is tighter holds at once, what is looser waits for another person.

use model::{
    Bound, ChangeLimit, ConfigurationRead, DecideLimit, DefineFirm, EngineTime, Events, FirmDefined, KillScope,
    LimitChanged, LimitKind, LimitOutcome, OF_DEFINITION, Reload, Seq, Text,
    limits::{REPEATED_EXECUTIONS_MAX, UNITS_MAX},
};

use super::kill::index_of;
use super::{overrides, restrictions};
use crate::defined_limits::DefinedLimits;
use crate::kills::is_same_person;
use crate::order::NONE;
use crate::proposals::{LimitProposal, configuration};
use crate::state::State;

/// Largest value of a limit: sums of two stay far inside 128 bits.
const VALUE_MAX: i128 = UNITS_MAX as i128 * UNITS_MAX as i128;

/// That a second person is asked for is not taken back by the configuration: it would loosen everything.
pub(super) fn define_firm(state: &State, definition: &DefineFirm, events: &mut Events) {
    let two_persons = definition.two_persons.max(state.firm.two_persons);
    events.push(FirmDefined { definition: DefineFirm { two_persons, ..*definition } });
}

/// Somebody had the configuration read: what it would loosen is that person's proposal.
pub(super) fn reload(state: &State, reload: &Reload, events: &mut Events) {
    if state.limit_proposals.has_nameless() {
        events.push(ConfigurationRead { actor: reload.actor, reason: reload.reason });
    }
}

/// The definition as it holds from now on: as it is asked for, but where a second person must approve it with no limit looser
/// than before.
pub(super) fn tightened<D: DefinedLimits>(state: &State, known: Option<&D>, wanted: &D) -> D {
    let mut definition = *wanted;
    let Some(known) = known.filter(|_| state.firm.two_persons == 1) else { return definition };
    for kind in D::KINDS {
        if kind.loosens(Some(known.limit(*kind)), Some(wanted.limit(*kind))) {
            definition.set_limit(*kind, known.limit(*kind));
        }
    }
    definition.keep_the_rest(known);
    definition
}

/// What of the definition waits for another person, and what does not any more.
pub(super) fn propose<D: DefinedLimits>(
    state: &State,
    (seq, now, index): (Seq, EngineTime, u32),
    holds: &D,
    wanted: &D,
    events: &mut Events,
) {
    for kind in D::KINDS {
        let (before, value) = (holds.limit(*kind), wanted.limit(*kind));
        let waits = state.limit_proposals.of_definition(D::SCOPE, index, *kind);
        if value != before && waits.is_some_and(|waits| waits.change.value == value) {
            continue;
        }
        let reason = Text::literal("as it is configured");
        if let Some(waits) = waits {
            events.push(settled(state, waits, LimitOutcome::Superseded, configuration(), reason));
        }
        if value == before {
            continue;
        }
        let has_room = state.limit_proposals.has_room(D::KINDS.len());
        let change = ChangeLimit {
            is_configured: OF_DEFINITION,
            actor: configuration(),
            reason,
            ..ChangeLimit::of(D::SCOPE, wanted.name(), *kind, Some(value))
        };
        events.push(LimitChanged {
            before,
            change,
            proposal: if has_room { seq } else { Seq(0) },
            expires: EngineTime(if has_room { now.0.saturating_add(state.firm.proposal_ttl) } else { 0 }),
            index,
            outcome: if has_room { LimitOutcome::Proposed } else { LimitOutcome::NoRoom },
            was_set: 1,
            reserved: [0; 2],
            settled_by: Text::EMPTY,
            settled_because: Text::EMPTY,
        });
    }
}

pub(super) fn change_limit(state: &State, seq: Seq, now: EngineTime, change: &ChangeLimit, events: &mut Events) {
    let index = index_of(state, change.scope, &change.name);
    let limits = &state.scopes.get(change.scope, index.unwrap_or(NONE)).limits;
    let before = limits.get(change.kind).map(|limit| limit.value);
    let outcome = outcome(state, change, index, before);
    let asked = LimitChanged {
        before: before.unwrap_or(0),
        change: *change,
        proposal: Seq(0),
        expires: EngineTime(0),
        index: index.unwrap_or(NONE),
        outcome,
        was_set: u8::from(before.is_some()),
        reserved: [0; 2],
        settled_by: Text::EMPTY,
        settled_because: Text::EMPTY,
    };
    if matches!(outcome, LimitOutcome::Set | LimitOutcome::Proposed)
        && let Some(waits) = state.limit_proposals.of(change.scope, asked.index, change.kind)
    {
        events.push(settled(state, waits, LimitOutcome::Superseded, change.actor, change.reason));
    }
    events.push(match outcome {
        LimitOutcome::Proposed => {
            LimitChanged { proposal: seq, expires: EngineTime(now.0.saturating_add(state.firm.proposal_ttl)), ..asked }
        }
        _ => asked,
    });
}

fn outcome(state: &State, change: &ChangeLimit, index: Option<u32>, before: Option<i128>) -> LimitOutcome {
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let after = (change.is_set == 1).then_some(change.value);
    let Some(index) = index else { return LimitOutcome::UnknownScope };
    let is_awaited = state.limit_proposals.of(change.scope, index, change.kind).is_some();
    let is_first = before.is_none() && !is_awaited;
    if is_blank(change.actor.as_bytes()) {
        LimitOutcome::NoActor
    } else if is_blank(change.reason.as_bytes()) {
        LimitOutcome::NoReason
    } else if !change.kind.is_for(change.scope) {
        LimitOutcome::NotForScope
    } else if after.is_some_and(|value| !is_in_range(change, value)) {
        LimitOutcome::OutOfRange
    } else if before == after {
        // Who says again what holds wants nothing else: a proposal that waits is gone with it.
        if is_awaited { LimitOutcome::Set } else { LimitOutcome::Unchanged }
    } else if after.is_none() && change.scope == KillScope::Firm && state.is_mandatory(change.kind) {
        LimitOutcome::Mandatory
    } else if is_first || state.firm.two_persons == 0 || !change.kind.loosens(before, after) {
        LimitOutcome::Set
    } else if state.limit_proposals.has_room(1) {
        LimitOutcome::Proposed
    } else {
        LimitOutcome::NoRoom
    }
}

fn is_in_range(change: &ChangeLimit, value: i128) -> bool {
    match change.kind.bound() {
        _ if change.kind == LimitKind::RepeatedExecutions => (0..=REPEATED_EXECUTIONS_MAX as i128).contains(&value),
        Bound::Bits => (0..1 << 64).contains(&value),
        Bound::AtMost | Bound::AtLeast => (0..=VALUE_MAX).contains(&value),
    }
}

pub(super) fn decide_limit(state: &State, now: EngineTime, word: &DecideLimit, events: &mut Events) {
    if state.limit_proposals.of_frame(word.proposal).next().is_none() {
        let is_known =
            restrictions::decide_removal(state, now, word, events) || overrides::decide(state, now, word, events);
        if !is_known {
            events.push(unknown(word));
        }
        return;
    }
    for proposal in state.limit_proposals.of_frame(word.proposal) {
        let outcome = outcome_of(word, now, proposal);
        events.push(settled(state, proposal, outcome, word.actor, word.reason));
    }
    let is_approved = |own: &&LimitProposal| {
        own.change.is_configured == OF_DEFINITION && outcome_of(word, now, own) == LimitOutcome::Set
    };
    let mut approved = state.limit_proposals.of_frame(word.proposal).filter(is_approved).peekable();
    if let Some(LimitProposal { change, index, .. }) = approved.peek().copied()
        && let Some(defined) =
            state.redefined(change.scope, *index, approved.map(|own| (own.change.kind, own.change.value)))
    {
        events.push(defined);
    }
}

fn outcome_of(word: &DecideLimit, now: EngineTime, proposal: &LimitProposal) -> LimitOutcome {
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    if is_blank(word.actor.as_bytes()) {
        LimitOutcome::NoActor
    } else if is_blank(word.reason.as_bytes()) {
        LimitOutcome::NoReason
    } else if now >= proposal.expires {
        LimitOutcome::Expired
    } else if word.is_approved == 0 {
        LimitOutcome::Declined
    } else if proposal.is_nameless() {
        // Somebody wrote the file, and nobody knows who: so it takes two who say who they are.
        LimitOutcome::Adopted
    } else if is_same_person(&proposal.change.actor, &word.actor) {
        LimitOutcome::SamePerson
    } else {
        LimitOutcome::Set
    }
}

/// A proposal that nobody approved in time.
pub(super) fn expire(state: &State, now: EngineTime, events: &mut Events) {
    if let Some(proposal) = state.limit_proposals.expired(now) {
        events.push(settled(state, proposal, LimitOutcome::Expired, Text::EMPTY, Text::EMPTY));
    }
}

fn settled(
    state: &State,
    proposal: &LimitProposal,
    outcome: LimitOutcome,
    settled_by: Text<24>,
    settled_because: Text<64>,
) -> LimitChanged {
    let LimitProposal { at, expires, index, change } = *proposal;
    let before = match change.is_configured {
        OF_DEFINITION => state.defined_limit(change.scope, index, change.kind),
        _ => state.scopes.get(change.scope, index).limits.get(change.kind).map(|limit| limit.value),
    };
    LimitChanged {
        before: before.unwrap_or(0),
        change,
        proposal: at,
        expires,
        index,
        outcome,
        was_set: u8::from(before.is_some()),
        reserved: [0; 2],
        settled_by,
        settled_because,
    }
}

fn unknown(word: &DecideLimit) -> LimitChanged {
    LimitChanged {
        before: 0,
        change: ChangeLimit::of(KillScope::Firm, Text::EMPTY, LimitKind::OrderQty, None),
        proposal: word.proposal,
        expires: EngineTime(0),
        index: NONE,
        outcome: LimitOutcome::UnknownProposal,
        was_set: 0,
        reserved: [0; 2],
        settled_by: word.actor,
        settled_because: word.reason,
    }
}

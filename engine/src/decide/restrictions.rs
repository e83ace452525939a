//! The restricted list: what is new holds at once, what is taken away waits for another person.

use model::{
    DecideLimit, EngineTime, Events, InstrumentId, LimitOutcome, RestrictInstrument, RestrictionChanged, Seq, Text,
};

use crate::kills::is_same_person;
use crate::restrictions::{Listed, Removal};
use crate::state::State;

pub(super) fn restrict(state: &State, seq: Seq, now: EngineTime, change: &RestrictInstrument, events: &mut Events) {
    let of_new = state.instruments.find(&change.symbol).map(InstrumentId);
    let known = state.restrictions.find(change.removes);
    let instrument = if change.removes.0 == 0 { of_new } else { known.map(|(held, _)| held.instrument) };
    let outcome = outcome(state, now, change, instrument);
    let is_proposed = outcome == LimitOutcome::Proposed;
    let own = if change.removes.0 == 0 { seq } else { change.removes };
    events.push(RestrictionChanged {
        change: *change,
        restriction: if matches!(outcome, LimitOutcome::Set | LimitOutcome::Proposed) { own } else { Seq(0) },
        proposal: if is_proposed { seq } else { Seq(0) },
        expires: EngineTime(if is_proposed { now.0.saturating_add(state.firm.proposal_ttl) } else { 0 }),
        instrument: instrument.unwrap_or(InstrumentId::NONE),
        outcome,
        reserved: [0; 3],
        settled_by: Text::EMPTY,
        settled_because: Text::EMPTY,
    });
}

fn outcome(
    state: &State,
    now: EngineTime,
    change: &RestrictInstrument,
    instrument: Option<InstrumentId>,
) -> LimitOutcome {
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let is_known = change.account.is_empty() || state.accounts.find(&change.account).is_some();
    let is_new = change.removes.0 == 0;
    if is_blank(change.actor.as_bytes()) {
        LimitOutcome::NoActor
    } else if is_blank(change.reason.as_bytes()) {
        LimitOutcome::NoReason
    } else if instrument.is_none() || !is_known {
        LimitOutcome::UnknownScope
    } else if !is_new {
        if state.firm.two_persons == 0 { LimitOutcome::Set } else { LimitOutcome::Proposed }
    } else if change.until.0 != 0 && change.until <= now.max(change.from) {
        LimitOutcome::OutOfRange
    } else if state.restrictions.has_room(now) {
        LimitOutcome::Set
    } else {
        LimitOutcome::NoRoom
    }
}

/// Another person's word on a restriction that somebody wants taken away. False where no such proposal waits.
pub(super) fn decide_removal(state: &State, now: EngineTime, word: &DecideLimit, events: &mut Events) -> bool {
    let waits = |removal: &Removal| removal.at == word.proposal;
    let mut all = state.restrictions.iter();
    let Some((held, listed)) = all.find(|(_, listed)| listed.removal.as_ref().is_some_and(waits)) else { return false };
    let Some(removal) = listed.removal else { return false };
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let outcome = if is_blank(word.actor.as_bytes()) {
        LimitOutcome::NoActor
    } else if is_blank(word.reason.as_bytes()) {
        LimitOutcome::NoReason
    } else if now >= removal.expires {
        LimitOutcome::Expired
    } else if word.is_approved == 0 {
        LimitOutcome::Declined
    } else if is_same_person(&removal.change.actor, &word.actor) {
        LimitOutcome::SamePerson
    } else {
        LimitOutcome::Set
    };
    events.push(settled(held.instrument, listed, &removal, outcome, word.actor, word.reason));
    true
}

/// The first removal that nobody approved in time.
pub(super) fn expire(state: &State, now: EngineTime, events: &mut Events) {
    let late = |listed: &Listed| listed.removal.filter(|removal| now >= removal.expires);
    let late = state.restrictions.iter().find_map(|(held, listed)| Some((held, listed, late(listed)?)));
    if let Some((held, listed, removal)) = late {
        events.push(settled(held.instrument, listed, &removal, LimitOutcome::Expired, Text::EMPTY, Text::EMPTY));
    }
}

fn settled(
    instrument: InstrumentId,
    listed: &Listed,
    removal: &Removal,
    outcome: LimitOutcome,
    settled_by: Text<24>,
    settled_because: Text<64>,
) -> RestrictionChanged {
    RestrictionChanged {
        change: removal.change,
        restriction: listed.at,
        proposal: removal.at,
        expires: removal.expires,
        instrument,
        outcome,
        reserved: [0; 3],
        settled_by,
        settled_because,
    }
}

//! Control 44, override: an operator asks, another one approves, one order uses it. Whatever the firm says of limits, this takes two.

use model::{
    AccountId, Check, DecideLimit, EngineTime, Events, GrantOverride, InstrumentId, OrderId, OrderView,
    OverrideChanged, OverrideOutcome, Qty, Seq, SessionId, Text,
};

use crate::kills::is_same_person;
use crate::overrides::{OVERRIDE_LIFE_MAX, Override};
use crate::state::State;

pub(super) fn grant(state: &State, seq: Seq, now: EngineTime, grant: &GrantOverride, events: &mut Events) {
    let names = named(state, grant);
    let outcome = outcome(state, now, grant, names.is_some());
    let (session, account, instrument) = names.unwrap_or((SessionId::NONE, AccountId::NONE, InstrumentId::NONE));
    let at = if outcome == OverrideOutcome::Proposed { seq } else { Seq(0) };
    let asked = Override { at, grant: *grant, session, account, instrument, is_approved: false };
    events.push(changed(&asked, outcome));
}

fn named(state: &State, grant: &GrantOverride) -> Option<(SessionId, AccountId, InstrumentId)> {
    let mut sessions = (0..).zip(state.sessions.iter());
    let (session, _) = sessions.find(|(_, session)| session.definition.target_comp_id == grant.session)?;
    let (account, instrument) = (state.accounts.find(&grant.account)?, state.instruments.find(&grant.symbol)?);
    Some((SessionId(session), AccountId(account), InstrumentId(instrument)))
}

fn outcome(state: &State, now: EngineTime, grant: &GrantOverride, is_known: bool) -> OverrideOutcome {
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let life = grant.expires.0.saturating_sub(now.0);
    let is_sane = grant.order_qty > Qty::ZERO && !grant.price.units().is_negative();
    if is_blank(grant.actor.as_bytes()) {
        OverrideOutcome::NoActor
    } else if is_blank(grant.reason.as_bytes()) {
        OverrideOutcome::NoReason
    } else if !is_known {
        OverrideOutcome::UnknownName
    } else if !is_sane || !(1..=OVERRIDE_LIFE_MAX).contains(&life) {
        OverrideOutcome::OutOfRange
    } else if state.overrides.has_room() {
        OverrideOutcome::Proposed
    } else {
        OverrideOutcome::NoRoom
    }
}

/// Another person's word on an override. False where there is no such.
pub(super) fn decide(state: &State, now: EngineTime, word: &DecideLimit, events: &mut Events) -> bool {
    let Some(asked) = state.overrides.find(word.proposal) else { return false };
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let outcome = if is_blank(word.actor.as_bytes()) {
        OverrideOutcome::NoActor
    } else if is_blank(word.reason.as_bytes()) {
        OverrideOutcome::NoReason
    } else if now >= asked.grant.expires {
        OverrideOutcome::Expired
    } else if word.is_approved == 0 {
        OverrideOutcome::Declined
    } else if asked.is_approved {
        OverrideOutcome::Unchanged
    } else if is_same_person(&asked.grant.actor, &word.actor) {
        OverrideOutcome::SamePerson
    } else {
        OverrideOutcome::Approved
    };
    let (settled_by, settled_because) = (word.actor, word.reason);
    events.push(OverrideChanged { settled_by, settled_because, ..changed(asked, outcome) });
    true
}

/// The first whose time is over.
pub(super) fn expire(state: &State, now: EngineTime, events: &mut Events) {
    if let Some(late) = state.overrides.iter().find(|one| now >= one.grant.expires) {
        events.push(changed(late, OverrideOutcome::Expired));
    }
}

/// The override that lets this order pass.
pub(super) fn of_order<'a>(state: &'a State, now: EngineTime, order: &OrderView) -> Option<&'a Override> {
    state.overrides.iter().find(|one| one.lets_pass(order, now))
}

/// An order used it, that `check` would have refused.
pub(super) fn used(by: OrderId, check: Check, asked: &Override) -> OverrideChanged {
    OverrideChanged { order_id: by, check, ..changed(asked, OverrideOutcome::Used) }
}

fn changed(asked: &Override, outcome: OverrideOutcome) -> OverrideChanged {
    let Override { at, grant, session, account, instrument, .. } = *asked;
    OverrideChanged {
        grant,
        asked_at: at,
        order_id: OrderId(0),
        session,
        account,
        instrument,
        check: Check::UnknownAccount,
        outcome,
        reserved: 0,
        settled_by: Text::EMPTY,
        settled_because: Text::EMPTY,
    }
}

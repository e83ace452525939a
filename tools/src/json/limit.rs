//! Limits of scopes, as JSON.

use model::{ChangeLimit, DecideLimit, DefineFirm, LimitChanged, LimitKind, OF_DEFINITION};
use serde_json::{Value, json};

pub(super) fn firm(c: &DefineFirm) -> Value {
    let mandatory = LimitKind::ALL.iter().filter(|kind| c.mandatory & kind.bit() != 0).map(|kind| kind.word());
    json!({
        "base_currency": c.base_currency.as_str(), "calendar": c.calendar.as_str(), "two_persons": c.two_persons == 1,
        "proposal_ttl_ns": c.proposal_ttl, "mandatory": mandatory.collect::<Vec<_>>(),
    })
}

/// Values are exact, in the unit of their kind: 1e-8 of a price, a quantity or one; 1e-16 of money; nanoseconds.
pub(super) fn change(c: &ChangeLimit) -> Value {
    json!({
        "scope": c.scope.word(), "name": c.name.as_str(), "limit": c.kind.word(),
        "value": (c.is_set == 1).then(|| c.value.to_string()), "configured": c.is_configured != 0,
        "of_definition": c.is_configured == OF_DEFINITION,
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn word(c: &DecideLimit) -> Value {
    json!({
        "proposal": c.proposal.0, "approved": c.is_approved == 1, "actor": c.actor.as_str(),
        "reason": c.reason.as_str(),
    })
}

pub(super) fn changed(e: &LimitChanged) -> Value {
    json!({
        "change": change(&e.change), "before": (e.was_set == 1).then(|| e.before.to_string()),
        "outcome": e.outcome.words(), "proposal": e.proposal.0, "expires_ns": e.expires.0, "index": e.index,
        "settled_by": e.settled_by.as_str(), "settled_because": e.settled_because.as_str(),
    })
}

//! The limits of scopes as they were: value, what was used, the frame that set each, by whom; and what waited for another person.

use engine::State;
use gateway::limit_words::{held_against, shown};
use model::{EngineTime, LimitKind};
use serde_json::Value;

use crate::evidence::table::Table;
use crate::evidence::versions::{Versions, by_whom};
use crate::figures;

pub(super) fn tables(state: &State, versions: &Versions) -> Vec<Table> {
    vec![firm(state), limits(state, versions), proposals(state)]
}

fn firm(state: &State) -> Table {
    const HEADINGS: &[&str] = &["base_currency", "calendar", "governance", "proposal_ttl", "mandatory"];
    let mut table = Table::new("firm", HEADINGS);
    let firm = state.firm();
    let mandatory = LimitKind::ALL.iter().filter(|kind| state.is_mandatory(**kind)).map(|kind| kind.word());
    let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    table.push(vec![
        text(firm.base_currency.as_str()),
        text(firm.calendar.as_str()),
        if firm.two_persons == 1 { "two_persons" } else { "one_person" }.into(),
        figures::span(firm.proposal_ttl).into(),
        mandatory.collect::<Vec<_>>().join(" ").into(),
    ]);
    table
}

fn limits(state: &State, versions: &Versions) -> Table {
    const HEADINGS: &[&str] = &["scope", "name", "limit", "value", "used", "head_room", "version", "set_by"];
    let mut table = Table::new("limits of scopes", HEADINGS);
    for (scope, index) in state.scopes() {
        for (kind, limit) in state.limits(scope, index).iter() {
            let set = versions.of_limit(limit.since);
            let used = state.limit_use(scope, index, kind);
            let room = used.and_then(|used| limit.value.checked_sub(used));
            let value = |value: Option<i128>| value.map_or(Value::Null, |value| shown(kind, value).into());
            table.push(vec![
                scope.word().into(),
                set.map_or(Value::Null, |set| set.change.name.as_str().into()),
                kind.word().into(),
                value(Some(limit.value)),
                used.map_or_else(
                    || held_against(kind, scope).map_or(Value::Null, Value::from),
                    |used| shown(kind, used).into(),
                ),
                value(room),
                limit.since.0.into(),
                set.map_or(Value::Null, |set| by_whom(set).into()),
            ]);
        }
    }
    table
}

fn proposals(state: &State) -> Table {
    const HEADINGS: &[&str] = &["proposal", "scope", "name", "limit", "value", "ends", "actor", "reason"];
    let mut table = Table::new("proposals", HEADINGS);
    for proposal in state.limit_proposals() {
        let change = &proposal.change;
        table.push(vec![
            proposal.at.0.into(),
            change.scope.word().into(),
            change.name.as_str().into(),
            change.kind.word().into(),
            if change.is_set == 1 { shown(change.kind, change.value).into() } else { Value::Null },
            figures::time(EngineTime(proposal.expires.0)).into(),
            change.actor.as_str().into(),
            change.reason.as_str().into(),
        ]);
    }
    table
}

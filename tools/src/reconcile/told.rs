//! Breaks for a person, for a program, and for the daemon.

use model::EngineTime;
use serde_json::{Value, json};

use super::{Break, Outcome, Part};
use crate::evidence::story::Story;
use crate::evidence::table::Table;
use crate::figures;

/// The list, with what it was compared with and what it comes to.
pub fn story(outcome: &Outcome, against: &str, now: EngineTime) -> Story {
    let mut story = Story::new(format!("Right after {}, against {against}", outcome.through));
    let headings =
        &["id", "type", "account", "symbol", "subject", "field", "here", "there", "above", "first_seen", "age"];
    let mut table = Table::new("breaks", headings);
    let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    for one in &outcome.breaks {
        table.push(vec![
            one.id.as_str().into(),
            one.kind.words().into(),
            one.account.as_str().into(),
            text(&one.symbol),
            text(&one.subject),
            text(one.field),
            text(&one.here),
            text(&one.there),
            one.above.into(),
            figures::time(one.first_seen).into(),
            figures::span(now.0.saturating_sub(one.first_seen.0)).into(),
        ]);
    }
    story.table(table);
    let accounts: Vec<&str> = outcome.accounts.iter().map(String::as_str).collect();
    let (all, above) = (outcome.breaks.len(), outcome.above());
    story.lines(
        "what it comes to",
        vec![
            format!("accounts compared: {}", accounts.join(", ")),
            format!("breaks: {all}, above the tolerance: {above}"),
        ],
    );
    story
}

/// What the daemon is told: a body of `/operator/breaks` for each account that was compared.
pub fn reports(outcome: &Outcome, actor: Option<&str>, reason: &str) -> Vec<Value> {
    outcome.accounts.iter().map(|account| report(outcome, account, actor, reason)).collect()
}

fn report(outcome: &Outcome, account: &str, actor: Option<&str>, reason: &str) -> Value {
    let own: Vec<&Break> = outcome.breaks.iter().filter(|one| one.account == account).collect();
    let count = |part| own.iter().filter(|one| one.kind.part() == part).count();
    let ids: String = own.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join("\n");
    let digest = if own.is_empty() { "0".to_owned() } else { blake3::hash(ids.as_bytes()).to_hex()[..16].to_owned() };
    json!({
        "account": account,
        "positions": count(Part::Positions),
        "orders": count(Part::Orders),
        "executions": count(Part::Executions),
        "cash": count(Part::Cash),
        "above": own.iter().filter(|one| one.above).count(),
        "first_seen_ns": own.iter().map(|one| one.first_seen.0).min().unwrap_or(0),
        "digest": digest,
        "actor": actor,
        "reason": reason,
    })
}

//! The limits of the running daemon's scopes as a table, from its `/limits`, and what waits for approval.

use anyhow::{Context as _, Result};
use gateway::views::{LimitStatus, ProposalStatus};

use crate::columns::aligned;
use crate::daemon::Daemon;
use crate::figures;

/// Asks, and writes a table or the JSON itself. `is_shown` picks by kind of scope, name and limit.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn show(daemon: &Daemon, is_shown: impl Fn(&LimitStatus) -> bool, json: bool) -> Result<String> {
    let answer = daemon.get("/limits")?;
    let mut limits: Vec<LimitStatus> =
        serde_json::from_value(answer).context("the daemon's /limits is no list of limits")?;
    limits.retain(is_shown);
    if json { Ok(serde_json::to_string_pretty(&limits)?) } else { Ok(table(&limits)) }
}

/// The same for proposals, from `/limits/proposals`.
///
/// # Errors
/// As for [`show`].
pub fn proposals(daemon: &Daemon, json: bool) -> Result<String> {
    let answer = daemon.get("/limits/proposals")?;
    if json {
        return Ok(serde_json::to_string_pretty(&answer)?);
    }
    let waiting = serde_json::from_value::<Vec<ProposalStatus>>(answer);
    Ok(waiting_table(&waiting.context("the daemon's /limits/proposals is no list of proposals")?))
}

fn table(limits: &[LimitStatus]) -> String {
    if limits.is_empty() {
        return "no limit of a scope is set".to_owned();
    }
    let rows = limits.iter().map(|limit| {
        let approved = if limit.approved_by.is_empty() { String::new() } else { format!("; {}", limit.approved_by) };
        let is_filling = limit.held_against.is_empty();
        let unknown = if is_filling { "unknown" } else { limit.held_against.as_str() };
        let used = limit.used.clone().unwrap_or_else(|| unknown.to_owned());
        let room = limit.head_room.clone().unwrap_or_else(|| "-".to_owned());
        [
            limit.scope.clone(),
            limit.name.clone(),
            limit.limit.clone(),
            limit.value.clone(),
            used,
            room,
            limit.version.to_string(),
            format!("{}{approved}: {}", limit.actor, limit.reason),
        ]
    });
    aligned(["SCOPE", "NAME", "LIMIT", "VALUE", "USED", "HEAD ROOM", "VERSION", "WHO AND WHY"], rows.collect())
}

fn waiting_table(waiting: &[ProposalStatus]) -> String {
    if waiting.is_empty() {
        return "nothing waits for approval".to_owned();
    }
    let rows = waiting.iter().map(|one| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        [
            one.proposal.to_string(),
            one.scope.clone(),
            one.name.clone(),
            one.limit.clone(),
            value(&one.before),
            value(&one.value),
            figures::time(model::EngineTime(one.expires_ns)),
            format!("{}: {}", one.actor, one.reason),
        ]
    });
    aligned(["PROPOSAL", "SCOPE", "NAME", "LIMIT", "NOW", "ASKED FOR", "ENDS", "WHO AND WHY"], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_says_what_holds_who_said_so_and_what_is_left() {
        assert_eq!(table(&[]), "no limit of a scope is set");
        let limit = LimitStatus {
            scope: "account".to_owned(),
            name: "ALPHA".to_owned(),
            limit: "open_orders".to_owned(),
            value: "500".to_owned(),
            version: 4711,
            actor: "ann".to_owned(),
            reason: "busy day".to_owned(),
            approved_by: "bob".to_owned(),
            used: Some("12".to_owned()),
            head_room: Some("488".to_owned()),
            ..LimitStatus::default()
        };
        let text = table(&[limit]);
        let line = text.lines().nth(1).expect("a line for the limit");
        assert_eq!(line, "account  ALPHA  open_orders  500    12    488        4711     ann; bob: busy day");
    }

    #[test]
    fn what_never_fills_says_what_it_is_held_against_and_what_nobody_knows_says_so() {
        let limit = |held_against: &str| LimitStatus {
            scope: "firm".to_owned(),
            limit: "collar".to_owned(),
            value: "5%".to_owned(),
            held_against: held_against.to_owned(),
            ..LimitStatus::default()
        };
        assert!(table(&[limit("each order")]).contains("5%     each order  -"), "{}", table(&[limit("each order")]));
        assert!(table(&[limit("")]).contains("5%     unknown  -"), "{}", table(&[limit("")]));
    }

    #[test]
    fn proposal_shows_what_is_and_what_is_asked_for() {
        assert_eq!(waiting_table(&[]), "nothing waits for approval");
        let one = ProposalStatus { proposal: 9, before: Some("5".to_owned()), ..ProposalStatus::default() };
        assert!(waiting_table(&[one]).lines().nth(1).expect("a line").contains("5    none"));
    }
}

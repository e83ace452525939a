//! The restricted list of the running daemon as a table, from its `/restricted`.

use anyhow::{Context as _, Result};
use gateway::views::RestrictionStatus;
use model::EngineTime;

use crate::columns::aligned;
use crate::daemon::Daemon;
use crate::figures;

/// Asks, and writes a table or the JSON itself.
///
/// # Errors
/// Where no daemon answers, or it answers something else.
pub fn list(daemon: &Daemon, json: bool) -> Result<String> {
    let answer = daemon.get("/restricted")?;
    if json {
        return Ok(serde_json::to_string_pretty(&answer)?);
    }
    let listed = serde_json::from_value::<Vec<RestrictionStatus>>(answer);
    Ok(table(&listed.context("the daemon's /restricted is no list of restrictions")?))
}

fn table(listed: &[RestrictionStatus]) -> String {
    if listed.is_empty() {
        return "nothing is restricted".to_owned();
    }
    let when = |ns: i64, never: &str| if ns == 0 { never.to_owned() } else { figures::time(EngineTime(ns)) };
    let rows = listed.iter().map(|one| {
        let removal = one.removal.as_ref().map_or_else(String::new, |removal| {
            let ends = figures::time(EngineTime(removal.expires_ns));
            format!("; {} wants it off (proposal {}, ends {ends}): {}", removal.actor, removal.proposal, removal.reason)
        });
        [
            one.restriction.to_string(),
            one.symbol.clone(),
            if one.account.is_empty() { "the firm".to_owned() } else { format!("account {}", one.account) },
            one.forbids.clone(),
            one.state.clone(),
            when(if one.from_ns == 0 { one.set_ns } else { one.from_ns }, ""),
            when(one.until_ns, "-"),
            format!("{}: {}{removal}", one.actor, one.reason),
        ]
    });
    aligned(["RESTRICTION", "SYMBOL", "FOR", "FORBIDS", "STATE", "FROM", "UNTIL", "WHO AND WHY"], rows.collect())
}

#[cfg(test)]
mod tests {
    use gateway::views::RemovalStatus;

    use super::*;

    #[test]
    fn table_says_for_whom_how_long_and_who_wants_it_off() {
        assert_eq!(table(&[]), "nothing is restricted");
        let removal = RemovalStatus { proposal: 9, actor: "bob".to_owned(), reason: "over".to_owned(), expires_ns: 0 };
        let one = RestrictionStatus {
            restriction: 7,
            set_ns: 1_000_000_000,
            symbol: "ACME".to_owned(),
            forbids: "trading".to_owned(),
            state: "holds".to_owned(),
            actor: "ann".to_owned(),
            reason: "insider list".to_owned(),
            removal: Some(removal),
            ..RestrictionStatus::default()
        };
        let text = table(&[one]);
        let line = text.lines().nth(1).expect("a line for the restriction");
        let (what, why) = line.split_once("ann: ").expect("who");
        let words: Vec<&str> = what.split_whitespace().collect();
        assert_eq!(words, ["7", "ACME", "the", "firm", "trading", "holds", "1970-01-01T00:00:01.000000000Z", "-"]);
        assert!(why.starts_with("insider list; bob wants it off (proposal 9, ends 1970"), "{why}");
    }
}

//! Since when a break is known: a small file beside the journal, rewritten whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use model::EngineTime;

use super::Break;
use crate::csv::line;

/// Gives each break its time, and keeps the times for the next look. A break of these accounts that is gone is forgotten.
pub(super) fn remember(path: &Path, accounts: &BTreeSet<String>, breaks: &mut [Break], now: EngineTime) -> Result<()> {
    let cannot = || format!("cannot keep the times of breaks in {}", path.display());
    let mut known = read(path)?;
    for one in breaks.iter_mut() {
        one.first_seen = known.get(&one.id).map_or(now, |(_, seen)| *seen);
    }
    known.retain(|_, (account, _)| !accounts.contains(account));
    known.extend(breaks.iter().map(|one| (one.id.clone(), (one.account.clone(), one.first_seen))));
    let mut text = Vec::new();
    line(&mut text, ["id", "account", "first_seen_ns"])?;
    for (id, (account, seen)) in &known {
        line(&mut text, [id.as_str(), account, &seen.0.to_string()])?;
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    let new = path.with_extension("tmp");
    fs::write(&new, text).with_context(cannot)?;
    fs::rename(&new, path).with_context(cannot)
}

/// Account and time of each id. A line that is none was not written by us, and says nothing.
fn read(path: &Path) -> Result<BTreeMap<String, (String, EngineTime)>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(failed) if failed.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(failed) => return Err(failed).with_context(|| format!("cannot read {}", path.display())),
    };
    let entry = |line: &str| {
        let mut cells = line.trim_end().rsplitn(2, ',');
        let seen = cells.next()?.parse().ok()?;
        let (id, account) = cells.next()?.split_once(',')?;
        Some((id.to_owned(), (account.trim_matches('"').replace("\"\"", "\""), EngineTime(seen))))
    };
    Ok(text.lines().skip(1).filter_map(entry).collect())
}

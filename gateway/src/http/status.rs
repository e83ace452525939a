//! `/health` and `/status`: the same sources as numbers and as JSON.

use std::collections::BTreeMap;

use model::Seq;
use serde::{Deserialize, Serialize};

use super::sources::{Check, SessionStatus, Sources, StoreStatus};
use crate::views::ViewsStatus;

/// What `/health` says.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// The process answers.
    pub live: bool,
    /// Every check holds: orders are welcome.
    pub ready: bool,
    /// Each check, with its reason.
    pub checks: Vec<Check>,
    /// What a person must look at, though orders are welcome.
    pub alarms: Vec<String>,
}

/// What `/status` says.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// The build.
    pub version: String,
    /// Are orders welcome? `/health` says why not.
    pub ready: bool,
    /// The journal.
    pub journal: JournalStatus,
    /// The analytics.
    pub store: StoreStatus,
    /// Durable frames that the analytics have not got yet.
    pub store_lag: u64,
    /// Durable frames that the views below have not got yet.
    pub views_lag: u64,
    /// FIX sessions.
    pub fix: Vec<SessionStatus>,
    /// Counters of the loops, by name; a label stands behind the name in braces.
    pub counters: BTreeMap<String, f64>,
    /// Orders, refusals, positions, quotes.
    pub views: ViewsStatus,
}

/// How far the journal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JournalStatus {
    /// The last frame written.
    pub written: u64,
    /// The last frame that may leave.
    pub durable: u64,
    /// The last frame that a sync covered.
    pub synced: u64,
    /// Frames written that may not leave yet.
    pub durable_lag: u64,
    /// Frames written that a power cut could still take.
    pub sync_lag: u64,
}

/// Asks every check. Each part of the daemon adds its own.
pub(super) fn health(sources: &Sources) -> Health {
    let checks: Vec<Check> = sources.readiness.iter().map(|readiness| readiness.check()).collect();
    let broken = sources.views.read().broken_positions();
    let disarmed = sources.views.read().close().refusal();
    let alarms = broken.into_iter().map(|(account, symbol)| {
        format!(
            "{account} in {symbol}: realised P&L is not cash from trades plus cost; the account is halted, compare its fills \
             with the broker's, then `millrace resume --account {account}`"
        )
    });
    let disarmed = disarmed.map(|why| format!("orders are refused since the start: {}", why.words()));
    let is_full = sources.views.read().journal_full_since().is_some();
    let full = is_full.then(|| {
        "orders and replaces are refused, cancels pass: the journal's disk has no room for its next segments; free or add \
         space there, it is looked for every second"
            .to_owned()
    });
    let alarms = alarms.chain(disarmed).chain(full).chain(sources.views.read().fresh_alarms());
    Health { live: true, ready: checks.iter().all(|check| check.ok), checks, alarms: alarms.collect() }
}

pub(super) fn status(sources: &Sources) -> Status {
    // Durable before written, and the followers before either: a lag is then never negative by a race.
    let store = sources.store.status();
    let views = sources.views.read().status();
    let synced = sources.journal.synced();
    let durable = sources.journal.durable();
    let written = sources.journal.written();
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ready: health(sources).ready,
        journal: JournalStatus {
            written: written.0,
            durable: durable.0,
            synced: synced.0,
            durable_lag: lag(written, durable.0),
            sync_lag: lag(written, synced.0),
        },
        store_lag: if store.enabled { lag(durable, store.seq) } else { 0 },
        views_lag: lag(durable, views.seq),
        store,
        fix: sources.sessions.sessions(),
        counters: counters(sources),
        views,
    }
}

pub(super) fn lag(ahead: Seq, behind: u64) -> u64 {
    ahead.0.saturating_sub(behind)
}

fn counters(sources: &Sources) -> BTreeMap<String, f64> {
    let mut samples = Vec::new();
    sources.samples.iter().for_each(|part| part.read(&mut samples));
    let named = samples.into_iter().map(|sample| match sample.label {
        Some((_, value)) => (format!("{}{{{value}}}", sample.name), sample.value),
        None => (sample.name.to_owned(), sample.value),
    });
    named.collect()
}

//! What the daemon hands in: where each answer comes from. The control plane depends on these traits and on nothing
//! behind them, so it can be read, tested and replaced alone.

use std::sync::Arc;
use std::time::Duration;

use model::queue::Producer;
use model::{AccountName, Command, CompId, Seq};
use serde::{Deserialize, Serialize};

use super::limits::Uses;
use super::reload::Reload;
use crate::fix::broker::{PositionsRefused, VenuePositions};
use crate::fix::control::{NewNumbers, NumbersRefused};
use crate::views::SharedViews;

/// Everything that the control plane reads from and writes to.
#[derive(Clone)]
pub struct Sources {
    /// Folded journal.
    pub views: SharedViews,
    /// How far the journal is.
    pub journal: Arc<dyn JournalMark>,
    /// The analytics.
    pub store: Arc<dyn Store>,
    /// FIX sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Counters of the loops; each adds its own.
    pub samples: Vec<Arc<dyn Samples>>,
    /// What must be true before orders are welcome; each adds its own.
    pub readiness: Vec<Arc<dyn Readiness>>,
    /// SQL over the analytics; `None` where they are off.
    pub sql: Option<Arc<dyn SqlDesk>>,
    /// Reads the configuration again; `None` where it is in no file.
    pub reload: Option<Arc<dyn Reload>>,
    /// Says how much of limits is used; `None` where nobody can.
    pub uses: Option<Arc<dyn Uses>>,
    /// The queue to the hot loop.
    pub commands: Producer<Command>,
}

/// How far the journal is. One relaxed load each.
pub trait JournalMark: Send + Sync {
    /// The last frame that may leave: what the configured durability promises holds for it.
    fn durable(&self) -> Seq;
    /// The last frame that a sync covered: it survives a power cut, whatever the setting.
    fn synced(&self) -> Seq;
    /// The last frame written.
    fn written(&self) -> Seq;
}

impl JournalMark for journal::Mark {
    fn durable(&self) -> Seq {
        journal::Mark::durable(self)
    }

    fn synced(&self) -> Seq {
        journal::Mark::synced(self)
    }

    fn written(&self) -> Seq {
        journal::Mark::written(self)
    }
}

/// The analytics database, seen from outside.
pub trait Store: Send + Sync {
    /// Now; must not block on the database.
    fn status(&self) -> StoreStatus;
}

/// How the analytics are.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StoreStatus {
    /// Is it configured?
    pub enabled: bool,
    /// Does it take frames? Trading goes on where it does not.
    pub healthy: bool,
    /// Why not; empty where it does.
    pub why: String,
    /// The last frame in it.
    pub seq: u64,
    /// Rows written by this process, all tables.
    pub rows: u64,
    /// Transactions committed.
    pub commits: u64,
}

/// The FIX sessions, seen from outside.
pub trait Sessions: Send + Sync {
    /// Now.
    fn sessions(&self) -> Vec<SessionStatus>;
    /// Asks to set sequence numbers. Gives the command that is on its way to the journal. May wait for seconds.
    ///
    /// # Errors
    /// Why nothing was done.
    fn set_numbers(&self, numbers: NewNumbers) -> Result<Command, NumbersRefused>;
    /// Asks a broker for its positions in these accounts; in all of ours, where none is named. May wait for half a minute.
    ///
    /// # Errors
    /// Why there is no answer.
    fn positions(&self, broker: CompId, accounts: Vec<AccountName>) -> Result<VenuePositions, PositionsRefused>;
}

/// A FIX session.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionStatus {
    /// Our CompID.
    pub sender_comp_id: String,
    /// The counterparty's CompID.
    pub target_comp_id: String,
    /// Is it logged on?
    pub logged_on: bool,
    /// The peer's address; empty while disconnected.
    pub peer: String,
    /// Next MsgSeqNum(34) that we expect.
    pub next_in: u64,
    /// Next MsgSeqNum(34) that we send.
    pub next_out: u64,
    /// Bytes that wait to be sent.
    pub waiting_bytes: u64,
}

/// Counters and gauges of one part, read off atomics.
pub trait Samples: Send + Sync {
    /// Appends what there is now.
    fn read(&self, into: &mut Vec<Sample>);
}

/// One number of one part.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// Prometheus name without the `millrace_` in front: lower case, digits and underscores; the unit at the end.
    pub name: &'static str,
    /// What it counts, one sentence.
    pub help: &'static str,
    /// Only up, or up and down.
    pub kind: Kind,
    /// One label, if several of a kind are told apart.
    pub label: Option<(&'static str, String)>,
    /// The number. For display: sums of money never come here.
    pub value: f64,
}

/// How a number moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only up.
    Counter,
    /// Up and down.
    Gauge,
}

/// One thing that must be true before orders are welcome.
pub trait Readiness: Send + Sync {
    /// Now.
    fn check(&self) -> Check;
}

/// The answer of one readiness check.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// Is it true?
    pub ok: bool,
    /// Why, in words; what to do where it is not.
    pub why: String,
}

/// SQL over the analytics. Reads only; the desk itself sees to that.
pub trait SqlDesk: Send + Sync {
    /// Runs one statement on the calling thread, for at most `time_max`, and returns at most `rows_max` rows.
    ///
    /// # Errors
    /// [`SqlRefusal`].
    fn query(&self, sql: &str, rows_max: usize, time_max: Duration) -> Result<SqlAnswer, SqlRefusal>;
}

/// Rows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SqlAnswer {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`. Decimals and integers beyond 53 bits as text.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Were there more rows?
    pub truncated: bool,
}

/// Why a statement gave no rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SqlRefusal {
    /// The statement is wrong, or not allowed: the asker's to mend.
    Statement(String),
    /// It took longer than allowed.
    TimedOut,
    /// The analytics cannot answer now.
    Unavailable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_from_an_older_daemon_reads_with_defaults() {
        let status: StoreStatus = serde_json::from_str("{\"rows\": 7}").unwrap();
        assert_eq!(status, StoreStatus { rows: 7, ..StoreStatus::default() });
    }
}

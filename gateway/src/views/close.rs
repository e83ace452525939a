//! The close, for people: which day is closed, whether the daemon may trade since it started, and what brokers differ in.

use std::collections::BTreeMap;

use model::{
    AccountId, ArmOutcome, BreaksReported, CloseDay, DayClosed, EngineTime, Event, Seq, StartChecked, StartOutcome,
};
use serde::{Deserialize, Serialize};

use super::Views;
use super::days::date;

/// See the module. Bounded by the accounts.
#[derive(Debug, Default)]
pub struct Close {
    begun: Option<CloseDay>,
    last: Option<(Seq, EngineTime, CloseDay, DayClosed)>,
    start: Option<(Seq, StartChecked)>,
    armed: Option<String>,
    breaks: BTreeMap<AccountId, (EngineTime, BreaksReported)>,
}

/// What `/close` says.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CloseStatus {
    /// May the daemon trade, as far as the close goes?
    pub armed: bool,
    /// Why not, and what to do; or who armed it.
    pub why: String,
    /// The day that is being closed; empty for none.
    pub closing: String,
    /// The last day that was closed; empty for none.
    pub trading_day: String,
    /// The frame that closed it.
    pub seq: u64,
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// Who closed it.
    pub actor: String,
    /// 128 bits over cash, positions, money and marks, in hexadecimal.
    pub digest: String,
    /// Positions that were not flat.
    pub positions: u32,
    /// Those of them that had no fresh price.
    pub unmarked: u32,
    /// What brokers differ in, as it was reported last.
    pub breaks: Vec<BreaksStatus>,
}

/// What the broker of one account differs in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BreaksStatus {
    /// Account(1).
    pub account: String,
    /// Positions that differ.
    pub positions: u32,
    /// Orders that differ.
    pub orders: u32,
    /// Fills that differ.
    pub executions: u32,
    /// 1: the cash differs.
    pub cash: u32,
    /// Above the tolerance.
    pub above: u32,
    /// Since when the oldest is known, nanoseconds since 1970; zero for none.
    pub first_seen_ns: i64,
    /// When it was reported, likewise.
    pub reported_ns: i64,
    /// Who reported it.
    pub actor: String,
    /// The statement.
    pub reason: String,
}

impl Close {
    pub(super) fn follow(&mut self, seq: Seq, time: EngineTime, event: &Event) {
        match event {
            Event::CloseBegun(e) => self.begun = Some(e.close),
            Event::DayClosed(e) => {
                let close = self.begun.take();
                self.last = close.map(|close| (seq, time, close, *e));
            }
            Event::StartChecked(e) => {
                self.start = Some((seq, *e));
                self.armed = None;
            }
            Event::Armed(e) if e.outcome == ArmOutcome::Armed => {
                self.armed = Some(format!("armed by {}: {}", e.arm.actor, e.arm.reason));
            }
            Event::BreaksReported(e) => {
                self.breaks.insert(e.account, (time, *e));
            }
            _ => {}
        }
    }

    /// Why a daemon that started may not trade.
    pub fn refusal(&self) -> Option<StartOutcome> {
        let (_, start) = self.start.as_ref()?;
        (start.outcome != StartOutcome::Open && self.armed.is_none()).then_some(start.outcome)
    }
}

impl Views {
    /// For `/close`.
    pub fn close_status(&self) -> CloseStatus {
        let close = &self.close;
        let refusal = close.refusal();
        let mut status = CloseStatus {
            armed: refusal.is_none(),
            why: refusal.map_or_else(|| close.armed.clone().unwrap_or_default(), |why| why.words().to_owned()),
            closing: close.begun.map_or_else(String::new, |begun| date(begun.trading_day)),
            breaks: close.breaks.values().map(|(time, reported)| breaks_status(*time, reported)).collect(),
            ..CloseStatus::default()
        };
        if let Some((seq, time, begun, closed)) = &close.last {
            status.trading_day = date(closed.trading_day);
            (status.seq, status.time_ns) = (seq.0, time.0);
            status.actor = begun.actor.to_string();
            status.digest = format!("{:016x}{:016x}", closed.digest[1], closed.digest[0]);
            (status.positions, status.unmarked) = (closed.positions, closed.unmarked);
        }
        status
    }
}

fn breaks_status(time: EngineTime, reported: &BreaksReported) -> BreaksStatus {
    let report = &reported.report;
    BreaksStatus {
        account: report.account.to_string(),
        positions: report.positions,
        orders: report.orders,
        executions: report.executions,
        cash: report.cash,
        above: report.above,
        first_seen_ns: report.first_seen.0,
        reported_ns: time.0,
        actor: report.actor.to_string(),
        reason: report.reason.to_string(),
    }
}

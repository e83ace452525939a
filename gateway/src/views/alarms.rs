//! Control 46, alerts in time: what somebody should hear of at once although it refused nothing - alarms of the engine, suspected wash
//! trades, scopes that a limit stopped - with how long after its frame each was told.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::{
    Alarm, Alarmed, EngineTime, Event, Figure, GroupName, KillScope, ScopeStateSet, Seq, WashSuspected, refusal::Unit,
};
use serde::{Deserialize, Serialize};

use super::Views;
use super::figures::decimal;

/// Alarms that are kept; older ones are in the journal.
pub const ALARMS_KEPT: usize = 256;

/// How long `/health` tells of an alarm.
const FRESH: Duration = Duration::from_secs(15 * 60);

/// The word of a suspected wash trade.
const WASH: &str = "wash";
/// The word of a scope that a limit stopped.
const STOPPED: &str = "stopped";

/// See the module. Bounded by [`ALARMS_KEPT`], and by the traders and strategies whose names it knows.
#[derive(Debug, Default)]
pub struct Alarms {
    last: VecDeque<Rung>,
    counts: BTreeMap<&'static str, u64>,
    /// Of those that were told, since the start.
    slowest_ns: i64,
    names: BTreeMap<(KillScope, u32), GroupName>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Rung {
    seq: Seq,
    time: EngineTime,
    cause: Cause,
    /// Nanoseconds from its frame until it was told; `None` before that, and of what an earlier run told.
    told_after: Option<i64>,
    is_told: bool,
}

/// What it is about.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Alarmed(Alarmed),
    Wash(WashSuspected),
    Stopped(ScopeStateSet),
}

/// An alarm.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AlarmStatus {
    /// The frame.
    pub seq: u64,
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// "order_to_trade", "stale_mark", "clock_jump", "wash" or "stopped".
    pub alarm: String,
    /// "firm", "venue", "session", "account", "trader", "strategy" or "instrument".
    pub scope: String,
    /// Its name; empty for the firm.
    pub name: String,
    /// Symbol(55); empty where it is about none.
    pub symbol: String,
    /// What was seen, and what was expected.
    pub what: String,
    /// Nanoseconds from its frame until it was told; absent of what an earlier run told.
    pub told_after_ns: Option<i64>,
}

impl Alarms {
    /// Takes in an event of the frame `seq`.
    pub(super) fn follow(&mut self, seq: Seq, time: EngineTime, event: &Event) {
        let cause = match event {
            Event::AttributionDefined(e) => {
                self.names.insert((KillScope::Trader, e.trader), e.definition.trader);
                self.names.insert((KillScope::Strategy, e.strategy), e.definition.strategy);
                return;
            }
            Event::Alarmed(e) => Cause::Alarmed(*e),
            Event::WashSuspected(e) => Cause::Wash(*e),
            Event::ScopeStateSet(e) if e.limit().is_some() => Cause::Stopped(*e),
            _ => return,
        };
        if self.last.len() == ALARMS_KEPT {
            self.last.pop_front();
        }
        *self.counts.entry(cause.word()).or_default() += 1;
        self.last.push_back(Rung { seq, time, cause, told_after: None, is_told: false });
    }

    /// Every kind, with how often it rang since the journal began.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let words = Alarm::ALL.iter().map(|alarm| alarm.word()).chain([WASH, STOPPED]);
        words.map(|word| (word, self.counts.get(word).copied().unwrap_or(0)))
    }

    /// Longest time from an alarm's frame until it was told, since the start, in nanoseconds.
    pub fn slowest_ns(&self) -> i64 {
        self.slowest_ns
    }
}

impl Cause {
    fn word(&self) -> &'static str {
        match self {
            Cause::Alarmed(e) => e.alarm.word(),
            Cause::Wash(_) => WASH,
            Cause::Stopped(_) => STOPPED,
        }
    }
}

impl Views {
    /// The last alarms, the newest first.
    pub fn alarms_status(&self) -> Vec<AlarmStatus> {
        self.alarms.last.iter().rev().map(|rung| self.alarm_status(rung)).collect()
    }

    /// For `/health`: each kind that rang lately, how often, and the last of it.
    pub fn fresh_alarms(&self) -> Vec<String> {
        let fresh_ns = i64::try_from(FRESH.as_nanos()).unwrap_or(i64::MAX);
        let is_fresh = |rung: &&Rung| self.last_time.0.saturating_sub(rung.time.0) < fresh_ns;
        let mut kinds: BTreeMap<&'static str, (u64, &Rung)> = BTreeMap::new();
        for rung in self.alarms.last.iter().filter(is_fresh) {
            let (count, last) = kinds.entry(rung.cause.word()).or_insert((0, rung));
            (*count, *last) = (*count + 1, rung);
        }
        let told = kinds.into_iter().map(|(word, (count, last))| {
            let what = self.alarm_status(last).what;
            format!(
                "{word}, {count} in the last 15 minutes, the last in frame {}: {what}; `millrace alarms` lists them",
                last.seq
            )
        });
        told.collect()
    }

    /// Tells of those that nobody was told of, at `now`. What rang up to the frame `before` an earlier run
    /// has told.
    pub fn tell_alarms(&mut self, before: Seq, now: EngineTime, mut tell: impl FnMut(&AlarmStatus)) {
        for at in (0..self.alarms.last.len()).rev() {
            let rung = &mut self.alarms.last[at];
            if rung.is_told {
                break;
            }
            rung.is_told = true;
            if rung.seq <= before {
                continue;
            }
            let after = now.0.saturating_sub(rung.time.0).max(0);
            rung.told_after = Some(after);
            self.alarms.slowest_ns = self.alarms.slowest_ns.max(after);
            tell(&self.alarm_status(&self.alarms.last[at]));
        }
    }

    fn alarm_status(&self, rung: &Rung) -> AlarmStatus {
        let Rung { seq, time, cause, told_after, .. } = rung;
        let base = AlarmStatus {
            seq: seq.0,
            time_ns: time.0,
            alarm: cause.word().to_owned(),
            told_after_ns: *told_after,
            ..AlarmStatus::default()
        };
        match cause {
            Cause::Alarmed(e) => AlarmStatus {
                scope: e.scope.word().to_owned(),
                name: self.scope_name(e.scope, e.index),
                symbol: self.symbol(e.instrument),
                what: said(e),
                ..base
            },
            Cause::Wash(e) => AlarmStatus {
                scope: KillScope::Trader.word().to_owned(),
                name: self.scope_name(KillScope::Trader, e.trader),
                symbol: self.symbol(e.instrument),
                what: format!(
                    "order {} of account {} could trade with order {} of account {} at {}",
                    e.order_id,
                    self.scope_name(KillScope::Account, e.account.0),
                    e.other,
                    self.scope_name(KillScope::Account, e.other_account.0),
                    decimal(e.other_px.units())
                ),
                ..base
            },
            Cause::Stopped(e) => AlarmStatus {
                scope: e.set.scope.word().to_owned(),
                name: e.set.name.to_string(),
                what: format!("{} by {}: {}", e.set.state.word(), e.set.actor, e.set.reason),
                ..base
            },
        }
    }

    /// The name that a scope has, by its index among its kind; empty where it has none, or none that the views know.
    fn scope_name(&self, scope: KillScope, index: u32) -> String {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match scope {
            KillScope::Firm | KillScope::Venue => None,
            KillScope::Session => self.sessions.get(at).map(|view| view.definition.target_comp_id.to_string()),
            KillScope::Account => self.accounts.get(at).map(|view| view.definition.account.to_string()),
            KillScope::Instrument => self.instruments.get(at).map(|view| view.definition.symbol.to_string()),
            KillScope::Trader | KillScope::Strategy => self.alarms.names.get(&(scope, index)).map(GroupName::to_string),
        }
        .unwrap_or_default()
    }
}

/// What was seen, and what was expected at most.
fn said(e: &Alarmed) -> String {
    let figure = |number, unit| Figure { number, unit };
    match e.alarm {
        Alarm::OrderToTrade => format!(
            "{} messages for each fill of the day, and {} are allowed",
            figure(e.observed, Unit::Ratio),
            figure(e.limit, Unit::Ratio)
        ),
        Alarm::StaleMark => format!(
            "positions are marked at prices that are {} old, {} at most",
            figure(e.observed, Unit::Nanos),
            figure(e.limit, Unit::Nanos)
        ),
        Alarm::ClockJump => format!(
            "the clock or the machine jumped by {}, {} at most",
            figure(e.observed.saturating_abs(), Unit::Nanos),
            figure(e.limit, Unit::Nanos)
        ),
    }
}

#[cfg(test)]
#[path = "alarms_tests.rs"]
mod tests;

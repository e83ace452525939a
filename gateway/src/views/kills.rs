//! Kill switches, for people: which scopes are stopped and by whom, and how far each killed one is on its way to no live order.

use std::collections::{BTreeMap, VecDeque};

use model::{
    EngineTime, Event, KillProgressed, KillScope, ScopeOutcome, ScopeState, ScopeStateSet, Seq, SetScopeState,
};
use serde::{Deserialize, Serialize};

/// Released scopes that are kept; older ones are in the journal.
const KEPT: usize = 64;

/// See the module. Bounded by the scopes that are stopped and by what is kept of the others.
#[derive(Debug, Default)]
pub struct Kills {
    stopped: BTreeMap<(KillScope, u32), Stopped>,
    released: VecDeque<Stopped>,
}

/// A scope that is not active, or was not.
#[derive(Clone, Copy, Debug)]
struct Stopped {
    seq: Seq,
    time: EngineTime,
    set: SetScopeState,
    /// Live orders then.
    live: u32,
    progress: Option<KillProgressed>,
    /// Nanoseconds until no order of it was alive.
    zero_ns: Option<i64>,
    release: Option<(Seq, SetScopeState)>,
}

/// A scope that is stopped, or was.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KillStatus {
    /// The frame that stopped it.
    pub seq: u64,
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// "firm", "venue", "session", "account", "trader", "strategy" or "instrument".
    pub scope: String,
    /// Its name; empty for the firm.
    pub name: String,
    /// "killed", "halted" or "reducing"; of one that was released, what it was.
    pub state: String,
    /// Who stopped it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Live orders when it was stopped.
    pub live_at_start: u32,
    /// Live orders, as of the last word on it.
    pub live: u32,
    /// Orders that came to life since then.
    pub came: u32,
    /// Orders canceled since then.
    pub canceled: u32,
    /// Orders filled since then.
    pub filled: u32,
    /// Orders that ended otherwise.
    pub ended: u32,
    /// Orders whose venue was asked for a cancel.
    pub asked: u32,
    /// Times that a venue was asked again.
    pub retries: u32,
    /// Live orders in doubt: nobody knows what became of them. `/orders/in-doubt` lists them.
    pub in_doubt: u32,
    /// Other live orders, at venues that cannot be reached.
    pub unreachable: u32,
    /// Live orders whose venue was asked often enough for somebody to call it.
    pub overdue: u32,
    /// Nanoseconds from the kill until no order was alive; absent while some are.
    pub zero_after_ns: Option<i64>,
    /// Who released it; absent while it is stopped.
    pub released: Option<Release>,
}

/// How a scope was released.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Release {
    /// The frame.
    pub seq: u64,
    /// What it is since then: "active", "reducing" or "halted".
    pub state: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl Kills {
    /// Takes in an event of the frame `seq`.
    pub(super) fn follow(&mut self, seq: Seq, time: EngineTime, event: &Event) {
        match event {
            Event::ScopeStateSet(e) if e.outcome == ScopeOutcome::Set => self.set(seq, time, e),
            Event::KillProgressed(e) => {
                if let Some(stopped) = self.stopped.get_mut(&(e.scope, e.index)).filter(|one| one.seq == e.kill) {
                    stopped.progress = Some(*e);
                    // One that comes to life later is another zero away.
                    stopped.zero_ns = (e.live == 0).then_some(stopped.zero_ns.unwrap_or(e.elapsed_ns));
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, seq: Seq, time: EngineTime, e: &ScopeStateSet) {
        let key = (e.set.scope, e.index);
        if let Some(before) = self.stopped.remove(&key) {
            keep(&mut self.released, Stopped { release: Some((seq, e.set)), ..before });
        }
        if e.set.state != ScopeState::Active {
            let stopped = Stopped { seq, time, set: e.set, live: e.live, progress: None, zero_ns: None, release: None };
            self.stopped.insert(key, stopped);
        }
    }

    /// Those that are stopped, then those that were, each in the order in which it was stopped.
    pub fn status(&self) -> Vec<KillStatus> {
        let mut stopped: Vec<&Stopped> = self.stopped.values().collect();
        stopped.sort_unstable_by_key(|stopped| stopped.seq);
        stopped.into_iter().chain(&self.released).map(status_of).collect()
    }

    /// The killed scopes, and how far each is.
    pub fn killed(&self) -> impl Iterator<Item = KillStatus> + '_ {
        self.stopped.values().filter(|stopped| stopped.set.state == ScopeState::Killed).map(status_of)
    }
}

fn status_of(stopped: &Stopped) -> KillStatus {
    let base = KillStatus {
        seq: stopped.seq.0,
        time_ns: stopped.time.0,
        scope: stopped.set.scope.word().to_owned(),
        name: stopped.set.name.to_string(),
        state: stopped.set.state.word().to_owned(),
        actor: stopped.set.actor.to_string(),
        reason: stopped.set.reason.to_string(),
        live_at_start: stopped.live,
        live: stopped.live,
        zero_after_ns: stopped.zero_ns,
        released: stopped.release.map(|(seq, set)| Release {
            seq: seq.0,
            state: set.state.word().to_owned(),
            actor: set.actor.to_string(),
            reason: set.reason.to_string(),
        }),
        ..KillStatus::default()
    };
    let Some(e) = stopped.progress else { return base };
    KillStatus {
        live: e.live,
        came: e.came,
        canceled: e.canceled,
        filled: e.filled,
        ended: e.ended,
        asked: e.asked,
        retries: e.retries,
        in_doubt: e.in_doubt,
        unreachable: e.unreachable,
        overdue: e.overdue,
        ..base
    }
}

fn keep<T>(kept: &mut VecDeque<T>, one: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(one);
}

#[cfg(test)]
mod tests {
    use model::Text;

    use super::*;

    fn set(state: ScopeState, actor: &str, outcome: ScopeOutcome) -> Event {
        let set = SetScopeState {
            scope: KillScope::Account,
            state,
            reserved: [0; 6],
            name: Text::literal("A1"),
            actor: Text::literal(actor),
            reason: Text::literal("drill"),
        };
        ScopeStateSet { set, index: 3, live: 7, outcome, before: ScopeState::Active, limit_number: 0, reserved: [0; 5] }
            .into()
    }

    fn progress(live: u32, elapsed_ns: i64) -> Event {
        KillProgressed {
            kill: Seq(5),
            elapsed_ns,
            live,
            live_at_start: 7,
            came: 0,
            canceled: 7 - live,
            filled: 0,
            ended: 0,
            asked: 7,
            retries: 0,
            in_doubt: 0,
            unreachable: 0,
            overdue: 0,
            cursor: 0,
            index: 3,
            scope: KillScope::Account,
            is_done: 1,
            reserved: [0; 2],
        }
        .into()
    }

    #[test]
    fn kill_is_followed_to_zero_and_to_its_release() {
        let mut kills = Kills::default();
        let mut tell = |seq, event: &Event| kills.follow(Seq(seq), EngineTime(9), event);
        tell(5, &set(ScopeState::Killed, "ann", ScopeOutcome::Set));
        tell(6, &progress(4, 100));
        tell(7, &set(ScopeState::Active, "ann", ScopeOutcome::SamePerson));
        tell(8, &progress(0, 300));
        tell(9, &progress(0, 400));
        let status = kills.status();
        assert_eq!((status[0].live, status[0].canceled, status[0].zero_after_ns), (0, 7, Some(300)));
        kills.follow(Seq(10), EngineTime(10), &set(ScopeState::Active, "bob", ScopeOutcome::Set));
        assert_eq!(kills.killed().count(), 0);
        let status = kills.status();
        let release = status[0].released.as_ref().expect("it was released");
        assert_eq!((status[0].actor.as_str(), release.actor.as_str(), release.seq), ("ann", "bob", 10));
    }
}

//! Control 4, restricted list, for people: what is on it, by whom and for how long, and who wants what taken off it.

use std::collections::BTreeMap;

use model::{EngineTime, Event, InstrumentId, LimitOutcome, RestrictInstrument, RestrictionChanged, Seq};
use serde::{Deserialize, Serialize};

use super::Views;

/// See the module. Bounded by what the engine keeps: what is over makes room for what is new.
#[derive(Debug, Default)]
pub struct Restricted(BTreeMap<Seq, Listed>);

/// One restriction, by the frame that set it.
#[derive(Clone, Copy, Debug)]
struct Listed {
    time: EngineTime,
    change: RestrictInstrument,
    instrument: InstrumentId,
    removal: Option<Removal>,
}

/// Who wants it taken off.
#[derive(Clone, Copy, Debug)]
struct Removal {
    proposal: Seq,
    expires: EngineTime,
    change: RestrictInstrument,
}

/// A restriction.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RestrictionStatus {
    /// The frame that set it: what to remove.
    pub restriction: u64,
    /// When, nanoseconds since 1970.
    pub set_ns: i64,
    /// Symbol(55).
    pub symbol: String,
    /// Account(1); empty for the whole firm.
    pub account: String,
    /// "trading" or "short_sales".
    pub forbids: String,
    /// "holds", "later" before its beginning, "over" after its end.
    pub state: String,
    /// From when, nanoseconds since 1970; 0 for from `set_ns` on.
    pub from_ns: i64,
    /// Until when; 0 for as long as nobody takes it off.
    pub until_ns: i64,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Who wants it taken off; absent where nobody does.
    pub removal: Option<RemovalStatus>,
}

/// A restriction that somebody wants taken off the list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RemovalStatus {
    /// The frame that proposed it: what to approve or decline.
    pub proposal: u64,
    /// When the proposal ends by itself, nanoseconds since 1970.
    pub expires_ns: i64,
    /// Who proposes it; another person decides.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl Restricted {
    /// Takes in an event of the frame at `time`.
    pub(super) fn follow(&mut self, time: EngineTime, event: &Event) {
        let Event::RestrictionChanged(e) = event else { return };
        match e.outcome {
            LimitOutcome::Set if e.change.removes.0 == 0 => self.put(time, e),
            LimitOutcome::Set => drop(self.0.remove(&e.restriction)),
            LimitOutcome::Proposed => {
                let removal = Removal { proposal: e.proposal, expires: e.expires, change: e.change };
                self.wants_off(e.restriction, Some(removal));
            }
            LimitOutcome::Declined | LimitOutcome::Expired => self.wants_off(e.restriction, None),
            _ => {}
        }
    }

    fn put(&mut self, time: EngineTime, e: &RestrictionChanged) {
        self.0.retain(|_, listed| !is_over(&listed.change, time));
        let listed = Listed { time, change: e.change, instrument: e.instrument, removal: None };
        self.0.insert(e.restriction, listed);
    }

    fn wants_off(&mut self, restriction: Seq, removal: Option<Removal>) {
        if let Some(listed) = self.0.get_mut(&restriction) {
            listed.removal = removal;
        }
    }

    /// Does this proposal to take something off wait for another person?
    pub fn waits(&self, proposal: Seq) -> bool {
        self.0.values().any(|listed| listed.removal.is_some_and(|removal| removal.proposal == proposal))
    }

    /// How many of them wait.
    pub fn waiting(&self) -> usize {
        self.0.values().filter(|listed| listed.removal.is_some()).count()
    }

    /// How many hold at `now`.
    pub fn holding(&self, now: EngineTime) -> usize {
        self.0.values().filter(|listed| state(&listed.change, now) == "holds").count()
    }
}

impl Views {
    /// The restricted list, the oldest first.
    pub fn restricted_status(&self) -> Vec<RestrictionStatus> {
        self.restricted.0.iter().map(|(seq, listed)| self.restriction_status(*seq, listed)).collect()
    }

    fn restriction_status(&self, seq: Seq, listed: &Listed) -> RestrictionStatus {
        let Listed { time, change, instrument, removal } = listed;
        RestrictionStatus {
            restriction: seq.0,
            set_ns: time.0,
            symbol: self.symbol(*instrument),
            account: change.account.to_string(),
            forbids: change.forbids.word().to_owned(),
            state: state(change, self.last_time).to_owned(),
            from_ns: change.from.0,
            until_ns: change.until.0,
            actor: change.actor.to_string(),
            reason: change.reason.to_string(),
            removal: removal.as_ref().map(|removal| RemovalStatus {
                proposal: removal.proposal.0,
                expires_ns: removal.expires.0,
                actor: removal.change.actor.to_string(),
                reason: removal.change.reason.to_string(),
            }),
        }
    }
}

fn is_over(change: &RestrictInstrument, now: EngineTime) -> bool {
    change.until.0 != 0 && change.until <= now
}

fn state(change: &RestrictInstrument, now: EngineTime) -> &'static str {
    if is_over(change, now) {
        "over"
    } else if now < change.from {
        "later"
    } else {
        "holds"
    }
}

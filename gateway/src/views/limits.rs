//! Limits of scopes, for people: what holds, by whom and since which frame, and what waits for another person.

use std::collections::BTreeMap;

use model::{
    ChangeLimit, DefineFirm, EngineTime, Event, KillScope, LimitChanged, LimitKind, LimitOutcome, OF_DEFINITION, Seq,
    Text,
};
use serde::{Deserialize, Serialize};

use crate::limit_words::{held_against, shown};

/// The actor of what nobody in particular had read.
const CONFIGURATION: &[u8] = b"configuration";

/// See the module. Bounded by the limits that are set and by what the engine lets wait.
#[derive(Debug, Default)]
pub struct LimitViews {
    firm: Option<DefineFirm>,
    set: BTreeMap<(KillScope, u32, LimitKind), Standing>,
    /// By the frame that proposed it; a definition may propose several.
    waiting: BTreeMap<(Seq, LimitKind), (EngineTime, LimitChanged)>,
}

/// A limit that holds.
#[derive(Clone, Copy, Debug)]
struct Standing {
    seq: Seq,
    time: EngineTime,
    change: ChangeLimit,
    approved_by: Text<24>,
}

/// A limit of a scope.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitStatus {
    /// "firm", "venue", "session", "account", "trader", "strategy" or "instrument".
    pub scope: String,
    /// Its name; empty for the firm.
    pub name: String,
    /// Which limit, in the configuration's word.
    pub limit: String,
    /// As the configuration writes it.
    pub value: String,
    /// The frame that set it: its version.
    pub version: u64,
    /// When, nanoseconds since 1970.
    pub since_ns: i64,
    /// Who asked for it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Who approved it; empty where nobody had to.
    pub approved_by: String,
    /// Did the configuration say so?
    pub configured: bool,
    /// What is held against it where nothing of it is ever used up: "each order", "a window", ...; empty for the others.
    pub held_against: String,
    /// What of it is used; absent where `held_against` says so, and where nobody can say: a price is missing, there are too many
    /// positions to look through, or the engine did not answer in time.
    pub used: Option<String>,
    /// What is left of it; absent where `used` is.
    pub head_room: Option<String>,
}

/// A looser limit that waits for another person.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProposalStatus {
    /// The frame that proposed it: what to approve or decline.
    pub proposal: u64,
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// When it ends by itself.
    pub expires_ns: i64,
    /// As [`LimitStatus::scope`].
    pub scope: String,
    /// As [`LimitStatus::name`].
    pub name: String,
    /// As [`LimitStatus::limit`].
    pub limit: String,
    /// What held then; absent where there was no limit.
    pub before: Option<String>,
    /// What is asked for; absent where the limit is to go.
    pub value: Option<String>,
    /// Who asks for it; another person decides.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Does the configuration ask for it?
    pub configured: bool,
}

impl LimitViews {
    /// Takes in an event of the frame `seq`.
    pub(super) fn follow(&mut self, seq: Seq, time: EngineTime, event: &Event) {
        match event {
            Event::FirmDefined(e) => self.firm = Some(e.definition),
            // What definitions propose is the proposal of who had the configuration read.
            Event::ConfigurationRead(e) => {
                let of_nobody = |change: &ChangeLimit| {
                    change.is_configured == OF_DEFINITION && change.actor.as_bytes() == CONFIGURATION
                };
                let waiting = self.waiting.values_mut().map(|(_, e)| &mut e.change);
                for change in waiting.filter(|change| of_nobody(change)) {
                    (change.actor, change.reason) = (e.actor, e.reason);
                }
            }
            Event::LimitChanged(e) => self.change(seq, time, e),
            _ => {}
        }
    }

    fn change(&mut self, seq: Seq, time: EngineTime, e: &LimitChanged) {
        match e.outcome {
            LimitOutcome::Set => {
                self.waiting.remove(&(e.proposal, e.change.kind));
                let key = (e.change.scope, e.index, e.change.kind);
                if e.change.is_configured == OF_DEFINITION {
                    // It holds in the definition of the account, session or instrument.
                } else if e.change.is_set == 1 {
                    let standing = Standing { seq, time, change: e.change, approved_by: e.settled_by };
                    self.set.insert(key, standing);
                } else {
                    self.set.remove(&key);
                }
            }
            LimitOutcome::Proposed => drop(self.waiting.insert((seq, e.change.kind), (time, *e))),
            LimitOutcome::Adopted => {
                if let Some((_, waits)) = self.waiting.get_mut(&(e.proposal, e.change.kind)) {
                    (waits.change.actor, waits.change.reason) = (e.settled_by, e.settled_because);
                }
            }
            LimitOutcome::Declined | LimitOutcome::Expired | LimitOutcome::Superseded => {
                self.waiting.remove(&(e.proposal, e.change.kind));
            }
            _ => {}
        }
    }

    /// What holds for the firm; `None` while nobody has said.
    pub fn firm(&self) -> Option<&DefineFirm> {
        self.firm.as_ref()
    }

    /// Which limits are set, in the order of [`LimitViews::status`].
    pub fn keys(&self) -> Vec<(KillScope, u32, LimitKind)> {
        self.set.keys().copied().collect()
    }

    /// Those that hold, the widest scopes first. `used` says what is used of each.
    pub fn status(&self, used: impl Fn(&(KillScope, u32, LimitKind)) -> Option<i128>) -> Vec<LimitStatus> {
        self.set.iter().map(|(key, standing)| status_of(standing, used(key))).collect()
    }

    /// Proposals that wait, the oldest first.
    pub fn proposals(&self) -> Vec<ProposalStatus> {
        self.waiting.iter().map(|((seq, _), (time, e))| proposal_of(*seq, *time, e)).collect()
    }

    /// How many proposals wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

fn status_of(standing: &Standing, used: Option<i128>) -> LimitStatus {
    let Standing { seq, time, change, approved_by } = standing;
    let value = |value| shown(change.kind, value);
    LimitStatus {
        scope: change.scope.word().to_owned(),
        name: change.name.to_string(),
        limit: change.kind.word().to_owned(),
        value: value(change.value),
        version: seq.0,
        since_ns: time.0,
        actor: change.actor.to_string(),
        reason: change.reason.to_string(),
        approved_by: approved_by.to_string(),
        configured: change.is_configured != 0,
        held_against: held_against(change.kind, change.scope).unwrap_or_default().to_owned(),
        used: used.map(value),
        head_room: used.and_then(|used| change.value.checked_sub(used)).map(value),
    }
}

fn proposal_of(seq: Seq, time: EngineTime, e: &LimitChanged) -> ProposalStatus {
    let change = &e.change;
    ProposalStatus {
        proposal: seq.0,
        time_ns: time.0,
        expires_ns: e.expires.0,
        scope: change.scope.word().to_owned(),
        name: change.name.to_string(),
        limit: change.kind.word().to_owned(),
        before: (e.was_set == 1).then(|| shown(change.kind, e.before)),
        value: (change.is_set == 1).then(|| shown(change.kind, change.value)),
        actor: change.actor.to_string(),
        reason: change.reason.to_string(),
        configured: change.is_configured != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(value: Option<i128>, outcome: LimitOutcome, proposal: u64, settled_by: &str) -> Event {
        let change = ChangeLimit::of(KillScope::Account, Text::literal("A1"), LimitKind::OpenOrders, value);
        LimitChanged {
            before: 5,
            change: ChangeLimit { actor: Text::literal("ann"), reason: Text::literal("busy day"), ..change },
            proposal: Seq(proposal),
            expires: EngineTime(99),
            index: 3,
            outcome,
            was_set: 1,
            reserved: [0; 2],
            settled_by: Text::literal(settled_by),
            settled_because: Text::EMPTY,
        }
        .into()
    }

    #[test]
    fn proposal_waits_until_another_person_settles_it() {
        let mut limits = LimitViews::default();
        let mut tell = |seq, event: &Event| limits.follow(Seq(seq), EngineTime(9), event);
        tell(4, &changed(Some(5), LimitOutcome::Set, 0, ""));
        tell(5, &changed(Some(8), LimitOutcome::Proposed, 5, ""));
        tell(6, &changed(Some(8), LimitOutcome::SamePerson, 5, "ann"));
        let waits = limits.proposals();
        assert_eq!(
            (waits[0].proposal, waits[0].before.as_deref(), waits[0].value.as_deref()),
            (5, Some("5"), Some("8"))
        );
        let status = limits.status(|_| Some(6));
        assert_eq!((status[0].value.as_str(), status[0].version), ("5", 4));
        assert_eq!((status[0].used.as_deref(), status[0].head_room.as_deref()), (Some("6"), Some("-1")));
        limits.follow(Seq(7), EngineTime(9), &changed(Some(8), LimitOutcome::Set, 5, "bob"));
        let status = limits.status(|_| None);
        assert_eq!((status[0].value.as_str(), status[0].version, status[0].approved_by.as_str()), ("8", 7, "bob"));
        assert_eq!(limits.waiting(), 0);
    }

    #[test]
    fn later_change_takes_the_place_of_a_proposal() {
        let mut limits = LimitViews::default();
        let mut tell = |seq, event: &Event| limits.follow(Seq(seq), EngineTime(9), event);
        tell(4, &changed(Some(5), LimitOutcome::Set, 0, ""));
        tell(5, &changed(None, LimitOutcome::Proposed, 5, ""));
        tell(6, &changed(None, LimitOutcome::Superseded, 5, "bob"));
        tell(6, &changed(Some(3), LimitOutcome::Set, 0, ""));
        assert_eq!(limits.waiting(), 0);
        limits.follow(Seq(7), EngineTime(9), &changed(None, LimitOutcome::Set, 0, ""));
        assert!(limits.status(|_| None).is_empty() && limits.keys().is_empty());
    }
}

//! Control 44, override of one order, for people: who asks for what, who approved it, and which order used it.

use std::collections::{BTreeMap, VecDeque};

use model::{EngineTime, Event, OverrideChanged, OverrideOutcome, Seq, Text};
use serde::{Deserialize, Serialize};

use super::Views;
use super::figures::decimal;

/// Overrides that are over and kept; older ones are in the journal.
const KEPT: usize = 64;

/// See the module. Bounded by what the engine lets wait, and by what is kept of the others.
#[derive(Debug, Default)]
pub struct Overrides {
    open: BTreeMap<Seq, Asked>,
    over: VecDeque<Asked>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Asked {
    time: EngineTime,
    /// Its last event.
    last: OverrideChanged,
    /// The frame of that.
    seq: Seq,
    /// Who approved or declined it, and why.
    settled: Option<(Text<24>, Text<64>)>,
}

/// An override.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OverrideStatus {
    /// The frame that asked for it: what to approve or decline.
    pub asked_at: u64,
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// "waits", "approved", "used", "declined" or "expired".
    pub state: String,
    /// The counterparty's CompID of the session whose order may pass.
    pub session: String,
    /// Account(1).
    pub account: String,
    /// Symbol(55).
    pub symbol: String,
    /// "buy" or "sell".
    pub side: String,
    /// Largest OrderQty(38).
    pub order_qty: String,
    /// Worst Price(44); absent for any, market orders too.
    pub price: Option<String>,
    /// Until when, nanoseconds since 1970.
    pub expires_ns: i64,
    /// Who asked for it; another person decides.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Who approved or declined it; empty while nobody did.
    pub settled_by: String,
    /// Why.
    pub settled_because: String,
    /// The order that used it; absent while none did.
    pub used: Option<Used>,
}

/// How an override was used.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// The frame.
    pub seq: u64,
    /// OrderID(37).
    pub order_id: u64,
    /// The check that would have refused it.
    pub check: String,
}

impl Overrides {
    /// Takes in an event of the frame `seq`.
    pub(super) fn follow(&mut self, seq: Seq, time: EngineTime, event: &Event) {
        let Event::OverrideChanged(e) = event else { return };
        match e.outcome {
            OverrideOutcome::Proposed => {
                self.open.insert(e.asked_at, Asked { time, last: *e, seq, settled: None });
            }
            OverrideOutcome::Approved => {
                if let Some(asked) = self.open.get_mut(&e.asked_at) {
                    (asked.last, asked.seq, asked.settled) = (*e, seq, settled(e));
                }
            }
            OverrideOutcome::Used | OverrideOutcome::Declined | OverrideOutcome::Expired => self.end(seq, e),
            OverrideOutcome::SamePerson
            | OverrideOutcome::NoActor
            | OverrideOutcome::NoReason
            | OverrideOutcome::NoRoom
            | OverrideOutcome::UnknownName
            | OverrideOutcome::OutOfRange
            | OverrideOutcome::Unchanged => {}
        }
    }

    fn end(&mut self, seq: Seq, e: &OverrideChanged) {
        let Some(asked) = self.open.remove(&e.asked_at) else { return };
        if self.over.len() == KEPT {
            self.over.pop_front();
        }
        self.over.push_back(Asked { last: *e, seq, settled: settled(e).or(asked.settled), ..asked });
    }

    /// Is it there, and neither used nor over?
    pub fn is_open(&self, asked_at: Seq) -> bool {
        self.open.contains_key(&asked_at)
    }

    /// How many wait for another person.
    pub fn waiting(&self) -> usize {
        self.open.values().filter(|asked| asked.last.outcome == OverrideOutcome::Proposed).count()
    }

    /// How many are approved and not used yet.
    pub fn approved(&self) -> usize {
        self.open.len() - self.waiting()
    }
}

impl Views {
    /// Those that wait or were not used yet, then those that are over, each the oldest first.
    pub fn overrides_status(&self) -> Vec<OverrideStatus> {
        self.overrides.open.values().chain(&self.overrides.over).map(|asked| self.override_status(asked)).collect()
    }

    fn override_status(&self, asked: &Asked) -> OverrideStatus {
        let Asked { time, last, seq, settled } = asked;
        let grant = &last.grant;
        let (settled_by, settled_because) = settled.unwrap_or((Text::EMPTY, Text::EMPTY));
        let is_used = last.outcome == OverrideOutcome::Used;
        OverrideStatus {
            asked_at: last.asked_at.0,
            time_ns: time.0,
            state: state(last.outcome).to_owned(),
            session: grant.session.to_string(),
            account: grant.account.to_string(),
            symbol: self.symbol(last.instrument),
            side: format!("{:?}", grant.side).to_lowercase(),
            order_qty: decimal(grant.order_qty.units()).to_string(),
            price: (!grant.price.is_zero()).then(|| decimal(grant.price.units()).to_string()),
            expires_ns: grant.expires.0,
            actor: grant.actor.to_string(),
            reason: grant.reason.to_string(),
            settled_by: settled_by.to_string(),
            settled_because: settled_because.to_string(),
            used: is_used.then(|| Used { seq: seq.0, order_id: last.order_id.0, check: last.check.code().to_owned() }),
        }
    }
}

fn settled(e: &OverrideChanged) -> Option<(Text<24>, Text<64>)> {
    (!e.settled_by.is_empty()).then_some((e.settled_by, e.settled_because))
}

fn state(outcome: OverrideOutcome) -> &'static str {
    match outcome {
        OverrideOutcome::Approved => "approved",
        OverrideOutcome::Used => "used",
        OverrideOutcome::Declined => "declined",
        OverrideOutcome::Expired => "expired",
        _ => "waits",
    }
}

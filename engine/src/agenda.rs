//! Work that was too much for one command, and goes on a step at a time: mass cancels, lost sessions, the ends of trading
//! days, stops that a price has reached, orders of one ClOrdLinkID(583), answers about many orders.
//!
//! What concerns many orders is written down here or with what changed (a session, a calendar, an instrument), and then all
//! working orders are reviewed, from the last to the first, until nothing is due to any of them. A change in the middle of a
//! review begins it anew, so at its end all has been applied that was written down before. Everything is folded from events:
//! a restart goes on where the work stood.

use std::collections::VecDeque;

use model::{
    AccountId, ClOrdId, DividendBegun, EngineTime, InstrumentId, OrderId, PositionsSplit, Seq, SessionId,
    SettlementBegun, Side, Work,
};

use crate::orders::Working;

/// Mass cancels that wait for the end of a review; more are refused.
pub(crate) const MASS_CANCELS_MAX: usize = 64;
/// Splits, dividends and settlements that wait for each other; more are refused.
pub(crate) const ACTIONS_MAX: usize = 16;
/// Mass status requests at a time; more are refused.
pub(crate) const MASS_STATUS_MAX: usize = 64;

/// Which of its session's orders a request is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Filter {
    pub(crate) session: SessionId,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) account: Option<AccountId>,
    pub(crate) side: Option<Side>,
    /// Orders that came later are not meant.
    pub(crate) before: Seq,
}

impl Filter {
    /// As far as can be said without looking at the order.
    pub(crate) fn may_match(&self, working: &Working) -> bool {
        self.session == working.session
            && self.instrument.is_none_or(|instrument| instrument == working.instrument)
            && self.account.is_none_or(|account| account == working.account)
    }

    pub(crate) fn matches(&self, view: &model::OrderView) -> bool {
        view.order_id.0 < self.before.0 && self.side.is_none_or(|side| side == view.side)
    }
}

/// An OrderMassStatusRequest(AF) that is being answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MassStatus {
    pub(crate) filter: Filter,
    pub(crate) mass_status_req_id: ClOrdId,
    pub(crate) tot_num_reports: u32,
    /// Working orders that are still to be looked at.
    pub(crate) cursor: usize,
    /// The order that is told of next, 0 for none: the last one says that it is the last.
    pub(crate) held_back: OrderId,
}

/// One of a split, a dividend and a settlement, whose holders are gone through.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Action {
    pub(crate) split: Option<PositionsSplit>,
    pub(crate) dividend: Option<DividendBegun>,
    pub(crate) settlement: Option<SettlementBegun>,
    /// The next holding that is looked at; after the last one, the next strategy book.
    pub(crate) cursor: usize,
    /// Holdings that there were when it began.
    pub(crate) until: usize,
    /// Strategy books that there were then.
    pub(crate) strategy_books: usize,
}

impl Action {
    pub(crate) fn instrument(&self) -> InstrumentId {
        let split = self.split.map(|e| e.instrument);
        let others = self.dividend.map(|e| e.instrument).or(self.settlement.map(|e| e.instrument));
        split.or(others).unwrap_or(InstrumentId::NONE)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Agenda {
    pub(crate) actions: VecDeque<Action>,
    /// Instruments whose stops are to be looked at, each once.
    pub(crate) triggers: VecDeque<u32>,
    /// The last stop of the first of them that was looked at and left where it is, while others wait to be looked at.
    pub(crate) last_stop: Option<OrderId>,
    /// Instruments of whose positions more are to be marked, each once.
    pub(crate) marks: VecDeque<InstrumentId>,
    /// Instruments of whose positions more are to be valued, each once.
    pub(crate) values: VecDeque<InstrumentId>,
    /// Nothing was valued before, so nothing is known until none of them waits any more.
    pub(crate) values_anew: bool,
    /// Groups that are to be looked at, each once.
    pub(crate) groups: VecDeque<u32>,
    /// How many working orders are still to be reviewed; none where nothing is under review.
    pub(crate) review: Option<usize>,
    /// The frame in which it was begun last.
    pub(crate) begun: Seq,
    /// Something was due to an order: more may be due to it now, so all are gone through once more.
    pub(crate) acted: bool,
    pub(crate) mass_cancels: Vec<Filter>,
    /// Sessions whose loss is being worked on, each once.
    pub(crate) lost: Vec<SessionId>,
    /// Instruments of whose split this is the review, each once.
    pub(crate) split: Vec<InstrumentId>,
    /// A calendar's phase changed, an instrument was halted or released: the review looks at every order.
    pub(crate) days_changed: bool,
    pub(crate) halts_changed: bool,
    pub(crate) status: VecDeque<MassStatus>,
    /// No ExpireTime(126) of a working order that Millrace watches is earlier.
    pub(crate) next_expiry: EngineTime,
    /// The earliest that the review has seen so far.
    pub(crate) expiry_seen: EngineTime,
}

/// Never.
pub(crate) const NEVER: EngineTime = EngineTime(i64::MAX);

impl Agenda {
    pub(crate) fn new() -> Agenda {
        Agenda {
            actions: VecDeque::with_capacity(ACTIONS_MAX),
            triggers: VecDeque::new(),
            last_stop: None,
            marks: VecDeque::new(),
            values: VecDeque::new(),
            values_anew: false,
            groups: VecDeque::new(),
            review: None,
            begun: Seq(0),
            acted: false,
            mass_cancels: Vec::with_capacity(MASS_CANCELS_MAX),
            lost: Vec::new(),
            split: Vec::new(),
            days_changed: false,
            halts_changed: false,
            status: VecDeque::with_capacity(MASS_STATUS_MAX),
            next_expiry: NEVER,
            expiry_seen: NEVER,
        }
    }

    /// What the next step is about.
    pub(crate) fn next(&self) -> Option<Work> {
        if !self.actions.is_empty() {
            Some(Work::Positions)
        } else if !self.triggers.is_empty() {
            Some(Work::Triggers)
        } else if !self.marks.is_empty() {
            Some(Work::Marks)
        } else if !self.groups.is_empty() {
            Some(Work::Contingency)
        } else if self.review.is_some() {
            Some(Work::Review)
        } else if !self.values.is_empty() {
            Some(Work::Values)
        } else if !self.status.is_empty() {
            Some(Work::MassStatus)
        } else {
            None
        }
    }

    /// Begins the review, or begins it anew.
    pub(crate) fn review(&mut self, at: Seq, working: usize) {
        self.review = Some(working);
        self.begun = at;
        self.expiry_seen = NEVER;
    }

    /// A good-till-date order came.
    pub(crate) fn watch(&mut self, expire_time: EngineTime) {
        self.next_expiry = self.next_expiry.min(expire_time);
        self.expiry_seen = self.expiry_seen.min(expire_time);
    }
}

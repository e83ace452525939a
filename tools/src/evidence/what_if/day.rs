//! One day decided again: the recorded state beside the tried one, frame by frame.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Stamp, State, decide};
use journal::Frame;
use model::{
    AccountName, CancelOrder, ClOrdId, Command, EngineTime, Event, Events, OrderId, Px, Qty, Refusal, ReplaceOrder,
    ReportKind, Seq, SessionId, Side, Step, Symbol, VenueId, VenueReport,
};

use super::exposure::{Exposures, Key, Peaks, RECORDED, TRIED};
use super::limits::Limits;
use super::scopes::defines;

/// Steps of work that the tried state needs beyond the recorded ones, in one frame.
const STEPS_MAX: usize = 1 << 16;

/// What a decided request was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// NewOrderSingle(D).
    NewOrder,
    /// OrderCancelReplaceRequest(G).
    Replace,
    /// An order by telephone.
    Telephone,
}

/// A request that is answered otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decided {
    /// Its frame.
    pub seq: Seq,
    /// Its time.
    pub time: EngineTime,
    /// What it asks for.
    pub request: Request,
    /// Who asks.
    pub session: SessionId,
    /// Account(1) as sent; empty means the session's own.
    pub account: AccountName,
    /// Symbol(55); empty in a replace.
    pub symbol: Symbol,
    /// ClOrdID(11).
    pub cl_ord_id: ClOrdId,
    /// Side(54).
    pub side: Side,
    /// OrderQty(38).
    pub order_qty: Qty,
    /// Price(44); zero where absent.
    pub price: Px,
    /// Why it was refused, if it was.
    pub recorded: Option<Refusal>,
    /// Why it is refused under the tried limits, if it is.
    pub tried: Option<Refusal>,
}

/// What came of a day.
#[derive(Clone, Debug)]
pub struct DayOutcome {
    /// Its first frame.
    pub first: Seq,
    /// Its last frame.
    pub last: Seq,
    /// The time of its first frame.
    pub began: EngineTime,
    /// Frames that were decided again.
    pub frames: u64,
    /// New orders and replaces among them.
    pub requests: u64,
    /// Requests that are answered otherwise: newly refused, let through, or refused by another check.
    pub decided: Vec<Decided>,
    /// Reports of venues on orders that are newly refused: passed over.
    pub void_reports: u64,
    /// Reports of venues that do other than recorded, because their order stands otherwise.
    pub changed_reports: u64,
    /// Other requests of clients that are answered otherwise: cancels and questions about an order that is not there, or is.
    pub changed_answers: u64,
    /// Cancels of orders that no venue ever had.
    pub granted_cancels: u64,
    /// Worst cases of each span, by the time at which it begins.
    pub exposure: Vec<(EngineTime, Key, Peaks)>,
    /// Both states are the same at the end, limits included.
    pub is_same: bool,
}

/// A day on its way.
pub(super) struct Day<'a> {
    recorded: State,
    tried: State,
    limits: &'a Limits,
    events: Events,
    /// Accepted in the record, refused now.
    refused: BTreeSet<OrderId>,
    /// Refused in the record, working now.
    let_through: BTreeSet<OrderId>,
    /// Replaces that are newly refused, and the names that their orders keep.
    kept_names: BTreeMap<(SessionId, ClOrdId), ClOrdId>,
    exposures: Exposures,
    outcome: DayOutcome,
}

impl<'a> Day<'a> {
    /// `state` is the recorded one before frame `first`; exposure is told for each span of `every` nanoseconds.
    pub(super) fn new(state: State, limits: &'a Limits, first: Seq, every: i64) -> Day<'a> {
        let mut tried = state.clone();
        limits.put_into(&mut tried);
        let outcome = DayOutcome {
            first,
            last: first,
            began: EngineTime(0),
            frames: 0,
            requests: 0,
            decided: Vec::new(),
            void_reports: 0,
            changed_reports: 0,
            changed_answers: 0,
            granted_cancels: 0,
            exposure: Vec::new(),
            is_same: false,
        };
        Day {
            recorded: state,
            tried,
            limits,
            events: Events::default(),
            refused: BTreeSet::new(),
            let_through: BTreeSet::new(),
            kept_names: BTreeMap::new(),
            exposures: Exposures::new(every),
            outcome,
        }
    }

    /// The next frame of the record.
    pub(super) fn frame(&mut self, frame: &Frame<'_>) {
        let stamp = Stamp { seq: frame.seq, time: frame.time };
        if self.outcome.frames == 0 {
            self.outcome.began = frame.time;
        }
        self.outcome.last = frame.seq;
        self.outcome.frames += 1;
        self.exposures.tick(frame.time, &self.recorded, &self.tried);
        self.recorded.begin(stamp);
        frame.as_slice().iter().for_each(|event| self.recorded.evolve(event));
        self.exposures.see(RECORDED, &self.recorded, frame.as_slice(), frame.seq);

        let command = self.renamed(self.limits.instead_of(&frame.command));
        if command.venue_report().is_some_and(|report| self.refused.contains(&report.order_id)) {
            self.outcome.void_reports += 1;
            self.tried.begin(stamp);
            return;
        }
        decide(&self.tried, stamp.seq, stamp.time, &command, &mut self.events);
        self.compare(frame, &command);
        self.tried.begin(stamp);
        self.apply(stamp);
        if defines(&command) {
            self.limits.put_scopes_into(&mut self.tried);
        }
        self.go_on(stamp);
    }

    /// The day is over.
    pub(super) fn finish(self) -> DayOutcome {
        let is_same = self.recorded.hash() == self.tried.hash();
        DayOutcome { exposure: self.exposures.into_spans(), is_same, ..self.outcome }
    }

    /// Folds what was decided into the tried state, and grants the cancels that no venue will answer.
    fn apply(&mut self, stamp: Stamp) {
        self.events.as_slice().iter().for_each(|event| self.tried.evolve(event));
        self.exposures.see(TRIED, &self.tried, self.events.as_slice(), stamp.seq);
        let canceled = self.events.as_slice().iter().filter_map(|event| match event {
            Event::CancelRequested(e) => Some(e.order.order_id),
            _ => None,
        });
        let canceled: Vec<OrderId> = canceled.filter(|order_id| self.let_through.contains(order_id)).collect();
        for order_id in canceled {
            self.grant_cancel(stamp, order_id);
        }
    }

    fn grant_cancel(&mut self, stamp: Stamp, order_id: OrderId) {
        let Some(order) = self.tried.order(order_id).filter(|order| order.view.is_working()) else { return };
        // No ExecID of a venue: above those that the paper venue gave the order, and none that a broker's text hashes to.
        let exec_id = if order.venue == VenueId::PAPER { order.venue_exec_id + 1 } else { u64::MAX - stamp.seq.0 };
        let report = VenueReport::about(order.venue, order_id, exec_id, ReportKind::Canceled);
        decide(&self.tried, stamp.seq, stamp.time, &report.into(), &mut self.events);
        self.events.as_slice().iter().for_each(|event| self.tried.evolve(event));
        self.outcome.granted_cancels += 1;
    }

    /// Work that goes on by itself: recorded steps do it, and where there is more than recorded it is done here.
    fn go_on(&mut self, stamp: Stamp) {
        let step = Command::Step(Step { reserved: 0 });
        let mut steps = 0;
        while steps < STEPS_MAX && self.tried.has_work() && !self.recorded.has_work() {
            decide(&self.tried, stamp.seq, stamp.time, &step, &mut self.events);
            self.apply(stamp);
            steps += 1;
        }
    }

    /// Who names an order by a replace that is newly refused would have named it as it was.
    fn renamed(&self, command: Command) -> Command {
        let kept = |session: SessionId, name: ClOrdId| self.kept_names.get(&(session, name)).copied().unwrap_or(name);
        match command {
            Command::CancelOrder(c) => {
                CancelOrder { orig_cl_ord_id: kept(c.origin.session, c.orig_cl_ord_id), ..c }.into()
            }
            Command::ReplaceOrder(c) => {
                ReplaceOrder { orig_cl_ord_id: kept(c.origin.session, c.orig_cl_ord_id), ..c }.into()
            }
            other => other,
        }
    }

    fn compare(&mut self, frame: &Frame<'_>, command: &Command) {
        let Some(asked) = request(frame, command) else {
            self.compare_other(frame, command);
            return;
        };
        self.outcome.requests += 1;
        let (recorded, tried) = (answer(frame.as_slice()), answer(self.events.as_slice()));
        let (Some(recorded), Some(tried)) = (recorded, tried) else {
            self.compare_other(frame, command);
            return;
        };
        let order_id = OrderId(frame.seq.0);
        match (recorded, tried, asked.request) {
            (None, Some(_), Request::NewOrder | Request::Telephone) => drop(self.refused.insert(order_id)),
            (Some(_), None, Request::NewOrder | Request::Telephone) => drop(self.let_through.insert(order_id)),
            (None, Some(_), Request::Replace) => {
                if let Command::ReplaceOrder(c) = command {
                    self.kept_names.insert((c.origin.session, c.cl_ord_id), c.orig_cl_ord_id);
                }
            }
            _ => {}
        }
        let is_same = recorded.map(|refusal| refusal.check) == tried.map(|refusal| refusal.check);
        if !is_same {
            self.outcome.decided.push(Decided { recorded, tried, ..asked });
        }
    }

    /// What no risk check decides is only counted.
    fn compare_other(&mut self, frame: &Frame<'_>, command: &Command) {
        let names = |events: &[Event]| events.iter().map(Event::kind).collect::<Vec<u8>>();
        if names(frame.as_slice()) == names(self.events.as_slice()) {
            return;
        }
        match command {
            told if told.venue_report().is_some() || told.foreign_order().is_some() => {
                self.outcome.changed_reports += 1;
            }
            other if other.origin().is_some() => self.outcome.changed_answers += 1,
            _ => {}
        }
    }
}

/// The request, if risk has a say in its answer.
fn request(frame: &Frame<'_>, command: &Command) -> Option<Decided> {
    let nothing = Decided {
        seq: frame.seq,
        time: frame.time,
        request: Request::NewOrder,
        session: SessionId::NONE,
        account: AccountName::EMPTY,
        symbol: Symbol::EMPTY,
        cl_ord_id: ClOrdId::EMPTY,
        side: Side::Buy,
        order_qty: Qty::ZERO,
        price: Px::ZERO,
        recorded: None,
        tried: None,
    };
    match command {
        Command::NewOrder(c) => Some(Decided {
            session: c.origin.session,
            account: c.account,
            symbol: c.symbol,
            cl_ord_id: c.cl_ord_id,
            side: c.side,
            order_qty: c.order_qty,
            price: c.price,
            ..nothing
        }),
        Command::EnterOrder(c) => Some(Decided {
            request: Request::Telephone,
            session: c.session,
            account: c.account,
            symbol: c.symbol,
            side: c.side,
            order_qty: c.order_qty,
            price: c.price,
            ..nothing
        }),
        Command::ReplaceOrder(c) => Some(Decided {
            request: Request::Replace,
            session: c.origin.session,
            cl_ord_id: c.cl_ord_id,
            side: c.side,
            order_qty: c.order_qty,
            price: c.price,
            ..nothing
        }),
        _ => None,
    }
}

/// Taken, or the check that refused it; nothing where something else than a check answered.
fn answer(events: &[Event]) -> Option<Option<Refusal>> {
    match events.first()? {
        Event::OrderAccepted(_) | Event::OrderAdopted(_) | Event::ReplaceRequested(_) | Event::ReplaceQueued(_) => {
            Some(None)
        }
        Event::OrderRefused(e) => Some(Some(e.refusal)),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(Some(e.refusal)),
        _ => None,
    }
}

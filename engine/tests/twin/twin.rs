//! The twin: one function for each thing that can happen, each from FIX's rule for it.

use std::collections::BTreeMap;

use model::{
    CancelCause, CancelOnDisconnect, Command, ExecInst, ExecRestatementReason, OrdStatus, OrdType, PendingReplaces,
    ReportKind, Side, TimeInForce, TradingPhase, TradingState,
};

use crate::market::{BROKER, CALENDAR, Calendar, Instrument, ONE, Policy, SYMBOLS};
use crate::order::{Ended, Fill, Order, Replace};
use crate::said::{Said, View, text};

#[derive(Clone, Debug)]
pub(crate) struct Twin {
    pub(crate) policy: Policy,
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) names: BTreeMap<(u32, String), u64>,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) calendar: Calendar,
    /// Executions of the broker that were applied.
    pub(crate) seen: std::collections::BTreeSet<u64>,
    pub(crate) now: i64,
    /// What changed since the engine last had nothing to do, and concerns many orders.
    mass: Vec<Mass>,
    lost: Vec<(u32, u64)>,
    /// A day, a halt, a session, a mass cancel: every order may be concerned. Otherwise those that were touched.
    wide: bool,
    touched: Vec<u64>,
    /// Orders that wait for a price.
    stops: std::collections::BTreeSet<u64>,
    /// Fills of each holding, by number: the order and which of its fills.
    pub(crate) tape: BTreeMap<(u32, u32), Vec<(u64, usize)>>,
}

#[derive(Clone, Debug)]
struct Mass {
    session: u32,
    instrument: Option<u32>,
    account: Option<u32>,
    side: Option<Side>,
    before: u64,
}

impl Twin {
    pub(crate) fn new(policy: Policy) -> Twin {
        let instruments = crate::market::instruments()
            .iter()
            .map(|definition| Instrument {
                bid: 0,
                ask: 0,
                last: 0,
                halted: false,
                broker: definition.venue == BROKER,
                days: definition.calendar.as_str() == CALENDAR,
                trigger: definition.stop_trigger,
            })
            .collect();
        Twin {
            policy,
            orders: BTreeMap::new(),
            names: BTreeMap::new(),
            instruments,
            calendar: Calendar { phase: TradingPhase::Unknown, day: 0 },
            seen: std::collections::BTreeSet::new(),
            now: 0,
            mass: Vec::new(),
            lost: Vec::new(),
            wide: false,
            touched: Vec::new(),
            stops: std::collections::BTreeSet::new(),
            tape: BTreeMap::new(),
        }
    }

    fn order(&self, number: u64) -> &Order {
        &self.orders[&number]
    }

    fn phase(&self, instrument: u32) -> TradingPhase {
        if self.instruments[instrument as usize].days { self.calendar.phase } else { TradingPhase::Unknown }
    }

    /// What is said at once. What goes on in steps is said by [`Twin::settle`].
    pub(crate) fn apply(&mut self, seq: u64, now: i64, command: &Command) -> Vec<Said> {
        self.now = now;
        self.wide = matches!(
            command,
            Command::MassCancel(_)
                | Command::SessionEnded(_)
                | Command::SetTradingPhase(_)
                | Command::SetTradingState(_)
        );
        self.touched = vec![seq];
        match command {
            Command::NewOrder(c) => self.new_order(seq, c),
            Command::CancelOrder(c) => self.cancel(c),
            Command::ReplaceOrder(c) => self.replace(c),
            Command::OrderStatusRequest(c) => match self.names.get(&(c.origin.session.0, text(&c.cl_ord_id))) {
                Some(number) => vec![self.say("status", *number)],
                None => vec![Said::Unknown { cl_ord_id: text(&c.cl_ord_id) }],
            },
            Command::MassCancel(c) => {
                let session = c.origin.session.0;
                let index = |symbol: &str| SYMBOLS.iter().position(|known| *known == symbol).map(|at| at as u32);
                let instrument = (c.request_type == b'1').then(|| index(c.symbol.as_str())).flatten();
                let account = ["A", "B"].iter().position(|name| *name == c.account.as_str()).map(|at| at as u32);
                let side = Side::from_value(c.side);
                let open = self.orders.values().filter(|order| order.session == session && order.open()).count();
                let all = instrument.is_none() && account.is_none() && side.is_none();
                self.mass.push(Mass { session, instrument, account, side, before: seq });
                let total = if all { open as u32 } else { 0 };
                vec![Said::MassCancel { cl_ord_id: text(&c.cl_ord_id), total }]
            }
            Command::SessionEnded(c) => {
                self.lost.retain(|(session, _)| *session != c.session.0);
                self.lost.push((c.session.0, seq));
                Vec::new()
            }
            Command::Quote(c) => {
                let instrument = &mut self.instruments[c.instrument.0 as usize];
                (instrument.bid, instrument.ask, instrument.last) =
                    (c.bid_px.units(), c.ask_px.units(), c.last_px.units());
                self.follow_price(c.instrument.0);
                Vec::new()
            }
            Command::SetTradingState(c) => {
                let at = SYMBOLS.iter().position(|known| *known == c.symbol.as_str()).expect("a known symbol");
                self.instruments[at].halted = c.state != TradingState::Active;
                Vec::new()
            }
            Command::SetTradingPhase(c) => {
                let (day, phase) = (c.trading_day, c.phase);
                if day >= self.calendar.day {
                    self.calendar = Calendar { phase, day };
                }
                Vec::new()
            }
            Command::VenueReport(c) => match self.report(c) {
                Ok(said) => said,
                Err(why) => vec![Said::Suspended { order: c.order_id.0, why: why.to_owned() }],
            },
            _ => Vec::new(),
        }
    }

    fn view(&self, number: u64) -> View {
        let order = self.order(number);
        View {
            order: number,
            cl_ord_id: order.id.clone(),
            orig: String::new(),
            status: order.status(),
            qty: order.qty,
            px: order.px,
            stop: order.stop,
            cum: order.cum(),
            leaves: order.leaves(),
            notional: order.notional(),
            prior: order.prior(),
            held: order.held(),
        }
    }

    fn say(&self, what: &'static str, number: u64) -> Said {
        Said::Order { what, view: self.view(number), last: (0, 0), with: String::new() }
    }

    fn say_with(&self, what: &'static str, number: u64, with: String) -> Said {
        Said::Order { what, view: self.view(number), last: (0, 0), with }
    }

    /// A report that answers the request `id`; the order keeps its own name in OrigClOrdID.
    fn say_to(&self, what: &'static str, number: u64, id: &str, orig: &str, with: &str) -> Said {
        let view = View { cl_ord_id: id.to_owned(), orig: orig.to_owned(), ..self.view(number) };
        Said::Order { what, view, last: (0, 0), with: with.to_owned() }
    }

    fn new_order(&mut self, seq: u64, c: &model::NewOrder) -> Vec<Said> {
        let (session, id) = (c.origin.session.0, text(&c.cl_ord_id));
        let known = self.names.get(&(session, id.clone())).copied();
        if let (Some(number), 1) = (known, c.poss_resend) {
            return vec![self.say("status", number)];
        }
        let instrument = SYMBOLS.iter().position(|symbol| *symbol == c.symbol.as_str()).expect("a known symbol") as u32;
        let market = self.instruments[instrument as usize];
        let phase = self.phase(instrument);
        let refuse =
            |check: &str, status| vec![Said::Refused { cl_ord_id: id.clone(), check: check.to_owned(), status }];
        if market.halted {
            return refuse("NOT_TRADABLE", OrdStatus::Rejected);
        }
        let good_till = matches!(c.time_in_force, TimeInForce::GoodTillCancel | TimeInForce::GoodTillDate);
        let immediate = matches!(c.time_in_force, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill);
        if !market.broker
            && (phase == TradingPhase::PreOpen && immediate || phase == TradingPhase::Closed && !good_till)
        {
            return refuse("MARKET_CLOSED", OrdStatus::Rejected);
        }
        let opening = c.time_in_force == TimeInForce::AtTheOpening;
        let close = c.time_in_force == TimeInForce::AtTheClose;
        let in_time = !opening || matches!(phase, TradingPhase::PreOpen | TradingPhase::Opening);
        if (opening || close) && (phase == TradingPhase::Unknown || !in_time) {
            return refuse("TOO_LATE_TO_ENTER", OrdStatus::Rejected);
        }
        if let Some(number) = known {
            return refuse("DUPLICATE_CL_ORD_ID", self.order(number).status());
        }
        let stops = matches!(c.ord_type, OrdType::Stop | OrdType::StopLimit);
        let waits_for_session = !market.broker
            && match c.time_in_force {
                TimeInForce::AtTheOpening => phase == TradingPhase::PreOpen,
                TimeInForce::AtTheClose => {
                    matches!(phase, TradingPhase::PreOpen | TradingPhase::Opening | TradingPhase::Open)
                }
                _ => matches!(phase, TradingPhase::PreOpen | TradingPhase::Closed),
            };
        let order = Order {
            session,
            account: session,
            instrument,
            id: id.clone(),
            names: vec![id.clone()],
            side: c.side,
            ord_type: c.ord_type,
            time_in_force: c.time_in_force,
            exec_inst: c.exec_inst,
            qty: c.order_qty.units(),
            px: c.price.units(),
            stop: c.stop_px.units(),
            peg: c.peg_offset.units(),
            expire: c.expire_time.0,
            fills: Vec::new(),
            ended: None,
            done_for_day: false,
            stopped: false,
            suspended: false,
            by_halt: false,
            cancel: None,
            ending: None,
            cancels_out: 0,
            replaces: Vec::new(),
            waits_for_price: stops && !market.broker,
            waits_for_session,
            triggered: false,
            day: if market.days && phase != TradingPhase::Unknown { self.calendar.day } else { 0 },
            done_day: 0,
            last_exec: 0,
        };
        if order.waits_for_price {
            self.stops.insert(seq);
        }
        self.orders.insert(seq, order);
        self.names.insert((session, id), seq);
        vec![self.say("accepted", seq)]
    }

    /// The order that OrigClOrdID names, or why not, with the order where one is known.
    fn addressed(&self, session: u32, orig: &str) -> Result<u64, (Option<u64>, u8)> {
        let Some(number) = self.names.get(&(session, orig.to_owned())).copied() else { return Err((None, 1)) };
        let order = self.order(number);
        if order.id == orig {
            return Ok(number);
        }
        let waits = order.cancel.as_deref() == Some(orig) || order.replaces.iter().any(|replace| replace.id == orig);
        Err((Some(number), if waits { 3 } else { 1 }))
    }

    fn reject(&self, number: Option<u64>, id: &str, orig: &str, replace: bool, reason: u8) -> Vec<Said> {
        let (named, status) = match number {
            Some(number) => (self.order(number).id.clone(), self.order(number).status()),
            None => (orig.to_owned(), OrdStatus::Rejected),
        };
        let order = number.unwrap_or(0);
        vec![Said::CancelReject { order, cl_ord_id: id.to_owned(), orig: named, replace, reason, status }]
    }

    fn cancel(&mut self, c: &model::CancelOrder) -> Vec<Said> {
        let (session, id, orig) = (c.origin.session.0, text(&c.cl_ord_id), text(&c.orig_cl_ord_id));
        let number = match self.addressed(session, &orig) {
            Ok(number) => number,
            Err((number, reason)) => return self.reject(number, &id, &orig, false, reason),
        };
        if self.names.contains_key(&(session, id.clone())) {
            return self.reject(Some(number), &id, &orig, false, 6);
        }
        let order = self.order(number);
        if order.cancel.is_some() {
            let full = order.cum() > 0 && order.cum() >= order.qty;
            return self.reject(Some(number), &id, &orig, false, if full { 0 } else { 3 });
        }
        if !order.open() {
            return self.reject(Some(number), &id, &orig, false, 0);
        }
        let held = order.held();
        let order = self.orders.get_mut(&number).expect("it is there");
        order.cancel = Some(id.clone());
        order.names.push(id.clone());
        self.names.insert((session, id.clone()), number);
        if !held {
            self.orders.get_mut(&number).expect("it is there").cancels_out += 1;
            return vec![self.say_to("cancel requested", number, &id, &orig, "Client")];
        }
        let asked = self.say_to("cancel requested", number, &id, &orig, "Client");
        self.end(number, Ended::Canceled);
        vec![asked, self.say_to("canceled", number, &id, &orig, "Client")]
    }

    fn end(&mut self, number: u64, how: Ended) {
        let order = self.orders.get_mut(&number).expect("it is there");
        order.ended = Some(how);
        (order.done_for_day, order.stopped, order.suspended, order.by_halt) = (false, false, false, false);
        (order.cancel, order.ending) = (None, None);
        order.cancels_out = order.cancels_out.saturating_sub(1);
        (order.waits_for_price, order.waits_for_session) = (false, false);
    }

    fn replace(&mut self, c: &model::ReplaceOrder) -> Vec<Said> {
        let (session, id, orig) = (c.origin.session.0, text(&c.cl_ord_id), text(&c.orig_cl_ord_id));
        let number = match self.addressed(session, &orig) {
            Ok(number) => number,
            Err((Some(number), 3))
                if self.policy.pending_replaces != PendingReplaces::Refuse
                    && self.order(number).replaces.last().is_some_and(|last| last.id == orig) =>
            {
                number
            }
            Err((number, reason)) => return self.reject(number, &id, &orig, true, reason),
        };
        if self.names.contains_key(&(session, id.clone())) {
            return self.reject(Some(number), &id, &orig, true, 6);
        }
        let order = self.order(number);
        let waiting = order.replaces.len();
        if waiting > 0 && (self.policy.pending_replaces == PendingReplaces::Refuse || waiting == 2) {
            return self.reject(Some(number), &id, &orig, true, 3);
        }
        let (qty, px) = (c.order_qty.units(), c.price.units());
        let over_today = order.done_for_day && !order.good_till();
        let may = order.ended.is_none()
            && order.cancel.is_none()
            && (order.open() || !order.done_for_day)
            && (order.fillable() || order.replacing() || qty > order.cum());
        if !may {
            let full = order.cum() > 0 && order.cum() >= order.qty;
            let over = order.ended.is_some() || full || (over_today && order.cancel.is_none());
            return self.reject(Some(number), &id, &orig, true, if over { 0 } else { 3 });
        }
        if c.side != order.side || c.ord_type != order.ord_type {
            return self.reject(Some(number), &id, &orig, true, 99);
        }
        let market = self.instruments[order.instrument as usize];
        let phase = self.phase(order.instrument);
        let immediate = matches!(order.time_in_force, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill);
        let closed = !market.broker
            && (phase == TradingPhase::PreOpen && immediate || phase == TradingPhase::Closed && !order.good_till());
        let too_old = order.time_in_force == TimeInForce::GoodTillDate && order.expire <= self.now;
        if market.halted || closed || too_old {
            return self.reject(Some(number), &id, &orig, true, 2);
        }
        let stops = matches!(order.ord_type, OrdType::Stop | OrdType::StopLimit);
        let stop = if stops && (c.stop_px.is_zero() || order.triggered) { order.stop } else { c.stop_px.units() };
        let held = order.held();
        let behind = order.replaces.last().map(|last| last.id.clone());
        let sent = waiting == 0 || self.policy.pending_replaces == PendingReplaces::Pipelined;
        let own = order.id.clone();
        let order = self.orders.get_mut(&number).expect("it is there");
        order.names.push(id.clone());
        order.replaces.push(Replace { id: id.clone(), qty, px, stop, sent });
        self.names.insert((session, id.clone()), number);
        if !sent {
            return vec![self.say_to("replace queued", number, &id, &behind.unwrap_or_default(), "")];
        }
        let asked = self.say_to("replace requested", number, &id, &own, "");
        if !held {
            return vec![asked];
        }
        let granted = self.grant(number);
        vec![asked, granted]
    }

    /// The first replace is granted. A quantity below what is filled means what is filled.
    fn grant(&mut self, number: u64) -> Said {
        self.touched.push(number);
        let order = self.orders.get_mut(&number).expect("it is there");
        let first = order.replaces.remove(0);
        let own = std::mem::replace(&mut order.id, first.id.clone());
        order.qty = first.qty.max(order.cum());
        (order.px, order.stop) = (first.px, first.stop);
        self.say_to("replaced", number, &first.id, &own, "")
    }

    fn report(&mut self, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
        let number = c.order_id.0;
        let Some(order) = self.orders.get(&number) else { return Err("UnknownOrder") };
        let broker = self.instruments[order.instrument as usize].broker;
        if (c.venue == BROKER) != broker {
            return Err("WrongVenue");
        }
        let known = if broker { self.seen.contains(&c.venue_exec_id) } else { c.venue_exec_id <= order.last_exec };
        if known {
            return Err("Duplicate");
        }
        if order.held() {
            return Err("NotApplicable");
        }
        if c.is_status == 1 && c.cum_qty.units() != order.cum() {
            return Err("QuantityDiffers");
        }
        let said = self.told(number, c)?;
        let applied = !matches!(c.kind, ReportKind::CancelRejected | ReportKind::ReplaceRejected) || said.is_empty();
        if applied {
            let order = self.orders.get_mut(&number).expect("it is there");
            if broker {
                self.seen.insert(c.venue_exec_id);
            } else {
                order.last_exec = order.last_exec.max(c.venue_exec_id);
            }
        }
        Ok(said)
    }

    fn told(&mut self, number: u64, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
        self.touched.push(number);
        const NO: &str = "NotApplicable";
        let market = self.instruments[self.order(number).instrument as usize];
        let today = if self.calendar.phase == TradingPhase::Unknown { 0 } else { self.calendar.day };
        let order = self.orders.get_mut(&number).expect("it is there");
        let lives = order.ended.is_none();
        match c.kind {
            ReportKind::Accepted | ReportKind::Stands if lives => {
                if order.cancel.is_none() && order.ending.is_none() {
                    order.cancels_out = 0;
                }
                Ok(Vec::new())
            }
            ReportKind::Rejected if lives && order.cum() == 0 => {
                self.end(number, Ended::Rejected);
                Ok(vec![self.say("rejected", number)])
            }
            ReportKind::Filled => self.filled(number, c),
            ReportKind::TradeCanceled | ReportKind::TradeCorrected => self.amended(number, c),
            ReportKind::Canceled if order.open() => Ok(self.canceled(number, c)),
            ReportKind::Expired if order.open() => {
                self.end(number, Ended::Expired);
                Ok(vec![self.say("expired", number)])
            }
            ReportKind::DoneForDay if order.fillable() && !order.done_for_day => {
                order.done_for_day = true;
                order.done_day = if order.day > 0 {
                    order.day
                } else if market.days {
                    today
                } else {
                    0
                };
                Ok(vec![self.say("done for day", number)])
            }
            ReportKind::Stopped if order.fillable() => {
                order.stopped = true;
                let Said::Order { what, view, with, .. } = self.say("stopped", number) else { return Err(NO) };
                Ok(vec![Said::Order { what, view, last: (c.last_qty.units(), c.last_px.units()), with }])
            }
            ReportKind::Suspended if order.fillable() && !order.done_for_day => {
                (order.suspended, order.by_halt) = (true, false);
                Ok(vec![self.say("suspended", number)])
            }
            ReportKind::Triggered if order.fillable() => {
                order.triggered = true;
                Ok(vec![self.say("triggered", number)])
            }
            ReportKind::Restated if lives && (order.good_till() || !order.done_for_day) => {
                let cum = order.cum();
                let said = if c.order_qty.is_zero() { order.qty } else { c.order_qty.units() };
                order.qty = said.max(cum);
                let has_price = matches!(order.ord_type, OrdType::Limit | OrdType::StopLimit);
                if !c.price.is_zero() && has_price {
                    order.px = c.price.units();
                }
                (order.done_for_day, order.suspended, order.by_halt) = (false, false, false);
                if c.restatement == ExecRestatementReason::GtRenewal {
                    if market.days && today > 0 {
                        order.day = today;
                    }
                    order.fills.iter_mut().for_each(|fill| fill.earlier_day = true);
                }
                Ok(vec![self.say_with("restated", number, format!("{:?}", c.restatement))])
            }
            ReportKind::Replaced if lives && order.replacing() => Ok(self.replaced(number)),
            ReportKind::CancelRejected => match order.cancel.take() {
                Some(id) => {
                    order.cancels_out = order.cancels_out.saturating_sub(1);
                    Ok(self.refused(number, &id, false, c.reason))
                }
                None if order.cancels_out > 0 => {
                    if order.ending.is_none() {
                        order.cancels_out = 0;
                    }
                    Ok(Vec::new())
                }
                None => Err(NO),
            },
            ReportKind::ReplaceRejected if order.replacing() => {
                let first = order.replaces.remove(0);
                let queued = order.replaces.first().filter(|next| !next.sent).map(|next| next.id.clone());
                let mut said = self.refused(number, &first.id, true, c.reason);
                if let Some(id) = queued {
                    self.orders.get_mut(&number).expect("it is there").replaces.remove(0);
                    said.extend(self.refused(number, &id, true, 1));
                }
                Ok(said)
            }
            _ => Err(NO),
        }
    }

    fn refused(&self, number: u64, id: &str, replace: bool, reason: u8) -> Vec<Said> {
        let reason = if model::CxlRejReason::from_value(reason).is_some() { reason } else { 99 };
        let order = self.order(number);
        let (orig, status) = (order.id.clone(), order.status());
        vec![Said::CancelReject { order: number, cl_ord_id: id.to_owned(), orig, replace, reason, status }]
    }

    fn filled(&mut self, number: u64, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
        let order = self.orders.get_mut(&number).expect("it is there");
        if order.cum() + c.last_qty.units() > order.qty {
            return Err("Overfill");
        }
        let (qty, px) = (c.last_qty.units(), c.last_px.units());
        order.fills.push(Fill { exec: c.venue_exec_id, exec_now: c.venue_exec_id, qty, px, earlier_day: false });
        let (holding, place) = ((order.account, order.instrument), order.fills.len() - 1);
        self.tape.entry(holding).or_default().push((number, place));
        let Said::Order { what, view, with, .. } = self.say("filled", number) else { return Err("") };
        Ok(vec![Said::Order { what, view, last: (qty, px), with }])
    }

    fn amended(&mut self, number: u64, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
        let order = self.orders.get_mut(&number).expect("it is there");
        let means = |fill: &&mut Fill| [fill.exec, fill.exec_now].contains(&c.venue_ref_id);
        let before = order.cum();
        let most = order.qty;
        let Some(fill) = order.fills.iter_mut().rev().find(means).filter(|fill| fill.qty > 0) else {
            return Err("UnknownTrade");
        };
        let bust = c.kind == ReportKind::TradeCanceled;
        if !bust && before - fill.qty + c.last_qty.units() > most {
            return Err("Overfill");
        }
        let last = if bust { (fill.qty, fill.px) } else { (c.last_qty.units(), c.last_px.units()) };
        if bust {
            fill.qty = 0;
        } else {
            (fill.qty, fill.px) = last;
        }
        fill.exec_now = c.venue_exec_id;
        let what = if bust { "busted" } else { "corrected" };
        let Said::Order { what, view, with, .. } = self.say(what, number) else { return Err("") };
        Ok(vec![Said::Order { what, view, last, with }])
    }

    fn canceled(&mut self, number: u64, c: &model::VenueReport) -> Vec<Said> {
        let order = self.order(number);
        let (own, cancel, ending) = (order.id.clone(), order.cancel.clone(), order.ending);
        if let Some(id) = cancel {
            self.end(number, Ended::Canceled);
            return vec![self.say_to("canceled", number, &id, &own, "Client")];
        }
        let _ = c;
        match ending {
            Some(CancelCause::Expiry) => {
                self.end(number, Ended::Expired);
                vec![self.say("expired", number)]
            }
            cause => {
                self.end(number, Ended::Canceled);
                let cause = cause.unwrap_or(CancelCause::Client);
                vec![self.say_with("canceled", number, format!("{cause:?}"))]
            }
        }
    }

    fn replaced(&mut self, number: u64) -> Vec<Said> {
        let mut said = vec![self.grant(number)];
        let order = self.order(number);
        let Some(queued) = order.replaces.first().filter(|next| !next.sent).cloned() else { return said };
        let own = order.id.clone();
        let market = self.instruments[order.instrument as usize];
        let phase = self.phase(order.instrument);
        let immediate = matches!(order.time_in_force, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill);
        let closed = !market.broker
            && (phase == TradingPhase::PreOpen && immediate || phase == TradingPhase::Closed && !order.good_till());
        let too_old = order.time_in_force == TimeInForce::GoodTillDate && order.expire <= self.now;
        let risk = market.halted || closed || too_old;
        let fits = order.cancel.is_none()
            && (order.open() || !order.done_for_day)
            && (queued.qty > order.cum() || order.fillable());
        let order = self.orders.get_mut(&number).expect("it is there");
        if risk || !fits {
            order.replaces.remove(0);
            let status = self.order(number).status();
            said.push(Said::CancelReject {
                order: number,
                cl_ord_id: queued.id,
                orig: own,
                replace: true,
                reason: if risk { 2 } else { 0 },
                status,
            });
            return said;
        }
        order.replaces[0].sent = true;
        said.push(self.say_to("replace requested", number, &queued.id, &own, ""));
        said
    }

    /// Trailing stops follow the price, never back.
    fn follow_price(&mut self, instrument: u32) {
        let market = self.instruments[instrument as usize];
        for number in &self.stops {
            let order = self.orders.get_mut(number).expect("it is there");
            if order.instrument != instrument
                || order.peg == 0
                || !order.waits_for_price
                || order.waits_for_session
                || order.ended.is_some()
            {
                continue;
            }
            let Some(price) = market.stop_price(order.side) else { continue };
            let (at, closer) = match order.side {
                Side::Buy => {
                    let at = (price + order.peg + ONE - 1).div_euclid(ONE) * ONE;
                    (at, at < order.stop)
                }
                Side::Sell => {
                    let at = (price - order.peg).div_euclid(ONE) * ONE;
                    (at, at > order.stop)
                }
            };
            if closer && at > 0 {
                order.stop = at;
            }
        }
    }

    /// All that goes on by itself, until nothing is left: each order gets what is due to it.
    pub(crate) fn settle(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        loop {
            let fired = self.fire_stops();
            let quiet = fired.is_empty();
            said.extend(fired);
            if quiet {
                break;
            }
        }
        let numbers = if self.wide { self.orders.keys().copied().collect() } else { std::mem::take(&mut self.touched) };
        for number in numbers {
            // What is due may come one after another: released at the open, then stopped.
            while let Some(more) = self.due(number) {
                said.extend(more);
            }
        }
        said.extend(self.fire_stops());
        self.mass.clear();
        self.lost.clear();
        said
    }

    fn fire_stops(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        let numbers: Vec<u64> = self.stops.iter().copied().collect();
        for number in numbers {
            let order = self.order(number);
            let market = self.instruments[order.instrument as usize];
            let phase = self.phase(order.instrument);
            let trading = !matches!(phase, TradingPhase::PreOpen | TradingPhase::Closed);
            if !order.waits_for_price || order.ended.is_some() {
                self.stops.remove(&number);
                continue;
            }
            let waits = !order.waits_for_session;
            let reached = market.stop_price(order.side).is_some_and(|price| match order.side {
                Side::Buy => price >= order.stop,
                Side::Sell => price <= order.stop,
            });
            if waits && reached && trading && !market.halted {
                let order = self.orders.get_mut(&number).expect("it is there");
                (order.waits_for_price, order.triggered) = (false, true);
                if market.days && phase != TradingPhase::Unknown {
                    order.day = self.calendar.day;
                }
                said.push(self.say("triggered", number));
            }
        }
        said
    }

    /// What is due to one order: one thing at a time.
    fn due(&mut self, number: u64) -> Option<Vec<Said>> {
        if !self.orders.get(&number)?.open() {
            return None;
        }
        let order = self.order(number).clone();
        let market = self.instruments[order.instrument as usize];
        let meant = self.mass.iter().any(|mass| {
            mass.session == order.session
                && mass.instrument.is_none_or(|instrument| instrument == order.instrument)
                && mass.account.is_none_or(|account| account == order.account)
                && mass.side.is_none_or(|side| side == order.side)
                && number < mass.before
        });
        if meant {
            return self.ask_end(number, CancelCause::MassCancel);
        }
        let lives_on = ExecInst::REINSTATE_ON_CONNECTION_LOSS.with(ExecInst::REINSTATE_ON_SYSTEM_FAILURE);
        let goes = ExecInst::CANCEL_ON_CONNECTION_LOSS.with(ExecInst::CANCEL_ON_SYSTEM_FAILURE);
        let by_policy = match self.policy.cancel_on_disconnect {
            CancelOnDisconnect::Tagged => false,
            CancelOnDisconnect::Day => !order.good_till(),
            CancelOnDisconnect::All => true,
        };
        let is_lost = self.lost.iter().any(|(session, at)| *session == order.session && number < *at);
        if is_lost && !order.exec_inst.has_any(lives_on) && (order.exec_inst.has_any(goes) || by_policy) {
            return self.ask_end(number, CancelCause::Disconnect);
        }
        if !market.broker && market.halted && order.exec_inst.has(ExecInst::CANCEL_ON_TRADING_HALT) {
            return self.ask_end(number, CancelCause::Halt);
        }
        if !market.broker
            && order.exec_inst.has(ExecInst::REINSTATE_ON_TRADING_HALT)
            && (if market.halted { !order.suspended } else { order.by_halt })
        {
            let can = if market.halted { order.fillable() && !order.done_for_day } else { order.fillable() };
            if can {
                let order = self.orders.get_mut(&number).expect("it is there");
                (order.suspended, order.by_halt) = (market.halted, market.halted);
                if !market.halted {
                    order.done_for_day = false;
                }
                return Some(vec![match market.halted {
                    true => self.say("suspended", number),
                    false => self.say_with("restated", number, "MarketOption".to_owned()),
                }]);
            }
        }
        self.day_due(number)
    }

    fn day_due(&mut self, number: u64) -> Option<Vec<Said>> {
        let order = self.order(number).clone();
        let market = self.instruments[order.instrument as usize];
        if !market.days || self.calendar.phase == TradingPhase::Unknown {
            return None;
        }
        let phase = self.calendar.phase;
        let its_time = match order.time_in_force {
            TimeInForce::AtTheOpening => phase == TradingPhase::Opening,
            TimeInForce::AtTheClose => phase == TradingPhase::Closing,
            _ => matches!(phase, TradingPhase::Open | TradingPhase::Closing),
        };
        if order.waits_for_session && its_time {
            let order = self.orders.get_mut(&number).expect("it is there");
            order.waits_for_session = false;
            order.day = self.calendar.day;
            return Some(vec![self.say("triggered", number)]);
        }
        let over = (order.day > 0 && self.calendar.day > order.day) || phase == TradingPhase::Closed;
        let missed = order.time_in_force == TimeInForce::AtTheOpening
            && matches!(phase, TradingPhase::Open | TradingPhase::Closing | TradingPhase::Closed);
        if (over && !order.good_till()) || missed {
            return self.ask_end(number, CancelCause::Expiry);
        }
        if !order.good_till() || order.waits_for_session {
            return None;
        }
        let own_day = if order.day > 0 { order.day } else { self.calendar.day };
        if over && !order.done_for_day && order.done_day != own_day && order.fillable() {
            let order = self.orders.get_mut(&number).expect("it is there");
            (order.done_for_day, order.done_day) = (true, own_day);
            return Some(vec![self.say("done for day", number)]);
        }
        let trades = matches!(phase, TradingPhase::Open | TradingPhase::Closing);
        let past = order.day > 0 && self.calendar.day > order.day;
        let waits = order.done_for_day && self.calendar.day > order.done_day;
        if trades && order.fillable() && (past || waits) {
            let order = self.orders.get_mut(&number).expect("it is there");
            (order.done_for_day, order.suspended, order.by_halt) = (false, false, false);
            order.day = self.calendar.day;
            order.fills.iter_mut().for_each(|fill| fill.earlier_day = true);
            return Some(vec![self.say_with("restated", number, "GtRenewal".to_owned())]);
        }
        None
    }

    /// Somebody wants the order ended: its venue is asked, once; or it ends here, where no venue has it.
    fn ask_end(&mut self, number: u64, cause: CancelCause) -> Option<Vec<Said>> {
        let order = self.order(number);
        if order.ending.is_some() || !order.fillable() {
            return None;
        }
        if order.held() {
            let (how, what) =
                if cause == CancelCause::Expiry { (Ended::Expired, "expired") } else { (Ended::Canceled, "canceled") };
            self.end(number, how);
            let with = if cause == CancelCause::Expiry { String::new() } else { format!("{cause:?}") };
            return Some(vec![self.say_with(what, number, with)]);
        }
        let own = order.id.clone();
        let order = self.orders.get_mut(&number).expect("it is there");
        order.ending = Some(cause);
        order.cancels_out += 1;
        Some(vec![self.say_to("cancel requested", number, "", &own, &format!("{cause:?}"))])
    }
}

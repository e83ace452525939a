//! What clients ask for, and what the twin says to it.

use crate::market::SYMBOLS;
use crate::order::{Ended, Order, Replace};
use crate::said::{Said, text};
use crate::twin::Twin;
use model::{OrdStatus, OrdType, PendingReplaces, TimeInForce, TradingPhase};

impl Twin {
    pub(crate) fn new_order(&mut self, seq: u64, c: &model::NewOrder) -> Vec<Said> {
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
        if self.all_halted {
            return refuse("KILLED_GLOBAL", OrdStatus::Rejected);
        }
        let stopped = self.stopped_by(session, session, instrument);
        if self.accounts_halted[session as usize] {
            return refuse("KILLED_ACCOUNT", OrdStatus::Rejected);
        }
        if let Some(check) = stopped {
            return refuse(check, OrdStatus::Rejected);
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
        if self.increases(None, (session, session, instrument), c.side, c.order_qty.units()) {
            return refuse("REDUCING", OrdStatus::Rejected);
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
            missing: 0,
            kill_asked: -1,
        };
        if order.waits_for_price {
            self.stops.insert(seq);
        }
        self.orders.insert(seq, order);
        self.names.insert((session, id), seq);
        vec![self.say("accepted", seq)]
    }

    /// The order that OrigClOrdID names, or why not, with the order where one is known.
    pub(crate) fn addressed(&self, session: u32, orig: &str) -> Result<u64, (Option<u64>, u8)> {
        let Some(number) = self.names.get(&(session, orig.to_owned())).copied() else { return Err((None, 1)) };
        let order = self.order(number);
        if order.id == orig {
            return Ok(number);
        }
        let waits = order.cancel.as_deref() == Some(orig) || order.replaces.iter().any(|replace| replace.id == orig);
        Err((Some(number), if waits { 3 } else { 1 }))
    }

    pub(crate) fn reject(&self, number: Option<u64>, id: &str, orig: &str, replace: bool, reason: u8) -> Vec<Said> {
        let (named, status) = match number {
            Some(number) => (self.order(number).id.clone(), self.order(number).status()),
            None => (orig.to_owned(), OrdStatus::Rejected),
        };
        let order = number.unwrap_or(0);
        vec![Said::CancelReject { order, cl_ord_id: id.to_owned(), orig: named, replace, reason, status }]
    }

    pub(crate) fn cancel(&mut self, c: &model::CancelOrder) -> Vec<Said> {
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
            let over = order.ended.is_some() || (order.cum() > 0 && order.cum() >= order.qty);
            return self.reject(Some(number), &id, &orig, false, if over { 0 } else { 3 });
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

    pub(crate) fn replace(&mut self, c: &model::ReplaceOrder) -> Vec<Said> {
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
        let scopes = (order.session, order.account, order.instrument);
        let stopped = self.stopped_by(scopes.0, scopes.1, scopes.2).is_some()
            || self.increases(Some(number), scopes, order.side, order.exposure().max(qty - order.cum()));
        if self.is_halted(order.account, order.instrument) || closed || too_old || stopped {
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
        let mut asked = self.say_to("replace requested", number, &id, &own, "");
        // One behind another stands on what the order will be by then.
        let order = self.order(number);
        if let (Said::Order { view, .. }, [.., before, _]) = (&mut asked, &order.replaces[..]) {
            (view.qty, view.px, view.stop) = (before.qty.max(order.cum()), before.px, before.stop);
            view.leaves = view.qty - view.cum;
        }
        if !held {
            return vec![asked];
        }
        let granted = self.grant(number);
        vec![asked, granted]
    }
}

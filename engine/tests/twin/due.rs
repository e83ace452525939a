//! What goes on by itself: stops, sessions, days, halts.

use crate::market::ONE;
use crate::order::Ended;
use crate::said::Said;
use crate::twin::Twin;
use model::{CancelCause, CancelOnDisconnect, ExecInst, Side, TimeInForce, TradingPhase};

impl Twin {
    /// Trailing stops follow the price, never back.
    pub(crate) fn follow_price(&mut self, instrument: u32) {
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
        self.count_lives();
        let mut said = self.pass_over_kills();
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
        self.count_lives();
        said.extend(self.pass_over_kills());
        self.mass.clear();
        self.lost.clear();
        said
    }

    pub(crate) fn fire_stops(&mut self) -> Vec<Said> {
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
            let halted = self.is_halted(order.account, order.instrument) || !self.lets_go(order);
            if waits && reached && trading && !halted {
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
    pub(crate) fn due(&mut self, number: u64) -> Option<Vec<Said>> {
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
            let can = order.fillable() && !order.done_for_day;
            if can {
                let order = self.orders.get_mut(&number).expect("it is there");
                (order.suspended, order.by_halt) = (market.halted, market.halted);
                return Some(vec![match market.halted {
                    true => self.say("suspended", number),
                    false => self.say_with("restated", number, "MarketOption".to_owned()),
                }]);
            }
        }
        self.day_due(number)
    }

    pub(crate) fn day_due(&mut self, number: u64) -> Option<Vec<Said>> {
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
        let halted = self.is_halted(order.account, order.instrument) || !self.lets_go(&order);
        if order.waits_for_session && its_time && !halted {
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
    pub(crate) fn ask_end(&mut self, number: u64, cause: CancelCause) -> Option<Vec<Said>> {
        let order = self.order(number);
        let goes_on = [CancelCause::Expiry, CancelCause::Halt, CancelCause::Contingency].contains(&cause);
        if order.ending.is_some() && (order.cancels_out > 0 || goes_on) || !order.fillable() {
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

//! What venues say, and what it makes of an order.

use crate::holders::Entry;
use crate::market::BROKER;
use crate::order::{Ended, Fill};
use crate::said::Said;
use crate::twin::Twin;
use model::{CancelCause, Counted, ExecRestatementReason, OrdType, ReportKind, TimeInForce, TradingPhase};

impl Twin {
    pub(crate) fn report(&mut self, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
        let number = c.order_id.0;
        let Some(order) = self.orders.get(&number) else { return Err("UnknownOrder") };
        let broker = self.instruments[order.instrument as usize].broker;
        if (c.venue == BROKER) != broker {
            return Err("WrongVenue");
        }
        let known = if broker { self.seen.contains(&c.venue_exec_id) } else { c.venue_exec_id <= order.last_exec };
        if known {
            let told = order.fills.iter().rev().find(|fill| [fill.exec, fill.exec_now].contains(&c.venue_exec_id));
            let other = told.is_some_and(|fill| {
                fill.exec == fill.exec_now
                    && fill.qty > 0
                    && (fill.qty, fill.px) != (c.last_qty.units(), c.last_px.units())
            });
            return Err(if c.kind == ReportKind::Filled && other { "Contradicts" } else { "Duplicate" });
        }
        if order.held() {
            return Err("NotApplicable");
        }
        let numbers = [c.last_qty.units(), c.order_qty.units(), c.cum_qty.units(), c.last_px.units(), c.price.units()];
        if numbers.iter().any(|units| *units < 0 || *units > model::limits::UNITS_MAX) {
            return Err("OutOfRange");
        }
        let reshapes = matches!(
            c.kind,
            ReportKind::Canceled
                | ReportKind::Expired
                | ReportKind::Rejected
                | ReportKind::Replaced
                | ReportKind::Restated
        );
        let compared = c.counted == Counted::InAnswer || (c.counted == Counted::InReport && reshapes);
        if compared && c.cum_qty.units() != order.cum() {
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

    pub(crate) fn told(&mut self, number: u64, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
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
                let new_day = c.restatement == ExecRestatementReason::GtRenewal || order.done_for_day;
                (order.done_for_day, order.suspended, order.by_halt) = (false, false, false);
                if new_day {
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
                None if order.ending.is_some() => {
                    // What goes on by itself is not asked for again.
                    let goes_on = [CancelCause::Expiry, CancelCause::Halt, CancelCause::Contingency];
                    order.ending = order.ending.filter(|cause| goes_on.contains(cause));
                    order.cancels_out = order.cancels_out.saturating_sub(1);
                    Ok(self.refused(number, "", false, c.reason))
                }
                None if order.cancels_out > 0 => {
                    order.cancels_out = 0;
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

    pub(crate) fn refused(&self, number: u64, id: &str, replace: bool, reason: u8) -> Vec<Said> {
        let reason = if model::CxlRejReason::from_value(reason).is_some() { reason } else { 99 };
        let order = self.order(number);
        let (orig, status) = (order.id.clone(), order.status());
        vec![Said::CancelReject { order: number, cl_ord_id: id.to_owned(), orig, replace, reason, status }]
    }

    pub(crate) fn filled(&mut self, number: u64, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
        let order = self.orders.get_mut(&number).expect("it is there");
        let cum = order.cum() + c.last_qty.units();
        if cum > order.qty {
            return Err("Overfill");
        }
        if c.last_qty.is_zero() || c.last_px.is_zero() {
            return Err("NotApplicable");
        }
        // The most that the venue has ever counted, busts taken off.
        let most = order.cum() + order.missing;
        order.missing = match c.counted {
            Counted::InReport if cum > most.max(c.cum_qty.units()) => return Err("QuantityDiffers"),
            Counted::InReport => most.max(c.cum_qty.units()) - cum,
            _ => (most - cum).max(0),
        };
        let (qty, px) = (c.last_qty.units(), c.last_px.units());
        order.fills.push(Fill { exec: c.venue_exec_id, exec_now: c.venue_exec_id, qty, px, earlier_day: false });
        let (holding, place) = ((order.account, order.instrument), order.fills.len() - 1);
        self.tape.entry(holding).or_default().push(Entry::Fill(number, place));
        let Said::Order { what, view, with, .. } = self.say("filled", number) else { return Err("") };
        Ok(vec![Said::Order { what, view, last: (qty, px), with }])
    }

    pub(crate) fn amended(&mut self, number: u64, c: &model::VenueReport) -> Result<Vec<Said>, &'static str> {
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

    pub(crate) fn canceled(&mut self, number: u64, c: &model::VenueReport) -> Vec<Said> {
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

    pub(crate) fn replaced(&mut self, number: u64) -> Vec<Said> {
        let exposure = self.order(number).exposure();
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
        let scopes = (order.session, order.account, order.instrument);
        let stopped = self.stopped_by(scopes.0, scopes.1, scopes.2).is_some()
            || self.increases(Some(number), scopes, order.side, exposure.max(queued.qty - order.cum()));
        let risk = self.is_halted(order.account, order.instrument) || closed || too_old || stopped;
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
}

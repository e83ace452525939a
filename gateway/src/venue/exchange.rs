//! The paper venue without its plumbing: one event of the log in, the reports that it causes out.
//!
//! Keeps nothing of an order that no longer rests, so a cancel or replace that comes too late is refused like one of an
//! unknown order. Every report has an ExecID(17) higher than all before it, across restarts too.

use hashbrown::HashMap;
use model::{
    CalendarName, Event, ExecInst, ExecRestatementReason, InstrumentDefined, InstrumentId, OrdType, OrderAccepted,
    OrderId, OrderRestated, OrderView, Px, Qty, Scope, TradingPhase, TradingState, VenueId, VenueReport, Work,
};
use rustc_hash::FxBuildHasher;

use super::book::{Books, Now, Order, Terms};
use super::hours::{Hours, Listing};
use super::voice::Voice;

pub use restore::OpenOrder;

mod restore;

/// The books, and what the venue says of them.
#[derive(Debug)]
pub struct Exchange {
    books: Books,
    hours: Hours,
    voice: Voice,
    /// OrderIDs rise, so an order that is not above this one was here before.
    last_order_id: OrderId,
    /// MinQty(110) and MaxFloor(111) of orders that Millrace holds back: the event that lets one go does not repeat them.
    held: HashMap<OrderId, Terms, FxBuildHasher>,
}

impl Exchange {
    /// Empty books with room for this many resting orders and instruments. `last_venue_exec_id` is the highest that
    /// the engine has seen.
    pub fn new(orders_max: u32, instruments_max: u32, last_venue_exec_id: u64) -> Exchange {
        Exchange {
            books: Books::new(orders_max, instruments_max),
            hours: Hours::default(),
            voice: Voice::after(last_venue_exec_id),
            last_order_id: OrderId(0),
            held: HashMap::default(),
        }
    }

    /// Opens an instrument's book before anything rests there.
    pub fn list(&mut self, listing: &Listing) {
        self.books.define(listing.instrument, listing.tick);
        self.hours.list(listing);
        self.follow_hours(listing.instrument, &mut |_| {});
    }

    /// What part of its day a calendar is in, before anything rests.
    pub fn begin_in(&mut self, calendar: CalendarName, phase: TradingPhase) {
        self.hours.set_phase(calendar, phase);
        self.follow_all_hours(&mut |_| {});
    }

    /// What the venue does about one event of the log; most concern it not.
    pub fn on_event(&mut self, event: &Event, each: &mut impl FnMut(VenueReport)) {
        match event {
            Event::OrderAccepted(accepted) => self.accepted(accepted, each),
            Event::OrderAdopted(adopted) if adopted.at_venue == 0 && self.is_new(&adopted.order) => {
                self.last_order_id = adopted.order.order_id;
                self.receive(&adopted.order, adopted.worst_px, Terms::NONE, each);
            }
            Event::OrderTriggered(triggered) if event.sends_order().is_some() => {
                let order = &triggered.order;
                let terms = self.held.remove(&order.order_id).unwrap_or(terms_of(order));
                let is_known = self.books.leaves(order.order_id).is_some();
                if !is_known && !self.hours.is_elsewhere(order.instrument) {
                    self.receive(order, triggered.worst_px, terms, each);
                }
            }
            Event::CancelRequested(requested) if self.is_ours(&requested.order) => {
                self.cancel(requested.order.order_id, each);
            }
            Event::ReplaceRequested(requested) if self.is_ours(&requested.order) => {
                self.replace(requested.order.order_id, requested.order_qty, requested.price, each);
            }
            Event::OrderSuspended(suspended) if suspended.venue_exec_id == 0 => {
                self.books.suspend(suspended.order.order_id);
            }
            // What has a number was said by us.
            Event::OrderRestated(restated) if restated.venue_exec_id == 0 => self.restate(restated, each),
            // Said by people, or of an order that Millrace held.
            Event::OrderCanceled(ended) if ended.venue_exec_id == 0 => self.forget(ended.order.order_id),
            Event::OrderExpired(ended) if ended.venue_exec_id == 0 => self.forget(ended.order.order_id),
            Event::OrderRejected(ended) if ended.venue_exec_id == 0 => self.forget(ended.order.order_id),
            Event::QuoteUpdated(updated) if !self.hours.is_elsewhere(updated.quote.instrument) => {
                let voice = &mut self.voice;
                self.books.quote(&updated.quote, |outcome| voice.tell(outcome, each));
            }
            Event::InstrumentDefined(defined) => self.define(defined, each),
            Event::TradingPhaseChanged(changed) => {
                self.hours.set_phase(changed.set.calendar, changed.set.phase);
                self.follow_all_hours(each);
            }
            Event::TradingStateChanged(changed) if changed.set.scope == Scope::Instrument => {
                self.hours.set_halted(changed.instrument, changed.set.state == TradingState::Halted);
                self.follow_hours(changed.instrument, each);
            }
            Event::SplitBegun(begun) => {
                self.hours.begin_split(begun.instrument);
                self.books.draw_back(begun.instrument);
            }
            Event::WorkAdvanced(advanced) if advanced.work == Work::Review && advanced.is_done == 1 => {
                if self.hours.end_splits() {
                    self.follow_all_hours(each);
                }
            }
            Event::OrderAdopted(_)
            | Event::OrderTriggered(_)
            | Event::CancelRequested(_)
            | Event::ReplaceRequested(_)
            | Event::OrderSuspended(_)
            | Event::OrderRestated(_)
            | Event::OrderCanceled(_)
            | Event::OrderExpired(_)
            | Event::OrderRejected(_)
            | Event::QuoteUpdated(_)
            | Event::QuoteDoubted(_)
            | Event::WashSuspected(_)
            | Event::RestrictionChanged(_)
            | Event::OverrideChanged(_)
            | Event::TradingStateChanged(_)
            | Event::WorkAdvanced(_)
            | Event::OrderRefused(_)
            | Event::CancelRejected(_)
            | Event::VenueAccepted(_)
            | Event::PositionChanged(_)
            | Event::StrategyPositionChanged(_)
            | Event::FxRateSet(_)
            | Event::ForeignCashMoved(_)
            | Event::CommissionBooked(_)
            | Event::AccountCurrencyDefined(_)
            | Event::ForeignCashAdjusted(_)
            | Event::AccountDefined(_)
            | Event::SessionDefined(_)
            | Event::AttributionDefined(_)
            | Event::FirmDefined(_)
            | Event::LimitChanged(_)
            | Event::ConfigurationRead(_)
            | Event::ScopeStateSet(_)
            | Event::Alarmed(_)
            | Event::KillProgressed(_)
            | Event::CashAdjusted(_)
            | Event::Started(_)
            | Event::Ticked(_)
            | Event::OrderAcknowledged(_)
            | Event::OrderFilled(_)
            | Event::OrderReplaced(_)
            | Event::StatusReported(_)
            | Event::ReportSuspended(_)
            | Event::TradeCanceled(_)
            | Event::TradeCorrected(_)
            | Event::OrderDoneForDay(_)
            | Event::OrderStopped(_)
            | Event::ReplaceQueued(_)
            | Event::MassCancelReported(_)
            | Event::MassStatusBegun(_)
            | Event::SessionLost(_)
            | Event::VenueLinked(_)
            | Event::JournalRoomChanged(_)
            | Event::ResolutionGiven(_)
            | Event::TradeDisputed(_)
            | Event::PositionsSplit(_)
            | Event::DividendBegun(_)
            | Event::SettlementBegun(_)
            | Event::SymbolChanged(_)
            | Event::DividendPaid(_)
            | Event::PositionAdjusted(_)
            | Event::BreaksReported(_)
            | Event::AdjustmentBooked(_)
            | Event::CloseBegun(_)
            | Event::DayMarked(_)
            | Event::DayClosed(_)
            | Event::StartChecked(_)
            | Event::Armed(_) => {}
        }
    }

    /// The books, to look at.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// Has an order that was accepted not been here before, and does it come here?
    fn is_new(&self, order: &OrderView) -> bool {
        order.order_id > self.last_order_id && !self.hours.is_elsewhere(order.instrument)
    }

    /// Is a request about the order for us to answer? Orders stay where they are when their instrument moves elsewhere, and
    /// those that Millrace holds it answers for itself.
    fn is_ours(&self, order: &OrderView) -> bool {
        let is_here = !self.hours.is_elsewhere(order.instrument) || self.books.leaves(order.order_id).is_some();
        is_here && order.held == 0
    }

    fn accepted(&mut self, accepted: &OrderAccepted, each: &mut impl FnMut(VenueReport)) {
        let OrderAccepted { order, worst_px, min_qty, max_floor, .. } = accepted;
        if !self.is_new(order) {
            return;
        }
        self.last_order_id = order.order_id;
        let terms = Terms { min_qty: *min_qty, max_floor: *max_floor, ..terms_of(order) };
        match order.held {
            0 => self.receive(order, *worst_px, terms, each),
            _ => self.hold(order.order_id, terms),
        }
    }

    fn define(&mut self, defined: &InstrumentDefined, each: &mut impl FnMut(VenueReport)) {
        let InstrumentDefined { definition, instrument, .. } = defined;
        let is_here = definition.venue == VenueId::PAPER;
        if is_here {
            self.books.define(*instrument, definition.tick);
        }
        self.hours.define(*instrument, is_here, definition.calendar);
        self.follow_hours(*instrument, each);
    }

    fn follow_hours(&mut self, instrument: InstrumentId, each: &mut impl FnMut(VenueReport)) {
        let voice = &mut self.voice;
        match self.hours.is_open(instrument) {
            true => self.books.open(instrument, |outcome| voice.tell(outcome, each)),
            false => self.books.close(instrument),
        }
    }

    fn follow_all_hours(&mut self, each: &mut impl FnMut(VenueReport)) {
        for instrument in self.hours.instruments() {
            self.follow_hours(instrument, each);
        }
    }

    fn hold(&mut self, order_id: OrderId, terms: Terms) {
        if !terms.is_plain() {
            self.held.insert(order_id, terms);
        }
    }

    fn receive(&mut self, view: &OrderView, worst_px: Px, terms: Terms, each: &mut impl FnMut(VenueReport)) {
        let order_id = view.order_id;
        let order = order_of(view, worst_px, terms);
        match self.books.check(&order) {
            Ok(ticket) => {
                self.voice.accept(order_id, each);
                let voice = &mut self.voice;
                self.books.enter(ticket, |outcome| voice.tell(outcome, each));
            }
            Err(why) => self.voice.reject(order_id, why, each),
        }
    }

    fn cancel(&mut self, order_id: OrderId, each: &mut impl FnMut(VenueReport)) {
        match self.books.cancel(order_id) {
            Some(_) => self.voice.cancel(order_id, each),
            None => self.voice.refuse_cancel(order_id, each),
        }
    }

    fn replace(&mut self, order_id: OrderId, order_qty: Qty, px: Px, each: &mut impl FnMut(VenueReport)) {
        match self.books.check_replace(order_id, order_qty, px) {
            Ok(ticket) => {
                self.voice.replace(order_id, each);
                let voice = &mut self.voice;
                self.books.replace(ticket, |outcome| voice.tell(outcome, each));
            }
            Err(why) => self.voice.refuse_replace(order_id, why, each),
        }
    }

    /// The engine lets it trade again, or has split it.
    fn restate(&mut self, restated: &OrderRestated, each: &mut impl FnMut(VenueReport)) {
        let OrderRestated { order, max_floor, restatement, .. } = restated;
        if let Some(terms) = self.held.get_mut(&order.order_id) {
            terms.max_floor = *max_floor;
        }
        let voice = &mut self.voice;
        let tell = |outcome| voice.tell(outcome, each);
        if *restatement != ExecRestatementReason::GtCorporateAction {
            return self.books.resume(order.order_id, tell);
        }
        let px = (!order.price.is_zero()).then_some(order.price);
        let (leaves, cum) = (order.order_qty - order.cum_qty, order.cum_qty);
        self.books.restate(order.order_id, Now { leaves, cum, px, max_floor: *max_floor }, tell);
    }

    fn forget(&mut self, order_id: OrderId) {
        self.held.remove(&order_id);
        self.books.cancel(order_id);
    }
}

/// The terms that the view itself tells.
fn terms_of(view: &OrderView) -> Terms {
    Terms { post_only: view.exec_inst.has(ExecInst::PARTICIPATE_DONT_INITIATE), ..Terms::NONE }
}

fn order_of(view: &OrderView, worst_px: Px, terms: Terms) -> Order {
    // A market-to-limit order that has a price has traded at it, and rests there.
    let ord_type = match view.working_type() {
        OrdType::MarketToLimit if !view.price.is_zero() => OrdType::Limit,
        other => other,
    };
    Order {
        order_id: view.order_id,
        instrument: view.instrument,
        side: view.side,
        ord_type,
        px: if ord_type == OrdType::Limit { view.price } else { worst_px },
        time_in_force: view.time_in_force,
        leaves: view.order_qty - view.cum_qty,
        cum: view.cum_qty,
        terms,
    }
}

#[cfg(test)]
pub(in crate::venue) mod tests;

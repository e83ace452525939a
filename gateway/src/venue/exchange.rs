//! The paper venue without its plumbing: one event of the log in, the reports that it causes out.
//!
//! Keeps nothing of an order that no longer rests, so a cancel or replace that comes too late is refused like one of an
//! unknown order. Every report has an ExecID(17) higher than all before it, across restarts too.

use model::{Event, InstrumentId, OrdType, OrderId, OrderView, Px, Qty, ReportKind, TimeInForce, VenueId, VenueReport};

use super::book::{Books, Entered, Fill, Order};

/// An order that the engine holds open while the venue starts.
#[derive(Clone, Copy, Debug)]
pub struct OpenOrder {
    /// The order.
    pub view: OrderView,
    /// The venue said before that it has the order.
    pub acknowledged: bool,
    /// A cancel waits for an answer.
    pub pending_cancel: bool,
    /// A replace waits for an answer: OrderQty(38) and Price(44) asked for.
    pub pending_replace: Option<(Qty, Px)>,
}

/// The books, and what the venue says of them.
#[derive(Debug)]
pub struct Exchange {
    books: Books,
    voice: Voice,
    /// OrderIDs rise, so an order that is not above this one was here before.
    last_order_id: OrderId,
    /// Instruments whose orders go to a broker; nothing about them concerns us.
    elsewhere: Vec<bool>,
}

impl Exchange {
    /// Empty books with room for this many resting orders and instruments. `last_venue_exec_id` is the highest that
    /// the engine has seen.
    pub fn new(orders_max: u32, instruments_max: u32, last_venue_exec_id: u64) -> Exchange {
        let books = Books::new(orders_max, instruments_max);
        Exchange {
            books,
            voice: Voice { last_exec_id: last_venue_exec_id },
            last_order_id: OrderId(0),
            elsewhere: Vec::new(),
        }
    }

    /// Opens an instrument's book, or changes its tick.
    pub fn define(&mut self, instrument: InstrumentId, tick: Px) {
        self.books.define(instrument, tick);
    }

    /// The instrument's orders go to another venue.
    pub fn leave(&mut self, instrument: InstrumentId) {
        let index = instrument.0 as usize;
        if self.elsewhere.len() <= index {
            self.elsewhere.resize(index + 1, false);
        }
        self.elsewhere[index] = true;
    }

    fn is_elsewhere(&self, instrument: InstrumentId) -> bool {
        self.elsewhere.get(instrument.0 as usize).copied().unwrap_or(false)
    }

    /// Answers for the orders that the engine holds open, as a broker does after an order mass status request. Sorted
    /// by priority. First what was acknowledged goes back to rest, silently; then what was not is received anew; then
    /// the waiting cancels and replaces are answered.
    ///
    /// An acknowledged order can still trade here: where the venue went away between an acknowledgement and its fills,
    /// the fills are still due, and an immediate order still has to end.
    pub fn restore(&mut self, open: &[OpenOrder], each: &mut impl FnMut(VenueReport)) {
        for order in open.iter().filter(|order| order.acknowledged) {
            self.books.admit_px(order.view.instrument, order.view.price);
            self.take_back(&order.view, each);
        }
        for order in open.iter().filter(|order| !order.acknowledged) {
            self.receive(&order.view, each);
        }
        for order in open {
            if let Some((order_qty, px)) = order.pending_replace {
                self.replace(order.view.order_id, order_qty, px, each);
            }
            if order.pending_cancel {
                self.cancel(order.view.order_id, each);
            }
        }
        self.last_order_id = open.iter().map(|order| order.view.order_id).max().unwrap_or_default();
    }

    /// What the venue does about one event of the log; most concern it not.
    pub fn on_event(&mut self, event: &Event, each: &mut impl FnMut(VenueReport)) {
        match event {
            Event::OrderAccepted(_)
            | Event::OrderAdopted(_)
            | Event::OrderTriggered(_)
            | Event::CancelRequested(_)
            | Event::ReplaceRequested(_)
                if event.order().is_some_and(|order| self.is_elsewhere(order.instrument)) => {}
            Event::QuoteUpdated(updated) if self.is_elsewhere(updated.quote.instrument) => {}
            Event::InstrumentDefined(defined) if defined.definition.venue != VenueId::PAPER => {
                self.leave(defined.instrument);
            }
            Event::OrderAccepted(_) | Event::OrderAdopted(_) | Event::OrderTriggered(_) => {
                if let Some(order) = event.sends_order() {
                    self.receive(order, each);
                }
            }
            Event::CancelRequested(requested) => self.cancel(requested.order.order_id, each),
            Event::ReplaceRequested(requested) => {
                self.replace(requested.order.order_id, requested.order_qty, requested.price, each);
            }
            Event::QuoteUpdated(updated) => {
                let voice = &mut self.voice;
                self.books.quote(&updated.quote, |fill| voice.fill(fill, each));
            }
            Event::InstrumentDefined(defined) => self.define(defined.instrument, defined.definition.tick),
            _ => {}
        }
    }

    /// The books, to look at.
    pub fn books(&self) -> &Books {
        &self.books
    }

    fn receive(&mut self, view: &OrderView, each: &mut impl FnMut(VenueReport)) {
        let order_id = view.order_id;
        let Ok(ticket) = self.books.check(&order_of(view, view.time_in_force)) else {
            self.voice.say(order_id, ReportKind::Rejected, each);
            return;
        };
        self.voice.say(order_id, ReportKind::Accepted, each);
        let voice = &mut self.voice;
        let entered = self.books.enter(ticket, |fill| voice.fill(fill, each));
        if entered == Entered::Lapsed {
            self.voice.say(order_id, ReportKind::Canceled, each);
        }
    }

    fn take_back(&mut self, view: &OrderView, each: &mut impl FnMut(VenueReport)) {
        // A fill-or-kill order that was partly filled when the venue went away has passed its test already.
        let time_in_force = match view.time_in_force {
            TimeInForce::FillOrKill if !view.cum_qty.is_zero() => TimeInForce::ImmediateOrCancel,
            other => other,
        };
        let voice = &mut self.voice;
        match self.books.add(&order_of(view, time_in_force), |fill| voice.fill(fill, each)) {
            Ok(Entered::Rests | Entered::Filled) => {}
            Ok(Entered::Lapsed) | Err(_) => self.voice.say(view.order_id, ReportKind::Canceled, each),
        }
    }

    fn cancel(&mut self, order_id: OrderId, each: &mut impl FnMut(VenueReport)) {
        let kind = match self.books.cancel(order_id) {
            Some(_) => ReportKind::Canceled,
            None => ReportKind::CancelRejected,
        };
        self.voice.say(order_id, kind, each);
    }

    fn replace(&mut self, order_id: OrderId, order_qty: Qty, px: Px, each: &mut impl FnMut(VenueReport)) {
        let Ok(ticket) = self.books.check_replace(order_id, order_qty, px) else {
            self.voice.say(order_id, ReportKind::ReplaceRejected, each);
            return;
        };
        self.voice.say(order_id, ReportKind::Replaced, each);
        let voice = &mut self.voice;
        self.books.replace(ticket, |fill| voice.fill(fill, each));
    }
}

/// Gives every report its number.
#[derive(Debug)]
struct Voice {
    last_exec_id: u64,
}

impl Voice {
    fn say(&mut self, order_id: OrderId, kind: ReportKind, each: &mut impl FnMut(VenueReport)) {
        each(self.report(order_id, kind, Qty::ZERO, Px::ZERO));
    }

    /// One report for each side that is ours.
    fn fill(&mut self, fill: Fill, each: &mut impl FnMut(VenueReport)) {
        for order_id in [fill.incoming, fill.resting].into_iter().flatten() {
            each(self.report(order_id, ReportKind::Filled, fill.qty, fill.px));
        }
    }

    fn report(&mut self, order_id: OrderId, kind: ReportKind, last_qty: Qty, last_px: Px) -> VenueReport {
        self.last_exec_id += 1;
        VenueReport { last_qty, last_px, ..VenueReport::about(VenueId::PAPER, order_id, self.last_exec_id, kind) }
    }
}

fn order_of(view: &OrderView, time_in_force: TimeInForce) -> Order {
    Order {
        order_id: view.order_id,
        instrument: view.instrument,
        side: view.side,
        px: match view.working_type() {
            OrdType::Limit => Some(view.price),
            _ => None,
        },
        time_in_force,
        leaves: view.order_qty - view.cum_qty,
        cum: view.cum_qty,
    }
}

#[cfg(test)]
pub(in crate::venue) mod tests;

//! The orders that a broker has not answered for and that we have lost sight of. The engine knows them, and keeps their exposure;
//! this is the same told to people, folded from the same events by the same rules.
//!
//! Each loss of a connection begins an epoch. What went out in an earlier one and was never answered is in doubt. Where the
//! sequence numbers were lost with the connection, every order is that the broker has not spoken of since.

use std::collections::BTreeMap;

use model::{
    CancelCause, ClOrdId, CxlRejResponseTo, Event, InstrumentId, Link, OrderId, OrderView, Resolution, ResolveOrder,
    VenueId,
};

/// The connection to a venue.
#[derive(Clone, Copy, Default, Debug)]
struct Sight {
    epoch: u32,
    /// Orders that were last heard of before it are in doubt.
    void_epoch: u32,
    is_up: bool,
}

impl Sight {
    fn is_linked(&mut self, link: Link) {
        match link {
            Link::Up => self.is_up = true,
            Link::Down => {
                self.is_up = false;
                self.epoch += 1;
            }
            Link::Void => {
                self.epoch += 1;
                self.void_epoch = self.epoch;
            }
        }
    }
}

/// An order at a broker.
#[derive(Clone, Debug)]
struct AtBroker {
    order: OrderView,
    venue: VenueId,
    /// The broker said that it has it.
    acknowledged: bool,
    client_cancels: bool,
    is_ending: bool,
    cancels_sent: u32,
    /// ClOrdIDs of the replaces that went out.
    replaces: Vec<ClOrdId>,
    sent_epoch: u32,
    heard_epoch: u32,
    proposal: Option<ResolveOrder>,
}

/// An order in doubt, as people see it.
#[derive(Clone, Copy, Debug)]
pub struct Doubtful<'a> {
    /// As it was last heard of.
    pub order: &'a OrderView,
    /// Where it is.
    pub venue: VenueId,
    /// What one person has said became of it, until another one says the same.
    pub proposal: Option<&'a ResolveOrder>,
}

/// See the module. Bounded by the orders that work at brokers.
#[derive(Default, Debug)]
pub struct Doubt {
    /// By instrument.
    venues: Vec<VenueId>,
    sights: BTreeMap<VenueId, Sight>,
    orders: BTreeMap<OrderId, AtBroker>,
}

impl Doubt {
    /// The orders in doubt, by OrderID(37).
    pub fn orders(&self) -> impl Iterator<Item = Doubtful<'_>> {
        self.orders.values().filter(|known| self.is_in_doubt(known)).map(|known| Doubtful {
            order: &known.order,
            venue: known.venue,
            proposal: known.proposal.as_ref(),
        })
    }

    fn is_in_doubt(&self, known: &AtBroker) -> bool {
        let sight = self.sights.get(&known.venue).copied().unwrap_or_default();
        (known.is_unanswered() && known.sent_epoch < sight.epoch) || known.heard_epoch < sight.void_epoch
    }

    /// Takes in an event.
    pub(super) fn follow(&mut self, event: &Event) {
        match event {
            Event::InstrumentDefined(e) => self.instrument(e.instrument, e.definition.venue),
            Event::VenueLinked(e) => self.sights.entry(e.venue).or_default().is_linked(e.link),
            // Whatever connection a venue had, it was another life's.
            Event::Started(_) => {
                self.sights.values_mut().filter(|sight| sight.is_up).for_each(|sight| sight.is_linked(Link::Down));
            }
            Event::ResolutionGiven(e) => self.resolved(&e.resolution, e.outcome),
            other => self.order(other),
        }
    }

    fn instrument(&mut self, instrument: InstrumentId, venue: VenueId) {
        let Ok(index) = usize::try_from(instrument.0) else { return };
        let next = self.venues.len();
        match self.venues.get_mut(index) {
            Some(known) => *known = venue,
            None if index == next => self.venues.push(venue),
            None => {}
        }
    }

    fn resolved(&mut self, word: &ResolveOrder, outcome: Resolution) {
        let Some(known) = self.orders.get_mut(&word.order_id) else { return };
        match outcome {
            Resolution::Proposed => known.proposal = Some(*word),
            Resolution::Approved => {
                let epoch = self.sights.get(&known.venue).map_or(0, |sight| sight.epoch);
                (known.proposal, known.heard_epoch) = (None, epoch);
                if !known.is_unanswered() {
                    known.sent_epoch = epoch;
                }
            }
            Resolution::NotInDoubt | Resolution::NotApplicable | Resolution::UnknownOrder => {}
        }
    }

    fn order(&mut self, event: &Event) {
        let order_id = match event {
            Event::VenueAccepted(e) => e.order_id,
            Event::CancelRejected(e) => e.order_id,
            Event::StatusReported(_) => return,
            other => match other.order() {
                Some(order) => order.order_id,
                None => return,
            },
        };
        if let Some(order) = event.order().filter(|order| is_at_venue(event, order)) {
            self.begin(event, order);
        }
        let Some(known) = self.orders.get_mut(&order_id) else { return };
        known.follow(event, self.sights.get(&known.venue).map_or(0, |sight| sight.epoch));
        if !known.order.is_working() {
            self.orders.remove(&order_id);
        }
    }

    /// An order goes to its broker, or comes back.
    fn begin(&mut self, event: &Event, order: &OrderView) {
        let venue = match event {
            Event::OrderAdopted(e) => Some(e.venue),
            _ => usize::try_from(order.instrument.0).ok().and_then(|index| self.venues.get(index)).copied(),
        };
        let Some(venue) = venue.filter(|venue| *venue != VenueId::PAPER) else { return };
        let epoch = self.sights.get(&venue).map_or(0, |sight| sight.epoch);
        self.orders.entry(order.order_id).or_insert(AtBroker {
            order: *order,
            venue,
            acknowledged: event.sends_order().is_none(),
            client_cancels: false,
            is_ending: false,
            cancels_sent: 0,
            replaces: Vec::new(),
            sent_epoch: epoch,
            heard_epoch: epoch,
            proposal: None,
        });
    }
}

/// Is the order with its venue after this event, where it may not have been before?
fn is_at_venue(event: &Event, order: &OrderView) -> bool {
    let comes_back = matches!(
        event,
        Event::OrderAdopted(_)
            | Event::ReplaceRequested(_)
            | Event::OrderRestated(_)
            | Event::TradeCanceled(_)
            | Event::TradeCorrected(_)
    );
    order.held == 0 && order.is_working() && (comes_back || event.sends_order().is_some())
}

impl AtBroker {
    fn follow(&mut self, event: &Event, epoch: u32) {
        match event {
            Event::CancelRequested(e) => {
                self.asks(epoch);
                self.cancels_sent += 1;
                match e.cause {
                    CancelCause::Client => self.client_cancels = true,
                    _ => self.is_ending = true,
                }
            }
            Event::ReplaceRequested(e) => {
                self.asks(epoch);
                self.replaces.push(e.order.cl_ord_id);
            }
            Event::CancelRejected(e) if e.ends_pending == 1 => {
                (self.heard_epoch, self.proposal) = (epoch, None);
                self.order.ord_status = e.ord_status;
                match e.response_to {
                    CxlRejResponseTo::Cancel => {
                        self.client_cancels = false;
                        self.cancels_sent = self.cancels_sent.saturating_sub(1);
                    }
                    CxlRejResponseTo::Replace => self.replaces.retain(|name| *name != e.cl_ord_id),
                }
            }
            Event::VenueAccepted(e) => {
                self.acknowledged = true;
                if !self.client_cancels && !self.is_ending {
                    self.cancels_sent = 0;
                }
                self.heard(e.venue_exec_id, epoch);
            }
            Event::OrderFilled(e) => {
                self.acknowledged = true;
                if e.missing.is_zero() {
                    self.heard(e.venue_exec_id, epoch);
                }
            }
            Event::OrderReplaced(e) => {
                self.replaces.retain(|name| *name != e.order.cl_ord_id);
                self.heard(e.venue_exec_id, epoch);
            }
            Event::OrderTriggered(e) => self.heard(e.venue_exec_id, epoch),
            Event::TradeCanceled(e) => self.heard(e.venue_exec_id, epoch),
            Event::TradeCorrected(e) => self.heard(e.venue_exec_id, epoch),
            Event::OrderRestated(e) => self.heard(e.venue_exec_id, epoch),
            Event::OrderDoneForDay(e) => self.heard(e.venue_exec_id, epoch),
            Event::OrderStopped(e) => self.heard(e.venue_exec_id, epoch),
            Event::OrderSuspended(e) => self.heard(e.venue_exec_id, epoch),
            _ => {}
        }
        if let Some(order) = event.order() {
            // A cancel that Millrace asks for has a name of its own; the order keeps its client's.
            self.order = match event {
                Event::CancelRequested(e) if e.cause != CancelCause::Client => {
                    OrderView { cl_ord_id: order.orig_cl_ord_id, orig_cl_ord_id: ClOrdId::EMPTY, ..*order }
                }
                _ => *order,
            };
        }
    }

    fn is_unanswered(&self) -> bool {
        !self.acknowledged || self.cancels_sent > 0 || !self.replaces.is_empty()
    }

    /// Something goes to the broker. What was not answered before is not in sight again for that.
    fn asks(&mut self, epoch: u32) {
        if !self.is_unanswered() {
            self.sent_epoch = epoch;
        }
    }

    fn heard(&mut self, venue_exec_id: u64, epoch: u32) {
        if venue_exec_id != 0 {
            (self.heard_epoch, self.proposal) = (epoch, None);
        }
    }
}

#[cfg(test)]
#[path = "doubt_tests.rs"]
mod tests;

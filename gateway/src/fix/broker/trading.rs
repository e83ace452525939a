//! What the engine decided, on its way to the broker; and what we have to say for it where it cannot go there.

use journal::Frame;
use model::{Command, Event, ExecId, OrderView, ReportKind, VenueId};

use super::super::counters::count;
use super::super::limits::MSG_SEQ_NUM_MAX;
use super::super::message::Message;
use super::super::resend::Teller;
use super::super::tag;
use super::asking::Asking;
use super::desk::Desk;
use super::ids::cl_ord_id_at_broker;
use super::open::Sent;
use super::open_orders::OpenOrders;
use super::orders::{ToBroker, sends_order};
use super::reports::refusal;
use super::sent::{SentMessage, SentMessages};

impl Desk {
    /// Takes in a frame: what it confirms, and what the broker hears of it.
    pub(super) fn on_frame(&mut self, frame: &Frame<'_>, now_ns: i64) {
        let told = (frame.command.venue_report(), frame.command.foreign_order());
        let said_by = told.0.map(|report| report.venue).or(told.1.map(|order| order.venue));
        match &frame.command {
            _ if said_by == Some(self.venue) => self.slots[0].journaled_first(),
            Command::SetSequenceNumbers(set) if set.session == self.slots[0].id => {
                self.slots[0].set_numbers(set, now_ns);
                self.numbers_are_void();
            }
            _ => {}
        }
        for (index, event) in frame.events().enumerate() {
            self.names.learn(&event);
            match &event {
                Event::InstrumentDefined(defined) => {
                    let definition = &defined.definition;
                    self.route.learn(defined.instrument, definition.venue, definition.abilities);
                }
                Event::OrderAdopted(e) if e.at_venue == 1 && e.venue == self.venue => {
                    self.open.adopted(&e.order, e.venue_order_id);
                }
                Event::CommissionBooked(e) if said_by == Some(self.venue) && !e.outcome.is_booked() => {
                    self.commission_is_not_booked(e);
                }
                Event::ReportSuspended(suspended) if suspended.report.venue == self.venue => {
                    self.suspended(suspended, now_ns);
                }
                _ => {}
            }
            let is_here = event.order().is_some_and(|order| self.route.has(order));
            if let Event::OrderFilled(fill) = &event
                && is_here
                && !fill.missing.is_zero()
            {
                self.fills_are_missing(fill);
            }
            for (request, kind) in self.open.on_event(&event, is_here) {
                self.refuse(&request, kind);
            }
            self.tell(&event, ExecId { seq: frame.seq, index: index as u8 }, now_ns);
        }
        self.ledger.cursor = frame.seq.next();
    }

    fn tell(&mut self, event: &Event, at: ExecId, now_ns: i64) {
        let is_here = |order: &&OrderView| order.held == 0 && self.route.has(order);
        let Some(order) = event.order().filter(is_here).copied() else { return };
        let live = self.slots[0].session.is_active();
        match event {
            Event::ReplaceRequested(request) if live => self.open.replace(request, Sent::Yes),
            Event::CancelRequested(request) => self.open.cancel(request, if live { Sent::Yes } else { Sent::No }),
            // A refusal would be one of the replace before it, whose fate is not known.
            Event::ReplaceRequested(request) if self.open.awaits_replace(order.order_id) => {
                self.open.replace(request, Sent::No);
            }
            Event::ReplaceRequested(_) => self.refuse(&order, ReportKind::ReplaceRejected),
            other if sends_order(other).is_some() => match live {
                true => self.open.order_sent(&order),
                false => self.refuse(&order, ReportKind::Rejected),
            },
            _ => return,
        }
        if live {
            return self.send(event, Some(at), false, now_ns);
        }
        // The number of a session message, which no event can have: the one to come, or where we wait for an answer to it,
        // that of our Logon or Logout.
        let slot = &mut self.slots[0];
        let next_out = slot.session.sequence_numbers().next_out;
        let number = if slot.connection.is_some() { next_out - 1 } else { next_out };
        slot.numbering.skip(number.max(1), at.seq, at.index);
    }

    /// Writes the message of an event. With its place in the journal it can be written again.
    pub(super) fn send(&mut self, event: &Event, at: Option<ExecId>, poss_resend: bool, now_ns: i64) {
        let Desk { slots: [slot], link, names, route, account, sent, counters, .. } = self;
        let Some(connection) = link.opened() else { return };
        let teller = ToBroker { version: slot.session.config().version, account, names, route };
        let (Some(msg_type), Some(order)) = (teller.msg_type(event), event.order()) else { return };
        let out = &mut connection.out;
        let number = slot.session.begin_app_message(now_ns, msg_type, out);
        if poss_resend {
            out.field_flag(tag::POSS_RESEND, true);
        }
        let exec_id = at.unwrap_or(ExecId { seq: Default::default(), index: 0 });
        teller.write_body(event, exec_id, model::EngineTime(now_ns), out);
        out.finish();
        count(&counters.reports_out);
        if let Some(at) = at {
            slot.note(number, at.seq, at.index);
        }
        let refusal = match event {
            Event::CancelRequested(_) => ReportKind::CancelRejected,
            Event::ReplaceRequested(_) => ReportKind::ReplaceRejected,
            _ => ReportKind::Rejected,
        };
        // A refusal of the second one says nothing about the first.
        if poss_resend {
            return;
        }
        let cl_ord_id = cl_ord_id_at_broker(order.order_id, &order.cl_ord_id);
        sent.note(SentMessage { number, order_id: order.order_id, cl_ord_id, refusal });
    }

    /// What was never sent is refused, for certain.
    fn refuse(&mut self, order: &OrderView, kind: ReportKind) {
        let cl_ord_id = cl_ord_id_at_broker(order.order_id, &order.cl_ord_id);
        self.say(refusal(self.venue, order.order_id, kind, 0, cl_ord_id.as_bytes()).into());
    }

    /// A report of our own. It is on its way like the others, but no message waits for it.
    pub(super) fn say(&mut self, report: Command) {
        let due = self.slots[0].session.sequence_numbers().next_in;
        self.slots[0].sent_to_engine(due);
        self.reports.send(report);
    }
}

/// What a Reject(3) or BusinessMessageReject(j) says of the order whose message the broker could not take.
pub(super) fn refused(
    message: &Message<'_>,
    venue: VenueId,
    sent: &SentMessages,
    open: &mut OpenOrders,
    asking: &mut Asking,
) -> Option<Command> {
    let number = message.get_u64(tag::REF_SEQ_NUM, MSG_SEQ_NUM_MAX).ok()?;
    asking.on_refusal(number);
    let SentMessage { order_id, cl_ord_id, refusal: kind, .. } = sent.find(number)?;
    let name = cl_ord_id.as_bytes();
    let kind = match kind {
        // The engine decides the replace that went out first.
        ReportKind::ReplaceRejected if open.replace_of(order_id, name).is_none() => ReportKind::Other,
        other => other,
    };
    open.is_refused(order_id, kind, name);
    Some(refusal(venue, order_id, kind, 0, name).into())
}

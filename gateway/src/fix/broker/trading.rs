//! What the engine decided, on its way to the broker; and what we have to say for it where it cannot go there.

use journal::Frame;
use model::{Command, Event, ExecId, OrderView, ReportKind, VenueId, VenueReport};

use super::super::counters::count;
use super::super::limits::MSG_SEQ_NUM_MAX;
use super::super::message::Message;
use super::super::resend::Teller;
use super::super::tag;
use super::desk::Desk;
use super::open_orders::Sent;
use super::orders::{ToBroker, cl_ord_id_at_broker};
use super::reports::refusal;
use super::sent::{SentMessage, SentMessages};

impl Desk {
    /// Takes in a frame: what it confirms, and what the broker hears of it.
    pub(super) fn on_frame(&mut self, frame: &Frame<'_>, now_ns: i64) {
        match &frame.command {
            Command::VenueReport(report) if report.venue == self.venue => self.slots[0].journaled_first(),
            Command::SetSequenceNumbers(set) if set.session == self.slots[0].id => {
                self.slots[0].set_numbers(set, now_ns);
                self.numbers_are_void();
            }
            _ => {}
        }
        for (index, event) in frame.events().enumerate() {
            self.names.learn(&event);
            if let Event::InstrumentDefined(defined) = &event {
                self.route.learn(defined.instrument, defined.definition.venue);
            }
            if let Some(request) = self.open.on_event(&event) {
                self.refuse(&request, ReportKind::CancelRejected);
            }
            self.tell(&event, ExecId { seq: frame.seq, index: index as u8 }, now_ns);
        }
        self.ledger.cursor = frame.seq.next();
    }

    fn tell(&mut self, event: &Event, at: ExecId, now_ns: i64) {
        let Some(order) = event.order().filter(|order| self.route.has(order)).copied() else { return };
        let live = self.slots[0].session.is_active();
        match event {
            Event::OrderAccepted(_) if live => self.open.order_sent(&order),
            Event::ReplaceRequested(request) if live => self.open.replace(request, Sent::Yes),
            Event::CancelRequested(request) => self.open.cancel(request, if live { Sent::Yes } else { Sent::No }),
            Event::OrderAccepted(_) => self.refuse(&order, ReportKind::Rejected),
            Event::ReplaceRequested(_) => self.refuse(&order, ReportKind::ReplaceRejected),
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
            Event::OrderAccepted(_) => ReportKind::Rejected,
            Event::ReplaceRequested(_) => ReportKind::ReplaceRejected,
            _ => ReportKind::CancelRejected,
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
        self.say(refusal(self.venue, order.order_id, kind, 0, cl_ord_id.as_bytes()));
    }

    /// A report of our own. It is on its way like the others, but no message waits for it.
    pub(super) fn say(&mut self, report: VenueReport) {
        let due = self.slots[0].session.sequence_numbers().next_in;
        self.slots[0].sent_to_engine(due);
        self.reports.send(report);
    }
}

/// What a Reject(3) or BusinessMessageReject(j) says of the order whose message the broker could not take.
pub(super) fn refused(message: &Message<'_>, venue: VenueId, sent: &SentMessages) -> Option<VenueReport> {
    let number = message.get_u64(tag::REF_SEQ_NUM, MSG_SEQ_NUM_MAX).ok()?;
    let SentMessage { order_id, cl_ord_id, refusal: kind, .. } = sent.find(number)?;
    Some(refusal(venue, order_id, kind, 0, cl_ord_id.as_bytes()))
}

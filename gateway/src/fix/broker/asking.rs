//! What is asked after a Logon: the fate of what was not answered, a piece at a time.
//!
//! Questions are in no record, so one that the broker had no use for yet, because of a gap before it, is asked again when the
//! gap is filled.

use std::collections::VecDeque;

use model::{Event, OrderId, OrderView};

use super::super::msg_type;
use super::super::resend::OUTPUT_BYTES_AHEAD;
use super::super::session::Resend;
use super::desk::Desk;
use super::open_orders::Sent;
use super::orders::ToBroker;

/// How far the asking has come.
#[derive(Debug, Default)]
pub(super) struct Asking {
    /// Orders that are still to be gone through.
    waiting: VecDeque<OrderId>,
    /// The number of the first question after the Logon.
    from: Option<u64>,
    lost: bool,
}

impl Asking {
    /// The broker has a gap; questions in it are lost.
    pub(super) fn on_resend(&mut self, resend: &Resend) {
        self.lost |= self.from.is_some_and(|first| first <= resend.end());
    }

    /// Has a gap swallowed questions?
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }
}

impl Desk {
    /// The numbers begin again: what was sent under the old ones, in either direction, can never be had again.
    pub(super) fn numbers_are_void(&mut self) {
        self.sent.reset();
        self.open.numbers_are_void();
    }

    /// After a Logon, or when a gap that swallowed questions is filled. See the module of the agent.
    pub(super) fn begin_to_ask(&mut self) {
        self.open.lost_sight();
        self.asking.waiting = self.open.to_ask();
        self.asking.from = Some(self.slots[0].session.sequence_numbers().next_out);
        self.asking.lost = false;
    }

    /// Goes on asking while the broker reads. Gives the number of orders that were gone through.
    pub(super) fn ask(&mut self, now_ns: i64) -> usize {
        let mut asked = 0;
        // Until a gap is filled the broker has no use for what comes behind it.
        if self.slots[0].resend.is_some() || !self.slots[0].resends_waiting.is_empty() {
            return 0;
        }
        while !self.asking.waiting.is_empty() && self.slots[0].session.is_active() {
            if self.link.opened().is_none_or(|link| link.out.pending().len() > OUTPUT_BYTES_AHEAD) {
                break;
            }
            if let Some(order_id) = self.asking.waiting.pop_front() {
                self.ask_for(order_id, now_ns);
                asked += 1;
            }
        }
        asked
    }

    /// Requests that may not have arrived go out again; then the status is asked for.
    fn ask_for(&mut self, order_id: OrderId, now_ns: i64) {
        let Some(open) = self.open.get(order_id).filter(|open| !open.is_over).cloned() else { return };
        let mut in_doubt = open.in_doubt || !open.acknowledged;
        if let Some((request, Sent::Perhaps)) = open.replace.as_deref() {
            self.send(&Event::ReplaceRequested(*request), None, true, now_ns);
            in_doubt = true;
        }
        match open.cancel.as_deref() {
            Some((request, Sent::No)) => {
                self.send(&Event::CancelRequested(*request), None, false, now_ns);
                self.open.cancel(request, Sent::Once);
            }
            Some((request, Sent::Perhaps)) => {
                self.send(&Event::CancelRequested(*request), None, true, now_ns);
                in_doubt = true;
            }
            Some((_, Sent::Yes | Sent::Once)) | None => {}
        }
        if in_doubt {
            self.status_request(&open.order, now_ns);
        }
    }

    fn status_request(&mut self, order: &OrderView, now_ns: i64) {
        let Desk { slots: [slot], link, names, route, account, .. } = self;
        let Some(connection) = link.opened() else { return };
        let teller = ToBroker { version: slot.session.config().version, account, names, route };
        slot.session.begin_app_message(now_ns, msg_type::ORDER_STATUS_REQUEST, &mut connection.out);
        teller.status_request(order, &mut connection.out);
        connection.out.finish();
    }
}

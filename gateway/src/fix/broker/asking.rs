//! What is asked after a Logon: the fate of what was not answered, a piece at a time.
//!
//! First the requests that may not have arrived go out again. Then the broker is asked: for each order in turn, or, where it can
//! answer that, for all at once, and then for each that no answer named. Questions are in no record, so one that the broker had
//! no use for yet, because of a gap before it, is asked again when the gap is filled.

use std::collections::VecDeque;

use hashbrown::HashSet;
use model::{Event, OrderId, OrderView};
use rustc_hash::FxBuildHasher;

use super::super::message::Message;
use super::super::resend::OUTPUT_BYTES_AHEAD;
use super::super::session::Resend;
use super::super::{msg_type, tag};
use super::desk::Desk;
use super::ids::order_id_of;
use super::open::Sent;
use super::open_orders::OpenOrders;
use super::orders::ToBroker;

/// How long the answers to a question about all orders may take until each is asked for. That proves nothing about any: it
/// only goes on asking.
const ANSWERS_MAX_NS: i64 = 10_000_000_000;

/// OrdStatus(39) of an order that has ended, of which no fill can be missing.
const CANCELED: u8 = b'4';
const EXPIRED: u8 = b'C';

/// How a broker is asked.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Ask {
    /// OrderStatusRequest(H) for each order.
    #[default]
    Status,
    /// OrderMassStatusRequest(AF) for all, then OrderStatusRequest(H) for each that no answer named.
    MassStatus,
}

/// The question about all orders.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Mass {
    /// It is not asked.
    #[default]
    No,
    /// Once the requests are out.
    Due,
    /// Under this number, until then.
    Asked { number: u64, until_ns: i64, told: u64 },
    /// All answers are there, or none will come.
    Done,
}

/// How far the asking has come.
#[derive(Debug, Default)]
pub(super) struct Asking {
    how: Ask,
    /// Orders that are still to be gone through.
    waiting: VecDeque<OrderId>,
    /// Those of them that are in doubt, until all answers to the question about all are there.
    in_doubt: VecDeque<OrderId>,
    /// Orders that an answer named.
    named: HashSet<OrderId, FxBuildHasher>,
    mass: Mass,
    /// The number of the first question after the Logon.
    from: Option<u64>,
    lost: bool,
}

impl Asking {
    pub(super) fn new(how: Ask) -> Asking {
        Asking { how, ..Asking::default() }
    }

    /// The broker has a gap; questions in it are lost.
    pub(super) fn on_resend(&mut self, resend: &Resend) {
        self.lost |= self.from.is_some_and(|first| first <= resend.end());
    }

    /// Has a gap swallowed questions?
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// The broker has answered for this order.
    pub(super) fn answered(&mut self, order_id: OrderId) {
        if let Mass::Asked { .. } = self.mass {
            self.named.insert(order_id);
        }
    }

    /// A cancel is refused, and the broker says that the order has ended, of which we have not heard: it is asked for.
    pub(super) fn on_cancel_reject(&mut self, message: &Message<'_>, open: &OpenOrders) {
        let has_ended = matches!(message.get_char(tag::ORD_STATUS), Ok(CANCELED | EXPIRED));
        let named = message.get(tag::CL_ORD_ID).and_then(order_id_of);
        let Some(order_id) = named.filter(|id| open.get(*id).is_some_and(|open| !open.is_over)) else { return };
        if message.msg_type() == msg_type::ORDER_CANCEL_REJECT && has_ended {
            self.wants(order_id);
        }
    }

    /// What the broker has said of the order does not add up: it is asked how it stands.
    pub(super) fn wants(&mut self, order_id: OrderId) {
        self.named.remove(&order_id);
        if !self.in_doubt.contains(&order_id) {
            self.in_doubt.push_back(order_id);
        }
    }

    /// Takes in whether this was the last answer: LastRptRequested(912), or TotNumReports(911) of them.
    pub(super) fn on_report(&mut self, message: &Message<'_>) {
        let Mass::Asked { number, told, .. } = &mut self.mass else { return };
        if message.get(tag::MASS_STATUS_REQ_ID) != Some(itoa::Buffer::new().format(*number).as_bytes()) {
            return;
        }
        *told += 1;
        let all = message.get_u64(tag::TOT_NUM_REPORTS, u64::from(u32::MAX)).is_ok_and(|all| *told >= all);
        if all || message.get(tag::LAST_RPT_REQUESTED) == Some(b"Y") {
            self.mass = Mass::Done;
        }
    }

    /// The broker could not take the message with this number.
    pub(super) fn on_refusal(&mut self, refused: u64) {
        if matches!(self.mass, Mass::Asked { number, .. } if number == refused) {
            self.mass = Mass::Done;
        }
    }

    /// May each order be asked for?
    fn may_ask_for_each(&mut self, now_ns: i64) -> bool {
        if matches!(self.mass, Mass::Asked { until_ns, .. } if now_ns >= until_ns) {
            self.mass = Mass::Done;
        }
        self.mass == Mass::Done
    }
}

impl Desk {
    /// After a Logon, or when a gap that swallowed questions is filled. See the module of the agent.
    pub(super) fn begin_to_ask(&mut self) {
        self.open.lost_sight();
        let how = self.asking.how;
        self.asking = Asking {
            waiting: self.open.to_ask(),
            mass: if how == Ask::MassStatus { Mass::Due } else { Mass::No },
            from: Some(self.slots[0].session.sequence_numbers().next_out),
            ..Asking::new(how)
        };
    }

    /// Goes on asking while the broker reads. Gives the number of orders that were gone through.
    pub(super) fn ask(&mut self, now_ns: i64) -> usize {
        let mut asked = 0;
        // Until a gap is filled the broker has no use for what comes behind it.
        if self.slots[0].resend.is_some() || !self.slots[0].resends_waiting.is_empty() {
            return 0;
        }
        while self.slots[0].session.is_active() {
            if self.link.opened().is_none_or(|link| link.out.pending().len() > OUTPUT_BYTES_AHEAD) {
                break;
            }
            if let Some(order_id) = self.asking.waiting.pop_front() {
                if self.ask_again(order_id, now_ns) {
                    self.asking.in_doubt.push_back(order_id);
                }
            } else if self.asking.mass == Mass::Due {
                self.mass_status_request(now_ns);
            } else if self.asking.mass == Mass::No || self.asking.may_ask_for_each(now_ns) {
                let Some(order_id) = self.asking.in_doubt.pop_front() else { break };
                self.ask_for(order_id, now_ns);
            } else {
                break;
            }
            asked += 1;
        }
        asked
    }

    /// Requests that may not have arrived go out again. Is the order's fate to be asked for?
    fn ask_again(&mut self, order_id: OrderId, now_ns: i64) -> bool {
        let Some(open) = self.open.get(order_id).filter(|open| !open.is_over).cloned() else { return false };
        let mut in_doubt = open.in_doubt || !open.acknowledged || open.has_unnamed_cancel;
        let replaces = open.replaces.iter().map(|replace| (Event::ReplaceRequested(replace.request), replace.sent));
        let cancels = open.cancels.iter().map(|(request, sent)| (Event::CancelRequested(*request), *sent));
        for (request, sent) in replaces.chain(cancels) {
            match sent {
                Sent::No => self.send(&request, None, false, now_ns),
                Sent::Perhaps => {
                    self.send(&request, None, true, now_ns);
                    in_doubt = true;
                }
                Sent::Yes | Sent::Once => {}
            }
        }
        self.open.went_out(order_id);
        in_doubt
    }

    /// The broker knows no name of ours for an order that we did not send: only the answers to the question about all tell of it.
    fn ask_for(&mut self, order_id: OrderId, now_ns: i64) {
        if self.asking.named.contains(&order_id) {
            return;
        }
        let Some(open) = self.open.get(order_id).filter(|open| !open.is_over && !open.is_foreign) else { return };
        let order = open.order;
        self.status_request(&order, now_ns);
    }

    fn status_request(&mut self, order: &OrderView, now_ns: i64) {
        let Desk { slots: [slot], link, names, route, account, .. } = self;
        let Some(connection) = link.opened() else { return };
        let teller = ToBroker { version: slot.session.config().version, account, names, route };
        slot.session.begin_app_message(now_ns, msg_type::ORDER_STATUS_REQUEST, &mut connection.out);
        teller.status_request(order, &mut connection.out);
        connection.out.finish();
    }

    fn mass_status_request(&mut self, now_ns: i64) {
        let Desk { slots: [slot], link, asking, .. } = self;
        let Some(connection) = link.opened() else { return };
        let out = &mut connection.out;
        let number = slot.session.begin_app_message(now_ns, msg_type::ORDER_MASS_STATUS_REQUEST, out);
        ToBroker::mass_status_request(itoa::Buffer::new().format(number).as_bytes(), out);
        out.finish();
        asking.mass = Mass::Asked { number, until_ns: now_ns.saturating_add(ANSWERS_MAX_NS), told: 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_that_does_not_add_up_is_asked_for_once_until_it_was_asked() {
        let mut asking = Asking { mass: Mass::Asked { number: 1, until_ns: 0, told: 0 }, ..Asking::default() };
        asking.answered(OrderId(7));
        for order_id in [7, 8, 7, 7] {
            asking.wants(OrderId(order_id));
        }
        assert!(asking.named.is_empty(), "what an answer said before is not enough any more");
        assert_eq!(asking.in_doubt, [OrderId(7), OrderId(8)]);
    }
}

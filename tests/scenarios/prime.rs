//! PRIME, the broker behind Millrace: hears what Millrace sends, answers status requests, and says what the scenario has it
//! say. What happens to an order there is in [`super::market`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gateway::fix::driver::{Application, Ended, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::{msg_type, tag};

use super::act::{Act, Deed};
use super::fields::{self, Field};
use super::market::Order;

/// A message as it came: all its fields, in order.
pub(crate) type Heard = Vec<Field>;

/// What PRIME knows.
#[derive(Default)]
pub(crate) struct Prime {
    pub(crate) live: bool,
    /// Requests that nobody has looked at yet.
    pub(crate) inbox: VecDeque<Heard>,
    /// By the OrderID of Millrace's that each ClOrdID begins with.
    pub(crate) orders: BTreeMap<String, Order>,
    /// The order that came last.
    pub(crate) latest: String,
    /// Acknowledges what comes.
    pub(crate) answers: bool,
    /// ClOrdIDs that came: one that comes again, and says so, is known.
    seen: BTreeSet<String>,
    exec_ids: u32,
}

/// The fields of a message.
pub(crate) fn heard(message: &Message<'_>) -> Heard {
    message.fields().map(|(tag, value)| (tag, String::from_utf8_lossy(value).into_owned())).collect()
}

/// Sends a message of these fields.
pub(crate) fn send(out: &mut Outbound<'_>, msg_type: &[u8], fields: &[Field]) {
    let now_ns = out.now_ns();
    out.send(msg_type, |out| {
        // What belongs to the header goes first.
        let (header, body): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|(tag, _)| *tag == tag::POSS_RESEND);
        for (tag, value) in header.into_iter().chain(body) {
            out.field_str(*tag, value);
        }
        if fields::get(fields, tag::TRANSACT_TIME).is_none() {
            out.field_time(tag::TRANSACT_TIME, now_ns);
        }
    });
}

/// The OrderID of Millrace's that a ClOrdID of its begins with.
pub(crate) fn key(cl_ord_id: &str) -> String {
    cl_ord_id.split('-').next().unwrap_or_default().to_owned()
}

impl Application for Prime {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.live = true;
    }

    fn on_logout(&mut self, _: SessionKey, _: Ended) {
        self.live = false;
    }

    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
        let request = heard(message);
        let Some(cl_ord_id) = fields::get(&request, tag::CL_ORD_ID).map(str::to_owned) else {
            return self.inbox.push_back(request);
        };
        if message.msg_type() == msg_type::ORDER_STATUS_REQUEST {
            return self.status(&cl_ord_id, out);
        }
        let again = [tag::POSS_DUP_FLAG, tag::POSS_RESEND].iter().any(|flag| message.get(*flag) == Some(b"Y"));
        if !self.seen.insert(cl_ord_id.clone()) && again {
            return;
        }
        match message.msg_type() {
            msg_type::NEW_ORDER_SINGLE => {
                self.latest = key(&cl_ord_id);
                self.orders.insert(self.latest.clone(), Order::new(&request));
                if self.answers {
                    let act = Act { deed: Deed::Acknowledges, further: Vec::new() };
                    self.act(&act, out).expect("the order is there to be acknowledged");
                }
            }
            _ => {
                if let Some(order) = self.orders.get_mut(&key(&cl_ord_id)) {
                    order.undecided.push_back(request.clone());
                }
            }
        }
        self.inbox.push_back(request);
    }
}

impl Prime {
    /// An ExecID that no report has had.
    pub(crate) fn next_exec_id(&mut self) -> String {
        self.exec_ids += 1;
        format!("PRIME-{}", self.exec_ids)
    }

    /// Is there something for the market to decide?
    pub(crate) fn has_undecided(&self) -> bool {
        self.orders.get(&self.latest).is_some_and(|order| !order.undecided.is_empty())
    }

    fn status(&mut self, cl_ord_id: &str, out: &mut Outbound<'_>) {
        let mut report = vec![
            (tag::CL_ORD_ID, cl_ord_id.to_owned()),
            (tag::EXEC_ID, self.next_exec_id()),
            (tag::EXEC_TYPE, "I".to_owned()),
        ];
        match self.orders.get(&key(cl_ord_id)) {
            Some(order) => report.extend(order.state()),
            None => report.extend(Order::unknown()),
        }
        send(out, msg_type::EXECUTION_REPORT, &report);
    }
}

//! The client's side of one session: its orders, what became of them, and what it was told.

use std::collections::{BTreeMap, BTreeSet};

use gateway::fix::client::{NewOrderSingle, OrderCancelRequest};
use gateway::fix::driver::Outbound;
use gateway::fix::message::Message;
use gateway::fix::{msg_type, tag};

use crate::told::Told;

/// Symbol(55) and Price(44) in cents, where the deployed configuration's quotes start.
const INSTRUMENTS: [(&str, i64); 4] = [("AAPL", 18_950), ("MSFT", 41_230), ("NVDA", 11_875), ("KO", 6_240)];
const CENT: i64 = model::money::UNIT / 100;
/// Resting orders of one session; the oldest is canceled for a new one.
const RESTING_MAX: usize = 3;
const IMMEDIATE_OR_CANCEL: u8 = b'3';
const DAY: u8 = b'0';

/// Where an order stands that is not at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Sent,
    Working,
    CancelSent,
}

/// An order as it was sent.
#[derive(Clone, Copy, Debug)]
struct Order {
    stage: Stage,
    instrument: usize,
    side: u8,
    cancels: u32,
}

/// One session's orders.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) name: String,
    /// All that it was told, in the order of the numbers.
    pub(crate) told: Vec<Told>,
    /// Orders ever sent.
    pub(crate) orders: u32,
    /// Requests that the daemon had no room for: answered with BusinessMessageReject(j), and not in its journal.
    pub(crate) not_taken: usize,
    /// What no well-behaved peer sends.
    pub(crate) surprises: Vec<String>,
    live: BTreeMap<u32, Order>,
    /// ClOrdIDs of the cancels that are not answered.
    cancels_open: BTreeSet<String>,
}

impl Book {
    pub(crate) fn new(name: String) -> Book {
        Book {
            name,
            told: Vec::new(),
            orders: 0,
            not_taken: 0,
            surprises: Vec::new(),
            live: BTreeMap::new(),
            cancels_open: BTreeSet::new(),
        }
    }

    /// Is every request answered, and every order at its end?
    pub(crate) fn is_complete(&self) -> bool {
        self.live.is_empty() && self.cancels_open.is_empty()
    }

    /// What is not, for the message of a test that fails.
    pub(crate) fn what_is_open(&self) -> String {
        let (live, cancels) = (&self.live, &self.cancels_open);
        format!("{}: {} orders, open {live:?}, not answered {cancels:?}", self.name, self.orders)
    }

    /// Sends an order that takes what is there or rests near the market, or cancels one that rests.
    pub(crate) fn trade(&mut self, random: &mut fastrand::Rng, out: &mut Outbound<'_>) {
        let resting = self.live.values().filter(|order| order.stage == Stage::Working).count();
        if resting > RESTING_MAX {
            return self.cancel(out);
        }
        let takes = random.u8(..10) < 6;
        self.order(random, if takes { IMMEDIATE_OR_CANCEL } else { DAY }, out);
    }

    /// An order that is at its end as soon as it is decided.
    pub(crate) fn order_at_once(&mut self, random: &mut fastrand::Rng, out: &mut Outbound<'_>) {
        self.order(random, IMMEDIATE_OR_CANCEL, out);
    }

    fn order(&mut self, random: &mut fastrand::Rng, time_in_force: u8, out: &mut Outbound<'_>) {
        let order = self.next_order(random);
        let cl_ord_id = format!("{}-{}", self.name, self.orders);
        let (symbol, cents) = INSTRUMENTS[order.instrument];
        let terms = NewOrderSingle {
            cl_ord_id: cl_ord_id.as_bytes(),
            account: b"",
            symbol: symbol.as_bytes(),
            side: order.side,
            ord_type: b'2',
            time_in_force,
            order_qty: random.i64(1..20) * 100 * CENT,
            price: Some((cents + random.i64(-20..=20)) * CENT),
            transact_time_ns: out.now_ns(),
        };
        out.send(msg_type::NEW_ORDER_SINGLE, |body| terms.write_body(body));
    }

    fn next_order(&mut self, random: &mut fastrand::Rng) -> Order {
        self.orders += 1;
        let side = if random.bool() { b'1' } else { b'2' };
        let order = Order { stage: Stage::Sent, instrument: random.usize(..INSTRUMENTS.len()), side, cancels: 0 };
        self.live.insert(self.orders, order);
        order
    }

    /// Asks for the end of the oldest order that rests, if there is one.
    pub(crate) fn cancel(&mut self, out: &mut Outbound<'_>) {
        let Some((number, order)) = self.live.iter_mut().find(|(_, order)| order.stage == Stage::Working) else {
            return;
        };
        order.stage = Stage::CancelSent;
        order.cancels += 1;
        let orig_cl_ord_id = format!("{}-{number}", self.name);
        let cl_ord_id = format!("{orig_cl_ord_id}C{}", order.cancels);
        self.cancels_open.insert(cl_ord_id.clone());
        let request = OrderCancelRequest {
            cl_ord_id: cl_ord_id.as_bytes(),
            orig_cl_ord_id: orig_cl_ord_id.as_bytes(),
            account: b"",
            symbol: INSTRUMENTS[order.instrument].0.as_bytes(),
            side: order.side,
            order_qty: CENT * 100,
            transact_time_ns: out.now_ns(),
        };
        out.send(msg_type::ORDER_CANCEL_REQUEST, |body| request.write_body(body));
    }

    /// Notes an application message whose turn it is.
    pub(crate) fn hear(&mut self, message: &Message<'_>) {
        self.told.extend(Told::by(message));
        let is_refusal = message.msg_type() == msg_type::BUSINESS_MESSAGE_REJECT;
        let id = message.get(if is_refusal { tag::BUSINESS_REJECT_REF_ID } else { tag::CL_ORD_ID }).unwrap_or_default();
        let Some((number, is_cancel)) = self.request(id) else { return self.surprise(message) };
        match message.msg_type() {
            msg_type::EXECUTION_REPORT => {
                let canceled = message.get(tag::EXEC_TYPE) == Some(b"4");
                if is_cancel && canceled {
                    self.cancel_answered(id, message);
                }
                match (self.live.get_mut(&number), message.get(tag::ORD_STATUS)) {
                    // Filled, canceled, rejected, expired.
                    (_, Some(b"2" | b"4" | b"8" | b"C")) => drop(self.live.remove(&number)),
                    (Some(order), Some(b"0" | b"1")) if order.stage == Stage::Sent => order.stage = Stage::Working,
                    _ => {}
                }
            }
            _ if is_cancel => {
                self.not_taken += usize::from(is_refusal);
                self.cancel_answered(id, message);
                match (self.live.get_mut(&number), message.get(tag::ORD_STATUS)) {
                    // A fill that crossed the cancel said PendingCancel: that the order is at its end is said here alone.
                    (_, Some(b"2" | b"4" | b"8" | b"C")) => drop(self.live.remove(&number)),
                    (Some(order), _) => order.stage = Stage::Working,
                    (None, _) => {}
                }
            }
            _ => {
                self.not_taken += 1;
                self.live.remove(&number);
            }
        }
    }

    fn cancel_answered(&mut self, id: &[u8], message: &Message<'_>) {
        if !std::str::from_utf8(id).is_ok_and(|id| self.cancels_open.remove(id)) {
            self.surprise(message);
        }
    }

    fn surprise(&mut self, message: &Message<'_>) {
        self.surprises.push(String::from_utf8_lossy(message.bytes()).replace('\x01', "|"));
    }

    /// The order's number in a ClOrdID(11) of ours, and whether it is that of a cancel.
    fn request(&self, id: &[u8]) -> Option<(u32, bool)> {
        let rest = std::str::from_utf8(id).ok()?.strip_prefix(&*self.name)?.strip_prefix('-')?;
        match rest.split_once('C') {
            Some((number, _)) => Some((number.parse().ok()?, true)),
            None => Some((rest.parse().ok()?, false)),
        }
    }
}

//! The client's own book: which request waits for its answer since when, and which orders are live.
//!
//! Answers find their request through the number at the end of ClOrdID(11), in a table indexed by it: no hashing, no
//! allocation. A slot is used again when its request is answered.

use hdrhistogram::Histogram;

use crate::accounting::Counts;
use crate::fields::{Fields, number};
use crate::limits;
use crate::wire::ClOrdIds;
use crate::workload::{LIMIT, Order, Request};

/// An acknowledged request: the proof that the server must be able to give back after a crash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ack {
    /// ClOrdID(11) of the request.
    pub cl_ord_id: String,
    /// OrderID(37) of the acknowledging report.
    pub order_id: String,
    /// Whether the request was a NewOrderSingle(D); else it was a cancel or replace.
    pub is_new: bool,
}

/// How far a request has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Free,
    /// No answer yet.
    Waiting,
    /// PendingNew(A), PendingCancel(6) or PendingReplace(E) came: answered, not decided.
    Pending,
    /// Acknowledged or refused.
    Decided,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    index: u64,
    /// Time at which the request was due, in nanoseconds since the client's origin.
    intended_ns: u64,
    /// MsgSeqNum(34) it was sent with.
    seq: u64,
    order: Order,
    session: u16,
    request: Request,
    stage: Stage,
    /// The order is filled, cancelled or rejected: no use cancelling it.
    done: bool,
}

/// An own order that may be cancelled or replaced.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    pub index: u64,
    pub order: Order,
}

/// Own live orders of one session, bounded; the oldest entries give way.
#[derive(Debug)]
struct LiveOrders {
    orders: Vec<Live>,
    oldest: usize,
}

/// All requests of a run and their accounting.
pub struct Book {
    pub counts: Counts,
    /// Latency from the intended send time to the first answer, in nanoseconds.
    pub histogram: Histogram<u64>,
    slots: Vec<Slot>,
    live: Vec<LiveOrders>,
    /// Per session: the request that was sent with a MsgSeqNum(34), by the number's low bits.
    sequences: Vec<Box<[u64]>>,
    /// Answers to requests due before this time warm up and are not recorded.
    measure_from_ns: u64,
    acks: Option<AckBytes>,
}

/// Acknowledgements in a compact form; they become text after the run.
#[derive(Default)]
struct AckBytes {
    order_ids: Vec<u8>,
    /// Request, end of its OrderID in `order_ids`, whether it was new.
    ends: Vec<(u64, usize, bool)>,
}

impl Book {
    pub fn new(sessions: usize, collect_acks: bool) -> Book {
        let order = Order { instrument: 0, account: 0, side: 0, ord_type: 0, qty: 0, px: 0 };
        let free = Slot {
            index: 0,
            intended_ns: 0,
            seq: 0,
            order,
            session: 0,
            request: Request::New,
            stage: Stage::Free,
            done: false,
        };
        Book {
            counts: Counts::default(),
            histogram: latency_histogram(),
            slots: vec![free; limits::IN_FLIGHT_SLOTS],
            live: (0..sessions).map(|_| LiveOrders::new()).collect(),
            sequences: (0..sessions).map(|_| vec![u64::MAX; limits::SEQUENCE_SLOTS].into_boxed_slice()).collect(),
            measure_from_ns: 0,
            acks: collect_acks.then(AckBytes::default),
        }
    }

    /// Requests due before this time are answered and counted, but their latency is not recorded.
    pub fn measure_from(&mut self, ns: u64) {
        self.measure_from_ns = ns;
    }

    /// Whether request `index` can be sent: its slot does not wait for an older answer.
    #[inline]
    pub fn has_room_for(&self, index: u64) -> bool {
        !matches!(self.slots[slot_of(index)].stage, Stage::Waiting | Stage::Pending)
    }

    /// Notes a request as it is written.
    #[inline]
    pub fn sent(&mut self, index: u64, intended_ns: u64, session: usize, seq: u64, request: Request, order: Order) {
        assert!(self.has_room_for(index), "a request takes a slot that still waits for an answer");
        let session_number = session as u16;
        let stage = Stage::Waiting;
        self.slots[slot_of(index)] =
            Slot { index, intended_ns, seq, order, session: session_number, request, stage, done: false };
        self.sequences[session][sequence_slot(seq)] = index;
        self.counts.of_mut(request).sent += 1;
    }

    /// Takes one own live order out, if any is known; `pick` chooses.
    #[inline]
    pub fn take_live(&mut self, session: usize, pick: u64) -> Option<Live> {
        loop {
            let live = self.live[session].take(pick)?;
            let slot = &self.slots[slot_of(live.index)];
            if slot.index != live.index || !slot.done {
                return Some(live);
            }
        }
    }

    /// How many own live orders of `session` are known.
    pub fn live_len(&self, session: usize) -> usize {
        self.live[session].orders.len()
    }

    /// Takes ExecutionReport(8), OrderCancelReject(9), BusinessMessageReject(j) or Reject(3) of `session`.
    #[inline]
    pub fn answer(&mut self, ids: &ClOrdIds, session: usize, fields: &Fields<'_>, now_ns: u64) {
        let found = match fields.msg_type {
            b"8" | b"9" => ids.index(fields.cl_ord_id),
            _ => self.by_sequence(session, fields.ref_seq_num),
        };
        let known = found.filter(|index| {
            let slot = &self.slots[slot_of(*index)];
            slot.index == *index && slot.stage != Stage::Free && usize::from(slot.session) == session
        });
        match fields.msg_type {
            b"8" => self.execution_report(known, fields, now_ns),
            b"9" => {
                self.counts.cancel_rejects += 1;
                self.refused(known, fields.text, b"cancel reject", now_ns);
            }
            b"j" => {
                self.counts.business_rejects += 1;
                self.refused(known, fields.text, b"business reject", now_ns);
            }
            _ => {
                self.counts.session_rejects += 1;
                self.refused(known, fields.text, b"session reject", now_ns);
            }
        }
    }

    /// The acknowledgements collected, in ClOrdID(11) order.
    pub fn take_acks(&mut self, ids: &ClOrdIds) -> Option<Vec<Ack>> {
        let acks = self.acks.take()?;
        let mut from = 0;
        let mut list: Vec<Ack> = Vec::with_capacity(acks.ends.len());
        for (index, end, is_new) in acks.ends {
            let order_id = String::from_utf8_lossy(&acks.order_ids[from..end]).into_owned();
            list.push(Ack { cl_ord_id: ids.text(index), order_id, is_new });
            from = end;
        }
        list.sort_unstable();
        Some(list)
    }

    fn by_sequence(&self, session: usize, ref_seq_num: &[u8]) -> Option<u64> {
        let seq = number(ref_seq_num)?;
        let index = self.sequences[session][sequence_slot(seq)];
        (self.slots[slot_of(index)].seq == seq).then_some(index)
    }

    fn execution_report(&mut self, known: Option<u64>, fields: &Fields<'_>, now_ns: u64) {
        let [exec_type] = *fields.exec_type else {
            self.counts.unsolicited += 1;
            return;
        };
        self.counts.fills += u64::from(exec_type == b'F');
        let Some(index) = known else {
            self.counts.unsolicited += 1;
            return;
        };
        if matches!(fields.ord_status, b"2" | b"4" | b"8" | b"C" | b"3") {
            self.slots[slot_of(index)].done = true;
        }
        match exec_type {
            b'8' => self.refused(known, fields.text, fields.ord_rej_reason, now_ns),
            b'A' | b'6' | b'E' => {
                self.first_answer(index, now_ns, Stage::Pending);
            }
            b'0' | b'4' | b'5' | b'C' | b'3' | b'F' => self.acknowledged(index, fields.order_id, now_ns),
            _ => {}
        }
    }

    fn acknowledged(&mut self, index: u64, order_id: &[u8], now_ns: u64) {
        if !self.first_answer(index, now_ns, Stage::Decided) {
            return;
        }
        let Slot { request, order, session, done, .. } = self.slots[slot_of(index)];
        self.counts.of_mut(request).acknowledged += 1;
        if let Some(acks) = &mut self.acks {
            acks.order_ids.extend_from_slice(&order_id[..order_id.len().min(limits::REASON_BYTES_MAX)]);
            acks.ends.push((index, acks.order_ids.len(), request == Request::New));
        }
        if request != Request::Cancel && !done && order.ord_type == LIMIT {
            self.live[usize::from(session)].push(Live { index, order });
        }
    }

    fn refused(&mut self, known: Option<u64>, text: &[u8], code: &[u8], now_ns: u64) {
        let Some(index) = known else {
            self.counts.unsolicited += 1;
            return;
        };
        if self.first_answer(index, now_ns, Stage::Decided) {
            let request = self.slots[slot_of(index)].request;
            self.counts.of_mut(request).refused += 1;
            self.counts.reasons.count(text, code);
        }
    }

    /// Records the latency if this is the first answer, and moves the stage on. False when nothing new is said.
    fn first_answer(&mut self, index: u64, now_ns: u64, to: Stage) -> bool {
        let slot = &mut self.slots[slot_of(index)];
        match slot.stage {
            Stage::Free | Stage::Decided => return false,
            Stage::Pending => {}
            Stage::Waiting => {
                self.counts.answered += 1;
                if slot.intended_ns >= self.measure_from_ns {
                    self.histogram.saturating_record(now_ns.saturating_sub(slot.intended_ns));
                }
            }
        }
        slot.stage = to;
        true
    }
}

/// An empty histogram with the bounds of every latency here.
pub fn latency_histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(limits::LATENCY_NS_MIN, limits::LATENCY_NS_MAX, 3)
        .expect("the bounds of the histogram are constants that it accepts")
}

#[inline]
fn slot_of(index: u64) -> usize {
    index as usize & (limits::IN_FLIGHT_SLOTS - 1)
}

#[inline]
fn sequence_slot(seq: u64) -> usize {
    seq as usize & (limits::SEQUENCE_SLOTS - 1)
}

impl LiveOrders {
    fn new() -> LiveOrders {
        LiveOrders { orders: Vec::with_capacity(limits::LIVE_ORDERS_PER_SESSION), oldest: 0 }
    }

    fn push(&mut self, live: Live) {
        if self.orders.len() < limits::LIVE_ORDERS_PER_SESSION {
            self.orders.push(live);
            return;
        }
        self.oldest = (self.oldest + 1) % limits::LIVE_ORDERS_PER_SESSION;
        self.orders[self.oldest] = live;
    }

    fn take(&mut self, pick: u64) -> Option<Live> {
        let len = self.orders.len() as u64;
        (len > 0).then(|| self.orders.swap_remove((pick % len) as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::BUY;

    const ORDER: Order = Order { instrument: 0, account: 0, side: BUY, ord_type: LIMIT, qty: 1, px: 1 };

    fn report<'a>(cl_ord_id: &'a str, exec_type: &'a [u8], ord_status: &'a [u8]) -> Fields<'a> {
        let cl_ord_id = cl_ord_id.as_bytes();
        Fields { msg_type: b"8", cl_ord_id, exec_type, ord_status, order_id: b"9", ..Fields::default() }
    }

    #[test]
    fn first_answer_counts_once_and_latency_runs_from_the_intended_time() {
        let ids = ClOrdIds::new("t");
        let mut book = Book::new(1, true);
        book.sent(0, 1_000, 0, 5, Request::New, ORDER);
        book.answer(&ids, 0, &report("t-0000000000", b"A", b"A"), 11_000);
        book.answer(&ids, 0, &report("t-0000000000", b"0", b"0"), 90_000);
        book.answer(&ids, 0, &report("t-0000000000", b"0", b"0"), 95_000);
        assert_eq!((book.counts.answered, book.counts.new.acknowledged), (1, 1));
        assert!((9_900..10_100).contains(&book.histogram.max()), "{}", book.histogram.max());
        let acks = book.take_acks(&ids).expect("collected");
        assert_eq!(acks, [Ack { cl_ord_id: "t-0000000000".into(), order_id: "9".into(), is_new: true }]);
    }

    #[test]
    fn rejects_find_their_request_by_number() {
        let ids = ClOrdIds::new("t");
        let mut book = Book::new(1, false);
        book.sent(0, 0, 0, 5, Request::New, ORDER);
        book.sent(1, 0, 0, 6, Request::Replace, ORDER);
        let reject = |msg_type, ref_seq_num| Fields { msg_type, ref_seq_num, text: b"NO: x", ..Fields::default() };
        book.answer(&ids, 0, &reject(b"j", b"6"), 1);
        book.answer(&ids, 0, &reject(b"3", b"5"), 1);
        book.answer(&ids, 0, &reject(b"3", b"99"), 1);
        assert_eq!((book.counts.new.refused, book.counts.replace.refused), (1, 1));
        assert_eq!((book.counts.business_rejects, book.counts.session_rejects, book.counts.unsolicited), (1, 2, 1));
        assert_eq!(book.counts.reasons.sorted(), [("NO", 2)]);
        assert!(book.counts.is_complete());
    }

    #[test]
    fn filled_orders_are_not_offered_for_cancelling() {
        let ids = ClOrdIds::new("t");
        let mut book = Book::new(1, false);
        for index in 0..2 {
            book.sent(index, 0, 0, index + 1, Request::New, ORDER);
            book.answer(&ids, 0, &report(&ids.text(index), b"0", b"0"), 1);
        }
        book.answer(&ids, 0, &report(&ids.text(0), b"F", b"2"), 2);
        assert_eq!(book.counts.fills, 1);
        assert_eq!(book.take_live(0, 0).map(|live| live.index), Some(1));
        assert!(book.take_live(0, 0).is_none());
    }

    #[test]
    fn answers_of_warm_up_are_counted_but_not_recorded() {
        let ids = ClOrdIds::new("t");
        let mut book = Book::new(1, false);
        book.measure_from(500);
        book.sent(0, 499, 0, 1, Request::New, ORDER);
        book.answer(&ids, 0, &report("t-0000000000", b"0", b"0"), 10_000);
        assert_eq!((book.counts.answered, book.histogram.len()), (1, 0));
    }

    #[test]
    fn slot_of_an_unanswered_request_is_not_taken() {
        let mut book = Book::new(1, false);
        book.sent(0, 0, 0, 1, Request::New, ORDER);
        assert!(!book.has_room_for(limits::IN_FLIGHT_SLOTS as u64));
        assert!(book.has_room_for(1));
    }
}

//! What orders and executions are called between a broker and us.
//!
//! The broker must see each ClOrdID(11) once, whatever our clients call their orders, so it sees ours: our OrderID(37), a
//! hyphen, and a hash of the client's ClOrdID. Everything about an order begins with the same OrderID, which is how a
//! report finds its order without any table; the hash tells its requests apart.
//!
//! What the broker calls its own orders and executions is text of any length. The journal has numbers that stand for it.

use std::io::Write as _;

use model::{ClOrdId, OrderId, ReportKind, VenueId};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

/// Digits of the hash in a ClOrdID(11): enough that two requests of one order never share it.
const HASH_DIGITS: usize = 12;
/// What some brokers write where there is no identifier.
const NONE: &[u8] = b"NONE";

/// The ClOrdID(11) at the broker of the order or request that the client calls `cl_ord_id`.
pub(super) fn cl_ord_id_at_broker(order_id: OrderId, cl_ord_id: &ClOrdId) -> ClOrdId {
    let hash = xxh3_64(cl_ord_id.as_bytes()) >> (64 - 4 * HASH_DIGITS);
    let mut text = [0; 40];
    let mut rest = &mut text[..];
    let _ = write!(rest, "{order_id}-{hash:0HASH_DIGITS$x}");
    let len = 40 - rest.len();
    ClOrdId::clipped(&text[..len])
}

/// The order that a ClOrdID(11) of ours belongs to; none for one that is not ours.
pub fn order_id_of(cl_ord_id: &[u8]) -> Option<OrderId> {
    let hyphen = cl_ord_id.iter().position(|byte| *byte == b'-')?;
    let digits = core::str::from_utf8(&cl_ord_id[..hyphen]).ok()?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    (canonical && cl_ord_id.len() == hyphen + 1 + HASH_DIGITS).then(|| digits.parse().ok().map(OrderId)).flatten()
}

/// The number that stands for the broker's OrderID(37); none where it says none. It is in the journal: this must never change.
pub fn venue_order_id_of(venue: VenueId, order_id: Option<&[u8]>) -> Option<u64> {
    let text = order_id.filter(|text| !text.is_empty() && *text != NONE)?;
    let mut hash = Xxh3Default::new();
    hash.update(&venue.0.to_le_bytes());
    hash.update(text);
    // Zero stands for none.
    Some(hash.digest().max(1))
}

/// The number that stands for an ExecID(17) of a venue. It is in the journal: this must never change. The order and the kind
/// belong to it, because some brokers number from 1 every day, and some give all that are no fills the ExecID 0. `order` is
/// our OrderID, or for an order that we did not send what stands for the broker's.
///
/// A correction is called like a fill: what corrects or busts it later names it by that, in ExecRefID(19).
pub fn exec_id_of(venue: VenueId, order: u64, kind: ReportKind, exec_id: &[u8]) -> u64 {
    let kind = if kind == ReportKind::TradeCorrected { ReportKind::Filled } else { kind };
    let mut hash = Xxh3Default::new();
    hash.update(&venue.0.to_le_bytes());
    hash.update(&order.to_le_bytes());
    hash.update(&[kind as u8]);
    hash.update(exec_id);
    hash.digest()
}

/// The number of an answer to a question. Its ExecID may be 0, and the same status may be asked for again, so the message
/// that it came in tells it from others: MsgSeqNum(34) and SendingTime(52).
pub(super) fn answer_id_of(venue: VenueId, order: u64, kind: ReportKind, number: &[u8], time: &[u8]) -> u64 {
    let mut hash = Xxh3Default::new();
    hash.update(&exec_id_of(venue, order, kind, number).to_le_bytes());
    hash.update(time);
    hash.digest()
}

//! Hashes: of keys, for the indexes; of the whole state, to compare a live engine with a replayed one.

use model::{ClOrdId, OrderId, SessionId};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};
use zerocopy::IntoBytes as _;

use crate::accounts::Account;
use crate::holdings::Holding;
use crate::orders::Order;
use crate::state::State;

/// 128 bits over all that decisions depend on. Equal states have equal hashes, whatever way they came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StateHash(pub u128);

impl core::fmt::Display for StateHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Mixes a few words; for keys that no stranger chooses.
#[inline]
pub(crate) fn of_words(words: &[u64]) -> u64 {
    words.iter().fold(0, |hash: u64, word| {
        let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    })
}

/// Orders that came one after another share a cache line of the index: they are often wanted one after another again.
/// Only sixteen, so that a run of old orders is never long in the way of a new one.
#[inline]
pub(crate) fn of_order(order_id: OrderId) -> u64 {
    const RUN: u64 = 16;
    let run = of_words(&[order_id.0 / RUN]);
    (run & !(RUN - 1) << 32) | (order_id.0 % RUN) << 32
}

/// Clients choose ClOrdIDs, so this one mixes every bit into every other.
#[inline]
pub(crate) fn of_cl_ord_id(session: SessionId, cl_ord_id: &ClOrdId) -> u64 {
    let mut key = [0; 44];
    key[..40].copy_from_slice(cl_ord_id.padded());
    key[40..].copy_from_slice(&session.0.to_le_bytes());
    xxh3_64(&key)
}

/// Each part is hashed by itself and the hashes are added, so slots and orders of arrival do not matter.
pub(crate) fn of_state(state: &State) -> StateHash {
    let mut sum = Sum(0);
    sum.add(b'g', &[state.last.seq.0.as_bytes(), &[state.trading.value()], &[u8::from(state.acknowledge_at_venue)]]);
    state.orders.remembered().for_each(|order| add_order(&mut sum, order));
    state.holdings.iter().for_each(|holding| add_holding(&mut sum, holding));
    state.accounts.iter().for_each(|account| add_account(&mut sum, account));
    for instrument in state.instruments.iter() {
        let reference = &instrument.reference;
        sum.add(
            b'i',
            &[
                instrument.definition.as_bytes(),
                reference.bid_px.as_bytes(),
                reference.ask_px.as_bytes(),
                reference.last_px.as_bytes(),
                reference.time.as_bytes(),
            ],
        );
    }
    for session in state.sessions.iter() {
        sum.add(b's', &[session.definition.as_bytes(), &session.bucket.raw().to_le_bytes()]);
    }
    // Which of them is forgotten next depends on their order.
    for (age, exec_id) in state.executions.iter().enumerate() {
        sum.add(b'e', &[exec_id.as_bytes(), &age.to_le_bytes()]);
    }
    StateHash(sum.0)
}

struct Sum(u128);

impl Sum {
    fn add(&mut self, part: u8, fields: &[&[u8]]) {
        let mut bytes = [0; 512];
        bytes[0] = part;
        let mut len = 1;
        for field in fields {
            bytes[len..len + field.len()].copy_from_slice(field);
            len += field.len();
        }
        self.0 = self.0.wrapping_add(xxh3_128(&bytes[..len]));
    }
}

fn add_order(sum: &mut Sum, order: &Order) {
    let pending = &order.pending;
    sum.add(
        b'o',
        &[
            order.view.as_bytes(),
            order.reserved.as_bytes(),
            order.worst_px.as_bytes(),
            order.open_qty.as_bytes(),
            &order.venue_exec_id.to_le_bytes(),
            order.working_since.as_bytes(),
            pending.replace.as_bytes(),
            pending.cancel.as_bytes(),
            pending.order_qty.as_bytes(),
            pending.price.as_bytes(),
            &[u8::from(order.at_venue)],
            order.venue.as_bytes(),
        ],
    );
}

fn add_holding(sum: &mut Sum, holding: &Holding) {
    sum.add(
        b'h',
        &[
            holding.cost.as_bytes(),
            holding.realised.as_bytes(),
            holding.fees.as_bytes(),
            holding.cash_from_trades.as_bytes(),
            holding.exposure.position.as_bytes(),
            holding.exposure.open_buys.as_bytes(),
            holding.exposure.open_sells.as_bytes(),
            holding.account.as_bytes(),
            holding.instrument.as_bytes(),
        ],
    );
}

fn add_account(sum: &mut Sum, account: &Account) {
    sum.add(
        b'a',
        &[
            account.definition.as_bytes(),
            account.cash.as_bytes(),
            account.reserved.as_bytes(),
            &account.open_orders.to_le_bytes(),
            &[account.trading.value()],
        ],
    );
}

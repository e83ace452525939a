//! The last orders, while a limit asks for them: how often one like this came of late, and whether an owner trades with himself.
//!
//! A ring of fixed size: each entry has a number, and knows the numbers of the one before it that looks the same and of the one before
//! it of the same owner, instrument and side. What is older than the ring is gone by its number alone, so nothing is ever removed.

use model::{AccountId, EngineTime, InstrumentId, KillScope, OrdType, OrderId, OrderView, Px, Qty, SCOPES, Side};

use crate::hash::of_words;
use crate::order::NONE;
use crate::orders::touch;
use crate::scopes::Keys;

/// Orders that are remembered. Where more come within a window, how often one was repeated is not known, and it is refused.
pub const RECENT_ORDERS_MAX: usize = 1 << 15;
/// Entries that one question looks at.
pub const RECENT_LOOKS_MAX: usize = 1_024;
const HEADS: usize = 2 * RECENT_ORDERS_MAX;

/// What makes two orders alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Alike {
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
    pub(crate) ord_type: OrdType,
    pub(crate) order_qty: Qty,
    pub(crate) price: Px,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RecentOrder {
    pub(crate) alike: Alike,
    pub(crate) keys: Keys,
    pub(crate) at: EngineTime,
    pub(crate) order_id: OrderId,
    /// Numbers of the entries before it in its two chains.
    before: [u64; 2],
}

/// All of them.
#[derive(Clone, Debug)]
pub(crate) struct Recent {
    ring: Vec<RecentOrder>,
    /// The number of the next entry; the first is 1.
    next: u64,
    /// When the last one came that is forgotten.
    forgotten_at: Option<EngineTime>,
    /// The newest number of each chain: of those alike, and of one owner's side.
    heads: [Vec<u64>; 2],
}

impl Alike {
    pub(crate) fn of(view: &OrderView) -> Alike {
        let OrderView { account, instrument, side, ord_type, order_qty, price, .. } = *view;
        Alike { account, instrument, side, ord_type, order_qty, price }
    }

    fn head(&self) -> usize {
        let terms = u64::from(self.side.value()) << 8 | u64::from(self.ord_type.value());
        let who = u64::from(self.account.0) << 32 | u64::from(self.instrument.0);
        place(of_words(&[who, terms, self.order_qty.units().cast_unsigned(), self.price.units().cast_unsigned()]))
    }
}

fn head_of_owner(trader: u32, instrument: InstrumentId, side: Side) -> usize {
    place(of_words(&[u64::from(trader), u64::from(instrument.0), u64::from(side.value())]))
}

fn place(hash: u64) -> usize {
    (hash >> 32) as usize & (HEADS - 1)
}

impl Recent {
    pub(crate) fn new() -> Recent {
        let heads = [vec![0; HEADS], vec![0; HEADS]];
        Recent { ring: Vec::with_capacity(RECENT_ORDERS_MAX), next: 1, forgotten_at: None, heads }
    }

    pub(crate) fn touch_memory(&mut self) {
        let view = OrderView::unknown(model::SessionId(0), model::ClOrdId::EMPTY);
        let (at, order_id) = (EngineTime(0), OrderId(0));
        touch(
            &mut self.ring,
            RecentOrder { alike: Alike::of(&view), keys: [NONE; SCOPES], at, order_id, before: [0; 2] },
        );
        self.heads.iter_mut().flatten().for_each(|head| *head = std::hint::black_box(*head));
    }

    pub(crate) fn remember(&mut self, alike: Alike, keys: Keys, at: EngineTime, order_id: OrderId) {
        let trader = keys[KillScope::Trader as usize];
        let heads = [alike.head(), head_of_owner(trader, alike.instrument, alike.side)];
        let before = [self.heads[0][heads[0]], self.heads[1][heads[1]]];
        let seen = RecentOrder { alike, keys, at, order_id, before };
        if self.ring.len() < RECENT_ORDERS_MAX {
            self.ring.push(seen);
        } else {
            let oldest = std::mem::replace(&mut self.ring[slot(self.next)], seen);
            self.forgotten_at = Some(oldest.at);
        }
        for (all, head) in self.heads.iter_mut().zip(heads) {
            all[head] = self.next;
        }
        self.next += 1;
    }

    /// How many like it each of its scopes saw since then; `None` where that is not known.
    pub(crate) fn alike(&self, alike: &Alike, keys: &Keys, since: EngineTime) -> Option<[u32; SCOPES]> {
        if self.forgotten_at.is_some_and(|at| at >= since) {
            return None;
        }
        let mut counts = [0; SCOPES];
        for (looks, seen) in self.chain(0, alike.head()).take_while(|seen| seen.at >= since).enumerate() {
            if looks == RECENT_LOOKS_MAX {
                return None;
            }
            if seen.alike == *alike {
                let same = seen.keys.iter().zip(keys).map(|(own, key)| u32::from(own == key && *key != NONE));
                counts.iter_mut().zip(same).for_each(|(count, same)| *count += same);
            }
        }
        Some(counts)
    }

    /// The newest order since then that this owner has on that side, for another account, at a price that `crosses`.
    pub(crate) fn opposite(
        &self,
        trader: u32,
        side: Side,
        own: &Alike,
        since: EngineTime,
        crosses: impl Fn(&Alike) -> bool,
    ) -> Option<&RecentOrder> {
        let chain = self.chain(1, head_of_owner(trader, own.instrument, side)).take(RECENT_LOOKS_MAX);
        chain.take_while(|seen| seen.at >= since).find(|seen| {
            let is_his = seen.keys[KillScope::Trader as usize] == trader && seen.alike.instrument == own.instrument;
            is_his && seen.alike.side == side && seen.alike.account != own.account && crosses(&seen.alike)
        })
    }

    /// The newest first, as far back as they are remembered.
    fn chain(&self, which: usize, head: usize) -> impl Iterator<Item = &RecentOrder> {
        let oldest = self.next - self.ring.len() as u64;
        let mut number = self.heads[which][head];
        std::iter::from_fn(move || {
            if number < oldest {
                return None;
            }
            let seen = &self.ring[slot(number)];
            number = seen.before[which];
            Some(seen)
        })
    }

    /// With their numbers, in no particular order, and when the last one came that is forgotten.
    pub(crate) fn iter(&self) -> (impl Iterator<Item = (u64, &RecentOrder)>, Option<EngineTime>) {
        let oldest = self.next - self.ring.len() as u64;
        ((oldest..self.next).map(|number| (number, &self.ring[slot(number)])), self.forgotten_at)
    }
}

fn slot(number: u64) -> usize {
    (number as usize - 1) % RECENT_ORDERS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(qty: i64) -> Alike {
        let view = OrderView::unknown(model::SessionId(0), model::ClOrdId::EMPTY);
        Alike { order_qty: Qty::whole(qty), ..Alike::of(&view) }
    }

    #[test]
    fn counts_agree_with_a_list_of_all_and_know_what_they_forgot() {
        let mut rng = fastrand::Rng::with_seed(19);
        let (mut recent, mut all) = (Recent::new(), Vec::new());
        for number in 0..3 * RECENT_ORDERS_MAX as i64 {
            let (look, mut keys) = (alike(rng.i64(1..2_000)), [0; SCOPES]);
            keys[KillScope::Session as usize] = rng.u32(0..3);
            if number % 256 == 0 {
                let since = number - rng.i64(0..2 * RECENT_ORDERS_MAX as i64);
                let like = |(at, seen, _): &&(i64, Alike, Keys)| *at >= since && *seen == look;
                let told = recent.alike(&look, &keys, EngineTime(since));
                let forgotten = number - 1 - RECENT_ORDERS_MAX as i64;
                assert_eq!(told.is_none(), forgotten >= 0 && since <= forgotten);
                if let Some(counts) = told {
                    let firm = all.iter().filter(like).count();
                    let session = |(_, _, own): &&(i64, Alike, Keys)| own[2] == keys[2];
                    assert_eq!(counts[0] as usize, firm);
                    assert_eq!(counts[2] as usize, all.iter().filter(like).filter(session).count());
                }
            }
            recent.remember(look, keys, EngineTime(number), OrderId(1));
            all.push((number, look, keys));
        }
    }

    #[test]
    fn too_many_alike_are_not_counted() {
        let mut recent = Recent::new();
        for number in 1..=RECENT_LOOKS_MAX as u32 + 1 {
            recent.remember(alike(1), [0; SCOPES], EngineTime(1), OrderId(1));
            let counted = recent.alike(&alike(1), &[0; SCOPES], EngineTime(0)).map(|counts| counts[0]);
            assert_eq!(counted, (number as usize <= RECENT_LOOKS_MAX).then_some(number));
        }
    }
}

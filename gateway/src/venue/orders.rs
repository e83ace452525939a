//! All orders of all books in one slab, allocated once, and the way from an OrderID to its place.
//!
//! An order knows its neighbours of the same queue by index, so leaving a queue costs the same wherever it stood. What few
//! orders ask for lies beside the slab, so that all others never touch it.

use core::hash::BuildHasher;

use hashbrown::HashTable;
use model::{OrderId, Qty, Side};
use rustc_hash::FxBuildHasher;

use super::ladder::Level;
use super::terms::Terms;

/// No order.
pub(super) const NIL: u32 = u32::MAX;

/// Where an order of a book is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// At its price.
    AtLevel,
    /// It came while the book was closed, and waits for it to open.
    Waiting,
    /// Less than its MinQty(110) is there for it.
    Aside,
    /// It does not trade for now.
    Suspended,
}

/// A resting order, one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Resting {
    pub(super) order_id: OrderId,
    /// The price, in steps of its book's grid.
    pub(super) step: i64,
    /// LeavesQty(151).
    pub(super) leaves: Qty,
    /// CumQty(14).
    pub(super) cum: Qty,
    /// The part of `leaves` that nobody sees yet.
    pub(super) hidden: Qty,
    /// The one before it in time, or the next free place's number while the place is free.
    before: u32,
    after: u32,
    /// Index of its book.
    pub(super) book: u32,
    pub(super) side: Side,
    pub(super) standing: Standing,
    /// It has no terms beside the slab.
    is_plain: bool,
}

const _: () = assert!(size_of::<Resting>() == 64);

impl Resting {
    /// What can be traded with now.
    #[inline]
    pub(super) fn shown(&self) -> Qty {
        self.leaves - self.hidden
    }
}

/// All orders of all books.
#[derive(Debug)]
pub(super) struct Orders {
    slab: Vec<Resting>,
    /// Terms by place, where the order has any.
    terms: Vec<Terms>,
    free: u32,
    /// Places by OrderID; the keys are in the slab.
    places: HashTable<u32>,
}

impl Orders {
    pub(super) fn new(orders_max: u32) -> Orders {
        assert!(orders_max < NIL, "the last index stands for no order");
        let slab: Vec<Resting> = (0..orders_max)
            .map(|place| Resting {
                order_id: OrderId(0),
                step: 0,
                leaves: Qty::ZERO,
                cum: Qty::ZERO,
                hidden: Qty::ZERO,
                before: if place + 1 < orders_max { place + 1 } else { NIL },
                after: NIL,
                book: 0,
                side: Side::Buy,
                standing: Standing::AtLevel,
                is_plain: true,
            })
            .collect();
        // Twice the room: at half load the table clears the traces of removed keys in place and never grows.
        let mut places = HashTable::with_capacity(2 * orders_max as usize);
        // Written once, so that no page fault meets an order.
        for place in 0..places.capacity() as u32 {
            places.insert_unique(hash(OrderId(u64::from(place))), place, |_| {
                unreachable!("the capacity is not exceeded")
            });
        }
        places.clear();
        let terms = vec![Terms::NONE; slab.len()];
        Orders { slab, terms, free: if orders_max > 0 { 0 } else { NIL }, places }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.free == NIL
    }

    pub(super) fn find(&self, order_id: OrderId) -> Option<u32> {
        self.places.find(hash(order_id), |place| self.at(*place).order_id == order_id).copied()
    }

    #[inline]
    pub(super) fn at(&self, place: u32) -> &Resting {
        &self.slab[place as usize]
    }

    #[inline]
    pub(super) fn at_mut(&mut self, place: u32) -> &mut Resting {
        &mut self.slab[place as usize]
    }

    #[inline]
    pub(super) fn terms(&self, place: u32) -> Terms {
        if self.at(place).is_plain { Terms::NONE } else { self.terms[place as usize] }
    }

    #[inline]
    pub(super) fn set_terms(&mut self, place: u32, terms: Terms) {
        let is_plain = terms.is_plain();
        self.at_mut(place).is_plain = is_plain;
        if !is_plain {
            self.terms[place as usize] = terms;
        }
    }

    /// The next in time in the same queue, or [`NIL`].
    #[inline]
    pub(super) fn after(&self, place: u32) -> u32 {
        self.at(place).after
    }

    /// The places of a queue, first to last.
    pub(super) fn queue(&self, level: Level) -> impl Iterator<Item = u32> {
        let first = Some(level.first).filter(|place| *place != NIL);
        std::iter::successors(first, |place| Some(self.after(*place)).filter(|place| *place != NIL))
    }

    /// Gives an order a place, in no queue yet; there must be room.
    #[inline]
    pub(super) fn insert(&mut self, order: &Entering, standing: Standing) -> u32 {
        let place = self.free;
        assert!(place != NIL, "room was checked before the order entered");
        self.free = self.at(place).before;
        *self.at_mut(place) = Resting {
            order_id: order.order_id,
            step: order.step,
            leaves: order.leaves,
            cum: order.cum,
            hidden: Qty::ZERO,
            before: NIL,
            after: NIL,
            book: order.book,
            side: order.side,
            standing,
            is_plain: true,
        };
        if !order.terms.is_plain() {
            self.set_terms(place, order.terms);
        }
        let Orders { places, slab, .. } = self;
        places.insert_unique(hash(order.order_id), place, |place| hash(slab[*place as usize].order_id));
        place
    }

    /// Forgets an order that is in no queue.
    pub(super) fn forget(&mut self, place: u32) {
        let order_id = self.at(place).order_id;
        if let Ok(entry) = self.places.find_entry(hash(order_id), |known| *known == place) {
            entry.remove();
        }
        let free = self.free;
        self.at_mut(place).before = free;
        self.free = place;
    }

    /// Puts an order at the end of a queue.
    #[inline]
    pub(super) fn append(&mut self, level: &mut Level, order: &Entering, standing: Standing) -> u32 {
        let place = self.insert(order, standing);
        self.link(level, place);
        place
    }

    /// Takes an order out of its queue and forgets it.
    pub(super) fn remove(&mut self, level: &mut Level, place: u32) {
        self.unlink(level, place);
        self.forget(place);
    }

    /// An iceberg shows its next slice, last in its queue.
    pub(super) fn replenish(&mut self, level: &mut Level, place: u32) {
        let max_floor = self.terms(place).max_floor;
        self.unlink(level, place);
        self.at_mut(place).hide_beyond(max_floor);
        self.link(level, place);
    }

    /// The order as it would come again.
    #[inline]
    pub(super) fn entering(&self, place: u32) -> Entering {
        let Resting { order_id, step, leaves, cum, book, side, .. } = *self.at(place);
        Entering { order_id, step, leaves, cum, book, side, terms: self.terms(place) }
    }

    #[inline]
    pub(super) fn unlink(&mut self, level: &mut Level, place: u32) {
        let Resting { before, after, .. } = *self.at(place);
        match before {
            NIL => level.first = after,
            _ => self.at_mut(before).after = after,
        }
        match after {
            NIL => level.last = before,
            _ => self.at_mut(after).before = before,
        }
    }

    #[inline]
    pub(super) fn link(&mut self, level: &mut Level, place: u32) {
        let last = level.last;
        let order = self.at_mut(place);
        order.before = last;
        order.after = NIL;
        match last {
            NIL => level.first = place,
            _ => self.at_mut(last).after = place,
        }
        level.last = place;
    }
}

impl Resting {
    /// Shows `max_floor` of what is left, or all where that is zero.
    #[inline]
    pub(super) fn hide_beyond(&mut self, max_floor: Qty) {
        self.hidden = if max_floor.is_zero() { Qty::ZERO } else { self.leaves - max_floor.min(self.leaves) };
    }
}

/// Orders that came one after another lie side by side in the table: the low bits of the hash choose the place, the high
/// ones tell neighbours apart.
fn hash(order_id: OrderId) -> u64 {
    const RUN: u64 = 16;
    const LOW: u64 = (1 << 57) - 1;
    let run = FxBuildHasher.hash_one(order_id.0 / RUN);
    FxBuildHasher.hash_one(order_id.0) & !LOW | (run.wrapping_mul(RUN) | (order_id.0 % RUN)) & LOW
}

/// An order on its way into the slab.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entering {
    pub(super) order_id: OrderId,
    pub(super) step: i64,
    pub(super) leaves: Qty,
    pub(super) cum: Qty,
    pub(super) book: u32,
    pub(super) side: Side,
    pub(super) terms: Terms,
}

impl Entering {
    /// It has traded, and so much is left.
    #[inline]
    pub(super) fn has_left(&mut self, leaves: Qty) {
        self.cum += self.leaves - leaves;
        self.leaves = leaves;
    }
}

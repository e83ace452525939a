//! Every order that the engine remembers: a slab of preallocated slots, found by OrderID and by ClOrdID.
//!
//! Working orders are never forgotten. Closed ones are remembered, for duplicates, status requests and late fills,
//! until their slots are needed; then the one that closed first goes. One order's work never depends on how many
//! others there are.

use std::collections::VecDeque;

use model::{AccountId, ClOrdId, InstrumentId, OrderId, OrderView, SessionId, VenueId};

use crate::hash;
use crate::index::Index;
use crate::order::{NONE, Order, VACANT};

/// ClOrdIDs remembered per order slot: each order has its own, replaces and cancels add theirs.
const IDS_PER_ORDER: usize = 2;
/// Orders that venues told us of and that are remembered.
const FOREIGN_MAX: usize = 1 << 16;

/// A working order, as a walk over all of them sees it without looking at its slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Working {
    pub(crate) slot: u32,
    pub(crate) session: SessionId,
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
}

/// A ClOrdID that was used, and the order that it belongs to.
#[derive(Clone, Copy, Debug)]
struct UsedId {
    cl_ord_id: ClOrdId,
    session: SessionId,
    order: u32,
    next: u32,
}

/// The slab and its indexes.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    slots: Vec<Order>,
    free_slot: u32,
    capacity: usize,
    by_order_id: Index,
    ids: Vec<UsedId>,
    free_id: u32,
    by_cl_ord_id: Index,
    /// Slots of closed orders, oldest first: the order in which they are forgotten. An entry counts while its number is the
    /// slot's: an order may be opened again, by a bust, and close once more.
    closed: VecDeque<(u32, u64)>,
    closings: u64,
    /// Entries of `closed` that count.
    forgettable: usize,
    /// Those of them that give ClOrdIDs back.
    named: usize,
    /// The working orders, without gaps.
    working: Vec<Working>,
    /// Orders that the venue told us of, by its OrderID(37).
    foreign: Index,
}

impl Orders {
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn new(capacity: usize) -> Orders {
        assert!(capacity < NONE as usize / IDS_PER_ORDER, "slots fit 32 bits");
        Orders {
            slots: Vec::with_capacity(capacity),
            free_slot: NONE,
            capacity,
            by_order_id: Index::new(capacity),
            ids: Vec::with_capacity(capacity * IDS_PER_ORDER),
            free_id: NONE,
            by_cl_ord_id: Index::new(capacity * IDS_PER_ORDER),
            closed: VecDeque::with_capacity(capacity),
            closings: 0,
            forgettable: 0,
            named: 0,
            working: Vec::with_capacity(capacity),
            foreign: Index::new(FOREIGN_MAX),
        }
    }

    /// Room for at least `capacity` orders from now on. At start only.
    pub(crate) fn grow(&mut self, capacity: usize) {
        if capacity <= self.capacity {
            return;
        }
        self.slots.reserve_exact(capacity - self.slots.len());
        self.ids.reserve_exact(capacity * IDS_PER_ORDER - self.ids.len());
        let (slots, ids) = (&self.slots, &self.ids);
        self.by_order_id.grow(capacity, |slot| hash::of_order(slots[slot as usize].view.order_id));
        self.by_cl_ord_id.grow(capacity * IDS_PER_ORDER, |slot| {
            let used = &ids[slot as usize];
            hash::of_cl_ord_id(used.session, &used.cl_ord_id)
        });
        self.closed.reserve_exact(capacity - self.closed.len());
        self.working.reserve_exact(capacity - self.working.len());
        self.capacity = capacity;
    }

    /// Writes all memory that is reserved, see [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        let unused = UsedId { cl_ord_id: ClOrdId::EMPTY, session: SessionId(0), order: NONE, next: NONE };
        touch(&mut self.slots, VACANT);
        touch(&mut self.ids, unused);
        let nobody =
            Working { slot: NONE, session: SessionId(0), account: AccountId::NONE, instrument: InstrumentId::NONE };
        touch(&mut self.working, nobody);
        let closed = self.closed.len();
        self.closed.resize(self.closed.capacity(), (NONE, 0));
        self.closed.truncate(closed);
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &Order {
        &self.slots[slot as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut Order {
        &mut self.slots[slot as usize]
    }

    pub(crate) fn find(&self, order_id: OrderId) -> Option<u32> {
        let slots = &self.slots;
        self.by_order_id.find(hash::of_order(order_id), |slot| slots[slot as usize].view.order_id == order_id)
    }

    /// The order that ever used this ClOrdID in this session, if it is remembered.
    pub(crate) fn find_used(&self, session: SessionId, cl_ord_id: &ClOrdId) -> Option<u32> {
        let ids = &self.ids;
        self.by_cl_ord_id
            .find(hash::of_cl_ord_id(session, cl_ord_id), |at| {
                let used = &ids[at as usize];
                used.session == session && used.cl_ord_id == *cl_ord_id
            })
            .map(|at| self.ids[at as usize].order)
    }

    /// Is there a slot, and a place for one more ClOrdID, if a closed order is forgotten where needed?
    pub(crate) fn has_room(&self) -> bool {
        (self.forgettable > 0 || self.has_free_slot()) && self.has_room_for_id()
    }

    /// Is there a place for one more ClOrdID?
    pub(crate) fn has_room_for_id(&self) -> bool {
        self.named > 0 || self.has_free_id()
    }

    /// The order that a venue told us of under this OrderID(37).
    pub(crate) fn find_foreign(&self, venue: VenueId, venue_order_id: u64) -> Option<u32> {
        let slots = &self.slots;
        self.foreign.find(hash::of_words(&[venue_order_id]), |slot| {
            let order = &slots[slot as usize];
            order.venue_order_id == venue_order_id && order.venue == venue
        })
    }

    /// Is there room for one more order that a venue told us of?
    pub(crate) fn has_room_for_foreign(&self) -> bool {
        self.foreign.len() < FOREIGN_MAX
    }

    /// Adds an order with its ClOrdID; forgets the closed order that is oldest where there is no free slot.
    pub(crate) fn insert(&mut self, order: Order) -> u32 {
        while !(self.has_free_slot() && self.has_free_id()) {
            self.forget_oldest_closed();
        }
        let slot = if self.free_slot != NONE {
            let slot = self.free_slot;
            self.free_slot = self.slots[slot as usize].next_free;
            self.slots[slot as usize] = order;
            slot
        } else {
            self.slots.push(order);
            u32::try_from(self.slots.len() - 1).expect("slots fit 32 bits")
        };
        self.by_order_id.insert(hash::of_order(order.view.order_id), slot);
        if !order.view.cl_ord_id.is_empty() {
            self.remember_id(slot, order.view.cl_ord_id);
        }
        if order.venue_order_id != 0 {
            self.foreign.insert(hash::of_words(&[order.venue_order_id]), slot);
        }
        self.works(slot);
        slot
    }

    /// Remembers one more ClOrdID of the order. Where even forgetting closed orders makes no room (only a cancel gets
    /// here then: it always passes), the ClOrdID is not remembered.
    pub(crate) fn remember_id(&mut self, order: u32, cl_ord_id: ClOrdId) {
        while !self.has_free_id() && self.named > 0 {
            self.forget_oldest_closed();
        }
        if !self.has_free_id() {
            return;
        }
        let session = self.slots[order as usize].view.session;
        let next = self.slots[order as usize].ids;
        let used = UsedId { cl_ord_id, session, order, next };
        let at = if self.free_id != NONE {
            let at = self.free_id;
            self.free_id = self.ids[at as usize].next;
            self.ids[at as usize] = used;
            at
        } else {
            self.ids.push(used);
            u32::try_from(self.ids.len() - 1).expect("ids fit 32 bits")
        };
        let forgettable = &self.slots[order as usize];
        let is_first = forgettable.ids == NONE && forgettable.closing != 0 && forgettable.link == NONE;
        self.named += usize::from(is_first);
        self.slots[order as usize].ids = at;
        self.by_cl_ord_id.insert(hash::of_cl_ord_id(session, &cl_ord_id), at);
    }

    /// The order no longer works: it may be forgotten, after all that closed before it.
    pub(crate) fn close(&mut self, slot: u32) {
        let order = &mut self.slots[slot as usize];
        assert!(!order.view.is_working(), "only closed orders may be forgotten");
        let place = std::mem::replace(&mut order.place, NONE);
        self.closings += 1;
        order.closing = self.closings;
        // The others of its group still look at it.
        if order.link == NONE {
            self.may_be_forgotten(slot);
        }
        self.working.swap_remove(place as usize);
        if let Some(moved) = self.working.get(place as usize) {
            self.slots[moved.slot as usize].place = place;
        }
    }

    /// Nobody looks at a closed order any more: it goes after all that could go before.
    pub(crate) fn may_be_forgotten(&mut self, slot: u32) {
        let order = &self.slots[slot as usize];
        self.closed.push_back((slot, order.closing));
        self.forgettable += 1;
        self.named += usize::from(order.ids != NONE);
    }

    /// A closed order works again: a bust took a fill away, or it is to grow.
    pub(crate) fn reopen(&mut self, slot: u32) {
        let order = &mut self.slots[slot as usize];
        order.closing = 0;
        if order.link == NONE {
            self.forgettable -= 1;
            self.named -= usize::from(order.ids != NONE);
        }
        self.works(slot);
    }

    fn works(&mut self, slot: u32) {
        let order = &mut self.slots[slot as usize];
        order.place = u32::try_from(self.working.len()).expect("slots fit 32 bits");
        let OrderView { session, account, instrument, .. } = order.view;
        self.working.push(Working { slot, session, account, instrument });
    }

    /// The working orders, in an order that the journal alone decides.
    pub(crate) fn working(&self) -> &[Working] {
        &self.working
    }

    /// Orders that are remembered.
    pub(crate) fn remembered(&self) -> impl Iterator<Item = &Order> {
        self.slots.iter().filter(|order| order.view.order_id != OrderId(0))
    }

    /// First step towards a used ClOrdID: its place in the index, which leads to [`Orders::used_by`]. For warming only.
    #[inline]
    pub(crate) fn first_id(&self, session: SessionId, cl_ord_id: &ClOrdId) -> u32 {
        self.by_cl_ord_id.first(hash::of_cl_ord_id(session, cl_ord_id))
    }

    /// Second step: the order that the place points to, whether or not it is the one sought.
    #[inline]
    pub(crate) fn used_by(&self, id: u32) -> u32 {
        self.ids.get(id as usize).map_or(NONE, |used| used.order)
    }

    /// First step towards an order.
    #[inline]
    pub(crate) fn first_slot(&self, order_id: OrderId) -> u32 {
        self.by_order_id.first(hash::of_order(order_id))
    }

    /// Last step: reads a word of each cache line of the slot, and says what it leads to.
    #[inline]
    pub(crate) fn warm_slot(&self, slot: u32) -> Option<(OrderId, u32)> {
        let order = self.slots.get(slot as usize)?;
        let lines =
            order.view.session.0 ^ order.pending.cancel.padded()[0] as u32 ^ order.ids ^ order.worst_px.units() as u32;
        std::hint::black_box(lines);
        Some((order.view.order_id, order.holding))
    }

    /// The slot that is forgotten `ahead` orders from now.
    #[inline]
    pub(crate) fn closed_ahead(&self, ahead: usize) -> u32 {
        self.closed.get(ahead).map_or(NONE, |(slot, _)| *slot)
    }

    /// A remembered ClOrdID of the slot, for finding its place in the index.
    #[inline]
    pub(crate) fn warm_id(&self, slot: u32) {
        let Some(used) = self.slots.get(slot as usize).and_then(|order| self.ids.get(order.ids as usize)) else {
            return;
        };
        std::hint::black_box(self.first_id(used.session, &used.cl_ord_id));
    }

    fn has_free_slot(&self) -> bool {
        self.free_slot != NONE || self.slots.len() < self.capacity
    }

    fn has_free_id(&self) -> bool {
        self.free_id != NONE || self.ids.len() < self.capacity * IDS_PER_ORDER
    }

    fn forget_oldest_closed(&mut self) {
        let slot = loop {
            let (slot, closing) = self.closed.pop_front().expect("decide checks that there is room");
            if self.slots[slot as usize].closing == closing {
                break slot;
            }
        };
        self.forgettable -= 1;
        let order = &self.slots[slot as usize];
        self.named -= usize::from(order.ids != NONE);
        if order.venue_order_id != 0 {
            self.foreign.remove(hash::of_words(&[order.venue_order_id]), slot);
        }
        let mut at = order.ids;
        self.by_order_id.remove(hash::of_order(order.view.order_id), slot);
        while at != NONE {
            let used = self.ids[at as usize];
            self.by_cl_ord_id.remove(hash::of_cl_ord_id(used.session, &used.cl_ord_id), at);
            self.ids[at as usize].next = self.free_id;
            self.free_id = at;
            at = used.next;
        }
        let order = &mut self.slots[slot as usize];
        order.view.order_id = OrderId(0);
        order.ids = NONE;
        order.closing = 0;
        order.next_free = self.free_slot;
        self.free_slot = slot;
    }
}

/// Writes the part of a vector's memory that is reserved but not used.
pub(crate) fn touch<T: Copy>(slots: &mut Vec<T>, vacant: T) {
    let used = slots.len();
    slots.resize(slots.capacity(), vacant);
    slots.truncate(used);
}

//! Every order that the engine remembers: a slab of preallocated slots, found by OrderID and by ClOrdID.
//!
//! Working orders are never forgotten. Closed ones are remembered, for duplicates, status requests and late fills,
//! until their slots are needed; then the one that closed first goes. One order's work never depends on how many
//! others there are.

use std::collections::VecDeque;

use model::{
    AccountId, ClOrdId, InstrumentId, Notional, OrdStatus, OrdType, OrderId, OrderView, Px, Qty, Seq, SessionId, Side,
    TimeInForce, VenueId,
};

use crate::hash;
use crate::index::Index;

const NONE: u32 = u32::MAX;

/// ClOrdIDs remembered per order slot: each order has its own, replaces and cancels add theirs.
const IDS_PER_ORDER: usize = 2;

/// A request that waits for the venue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The replace's ClOrdID(11); empty while none is pending.
    pub replace: ClOrdId,
    /// The cancel's ClOrdID(11); empty while none is pending.
    pub cancel: ClOrdId,
    /// OrderQty(38) that the replace asks for.
    pub order_qty: Qty,
    /// Price(44) that the replace asks for.
    pub price: Px,
}

impl Pending {
    const NOTHING: Pending =
        Pending { replace: ClOrdId::EMPTY, cancel: ClOrdId::EMPTY, order_qty: Qty::ZERO, price: Px::ZERO };
}

/// One order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// What reports show; `orig_cl_ord_id` is empty here.
    pub view: OrderView,
    /// What the order reserves of the account's cash.
    pub reserved: Notional,
    /// The worst price that it may be filled at.
    pub worst_px: Px,
    /// What it holds of the account's open quantity.
    pub open_qty: Qty,
    /// The greatest ExecID(17) of the paper venue that was applied to it.
    pub venue_exec_id: u64,
    /// When it got its place in the venue's queue.
    pub working_since: Seq,
    /// What waits for the venue.
    pub pending: Pending,
    /// Has the venue said that it has the order?
    pub at_venue: bool,
    /// Where it went.
    pub venue: VenueId,
    pub(crate) holding: u32,
    ids: u32,
    next_free: u32,
}

impl Order {
    pub(crate) fn new(view: OrderView, worst_px: Px, holding: u32, working_since: Seq, venue: VenueId) -> Order {
        Order {
            view,
            reserved: Notional::ZERO,
            worst_px,
            open_qty: Qty::ZERO,
            venue_exec_id: 0,
            working_since,
            pending: Pending::NOTHING,
            at_venue: false,
            venue,
            holding,
            ids: NONE,
            next_free: NONE,
        }
    }

    /// What the order can still trade: while a replace is pending, the greater of old and new.
    pub fn held_qty(&self) -> Qty {
        if !self.view.ord_status.is_working() {
            return Qty::ZERO;
        }
        let most = if self.pending.replace.is_empty() {
            self.view.order_qty
        } else {
            self.view.order_qty.max(self.pending.order_qty)
        };
        most - self.view.cum_qty
    }

    /// The order as a report shows it under its own ClOrdID.
    pub(crate) fn report(&self) -> OrderView {
        self.view
    }

    /// The order as a report shows it that answers the request `cl_ord_id`.
    pub(crate) fn report_to(&self, cl_ord_id: ClOrdId) -> OrderView {
        OrderView { cl_ord_id, orig_cl_ord_id: self.view.cl_ord_id, ..self.view }
    }
}

/// What stands in a slot that was never used.
const VACANT: Order = Order {
    view: OrderView {
        cum_notional: Notional::ZERO,
        order_id: OrderId(0),
        order_qty: Qty::ZERO,
        price: Px::ZERO,
        cum_qty: Qty::ZERO,
        cl_ord_id: ClOrdId::EMPTY,
        orig_cl_ord_id: ClOrdId::EMPTY,
        session: SessionId(0),
        account: AccountId(0),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::Rejected,
    },
    reserved: Notional::ZERO,
    worst_px: Px::ZERO,
    open_qty: Qty::ZERO,
    venue_exec_id: 0,
    working_since: Seq(0),
    pending: Pending::NOTHING,
    at_venue: false,
    venue: VenueId::PAPER,
    holding: NONE,
    ids: NONE,
    next_free: NONE,
};

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
    /// Slots of closed orders, oldest first: the order in which they are forgotten.
    closed: VecDeque<u32>,
    working: usize,
}

impl Orders {
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
            working: 0,
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
        self.capacity = capacity;
    }

    /// Writes all memory that is reserved, see [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        let unused = UsedId { cl_ord_id: ClOrdId::EMPTY, session: SessionId(0), order: NONE, next: NONE };
        touch(&mut self.slots, VACANT);
        touch(&mut self.ids, unused);
        let closed = self.closed.len();
        self.closed.resize(self.closed.capacity(), NONE);
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
        !self.closed.is_empty() || (self.has_free_slot() && self.has_free_id())
    }

    /// Is there a place for one more ClOrdID?
    pub(crate) fn has_room_for_id(&self) -> bool {
        !self.closed.is_empty() || self.has_free_id()
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
        self.remember_id(slot, order.view.cl_ord_id);
        self.working += 1;
        slot
    }

    /// Remembers one more ClOrdID of the order. Where even forgetting closed orders makes no room (only a cancel gets
    /// here then: it always passes), the ClOrdID is not remembered.
    pub(crate) fn remember_id(&mut self, order: u32, cl_ord_id: ClOrdId) {
        while !self.has_free_id() && !self.closed.is_empty() {
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
        self.slots[order as usize].ids = at;
        self.by_cl_ord_id.insert(hash::of_cl_ord_id(session, &cl_ord_id), at);
    }

    /// The order no longer works: it may be forgotten, after all that closed before it.
    pub(crate) fn close(&mut self, slot: u32) {
        assert!(!self.slots[slot as usize].view.ord_status.is_working(), "only closed orders may be forgotten");
        self.working -= 1;
        self.closed.push_back(slot);
    }

    /// Working orders.
    pub(crate) fn working(&self) -> usize {
        self.working
    }

    /// Orders that are remembered.
    pub(crate) fn remembered(&self) -> impl Iterator<Item = &Order> {
        self.slots.iter().filter(|order| order.ids != NONE)
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
        self.closed.get(ahead).copied().unwrap_or(NONE)
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
        let slot = self.closed.pop_front().expect("decide checks that there is room");
        let order = &self.slots[slot as usize];
        let mut at = order.ids;
        self.by_order_id.remove(hash::of_order(order.view.order_id), slot);
        while at != NONE {
            let used = self.ids[at as usize];
            self.by_cl_ord_id.remove(hash::of_cl_ord_id(used.session, &used.cl_ord_id), at);
            self.ids[at as usize].next = self.free_id;
            self.free_id = at;
            at = used.next;
        }
        self.slots[slot as usize].ids = NONE;
        self.slots[slot as usize].next_free = self.free_slot;
        self.free_slot = slot;
    }
}

/// Writes the part of a vector's memory that is reserved but not used.
pub(crate) fn touch<T: Copy>(slots: &mut Vec<T>, vacant: T) {
    let used = slots.len();
    slots.resize(slots.capacity(), vacant);
    slots.truncate(used);
}

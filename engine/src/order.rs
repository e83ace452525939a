//! One order as the engine keeps it: what reports show, what waits for its venue, why Millrace holds it.

use model::{
    CancelCause, ClOrdId, Contingency, EngineTime, Notional, OrdStatus, OrderView, Px, Qty, Seq, SessionId, VenueId,
};

use risk::Conversion;

use crate::fills;
use crate::standing::{End, Filled, Standing};

/// No slot.
pub(crate) const NONE: u32 = u32::MAX;

/// Replaces of one order that wait at once. What comes on top is refused as already pending.
pub(crate) const REPLACES_PENDING_MAX: usize = 2;

/// A replace that waits for the venue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PendingReplace {
    /// Its ClOrdID(11).
    pub cl_ord_id: ClOrdId,
    /// OrderQty(38) that it asks for.
    pub order_qty: Qty,
    /// Price(44) that it asks for.
    pub price: Px,
    /// StopPx(99) that it asks for.
    pub stop_px: Px,
    /// The worst price of the order if it is granted.
    pub worst_px: Px,
    /// It went to the venue. One that did not waits here for the one before it.
    pub sent: bool,
}

/// Requests that wait for the venue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The replaces, the oldest first.
    replaces: [Option<PendingReplace>; REPLACES_PENDING_MAX],
    /// The ClOrdID(11) of the client's cancel; empty while none is pending.
    pub cancel: ClOrdId,
    /// Who else wants the order ended, and has asked the venue for it.
    pub ending: Option<CancelCause>,
    /// Cancels on their way to the venue, of the client and of others.
    pub cancels_sent: u8,
}

impl Pending {
    const NOTHING: Pending =
        Pending { replaces: [None; REPLACES_PENDING_MAX], cancel: ClOrdId::EMPTY, ending: None, cancels_sent: 0 };

    /// The replaces that wait, the oldest first.
    pub fn replaces(&self) -> impl Iterator<Item = &PendingReplace> {
        self.replaces.iter().flatten()
    }

    /// The one that the venue decides first.
    pub fn first_replace(&self) -> Option<&PendingReplace> {
        self.replaces[0].as_ref()
    }

    /// The one that came last.
    pub fn last_replace(&self) -> Option<&PendingReplace> {
        self.replaces().last()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.replaces.iter().all(Option::is_some)
    }

    pub(crate) fn push_replace(&mut self, replace: PendingReplace) {
        let free = self.replaces.iter_mut().find(|place| place.is_none()).expect("decide checks that there is room");
        *free = Some(replace);
    }

    /// The queued replace of this name went to the venue.
    pub(crate) fn mark_sent(&mut self, cl_ord_id: &ClOrdId) -> bool {
        let waiting = self.replaces.iter_mut().flatten().find(|replace| replace.cl_ord_id == *cl_ord_id);
        waiting.map(|replace| replace.sent = true).is_some()
    }

    pub(crate) fn remove_replace(&mut self, cl_ord_id: &ClOrdId) {
        if let Some(at) = self.replaces.iter().position(|place| place.is_some_and(|one| one.cl_ord_id == *cl_ord_id)) {
            self.replaces[at..].rotate_left(1);
            self.replaces[REPLACES_PENDING_MAX - 1] = None;
        }
    }
}

/// Why Millrace holds an order itself.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Hold {
    /// Its stop price was not reached.
    pub price: bool,
    /// The order that lets it go is not filled.
    pub parent: bool,
    /// Its trading session has not come.
    pub session: bool,
}

impl Hold {
    /// As the order's view has it.
    pub(crate) fn of_bits(bits: u8) -> Hold {
        Hold { price: bits & 1 != 0, parent: bits & 2 != 0, session: bits & 4 != 0 }
    }

    pub(crate) fn bits(self) -> u8 {
        u8::from(self.price) | u8::from(self.parent) << 1 | u8::from(self.session) << 2
    }

    /// Is there a reason left?
    pub fn is_held(self) -> bool {
        self.price || self.parent || self.session
    }

    /// Is the stop price what it waits for, and nothing else?
    pub(crate) fn is_armed(self) -> bool {
        self.price && !self.parent && !self.session
    }
}

/// One order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// What reports show; `orig_cl_ord_id` is empty here.
    pub view: OrderView,
    /// What the order reserves of the account's cash.
    pub reserved: Notional,
    /// The money that it holds of its scopes' open orders, at its worst and in the firm's base currency.
    pub open_notional: Notional,
    /// How that money was converted to the firm's base currency: given back as it was taken.
    pub in_base: Conversion,
    /// The worst price that it may be filled at, without what is pending.
    pub worst_px: Px,
    /// What it holds of the account's open quantity.
    pub open_qty: Qty,
    /// What its venue has counted beyond the fills that it told of: fills that may still come.
    pub missing: Qty,
    /// The greatest ExecID(17) of the paper venue that was applied to it.
    pub venue_exec_id: u64,
    /// When it got its place in the venue's queue.
    pub working_since: Seq,
    /// What waits for the venue.
    pub pending: Pending,
    /// It is a stop that waits for something else first, and keeps its room among the stops.
    pub(crate) keeps_room: bool,
    /// Has the venue said that it has the order?
    pub at_venue: bool,
    /// Where it went.
    pub venue: VenueId,
    /// How it ended at the venue.
    pub end: Option<End>,
    /// The client was told that it is New.
    pub acknowledged: bool,
    /// Nothing more today.
    pub done_for_day: bool,
    /// Guaranteed.
    pub stopped: bool,
    /// It does not trade for now.
    pub suspended: bool,
    /// It was Millrace that suspended it, for a halt.
    pub(crate) suspended_here: bool,
    /// MinQty(110).
    pub min_qty: Qty,
    /// MaxFloor(111).
    pub max_floor: Qty,
    /// PegOffsetValue(211): how far behind the price its stop follows; zero for none.
    pub peg_offset: Px,
    /// What other orders of its ClOrdLinkID(583) mean for it.
    pub contingency: Contingency,
    /// The trading day that it belongs to, in days since 1970; 0 where no calendar says.
    pub trading_day: u32,
    /// The trading day that it was done for last.
    pub(crate) done_day: u32,
    /// The frame of the last split that it was restated for.
    pub(crate) split_at: Seq,
    /// The frame that began the trading day for it; fills before it count as those of earlier days.
    pub(crate) day_began: Seq,
    /// The venue's OrderID(37), hashed, of an order that Millrace did not send.
    pub venue_order_id: u64,
    /// The connection to the venue when something of it went there last, and when the venue spoke of it last.
    pub(crate) sent_epoch: u32,
    pub(crate) heard_epoch: u32,
    /// Index of the trader, and of the strategy, whose session it came by.
    pub(crate) trader: u32,
    pub(crate) strategy: u32,
    /// How often its venue was asked to cancel it because a scope of it is killed, and when last.
    pub(crate) kill_asks: u8,
    pub(crate) asked_at: EngineTime,
    /// The price that it rests at among the orders of its groups; `None` where it does not, or nobody asks.
    pub(crate) rests_at: Option<Px>,
    /// Its last fill.
    pub(crate) last_fill: u64,
    /// Its group of orders of one ClOrdLinkID(583), and the next in it.
    pub(crate) link: u32,
    pub(crate) link_next: u32,
    pub(crate) holding: u32,
    /// Its strategy's book of that holding.
    pub(crate) book: u32,
    /// Its place among the working orders.
    pub(crate) place: u32,
    /// Which of the closings it is that counts, see the slab.
    pub(crate) closing: u64,
    pub(crate) ids: u32,
    pub(crate) next_free: u32,
}

impl Order {
    pub(crate) fn new(view: OrderView, worst_px: Px, holding: u32, working_since: Seq, venue: VenueId) -> Order {
        Order {
            view: OrderView { orig_cl_ord_id: ClOrdId::EMPTY, ..view },
            worst_px,
            working_since,
            venue,
            acknowledged: view.ord_status != OrdStatus::PendingNew,
            holding,
            ..VACANT
        }
    }

    /// Why Millrace holds it.
    pub fn hold(&self) -> Hold {
        Hold::of_bits(self.view.held)
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        Standing {
            good_till: self.view.time_in_force.is_good_till(),
            acknowledged: self.acknowledged,
            end: self.end,
            done_for_day: self.done_for_day,
            stopped: self.stopped,
            suspended: self.suspended,
            canceling: !self.pending.cancel.is_empty(),
            replacing: self.pending.first_replace().is_some_and(|first| first.sent),
            filled: filled(self.view.cum_qty, self.view.order_qty),
        }
    }

    /// What the order can still trade: the greatest of what it is and what its pending replaces ask for.
    pub fn held_qty(&self) -> Qty {
        let ended = self.end.is_some() || (self.done_for_day && !self.view.time_in_force.is_good_till());
        if ended {
            return Qty::ZERO;
        }
        let asked = self.pending.replaces().map(|replace| replace.order_qty);
        asked.fold(self.view.order_qty, Qty::max) - self.view.cum_qty
    }

    /// The worst price of what it is and what its pending replaces ask for.
    pub fn held_px(&self) -> Px {
        self.pending.replaces().map(|replace| replace.worst_px).fold(self.worst_px, Px::max)
    }

    /// Does anything wait for an answer of the venue?
    pub fn is_unanswered(&self) -> bool {
        !self.at_venue || self.pending.cancels_sent > 0 || self.pending.replaces().any(|replace| replace.sent)
    }

    /// Something goes to the venue over this connection. What was not answered before is not in sight again for that.
    pub(crate) fn asks(&mut self, epoch: u32) {
        if !self.is_unanswered() {
            self.sent_epoch = epoch;
        }
    }

    /// The order as a report shows it that answers the request `cl_ord_id`.
    pub(crate) fn report_to(&self, cl_ord_id: ClOrdId) -> OrderView {
        OrderView { cl_ord_id, orig_cl_ord_id: self.view.cl_ord_id, ..self.view }
    }
}

/// How much of an order is filled.
pub(crate) fn filled(cum_qty: Qty, order_qty: Qty) -> Filled {
    if cum_qty.is_zero() {
        Filled::None
    } else if cum_qty < order_qty {
        Filled::Part
    } else {
        Filled::All
    }
}

/// What stands in a slot that was never used.
pub(crate) const VACANT: Order = Order {
    view: OrderView::unknown(SessionId(0), ClOrdId::EMPTY),
    reserved: Notional::ZERO,
    open_notional: Notional::ZERO,
    in_base: Conversion::Same,
    worst_px: Px::ZERO,
    open_qty: Qty::ZERO,
    missing: Qty::ZERO,
    venue_exec_id: 0,
    working_since: Seq(0),
    pending: Pending::NOTHING,
    keeps_room: false,
    at_venue: false,
    venue: VenueId::PAPER,
    end: None,
    acknowledged: false,
    done_for_day: false,
    stopped: false,
    suspended: false,
    suspended_here: false,
    min_qty: Qty::ZERO,
    max_floor: Qty::ZERO,
    peg_offset: Px::ZERO,
    contingency: Contingency::None,
    trading_day: 0,
    done_day: 0,
    split_at: Seq(0),
    day_began: Seq(0),
    venue_order_id: 0,
    sent_epoch: 0,
    heard_epoch: 0,
    trader: NONE,
    strategy: NONE,
    kill_asks: 0,
    asked_at: EngineTime(0),
    rests_at: None,
    last_fill: fills::NONE,
    link: NONE,
    link_next: NONE,
    holding: NONE,
    book: NONE,
    place: NONE,
    closing: 0,
    ids: NONE,
    next_free: NONE,
};

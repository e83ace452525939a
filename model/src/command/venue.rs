//! What venues say, and what is known of them.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::{EngineTime, InstrumentId, OrderId, VenueId};
use crate::money::{Px, Qty};
use crate::policies::Link;
use crate::terms::{ExecRestatementReason, OrdType, Side, TimeInForce};
use crate::text::{AccountName, ClOrdId, Symbol};

bodies! {
    /// What a venue says of an order of ours.
    VenueReport {
        /// Our OrderID(37), which the ClOrdID(11) at the venue begins with.
        order_id: OrderId,
        /// The venue's ExecID(17). The paper venue's rises with every report, across restarts too; a broker's is text, and
        /// this is its hash together with the venue.
        venue_exec_id: u64,
        /// ExecRefID(19) of a bust or a correction: the `venue_exec_id` of the fill; zero otherwise.
        venue_ref_id: u64,
        /// LastQty(32); zero where nothing was traded.
        last_qty: Qty,
        /// LastPx(31); zero where nothing was traded.
        last_px: Px,
        /// OrderQty(38) of a restated order; zero where the report does not say it.
        order_qty: Qty,
        /// Price(44) of a restated order; zero where the report does not say it.
        price: Px,
        /// CumQty(14) as the venue counts; zero where the report does not say it.
        cum_qty: Qty,
        /// What happened.
        kind: ReportKind,
        /// OrdRejReason(103) or CxlRejReason(102) of a refusal, as the venue gave it; 0 otherwise.
        reason: u8,
        /// ExecRestatementReason(378).
        restatement: ExecRestatementReason,
        /// What the venue counts by.
        counted: Counted,
        /// Who says it.
        venue: VenueId,
    }

    /// Top of book of one instrument, conflated before the queue.
    Quote {
        /// Best bid; zero where there is none.
        bid_px: Px,
        /// Its size.
        bid_qty: Qty,
        /// Best offer; zero where there is none.
        ask_px: Px,
        /// Its size.
        ask_qty: Qty,
        /// Last trade; zero where there is none.
        last_px: Px,
        /// When the source said so.
        source_time: EngineTime,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// A venue tells of an order that Millrace did not send: one by telephone, or one of somebody else under our name.
    ForeignOrder {
        /// The venue's ExecID(17), as in [`VenueReport`].
        venue_exec_id: u64,
        /// The venue's OrderID(37), hashed: later reports find the order by it.
        venue_order_id: u64,
        /// ExecRefID(19) of a bust or a correction, as in [`VenueReport`]; zero otherwise.
        venue_ref_id: u64,
        /// OrderQty(38).
        order_qty: Qty,
        /// Price(44); zero where absent.
        price: Px,
        /// LastQty(32); zero where nothing was traded.
        last_qty: Qty,
        /// LastPx(31); zero where nothing was traded.
        last_px: Px,
        /// CumQty(14).
        cum_qty: Qty,
        /// ClOrdID(11) as the venue says it; may be empty.
        cl_ord_id: ClOrdId,
        /// Symbol(55).
        symbol: Symbol,
        /// Account(1) that the venue's foreign orders belong to; empty where none is configured.
        account: AccountName,
        /// Who says it.
        venue: VenueId,
        /// Side(54).
        side: Side,
        /// OrdType(40).
        ord_type: OrdType,
        /// TimeInForce(59).
        time_in_force: TimeInForce,
        /// What happened.
        kind: ReportKind,
    }

    /// What is known of the connection to a venue.
    VenueLink {
        /// The venue.
        venue: VenueId,
        /// How it stands.
        link: Link,
        /// Zero.
        reserved: [u8; 3],
    }
}

/// What CumQty(14) of a report is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Counted {
    /// The report does not say it.
    NotSaid = 0,
    /// The answer to a question: it settles what is in doubt, and tells of no fill by itself.
    InAnswer = 1,
    /// What the venue counts after what the report tells of.
    InReport = 2,
}

/// What a venue says happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum ReportKind {
    /// ExecType(150)=0.
    Accepted = 1,
    /// ExecType(150)=8.
    Rejected = 2,
    /// ExecType(150)=F.
    Filled = 3,
    /// ExecType(150)=4: by our request, or the rest of an immediate order.
    Canceled = 4,
    /// ExecType(150)=5.
    Replaced = 5,
    /// ExecType(150)=C.
    Expired = 6,
    /// OrderCancelReject(9) to a cancel.
    CancelRejected = 7,
    /// OrderCancelReject(9) to a replace.
    ReplaceRejected = 8,
    /// Something that Millrace does not act on; kept for a person to look at.
    Other = 9,
    /// ExecType(150)=H: a fill never happened.
    TradeCanceled = 10,
    /// ExecType(150)=G: a fill was another one.
    TradeCorrected = 11,
    /// ExecType(150)=D: OrderQty(38) or Price(44) are others now, or the order goes on on a new day.
    Restated = 12,
    /// ExecType(150)=3.
    DoneForDay = 13,
    /// ExecType(150)=7: guaranteed.
    Stopped = 14,
    /// ExecType(150)=9.
    Suspended = 15,
    /// ExecType(150)=L.
    Triggered = 16,
    /// The answer to a question: the venue has the order, and it stands as we know it.
    Stands = 17,
    /// ExecType(150)=0 with WorkingIndicator(636)=N: the venue has the order, and does not work it yet.
    AcceptedIdle = 18,
}

impl VenueReport {
    /// A report that says no more than that.
    pub const fn about(venue: VenueId, order_id: OrderId, venue_exec_id: u64, kind: ReportKind) -> VenueReport {
        VenueReport {
            order_id,
            venue_exec_id,
            venue_ref_id: 0,
            last_qty: Qty::ZERO,
            last_px: Px::ZERO,
            order_qty: Qty::ZERO,
            price: Px::ZERO,
            cum_qty: Qty::ZERO,
            kind,
            reason: 0,
            restatement: ExecRestatementReason::NotGiven,
            counted: Counted::NotSaid,
            venue,
        }
    }
}

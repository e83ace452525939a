//! What becomes of cancels and replaces, and of requests about many orders.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::{AccountId, InstrumentId, OrderId, Seq, SessionId};
use crate::money::{Px, Qty};
use crate::order::OrderView;
use crate::refusal::Refusal;
use crate::terms::{CancelCause, CxlRejReason, CxlRejResponseTo, OrdStatus};
use crate::text::{AccountName, ClOrdId, Symbol};

bodies! {
    /// See [`super::Event::CancelRequested`].
    CancelRequested {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` the order's. Where nobody sent a request it is a
        /// name that the engine made up, for the venue.
        order: OrderView,
        /// Who wants it.
        cause: CancelCause,
        /// Zero.
        reserved: [u8; 15],
    }

    /// See [`super::Event::ReplaceRequested`].
    ReplaceRequested {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` the order's.
        order: OrderView,
        /// OrderQty(38) asked for.
        order_qty: Qty,
        /// Price(44) asked for.
        price: Px,
        /// StopPx(99) asked for.
        stop_px: Px,
        /// Worst price of the order if it is replaced.
        worst_px: Px,
        /// The name that the venue will know the order by if it grants the replace before this one; empty where there is none.
        behind: ClOrdId,
        /// Zero.
        reserved: u64,
    }

    /// See [`super::Event::ReplaceQueued`].
    ReplaceQueued {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` what it names.
        order: OrderView,
        /// OrderQty(38) asked for.
        order_qty: Qty,
        /// Price(44) asked for.
        price: Px,
        /// StopPx(99) asked for.
        stop_px: Px,
        /// Worst price of the order if it is replaced.
        worst_px: Px,
        /// The replace before it.
        behind: ClOrdId,
        /// Zero.
        reserved: u64,
    }

    /// See [`super::Event::CancelRejected`].
    CancelRejected {
        /// The check, where `by_risk` is 1; else without meaning.
        refusal: Refusal,
        /// OrderID(37); 0 stands for "NONE".
        order_id: OrderId,
        /// ClOrdID(11) of the request.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID(41) of the request.
        orig_cl_ord_id: ClOrdId,
        /// The session.
        session: SessionId,
        /// CxlRejResponseTo(434).
        response_to: CxlRejResponseTo,
        /// CxlRejReason(102).
        reason: CxlRejReason,
        /// OrdStatus(39) of the order; Rejected where it is unknown.
        ord_status: OrdStatus,
        /// 1: a risk check refused the replace.
        by_risk: u8,
        /// 1: the venue refused what was pending, so nothing is pending any more.
        ends_pending: u8,
        /// Zero.
        reserved: [u8; 15],
    }

    /// See [`super::Event::OrderReplaced`].
    OrderReplaced {
        /// The order after it, under its new ClOrdID.
        order: OrderView,
        /// Worst price from now on.
        worst_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
    }

    /// See [`super::Event::MassCancelReported`].
    MassCancelReported {
        /// The request's place among all, by which the engine finds it again; 0 where it was refused.
        request: Seq,
        /// ClOrdID(11) of the request.
        cl_ord_id: ClOrdId,
        /// Symbol(55) asked for; empty for all.
        symbol: Symbol,
        /// Account(1) asked for; empty for all.
        account: AccountName,
        /// The session.
        session: SessionId,
        /// The instrument asked for; none for all.
        instrument: InstrumentId,
        /// The account asked for; none for all.
        of_account: AccountId,
        /// TotalAffectedOrders(533): working orders of the session, where all were asked for; zero otherwise.
        total_affected_orders: u32,
        /// MassCancelRequestType(530), as sent.
        request_type: u8,
        /// MassCancelRejectReason(532) where it was refused; 255 where it was not.
        reject_reason: u8,
        /// Side(54) asked for; 0 for both.
        side: u8,
        /// Zero.
        reserved: [u8; 5],
    }

    /// See [`super::Event::MassStatusBegun`].
    MassStatusBegun {
        /// Its place among all.
        request: Seq,
        /// MassStatusReqID(584).
        mass_status_req_id: ClOrdId,
        /// The session.
        session: SessionId,
        /// The instrument asked for; none for all.
        instrument: InstrumentId,
        /// The account asked for; none for all.
        of_account: AccountId,
        /// Orders that there are to tell of, where all were asked for; zero otherwise.
        tot_num_reports: u32,
        /// Side(54) asked for; 0 for both.
        side: u8,
        /// Zero.
        reserved: [u8; 7],
    }
}

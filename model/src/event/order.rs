//! The life of an order.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::{EngineTime, OrderId, SessionId, VenueId};
use crate::money::{Notional, Px, Qty};
use crate::order::OrderView;
use crate::refusal::Refusal;
use crate::terms::{
    CancelCause, Contingency, ExecRestatementReason, OrdRejReason, OrdStatus, OrdType, Side, TimeInForce,
};
use crate::text::{AccountName, ClOrdId, Symbol};

bodies! {
    /// See [`super::Event::OrderAccepted`].
    OrderAccepted {
        /// The order.
        order: OrderView,
        /// The worst price that it can be filled at; what is reserved is leaves × this × multiplier.
        worst_px: Px,
        /// TransactTime(60) of the request.
        transact_time: EngineTime,
        /// CashOrderQty(152) that OrderQty(38) was made of; zero otherwise.
        cash_order_qty: Qty,
        /// MinQty(110).
        min_qty: Qty,
        /// MaxFloor(111).
        max_floor: Qty,
        /// PegOffsetValue(211).
        peg_offset: Px,
        /// ClOrdLinkID(583).
        cl_ord_link_id: ClOrdId,
        /// ContingencyType(1385).
        contingency: Contingency,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`super::Event::OrderRefused`].
    OrderRefused {
        /// The check that refused it.
        refusal: Refusal,
        /// What is filled of the order that already has the ClOrdID, in money; 0 otherwise.
        cum_notional: Notional,
        /// OrderQty(38).
        order_qty: Qty,
        /// Price(44).
        price: Px,
        /// OrderID(37) of the order that already has the ClOrdID; 0 otherwise.
        order_id: OrderId,
        /// OrderQty(38) of that order.
        existing_qty: Qty,
        /// CumQty(14) of that order.
        cum_qty: Qty,
        /// LeavesQty(151) of that order.
        leaves_qty: Qty,
        /// ClOrdID(11).
        cl_ord_id: ClOrdId,
        /// Symbol(55) as sent.
        symbol: Symbol,
        /// Account(1) as sent, or the session's.
        account: AccountName,
        /// The session.
        session: SessionId,
        /// Side(54).
        side: Side,
        /// OrdType(40).
        ord_type: OrdType,
        /// TimeInForce(59).
        time_in_force: TimeInForce,
        /// OrdStatus(39): Rejected, or the status of the order that already has the ClOrdID.
        ord_status: OrdStatus,
        /// Zero.
        reserved: [u8; 16],
    }

    /// See [`super::Event::OrderAdopted`].
    OrderAdopted {
        /// The order.
        order: OrderView,
        /// The worst price that it can be filled at.
        worst_px: Px,
        /// The venue's ExecID(17); 0 where it came by telephone.
        venue_exec_id: u64,
        /// The venue's OrderID(37), hashed; 0 where it came by telephone.
        venue_order_id: u64,
        /// The venue.
        venue: VenueId,
        /// 1: the venue has it. 0: it goes there.
        at_venue: u8,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`super::Event::OrderAcknowledged`].
    OrderAcknowledged {
        /// The order.
        order: OrderView,
    }

    /// See [`super::Event::OrderCanceled`].
    OrderCanceled {
        /// The order after it; `orig_cl_ord_id` is empty where the client did not ask for the cancel.
        order: OrderView,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// Why, where the client did not ask for it.
        restatement: ExecRestatementReason,
        /// Who asked for it; `Client` also where nobody did.
        cause: CancelCause,
        /// Zero.
        reserved: [u8; 6],
    }

    /// See [`super::Event::OrderExpired`].
    OrderExpired {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where the engine held the order.
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`super::Event::OrderRejected`].
    OrderRejected {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// OrdRejReason(103).
        reason: OrdRejReason,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`super::Event::OrderRestated`].
    OrderRestated {
        /// The order after it.
        order: OrderView,
        /// Worst price from now on.
        worst_px: Px,
        /// The venue's ExecID(17); 0 where the engine did it.
        venue_exec_id: u64,
        /// MaxFloor(111) from now on.
        max_floor: Qty,
        /// Why.
        restatement: ExecRestatementReason,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`super::Event::OrderDoneForDay`].
    OrderDoneForDay {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where the engine did it.
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`super::Event::OrderStopped`].
    OrderStopped {
        /// The order after it.
        order: OrderView,
        /// LastQty(32): how much is guaranteed.
        last_qty: Qty,
        /// LastPx(31): at what price.
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`super::Event::OrderSuspended`].
    OrderSuspended {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where the engine did it.
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`super::Event::OrderTriggered`].
    OrderTriggered {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where Millrace held the order, which goes to the venue now.
        venue_exec_id: u64,
        /// Worst price from now on.
        worst_px: Px,
    }

    /// See [`super::Event::StatusReported`].
    StatusReported {
        /// The order; where it is unknown only `cl_ord_id` and `session` mean anything.
        order: OrderView,
        /// MassStatusReqID(584) that this answers; empty for an OrderStatusRequest(H).
        mass_status_req_id: ClOrdId,
        /// TotNumReports(911); zero where it is not known.
        tot_num_reports: u32,
        /// LastRptRequested(912).
        last_rpt_requested: u8,
        /// 1 where the order is known.
        known: u8,
        /// Zero.
        reserved: [u8; 2],
    }
}

impl OrderAccepted {
    /// Of an order without special terms.
    pub const fn plain(order: OrderView, worst_px: Px, transact_time: EngineTime) -> OrderAccepted {
        OrderAccepted {
            order,
            worst_px,
            transact_time,
            cash_order_qty: Qty::ZERO,
            min_qty: Qty::ZERO,
            max_floor: Qty::ZERO,
            peg_offset: Px::ZERO,
            cl_ord_link_id: ClOrdId::EMPTY,
            contingency: Contingency::None,
            reserved: [0; 7],
        }
    }
}

impl StatusReported {
    /// The answer to a question about one order.
    pub fn of(order: OrderView, known: bool) -> StatusReported {
        StatusReported {
            order,
            mass_status_req_id: ClOrdId::EMPTY,
            tot_num_reports: 0,
            last_rpt_requested: 0,
            known: u8::from(known),
            reserved: [0; 2],
        }
    }
}

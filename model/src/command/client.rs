//! What clients ask for.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::{EngineTime, OrderId, Seq, SessionId};
use crate::instructions::ExecInst;
use crate::money::{Px, Qty};
use crate::terms::{Contingency, OrdType, Side, TimeInForce};
use crate::text::{AccountName, ClOrdId, Symbol};

bodies! {
    /// Where a command came from. The journal holds it, so an inbound message is never applied twice.
    Origin {
        /// MsgSeqNum(34) of the message; 0 where it came over no FIX session.
        msg_seq_num: u64,
        /// The session.
        session: SessionId,
        /// Zero.
        reserved: u32,
    }

    /// NewOrderSingle(D). Symbol and account are text: only the engine says which exist.
    NewOrder {
        /// Where it came from.
        origin: Origin,
        /// OrderQty(38); zero where CashOrderQty(152) says it.
        order_qty: Qty,
        /// CashOrderQty(152), in units of the currency; zero where absent.
        cash_order_qty: Qty,
        /// Price(44); zero where absent.
        price: Px,
        /// StopPx(99); zero where absent.
        stop_px: Px,
        /// PegOffsetValue(211): how far a trailing stop follows behind, as a positive distance; zero where absent.
        peg_offset: Px,
        /// MinQty(110): the least that may be filled at once; zero where absent.
        min_qty: Qty,
        /// MaxFloor(111): the most that is shown; zero where absent.
        max_floor: Qty,
        /// TransactTime(60).
        transact_time: EngineTime,
        /// ExpireTime(126), or the end of ExpireDate(432); zero where absent.
        expire_time: EngineTime,
        /// ClOrdID(11).
        cl_ord_id: ClOrdId,
        /// ClOrdLinkID(583); empty where absent.
        cl_ord_link_id: ClOrdId,
        /// Symbol(55).
        symbol: Symbol,
        /// Account(1); empty means the session's own.
        account: AccountName,
        /// Side(54).
        side: Side,
        /// OrdType(40).
        ord_type: OrdType,
        /// TimeInForce(59).
        time_in_force: TimeInForce,
        /// ContingencyType(1385).
        contingency: Contingency,
        /// ExecInst(18).
        exec_inst: ExecInst,
        /// PossResend(97): 1 where the client says that it may have sent this before.
        poss_resend: u8,
        /// Zero.
        reserved: u8,
    }

    /// OrderCancelRequest(F).
    CancelOrder {
        /// Where it came from.
        origin: Origin,
        /// TransactTime(60).
        transact_time: EngineTime,
        /// ClOrdID(11) of the request.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID(41): the order.
        orig_cl_ord_id: ClOrdId,
    }

    /// OrderCancelReplaceRequest(G).
    ReplaceOrder {
        /// Where it came from.
        origin: Origin,
        /// OrderQty(38): the new total, fills included.
        order_qty: Qty,
        /// Price(44); zero where absent.
        price: Px,
        /// StopPx(99); zero where absent.
        stop_px: Px,
        /// TransactTime(60).
        transact_time: EngineTime,
        /// ClOrdID(11) of the request, and of the order once it is replaced.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID(41): the order.
        orig_cl_ord_id: ClOrdId,
        /// Side(54): must be the order's.
        side: Side,
        /// OrdType(40): must be the order's.
        ord_type: OrdType,
        /// Zero.
        reserved: [u8; 6],
        /// What it repeats of the order.
        kept: KeptTerms,
    }

    /// What a replace repeats of its order and cannot change. What is there must be the order's.
    KeptTerms {
        /// MinQty(110), where [`KeptTerms::MIN_QTY`] is said.
        min_qty: Qty,
        /// MaxFloor(111), where [`KeptTerms::MAX_FLOOR`] is said.
        max_floor: Qty,
        /// PegOffsetValue(211), where [`KeptTerms::PEG_OFFSET`] is said.
        peg_offset: Px,
        /// ExpireTime(126), where [`KeptTerms::EXPIRE_TIME`] is said.
        expire_time: EngineTime,
        /// ClOrdLinkID(583); empty where absent.
        cl_ord_link_id: ClOrdId,
        /// Symbol(55); empty where absent.
        symbol: Symbol,
        /// Account(1); empty where absent.
        account: AccountName,
        /// ExecInst(18), where [`KeptTerms::EXEC_INST`] is said.
        exec_inst: ExecInst,
        /// TimeInForce(59) as FIX has it; 0 where absent.
        time_in_force: u8,
        /// Which of those without an empty value are there, a bit each.
        said: u8,
        /// Zero.
        reserved: [u8; 4],
    }

    /// OrderStatusRequest(H).
    OrderStatusRequest {
        /// Where it came from.
        origin: Origin,
        /// ClOrdID(11) of the order.
        cl_ord_id: ClOrdId,
    }

    /// OrderMassCancelRequest(q).
    MassCancel {
        /// Where it came from.
        origin: Origin,
        /// TransactTime(60).
        transact_time: EngineTime,
        /// ClOrdID(11) of the request.
        cl_ord_id: ClOrdId,
        /// Symbol(55); empty where absent.
        symbol: Symbol,
        /// Account(1); empty where absent.
        account: AccountName,
        /// MassCancelRequestType(530), as sent.
        request_type: u8,
        /// Side(54); 0 where absent.
        side: u8,
        /// Zero.
        reserved: [u8; 6],
    }

    /// OrderMassStatusRequest(AF).
    MassStatusRequest {
        /// Where it came from.
        origin: Origin,
        /// MassStatusReqID(584).
        mass_status_req_id: ClOrdId,
        /// Symbol(55); empty where absent.
        symbol: Symbol,
        /// Account(1); empty where absent.
        account: AccountName,
        /// MassStatusReqType(585), as sent.
        request_type: u8,
        /// Side(54); 0 where absent.
        side: u8,
        /// Zero.
        reserved: [u8; 6],
    }

    /// DontKnowTrade(Q): a client does not know a trade that it was told of. For a person to look at.
    DisputeTrade {
        /// Where it came from.
        origin: Origin,
        /// OrderID(37); 0 where it is none of ours.
        order_id: OrderId,
        /// ExecID(17), the frame; 0 where it is none of ours.
        exec_seq: Seq,
        /// ExecID(17), the event in the frame.
        exec_index: u8,
        /// DKReason(127).
        reason: u8,
        /// Zero.
        reserved: [u8; 6],
    }
}

impl Origin {
    /// From a FIX session.
    pub const fn fix(session: SessionId, msg_seq_num: u64) -> Origin {
        Origin { msg_seq_num, session, reserved: 0 }
    }
}

impl NewOrder {
    /// An order for the day without special terms, without a quantity and a price yet.
    pub const fn plain(origin: Origin, cl_ord_id: ClOrdId, symbol: Symbol, side: Side, ord_type: OrdType) -> NewOrder {
        NewOrder {
            origin,
            order_qty: Qty::ZERO,
            cash_order_qty: Qty::ZERO,
            price: Px::ZERO,
            stop_px: Px::ZERO,
            peg_offset: Px::ZERO,
            min_qty: Qty::ZERO,
            max_floor: Qty::ZERO,
            transact_time: EngineTime(0),
            expire_time: EngineTime(0),
            cl_ord_id,
            cl_ord_link_id: ClOrdId::EMPTY,
            symbol,
            account: AccountName::EMPTY,
            side,
            ord_type,
            time_in_force: TimeInForce::Day,
            contingency: Contingency::None,
            exec_inst: ExecInst::NONE,
            poss_resend: 0,
            reserved: 0,
        }
    }
}

impl KeptTerms {
    /// MinQty(110) is there.
    pub const MIN_QTY: u8 = 1;
    /// MaxFloor(111) is there.
    pub const MAX_FLOOR: u8 = 2;
    /// PegOffsetValue(211) is there.
    pub const PEG_OFFSET: u8 = 4;
    /// ExpireTime(126) is there.
    pub const EXPIRE_TIME: u8 = 8;
    /// ExecInst(18) is there.
    pub const EXEC_INST: u8 = 16;

    /// It repeats nothing.
    pub const NOTHING: KeptTerms = KeptTerms {
        min_qty: Qty::ZERO,
        max_floor: Qty::ZERO,
        peg_offset: Px::ZERO,
        expire_time: EngineTime(0),
        cl_ord_link_id: ClOrdId::EMPTY,
        symbol: Symbol::EMPTY,
        account: AccountName::EMPTY,
        exec_inst: ExecInst::NONE,
        time_in_force: 0,
        said: 0,
        reserved: [0; 4],
    };
}

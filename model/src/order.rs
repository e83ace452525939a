//! One order as a report shows it: everything that an ExecutionReport(8) needs, so that whoever renders or stores a
//! report keeps no order state of its own.

use core::mem::{align_of, offset_of, size_of};

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::ids::{AccountId, EngineTime, InstrumentId, OrderId, SessionId};
use crate::instructions::ExecInst;
use crate::money::{Notional, Px, Qty, div_half_even};
use crate::terms::{OrdStatus, OrdType, Side, TimeInForce};
use crate::text::ClOrdId;

/// An order after an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct OrderView {
    /// Sum of LastQty(32) × LastPx(31) of all live fills, without the multiplier.
    pub cum_notional: Notional,
    /// The part of it from before the trading day; only good-till orders have one.
    pub prior_notional: Notional,
    /// OrderID(37).
    pub order_id: OrderId,
    /// OrderQty(38).
    pub order_qty: Qty,
    /// Price(44); zero for an order without one.
    pub price: Px,
    /// StopPx(99); zero for an order without one.
    pub stop_px: Px,
    /// CumQty(14).
    pub cum_qty: Qty,
    /// The part of it from before the trading day.
    pub prior_qty: Qty,
    /// ExpireTime(126); zero for an order without one.
    pub expire_time: EngineTime,
    /// ClOrdID(11) that the report goes out under.
    pub cl_ord_id: ClOrdId,
    /// OrigClOrdID(41); empty where the report answers no cancel or replace.
    pub orig_cl_ord_id: ClOrdId,
    /// The session that owns the order.
    pub session: SessionId,
    /// Account(1).
    pub account: AccountId,
    /// Symbol(55).
    pub instrument: InstrumentId,
    /// Side(54).
    pub side: Side,
    /// OrdType(40).
    pub ord_type: OrdType,
    /// TimeInForce(59).
    pub time_in_force: TimeInForce,
    /// OrdStatus(39) after the event.
    pub ord_status: OrdStatus,
    /// ExecInst(18).
    pub exec_inst: ExecInst,
    /// Why Millrace holds the order itself and no venue has it, added up: 1 its stop price, 2 another order, 4 its trading
    /// session. 0 where it is the venue's. WorkingIndicator(636)=N where it is not.
    pub held: u8,
    /// 1: StopPx(99) was reached.
    pub triggered: u8,
    /// 1: the venue has it, and does not work it yet. WorkingIndicator(636)=N.
    pub idle: u8,
    /// 1: a market order of a scope that bounds them. A venue that keeps no worst price of ours gets it as a limit order at that
    /// price, a stop as a stop limit.
    pub protected: u8,
    /// Zero.
    pub reserved: [u8; 2],
}

const _: () = {
    assert!(size_of::<OrderView>() == 192);
    assert!(align_of::<OrderView>() == 16);
    assert!(offset_of!(OrderView, order_id) == 32);
    assert!(offset_of!(OrderView, cl_ord_id) == 88);
    assert!(offset_of!(OrderView, session) == 168);
    assert!(offset_of!(OrderView, ord_status) == 183);
    assert!(offset_of!(OrderView, exec_inst) == 184);
};

impl OrderView {
    /// What an order of nobody looks like: the answer to a question about an order that is not known.
    pub const fn unknown(session: SessionId, cl_ord_id: ClOrdId) -> OrderView {
        OrderView {
            cum_notional: Notional::ZERO,
            prior_notional: Notional::ZERO,
            order_id: OrderId(0),
            order_qty: Qty::ZERO,
            price: Px::ZERO,
            stop_px: Px::ZERO,
            cum_qty: Qty::ZERO,
            prior_qty: Qty::ZERO,
            expire_time: EngineTime(0),
            cl_ord_id,
            orig_cl_ord_id: ClOrdId::EMPTY,
            session,
            account: AccountId::NONE,
            instrument: InstrumentId::NONE,
            side: Side::Buy,
            ord_type: OrdType::Limit,
            time_in_force: TimeInForce::Day,
            ord_status: OrdStatus::Rejected,
            exec_inst: ExecInst::NONE,
            held: 0,
            triggered: 0,
            idle: 0,
            protected: 0,
            reserved: [0; 2],
        }
    }

    /// Can it still be filled?
    pub const fn is_working(&self) -> bool {
        self.ord_status.is_working(self.time_in_force)
    }

    /// LeavesQty(151): what can still be filled; nothing once the order no longer works.
    pub fn leaves_qty(&self) -> Qty {
        if self.is_working() { self.order_qty - self.cum_qty } else { Qty::ZERO }
    }

    /// AvgPx(6), to the nearest 1e-8, ties to even; zero while nothing is filled. For display: never computed with.
    pub fn avg_px(&self) -> Px {
        average(self.cum_notional, self.cum_qty)
    }

    /// DayOrderQty(424): what was left of it when the trading day began.
    pub fn day_order_qty(&self) -> Qty {
        self.order_qty - self.prior_qty
    }

    /// DayCumQty(425): what was filled of it on this trading day.
    pub fn day_cum_qty(&self) -> Qty {
        self.cum_qty - self.prior_qty
    }

    /// DayAvgPx(426), as [`OrderView::avg_px`].
    pub fn day_avg_px(&self) -> Px {
        average(self.cum_notional - self.prior_notional, self.day_cum_qty())
    }

    /// What a venue that knows no stops sees of it: OrdType(40).
    pub const fn working_type(&self) -> OrdType {
        if self.triggered == 1 { self.ord_type.triggered() } else { self.ord_type }
    }

    /// What a venue sees that does not keep our worst price by itself: OrdType(40).
    pub const fn bounded_type(&self) -> OrdType {
        match self.working_type() {
            OrdType::Market if self.protected == 1 => OrdType::Limit,
            OrdType::Stop if self.protected == 1 => OrdType::StopLimit,
            other => other,
        }
    }
}

/// AvgPx(6) of a quantity that was filled for so much money.
pub fn average(notional: Notional, qty: Qty) -> Px {
    if qty.is_zero() {
        return Px::ZERO;
    }
    let average = div_half_even(notional.units(), i128::from(qty.units()));
    Px::from_units(i64::try_from(average).expect("an average lies between its prices"))
}

//! One order as a report shows it: everything that an ExecutionReport(8) needs, so that whoever renders or stores a
//! report keeps no order state of its own.

use core::mem::{align_of, offset_of, size_of};

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::ids::{AccountId, InstrumentId, OrderId, SessionId};
use crate::money::{Notional, Px, Qty, div_half_even};
use crate::terms::{OrdStatus, OrdType, Side, TimeInForce};
use crate::text::ClOrdId;

/// An order after an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct OrderView {
    /// Sum of LastQty(32) × LastPx(31) of all live fills, without the multiplier.
    pub cum_notional: Notional,
    /// OrderID(37).
    pub order_id: OrderId,
    /// OrderQty(38).
    pub order_qty: Qty,
    /// Price(44); zero for a market order.
    pub price: Px,
    /// CumQty(14).
    pub cum_qty: Qty,
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
}

const _: () = {
    assert!(size_of::<OrderView>() == 144);
    assert!(align_of::<OrderView>() == 16);
    assert!(offset_of!(OrderView, order_id) == 16);
    assert!(offset_of!(OrderView, cl_ord_id) == 48);
    assert!(offset_of!(OrderView, session) == 128);
    assert!(offset_of!(OrderView, ord_status) == 143);
};

impl OrderView {
    /// LeavesQty(151): what can still be filled; nothing once the order no longer works.
    pub fn leaves_qty(&self) -> Qty {
        if self.ord_status.is_working() { self.order_qty - self.cum_qty } else { Qty::ZERO }
    }

    /// AvgPx(6), to the nearest 1e-8, ties to even; zero while nothing is filled. For display: never computed with.
    pub fn avg_px(&self) -> Px {
        if self.cum_qty.is_zero() {
            return Px::ZERO;
        }
        let average = div_half_even(self.cum_notional.units(), i128::from(self.cum_qty.units()));
        Px::from_units(i64::try_from(average).expect("an average lies between its prices"))
    }
}

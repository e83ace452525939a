//! An owner who may trade with himself.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::{AccountId, EngineTime, InstrumentId, OrderId};
use crate::money::Px;
use crate::terms::Side;

bodies! {
    /// See [`super::Event::WashSuspected`].
    WashSuspected {
        /// OrderID(37) of the order that came.
        order_id: OrderId,
        /// OrderID(37) of the one on the other side.
        other: OrderId,
        /// Price(44) of that one; zero for a market order.
        other_px: Px,
        /// When that one came.
        other_at: EngineTime,
        /// How far back was looked, in nanoseconds.
        window: i64,
        /// Account(1) of the order that came.
        account: AccountId,
        /// Account(1) of that one.
        other_account: AccountId,
        /// Symbol(55) of both.
        instrument: InstrumentId,
        /// Index of the trader whose sessions brought both.
        trader: u32,
        /// Side(54) of the order that came.
        side: Side,
        /// Zero.
        reserved: [u8; 7],
    }
}

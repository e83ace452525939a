//! One order let through that the limits refuse.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::EngineTime;
use crate::money::{Px, Qty};
use crate::terms::Side;
use crate::text::{AccountName, CompId, Symbol, Text};

bodies! {
    /// One order of a session may pass the soft limits of a single order ([`crate::Check::is_soft`]), once, until then, after another
    /// person has approved it, see [`super::DecideLimit`].
    GrantOverride {
        /// Largest OrderQty(38).
        order_qty: Qty,
        /// Worst Price(44): the highest of a buy, the lowest of a sell. Zero for any, market orders too.
        price: Px,
        /// Until when.
        expires: EngineTime,
        /// The counterparty's CompID of the session.
        session: CompId,
        /// Account(1).
        account: AccountName,
        /// Symbol(55).
        symbol: Symbol,
        /// Side(54).
        side: Side,
        /// Zero.
        reserved: [u8; 7],
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }
}

//! What operators do: each act says who and why.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use super::venue::ReportKind;
use crate::bodies::bodies;
use crate::ids::{EngineTime, OrderId, SessionId};
use crate::money::{Notional, Px, Qty};
use crate::scope::{KillScope, ScopeState};
use crate::terms::{OrdType, Scope, Side, TimeInForce, TradingState};
use crate::text::{AccountName, Symbol, Text};

bodies! {
    /// The kill switch: nothing new in the scope while halted; cancels pass.
    SetTradingState {
        /// Global, one account, or one instrument.
        scope: Scope,
        /// The state from now on.
        state: TradingState,
        /// Zero.
        reserved: [u8; 6],
        /// The account; empty for other scopes.
        account: AccountName,
        /// The instrument; empty for other scopes.
        symbol: Symbol,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// The state of a scope from now on. Killed: nothing new, and every live order in it is canceled until none is left.
    SetScopeState {
        /// What kind of scope.
        scope: KillScope,
        /// The state from now on.
        state: ScopeState,
        /// Zero.
        reserved: [u8; 6],
        /// Its name: "paper" or the broker's CompID of a venue, the counterparty's CompID of a session; empty for the firm.
        name: Text<24>,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// Money into (positive) or out of an account.
    AdjustCash {
        /// How much.
        amount: Notional,
        /// The account.
        account: AccountName,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
        /// Zero.
        reserved: [u8; 8],
    }

    /// An order that came by telephone. It belongs to the session, whose client hears of it, without a ClOrdID(11).
    EnterOrder {
        /// OrderQty(38).
        order_qty: Qty,
        /// Price(44); zero where absent.
        price: Px,
        /// When it was given, TransactTime(60).
        transact_time: EngineTime,
        /// Symbol(55).
        symbol: Symbol,
        /// Account(1); empty means the session's own.
        account: AccountName,
        /// The session.
        session: SessionId,
        /// Side(54).
        side: Side,
        /// OrdType(40).
        ord_type: OrdType,
        /// TimeInForce(59).
        time_in_force: TimeInForce,
        /// Zero.
        reserved: u8,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// A person's word on an order that is in doubt. The first one proposes, another one approves.
    ResolveOrder {
        /// The order.
        order_id: OrderId,
        /// LastQty(32) of a fill; zero otherwise.
        last_qty: Qty,
        /// LastPx(31) of a fill; zero otherwise.
        last_px: Px,
        /// What became of it: Accepted, Rejected, Filled, Canceled or Expired.
        kind: ReportKind,
        /// Zero.
        reserved: [u8; 7],
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// A split: each working order of the instrument becomes `numerator` for `denominator`, at a price that makes it the same
    /// money.
    SplitOrders {
        /// Symbol(55).
        symbol: Symbol,
        /// New.
        numerator: u32,
        /// Old.
        denominator: u32,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }
}

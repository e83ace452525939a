//! What the configuration defines, and how the daemon itself goes.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::contract::{ContractKind, ValuationMethod};
use crate::ids::{SessionId, VenueId};
use crate::instructions::Abilities;
use crate::money::{Notional, Px, Qty};
use crate::policies::{
    CancelOnDisconnect, CostMethod, MarkPolicy, PendingReplaces, SessionEnd, StopTrigger, TradingPhase,
};
use crate::text::{AccountName, CalendarName, CompId, Currency, GroupName, Symbol, Text};

bodies! {
    /// An instrument. The symbol is the key: a known one is changed, an unknown one gets the next `InstrumentId`.
    DefineInstrument {
        /// Prices are multiples of it.
        tick: Px,
        /// Quantities are multiples of it.
        lot: Qty,
        /// Largest order.
        max_order_qty: Qty,
        /// Contract multiplier: money per price unit and quantity unit; 1 for cash equities. It, the kind, the rate and the valuation
        /// change only while nobody holds the instrument: until then the old ones stand.
        multiplier: i64,
        /// Collar: how far an order's price may lie on the aggressive side of the reference, in 1e-8 of it.
        collar: i64,
        /// Greatest age of the reference price, in nanoseconds.
        reference_age_max: i64,
        /// Symbol(55).
        symbol: Symbol,
        /// Currency(15) of its money: that of the price, or what an inverse or a quanto contract pays in.
        currency: Currency,
        /// The calendar of its trading days; empty where it is always open.
        calendar: CalendarName,
        /// What its venue does by itself; the rest Millrace does, or refuses.
        abilities: Abilities,
        /// 1 while it may be traded.
        tradable: u8,
        /// The price that a stop which Millrace holds waits for.
        stop_trigger: StopTrigger,
        /// The fixed rate of a quanto contract, with so many decimal places as the next field says; zero for others.
        fx_rate: u32,
        /// Decimal places of it.
        fx_places: u8,
        /// How price and quantity make money.
        contract_kind: ContractKind,
        /// What cash takes part in.
        valuation: ValuationMethod,
        /// The price that an open position is valued at.
        mark: MarkPolicy,
        /// Where its orders go from now on; those that work stay where they are.
        venue: VenueId,
    }

    /// An account and its limits. The name is the key: a known one is changed, an unknown one gets the next `AccountId`.
    DefineAccount {
        /// Largest worst-case notional of one order.
        max_order_notional: Notional,
        /// Largest order.
        max_order_qty: Qty,
        /// Greatest worst-case long position per instrument.
        max_long: Qty,
        /// Greatest worst-case short position per instrument, as a positive number; 0 forbids short sales.
        max_short: Qty,
        /// Fee, in 1e-8 of traded notional.
        fee_rate: i64,
        /// Most working orders.
        open_orders_max: u32,
        /// 1: a cash account, which may not spend more than it has. 0: no buying power check.
        cash_account: u8,
        /// How a close finds its cost. A change holds for instruments that the account has not traded yet.
        cost_method: CostMethod,
        /// Zero.
        reserved: [u8; 2],
        /// Account(1).
        account: AccountName,
        /// Currency(15) of its cash.
        currency: Currency,
    }

    /// A session. The pair of CompIDs is the key.
    DefineSession {
        /// Our CompID on it.
        sender_comp_id: CompId,
        /// The counterparty's CompID.
        target_comp_id: CompId,
        /// The account of orders that name none.
        account: AccountName,
        /// Most new orders and replaces within one second; cancels are never refused.
        messages_per_second: u32,
        /// What becomes of a replace while another one of the same order is pending.
        pending_replaces: PendingReplaces,
        /// Which orders are canceled when the session is lost.
        cancel_on_disconnect: CancelOnDisconnect,
        /// Zero.
        reserved: [u8; 2],
    }

    /// Whose orders a session brings; those that it brought before keep what they had. The session is defined before.
    DefineAttribution {
        /// Our CompID on it.
        sender_comp_id: CompId,
        /// The counterparty's CompID.
        target_comp_id: CompId,
        /// The trader; empty for none.
        trader: GroupName,
        /// The strategy; empty for none.
        strategy: GroupName,
    }

    /// The daemon started.
    Start {
        /// Orders that the engine remembers, working and closed.
        orders_max: u64,
        /// The build.
        build: Text<24>,
        /// 1: an accepted order is PendingNew(39=A) until its venue accepts it. 0: it is New at once.
        acknowledge_at_venue: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// Time passed: closes windows and lets ages be seen without any other traffic.
    Tick {
        /// Zero.
        reserved: u64,
    }

    /// The engine goes on with work that was too much for one command. Comes from the engine itself.
    Step {
        /// Zero.
        reserved: u64,
    }

    /// The configuration, read again. What it defines anew stands in the frames before this one; the rest is the gateway's: who
    /// may log on, and how a session speaks.
    Reload {
        /// Accounts that are new or changed.
        accounts_defined: u32,
        /// Sessions and families that are new.
        sessions_added: u32,
        /// Sessions and families that are configured otherwise now.
        sessions_changed: u32,
        /// Sessions and families that are gone.
        sessions_removed: u32,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// New sequence numbers of a session that nobody is logged on to. The engine has none: the frame is the record, and the
    /// gateway does it when the frame is durable.
    SetSequenceNumbers {
        /// MsgSeqNum(34) due from the peer.
        next_in: u64,
        /// MsgSeqNum(34) of our next message.
        next_out: u64,
        /// The first when the act was asked for.
        next_in_before: u64,
        /// The second at that time.
        next_out_before: u64,
        /// The session.
        session: SessionId,
        /// 1: `next_in` is set. 2: `next_out` is. 3: both are.
        changes: u8,
        /// Zero.
        reserved: [u8; 3],
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// A session's connection is gone, and the grace that it had to come back is over.
    SessionEnded {
        /// The session.
        session: SessionId,
        /// How it went.
        how: SessionEnd,
        /// Zero.
        reserved: [u8; 3],
    }

    /// A calendar's trading session begins or ends. Whoever keeps the calendar says so, as soon as it is so; after a restart,
    /// what is so now.
    SetTradingPhase {
        /// The calendar.
        calendar: CalendarName,
        /// The day that the phase belongs to, in days since 1970-01-01.
        trading_day: u32,
        /// The phase from now on.
        phase: TradingPhase,
        /// Zero.
        reserved: [u8; 3],
        /// Who; empty where it is the calendar itself.
        actor: Text<24>,
        /// Why; empty where it is the calendar itself.
        reason: Text<64>,
    }
}

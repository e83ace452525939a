//! Everything that can change state. What is not a `Command` did not happen.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::ids::{EngineTime, InstrumentId, OrderId, SessionId, VenueId};
use crate::money::{Notional, Px, Qty};
use crate::record::records;
use crate::terms::{OrdType, Scope, Side, TimeInForce, TradingState};
use crate::text::{AccountName, ClOrdId, CompId, Currency, Symbol, Text};

records!(
    /// The closed list of what enters the hot loop.
    Command {
        /// NewOrderSingle(D).
        NewOrder = 1, 120;
        /// OrderCancelRequest(F).
        CancelOrder = 2, 104;
        /// OrderCancelReplaceRequest(G).
        ReplaceOrder = 3, 128;
        /// OrderStatusRequest(H).
        OrderStatusRequest = 4, 56;
        /// An ExecutionReport(8) or OrderCancelReject(9) from a venue.
        VenueReport = 5, 40;
        /// Top of book of one instrument.
        Quote = 6, 56;
        /// An instrument from the configuration, new or changed.
        DefineInstrument = 7, 80;
        /// An account and its limits from the configuration, new or changed.
        DefineAccount = 8, 80;
        /// A session from the configuration, new or changed.
        DefineSession = 9, 72;
        /// The kill switch, and its release.
        SetTradingState = 10, 112;
        /// Money into or out of an account.
        AdjustCash = 11, 128;
        /// The daemon started; carries the settings that decisions depend on.
        Start = 12, 40;
        /// Time passed.
        Tick = 13, 8;
        /// New MsgSeqNum(34)s of a session, by an operator.
        SetSequenceNumbers = 14, 128;
        /// The configuration was read again while running, by an operator.
        Reload = 15, 104;
    }
);

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
            #[repr(C)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $type,)+
            }
        )+
    };
}
pub(crate) use bodies;

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
        /// OrderQty(38).
        order_qty: Qty,
        /// Price(44); zero where absent.
        price: Px,
        /// TransactTime(60).
        transact_time: EngineTime,
        /// ClOrdID(11).
        cl_ord_id: ClOrdId,
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
        /// PossResend(97): 1 where the client says that it may have sent this before.
        poss_resend: u8,
        /// Zero.
        reserved: [u8; 4],
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
    }

    /// OrderStatusRequest(H).
    OrderStatusRequest {
        /// Where it came from.
        origin: Origin,
        /// ClOrdID(11) of the order.
        cl_ord_id: ClOrdId,
    }

    /// What a venue says of an order of ours.
    VenueReport {
        /// Our OrderID(37), which the ClOrdID(11) at the venue begins with.
        order_id: OrderId,
        /// The venue's ExecID(17). The paper venue's rises with every report, across restarts too; a broker's is text, and
        /// this is its hash together with the venue.
        venue_exec_id: u64,
        /// LastQty(32); zero unless `Filled`.
        last_qty: Qty,
        /// LastPx(31); zero unless `Filled`.
        last_px: Px,
        /// What happened.
        kind: ReportKind,
        /// OrdRejReason(103) or CxlRejReason(102) of a refusal, as the venue gave it; 0 otherwise.
        reason: u8,
        /// Zero.
        reserved: [u8; 2],
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

    /// An instrument. The symbol is the key: a known one is changed, an unknown one gets the next `InstrumentId`.
    DefineInstrument {
        /// Prices are multiples of it.
        tick: Px,
        /// Quantities are multiples of it.
        lot: Qty,
        /// Largest order.
        max_order_qty: Qty,
        /// Contract multiplier: money per price unit and quantity unit; 1 for cash equities.
        multiplier: i64,
        /// Collar: how far an order's price may lie on the aggressive side of the reference, in 1e-8 of it.
        collar: i64,
        /// Greatest age of the reference price, in nanoseconds.
        reference_age_max: i64,
        /// Symbol(55).
        symbol: Symbol,
        /// Currency(15).
        currency: Currency,
        /// 1 while it may be traded.
        tradable: u8,
        /// Zero.
        reserved: [u8; 3],
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
        /// Zero.
        reserved: [u8; 3],
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
        /// Zero.
        reserved: u32,
    }

    /// The kill switch: nothing new in the scope while halted; cancels pass.
    SetTradingState {
        /// Global, or one account.
        scope: Scope,
        /// The state from now on.
        state: TradingState,
        /// Zero.
        reserved: [u8; 6],
        /// The account; empty for the global scope.
        account: AccountName,
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
}

impl Origin {
    /// From a FIX session.
    pub const fn fix(session: SessionId, msg_seq_num: u64) -> Origin {
        Origin { msg_seq_num, session, reserved: 0 }
    }
}

impl Command {
    /// The FIX message that the command came in, if it came in one.
    pub const fn origin(&self) -> Option<Origin> {
        match self {
            Command::NewOrder(body) => Some(body.origin),
            Command::CancelOrder(body) => Some(body.origin),
            Command::ReplaceOrder(body) => Some(body.origin),
            Command::OrderStatusRequest(body) => Some(body.origin),
            Command::VenueReport(_)
            | Command::Quote(_)
            | Command::DefineInstrument(_)
            | Command::DefineAccount(_)
            | Command::DefineSession(_)
            | Command::SetTradingState(_)
            | Command::AdjustCash(_)
            | Command::Start(_)
            | Command::Tick(_)
            | Command::SetSequenceNumbers(_)
            | Command::Reload(_) => None,
        }
    }
}

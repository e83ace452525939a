//! Everything that can change state. What is not a `Command` did not happen.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::ids::{EngineTime, InstrumentId, OrderId, Seq, SessionId, VenueId};
use crate::instructions::{Abilities, ExecInst};
use crate::money::{Notional, Px, Qty};
use crate::policies::{CancelOnDisconnect, Link, PendingReplaces, SessionEnd, StopTrigger, TradingPhase};
use crate::record::records;
use crate::terms::{Contingency, ExecRestatementReason, OrdType, Scope, Side, TimeInForce, TradingState};
use crate::text::{AccountName, CalendarName, ClOrdId, CompId, Currency, Symbol, Text};

records!(
    /// The closed list of what enters the hot loop.
    Command {
        /// OrderCancelRequest(F).
        CancelOrder = 2, 104;
        /// OrderStatusRequest(H).
        OrderStatusRequest = 4, 56;
        /// Top of book of one instrument.
        Quote = 6, 56;
        /// An account and its limits from the configuration, new or changed.
        DefineAccount = 8, 80;
        /// A session from the configuration, new or changed.
        DefineSession = 9, 72;
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
        /// NewOrderSingle(D).
        NewOrder = 16, 208;
        /// OrderCancelReplaceRequest(G).
        ReplaceOrder = 17, 136;
        /// An ExecutionReport(8) or OrderCancelReject(9) from a venue.
        VenueReport = 18, 72;
        /// An instrument from the configuration, new or changed.
        DefineInstrument = 19, 104;
        /// The kill switch, and its release.
        SetTradingState = 20, 128;
        /// The engine goes on with work that was too much for one command.
        Step = 21, 8;
        /// OrderMassCancelRequest(q).
        MassCancel = 22, 104;
        /// OrderMassStatusRequest(AF).
        MassStatusRequest = 23, 96;
        /// A session's connection is gone, and its grace is over.
        SessionEnded = 24, 8;
        /// A calendar's trading session begins or ends.
        SetTradingPhase = 25, 112;
        /// An order that came by telephone, entered by an operator.
        EnterOrder = 26, 152;
        /// A venue tells of an order that Millrace did not send.
        ForeignOrder = 27, 136;
        /// What is known of the connection to a venue.
        VenueLink = 28, 8;
        /// Two people's word on an order that is in doubt.
        ResolveOrder = 29, 120;
        /// A split of an instrument: its orders are restated.
        SplitOrders = 30, 112;
        /// DontKnowTrade(Q) of a client.
        DisputeTrade = 31, 40;
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
        /// ExecRefID(19) of a bust or a correction: the `venue_exec_id` of the fill; zero otherwise.
        venue_ref_id: u64,
        /// LastQty(32); zero where nothing was traded.
        last_qty: Qty,
        /// LastPx(31); zero where nothing was traded.
        last_px: Px,
        /// OrderQty(38) of a restated order; zero where the report does not say it.
        order_qty: Qty,
        /// Price(44) of a restated order; zero where the report does not say it.
        price: Px,
        /// CumQty(14) as the venue counts, in a report that settles what is not known; zero otherwise.
        cum_qty: Qty,
        /// What happened.
        kind: ReportKind,
        /// OrdRejReason(103) or CxlRejReason(102) of a refusal, as the venue gave it; 0 otherwise.
        reason: u8,
        /// ExecRestatementReason(378).
        restatement: ExecRestatementReason,
        /// 1: the answer to a question; it settles what is in doubt, and tells of no fill by itself.
        is_status: u8,
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
        /// The calendar of its trading days; empty where it is always open.
        calendar: CalendarName,
        /// What its venue does by itself; the rest Millrace does, or refuses.
        abilities: Abilities,
        /// 1 while it may be traded.
        tradable: u8,
        /// The price that a stop which Millrace holds waits for.
        stop_trigger: StopTrigger,
        /// Zero.
        reserved: [u8; 8],
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
        /// What becomes of a replace while another one of the same order is pending.
        pending_replaces: PendingReplaces,
        /// Which orders are canceled when the session is lost.
        cancel_on_disconnect: CancelOnDisconnect,
        /// Zero.
        reserved: [u8; 2],
    }

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

bodies! {
    /// The engine goes on with work that was too much for one command. Comes from the engine itself.
    Step {
        /// Zero.
        reserved: u64,
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

    /// A venue tells of an order that Millrace did not send: one by telephone, or one of somebody else under our name.
    ForeignOrder {
        /// The venue's ExecID(17), as in [`VenueReport`].
        venue_exec_id: u64,
        /// The venue's OrderID(37), hashed: later reports find the order by it.
        venue_order_id: u64,
        /// OrderQty(38).
        order_qty: Qty,
        /// Price(44); zero where absent.
        price: Px,
        /// LastQty(32); zero where nothing was traded.
        last_qty: Qty,
        /// LastPx(31); zero where nothing was traded.
        last_px: Px,
        /// CumQty(14).
        cum_qty: Qty,
        /// ClOrdID(11) as the venue says it; may be empty.
        cl_ord_id: ClOrdId,
        /// Symbol(55).
        symbol: Symbol,
        /// Account(1) that the venue's foreign orders belong to; empty where none is configured.
        account: AccountName,
        /// Who says it.
        venue: VenueId,
        /// Side(54).
        side: Side,
        /// OrdType(40).
        ord_type: OrdType,
        /// TimeInForce(59).
        time_in_force: TimeInForce,
        /// What happened.
        kind: ReportKind,
    }

    /// What is known of the connection to a venue.
    VenueLink {
        /// The venue.
        venue: VenueId,
        /// How it stands.
        link: Link,
        /// Zero.
        reserved: [u8; 3],
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
    /// ExecType(150)=H: a fill never happened.
    TradeCanceled = 10,
    /// ExecType(150)=G: a fill was another one.
    TradeCorrected = 11,
    /// ExecType(150)=D: OrderQty(38) or Price(44) are others now, or the order goes on on a new day.
    Restated = 12,
    /// ExecType(150)=3.
    DoneForDay = 13,
    /// ExecType(150)=7: guaranteed.
    Stopped = 14,
    /// ExecType(150)=9.
    Suspended = 15,
    /// ExecType(150)=L.
    Triggered = 16,
    /// The answer to a question: the venue has the order, and it stands as we know it.
    Stands = 17,
    /// ExecType(150)=0 with WorkingIndicator(636)=N: the venue has the order, and does not work it yet.
    AcceptedIdle = 18,
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

impl VenueReport {
    /// A report that says no more than that.
    pub const fn about(venue: VenueId, order_id: OrderId, venue_exec_id: u64, kind: ReportKind) -> VenueReport {
        VenueReport {
            order_id,
            venue_exec_id,
            venue_ref_id: 0,
            last_qty: Qty::ZERO,
            last_px: Px::ZERO,
            order_qty: Qty::ZERO,
            price: Px::ZERO,
            cum_qty: Qty::ZERO,
            kind,
            reason: 0,
            restatement: ExecRestatementReason::NotGiven,
            is_status: 0,
            venue,
        }
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
            Command::MassCancel(body) => Some(body.origin),
            Command::MassStatusRequest(body) => Some(body.origin),
            Command::DisputeTrade(body) => Some(body.origin),
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
            | Command::Reload(_)
            | Command::Step(_)
            | Command::SessionEnded(_)
            | Command::SetTradingPhase(_)
            | Command::EnterOrder(_)
            | Command::ForeignOrder(_)
            | Command::VenueLink(_)
            | Command::ResolveOrder(_)
            | Command::SplitOrders(_) => None,
        }
    }
}

//! Facts: what a command caused. `evolve` folds them into the state; reports, tables and views are read off them.
//!
//! Events that a client hears of carry the whole [`OrderView`], so a report can be rendered, and rendered again years
//! later, from its one frame.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::command::{
    AdjustCash, DefineAccount, DefineInstrument, DefineSession, DisputeTrade, Quote, ResolveOrder, SetTradingPhase,
    SetTradingState, SplitOrders, Start, VenueReport, bodies,
};
use crate::ids::{AccountId, EngineTime, InstrumentId, OrderId, Seq, SessionId, VenueId};
use crate::money::{Notional, Px, Qty};
use crate::order::OrderView;
use crate::policies::{Link, SessionEnd, TradingPhase};
use crate::record::records;
use crate::refusal::Refusal;
use crate::terms::{
    CancelCause, Contingency, CxlRejReason, CxlRejResponseTo, ExecRestatementReason, ExecType, OrdRejReason, OrdStatus,
    OrdType, Side, TimeInForce, TradingState,
};
use crate::text::{AccountName, ClOrdId, Symbol};

records!(
    /// The closed list of what can be true after a command.
    Event {
        /// A cancel or replace was refused, by us or by the venue: OrderCancelReject(9).
        CancelRejected = 5, 160;
        /// The venue has the order, or has it as we know it; the client knows no more than before.
        VenueAccepted = 6, 16;
        /// A position after a fill, with the account's cash.
        PositionChanged = 14, 112;
        /// The reference prices of an instrument.
        QuoteUpdated = 15, 56;
        /// An account, new or changed.
        AccountDefined = 17, 96;
        /// A session, new or changed.
        SessionDefined = 18, 76;
        /// Money moved into or out of an account.
        CashAdjusted = 20, 160;
        /// The daemon started.
        Started = 22, 40;
        /// Time passed.
        Ticked = 23, 8;
        /// An order passed risk and is the engine's: ExecutionReport 150=0, or 150=A where the venue acknowledges. It goes to its
        /// venue, unless Millrace holds it.
        OrderAccepted = 24, 288;
        /// A cancel goes to the venue: 150=6, where the client asked for it.
        CancelRequested = 25, 208;
        /// A replace goes to the venue: 150=E. Exposure is held at the worse of old and new.
        ReplaceRequested = 26, 272;
        /// The venue has the order, and the client waited for that: 150=0.
        OrderAcknowledged = 27, 192;
        /// A fill: 150=F.
        OrderFilled = 28, 224;
        /// Canceled: 150=4.
        OrderCanceled = 29, 208;
        /// Replaced: 150=5.
        OrderReplaced = 30, 208;
        /// The venue refused the order after we had accepted it: 150=8.
        OrderRejected = 31, 208;
        /// Expired: 150=C.
        OrderExpired = 32, 208;
        /// An answer to OrderStatusRequest(H) or OrderMassStatusRequest(AF): 150=I. Changes nothing.
        StatusReported = 33, 240;
        /// An instrument, new or changed.
        InstrumentDefined = 34, 112;
        /// A kill switch was thrown or released.
        TradingStateChanged = 35, 144;
        /// A venue's report that changes nothing: seen before, or it fits no order. Kept for a person to look at.
        ReportSuspended = 36, 80;
        /// A fill never happened: 150=H.
        TradeCanceled = 37, 240;
        /// A fill was another one: 150=G.
        TradeCorrected = 38, 240;
        /// The order is another one now, or goes on on a new day: 150=D.
        OrderRestated = 39, 224;
        /// Nothing more today: 150=3.
        OrderDoneForDay = 40, 208;
        /// Guaranteed: 150=7.
        OrderStopped = 41, 224;
        /// It does not trade for now: 150=9.
        OrderSuspended = 42, 208;
        /// What Millrace held, or the venue, goes to work: 150=L.
        OrderTriggered = 43, 208;
        /// A replace waits until the one before it is decided. Nobody hears of it yet.
        ReplaceQueued = 44, 272;
        /// A mass cancel was taken or refused: OrderMassCancelReport(r).
        MassCancelReported = 45, 104;
        /// A mass status request was taken; the reports follow.
        MassStatusBegun = 46, 72;
        /// The engine has gone on with work that was too much for one command.
        WorkAdvanced = 47, 32;
        /// A session is gone, and its orders follow their policy.
        SessionLost = 48, 8;
        /// A calendar's trading session began or ended.
        TradingPhaseChanged = 49, 120;
        /// An order that Millrace did not send, or that came by telephone.
        OrderAdopted = 50, 224;
        /// What is known of the connection to a venue.
        VenueLinked = 51, 8;
        /// Somebody proposed what became of an order in doubt, or approved it.
        ResolutionGiven = 52, 128;
        /// A split: the orders are restated one after another.
        SplitBegun = 53, 120;
        /// A client does not know a trade that it was told of.
        TradeDisputed = 54, 40;
        /// An order was refused: 150=8. Nothing is kept of it.
        OrderRefused = 55, 208;
    }
);

bodies! {
    /// See [`Event::OrderAccepted`].
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

    /// See [`Event::OrderRefused`].
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

    /// See [`Event::CancelRequested`].
    CancelRequested {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` the order's. Where nobody sent a request it is a
        /// name that the engine made up, for the venue.
        order: OrderView,
        /// Who wants it.
        cause: CancelCause,
        /// Zero.
        reserved: [u8; 15],
    }

    /// See [`Event::ReplaceRequested`].
    ReplaceRequested {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` the order's.
        order: OrderView,
        /// OrderQty(38) asked for.
        order_qty: Qty,
        /// Price(44) asked for.
        price: Px,
        /// StopPx(99) asked for.
        stop_px: Px,
        /// Worst price of the order if it is replaced.
        worst_px: Px,
        /// The name that the venue will know the order by if it grants the replace before this one; empty where there is none.
        behind: ClOrdId,
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::CancelRejected`].
    CancelRejected {
        /// The check, where `by_risk` is 1; else without meaning.
        refusal: Refusal,
        /// OrderID(37); 0 stands for "NONE".
        order_id: OrderId,
        /// ClOrdID(11) of the request.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID(41) of the request.
        orig_cl_ord_id: ClOrdId,
        /// The session.
        session: SessionId,
        /// CxlRejResponseTo(434).
        response_to: CxlRejResponseTo,
        /// CxlRejReason(102).
        reason: CxlRejReason,
        /// OrdStatus(39) of the order; Rejected where it is unknown.
        ord_status: OrdStatus,
        /// 1: a risk check refused the replace.
        by_risk: u8,
        /// 1: the venue refused what was pending, so nothing is pending any more.
        ends_pending: u8,
        /// Zero.
        reserved: [u8; 15],
    }

    /// See [`Event::VenueAccepted`].
    VenueAccepted {
        /// OrderID(37).
        order_id: OrderId,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
    }

    /// See [`Event::OrderAcknowledged`].
    OrderAcknowledged {
        /// The order.
        order: OrderView,
    }

    /// See [`Event::OrderFilled`].
    OrderFilled {
        /// The order after the fill.
        order: OrderView,
        /// LastQty(32).
        last_qty: Qty,
        /// LastPx(31).
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::OrderCanceled`].
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

    /// See [`Event::OrderReplaced`].
    OrderReplaced {
        /// The order after it, under its new ClOrdID.
        order: OrderView,
        /// Worst price from now on.
        worst_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
    }

    /// See [`Event::OrderRejected`].
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

    /// See [`Event::OrderExpired`].
    OrderExpired {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where the engine held the order.
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::StatusReported`].
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

    /// See [`Event::PositionChanged`]. Absolute values after the fill, so that folding it needs no arithmetic.
    PositionChanged {
        /// Signed cost of the open part: sum of signed quantity × price × multiplier.
        cost: Notional,
        /// Gross realised P&L of the position.
        realised: Notional,
        /// Fees of the position.
        fees: Notional,
        /// Cash that the position's trades brought (positive) or took, before fees.
        cash_from_trades: Notional,
        /// The account's cash after the fill and its fee.
        account_cash: Notional,
        /// The fee of this fill.
        fee: Notional,
        /// Signed position.
        qty: Qty,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
    }

    /// See [`Event::QuoteUpdated`].
    QuoteUpdated {
        /// The quote.
        quote: Quote,
    }

    /// See [`Event::InstrumentDefined`].
    InstrumentDefined {
        /// Its definition.
        definition: DefineInstrument,
        /// Its index.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`Event::AccountDefined`].
    AccountDefined {
        /// Its definition.
        definition: DefineAccount,
        /// Its index.
        account: AccountId,
        /// Zero.
        reserved: [u8; 12],
    }

    /// See [`Event::SessionDefined`].
    SessionDefined {
        /// Its definition.
        definition: DefineSession,
        /// Its index.
        session: SessionId,
    }

    /// See [`Event::TradingStateChanged`].
    TradingStateChanged {
        /// Who set what and why.
        set: SetTradingState,
        /// The account; `AccountId::NONE` for other scopes.
        account: AccountId,
        /// The instrument; `InstrumentId::NONE` for other scopes.
        instrument: InstrumentId,
        /// The state before.
        before: TradingState,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`Event::CashAdjusted`].
    CashAdjusted {
        /// Who moved what and why.
        adjustment: AdjustCash,
        /// Cash after it.
        cash: Notional,
        /// The account.
        account: AccountId,
        /// Zero.
        reserved: [u8; 12],
    }

    /// See [`Event::ReportSuspended`].
    ReportSuspended {
        /// The report.
        report: VenueReport,
        /// Why it changed nothing.
        why: Suspense,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`Event::Started`].
    Started {
        /// The settings.
        start: Start,
    }

    /// See [`Event::Ticked`].
    Ticked {
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::TradeCanceled`].
    TradeCanceled {
        /// The order after it.
        order: OrderView,
        /// LastQty(32) of the fill.
        last_qty: Qty,
        /// LastPx(31) of the fill.
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// The number of the fill.
        fill: u64,
        /// ExecRefID(19), the frame of the fill.
        ref_seq: Seq,
        /// ExecRefID(19), its event in the frame.
        ref_index: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`Event::TradeCorrected`].
    TradeCorrected {
        /// The order after it.
        order: OrderView,
        /// LastQty(32) from now on.
        last_qty: Qty,
        /// LastPx(31) from now on.
        last_px: Px,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// The number of the fill.
        fill: u64,
        /// ExecRefID(19), the frame of the fill.
        ref_seq: Seq,
        /// ExecRefID(19), its event in the frame.
        ref_index: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`Event::OrderRestated`].
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

    /// See [`Event::OrderDoneForDay`].
    OrderDoneForDay {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where the engine did it.
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::OrderStopped`].
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

    /// See [`Event::OrderSuspended`].
    OrderSuspended {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where the engine did it.
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::OrderTriggered`].
    OrderTriggered {
        /// The order after it.
        order: OrderView,
        /// The venue's ExecID(17); 0 where Millrace held the order, which goes to the venue now.
        venue_exec_id: u64,
        /// Worst price from now on.
        worst_px: Px,
    }

    /// See [`Event::ReplaceQueued`].
    ReplaceQueued {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` what it names.
        order: OrderView,
        /// OrderQty(38) asked for.
        order_qty: Qty,
        /// Price(44) asked for.
        price: Px,
        /// StopPx(99) asked for.
        stop_px: Px,
        /// Worst price of the order if it is replaced.
        worst_px: Px,
        /// The replace before it.
        behind: ClOrdId,
        /// Zero.
        reserved: u64,
    }

    /// See [`Event::MassCancelReported`].
    MassCancelReported {
        /// The request's place among all, by which the engine finds it again; 0 where it was refused.
        request: Seq,
        /// ClOrdID(11) of the request.
        cl_ord_id: ClOrdId,
        /// Symbol(55) asked for; empty for all.
        symbol: Symbol,
        /// Account(1) asked for; empty for all.
        account: AccountName,
        /// The session.
        session: SessionId,
        /// The instrument asked for; none for all.
        instrument: InstrumentId,
        /// The account asked for; none for all.
        of_account: AccountId,
        /// TotalAffectedOrders(533): working orders of the session, where all were asked for; zero otherwise.
        total_affected_orders: u32,
        /// MassCancelRequestType(530), as sent.
        request_type: u8,
        /// MassCancelRejectReason(532) where it was refused; 255 where it was not.
        reject_reason: u8,
        /// Side(54) asked for; 0 for both.
        side: u8,
        /// Zero.
        reserved: [u8; 5],
    }

    /// See [`Event::MassStatusBegun`].
    MassStatusBegun {
        /// Its place among all.
        request: Seq,
        /// MassStatusReqID(584).
        mass_status_req_id: ClOrdId,
        /// The session.
        session: SessionId,
        /// The instrument asked for; none for all.
        instrument: InstrumentId,
        /// The account asked for; none for all.
        of_account: AccountId,
        /// Orders that there are to tell of, where all were asked for; zero otherwise.
        tot_num_reports: u32,
        /// Side(54) asked for; 0 for both.
        side: u8,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`Event::WorkAdvanced`].
    WorkAdvanced {
        /// Where the work goes on: how many working orders are still to be looked at.
        cursor: u64,
        /// The earliest ExpireTime(126) that was seen; `i64::MAX` for none.
        next_expiry: EngineTime,
        /// The order that is told of next; 0 for none.
        held_back: OrderId,
        /// What was worked on.
        work: Work,
        /// 1: it is done.
        is_done: u8,
        /// 1: something was due to an order.
        acted: u8,
        /// Zero.
        reserved: [u8; 5],
    }

    /// See [`Event::SessionLost`].
    SessionLost {
        /// The session.
        session: SessionId,
        /// How it went.
        how: SessionEnd,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`Event::TradingPhaseChanged`].
    TradingPhaseChanged {
        /// The phase.
        set: SetTradingPhase,
        /// The index of the calendar, in the order of definition in the journal.
        calendar: u32,
        /// The phase before.
        before: TradingPhase,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`Event::OrderAdopted`].
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

    /// See [`Event::VenueLinked`].
    VenueLinked {
        /// The venue.
        venue: VenueId,
        /// How its connection stands.
        link: Link,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`Event::ResolutionGiven`].
    ResolutionGiven {
        /// What was said.
        resolution: ResolveOrder,
        /// What it led to.
        outcome: Resolution,
        /// Zero.
        reserved: [u8; 7],
    }

    /// See [`Event::SplitBegun`].
    SplitBegun {
        /// The split.
        split: SplitOrders,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`Event::TradeDisputed`].
    TradeDisputed {
        /// What the client says.
        dispute: DisputeTrade,
    }
}

/// Work of the engine that goes on in steps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Work {
    /// Stops of an instrument whose price moved.
    Triggers = 1,
    /// Orders of one ClOrdLinkID(583), one of which was filled or ended.
    Contingency = 2,
    /// All working orders, after something changed that concerns many of them.
    Review = 3,
    /// Answers to an OrderMassStatusRequest(AF).
    MassStatus = 4,
}

/// What a person's word on an order in doubt led to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Resolution {
    /// It waits for another person.
    Proposed = 1,
    /// Another person said the same: it is so.
    Approved = 2,
    /// The order is not in doubt.
    NotInDoubt = 3,
    /// It cannot be true of the order.
    NotApplicable = 4,
    /// There is no such order.
    UnknownOrder = 5,
}

/// Why a venue's report changed nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Suspense {
    /// The same ExecID was applied before.
    Duplicate = 1,
    /// No such order.
    UnknownOrder = 2,
    /// The fill exceeds the order.
    Overfill = 3,
    /// The order is in no state in which the report can be true.
    NotApplicable = 4,
    /// A sum left its range.
    Overflow = 5,
    /// The order is at another venue.
    WrongVenue = 6,
    /// A bust or a correction of a fill that is not known.
    UnknownTrade = 7,
    /// The venue counts other fills than we do.
    QuantityDiffers = 8,
    /// No account is named for orders that we did not send.
    UnknownAccount = 9,
    /// There is no room for one more order.
    NoRoom = 10,
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

impl Event {
    /// The session that hears of the event, and the report's ExecType(150); `None` for events that no client hears of
    /// as an ExecutionReport(8). [`Event::CancelRejected`] is told as OrderCancelReject(9) instead, and
    /// [`Event::MassCancelReported`] as OrderMassCancelReport(r).
    pub const fn execution_report(&self) -> Option<(SessionId, ExecType)> {
        let (session, exec_type) = match self {
            Event::OrderAccepted(e) => (e.order.session, Event::begun(&e.order)),
            Event::OrderAdopted(e) => (e.order.session, Event::begun(&e.order)),
            Event::OrderRefused(e) => (e.session, ExecType::Rejected),
            Event::CancelRequested(e) => match e.cause {
                CancelCause::Client => (e.order.session, ExecType::PendingCancel),
                _ => return None,
            },
            Event::ReplaceRequested(e) => (e.order.session, ExecType::PendingReplace),
            Event::OrderAcknowledged(e) => (e.order.session, ExecType::New),
            Event::OrderFilled(e) => (e.order.session, ExecType::Trade),
            Event::OrderCanceled(e) => (e.order.session, ExecType::Canceled),
            Event::OrderReplaced(e) => (e.order.session, ExecType::Replaced),
            Event::OrderRejected(e) => (e.order.session, ExecType::Rejected),
            Event::OrderExpired(e) => (e.order.session, ExecType::Expired),
            Event::StatusReported(e) => (e.order.session, ExecType::OrderStatus),
            Event::TradeCanceled(e) => (e.order.session, ExecType::TradeCancel),
            Event::TradeCorrected(e) => (e.order.session, ExecType::TradeCorrect),
            Event::OrderRestated(e) => (e.order.session, ExecType::Restated),
            Event::OrderDoneForDay(e) => (e.order.session, ExecType::DoneForDay),
            Event::OrderStopped(e) => (e.order.session, ExecType::Stopped),
            Event::OrderSuspended(e) => (e.order.session, ExecType::Suspended),
            Event::OrderTriggered(e) => (e.order.session, ExecType::Triggered),
            Event::CancelRejected(_)
            | Event::MassCancelReported(_)
            | Event::VenueAccepted(_)
            | Event::PositionChanged(_)
            | Event::QuoteUpdated(_)
            | Event::InstrumentDefined(_)
            | Event::AccountDefined(_)
            | Event::SessionDefined(_)
            | Event::TradingStateChanged(_)
            | Event::CashAdjusted(_)
            | Event::ReportSuspended(_)
            | Event::Started(_)
            | Event::Ticked(_)
            | Event::ReplaceQueued(_)
            | Event::MassStatusBegun(_)
            | Event::WorkAdvanced(_)
            | Event::SessionLost(_)
            | Event::TradingPhaseChanged(_)
            | Event::VenueLinked(_)
            | Event::ResolutionGiven(_)
            | Event::SplitBegun(_)
            | Event::TradeDisputed(_) => return None,
        };
        Some((session, exec_type))
    }

    const fn begun(order: &OrderView) -> ExecType {
        match order.ord_status {
            OrdStatus::PendingNew => ExecType::PendingNew,
            _ => ExecType::New,
        }
    }

    /// The session that gets a message for this event, if any does.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Event::CancelRejected(e) => Some(e.session),
            Event::MassCancelReported(e) => Some(e.session),
            other => match other.execution_report() {
                Some((session, _)) => Some(session),
                None => None,
            },
        }
    }

    /// Does anyone outside wait for it: a client, a venue, an operator? Of the others, views and tables read a moment
    /// later.
    pub const fn is_awaited(&self) -> bool {
        !matches!(
            self,
            Event::VenueAccepted(_)
                | Event::PositionChanged(_)
                | Event::QuoteUpdated(_)
                | Event::Ticked(_)
                | Event::WorkAdvanced(_)
        )
    }

    /// The order that the event tells of, if it carries one.
    pub const fn order(&self) -> Option<&OrderView> {
        match self {
            Event::OrderAccepted(e) => Some(&e.order),
            Event::OrderAdopted(e) => Some(&e.order),
            Event::CancelRequested(e) => Some(&e.order),
            Event::ReplaceRequested(e) => Some(&e.order),
            Event::ReplaceQueued(e) => Some(&e.order),
            Event::OrderAcknowledged(e) => Some(&e.order),
            Event::OrderFilled(e) => Some(&e.order),
            Event::OrderCanceled(e) => Some(&e.order),
            Event::OrderReplaced(e) => Some(&e.order),
            Event::OrderRejected(e) => Some(&e.order),
            Event::OrderExpired(e) => Some(&e.order),
            Event::TradeCanceled(e) => Some(&e.order),
            Event::TradeCorrected(e) => Some(&e.order),
            Event::OrderRestated(e) => Some(&e.order),
            Event::OrderDoneForDay(e) => Some(&e.order),
            Event::OrderStopped(e) => Some(&e.order),
            Event::OrderSuspended(e) => Some(&e.order),
            Event::OrderTriggered(e) => Some(&e.order),
            Event::StatusReported(e) if e.known == 1 => Some(&e.order),
            _ => None,
        }
    }

    /// The order that goes to its venue with this event, if one does: accepted, entered for a client, or let go by Millrace.
    pub const fn sends_order(&self) -> Option<&OrderView> {
        match self {
            Event::OrderAccepted(e) if e.order.held == 0 => Some(&e.order),
            Event::OrderAdopted(e) if e.at_venue == 0 => Some(&e.order),
            Event::OrderTriggered(e) if e.venue_exec_id == 0 && e.order.held == 0 => Some(&e.order),
            _ => None,
        }
    }
}

/// The events of one command: at most [`crate::limits::EVENTS_PER_COMMAND_MAX`], without a heap.
#[derive(Clone, Debug)]
pub struct Events {
    events: [Event; crate::limits::EVENTS_PER_COMMAND_MAX],
    len: usize,
}

impl Default for Events {
    fn default() -> Self {
        let nothing = Event::Ticked(Ticked { reserved: 0 });
        Events { events: [nothing; crate::limits::EVENTS_PER_COMMAND_MAX], len: 0 }
    }
}

impl Events {
    /// None.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// One more. Panics beyond the bound: which command yields how many is the engine's own choice.
    pub fn push(&mut self, event: impl Into<Event>) {
        assert!(self.len < self.events.len(), "one command yields a bounded number of events");
        self.events[self.len] = event.into();
        self.len += 1;
    }

    /// In order.
    pub fn as_slice(&self) -> &[Event] {
        &self.events[..self.len]
    }
}

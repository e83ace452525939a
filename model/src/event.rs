//! Facts: what a command caused. `evolve` folds them into the state; reports, tables and views are read off them.
//!
//! Events that a client hears of carry the whole [`OrderView`], so a report can be rendered, and rendered again years
//! later, from its one frame.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::command::{
    AdjustCash, DefineAccount, DefineInstrument, DefineSession, Quote, SetTradingState, Start, VenueReport, bodies,
};
use crate::ids::{AccountId, EngineTime, InstrumentId, OrderId, SessionId};
use crate::money::{Notional, Px, Qty};
use crate::order::OrderView;
use crate::record::records;
use crate::refusal::Refusal;
use crate::terms::{
    CxlRejReason, CxlRejResponseTo, ExecType, OrdRejReason, OrdStatus, OrdType, Side, TimeInForce, TradingState,
};
use crate::text::{AccountName, ClOrdId, Symbol};

records!(
    /// The closed list of what can be true after a command.
    Event {
        /// An order passed risk and is the engine's: ExecutionReport 150=0, or 150=A where the venue acknowledges.
        OrderAccepted = 1, 160;
        /// An order was refused: 150=8. Nothing is kept of it.
        OrderRefused = 2, 160;
        /// A cancel goes to the venue: 150=6.
        CancelRequested = 3, 144;
        /// A replace goes to the venue: 150=E. Exposure is held at the worse of old and new.
        ReplaceRequested = 4, 176;
        /// A cancel or replace was refused, by us or by the venue: OrderCancelReject(9).
        CancelRejected = 5, 160;
        /// The venue has the order; the client knows no more than before.
        VenueAccepted = 6, 16;
        /// The venue has the order, and the client waited for that: 150=0.
        OrderAcknowledged = 7, 144;
        /// A fill: 150=F.
        OrderFilled = 8, 176;
        /// Canceled: 150=4.
        OrderCanceled = 9, 160;
        /// Replaced: 150=5.
        OrderReplaced = 10, 160;
        /// The venue refused the order after we had accepted it: 150=8.
        OrderRejected = 11, 160;
        /// Expired: 150=C.
        OrderExpired = 12, 144;
        /// An answer to OrderStatusRequest(H): 150=I. Changes nothing.
        StatusReported = 13, 160;
        /// A position after a fill, with the account's cash.
        PositionChanged = 14, 112;
        /// The reference prices of an instrument.
        QuoteUpdated = 15, 56;
        /// An instrument, new or changed.
        InstrumentDefined = 16, 88;
        /// An account, new or changed.
        AccountDefined = 17, 96;
        /// A session, new or changed.
        SessionDefined = 18, 76;
        /// A kill switch was thrown or released.
        TradingStateChanged = 19, 120;
        /// Money moved into or out of an account.
        CashAdjusted = 20, 160;
        /// A venue's report that changes nothing: seen before, or it fits no order. Kept for a person to look at.
        ReportSuspended = 21, 48;
        /// The daemon started.
        Started = 22, 40;
        /// Time passed.
        Ticked = 23, 8;
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
    }

    /// See [`Event::OrderRefused`].
    OrderRefused {
        /// The check that refused it.
        refusal: Refusal,
        /// OrderQty(38).
        order_qty: Qty,
        /// Price(44).
        price: Px,
        /// OrderID(37) of the order that already has the ClOrdID; 0 otherwise.
        order_id: OrderId,
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
        reserved: [u8; 8],
    }

    /// See [`Event::CancelRequested`].
    CancelRequested {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` the order's.
        order: OrderView,
    }

    /// See [`Event::ReplaceRequested`].
    ReplaceRequested {
        /// The order as it works; `cl_ord_id` is the request's, `orig_cl_ord_id` the order's.
        order: OrderView,
        /// OrderQty(38) asked for.
        order_qty: Qty,
        /// Price(44) asked for.
        price: Px,
        /// Worst price while the replace is pending: the worse of old and new.
        worst_px: Px,
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
        /// The order after it; `orig_cl_ord_id` is empty where nobody asked for the cancel.
        order: OrderView,
        /// The venue's ExecID(17).
        venue_exec_id: u64,
        /// Zero.
        reserved: u64,
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
    }

    /// See [`Event::StatusReported`].
    StatusReported {
        /// The order; where it is unknown only `cl_ord_id` and `session` mean anything.
        order: OrderView,
        /// 1 where the order is known.
        known: u8,
        /// Zero.
        reserved: [u8; 15],
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
        /// The account; `AccountId::NONE` for the global scope.
        account: AccountId,
        /// The state before.
        before: TradingState,
        /// Zero.
        reserved: [u8; 3],
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
}

impl Event {
    /// The session that hears of the event, and the report's ExecType(150); `None` for events that no client hears of
    /// as an ExecutionReport(8). [`Event::CancelRejected`] is told as OrderCancelReject(9) instead.
    pub const fn execution_report(&self) -> Option<(SessionId, ExecType)> {
        match self {
            Event::OrderAccepted(e) => Some((
                e.order.session,
                match e.order.ord_status {
                    OrdStatus::PendingNew => ExecType::PendingNew,
                    _ => ExecType::New,
                },
            )),
            Event::OrderRefused(e) => Some((e.session, ExecType::Rejected)),
            Event::CancelRequested(e) => Some((e.order.session, ExecType::PendingCancel)),
            Event::ReplaceRequested(e) => Some((e.order.session, ExecType::PendingReplace)),
            Event::OrderAcknowledged(e) => Some((e.order.session, ExecType::New)),
            Event::OrderFilled(e) => Some((e.order.session, ExecType::Trade)),
            Event::OrderCanceled(e) => Some((e.order.session, ExecType::Canceled)),
            Event::OrderReplaced(e) => Some((e.order.session, ExecType::Replaced)),
            Event::OrderRejected(e) => Some((e.order.session, ExecType::Rejected)),
            Event::OrderExpired(e) => Some((e.order.session, ExecType::Expired)),
            Event::StatusReported(e) => Some((e.order.session, ExecType::OrderStatus)),
            Event::CancelRejected(_)
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
            | Event::Ticked(_) => None,
        }
    }

    /// The session that gets a message for this event, if any does.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Event::CancelRejected(e) => Some(e.session),
            other => match other.execution_report() {
                Some((session, _)) => Some(session),
                None => None,
            },
        }
    }

    /// Does anyone outside wait for it: a client, a venue, an operator? Of the others, views and tables read a moment
    /// later.
    pub const fn is_awaited(&self) -> bool {
        !matches!(self, Event::VenueAccepted(_) | Event::PositionChanged(_) | Event::QuoteUpdated(_) | Event::Ticked(_))
    }

    /// The order that the event tells of, if it carries one.
    pub const fn order(&self) -> Option<&OrderView> {
        match self {
            Event::OrderAccepted(e) => Some(&e.order),
            Event::CancelRequested(e) => Some(&e.order),
            Event::ReplaceRequested(e) => Some(&e.order),
            Event::OrderAcknowledged(e) => Some(&e.order),
            Event::OrderFilled(e) => Some(&e.order),
            Event::OrderCanceled(e) => Some(&e.order),
            Event::OrderReplaced(e) => Some(&e.order),
            Event::OrderRejected(e) => Some(&e.order),
            Event::OrderExpired(e) => Some(&e.order),
            Event::StatusReported(e) if e.known == 1 => Some(&e.order),
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

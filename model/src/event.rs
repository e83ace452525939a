//! Facts: what a command caused. `evolve` folds them into the state; reports, tables and views are read off them.
//!
//! Events that a client hears of carry the whole [`OrderView`], so a report can be rendered, and rendered again years
//! later, from its one frame.

mod alarm;
mod close;
mod commission;
mod corporate;
mod currency;
mod definition;
mod doubt;
mod exception;
mod journal;
mod kill;
mod limit;
mod order;
mod request;
mod restriction;
mod trade;
mod venue;
mod wash;

pub use alarm::{Alarm, Alarmed};
pub use close::{
    AdjustmentBooked, ArmOutcome, Armed, BreaksReported, CloseBegun, DayClosed, DayMarked, StartChecked, StartOutcome,
};
pub use commission::{CommissionBooked, CommissionOutcome};
pub use corporate::{
    AdjustmentKind, DividendBegun, DividendPaid, PositionAdjusted, PositionsSplit, SettlementBegun, SymbolChanged,
};
pub use currency::{AccountCurrencyDefined, ForeignCashAdjusted, ForeignCashMoved, ForeignFlow, FxRateSet};
pub use definition::{
    AccountDefined, AttributionDefined, InstrumentDefined, QuoteUpdated, SessionDefined, SessionLost, SplitBegun,
    Started, Ticked, TradingPhaseChanged, TradingStateChanged, Work, WorkAdvanced,
};
pub use doubt::{QuoteDoubt, QuoteDoubted};
pub use exception::{OverrideChanged, OverrideOutcome};
pub use journal::JournalRoomChanged;
pub use kill::{KillProgressed, ScopeOutcome, ScopeStateSet};
pub use limit::{ConfigurationRead, FirmDefined, LimitChanged, LimitOutcome};
pub use order::{
    OrderAccepted, OrderAcknowledged, OrderAdopted, OrderCanceled, OrderDoneForDay, OrderExpired, OrderRefused,
    OrderRejected, OrderRestated, OrderStopped, OrderSuspended, OrderTriggered, StatusReported,
};
pub use request::{
    CancelRejected, CancelRequested, MassCancelReported, MassStatusBegun, OrderReplaced, ReplaceQueued,
    ReplaceRequested,
};
pub use restriction::RestrictionChanged;
pub use trade::{
    CashAdjusted, OrderFilled, PositionChanged, StrategyPositionChanged, TradeCanceled, TradeCorrected, TradeDisputed,
};
pub use venue::{ReportSuspended, Resolution, ResolutionGiven, Suspense, VenueAccepted, VenueLinked};
pub use wash::WashSuspected;

use crate::ids::SessionId;
use crate::order::OrderView;
use crate::record::records;
use crate::terms::{CancelCause, ExecType, OrdStatus};

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
        /// A split: all positions of the instrument, and the fills behind them, count in new units. Those that hold it are told of
        /// one after another.
        PositionsSplit = 64, 128;
        /// A dividend: those that hold the instrument are paid one after another.
        DividendBegun = 65, 120;
        /// A daily settlement: those that hold the instrument are settled one after another.
        SettlementBegun = 66, 120;
        /// An instrument has another Symbol(55). Its new definition follows.
        SymbolChanged = 67, 128;
        /// A dividend of one position.
        DividendPaid = 68, 64;
        /// A position was settled, or a fraction of it paid out. What it comes to follows.
        PositionAdjusted = 69, 32;
        /// The state of a scope was set, or was not, and why.
        ScopeStateSet = 70, 136;
        /// How far a killed scope is on its way to no live order.
        KillProgressed = 71, 72;
        /// Whose orders a session brings.
        AttributionDefined = 72, 92;
        /// What holds for the whole firm.
        FirmDefined = 73, 48;
        /// A limit of a scope was changed, proposed, declined, or was not, and why.
        LimitChanged = 74, 272;
        /// What a strategy has of a position, after a fill or an act of an operator.
        StrategyPositionChanged = 80, 128;
        /// A rate of exchange holds from now on.
        FxRateSet = 81, 144;
        /// Cash in another currency than the account's own moved, at the rate of that instant.
        ForeignCashMoved = 82, 144;
        /// An account holds cash in a currency beside its own.
        AccountCurrencyDefined = 83, 32;
        /// Money moved into or out of an account, in another currency than its own. What it comes to follows.
        ForeignCashAdjusted = 84, 128;
        /// What a broker took for a fill was booked, given back, or was not, and why.
        CommissionBooked = 85, 144;
        /// A quote that no order may be judged by, nor by what came before it, until a sane one comes.
        QuoteDoubted = 93, 80;
        /// An instrument was restricted, or freed, or was not, and why.
        RestrictionChanged = 94, 272;
        /// Two accounts of one trader are on both sides at prices that cross, one soon after the other. Nothing is refused: somebody
        /// is to look at it.
        WashSuspected = 95, 64;
        /// The configuration was read again: what it would loosen is the proposal of who had it read.
        ConfigurationRead = 99, 88;
        /// What an account's broker differs in.
        BreaksReported = 86, 152;
        /// A position was put right. What it comes to follows.
        AdjustmentBooked = 87, 208;
        /// A day is being closed: what is held is marked, one instrument after another.
        CloseBegun = 88, 96;
        /// The prices that an instrument is marked at for the close.
        DayMarked = 89, 48;
        /// A day is closed.
        DayClosed = 90, 56;
        /// Whether a daemon that started may trade.
        StartChecked = 91, 72;
        /// Somebody armed it, or could not.
        Armed = 92, 96;
        /// An override was asked for, approved, declined, used by an order, or was not, and why.
        OverrideChanged = 102, 296;
        /// Something that somebody is to know at once. Nothing is stopped by it.
        Alarmed = 96, 48;
        /// The journal's disk is full, and new orders are refused; or it has room again.
        JournalRoomChanged = 111, 8;
    }
);

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
            | Event::StrategyPositionChanged(_)
            | Event::FxRateSet(_)
            | Event::ForeignCashMoved(_)
            | Event::CommissionBooked(_)
            | Event::AccountCurrencyDefined(_)
            | Event::ForeignCashAdjusted(_)
            | Event::QuoteUpdated(_)
            | Event::QuoteDoubted(_)
            | Event::WashSuspected(_)
            | Event::RestrictionChanged(_)
            | Event::OverrideChanged(_)
            | Event::InstrumentDefined(_)
            | Event::AccountDefined(_)
            | Event::SessionDefined(_)
            | Event::AttributionDefined(_)
            | Event::FirmDefined(_)
            | Event::LimitChanged(_)
            | Event::ConfigurationRead(_)
            | Event::ScopeStateSet(_)
            | Event::Alarmed(_)
            | Event::KillProgressed(_)
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
            | Event::JournalRoomChanged(_)
            | Event::ResolutionGiven(_)
            | Event::SplitBegun(_)
            | Event::PositionsSplit(_)
            | Event::DividendBegun(_)
            | Event::SettlementBegun(_)
            | Event::SymbolChanged(_)
            | Event::DividendPaid(_)
            | Event::PositionAdjusted(_)
            | Event::BreaksReported(_)
            | Event::AdjustmentBooked(_)
            | Event::CloseBegun(_)
            | Event::DayMarked(_)
            | Event::DayClosed(_)
            | Event::StartChecked(_)
            | Event::Armed(_)
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
                | Event::StrategyPositionChanged(_)
                | Event::ForeignCashMoved(_)
                | Event::CommissionBooked(_)
                | Event::QuoteUpdated(_)
                | Event::QuoteDoubted(_)
                | Event::WashSuspected(_)
                | Event::Ticked(_)
                | Event::WorkAdvanced(_)
                | Event::KillProgressed(_)
                | Event::DayMarked(_)
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
            Event::OrderAdopted(e) if e.at_venue == 0 && e.order.held == 0 => Some(&e.order),
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

//! The nouns of order handling, and the bounded queues that carry them.
//!
//! Everything here is a fixed-size `Copy` value without I/O, clock or heap. Names are FIX 4.4's where FIX has one.
//! Deliberately absent: `String`, `serde`, time sources, and any rule about which orders are allowed.
#![forbid(unsafe_code)]

pub mod agent;
mod bodies;
pub mod command;
pub mod contract;
pub mod day_counts;
pub mod event;
pub mod figure;
pub mod fx;
pub mod ids;
pub mod instructions;
pub mod limits;
pub mod mark;
pub mod money;
pub mod order;
pub mod policies;
pub mod queue;
pub mod record;
pub mod refusal;
pub mod risk_limit;
pub mod scope;
pub mod terms;
pub mod text;

pub use agent::{Agent, Stopped};
pub use command::{
    AdjustCash, AdjustForeignCash, AdjustPosition, Arm, CancelOrder, ChangeLimit, ChangeSymbol, CheckStart, CloseDay,
    CommType, Command, Commission, CommissionedOrder, CommissionedReport, Counted, DecideLimit, DefineAccount,
    DefineAccountCurrency, DefineAttribution, DefineFirm, DefineInstrument, DefineSession, DisputeTrade, EnterOrder,
    Forbidden, ForeignOrder, GrantOverride, KeptTerms, MassCancel, MassStatusRequest, NewOrder, OF_DEFINITION,
    OrderStatusRequest, Origin, PayDividend, Quote, Reload, ReplaceOrder, ReportBreaks, ReportJournalRoom, ReportKind,
    ResolveOrder, RestrictInstrument, SessionEnded, SetFxRate, SetScopeState, SetSequenceNumbers, SetTradingPhase,
    SetTradingState, SettleInstrument, SplitInstrument, SplitOrders, Start, Step, Tick, VenueLink, VenueReport,
};
pub use contract::{Contract, ContractKind, ValuationMethod};
pub use day_counts::DayCounts;
pub use event::{
    AccountCurrencyDefined, AccountDefined, AdjustmentBooked, AdjustmentKind, Alarm, Alarmed, ArmOutcome, Armed,
    AttributionDefined, BreaksReported, CancelRejected, CancelRequested, CashAdjusted, CloseBegun, CommissionBooked,
    CommissionOutcome, ConfigurationRead, DayClosed, DayMarked, DividendBegun, DividendPaid, Event, Events,
    FirmDefined, ForeignCashAdjusted, ForeignCashMoved, ForeignFlow, FxRateSet, InstrumentDefined, JournalRoomChanged,
    KillProgressed, LimitChanged, LimitOutcome, MassCancelReported, MassStatusBegun, OrderAccepted, OrderAcknowledged,
    OrderAdopted, OrderCanceled, OrderDoneForDay, OrderExpired, OrderFilled, OrderRefused, OrderRejected,
    OrderReplaced, OrderRestated, OrderStopped, OrderSuspended, OrderTriggered, OverrideChanged, OverrideOutcome,
    PositionAdjusted, PositionChanged, PositionsSplit, QuoteDoubt, QuoteDoubted, QuoteUpdated, ReplaceQueued,
    ReplaceRequested, ReportSuspended, Resolution, ResolutionGiven, RestrictionChanged, ScopeOutcome, ScopeStateSet,
    SessionDefined, SessionLost, SettlementBegun, SplitBegun, StartChecked, StartOutcome, Started, StatusReported,
    StrategyPositionChanged, Suspense, SymbolChanged, Ticked, TradeCanceled, TradeCorrected, TradeDisputed,
    TradingPhaseChanged, TradingStateChanged, VenueAccepted, VenueLinked, WashSuspected, Work, WorkAdvanced,
};
pub use figure::Figure;
pub use fx::{ForeignMoney, FxRate, Revalued};
pub use ids::{AccountId, EngineTime, ExecId, InstrumentId, OrderId, Seq, SessionId, VenueId};
pub use instructions::{Abilities, ExecInst};
pub use mark::{Mark, Marked, Prices};
pub use money::{Notional, Px, Qty};
pub use order::OrderView;
pub use policies::{
    CancelOnDisconnect, CostMethod, Link, MarkPolicy, PendingReplaces, SessionEnd, StopTrigger, TradingPhase,
};
pub use refusal::{Check, Refusal, Unit};
pub use risk_limit::{Bound, LIMIT_KINDS, LimitKind};
pub use scope::{KillScope, SCOPES, ScopeState, ScopeStates};
pub use terms::{
    CancelCause, Contingency, CxlRejReason, CxlRejResponseTo, ExecRestatementReason, ExecType, OrdRejReason, OrdStatus,
    OrdType, Scope, Side, TimeInForce, TradingState,
};
pub use text::{AccountName, CalendarName, ClOrdId, CompId, Currency, GroupName, Symbol, Text};

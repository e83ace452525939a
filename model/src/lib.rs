//! The nouns of order handling, and the bounded queues that carry them.
//!
//! Everything here is a fixed-size `Copy` value without I/O, clock or heap. Names are FIX 4.4's where FIX has one.
//! Deliberately absent: `String`, `serde`, time sources, and any rule about which orders are allowed.
#![forbid(unsafe_code)]

pub mod agent;
pub mod command;
pub mod event;
pub mod ids;
pub mod limits;
pub mod money;
pub mod order;
pub mod queue;
pub mod record;
pub mod refusal;
pub mod terms;
pub mod text;

pub use agent::{Agent, Stopped};
pub use command::{
    AdjustCash, CancelOrder, Command, DefineAccount, DefineInstrument, DefineSession, NewOrder, OrderStatusRequest,
    Origin, Quote, Reload, ReplaceOrder, ReportKind, SetSequenceNumbers, SetTradingState, Start, Tick, VenueReport,
};
pub use event::{
    AccountDefined, CancelRejected, CancelRequested, CashAdjusted, Event, Events, InstrumentDefined, OrderAccepted,
    OrderAcknowledged, OrderCanceled, OrderExpired, OrderFilled, OrderRefused, OrderRejected, OrderReplaced,
    PositionChanged, QuoteUpdated, ReplaceRequested, ReportSuspended, SessionDefined, Started, StatusReported,
    Suspense, Ticked, TradingStateChanged, VenueAccepted,
};
pub use ids::{AccountId, EngineTime, ExecId, InstrumentId, OrderId, Seq, SessionId, VenueId};
pub use money::{Notional, Px, Qty};
pub use order::OrderView;
pub use refusal::{Check, Refusal};
pub use terms::{
    CxlRejReason, CxlRejResponseTo, ExecType, OrdRejReason, OrdStatus, OrdType, Scope, Side, TimeInForce, TradingState,
};
pub use text::{AccountName, ClOrdId, CompId, Currency, Symbol, Text};

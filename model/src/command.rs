//! Everything that can change state. What is not a `Command` did not happen.

mod client;
mod close;
mod commission;
mod corporate;
mod currency;
mod definition;
mod exception;
mod journal;
mod limit;
mod operator;
mod restriction;
mod venue;

pub use client::{
    CancelOrder, DisputeTrade, KeptTerms, MassCancel, MassStatusRequest, NewOrder, OrderStatusRequest, Origin,
    ReplaceOrder,
};
pub use close::{AdjustPosition, Arm, CheckStart, CloseDay, ReportBreaks};
pub use commission::{CommType, Commission, CommissionedOrder, CommissionedReport};
pub use corporate::{ChangeSymbol, PayDividend, SettleInstrument, SplitInstrument};
pub use currency::{AdjustForeignCash, DefineAccountCurrency, SetFxRate};
pub use definition::{
    DefineAccount, DefineAttribution, DefineInstrument, DefineSession, Reload, SessionEnded, SetSequenceNumbers,
    SetTradingPhase, Start, Step, Tick,
};
pub use exception::GrantOverride;
pub use journal::ReportJournalRoom;
pub use limit::{ChangeLimit, DecideLimit, DefineFirm, OF_DEFINITION};
pub use operator::{AdjustCash, EnterOrder, ResolveOrder, SetScopeState, SetTradingState, SplitOrders};
pub use restriction::{Forbidden, RestrictInstrument};
pub use venue::{Counted, ForeignOrder, Quote, ReportKind, VenueLink, VenueReport};

use crate::record::records;

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
        ReplaceOrder = 17, 248;
        /// An ExecutionReport(8) or OrderCancelReject(9) from a venue.
        VenueReport = 18, 72;
        /// An instrument from the configuration, new or changed.
        DefineInstrument = 19, 104;
        /// A halt and its release.
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
        ForeignOrder = 27, 144;
        /// What is known of the connection to a venue.
        VenueLink = 28, 8;
        /// Two people's word on an order that is in doubt.
        ResolveOrder = 29, 120;
        /// A split of an instrument: its orders are restated.
        SplitOrders = 30, 112;
        /// DontKnowTrade(Q) of a client.
        DisputeTrade = 31, 40;
        /// A split of an instrument: positions, fills and orders.
        SplitInstrument = 40, 120;
        /// A cash dividend is paid.
        PayDividend = 41, 112;
        /// The daily settlement of a future.
        SettleInstrument = 42, 112;
        /// An instrument gets another Symbol(55).
        ChangeSymbol = 43, 120;
        /// The kill switch of a scope, its release, and what is between.
        SetScopeState = 44, 120;
        /// Whose orders a session brings, from the configuration.
        DefineAttribution = 45, 80;
        /// What holds for the whole firm, from the configuration.
        DefineFirm = 46, 48;
        /// A limit of a scope, by the configuration or by a person.
        ChangeLimit = 47, 144;
        /// Another person's word on a limit that waits for it.
        DecideLimit = 48, 104;
        /// What the reconciliation of an account with its broker came to.
        ReportBreaks = 55, 144;
        /// A position is put right, by a person with a reason.
        AdjustPosition = 56, 160;
        /// A trading day is over.
        CloseDay = 57, 96;
        /// The daemon starts where a close is required.
        CheckStart = 58, 16;
        /// A person lets a daemon trade that did not open from its close.
        Arm = 59, 88;
        /// A rate of exchange.
        SetFxRate = 50, 128;
        /// Money into or out of an account, in another currency than its own.
        AdjustForeignCash = 51, 128;
        /// A currency that an account holds cash in beside its own, from the configuration.
        DefineAccountCurrency = 52, 24;
        /// A fill, or a correction of one, with what the broker takes for it.
        CommissionedReport = 53, 96;
        /// The same of an order that Millrace did not send.
        CommissionedOrder = 54, 168;
        /// An instrument is restricted for the firm or an account, or is not any more.
        RestrictInstrument = 60, 152;
        /// One order may pass the soft limits, after another person has approved it.
        GrantOverride = 61, 176;
        /// Whether the journal's disk has room for the segments to come.
        ReportJournalRoom = 68, 8;
    }
);

impl Command {
    /// What a venue says of an order that we sent, if it is that.
    pub const fn venue_report(&self) -> Option<&VenueReport> {
        match self {
            Command::VenueReport(report) => Some(report),
            Command::CommissionedReport(body) => Some(&body.report),
            _ => None,
        }
    }

    /// What a venue tells of an order that Millrace did not send, if it is that.
    pub const fn foreign_order(&self) -> Option<&ForeignOrder> {
        match self {
            Command::ForeignOrder(order) => Some(order),
            Command::CommissionedOrder(body) => Some(&body.order),
            _ => None,
        }
    }

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
            | Command::CommissionedReport(_)
            | Command::CommissionedOrder(_)
            | Command::Quote(_)
            | Command::DefineInstrument(_)
            | Command::DefineAccount(_)
            | Command::DefineSession(_)
            | Command::DefineAttribution(_)
            | Command::DefineFirm(_)
            | Command::ChangeLimit(_)
            | Command::DecideLimit(_)
            | Command::RestrictInstrument(_)
            | Command::GrantOverride(_)
            | Command::ReportJournalRoom(_)
            | Command::SetTradingState(_)
            | Command::SetScopeState(_)
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
            | Command::SplitOrders(_)
            | Command::SplitInstrument(_)
            | Command::PayDividend(_)
            | Command::SettleInstrument(_)
            | Command::ReportBreaks(_)
            | Command::AdjustPosition(_)
            | Command::CloseDay(_)
            | Command::CheckStart(_)
            | Command::Arm(_)
            | Command::SetFxRate(_)
            | Command::AdjustForeignCash(_)
            | Command::DefineAccountCurrency(_)
            | Command::ChangeSymbol(_) => None,
        }
    }
}

//! What was defined, switched and begun.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{
    DefineAccount, DefineAttribution, DefineInstrument, DefineSession, Quote, SetTradingPhase, SetTradingState,
    SplitOrders, Start,
};
use crate::ids::{AccountId, EngineTime, InstrumentId, OrderId, SessionId};
use crate::policies::{SessionEnd, TradingPhase};
use crate::terms::TradingState;

bodies! {
    /// See [`super::Event::QuoteUpdated`].
    QuoteUpdated {
        /// The quote.
        quote: Quote,
    }

    /// See [`super::Event::InstrumentDefined`].
    InstrumentDefined {
        /// Its definition.
        definition: DefineInstrument,
        /// Its index.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::AccountDefined`].
    AccountDefined {
        /// Its definition.
        definition: DefineAccount,
        /// Its index.
        account: AccountId,
        /// Zero.
        reserved: [u8; 12],
    }

    /// See [`super::Event::SessionDefined`].
    SessionDefined {
        /// Its definition.
        definition: DefineSession,
        /// Its index.
        session: SessionId,
    }

    /// See [`super::Event::AttributionDefined`].
    AttributionDefined {
        /// What was defined.
        definition: DefineAttribution,
        /// The session.
        session: SessionId,
        /// Index of the trader, in the order of definition in the journal; `u32::MAX` for none.
        trader: u32,
        /// Index of the strategy, likewise.
        strategy: u32,
    }

    /// See [`super::Event::TradingStateChanged`].
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

    /// See [`super::Event::TradingPhaseChanged`].
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

    /// See [`super::Event::SessionLost`].
    SessionLost {
        /// The session.
        session: SessionId,
        /// How it went.
        how: SessionEnd,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`super::Event::SplitBegun`].
    SplitBegun {
        /// The split.
        split: SplitOrders,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::WorkAdvanced`].
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

    /// See [`super::Event::Started`].
    Started {
        /// The settings.
        start: Start,
    }

    /// See [`super::Event::Ticked`].
    Ticked {
        /// Zero.
        reserved: u64,
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
    /// Those that hold an instrument, after a split, for a dividend, for a settlement.
    Positions = 5,
    /// What is held is marked for the close.
    Close = 6,
    /// Positions of limited scopes in an instrument that was quoted: more than the quote's own frame marked.
    Marks = 7,
    /// Positions in an instrument whose price or terms moved: more than its own frame valued, against limits of exposure and margin.
    Values = 8,
}

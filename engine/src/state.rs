//! Everything that the engine knows, in memory, owned by one thread.

use model::{
    AccountId, AccountName, CalendarName, CompId, DefineFirm, DefineInstrument, DefineSession, EngineTime, Px, Seq,
    Side, StopTrigger, Symbol, TradingPhase, TradingState,
};
use risk::{Bucket, Reference};

use crate::accounts::Account;
use crate::agenda::Agenda;
use crate::closing::Closing;
use crate::currencies::Currencies;
use crate::doubt::Proposals;
use crate::evolve::Stamp;
use crate::executions::Executions;
use crate::exposures::Exposures;
use crate::fills::Fills;
use crate::holdings::Holdings;
use crate::kills::Kills;
use crate::links::Links;
use crate::orders::Orders;
use crate::overrides::Overrides;
use crate::pnl::Pnl;
use crate::proposals::LimitProposals;
use crate::recent::Recent;
use crate::registry::Registry;
use crate::resting::Resting;
use crate::restrictions::Restrictions;
use crate::scopes::Scopes;
use crate::short_sales::ShortSold;
use crate::strategy_books::StrategyBooks;
use crate::triggers::{Root, Triggers};
use crate::valuations::Shares;
use crate::venues::Venues;
use crate::verbal::Verbal;

/// How much the engine makes room for before it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capacities {
    /// Orders that are remembered, working and closed.
    pub orders: usize,
    /// Pairs of account and instrument that ever held an order; as many of strategy and instrument, and as many strategy books.
    pub holdings: usize,
}

impl Default for Capacities {
    fn default() -> Self {
        Capacities { orders: 1 << 18, holdings: 1 << 16 }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Instrument {
    pub(crate) definition: DefineInstrument,
    pub(crate) reference: Reference,
    /// The price of the last quote, where that one was too far from those before it; zero otherwise.
    pub(crate) doubted_px: Px,
    pub(crate) trading: TradingState,
    /// Its calendar, if it has one.
    pub(crate) calendar: Option<u32>,
    /// Stops that Millrace holds for it.
    pub(crate) stops: [Root; 2],
    /// Those of them that follow the price.
    pub(crate) trailing: Vec<u32>,
    /// Stops that will, and wait for something else first.
    pub(crate) trailing_to_come: u32,
    /// It is on the agenda, to look at its stops.
    pub(crate) is_due: bool,
    /// Its price moved while its stops were looked at: they are looked at once more.
    pub(crate) is_due_again: bool,
    /// Its last split, that orders of before are restated for: new for old, and its frame.
    pub(crate) split: Option<(u32, u32, Seq)>,
    /// When its last quote came; the reference forgets it at a split, this does not.
    pub(crate) quoted_at: EngineTime,
    /// Somebody was told that positions are marked at an old price of it.
    pub(crate) is_stale: bool,
}

/// Trailing stops of one instrument that Millrace holds: each quote may move all of them.
pub const TRAILING_PER_INSTRUMENT_MAX: usize = 128;

impl Instrument {
    /// The price that a stop of this side waits for; `None` where there is none now.
    pub(crate) fn trigger_px(&self, side: Side) -> Option<Px> {
        let Reference { bid_px, ask_px, last_px, is_doubtful, .. } = self.reference;
        if is_doubtful {
            return None;
        }
        let px = match (self.definition.stop_trigger, side) {
            (StopTrigger::Last, _) => last_px,
            (StopTrigger::Opposite, Side::Buy) => ask_px,
            (StopTrigger::Opposite, Side::Sell) => bid_px,
            (StopTrigger::Mid, _) if bid_px.is_zero() || ask_px.is_zero() => Px::ZERO,
            (StopTrigger::Mid, _) => Px::from_units(bid_px.units() / 2 + ask_px.units() / 2),
        };
        (!px.is_zero()).then_some(px)
    }

    /// Stops that follow the price, now or once they wait for nothing else.
    pub(crate) fn trailing_stops(&self) -> usize {
        self.trailing.len() + self.trailing_to_come as usize
    }

    pub(crate) fn root(&self, side: Side) -> Root {
        self.stops[usize::from(side == Side::Sell)]
    }

    pub(crate) fn root_mut(&mut self, side: Side) -> &mut Root {
        &mut self.stops[usize::from(side == Side::Sell)]
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) definition: DefineSession,
    pub(crate) account: Option<AccountId>,
    pub(crate) bucket: Bucket,
    /// Index of the trader, and of the strategy, whose orders it brings.
    pub(crate) attribution: [u32; 2],
    /// Its working orders.
    pub(crate) working: u32,
    /// The frame that said that it is lost, while its orders are gone through.
    pub(crate) lost_at: Option<Seq>,
}

/// A calendar of trading days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// Its name.
    pub name: CalendarName,
    /// The part of the day that it is in.
    pub phase: TradingPhase,
    /// The day, in days since 1970-01-01.
    pub trading_day: u32,
}

impl Capacities {
    /// For folding a journal: room for orders is made where the journal says that the daemon made it ([`model::Start`]).
    /// Any other number would forget closed orders at other moments than the daemon did, and refuse other orders.
    pub fn as_recorded() -> Capacities {
        Capacities { orders: 1, ..Capacities::default() }
    }
}

/// The engine's state. `decide` reads it; only [`State::evolve`] writes it.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) orders: Orders,
    pub(crate) holdings: Holdings,
    pub(crate) strategy_books: StrategyBooks,
    pub(crate) exposures: Exposures,
    pub(crate) resting: Resting,
    pub(crate) holding_shares: Shares,
    pub(crate) strategy_shares: Shares,
    pub(crate) instruments: Registry<Symbol, Instrument>,
    pub(crate) accounts: Registry<AccountName, Account>,
    pub(crate) sessions: Registry<(CompId, CompId), Session>,
    pub(crate) calendars: Registry<CalendarName, Calendar>,
    pub(crate) venues: Venues,
    pub(crate) fills: Fills,
    pub(crate) currencies: Currencies,
    pub(crate) links: Links,
    pub(crate) triggers: Triggers,
    pub(crate) agenda: Agenda,
    pub(crate) proposals: Proposals,
    pub(crate) verbal: Verbal,
    pub(crate) scopes: Scopes,
    pub(crate) kills: Kills,
    pub(crate) firm: DefineFirm,
    pub(crate) limit_proposals: LimitProposals,
    pub(crate) recent: Recent,
    pub(crate) closing: Closing,
    pub(crate) restrictions: Restrictions,
    pub(crate) overrides: Overrides,
    pub(crate) short_sales: ShortSold,
    pub(crate) pnl: Pnl,
    /// The strategy of the order whose position comes next in the frame; [`crate::order::NONE`] for none.
    pub(crate) traded_by: u32,
    pub(crate) trading: TradingState,
    /// The journal's disk has no room for the segments to come.
    pub(crate) journal_is_full: bool,
    pub(crate) acknowledge_at_venue: bool,
    pub(crate) last: Stamp,
    /// The event of the frame that is folded in next.
    pub(crate) index: u8,
    /// The fill whose position comes next in the frame.
    pub(crate) last_fill: u64,
    /// The strategy whose order that fill is of.
    pub(crate) last_strategy: u32,
    /// Positions that came out with money which does not add up.
    pub(crate) identity_breaks: u64,
    pub(crate) venue_exec_id: u64,
    pub(crate) executions: Executions,
}

impl State {
    /// Nothing is known yet; room is made now.
    pub fn new(capacities: Capacities) -> State {
        State {
            orders: Orders::new(capacities.orders),
            holdings: Holdings::new(capacities.holdings),
            strategy_books: StrategyBooks::new(capacities.holdings),
            exposures: Exposures::new(capacities.holdings),
            resting: Resting::new(),
            holding_shares: Shares::new(capacities.holdings),
            strategy_shares: Shares::new(capacities.holdings),
            instruments: Registry::new(),
            accounts: Registry::new(),
            sessions: Registry::new(),
            calendars: Registry::new(),
            venues: Venues::default(),
            fills: Fills::new(capacities.orders),
            currencies: Currencies::new(),
            links: Links::new(),
            triggers: Triggers::new(0),
            agenda: Agenda::new(),
            proposals: Proposals::new(),
            verbal: Verbal::new(),
            scopes: Scopes::new(),
            kills: Kills::new(),
            firm: DefineFirm::PLAIN,
            limit_proposals: LimitProposals::new(),
            recent: Recent::new(),
            closing: Closing::new(),
            restrictions: Restrictions::new(),
            overrides: Overrides::new(),
            short_sales: ShortSold::default(),
            pnl: Pnl::new(capacities.holdings),
            traded_by: crate::order::NONE,
            trading: TradingState::Active,
            journal_is_full: false,
            acknowledge_at_venue: false,
            last: Stamp { seq: Seq(0), time: EngineTime(0) },
            index: 0,
            last_fill: crate::fills::NONE,
            last_strategy: crate::order::NONE,
            identity_breaks: 0,
            venue_exec_id: 0,
            executions: Executions::none(),
        }
    }
}

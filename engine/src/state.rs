//! Everything that the engine knows, in memory, owned by one thread.

use model::{
    AccountId, AccountName, CalendarName, CompId, Currency, DayCounts, DefineFirm, DefineInstrument, DefineSession,
    EngineTime, GroupName, InstrumentId, KillScope, LimitKind, Marked, Notional, OrderId, Prices, Px, ScopeState, Seq,
    SessionId, Side, StopTrigger, Symbol, TradingPhase, TradingState, ValuationMethod, VenueId, Work,
};
use risk::{Bucket, Limits, Reference, Restriction, ShortSales, Usage, WideExposure};

use crate::accounts::Account;
use crate::agenda::Agenda;
use crate::books::Books;
use crate::closing::{Breaks, Closed, Closing};
use crate::currencies::{Currencies, ForeignCash, Rate};
use crate::doubt::Proposals;
use crate::evolve::Stamp;
use crate::executions::Executions;
use crate::exposures::Exposures;
use crate::fills::Fills;
use crate::hash::{self, StateHash};
use crate::holdings::{Holding, Holdings};
use crate::kills::{Kill, Kills};
use crate::links::Links;
use crate::order::Order;
use crate::orders::Orders;
use crate::overrides::{Override, Overrides};
use crate::pnl::{Pnl, Total};
use crate::proposals::{LimitProposal, LimitProposals};
use crate::recent::Recent;
use crate::registry::Registry;
use crate::resting::Resting;
use crate::restrictions::{Listed, Restrictions};
use crate::scopes::Scopes;
use crate::short_sales::ShortSold;
use crate::strategy_books::{StrategyBook, StrategyBooks};
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

    /// The last frame that was folded in.
    pub fn last_seq(&self) -> Seq {
        self.last.seq
    }

    /// Its time; the next frame's is not earlier.
    pub fn last_time(&self) -> EngineTime {
        self.last.time
    }

    /// The greatest ExecID(17) that a report of the paper venue brought.
    pub fn last_venue_exec_id(&self) -> u64 {
        self.venue_exec_id
    }

    /// The hash of all of it. Walks everything: for verification, not for the hot path.
    pub fn hash(&self) -> StateHash {
        hash::of_state(self)
    }

    /// An order, while it is remembered.
    pub fn order(&self, order_id: OrderId) -> Option<&Order> {
        self.orders.find(order_id).map(|slot| self.orders.get(slot))
    }

    /// May the instrument be traded, as far as halts go?
    pub fn instrument_trading(&self, instrument: InstrumentId) -> Option<TradingState> {
        self.instruments.get(instrument.0).map(|instrument| instrument.trading)
    }

    /// Are the instrument's orders being restated for a split?
    pub fn is_splitting(&self, instrument: InstrumentId) -> bool {
        self.agenda.split.contains(&instrument)
    }

    /// The orders that work, in no particular order.
    pub fn working_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.working().iter().map(|working| self.orders.get(working.slot))
    }

    /// How many orders work.
    pub fn working_count(&self) -> usize {
        self.orders.working().len()
    }

    /// Is there work that goes on by itself, with [`model::Step`]?
    pub fn has_work(&self) -> bool {
        self.kills.due().is_some() || self.next_work().is_some()
    }

    /// What the next step is about, after killed scopes. What is owed to holders is paid before the day is closed.
    pub(crate) fn next_work(&self) -> Option<Work> {
        let is_closing = self.closing.begun.is_some() && self.agenda.actions.is_empty();
        if is_closing { Some(Work::Close) } else { self.agenda.next() }
    }

    /// Does the venue owe an answer about this order that it can no longer give unasked? See [`crate::doubt`].
    pub fn is_in_doubt(&self, order: &Order) -> bool {
        order.view.is_working() && self.venues.has_lost_sight_of(order)
    }

    /// May its venue have said something of this order that can never be had again?
    pub fn has_lost_reports_of(&self, order: &Order) -> bool {
        self.venues.has_lost_reports_of(order)
    }

    /// The calendar of an instrument, if it has one and it has said what day it is.
    pub fn calendar_of(&self, instrument: InstrumentId) -> Option<&Calendar> {
        let calendar = self.instruments.get(instrument.0)?.calendar?;
        self.calendars.get(calendar).filter(|calendar| calendar.phase != TradingPhase::Unknown)
    }

    /// The calendars, in order of definition.
    pub fn calendars(&self) -> impl Iterator<Item = &Calendar> {
        self.calendars.iter()
    }

    /// Is the connection to this venue known to be there?
    pub fn is_linked(&self, venue: VenueId) -> bool {
        self.venues.is_up(venue)
    }

    /// An account by name.
    pub fn account(&self, name: &AccountName) -> Option<(AccountId, &Account)> {
        let index = self.accounts.find(name)?;
        self.accounts.get(index).map(|account| (AccountId(index), account))
    }

    /// All accounts, in order of definition.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, &Account)> {
        (0..).map(AccountId).zip(self.accounts.iter())
    }

    /// All instruments, in order of definition.
    pub fn instruments(&self) -> impl Iterator<Item = (InstrumentId, &DefineInstrument)> {
        (0..).map(InstrumentId).zip(self.instruments.iter().map(|instrument| &instrument.definition))
    }

    /// All sessions, in order of definition.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, &DefineSession)> {
        (0..).map(SessionId).zip(self.sessions.iter().map(|session| &session.definition))
    }

    /// The reference prices of an instrument.
    pub fn reference(&self, instrument: InstrumentId) -> Option<&Reference> {
        self.instruments.get(instrument.0).map(|instrument| &instrument.reference)
    }

    /// What an account holds in an instrument; `None` before its first order there.
    pub fn holding(&self, account: AccountId, instrument: InstrumentId) -> Option<&Holding> {
        self.holdings.find(account, instrument).map(|slot| self.holdings.get(slot))
    }

    /// Position and open orders of the firm in an instrument, over all accounts.
    pub fn exposure_of_firm(&self, instrument: InstrumentId) -> WideExposure {
        self.exposures.of_firm(instrument)
    }

    /// Position and open orders of a strategy in an instrument, over all accounts; by its index among strategies.
    pub fn exposure_of_strategy(&self, strategy: u32, instrument: InstrumentId) -> WideExposure {
        self.exposures.of_strategy(strategy, instrument)
    }

    /// All holdings.
    pub fn holdings(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.iter()
    }

    /// The rate from one currency to another.
    pub fn fx_rate(&self, currency: Currency, against: Currency) -> Option<&Rate> {
        self.currencies.rate(currency, against)
    }

    /// What accounts have in other currencies than their own.
    pub fn foreign_cash(&self) -> impl Iterator<Item = &ForeignCash> {
        self.currencies.cash.iter()
    }

    /// What an account has in another currency than its own.
    pub fn foreign_cash_of(&self, account: AccountId, currency: Currency) -> Option<&ForeignCash> {
        self.currencies.find(account, currency).and_then(|slot| self.currencies.cash.get(slot))
    }

    /// All strategy books: what each strategy has of a holding, and what no strategy has.
    pub fn strategy_books(&self) -> impl Iterator<Item = &StrategyBook> {
        self.strategy_books.iter()
    }

    /// The name of a strategy; `None` for what no strategy did. Walks all names, for people.
    pub fn strategy(&self, index: u32) -> Option<GroupName> {
        self.scopes.strategies.name(index)
    }

    /// A holding at the price that its instrument's policy asks for, as old as it is by the last frame.
    pub fn marked(&self, holding: &Holding) -> Option<Marked> {
        self.marked_books(holding.instrument, &holding.books())
    }

    /// The same for any books in the instrument.
    pub fn marked_books(&self, instrument: InstrumentId, books: &Books) -> Option<Marked> {
        let instrument = self.instruments.get(instrument.0)?;
        let Reference { bid_px, ask_px, last_px, time, .. } = instrument.reference;
        let prices = Prices { bid_px, ask_px, last_px, age: self.last.time.0.saturating_sub(time.0) };
        Some(instrument.definition.marked(books.position, books.cost, &prices))
    }

    /// A holding at the prices of the last close, or of the one that is under way; `None` where it was not marked.
    pub fn marked_at_close(&self, holding: &Holding) -> Option<Marked> {
        let mark = self.closing.mark(holding.instrument)?;
        let definition = &self.instruments.get(holding.instrument.0)?.definition;
        // What was stale then stays so, and what was fresh, whatever is configured since.
        let reference_age_max = if mark.is_stale == 1 { -1 } else { i64::MAX };
        let then = DefineInstrument { mark: mark.policy, reference_age_max, ..*definition };
        Some(then.marked(holding.exposure.position, holding.cost, &mark.prices()))
    }

    /// What a holding had unrealised at those prices; `None` without a fresh one.
    pub(crate) fn unrealised_at_close(&self, holding: &Holding) -> Option<Notional> {
        self.marked_at_close(holding)?.unrealised
    }

    /// The last day that was closed.
    pub fn last_close(&self) -> Option<&Closed> {
        self.closing.last.as_ref()
    }

    /// When a position or cash first changed after the last close.
    pub fn first_change(&self) -> Option<EngineTime> {
        self.closing.first_change
    }

    /// Is the firm halted until somebody arms it?
    pub fn is_disarmed(&self) -> bool {
        self.closing.disarmed.is_some()
    }

    /// What the broker of an account differed in when that was reported last.
    pub fn breaks_of(&self, account: AccountId) -> Breaks {
        self.closing.breaks_of(account)
    }

    /// How often a position came out with money that does not add up; its account was halted then.
    pub fn identity_breaks(&self) -> u64 {
        self.identity_breaks
    }

    /// The global kill switch.
    pub fn trading(&self) -> TradingState {
        self.trading
    }

    /// The scopes that are killed, the first first.
    pub fn kills(&self) -> impl Iterator<Item = &Kill> {
        self.kills.iter()
    }

    /// What holds for the whole firm.
    pub fn firm(&self) -> &DefineFirm {
        &self.firm
    }

    /// The firm's trading day, in days since 1970-01-01: that of its calendar, or of UTC where it has none.
    pub fn firm_day(&self) -> u32 {
        self.firm_day_at(self.last.time)
    }

    /// The same, as of the frame that is being decided.
    pub(crate) fn firm_day_at(&self, now: EngineTime) -> u32 {
        let calendar = if self.firm.calendar.is_empty() { None } else { self.calendars.find(&self.firm.calendar) };
        let calendar = calendar.and_then(|calendar| self.calendars.get(calendar));
        calendar.map_or_else(|| DayCounts::utc_day(now), |calendar| calendar.trading_day)
    }

    /// Is nothing traded without this limit of the firm?
    pub fn is_mandatory(&self, kind: LimitKind) -> bool {
        self.firm.mandatory & kind.bit() != 0
    }

    /// Looser limits that wait for another person, the oldest first.
    pub fn limit_proposals(&self) -> impl Iterator<Item = &LimitProposal> {
        self.limit_proposals.iter()
    }

    /// The restricted list.
    pub fn restrictions(&self) -> impl Iterator<Item = (&Restriction, &Listed)> {
        self.restrictions.iter()
    }

    /// Orders that may pass the soft limits, and those that wait for another person.
    pub fn overrides(&self) -> impl Iterator<Item = &Override> {
        self.overrides.iter()
    }

    /// What the firm sold short in an instrument on its trading day, and could with its open sells.
    pub fn short_sales(&self, instrument: InstrumentId) -> ShortSales {
        self.short_sales.of(instrument, self.firm_day())
    }

    /// The limits of a scope, by its index among its kind.
    pub fn limits(&self, scope: KillScope, index: u32) -> &Limits {
        &self.scopes.get(scope, index).limits
    }

    /// What the limits of a scope are held against.
    pub fn usage(&self, scope: KillScope, index: u32) -> &Usage {
        &self.scopes.get(scope, index).usage
    }

    /// P&L of the firm, of an account or of a strategy, as its loss limits see it; nothing for other scopes.
    pub fn pnl(&self, scope: KillScope, index: u32) -> Total {
        self.pnl.total(scope, index)
    }

    /// All scopes by kind and index, whether limited or not.
    pub fn scopes(&self) -> impl Iterator<Item = (KillScope, u32)> + '_ {
        self.scopes.iter().map(|(scope, index, _)| (scope, index))
    }

    /// How far a scope is stopped, by its index among its kind.
    pub fn scope_state(&self, scope: KillScope, index: u32) -> ScopeState {
        self.scopes.get(scope, index).state
    }

    /// Has the session a trader or a strategy?
    pub fn is_attributed(&self, session: SessionId) -> bool {
        self.sessions.get(session.0).is_some_and(|session| session.attribution != crate::kills::UNATTRIBUTED)
    }

    /// Does every sum equal its parts? Walks everything; for tests and verification.
    ///
    /// # Panics
    /// With the sum that does not.
    pub fn assert_sums(&self) {
        for (id, account) in self.accounts() {
            let own = || self.working_orders().filter(move |order| order.view.account == id);
            let is_own = |order: &&Order| self.holdings.get(order.holding).foreign_cash.is_none();
            let reserved: i128 = own().filter(is_own).map(|order| order.reserved.units()).sum();
            assert_eq!(account.reserved.units(), reserved, "reserved cash of account {id}");
            assert_eq!(account.open_orders as usize, own().count(), "open orders of account {id}");
        }
        for (id, session) in (0..).map(SessionId).zip(self.sessions.iter()) {
            let own = self.working_orders().filter(|order| order.view.session == id).count();
            assert_eq!(session.working as usize, own, "working orders of session {id}");
        }
        for (scope, index, member) in self.scopes.iter() {
            let own = self.working_orders().filter(|order| order.keys()[scope as usize] == index).count();
            assert_eq!(member.usage.live as usize, own, "live orders of {scope:?} {index}");
            for side in [Side::Buy, Side::Sell] {
                let own = self.working_orders().filter(|order| order.keys()[scope as usize] == index);
                let open: i128 = own.filter(|own| own.view.side == side).map(|own| own.open_notional.units()).sum();
                assert_eq!(member.usage.open(side).units(), open, "open {side:?} of {scope:?} {index}");
            }
        }
        for kill in self.kills() {
            assert_eq!(kill.live, self.scopes.get(kill.scope, kill.index).usage.live, "live orders of {kill:?}");
            let sum = kill.live + kill.canceled + kill.filled + kill.ended;
            assert_eq!(kill.live_at_start + kill.came, sum, "orders of {kill:?}");
        }
        self.assert_pnl();
        for order in self.orders.remembered() {
            assert_eq!(order.standing().status(), order.view.ord_status, "status of {order:?}");
            assert_eq!(order.view.is_working(), order.place != crate::order::NONE, "place of {order:?}");
            assert!(order.view.held == 0 || order.view.is_working(), "hold of {order:?}");
        }
        self.exposures.assert_sums(&self.holdings);
        self.assert_valued();
        self.assert_resting();
        self.short_sales.assert_sums(&self.holdings);
        for own in self.exposures.of_strategies() {
            for side in [Side::Buy, Side::Sell] {
                let of_strategy = self.working_orders().filter(|order| order.strategy == own.strategy);
                let of_side =
                    of_strategy.filter(|order| order.view.instrument == own.instrument && order.view.side == side);
                let open: i128 = of_side.map(|order| i128::from(order.open_qty.units())).sum();
                assert_eq!(own.exposure.open(side), open, "open {side:?} of {own:?}");
            }
        }
        for holding in self.holdings() {
            let own = |side| {
                self.working_orders()
                    .filter(move |order| {
                        order.view.account == holding.account && order.view.instrument == holding.instrument
                    })
                    .filter(move |order| order.view.side == side)
                    .map(|order| self.exposed_qty(order).units())
                    .sum::<i64>()
            };
            assert_eq!(holding.exposure.open_buys.units(), own(Side::Buy), "open buys of {holding:?}");
            assert_eq!(holding.exposure.open_sells.units(), own(Side::Sell), "open sells of {holding:?}");
            assert!(holding.cash_identity_holds(), "cash identity of {holding:?}");
            let recounted = self.fills.recount(holding, None);
            assert_eq!(recounted, Some((holding.books(), holding.head)), "fills of {holding:?}");
            self.assert_strategies(holding);
        }
        self.assert_foreign_cash();
    }

    fn assert_foreign_cash(&self) {
        for (slot, line) in (0..).zip(self.currencies.cash.iter()) {
            let paid = |holding: &Holding| holding.foreign_cash == Some(slot);
            let orders = self.working_orders().filter(|order| paid(self.holdings.get(order.holding)));
            let reserved: i128 = orders.map(|order| order.reserved.units()).sum();
            assert_eq!(line.reserved.units(), reserved, "reserved of {line:?}");
            let (mut cash, mut booked) = (line.money.deposited, Notional::ZERO);
            for holding in self.holdings().filter(|holding| paid(holding)) {
                let instrument = self.instruments.get(holding.instrument.0).expect("holdings have instruments");
                let net = holding.dividends - holding.fees;
                booked += holding.realised + net;
                cash += net
                    + match instrument.definition.valuation {
                        ValuationMethod::Premium => holding.cash_from_trades,
                        ValuationMethod::Futures => holding.realised,
                    };
            }
            assert_eq!((line.money.cash, line.money.booked), (cash, booked), "holdings of {line:?}");
        }
    }

    fn assert_strategies(&self, holding: &Holding) {
        if holding.strategies.is_none() {
            return;
        }
        let mut sum = (0, [Notional::ZERO; 3]);
        for (slot, book) in self.strategy_books.of(holding) {
            assert!(book.books.cash_identity_holds(), "cash identity of {book:?}");
            let recounted = self.strategy_books.recount(&self.fills, holding, slot, None);
            assert_eq!(recounted, Some(book.books), "fills of {book:?}");
            let money = [book.books.cash_from_trades, book.fees, book.dividends];
            sum.0 += book.books.position.units();
            sum.1.iter_mut().zip(money).for_each(|(sum, part)| *sum += part);
        }
        let money = [holding.cash_from_trades, holding.fees, holding.dividends];
        assert_eq!(sum, (holding.exposure.position.units(), money), "strategies of {holding:?}");
    }
}

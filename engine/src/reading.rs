//! What others may read of the state: followers that fold the same journal, tests, and the operator's tools.

use model::{
    AccountId, AccountName, Currency, DayCounts, DefineFirm, DefineInstrument, DefineSession, EngineTime, GroupName,
    InstrumentId, KillScope, LimitKind, Marked, Notional, OrderId, Prices, ScopeState, Seq, SessionId, TradingPhase,
    TradingState, VenueId, Work,
};
use risk::{Limits, Reference, Restriction, ShortSales, Usage, WideExposure};

use crate::accounts::Account;
use crate::books::Books;
use crate::closing::{Breaks, Closed};
use crate::currencies::{ForeignCash, Rate};
use crate::hash::{self, StateHash};
use crate::holdings::Holding;
use crate::kills::Kill;
use crate::order::Order;
use crate::overrides::Override;
use crate::pnl::Total;
use crate::proposals::LimitProposal;
use crate::restrictions::Listed;
use crate::strategy_books::StrategyBook;

use crate::state::{Calendar, State};

impl State {
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

    /// Has the journal's disk no room, so that nothing new is taken?
    pub fn journal_is_full(&self) -> bool {
        self.journal_is_full
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
}

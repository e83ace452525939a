//! What people ask about: counts, positions, cash, quotes. Folded from the journal's events and from nothing else, so
//! it agrees with the journal by construction, may lag behind it, and is rebuilt by reading it again.
//!
//! Memory is bounded by the configuration: instruments + accounts + sessions + calendars + the pairs of account and
//! instrument that ever had an order + the orders that work + the scopes that are stopped + the
//! limits of scopes + the last [`ACTS_KEPT`] operator acts.

mod acts;
mod agent;
mod close;
mod counts;
mod currencies;
mod days;
mod doubt;
mod figures;
mod kills;
mod limits;
mod status;
mod strategies;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use model::{
    AccountId, ArmOutcome, Command, DefineAccount, DefineInstrument, DefineSession, EngineTime, Event, InstrumentId,
    LimitOutcome, Notional, PositionChanged, Quote, Resolution, Scope, ScopeOutcome, Seq, SetTradingState,
    TradingState,
};
use parking_lot::RwLock;

pub use acts::ActStatus;
pub use agent::ViewsAgent;
pub use close::{BreaksStatus, Close, CloseStatus};
pub use counts::{OrderCounts, RefusalCounts, SessionCounts};
use currencies::Currencies;
pub use currencies::{FxRateStatus, MoneyStatus, rate_text};
pub use days::{CalendarStatus, DayStatus};
pub use doubt::{Doubt, Doubtful};
pub use figures::{decimal, mark, money};
pub use kills::{KillStatus, Kills, Release};
pub use limits::{LimitStatus, LimitViews, ProposalStatus};
pub use status::{AccountStatus, PositionStatus, QuoteStatus, SessionFigures, TradingStatus, ViewsStatus};
use strategies::Strategies;
pub use strategies::UNALLOCATED;

/// Operator acts that are kept for `/status`; older ones are in the journal.
pub const ACTS_KEPT: usize = 64;

/// The views, shared between the agent that folds and the threads that answer.
pub type SharedViews = Arc<RwLock<Views>>;

/// Everything that is answered without asking the engine.
#[derive(Debug, Default)]
pub struct Views {
    /// Frames folded.
    pub frames: u64,
    /// Events folded.
    pub events: u64,
    /// The last frame folded.
    pub last_seq: Seq,
    /// Its time.
    pub last_time: EngineTime,
    /// What became of orders.
    pub orders: OrderCounts,
    /// Refusals by check.
    pub refusals: RefusalCounts,
    /// Is trading halted globally, and by whom.
    pub global: Option<SetTradingState>,
    instruments: Vec<InstrumentView>,
    accounts: Vec<AccountView>,
    sessions: Vec<SessionView>,
    positions: BTreeMap<(AccountId, InstrumentId), PositionChanged>,
    dividends: BTreeMap<(AccountId, InstrumentId), Notional>,
    strategies: Strategies,
    currencies: Currencies,
    working: counts::Working,
    days: days::Days,
    doubt: Doubt,
    kills: Kills,
    close: Close,
    limits: LimitViews,
    acts: VecDeque<Act>,
    acts_total: u64,
    identity_breaks: u64,
    /// The journal's disk is full since then.
    journal_full_since: Option<EngineTime>,
}

/// An instrument as it was last defined, with its last quote.
#[derive(Clone, Copy, Debug)]
pub struct InstrumentView {
    /// The definition.
    pub definition: DefineInstrument,
    /// The last halt or release of this instrument.
    pub state: Option<SetTradingState>,
    /// The last quote, if there was one.
    pub quote: Option<Quote>,
    /// When the engine saw that quote.
    pub quoted_at: EngineTime,
}

/// An account as it was last defined, with its cash.
#[derive(Clone, Copy, Debug)]
pub struct AccountView {
    /// The definition and limits.
    pub definition: DefineAccount,
    /// Cash after the last fill or adjustment.
    pub cash: Notional,
    /// The last halt or release of this account.
    pub state: Option<SetTradingState>,
}

/// A session as it was last defined, with what it did.
#[derive(Clone, Copy, Debug)]
pub struct SessionView {
    /// The definition.
    pub definition: DefineSession,
    /// What became of its orders.
    pub counts: SessionCounts,
}

/// One operator act in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Its place among all acts, from 1.
    pub number: u64,
    /// The frame.
    pub seq: Seq,
    /// When.
    pub time: EngineTime,
    /// What was asked.
    pub command: Command,
    /// Did it change anything? An act upon an unknown account does not.
    pub applied: bool,
}

impl Views {
    /// Empty, to be shared.
    pub fn shared() -> SharedViews {
        Arc::new(RwLock::new(Views::default()))
    }

    /// One frame more. Frames come in order; one that was folded before is ignored.
    pub fn fold(&mut self, seq: Seq, time: EngineTime, command: &Command, events: impl IntoIterator<Item = Event>) {
        if seq <= self.last_seq {
            return;
        }
        self.frames += 1;
        self.last_seq = seq;
        self.last_time = time;
        // Of sequence numbers and reloads the frame itself is the record; the engine has nothing to say.
        let mut applied = matches!(command, Command::SetSequenceNumbers(_) | Command::Reload(_));
        for event in events {
            self.events += 1;
            // An order by telephone that risk refused, and a word on an order that is not in doubt, are acts that changed nothing.
            applied |= match &event {
                Event::OrderRefused(_) => false,
                Event::ResolutionGiven(e) => matches!(e.outcome, Resolution::Proposed | Resolution::Approved),
                Event::ScopeStateSet(e) => e.outcome == ScopeOutcome::Set,
                Event::Armed(e) => e.outcome == ArmOutcome::Armed,
                Event::LimitChanged(e) => e.outcome.is_effective(),
                _ => true,
            };
            self.doubt.follow(seq, &event);
            self.kills.follow(seq, time, &event);
            self.close.follow(seq, time, &event);
            self.limits.follow(seq, time, &event);
            self.fold_event(time, &event);
        }
        if is_act(command) {
            self.keep_act(seq, time, *command, applied);
        }
    }

    /// Instruments in the order of their definition: index is `InstrumentId`.
    pub fn instruments(&self) -> &[InstrumentView] {
        &self.instruments
    }

    /// Accounts in the order of their definition: index is `AccountId`.
    pub fn accounts(&self) -> &[AccountView] {
        &self.accounts
    }

    /// Sessions in the order of their definition: index is `SessionId`.
    pub fn sessions(&self) -> &[SessionView] {
        &self.sessions
    }

    /// Positions that ever traded, by account and instrument.
    pub fn positions(&self) -> impl Iterator<Item = &PositionChanged> {
        self.positions.values()
    }

    /// Orders in doubt.
    pub fn doubt(&self) -> &Doubt {
        &self.doubt
    }

    /// The scopes that are stopped.
    pub fn kills(&self) -> &Kills {
        &self.kills
    }

    /// The last close, and whether the daemon may trade since it started.
    pub fn close(&self) -> &Close {
        &self.close
    }

    /// The limits of scopes.
    pub fn limits(&self) -> &LimitViews {
        &self.limits
    }

    /// Since when the journal's disk has no room for new orders.
    pub fn journal_full_since(&self) -> Option<EngineTime> {
        self.journal_full_since
    }

    /// Why the act in this frame changed nothing, where the engine said so.
    pub fn refusal_of(&self, seq: Seq) -> Option<&'static str> {
        let of_limit = self.limits.outcome(seq).map(LimitOutcome::words);
        self.kills.outcome(seq).map(ScopeOutcome::words).or(of_limit)
    }

    /// The newest operator acts, oldest first.
    pub fn acts(&self) -> impl DoubleEndedIterator<Item = &Act> {
        self.acts.iter()
    }

    /// Operator acts ever folded.
    pub fn acts_total(&self) -> u64 {
        self.acts_total
    }

    /// Is an account of this name defined?
    pub fn account(&self, name: &model::AccountName) -> Option<&AccountView> {
        self.accounts.iter().find(|view| view.definition.account == *name)
    }

    fn fold_event(&mut self, time: EngineTime, event: &Event) {
        self.orders.count(event);
        self.orders.filled += u64::from(self.working.follow(event));
        self.orders.working = self.working.count();
        self.fold_day(time, event);
        if let Some(session) = event.session().and_then(|id| place(&mut self.sessions, id.0)) {
            session.counts.count(event);
        }
        match event {
            Event::OrderRefused(e) => self.refusals.count(&e.refusal),
            Event::CancelRejected(e) if e.by_risk == 1 => self.refusals.count(&e.refusal),
            Event::PositionChanged(e) => self.fold_position(e),
            Event::StrategyPositionChanged(e) => {
                self.strategies.fold(e);
                if !e.cash_identity_holds() {
                    self.identity_broken(e.account);
                }
            }
            Event::QuoteUpdated(e) => {
                if let Some(view) = place(&mut self.instruments, e.quote.instrument.0) {
                    view.quote = Some(e.quote);
                    view.quoted_at = time;
                }
            }
            Event::InstrumentDefined(e) => define(
                &mut self.instruments,
                e.instrument.0,
                |view| view.definition = e.definition,
                InstrumentView { definition: e.definition, state: None, quote: None, quoted_at: EngineTime(0) },
            ),
            Event::AccountDefined(e) => define(
                &mut self.accounts,
                e.account.0,
                |view| view.definition = e.definition,
                AccountView { definition: e.definition, cash: Notional::ZERO, state: None },
            ),
            Event::SessionDefined(e) => define(
                &mut self.sessions,
                e.session.0,
                |view| view.definition = e.definition,
                SessionView { definition: e.definition, counts: SessionCounts::default() },
            ),
            Event::JournalRoomChanged(e) => self.journal_full_since = (e.has_room == 0).then_some(time),
            Event::FxRateSet(e) => self.currencies.set(e, time),
            Event::AccountCurrencyDefined(e) => self.currencies.define(e),
            Event::ForeignCashMoved(e) => self.currencies.fold(e),
            Event::AttributionDefined(e) => self.strategies.learn(e),
            Event::TradingStateChanged(e) => self.fold_switch(&e.set, e.account, e.instrument),
            Event::CashAdjusted(e) => {
                if let Some(view) = place(&mut self.accounts, e.account.0) {
                    view.cash = e.cash;
                }
            }
            Event::CommissionBooked(e) => {
                if let Some(view) = place(&mut self.accounts, e.account.0) {
                    view.cash = e.account_cash;
                }
            }
            Event::DividendPaid(e) => {
                if let Some(view) = place(&mut self.accounts, e.account.0) {
                    view.cash = e.account_cash;
                }
                self.dividends.insert((e.account, e.instrument), e.dividends);
            }
            Event::CancelRejected(_)
            | Event::OrderAccepted(_)
            | Event::OrderAdopted(_)
            | Event::CancelRequested(_)
            | Event::ReplaceRequested(_)
            | Event::ReplaceQueued(_)
            | Event::VenueAccepted(_)
            | Event::OrderAcknowledged(_)
            | Event::OrderFilled(_)
            | Event::OrderCanceled(_)
            | Event::OrderReplaced(_)
            | Event::OrderRejected(_)
            | Event::OrderExpired(_)
            | Event::StatusReported(_)
            | Event::FirmDefined(_)
            | Event::LimitChanged(_)
            | Event::QuoteDoubted(_)
            | Event::WashSuspected(_)
            | Event::ConfigurationRead(_)
            | Event::RestrictionChanged(_)
            | Event::OverrideChanged(_)
            | Event::ScopeStateSet(_)
            | Event::Alarmed(_)
            | Event::KillProgressed(_)
            | Event::ForeignCashAdjusted(_)
            | Event::ReportSuspended(_)
            | Event::TradeCanceled(_)
            | Event::TradeCorrected(_)
            | Event::TradeDisputed(_)
            | Event::OrderRestated(_)
            | Event::OrderDoneForDay(_)
            | Event::OrderStopped(_)
            | Event::OrderSuspended(_)
            | Event::OrderTriggered(_)
            | Event::MassCancelReported(_)
            | Event::MassStatusBegun(_)
            | Event::Started(_)
            | Event::Ticked(_)
            | Event::WorkAdvanced(_)
            | Event::SessionLost(_)
            | Event::TradingPhaseChanged(_)
            | Event::VenueLinked(_)
            | Event::ResolutionGiven(_)
            | Event::SplitBegun(_)
            | Event::PositionsSplit(_)
            | Event::DividendBegun(_)
            | Event::SettlementBegun(_)
            | Event::SymbolChanged(_)
            | Event::PositionAdjusted(_)
            | Event::BreaksReported(_)
            | Event::AdjustmentBooked(_)
            | Event::CloseBegun(_)
            | Event::DayMarked(_)
            | Event::DayClosed(_)
            | Event::StartChecked(_)
            | Event::Armed(_) => {}
        }
    }

    fn fold_switch(&mut self, set: &SetTradingState, account: AccountId, instrument: InstrumentId) {
        let of = match set.scope {
            Scope::Global => Some(&mut self.global),
            Scope::Account => place(&mut self.accounts, account.0).map(|view| &mut view.state),
            Scope::Instrument => place(&mut self.instruments, instrument.0).map(|view| &mut view.state),
        };
        if let Some(state) = of {
            *state = Some(*set);
        }
    }

    fn fold_position(&mut self, event: &PositionChanged) {
        if let Some(view) = place(&mut self.accounts, event.account.0) {
            view.cash = event.account_cash;
        }
        self.positions.insert((event.account, event.instrument), *event);
        if !event.cash_identity_holds() {
            self.identity_broken(event.account);
        }
    }

    fn identity_broken(&mut self, account: AccountId) {
        self.identity_breaks += 1;
        // The engine has halted it.
        if let Some(view) = place(&mut self.accounts, account.0) {
            view.state = Some(halted_for_money(view.definition.account));
        }
    }

    /// Positions whose realised P&L is not what their cash and their cost say: account and symbol.
    pub fn broken_positions(&self) -> Vec<(String, String)> {
        let broken = self.positions.values().filter(|position| !position.cash_identity_holds());
        let broken = broken.map(|position| (position.account, position.instrument));
        let named = broken.chain(self.strategies.broken()).filter_map(|(account, instrument)| {
            let account = self.accounts.get(usize::try_from(account.0).ok()?)?;
            let instrument = self.instruments.get(usize::try_from(instrument.0).ok()?)?;
            Some((account.definition.account.to_string(), instrument.definition.symbol.to_string()))
        });
        named.collect()
    }

    /// How often a position came out with money that does not add up.
    pub fn identity_breaks(&self) -> u64 {
        self.identity_breaks
    }

    fn keep_act(&mut self, seq: Seq, time: EngineTime, command: Command, applied: bool) {
        if self.acts.len() == ACTS_KEPT {
            self.acts.pop_front();
        }
        self.acts_total += 1;
        self.acts.push_back(Act { number: self.acts_total, seq, time, command, applied });
    }
}

impl InstrumentView {
    /// Halted by its own switch? The global switch is apart from it.
    pub fn is_halted(&self) -> bool {
        self.state.is_some_and(|set| set.state == TradingState::Halted)
    }
}

impl AccountView {
    /// Halted by its own switch? The global switch is apart from it.
    pub fn is_halted(&self) -> bool {
        self.state.is_some_and(|set| set.state == TradingState::Halted)
    }
}

/// What the engine does by itself to an account whose money does not add up.
fn halted_for_money(account: model::AccountName) -> SetTradingState {
    SetTradingState {
        scope: Scope::Account,
        state: TradingState::Halted,
        reserved: [0; 6],
        account,
        symbol: model::Symbol::EMPTY,
        actor: model::Text::literal("millrace"),
        reason: model::Text::literal("its money does not add up: see the alarms of /health"),
    }
}

/// Is it the act of a person?
const fn is_act(command: &Command) -> bool {
    match command {
        Command::SetTradingState(_)
        | Command::SetScopeState(_)
        | Command::AdjustCash(_)
        | Command::SetSequenceNumbers(_)
        | Command::Reload(_)
        | Command::EnterOrder(_)
        | Command::SplitOrders(_)
        | Command::SplitInstrument(_)
        | Command::PayDividend(_)
        | Command::SettleInstrument(_)
        | Command::ChangeSymbol(_)
        | Command::ReportBreaks(_)
        | Command::AdjustPosition(_)
        | Command::SetFxRate(_)
        | Command::AdjustForeignCash(_)
        | Command::CloseDay(_)
        | Command::Arm(_)
        | Command::DecideLimit(_)
        | Command::RestrictInstrument(_)
        | Command::GrantOverride(_)
        | Command::ResolveOrder(_) => true,
        // The file says many at once.
        Command::ChangeLimit(change) => change.is_configured == 0,
        // Those that a calendar says by itself would crowd out the others.
        Command::SetTradingPhase(set) => !set.actor.is_empty(),
        _ => false,
    }
}

fn place<T>(views: &mut [T], index: u32) -> Option<&mut T> {
    views.get_mut(usize::try_from(index).ok()?)
}

/// Changes the view at `index`, or appends it where it is the next one. An index further out means that frames are
/// missing; it is not filled up, so a damaged record cannot make this allocate without bound.
fn define<T>(views: &mut Vec<T>, index: u32, change: impl FnOnce(&mut T), new: T) {
    let len = views.len();
    match place(views, index) {
        Some(view) => change(view),
        None if usize::try_from(index) == Ok(len) => views.push(new),
        None => {}
    }
}

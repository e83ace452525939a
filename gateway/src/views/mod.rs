//! What people ask about: counts, positions, cash, quotes. Folded from the journal's events and from nothing else, so
//! it agrees with the journal by construction, may lag behind it, and is rebuilt by reading it again.
//!
//! Memory is bounded by the configuration: instruments + accounts + sessions + calendars + the pairs of account and
//! instrument that ever had an order + the orders that work + the scopes that are stopped + the
//! limits of scopes + the restricted list + the overrides that wait + the last [`ACTS_KEPT`] operator
//! acts + the last [`ALARMS_KEPT`] alarms.

mod act_words;
mod acts;
mod agent;
mod alarms;
mod close;
mod counts;
mod currencies;
mod days;
mod doubt;
mod figures;
mod fold;
mod kills;
mod limits;
mod outcome;
mod overrides;
mod restricted;
mod status;
mod strategies;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{
    AccountId, Command, DefineAccount, DefineInstrument, DefineSession, EngineTime, Event, InstrumentId, Notional,
    PositionChanged, Quote, Seq, SetTradingState, TradingState,
};
use parking_lot::RwLock;

pub use act_words::ActStatus;
use acts::Acts;
pub use acts::{ACTS_KEPT, Act};
pub use agent::ViewsAgent;
pub use alarms::{ALARMS_KEPT, AlarmStatus, Alarms};
pub use close::{BreaksStatus, Close, CloseStatus};
pub use counts::{OrderCounts, RefusalCounts, SessionCounts};
use currencies::Currencies;
pub use currencies::{FxRateStatus, MoneyStatus, rate_text};
pub use days::{CalendarStatus, DayStatus};
pub use doubt::{Doubt, Doubtful};
pub use figures::{decimal, mark, money};
pub use kills::{KillStatus, Kills, Release};
pub use limits::{LimitStatus, LimitViews, ProposalStatus};
pub use outcome::Outcome;
pub use overrides::{OverrideStatus, Overrides, Used};
pub use restricted::{RemovalStatus, Restricted, RestrictionStatus};
pub use status::{AccountStatus, PositionStatus, QuoteStatus, SessionFigures, TradingStatus, ViewsStatus};
use strategies::Strategies;
pub use strategies::UNALLOCATED;

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
    restricted: Restricted,
    overrides: Overrides,
    alarms: Alarms,
    acts: Acts,
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
        let mut outcome = Outcome::of(command);
        for event in events {
            self.events += 1;
            outcome = outcome.after(&event);
            self.doubt.follow(&event);
            self.kills.follow(seq, time, &event);
            self.close.follow(seq, time, &event);
            self.limits.follow(seq, time, &event);
            self.restricted.follow(time, &event);
            self.overrides.follow(seq, time, &event);
            self.alarms.follow(seq, time, &event);
            self.fold_event(time, &event);
        }
        self.acts.keep(seq, time, command, outcome);
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

    /// The restricted list.
    pub fn restricted(&self) -> &Restricted {
        &self.restricted
    }

    /// Orders that may pass the limits of a single order.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// What somebody should hear of at once.
    pub fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// The newest operator acts, oldest first.
    pub fn acts(&self) -> impl DoubleEndedIterator<Item = &Act> {
        self.acts.iter()
    }

    /// Operator acts ever folded.
    pub fn acts_total(&self) -> u64 {
        self.acts.total()
    }

    /// Is an account of this name defined?
    pub fn account(&self, name: &model::AccountName) -> Option<&AccountView> {
        self.accounts.iter().find(|view| view.definition.account == *name)
    }

    /// Symbol(55) as it is now; empty of what is not known.
    fn symbol(&self, instrument: InstrumentId) -> String {
        let view = usize::try_from(instrument.0).ok().and_then(|index| self.instruments.get(index));
        view.map_or_else(String::new, |view| view.definition.symbol.to_string())
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

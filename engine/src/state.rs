//! Everything that the engine knows, in memory, owned by one thread.

use model::{
    AccountId, AccountName, CompId, DefineInstrument, DefineSession, EngineTime, InstrumentId, OrderId, Seq, SessionId,
    Symbol, TradingState,
};
use risk::{Bucket, Reference};

use crate::accounts::Account;
use crate::evolve::Stamp;
use crate::executions::Executions;
use crate::hash::{self, StateHash};
use crate::holdings::{Holding, Holdings};
use crate::orders::{Order, Orders};
use crate::registry::Registry;

/// How much the engine makes room for before it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capacities {
    /// Orders that are remembered, working and closed.
    pub orders: usize,
    /// Pairs of account and instrument that ever held an order.
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
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) definition: DefineSession,
    pub(crate) account: Option<AccountId>,
    pub(crate) bucket: Bucket,
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
    pub(crate) instruments: Registry<Symbol, Instrument>,
    pub(crate) accounts: Registry<AccountName, Account>,
    pub(crate) sessions: Registry<(CompId, CompId), Session>,
    pub(crate) trading: TradingState,
    pub(crate) acknowledge_at_venue: bool,
    pub(crate) last: Stamp,
    pub(crate) venue_exec_id: u64,
    pub(crate) executions: Executions,
}

impl State {
    /// Nothing is known yet; room is made now.
    pub fn new(capacities: Capacities) -> State {
        State {
            orders: Orders::new(capacities.orders),
            holdings: Holdings::new(capacities.holdings),
            instruments: Registry::new(),
            accounts: Registry::new(),
            sessions: Registry::new(),
            trading: TradingState::Active,
            acknowledge_at_venue: false,
            last: Stamp { seq: Seq(0), time: EngineTime(0) },
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

    /// The orders that work, in no particular order.
    pub fn working_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.remembered().filter(|order| order.view.ord_status.is_working())
    }

    /// How many orders work.
    pub fn working_count(&self) -> usize {
        self.orders.working()
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

    /// All holdings.
    pub fn holdings(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.iter()
    }

    /// The global kill switch.
    pub fn trading(&self) -> TradingState {
        self.trading
    }

    /// Does every sum equal its parts? Walks everything; for tests and verification.
    ///
    /// # Panics
    /// With the sum that does not.
    pub fn assert_sums(&self) {
        for (id, account) in self.accounts() {
            let own = || self.working_orders().filter(move |order| order.view.account == id);
            let reserved: i128 = own().map(|order| order.reserved.units()).sum();
            assert_eq!(account.reserved.units(), reserved, "reserved cash of account {id}");
            assert_eq!(account.open_orders as usize, own().count(), "open orders of account {id}");
        }
        for holding in self.holdings() {
            let own = |side| {
                self.working_orders()
                    .filter(move |order| {
                        order.view.account == holding.account && order.view.instrument == holding.instrument
                    })
                    .filter(move |order| order.view.side == side)
                    .map(|order| order.held_qty().units())
                    .sum::<i64>()
            };
            assert_eq!(holding.exposure.open_buys.units(), own(model::Side::Buy), "open buys of {holding:?}");
            assert_eq!(holding.exposure.open_sells.units(), own(model::Side::Sell), "open sells of {holding:?}");
            assert!(holding.cash_identity_holds(), "cash identity of {holding:?}");
        }
    }
}

//! Positions in money, at the reference price of their instrument: of each account, of each strategy, of the firm.
//!
//! Each holding knows what it adds to its account and to the firm, each strategy's exposure what it adds to the strategy; whatever
//! moves one - a fill, a price, with a margin rate also an order - exchanges that share in the sums. A price moves those who hold
//! that instrument, which are chained, and nobody else: the first [`AT_ONCE`] of them in its own frame, the others in steps of as
//! many. The next price of the instrument goes on where the last one stood, so that it is the turn of all however often prices come.
//! Where no limit asks for any of it nothing is valued; the first such limit has everything valued once, and until that is done
//! nobody knows what a scope's positions come to.

use model::{InstrumentId, KillScope, LimitKind, Notional};
use risk::{Terms, Valued, WideExposure};

use crate::order::NONE;
use crate::state::State;

/// The limits that ask for it.
pub(crate) const VALUED: u64 = LimitKind::Concentration.bit()
    | LimitKind::GrossExposure.bit()
    | LimitKind::NetExposure.bit()
    | LimitKind::Leverage.bit()
    | LimitKind::Margin.bit()
    | LimitKind::MarginUsed.bit();

/// Shares that are looked at in one frame.
const AT_ONCE: u32 = 128;

/// What each slot adds, and the chain of the slots of each instrument.
#[derive(Clone, Debug)]
pub(crate) struct Shares {
    chains: Vec<Chain>,
    slots: Vec<Share>,
}

/// The slots of one instrument.
#[derive(Clone, Copy, Debug)]
struct Chain {
    first: u32,
    len: u32,
    /// The slot that is looked at next, and how many still are to be.
    next: u32,
    left: u32,
}

impl Chain {
    const EMPTY: Chain = Chain { first: NONE, len: 0, next: NONE, left: 0 };
}

#[derive(Clone, Copy, Debug)]
struct Share {
    next: u32,
    valued: Valued,
}

impl Shares {
    pub(crate) fn new(capacity: usize) -> Shares {
        Shares { chains: Vec::new(), slots: Vec::with_capacity(capacity) }
    }

    /// See [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        crate::orders::touch(&mut self.slots, Share { next: NONE, valued: Valued::default() });
    }

    /// An instrument was defined.
    pub(crate) fn make_room(&mut self, instrument: InstrumentId) {
        let len = self.chains.len().max(instrument.0 as usize + 1);
        self.chains.resize(len, Chain::EMPTY);
    }

    /// The next slot was made.
    pub(crate) fn push(&mut self, instrument: InstrumentId) {
        let slot = u32::try_from(self.slots.len()).expect("capacities fit 32 bits");
        let chain = &mut self.chains[instrument.0 as usize];
        let next = std::mem::replace(&mut chain.first, slot);
        chain.len += 1;
        // It lies before those that are still to be looked at, once the end of the chain is reached.
        chain.left += u32::from(chain.left > 0);
        self.slots.push(Share { next, valued: Valued::default() });
    }

    pub(crate) fn get(&self, slot: u32) -> &Valued {
        &self.slots[slot as usize].valued
    }

    /// All of them are to be looked at, from where the last look ended.
    fn look_at_all(&mut self, instrument: InstrumentId) {
        let chain = &mut self.chains[instrument.0 as usize];
        chain.left = chain.len;
    }

    /// How many still are to be looked at.
    pub(crate) fn left(&self, instrument: InstrumentId) -> u32 {
        self.chains[instrument.0 as usize].left
    }

    /// The slot that is to be looked at next.
    fn pop(&mut self, instrument: InstrumentId) -> Option<u32> {
        let chain = &mut self.chains[instrument.0 as usize];
        chain.left = chain.left.checked_sub(1)?;
        let slot = if chain.next == NONE { chain.first } else { chain.next };
        chain.next = self.slots[slot as usize].next;
        Some(slot)
    }

    fn replace(&mut self, slot: u32, valued: Valued) -> Valued {
        std::mem::replace(&mut self.slots[slot as usize].valued, valued)
    }
}

impl State {
    /// Does any limit ask for it?
    #[inline]
    pub(crate) fn values(&self) -> bool {
        self.scopes.ask_for_values()
    }

    fn terms(&self, instrument: InstrumentId) -> Terms {
        let own = self.instruments.get(instrument.0).expect("what is held is defined");
        let margin = self.scopes.get(KillScope::Instrument, instrument.0).limits.get(LimitKind::Margin);
        Terms {
            px: own.reference.px(),
            contract: own.definition.contract(),
            valuation: own.definition.valuation,
            margin: margin.map_or(0, |margin| i64::try_from(margin.value).unwrap_or(i64::MAX)),
            in_base: self.in_base(instrument),
        }
    }

    /// A holding's position moved.
    pub(crate) fn value_holding(&mut self, slot: u32) {
        if self.values() {
            let terms = self.terms(self.holdings.get(slot).instrument);
            self.value_holding_at(slot, &terms);
        }
    }

    /// What is open in a holding moved: that makes its margin another one, and nothing else.
    pub(crate) fn margin_holding(&mut self, slot: u32) {
        let instrument = self.holdings.get(slot).instrument;
        let limits = &self.scopes.get(KillScope::Instrument, instrument.0).limits;
        if limits.get(LimitKind::Margin).is_some() {
            self.value_holding(slot);
        }
    }

    /// A strategy's position moved.
    pub(crate) fn value_strategy(&mut self, strategy: u32, instrument: InstrumentId) {
        if strategy != NONE && self.values() {
            let terms = self.terms(instrument);
            let slot = self.exposures.slot_of(strategy, instrument).expect("an order of it came");
            self.value_strategy_at(slot, &terms);
        }
    }

    /// The price or the terms of an instrument moved: those who hold it come to something else.
    pub(crate) fn value_instrument(&mut self, instrument: InstrumentId) {
        if !self.values() {
            return;
        }
        self.look_at_shares(instrument);
        // Where others wait this one waits behind them.
        if self.agenda.values.front() == Some(&instrument) {
            self.values_advanced();
        }
    }

    fn look_at_shares(&mut self, instrument: InstrumentId) {
        let waits = self.is_valuing(instrument);
        self.holding_shares.look_at_all(instrument);
        self.strategy_shares.look_at_all(instrument);
        if !waits && self.is_valuing(instrument) {
            self.agenda.values.push_back(instrument);
        }
    }

    /// Are there shares in it that are not what they come to by now?
    fn is_valuing(&self, instrument: InstrumentId) -> bool {
        self.holding_shares.left(instrument) + self.strategy_shares.left(instrument) > 0
    }

    /// The next shares are looked at, of the instruments in the order in which they wait.
    pub(crate) fn values_advanced(&mut self) {
        let mut looks = AT_ONCE;
        while looks > 0
            && let Some(instrument) = self.agenda.values.front().copied()
        {
            looks = self.value_some(instrument, looks);
            if !self.is_valuing(instrument) {
                self.agenda.values.pop_front();
            }
        }
        self.agenda.values_anew &= !self.agenda.values.is_empty();
    }

    /// What is left of so many looks.
    fn value_some(&mut self, instrument: InstrumentId, looks: u32) -> u32 {
        let terms = self.terms(instrument);
        for left in (0..looks).rev() {
            if let Some(slot) = self.holding_shares.pop(instrument) {
                self.value_holding_at(slot, &terms);
            } else if let Some(slot) = self.strategy_shares.pop(instrument) {
                self.value_strategy_at(slot, &terms);
            } else {
                return left + 1;
            }
        }
        0
    }

    /// A limit asks for it where none did, or it is in another currency from now on: until all is looked at it is not known.
    pub(crate) fn value_all(&mut self) {
        if self.values() {
            (0..self.instruments.len()).for_each(|index| self.look_at_shares(InstrumentId(index)));
            self.agenda.values_anew = !self.agenda.values.is_empty();
            self.values_advanced();
        }
    }

    fn value_holding_at(&mut self, slot: u32, terms: &Terms) {
        let holding = self.holdings.get(slot);
        let account = holding.account.0;
        let after = Valued::of(&holding.exposure.into(), holding.cost, terms);
        let before = self.holding_shares.replace(slot, after);
        if before != after {
            self.scopes.usage_mut(KillScope::Account, account).valued.exchange(&before, &after);
            self.scopes.usage_mut(KillScope::Firm, 0).valued.exchange(&before, &after);
        }
    }

    /// Equity and margin are an account's.
    fn value_strategy_at(&mut self, slot: u32, terms: &Terms) {
        let own = *self.exposures.get(slot);
        let exposure = WideExposure { open_buys: 0, open_sells: 0, ..own.exposure };
        let after = Valued::of(&exposure, Notional::ZERO, &Terms { margin: 0, ..*terms });
        let after = Valued { worth: Notional::ZERO, ..after };
        let before = self.strategy_shares.replace(slot, after);
        if before != after {
            self.scopes.usage_mut(KillScope::Strategy, own.strategy).valued.exchange(&before, &after);
        }
    }

    /// # Panics
    /// With the scope whose sum is not that of its shares, or the holding whose share is not what it comes to.
    pub(crate) fn assert_valued(&self) {
        let zero = Valued::default;
        let mut firm = zero();
        let mut accounts: Vec<Valued> = self.accounts.iter().map(|_| zero()).collect();
        for (slot, holding) in (0..).zip(self.holdings.iter()) {
            let share = self.holding_shares.get(slot);
            firm.exchange(&zero(), share);
            accounts[holding.account.0 as usize].exchange(&zero(), share);
            let terms = self.terms(holding.instrument);
            let comes_to = Valued::of(&holding.exposure.into(), holding.cost, &terms);
            let is_to_come = !self.values() || self.is_valuing(holding.instrument);
            assert!(is_to_come || *share == comes_to, "share of {holding:?}");
        }
        let mut strategies: Vec<Valued> = (0..self.scopes.strategies.len()).map(|_| zero()).collect();
        for (slot, own) in (0..).zip(self.exposures.of_strategies()) {
            strategies[own.strategy as usize].exchange(&zero(), self.strategy_shares.get(slot));
        }
        assert_eq!(self.scopes.get(KillScope::Firm, 0).usage.valued, firm, "positions of the firm");
        for (scope, sums) in [(KillScope::Account, accounts), (KillScope::Strategy, strategies)] {
            for (index, sum) in (0..).zip(sums) {
                assert_eq!(self.scopes.get(scope, index).usage.valued, sum, "positions of {scope:?} {index}");
            }
        }
    }
}

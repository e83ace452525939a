//! Positions in money, at the reference price of their instrument: of each account, of each strategy, of the firm.
//!
//! Each holding knows what it adds to its account and to the firm, each strategy's exposure what it adds to the strategy; whatever
//! moves one - a fill, a price, with a margin rate also an order - exchanges that share in the sums. A price moves those who hold
//! that instrument, which are chained, and nobody else: its cost grows with them, and with nothing else. Where no limit asks for any
//! of it nothing is valued; the first such limit values everything once.

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

/// What each slot adds, and the chain of the slots of each instrument.
#[derive(Clone, Debug)]
pub(crate) struct Shares {
    first: Vec<u32>,
    slots: Vec<Share>,
}

#[derive(Clone, Copy, Debug)]
struct Share {
    next: u32,
    valued: Valued,
}

impl Shares {
    pub(crate) fn new(capacity: usize) -> Shares {
        Shares { first: Vec::new(), slots: Vec::with_capacity(capacity) }
    }

    /// See [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        crate::orders::touch(&mut self.slots, Share { next: NONE, valued: Valued::default() });
    }

    /// An instrument was defined.
    pub(crate) fn make_room(&mut self, instrument: InstrumentId) {
        let len = self.first.len().max(instrument.0 as usize + 1);
        self.first.resize(len, NONE);
    }

    /// The next slot was made.
    pub(crate) fn push(&mut self, instrument: InstrumentId) {
        let slot = u32::try_from(self.slots.len()).expect("capacities fit 32 bits");
        let first = &mut self.first[instrument.0 as usize];
        self.slots.push(Share { next: std::mem::replace(first, slot), valued: Valued::default() });
    }

    pub(crate) fn get(&self, slot: u32) -> &Valued {
        &self.slots[slot as usize].valued
    }

    fn first(&self, instrument: InstrumentId) -> u32 {
        self.first[instrument.0 as usize]
    }

    fn next(&self, slot: u32) -> u32 {
        self.slots[slot as usize].next
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
        let terms = self.terms(instrument);
        let mut slot = self.holding_shares.first(instrument);
        while slot != NONE {
            self.value_holding_at(slot, &terms);
            slot = self.holding_shares.next(slot);
        }
        let mut slot = self.strategy_shares.first(instrument);
        while slot != NONE {
            self.value_strategy_at(slot, &terms);
            slot = self.strategy_shares.next(slot);
        }
    }

    /// A limit asks for it that did not before, or asks for something else.
    pub(crate) fn value_all(&mut self) {
        (0..self.instruments.len()).for_each(|index| self.value_instrument(InstrumentId(index)));
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
            assert!(!self.values() || *share == comes_to, "share of {holding:?}");
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

//! Profit and loss of the firm, of each account and each strategy, as the loss limits see it: kept at each fill and at each quote.
//!
//! What a scope has in one instrument is a cell: position, money that moved, and what the position is worth at the last usable
//! mark, in the instrument's currency. A scope's P&L is the sum of them in the firm's base currency, at the last rates. P&L is money plus worth, so no cost method has a say in it: it is realised plus unrealised plus dividends less fees.
//! A quote marks the open cells of its instrument that belong to limited scopes, [`CELLS_PER_QUOTE`] of them in its own frame and
//! the others in steps. What no limit looks at is marked at its own fills only.

mod cell;
mod total;

use model::{AccountId, DefineInstrument, InstrumentId, KillScope, Notional, Prices, Px, Qty};

pub(crate) use cell::{Cell, Move};
pub(crate) use total::At;
pub use total::Total;

use risk::Conversion;

use crate::drift::Drift;
use crate::index::Index;
use crate::order::NONE;
use crate::registry::Registry;
use crate::split::Ratio;
use crate::state::Instrument;

/// Cells that a quote marks in its own frame: each may stop a scope, and a frame has room for few events.
pub(crate) const CELLS_PER_QUOTE: usize = 8;
/// Cells that one step marks.
pub(crate) const CELLS_PER_STEP: usize = 64;
/// The scopes that have a P&L.
pub(crate) const SCOPES: [KillScope; 3] = [KillScope::Firm, KillScope::Account, KillScope::Strategy];

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct Pnl {
    cells: Vec<Cell>,
    index: Index,
    /// Cells that strategies may still take; accounts have as many as holdings, and so has the firm.
    for_strategies: usize,
    totals: [Vec<Total>; SCOPES.len()],
    /// Of the cells of strategies, by [`Cell::drift`].
    drifts: Vec<Drift>,
    prices: Vec<Priced>,
}

/// What is known of an instrument's prices, and the cells that they mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Priced {
    /// The last usable ones: a side that a quote leaves empty stays as it was.
    pub(crate) last: Prices,
    /// The first open cell of a limited scope.
    first: u32,
    /// The next one that a step marks; [`NONE`] where none is due.
    pub(crate) cursor: u32,
    /// There was another quote meanwhile: all are marked once more.
    again: bool,
}

impl Default for Priced {
    fn default() -> Self {
        Priced { last: Prices::default(), first: NONE, cursor: NONE, again: false }
    }
}

fn place(scope: KillScope) -> Option<usize> {
    SCOPES.iter().position(|one| *one == scope)
}

impl Pnl {
    /// Room for as many cells as the holdings of accounts, of the firm and of strategies may need.
    pub(crate) fn new(holdings: usize) -> Pnl {
        let capacity = holdings * SCOPES.len();
        Pnl {
            cells: Vec::with_capacity(capacity),
            index: Index::new(capacity),
            for_strategies: holdings,
            totals: [const { Vec::new() }; SCOPES.len()],
            drifts: Vec::with_capacity(holdings),
            prices: Vec::new(),
        }
    }

    /// An instrument, an account or a strategy was defined.
    pub(crate) fn make_room(&mut self, scope: KillScope, index: u32) {
        let room = index as usize + 1;
        if scope == KillScope::Instrument {
            self.prices.resize(self.prices.len().max(room), Priced::default());
        } else if let Some(place) = place(scope) {
            let totals = &mut self.totals[place];
            totals.resize(totals.len().max(room), Total::default());
        }
    }

    /// What a scope has made; nothing where it never traded.
    pub(crate) fn total(&self, scope: KillScope, index: u32) -> Total {
        let totals = place(scope).map(|place| &self.totals[place]);
        totals.and_then(|totals| totals.get(index as usize)).copied().unwrap_or_default()
    }

    pub(crate) fn prices(&self, instrument: u32) -> Priced {
        self.prices.get(instrument as usize).copied().unwrap_or_default()
    }

    fn find(&self, scope: KillScope, index: u32, instrument: u32) -> Option<u32> {
        self.index.find(hash(scope, index, instrument), |at| self.cells[at as usize].is(scope, index, instrument))
    }

    fn has_room(&self, scope: KillScope) -> bool {
        scope != KillScope::Strategy || self.for_strategies > 0
    }

    /// The cell, made if it is not there; `None` where there is no room for it.
    fn slot(&mut self, scope: KillScope, index: u32, instrument: u32) -> Option<u32> {
        if let Some(at) = self.find(scope, index, instrument) {
            return Some(at);
        }
        if !self.has_room(scope) {
            return None;
        }
        let mut cell = Cell::new(scope, index, instrument);
        if scope == KillScope::Strategy {
            self.for_strategies -= 1;
            cell.drift = u32::try_from(self.drifts.len()).expect("capacities fit 32 bits");
            self.drifts.push(Drift::default());
        }
        let at = u32::try_from(self.cells.len()).expect("capacities fit 32 bits");
        self.cells.push(cell);
        self.index.insert(hash(scope, index, instrument), at);
        Some(at)
    }

    /// The window of a strategy's executions in an instrument.
    pub(crate) fn drift(&self, strategy: u32, instrument: u32) -> Drift {
        let cell = self.find(KillScope::Strategy, strategy, instrument).map(|at| &self.cells[at as usize]);
        cell.and_then(|cell| self.drifts.get(cell.drift as usize)).copied().unwrap_or_default()
    }

    /// It is another one now.
    pub(crate) fn set_drift(&mut self, strategy: u32, instrument: u32, drift: Drift) {
        if let Some(slot) = self.slot(KillScope::Strategy, strategy, instrument) {
            self.drifts[self.cells[slot as usize].drift as usize] = drift;
        }
    }

    /// A person has looked: the windows of the strategy begin anew.
    pub(crate) fn forget_drifts(&mut self, strategy: u32) {
        for cell in self.cells.iter().filter(|cell| (cell.scope, cell.index) == (KillScope::Strategy, strategy)) {
            self.drifts[cell.drift as usize] = Drift::default();
        }
    }

    /// All of them, with strategy and instrument.
    pub(crate) fn drifts(&self) -> impl Iterator<Item = (u32, u32, &Drift)> {
        let own = self.cells.iter().filter(|cell| cell.scope == KillScope::Strategy);
        own.map(|cell| (cell.index, cell.instrument, &self.drifts[cell.drift as usize]))
    }

    /// The three scopes that a trade of this account and strategy counts for; no strategy is [`NONE`].
    pub(crate) fn scopes_of(account: AccountId, strategy: u32) -> impl Iterator<Item = (KillScope, u32)> {
        SCOPES.into_iter().zip([0, account.0, strategy]).filter(|(_, index)| *index != NONE)
    }

    /// What a scope has made after a trade: read only, for the frame that brings it.
    pub(crate) fn after_move(
        &self,
        (scope, index): (KillScope, u32),
        definition: &DefineInstrument,
        (instrument, moved): (InstrumentId, Move),
        at: At,
    ) -> Total {
        let found = self.find(scope, index, instrument.0).map(|at| self.cells[at as usize]);
        if found.is_none() && !self.has_room(scope) {
            return self.total(scope, index).lost();
        }
        let before = found.unwrap_or(Cell::new(scope, index, instrument.0));
        let after = before.moved(&moved, definition, &self.prices(instrument.0).last);
        self.total(scope, index).after(at, before.pnl(), after.pnl())
    }

    /// A trade, a dividend, or a fee.
    pub(crate) fn moved(
        &mut self,
        (scope, index): (KillScope, u32),
        definition: &DefineInstrument,
        (instrument, moved): (InstrumentId, Move),
        at: At,
    ) {
        let Some(slot) = self.slot(scope, index, instrument.0) else {
            self.total_mut(scope, index).into_iter().for_each(|total| *total = total.lost());
            return;
        };
        let before = self.cells[slot as usize];
        let after = before.moved(&moved, definition, &self.prices(instrument.0).last);
        self.put(slot, after, at);
    }

    /// The cell is another one now.
    fn put(&mut self, slot: u32, after: Cell, at: At) {
        let before = std::mem::replace(&mut self.cells[slot as usize], after);
        let Some(total) = self.total_mut(after.scope, after.index) else { return };
        *total = total.after(at, before.pnl(), after.pnl());
        let is_listed = total.is_watched && !after.position.is_zero();
        match (after.is_listed, is_listed) {
            (false, true) => self.list(slot),
            (true, false) => self.unlist(slot),
            (true, true) | (false, false) => {}
        }
    }

    fn total_mut(&mut self, scope: KillScope, index: u32) -> Option<&mut Total> {
        self.make_room(scope, index);
        self.totals[place(scope)?].get_mut(index as usize)
    }

    /// What the first cells of an instrument, or those from `from` on, make of their scopes at these prices.
    pub(crate) fn after_quote(
        &self,
        instrument: InstrumentId,
        definition: &DefineInstrument,
        prices: &Prices,
        from: Option<u32>,
    ) -> impl Iterator<Item = (u32, Cell, Cell)> + '_ {
        let (definition, prices) = (*definition, *prices);
        let mut next = from.unwrap_or_else(|| self.prices(instrument.0).first);
        std::iter::from_fn(move || {
            let slot = (next != NONE).then_some(next)?;
            let before = self.cells[slot as usize];
            next = before.next;
            Some((slot, before, before.marked(&definition, &prices)))
        })
    }

    /// A quote. True: steps are to go on with cells that it did not come to, and none are on their way yet.
    pub(crate) fn quoted(
        &mut self,
        instrument: InstrumentId,
        definition: &DefineInstrument,
        seen: &Prices,
        at: At,
    ) -> bool {
        let Some(priced) = self.prices.get_mut(instrument.0 as usize) else { return false };
        priced.last = usable(&priced.last, seen);
        let (prices, first) = (priced.last, priced.first);
        let rest = self.mark(first, definition, &prices, CELLS_PER_QUOTE, at);
        let priced = &mut self.prices[instrument.0 as usize];
        if rest == NONE {
            return false;
        }
        if priced.cursor != NONE {
            priced.again = true;
            return false;
        }
        priced.cursor = rest;
        true
    }

    /// A step marked so many more cells. True: it was the last.
    pub(crate) fn stepped(
        &mut self,
        instrument: InstrumentId,
        definition: &DefineInstrument,
        cells: usize,
        at: At,
    ) -> bool {
        let Priced { last, cursor, .. } = self.prices(instrument.0);
        let rest = self.mark(cursor, definition, &last, cells, at);
        let Some(priced) = self.prices.get_mut(instrument.0 as usize) else { return true };
        priced.cursor = rest;
        if rest == NONE && std::mem::take(&mut priced.again) {
            priced.cursor = priced.first;
        }
        priced.cursor == NONE
    }

    /// Marks so many cells from `slot` on; the one after them.
    fn mark(&mut self, mut slot: u32, definition: &DefineInstrument, prices: &Prices, most: usize, at: At) -> u32 {
        for _ in 0..most {
            if slot == NONE {
                break;
            }
            let before = self.cells[slot as usize];
            self.put(slot, before.marked(definition, prices), at);
            slot = before.next;
        }
        slot
    }

    /// A scope has limits of its P&L from now on, or none any more. All of its cells are looked for: an operator's act.
    pub(crate) fn watch(
        &mut self,
        scope: KillScope,
        index: u32,
        is_watched: bool,
        instruments: &Registry<model::Symbol, Instrument>,
        at: At,
    ) {
        let Some(total) = self.total_mut(scope, index) else { return };
        if total.is_watched == is_watched {
            return;
        }
        total.is_watched = is_watched;
        for slot in 0..self.cells.len() {
            let cell = self.cells[slot];
            if (cell.scope, cell.index) == (scope, index)
                && let Some(instrument) = instruments.get(cell.instrument)
            {
                let marked = cell.marked(&instrument.definition, &self.prices(cell.instrument).last);
                self.put(u32::try_from(slot).expect("capacities fit 32 bits"), marked, at);
            }
        }
        if let Some(total) = self.total_mut(scope, index).filter(|total| total.is_watched) {
            total.begin();
        }
    }

    /// Losses of a scope within so many nanoseconds are looked for from now on; 0 for none.
    pub(crate) fn look_within(&mut self, scope: KillScope, index: u32, window: i64, at: At) {
        if let Some(total) = self.total_mut(scope, index) {
            *total = total.on(at);
            total.look_within(window, at.now);
        }
    }

    /// A rate: what is traded in that currency comes to something else. All cells are looked at: an operator's act.
    pub(crate) fn revalue(&mut self, in_base: Conversion, is_of_it: impl Fn(u32) -> bool, at: At) {
        for slot in 0..self.cells.len() {
            let cell = self.cells[slot];
            if is_of_it(cell.instrument) {
                self.put(u32::try_from(slot).expect("capacities fit 32 bits"), Cell { in_base, ..cell }, at);
            }
        }
    }

    /// A split: prices in new units. Positions follow by [`Pnl::moved`] and [`Pnl::split`].
    pub(crate) fn split_prices(&mut self, instrument: InstrumentId, ratio: Ratio) {
        if let Some(priced) = self.prices.get_mut(instrument.0 as usize) {
            let Prices { bid_px, ask_px, last_px, .. } = &mut priced.last;
            [bid_px, ask_px, last_px].into_iter().for_each(|px| *px = in_new_units(*px, ratio));
        }
    }

    /// A split of what a scope has: its worth stays.
    pub(crate) fn split(&mut self, instrument: InstrumentId, at: At, of: impl Fn(&Cell) -> Qty) {
        for slot in 0..self.cells.len() {
            let cell = self.cells[slot];
            if cell.instrument == instrument.0 {
                let position = of(&cell);
                self.put(u32::try_from(slot).expect("capacities fit 32 bits"), Cell { position, ..cell }, at);
            }
        }
    }

    fn list(&mut self, slot: u32) {
        let cell = &mut self.cells[slot as usize];
        let Some(priced) = self.prices.get_mut(cell.instrument as usize) else { return };
        (cell.is_listed, cell.before, cell.next) = (true, NONE, priced.first);
        let after = std::mem::replace(&mut priced.first, slot);
        if after != NONE {
            self.cells[after as usize].before = slot;
        }
    }

    fn unlist(&mut self, slot: u32) {
        let Cell { instrument, before, next, .. } = self.cells[slot as usize];
        let priced = &mut self.prices[instrument as usize];
        if priced.cursor == slot {
            priced.cursor = next;
        }
        match before {
            NONE => priced.first = next,
            before => self.cells[before as usize].next = next,
        }
        if next != NONE {
            self.cells[next as usize].before = before;
        }
        let cell = &mut self.cells[slot as usize];
        (cell.is_listed, cell.before, cell.next) = (false, NONE, NONE);
    }

    /// Has anything that is limited a position there?
    pub(crate) fn is_open(&self, instrument: u32) -> bool {
        self.prices(instrument).first != NONE
    }

    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// All scopes that have one.
    pub(crate) fn totals(&self) -> impl Iterator<Item = (KillScope, u32, &Total)> {
        SCOPES.iter().zip(&self.totals).flat_map(|(scope, all)| (0..).zip(all).map(|(at, total)| (*scope, at, total)))
    }

    pub(crate) fn priced(&self) -> &[Priced] {
        &self.prices
    }
}

/// A side that is empty now has the price that it had.
pub(crate) fn usable(known: &Prices, seen: &Prices) -> Prices {
    let or = |seen: Px, known: Px| if seen.is_zero() { known } else { seen };
    Prices {
        bid_px: or(seen.bid_px, known.bid_px),
        ask_px: or(seen.ask_px, known.ask_px),
        last_px: or(seen.last_px, known.last_px),
        age: 0,
    }
}

fn in_new_units(px: Px, ratio: Ratio) -> Px {
    let units = i128::from(px.units()) * i128::from(ratio.old) / i128::from(ratio.new.max(1));
    Px::from_units(i64::try_from(units).unwrap_or(0))
}

fn hash(scope: KillScope, index: u32, instrument: u32) -> u64 {
    crate::hash::of_words(&[u64::from(scope.value()), u64::from(index) << 32 | u64::from(instrument)])
}

/// A sum that cannot be had is as bad as can be: what is limited by it stops.
fn sum(one: Notional, other: Notional) -> Notional {
    Notional::from_units(one.units().saturating_add(other.units()))
}

fn less(one: Notional, other: Notional) -> Notional {
    Notional::from_units(one.units().saturating_sub(other.units()))
}

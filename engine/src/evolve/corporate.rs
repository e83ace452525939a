//! Splits, dividends, daily settlements and new symbols.

use model::{
    AdjustmentKind, DividendBegun, DividendPaid, ExecId, OrderId, PositionAdjusted, PositionsSplit, Qty,
    SettlementBegun, SymbolChanged,
};

use crate::agenda::Action;
use crate::decide::legs;
use crate::fills::{NONE, NewFill};
use crate::order::NONE as NONE_OF_THEM;
use crate::pnl::Move;
use crate::split::Ratio;
use crate::state::State;

impl State {
    pub(super) fn positions_split(&mut self, e: &PositionsSplit) {
        let ratio = Ratio { new: u64::from(e.split.numerator), old: u64::from(e.split.denominator) };
        let State { holdings, fills, exposures, .. } = self;
        let mut position = 0;
        for holding in holdings.iter_mut().filter(|holding| holding.instrument == e.instrument) {
            fills.split(holding, ratio);
            position += i128::from(holding.exposure.position.units());
        }
        exposures.split(e.instrument, position, e.split.numerator, e.split.denominator);
        self.value_instrument(e.instrument);
        self.short_sales.recount(e.instrument, &self.holdings);
        self.split_pnl(e.instrument, ratio);
        self.begin_action(Action { split: Some(*e), ..Action::default() });
    }

    pub(super) fn dividend_begun(&mut self, e: &DividendBegun) {
        self.begin_action(Action { dividend: Some(*e), ..Action::default() });
    }

    pub(super) fn settlement_begun(&mut self, e: &SettlementBegun) {
        self.begin_action(Action { settlement: Some(*e), ..Action::default() });
    }

    fn begin_action(&mut self, action: Action) {
        self.agenda.actions.push_back(Action { until: self.holdings.len(), ..action });
    }

    pub(super) fn action_advanced(&mut self, cursor: u64, is_done: bool) {
        if is_done {
            self.agenda.actions.pop_front();
        } else if let Some(action) = self.agenda.actions.front_mut() {
            action.cursor = cursor as usize;
        }
    }

    pub(super) fn dividend_paid(&mut self, e: &DividendPaid) {
        let slot = self.holding_slot(e.account, e.instrument);
        let other = e.dividends - self.holdings.get(slot).dividends;
        self.pnl_moved(e.account, NONE_OF_THEM, e.instrument, Move { other, ..Move::default() });
        self.holdings.get_mut(slot).dividends = e.dividends;
        self.account_mut(e.account).cash = e.account_cash;
    }

    /// It counts like trades that no order did: whatever is busted later, the books come out of all of them.
    pub(super) fn position_adjusted(&mut self, e: &PositionAdjusted) {
        let holding = self.holding_slot(e.account, e.instrument);
        let contract = self.instruments.get(e.instrument.0).expect("decide knows the instrument").definition.contract();
        let value = contract.value(e.px, Qty::from_units(e.qty.units().abs())).expect("decide counted it");
        let held = self.holdings.get(holding).exposure;
        let count = if e.kind == AdjustmentKind::Settlement { 2 } else { 1 };
        for trade in legs(e.qty, value).into_iter().take(count) {
            let books = self.fills.books_after(self.holdings.get(holding), &trade).expect("decide counted it");
            let at = ExecId { seq: self.last.seq, index: self.index };
            let fill = NewFill { order_id: OrderId(0), venue_exec_id: 0, px: e.px, contract, trade, at, holding };
            self.holdings.record(&mut self.fills, fill, NONE);
            let moved = self.holdings.get(holding).moved_to(&books);
            self.pnl_moved(e.account, NONE_OF_THEM, e.instrument, moved);
            self.holdings.get_mut(holding).take(books);
        }
        self.last_fill = NONE;
        let after = self.holdings.get(holding).exposure;
        self.exposures.position_changed(crate::order::NONE, e.instrument, held.position, after.position);
        self.short_sales.moved(e.instrument, &held, &after);
        self.value_holding(holding);
    }

    /// The index stays, and with it everything that hangs on it.
    pub(super) fn symbol_changed(&mut self, e: &SymbolChanged) {
        self.instruments.rename(&e.change.symbol, e.change.new_symbol);
    }
}

//! Splits, dividends, daily settlements and new symbols.

use model::{
    AdjustmentKind, DividendBegun, DividendPaid, ExecId, Notional, OrderId, PositionAdjusted, PositionsSplit, Qty,
    SettlementBegun, SymbolChanged,
};

use crate::agenda::Action;
use crate::books::Trade;
use crate::decide::legs;
use crate::fills::{Allocation, NONE, NewFill};
use crate::order::NONE as NONE_OF_THEM;
use crate::pnl::Move;
use crate::split::Ratio;
use crate::state::State;

impl State {
    pub(super) fn positions_split(&mut self, e: &PositionsSplit) {
        let ratio = Ratio { new: u64::from(e.split.numerator), old: u64::from(e.split.denominator) };
        let State { holdings, strategy_books, fills, exposures, .. } = self;
        let mut position = 0;
        for holding in holdings.iter_mut().filter(|holding| holding.instrument == e.instrument) {
            strategy_books.split(fills, holding, ratio);
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
        let (until, strategy_books) = (self.holdings.len(), self.strategy_books.len());
        self.agenda.actions.push_back(Action { until, strategy_books, ..action });
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
        self.closing.note_change(self.last.time);
        let dividend = self.agenda.actions.front().and_then(|action| action.dividend);
        let per_unit = dividend.expect("it is one of a dividend that began").dividend.per_unit;
        self.strategies_paid(slot, per_unit);
        self.strategies_pnl_paid(slot, per_unit);
    }

    /// It counts like trades that no order did: whatever is busted later, the books come out of all of them.
    pub(super) fn position_adjusted(&mut self, e: &PositionAdjusted) {
        let holding = self.holding_slot(e.account, e.instrument);
        let contract = self.instruments.get(e.instrument.0).expect("decide knows the instrument").definition.contract();
        let value = contract.value(e.px, Qty::from_units(e.qty.units().abs())).expect("decide counted it");
        let held = self.holdings.get(holding).exposure;
        let at = ExecId { seq: self.last.seq, index: self.index };
        let [close, open] = legs(e.qty, value);
        let has_strategies = self.holdings.get(holding).strategies.is_some();
        let fill = |trade, allocation| {
            let (order_id, venue_exec_id) = (OrderId(0), 0);
            NewFill { order_id, venue_exec_id, px: e.px, contract, trade, at, holding, allocation }
        };
        match e.kind {
            AdjustmentKind::CashInLieu => {
                let allocation = self.strategy_books.allocation(self.holdings.get(holding));
                self.adjust(fill(close, allocation));
            }
            AdjustmentKind::Settlement => {
                let whose = if has_strategies { Allocation::Account } else { Allocation::Unallocated };
                for trade in [close, open].into_iter().filter(|trade| !trade.qty.is_zero()) {
                    self.adjust(fill(trade, whose));
                }
                if has_strategies {
                    self.adjust(fill(Trade { qty: Qty::ZERO, value: Notional::ZERO, ..close }, Allocation::Settlement));
                }
            }
        }
        self.last_fill = NONE;
        let after = self.holdings.get(holding).exposure;
        self.exposures.position_changed(crate::order::NONE, e.instrument, held.position, after.position);
        self.short_sales.moved(e.instrument, &held, &after);
        self.value_holding(holding);
    }

    fn adjust(&mut self, fill: NewFill) {
        let holding = self.holdings.get(fill.holding);
        let books = match fill.trade.qty {
            Qty::ZERO => holding.books(),
            _ => self.fills.books_after(holding, &fill.trade).expect("decide counted it"),
        };
        let (moved, (account, instrument)) = (holding.moved_to(&books), (holding.account, holding.instrument));
        let strategy = match fill.allocation {
            Allocation::Strategy(book) => self.strategy_books.get(book).strategy,
            _ => NONE_OF_THEM,
        };
        self.pnl_moved(account, strategy, instrument, moved);
        let (slot, number) = (fill.holding, self.record(fill, NONE));
        self.holdings.get_mut(slot).take(books);
        self.strategies_adjusted(number);
    }

    /// The index stays, and with it everything that hangs on it.
    pub(super) fn symbol_changed(&mut self, e: &SymbolChanged) {
        self.instruments.rename(&e.change.symbol, e.change.new_symbol);
    }
}

//! Fills, positions, cash, and what open orders hold of it.

use model::{
    AccountId, CashAdjusted, ExecId, InstrumentId, Notional, OrderFilled, PositionChanged, Qty, SessionId, Side,
    TradeCanceled, TradeCorrected, TradingState,
};
use risk::{Conversion, fee, open_notional, reserved_cash};

use crate::books::{Books, Trade};
use crate::currencies::NO_RATE;
use crate::decide::rate_of;
use crate::fills::{Allocation, NewFill};
use crate::order::{NONE, Order};
use crate::state::State;

/// An order that a venue tells of may be of any size, or of a currency that there is no rate for. So many of them still add up.
const OPEN_NOTIONAL_MAX: Notional = Notional::from_units(1 << 100);

impl State {
    pub(super) fn order_filled(&mut self, e: &OrderFilled) {
        let slot = self.known(e.order.order_id);
        let (heard, named) = (self.orders.get(slot).heard_epoch, e.venue_exec_id);
        self.applied(slot, named);
        // Where the venue counts fills that it never told of, it was not heard to the end.
        if !e.missing.is_zero() {
            self.orders.get_mut(slot).heard_epoch = heard;
        }
        let Order { view, holding, .. } = *self.orders.get(slot);
        self.count_short_sale(holding, view.instrument, view.side, e.last_qty);
        self.record_fill(slot, e);
        self.count_trade(slot, e);
        self.traded_by = self.orders.get(slot).strategy;
        self.drifted(self.traded_by, e);
        let order = self.orders.get_mut(slot);
        order.at_venue = true;
        order.acknowledged = true;
        order.view.cum_qty = e.order.cum_qty;
        order.view.cum_notional = e.order.cum_notional;
        order.view.idle = 0;
        order.missing = e.missing;
        self.change(slot, &e.order);
        self.look_at_group(slot);
    }

    fn record_fill(&mut self, slot: u32, e: &OrderFilled) {
        let Order { view, last_fill, holding, book, strategy, .. } = *self.orders.get(slot);
        let contract = self.instruments.get(view.instrument.0).expect("orders have instruments").definition.contract();
        let value = contract.value(e.last_px, e.last_qty).expect("decide counted it");
        let fill = NewFill {
            order_id: view.order_id,
            venue_exec_id: e.venue_exec_id,
            px: e.last_px,
            contract,
            trade: Trade { side: view.side, qty: e.last_qty, value },
            at: ExecId { seq: self.last.seq, index: self.index },
            holding,
            allocation: Allocation::of(book),
        };
        self.last_strategy = strategy;
        let number = self.record(fill, last_fill);
        let (day, in_base) = (self.firm_day(), self.in_base(view.instrument));
        let line = self.holdings.get(holding).foreign_cash.and_then(|slot| self.currencies.cash.get(slot));
        let fx = line.map_or(NO_RATE, |line| rate_of(self, line));
        let fill = self.fills.get_mut(number).expect("it was just written down");
        (fill.day, fill.in_base, fill.fx) = (day, in_base, fx);
        self.orders.get_mut(slot).last_fill = number;
        self.last_fill = number;
    }

    /// One more fill; its number.
    pub(super) fn record(&mut self, fill: NewFill, last_of_order: u64) -> u64 {
        self.strategy_books.forget_fill(&self.fills, &self.holdings);
        self.holdings.record(&mut self.fills, fill, last_of_order)
    }

    pub(super) fn trade_canceled(&mut self, e: &TradeCanceled) {
        self.recount_trade(e.fill, &e.order, None);
        let fill = self.fills.get_mut(e.fill).expect("decide found the fill");
        let holding = fill.holding;
        fill.qty = Qty::ZERO;
        fill.value = Notional::ZERO;
        fill.fee = Notional::ZERO;
        fill.venue_exec_id_now = e.venue_exec_id;
        self.holdings.recount_lots(&self.fills, holding);
        self.amended(&e.order, e.venue_exec_id);
    }

    pub(super) fn trade_corrected(&mut self, e: &TradeCorrected) {
        self.recount_trade(e.fill, &e.order, Some((e.last_px, e.last_qty)));
        let told = ExecId { seq: self.last.seq, index: self.index };
        let rate = self.accounts.get(e.order.account.0).expect("orders have accounts").definition.fee_rate;
        let fill = self.fills.get_mut(e.fill).expect("decide found the fill");
        fill.qty = fill.split.of(e.last_qty).expect("decide counted it");
        fill.last_qty = e.last_qty;
        fill.px = e.last_px;
        fill.told = told;
        fill.venue_exec_id_now = e.venue_exec_id;
        fill.value = fill.contract.value(e.last_px, e.last_qty).expect("decide counted it");
        // What the broker said stands; where it says something else now, that follows.
        if !fill.is_told {
            fill.fee = fee(fill.value, rate).expect("decide counted it");
        }
        let holding = fill.holding;
        self.holdings.recount_lots(&self.fills, holding);
        self.amended(&e.order, e.venue_exec_id);
    }

    fn amended(&mut self, after: &model::OrderView, venue_exec_id: u64) {
        let slot = self.known(after.order_id);
        let could_fill = self.orders.get(slot).standing().can_fill();
        self.applied(slot, venue_exec_id);
        self.traded_by = self.orders.get(slot).strategy;
        self.last_fill = crate::fills::NONE;
        self.last_strategy = self.orders.get(slot).strategy;
        let view = &mut self.orders.get_mut(slot).view;
        view.cum_qty = after.cum_qty;
        view.cum_notional = after.cum_notional;
        view.prior_qty = after.prior_qty;
        view.prior_notional = after.prior_notional;
        self.change(slot, after);
        if !could_fill {
            self.review_revived(slot);
        }
    }

    /// Money that does not add up is a defect of ours. Its account trades nothing new until somebody has looked and released it;
    /// followers see the same in the event, and raise the alarm.
    pub(super) fn position_changed(&mut self, e: &PositionChanged) {
        let slot = self.holding_slot(e.account, e.instrument);
        let by = std::mem::replace(&mut self.traded_by, NONE);
        let before = self.holdings.get(slot);
        let (moved, made) = (before.moved_by(e), before.closed_by(e));
        if let Some(made) = made.filter(|_| self.last_fill != crate::fills::NONE) {
            self.scopes.closed(&[NONE, NONE, NONE, e.account.0, NONE, by, NONE], made < Notional::ZERO);
        }
        self.pnl_moved(e.account, by, e.instrument, moved);
        let holding = self.holdings.get_mut(slot);
        let held = holding.exposure;
        let before = held.position;
        let (position, cost, realised) = (e.qty, e.cost, e.realised);
        holding.take(Books { position, cost, realised, cash_from_trades: e.cash_from_trades });
        holding.fees = e.fees;
        self.short_sales.moved(e.instrument, &held, &holding.exposure);
        let strategy = std::mem::replace(&mut self.last_strategy, NONE);
        self.exposures.position_changed(strategy, e.instrument, before, e.qty);
        self.value_holding(slot);
        self.value_strategy(strategy, e.instrument);
        if !position.is_zero() {
            self.closing.opened(slot, e.instrument);
        }
        self.closing.note_change(self.last.time);
        // After a fill, what was paid for it; after a bust or a correction the fill knows already.
        if let Some(fill) = self.fills.get_mut(std::mem::take(&mut self.last_fill)) {
            fill.fee = e.fee;
        }
        let account = self.account_mut(e.account);
        account.cash = e.account_cash;
        if !e.cash_identity_holds() {
            self.identity_broken(e.account);
        }
    }

    pub(super) fn cash_adjusted(&mut self, e: &CashAdjusted) {
        self.account_mut(e.account).cash = e.cash;
        self.closing.note_change(self.last.time);
    }

    pub(super) fn identity_broken(&mut self, account: AccountId) {
        self.account_mut(account).trading = TradingState::Halted;
        self.identity_breaks += 1;
    }

    /// The slot of a holding, made if it is not there.
    pub(super) fn holding_slot(&mut self, account: AccountId, instrument: InstrumentId) -> u32 {
        if let Some(slot) = self.holdings.find(account, instrument) {
            return slot;
        }
        let definition = &self.accounts.get(account.0).expect("holdings have accounts").definition;
        let foreign_cash = self.foreign_slot(account, instrument);
        let slot = self.holdings.slot(account, instrument, definition.cost_method);
        self.holdings.get_mut(slot).foreign_cash = foreign_cash;
        self.holding_shares.push(instrument);
        slot
    }

    /// The quantity that the order holds of its account's exposure: nothing while it waits for another order.
    pub(crate) fn exposed_qty(&self, order: &Order) -> Qty {
        let view = &order.view;
        if view.held != 0 && !self.counts(order) { Qty::ZERO } else { order.held_qty() }
    }

    /// Moves the account's open quantity and reserved cash by what the order's own changed, and by what that changes of the
    /// others of its group.
    pub(super) fn settle(&mut self, slot: u32) {
        self.settle_one(slot);
        self.settle_group(slot);
    }

    pub(super) fn settle_one(&mut self, slot: u32) {
        let order = self.orders.get(slot);
        let view = &order.view;
        let open_qty = self.exposed_qty(order);
        let instrument = &self.instruments.get(view.instrument.0).expect("orders have instruments").definition;
        let in_base = match (order.open_notional, order.in_base) {
            (Notional::ZERO, _) | (_, Conversion::Unknown) => self.in_base(view.instrument),
            (_, as_taken) => as_taken,
        };
        let account = self.accounts.get_mut(view.account.0).expect("orders have accounts");
        let reserved = reserved_cash(instrument, &account.definition, view.side, open_qty, order.held_px())
            .unwrap_or(Notional::from_units(i128::from(i64::MAX)));
        let after = open_notional(instrument, open_qty, order.held_px())
            .and_then(|open| in_base.of(open))
            .map_or(OPEN_NOTIONAL_MAX, |open| open.min(OPEN_NOTIONAL_MAX));
        let holding = self.holdings.get_mut(order.holding);
        let of_cash = match holding.foreign_cash.and_then(|slot| self.currencies.cash.get_mut(slot)) {
            Some(line) => &mut line.reserved,
            None => &mut account.reserved,
        };
        *of_cash = *of_cash - order.reserved + reserved;
        let exposure = &mut holding.exposure;
        let held = *exposure;
        let open = match view.side {
            Side::Buy => &mut exposure.open_buys,
            Side::Sell => &mut exposure.open_sells,
        };
        *open = *open - order.open_qty + open_qty;
        assert!(!open.units().is_negative(), "an order gives back what it took");
        self.short_sales.moved(view.instrument, &held, exposure);
        let order = self.orders.get_mut(slot);
        let before = std::mem::replace(&mut order.open_qty, open_qty);
        self.exposures.open_changed((order.strategy, order.view.instrument, order.view.side), before, open_qty);
        order.reserved = reserved;
        order.in_base = in_base;
        let before = std::mem::replace(&mut order.open_notional, after);
        let (keys, side) = (order.keys(), order.view.side);
        let holding = order.holding;
        self.hold_in_scopes(&keys, side, before, after);
        self.margin_holding(holding);
        self.rest(slot);
    }

    pub(super) fn count_message(&mut self, session: SessionId) {
        let now = self.last.time;
        if let Some(session) = self.sessions.get_mut(session.0) {
            session.bucket.take(now, session.definition.messages_per_second);
        }
    }
}

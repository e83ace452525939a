//! What was done on the trading day, by account and instrument. Each holding has its counts, which begin again with the first
//! thing that happens on another day: no session roll walks over them.

use model::{AccountId, DayCounts, InstrumentId, Notional, OrderFilled, OrderView, Px, Qty};

use crate::evolve::UNCOUNTABLE;
use crate::state::State;

impl State {
    /// The counts of the trading day that it is for the instrument.
    pub fn day_counts(&self, account: AccountId, instrument: InstrumentId) -> DayCounts {
        let counts = self.holding(account, instrument).map_or_else(DayCounts::default, |holding| holding.day);
        counts.on(self.trading_day(instrument))
    }

    /// The day that the instrument's calendar says, or that of UTC where it has none.
    fn trading_day(&self, instrument: InstrumentId) -> u32 {
        let calendar = self.calendar_of(instrument);
        calendar.map_or_else(|| DayCounts::utc_day(self.last.time), |calendar| calendar.trading_day)
    }

    /// Counts something that happened to the order.
    pub(crate) fn count_day(&mut self, slot: u32, count: impl FnOnce(&mut DayCounts, u32)) {
        let order = self.orders.get(slot);
        let (holding, day) = (order.holding, self.trading_day(order.view.instrument));
        count(&mut self.holdings.get_mut(holding).day, day);
    }

    /// Counts a fill.
    pub(crate) fn count_trade(&mut self, slot: u32, fill: &OrderFilled) {
        let instrument = self.instruments.get(fill.order.instrument.0).expect("orders have instruments");
        // `decide` counted the same value into the position.
        let notional = instrument.definition.contract().notional(fill.last_px, fill.last_qty);
        let notional = notional.unwrap_or(Notional::ZERO);
        self.count_day(slot, |counts, day| counts.trade(day, notional));
        let order = self.orders.get(slot);
        let (keys, side) = (order.keys(), order.view.side);
        // At the rate of the fill, for good. What nobody can convert is above every limit.
        let notional = self.in_base(fill.order.instrument).of(notional).unwrap_or(UNCOUNTABLE);
        self.count_fill(&keys, side, notional);
    }

    /// The fill, still as it was told of, was another one, or none: what was busted was not traded, so it uses up no limit of the day
    /// on which it was counted. Of a day that is over nothing is left to take it from.
    pub(crate) fn recount_trade(&mut self, fill: u64, order: &OrderView, after: Option<(Px, Qty)>) {
        let Some(fill) = self.fills.get(fill).copied().filter(|fill| fill.day == self.firm_day()) else { return };
        let in_base = |money| fill.in_base.of(money).unwrap_or(UNCOUNTABLE);
        let notional = |(px, qty)| in_base(fill.contract.notional(px, qty).unwrap_or(Notional::ZERO));
        let (before, after) = (notional((fill.px, fill.last_qty)), after.map(notional));
        let slot = self.orders.find(order.order_id).expect("decide found the order");
        let keys = self.orders.get(slot).keys();
        self.exchange_fill(&keys, fill.side, before, after);
    }
}

//! How much of a limit is used, for people: what the controls would see of the scope before the next order.

use model::{KillScope, LimitKind, Side};

use crate::state::State;

impl State {
    /// What a scope has used of a limit, in the limit's unit. `None` where the limit bounds single orders or windows of time, so
    /// that nothing is used up.
    pub fn limit_use(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        let usage = self.usage(scope, index);
        let day = usage.on(self.firm_day());
        let open = |side| usage.open(side).units();
        match kind {
            LimitKind::OpenOrders => Some(usage.live.into()),
            LimitKind::DailyOrders => Some(day.orders.into()),
            LimitKind::DailyCancels => Some(day.cancels.into()),
            LimitKind::DailyTrades => Some(day.trades.into()),
            LimitKind::OpenBuys => Some(open(Side::Buy)),
            LimitKind::OpenSells => Some(open(Side::Sell)),
            LimitKind::OpenNotional => open(Side::Buy).checked_add(open(Side::Sell)),
            LimitKind::DailyBuys => day.traded(Side::Buy).units().checked_add(open(Side::Buy)),
            LimitKind::DailySells => day.traded(Side::Sell).units().checked_add(open(Side::Sell)),
            _ => None,
        }
    }
}

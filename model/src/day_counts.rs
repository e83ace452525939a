//! What was done on one trading day, in one account and instrument.

use crate::money::Notional;

/// Nanoseconds of a day.
const DAY_NS: i64 = 86_400_000_000_000;

/// Counts of one day. They begin again with the first thing that happens on another one, so nobody need walk over them at the
/// session roll. A bust or a correction takes nothing back here: it was traded, and then it was not. (Limits of the day are held
/// against what stands: from their use a bust is taken out.)
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct DayCounts {
    /// The day, in days since 1970-01-01.
    pub day: u32,
    /// Orders that passed risk, or came by telephone.
    pub orders: u32,
    /// Orders canceled.
    pub cancels: u32,
    /// Fills.
    pub trades: u32,
    /// What was traded: sum of LastQty(32) × LastPx(31) × multiplier.
    pub traded: Notional,
}

impl DayCounts {
    /// The day of UTC that a time belongs to: the trading day of an instrument without a calendar.
    pub fn utc_day(time: crate::ids::EngineTime) -> u32 {
        u32::try_from(time.0.div_euclid(DAY_NS)).unwrap_or(0)
    }

    /// As they are on that day: nothing yet, where they are another day's.
    #[must_use]
    pub fn on(self, day: u32) -> DayCounts {
        if self.day == day { self } else { DayCounts { day, ..DayCounts::default() } }
    }

    /// One order more.
    pub fn order(&mut self, day: u32) {
        *self = self.on(day);
        self.orders = self.orders.saturating_add(1);
    }

    /// One cancel more.
    pub fn cancel(&mut self, day: u32) {
        *self = self.on(day);
        self.cancels = self.cancels.saturating_add(1);
    }

    /// One fill more.
    pub fn trade(&mut self, day: u32, notional: Notional) {
        *self = self.on(day);
        self.trades = self.trades.saturating_add(1);
        self.traded = self.traded.checked_add(notional).unwrap_or(self.traded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EngineTime;

    #[test]
    fn counts_begin_again_with_another_day() {
        let mut counts = DayCounts::default();
        counts.order(7);
        counts.trade(7, Notional::whole(100));
        counts.trade(7, Notional::whole(50));
        assert_eq!((counts.orders, counts.trades, counts.traded), (1, 2, Notional::whole(150)));
        assert_eq!(counts.on(8), DayCounts { day: 8, ..DayCounts::default() });
        counts.cancel(8);
        assert_eq!(counts, DayCounts { day: 8, cancels: 1, ..DayCounts::default() });
        assert_eq!(DayCounts::utc_day(EngineTime(DAY_NS - 1)), 0);
        assert_eq!(DayCounts::utc_day(EngineTime(DAY_NS)), 1);
    }
}

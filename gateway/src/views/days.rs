//! Trading days: where each calendar stands, and what was done on the day in each account and instrument.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::{
    AccountId, CalendarName, Contract, DayCounts, EngineTime, Event, InstrumentId, Notional, OrderFilled, OrderView,
    SetTradingPhase,
};
use serde::{Deserialize, Serialize};

use super::Views;
use super::figures::money;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Days {
    calendars: BTreeMap<CalendarName, SetTradingPhase>,
    counts: BTreeMap<(AccountId, InstrumentId), DayCounts>,
}

/// A calendar.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarStatus {
    /// Its name.
    pub calendar: String,
    /// "pre_open", "opening", "open", "closing" or "closed".
    pub phase: String,
    /// The trading day that the phase belongs to.
    pub trading_day: String,
}

/// What was done on the trading day. A bust or a correction takes nothing back.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DayStatus {
    /// Account(1).
    pub account: String,
    /// Symbol(55).
    pub symbol: String,
    /// The day: the calendar's, or that of UTC where the instrument has none.
    pub trading_day: String,
    /// Orders that passed risk, or came by telephone.
    pub orders: u32,
    /// Orders canceled.
    pub cancels: u32,
    /// Fills.
    pub trades: u32,
    /// Traded notional.
    pub traded: String,
}

impl Views {
    /// Counts what is counted by the day.
    pub(super) fn fold_day(&mut self, time: EngineTime, event: &Event) {
        match event {
            Event::TradingPhaseChanged(e) => {
                self.days.calendars.insert(e.set.calendar, e.set);
            }
            Event::OrderAccepted(e) => self.counts_of(&e.order, time, DayCounts::order),
            Event::OrderAdopted(e) => self.counts_of(&e.order, time, DayCounts::order),
            Event::OrderCanceled(e) => self.counts_of(&e.order, time, DayCounts::cancel),
            Event::OrderFilled(e) => {
                let notional = self.notional(e);
                self.counts_of(&e.order, time, |counts, day| counts.trade(day, notional));
            }
            _ => {}
        }
    }

    fn notional(&self, fill: &OrderFilled) -> Notional {
        let view = self.instruments.get(fill.order.instrument.0 as usize);
        let contract = view.map_or(Contract::linear(1), |view| view.definition.contract());
        contract.notional(fill.last_px, fill.last_qty).unwrap_or(Notional::ZERO)
    }

    fn counts_of(&mut self, order: &OrderView, time: EngineTime, count: impl FnOnce(&mut DayCounts, u32)) {
        let day = self.day_of(order.instrument, time);
        count(self.days.counts.entry((order.account, order.instrument)).or_default(), day);
    }

    /// The trading day that it is for the instrument.
    fn day_of(&self, instrument: InstrumentId, time: EngineTime) -> u32 {
        let calendar = self.instruments.get(instrument.0 as usize).map(|view| view.definition.calendar);
        let kept = calendar.and_then(|calendar| self.days.calendars.get(&calendar));
        kept.map_or_else(|| DayCounts::utc_day(time), |set| set.trading_day)
    }

    pub(super) fn days_status(&self) -> Vec<DayStatus> {
        let shown = self.days.counts.iter().filter_map(|((account, instrument), counts)| {
            let today = counts.on(self.day_of(*instrument, self.last_time));
            if today == (DayCounts { day: today.day, ..DayCounts::default() }) {
                return None;
            }
            Some(DayStatus {
                account: self.accounts.get(account.0 as usize)?.definition.account.to_string(),
                symbol: self.instruments.get(instrument.0 as usize)?.definition.symbol.to_string(),
                trading_day: date(today.day),
                orders: today.orders,
                cancels: today.cancels,
                trades: today.trades,
                traded: money(today.traded).to_string(),
            })
        });
        shown.collect()
    }

    pub(super) fn calendars_status(&self) -> Vec<CalendarStatus> {
        let shown = self.days.calendars.values().map(|set| CalendarStatus {
            calendar: set.calendar.to_string(),
            phase: crate::calendar::phase_word(set.phase).to_owned(),
            trading_day: date(set.trading_day),
        });
        shown.collect()
    }
}

/// `2026-11-20`, from days since 1970-01-01.
pub(super) fn date(day: u32) -> String {
    crate::calendar::date_of(day).map_or_else(String::new, |date: Date| date.to_string())
}

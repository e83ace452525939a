//! When an instrument trades here: the phase of its calendar, halts, splits under way, and whether its orders come here.

use model::{CalendarName, InstrumentId, Px, TradingPhase};

/// An instrument as the venue finds it when it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its index.
    pub instrument: InstrumentId,
    /// Prices are multiples of it.
    pub tick: Px,
    /// Its orders go here; otherwise only those that came before do.
    pub is_here: bool,
    /// The calendar of its trading days; empty where it is always open.
    pub calendar: CalendarName,
    /// Trading in it is halted.
    pub is_halted: bool,
    /// Its orders are being restated for a split.
    pub is_splitting: bool,
}

#[derive(Clone, Copy, Default, Debug)]
struct Market {
    is_elsewhere: bool,
    calendar: CalendarName,
    is_halted: bool,
    is_splitting: bool,
}

/// See the module.
#[derive(Default, Debug)]
pub(super) struct Hours {
    markets: Vec<Market>,
    /// The phases that were told, by calendar; nobody says more than a few names.
    phases: Vec<(CalendarName, TradingPhase)>,
}

impl Hours {
    pub(super) fn list(&mut self, listing: &Listing) {
        let Listing { instrument, is_here, calendar, is_halted, is_splitting, .. } = *listing;
        *self.market(instrument) = Market { is_elsewhere: !is_here, calendar, is_halted, is_splitting };
    }

    /// The instrument was defined, or defined anew.
    pub(super) fn define(&mut self, instrument: InstrumentId, is_here: bool, calendar: CalendarName) {
        let market = self.market(instrument);
        market.is_elsewhere = !is_here;
        market.calendar = calendar;
    }

    pub(super) fn set_phase(&mut self, calendar: CalendarName, phase: TradingPhase) {
        match self.phases.iter_mut().find(|(known, _)| *known == calendar) {
            Some((_, known)) => *known = phase,
            None => self.phases.push((calendar, phase)),
        }
    }

    pub(super) fn set_halted(&mut self, instrument: InstrumentId, is_halted: bool) {
        self.market(instrument).is_halted = is_halted;
    }

    pub(super) fn begin_split(&mut self, instrument: InstrumentId) {
        self.market(instrument).is_splitting = true;
    }

    /// All orders are restated; were there any to be?
    pub(super) fn end_splits(&mut self) -> bool {
        self.markets.iter_mut().fold(false, |any, market| any | std::mem::take(&mut market.is_splitting))
    }

    pub(super) fn is_elsewhere(&self, instrument: InstrumentId) -> bool {
        self.markets.get(instrument.0 as usize).is_some_and(|market| market.is_elsewhere)
    }

    /// Do orders meet now? A calendar that nobody has spoken of is open.
    pub(super) fn is_open(&self, instrument: InstrumentId) -> bool {
        let Some(market) = self.markets.get(instrument.0 as usize) else { return true };
        let phase = self.phases.iter().find(|(known, _)| *known == market.calendar);
        let is_open = match phase.map_or(TradingPhase::Unknown, |(_, phase)| *phase) {
            TradingPhase::Unknown | TradingPhase::Opening | TradingPhase::Open | TradingPhase::Closing => true,
            TradingPhase::PreOpen | TradingPhase::Closed => false,
        };
        is_open && !market.is_halted && !market.is_splitting
    }

    /// All that were told of.
    pub(super) fn instruments(&self) -> impl Iterator<Item = InstrumentId> + use<> {
        (0..self.markets.len() as u32).map(InstrumentId)
    }

    fn market(&mut self, instrument: InstrumentId) -> &mut Market {
        let index = instrument.0 as usize;
        if self.markets.len() <= index {
            self.markets.resize(index + 1, Market::default());
        }
        &mut self.markets[index]
    }
}

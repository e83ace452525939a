//! What the firm sells short in each instrument: sold on the day, and open. Kept at each fill, at each change of what open sells hold,
//! and at each change of a position.

use model::InstrumentId;
use risk::{Exposure, ShortSales, open_short};

use crate::holdings::Holdings;

/// Of one instrument.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct OfInstrument {
    /// The firm's trading day on which something was sold short last, in days since 1970-01-01.
    pub(crate) day: u32,
    /// What, on that day.
    pub(crate) sold: i128,
    /// What open sells of all accounts could still sell short.
    pub(crate) open: i128,
}

/// Of all, by index.
#[derive(Clone, Default, Debug)]
pub(crate) struct ShortSold(Vec<OfInstrument>);

impl ShortSold {
    /// An instrument was defined.
    pub(crate) fn make_room(&mut self, instrument: InstrumentId) {
        let len = self.0.len().max(instrument.0 as usize + 1);
        self.0.resize(len, OfInstrument::default());
    }

    /// The firm's on this day.
    pub(crate) fn of(&self, instrument: InstrumentId, day: u32) -> ShortSales {
        let own = self.0.get(instrument.0 as usize).copied().unwrap_or_default();
        ShortSales { sold: if own.day == day { own.sold } else { 0 }, open: own.open }
    }

    pub(crate) fn sold(&mut self, instrument: InstrumentId, day: u32, more: i128) {
        let sold = self.of(instrument, day).sold;
        let own = &mut self.0[instrument.0 as usize];
        (own.day, own.sold) = (day, sold.saturating_add(more));
    }

    /// The exposure of one holding has changed.
    #[inline]
    pub(crate) fn moved(&mut self, instrument: InstrumentId, before: &Exposure, after: &Exposure) {
        let more = open_short(after) - open_short(before);
        if more != 0 {
            self.0[instrument.0 as usize].open += more;
        }
    }

    /// All positions in the instrument have changed at once.
    pub(crate) fn recount(&mut self, instrument: InstrumentId, holdings: &Holdings) {
        self.0[instrument.0 as usize].open = sum(instrument, holdings);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &OfInstrument> {
        self.0.iter()
    }

    /// # Panics
    /// With the instrument whose sum is not that of its holdings.
    pub(crate) fn assert_sums(&self, holdings: &Holdings) {
        for (instrument, own) in (0..).map(InstrumentId).zip(&self.0) {
            assert_eq!(own.open, sum(instrument, holdings), "open short sales of {instrument}");
        }
    }
}

fn sum(instrument: InstrumentId, holdings: &Holdings) -> i128 {
    let own = holdings.iter().filter(|holding| holding.instrument == instrument);
    own.map(|holding| open_short(&holding.exposure)).sum()
}

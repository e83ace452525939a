//! Position and open orders in one instrument over all accounts: of each strategy, and of the firm.
//!
//! The firm's are the sum of its holdings. A fill belongs to the strategy of its order; what no order brought - a fraction paid out,
//! what a split leaves over - belongs to none.

use model::{InstrumentId, Qty, Side};
use risk::WideExposure;

use crate::holdings::Holdings;
use crate::index::Index;
use crate::order::NONE;
use crate::orders::touch;

/// Of one strategy in one instrument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OfStrategy {
    pub(crate) strategy: u32,
    pub(crate) instrument: InstrumentId,
    pub(crate) exposure: WideExposure,
}

/// All of them. A slot never moves.
#[derive(Clone, Debug)]
pub(crate) struct Exposures {
    of_firm: Vec<WideExposure>,
    of_strategies: Vec<OfStrategy>,
    index: Index,
    capacity: usize,
}

impl Exposures {
    /// Room for so many pairs of strategy and instrument.
    pub(crate) fn new(capacity: usize) -> Exposures {
        Exposures {
            of_firm: Vec::new(),
            of_strategies: Vec::with_capacity(capacity),
            index: Index::new(capacity),
            capacity,
        }
    }

    /// See [`crate::HotLoop::touch_memory`].
    pub(crate) fn touch_memory(&mut self) {
        let (strategy, instrument) = (NONE, InstrumentId::NONE);
        touch(&mut self.of_strategies, OfStrategy { strategy, instrument, exposure: WideExposure::default() });
    }

    /// An instrument was defined.
    pub(crate) fn make_room(&mut self, instrument: InstrumentId) {
        let len = self.of_firm.len().max(instrument.0 as usize + 1);
        self.of_firm.resize(len, WideExposure::default());
    }

    /// The firm's in an instrument.
    pub(crate) fn of_firm(&self, instrument: InstrumentId) -> WideExposure {
        self.of_firm.get(instrument.0 as usize).copied().unwrap_or_default()
    }

    /// A strategy's in an instrument.
    pub(crate) fn of_strategy(&self, strategy: u32, instrument: InstrumentId) -> WideExposure {
        self.find(strategy, instrument).map_or(WideExposure::default(), |slot| self.of_strategies[slot].exposure)
    }

    /// Is there a slot for an order of this strategy, or can one be made?
    pub(crate) fn has_room(&self, strategy: u32, instrument: InstrumentId) -> bool {
        strategy == NONE || self.of_strategies.len() < self.capacity || self.find(strategy, instrument).is_some()
    }

    /// An order of the strategy comes: from now on there is a slot. True where it was made just now.
    pub(crate) fn join(&mut self, strategy: u32, instrument: InstrumentId) -> bool {
        let before = self.of_strategies.len();
        if strategy != NONE {
            self.slot(strategy, instrument);
        }
        self.of_strategies.len() > before
    }

    pub(crate) fn slot_of(&self, strategy: u32, instrument: InstrumentId) -> Option<u32> {
        self.find(strategy, instrument).map(|slot| slot as u32)
    }

    pub(crate) fn get(&self, slot: u32) -> &OfStrategy {
        &self.of_strategies[slot as usize]
    }

    /// What an order holds of its side has changed.
    #[inline]
    pub(crate) fn open_changed(
        &mut self,
        (strategy, instrument, side): (u32, InstrumentId, Side),
        before: Qty,
        after: Qty,
    ) {
        let more = i128::from(after.units()) - i128::from(before.units());
        if more != 0 {
            self.change(strategy, instrument, |exposure| *exposure.open_mut(side) += more);
        }
    }

    /// A position has changed, by an order of the strategy or by none.
    #[inline]
    pub(crate) fn position_changed(&mut self, strategy: u32, instrument: InstrumentId, before: Qty, after: Qty) {
        let more = i128::from(after.units()) - i128::from(before.units());
        if more != 0 {
            self.change(strategy, instrument, |exposure| exposure.position += more);
        }
    }

    /// All positions in the instrument were split, the firm's to `position`. A strategy's is cut to 1e-8.
    pub(crate) fn split(&mut self, instrument: InstrumentId, position: i128, new: u32, old: u32) {
        self.of_firm[instrument.0 as usize].position = position;
        for own in self.of_strategies.iter_mut().filter(|own| own.instrument == instrument) {
            own.exposure.position = (own.exposure.position * i128::from(new)).div_euclid(i128::from(old));
        }
    }

    pub(crate) fn of_strategies(&self) -> impl Iterator<Item = &OfStrategy> {
        self.of_strategies.iter()
    }

    /// Of the firm, in order of definition.
    pub(crate) fn of_instruments(&self) -> impl Iterator<Item = &WideExposure> {
        self.of_firm.iter()
    }

    /// # Panics
    /// With the instrument in which the firm's is not the sum of its holdings.
    pub(crate) fn assert_sums(&self, holdings: &Holdings) {
        for (index, firm) in (0..).zip(&self.of_firm) {
            let mut sum = WideExposure::default();
            for own in holdings.iter().filter(|own| own.instrument.0 == index).map(|own| own.exposure.into()) {
                let WideExposure { position, open_buys, open_sells } = own;
                sum.position += position;
                sum.open_buys += open_buys;
                sum.open_sells += open_sells;
            }
            assert_eq!(*firm, sum, "exposure of the firm in instrument {index}");
        }
    }

    fn change(&mut self, strategy: u32, instrument: InstrumentId, change: impl Fn(&mut WideExposure)) {
        change(&mut self.of_firm[instrument.0 as usize]);
        if strategy != NONE {
            let slot = self.find(strategy, instrument).expect("its first order made the slot");
            change(&mut self.of_strategies[slot].exposure);
        }
    }

    fn find(&self, strategy: u32, instrument: InstrumentId) -> Option<usize> {
        let is = |slot: u32| {
            let own = &self.of_strategies[slot as usize];
            (own.strategy, own.instrument) == (strategy, instrument)
        };
        self.index.find(hash(strategy, instrument), is).map(|slot| slot as usize)
    }

    fn slot(&mut self, strategy: u32, instrument: InstrumentId) -> usize {
        if let Some(slot) = self.find(strategy, instrument) {
            return slot;
        }
        assert!(self.of_strategies.len() < self.capacity, "decide checks that a strategy's exposure fits");
        let slot = u32::try_from(self.of_strategies.len()).expect("capacities fit 32 bits");
        self.of_strategies.push(OfStrategy { strategy, instrument, exposure: WideExposure::default() });
        self.index.insert(hash(strategy, instrument), slot);
        slot as usize
    }
}

fn hash(strategy: u32, instrument: InstrumentId) -> u64 {
    crate::hash::of_words(&[u64::from(strategy) << 32 | u64::from(instrument.0)])
}

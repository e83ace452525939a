//! How far exposure went: the worst case of each account and instrument, as recorded and as tried.

use std::collections::BTreeMap;

use engine::State;
use model::{AccountId, Event, InstrumentId, Qty, Seq};

/// The greatest worst case of one side, and the frame that brought it there first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peak {
    /// Position and all open orders of the side.
    pub qty: Qty,
    /// When.
    pub at: Seq,
}

/// Long and short, as recorded and as tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peaks {
    /// Position plus open buys.
    pub long: [Peak; 2],
    /// Open sells minus position.
    pub short: [Peak; 2],
}

/// Of every account and instrument that was touched.
#[derive(Clone, Default, Debug)]
pub(super) struct Exposures(pub(super) BTreeMap<(AccountId, InstrumentId), Peaks>);

/// The place of what was recorded, and of what was tried, in [`Peaks`].
pub(super) const RECORDED: usize = 0;
pub(super) const TRIED: usize = 1;

impl Exposures {
    /// What there is before the first frame.
    pub(super) fn begin(state: &State, at: Seq) -> Exposures {
        let mut exposures = Exposures::default();
        for holding in state.holdings() {
            let key = (holding.account, holding.instrument);
            exposures.look(RECORDED, state, key, at);
            exposures.look(TRIED, state, key, at);
        }
        exposures
    }

    /// What the events of frame `at` may have brought further.
    pub(super) fn see(&mut self, which: usize, state: &State, events: &[Event], at: Seq) {
        for event in events {
            let key = match event {
                Event::PositionChanged(e) => Some((e.account, e.instrument)),
                other => other.order().map(|order| (order.account, order.instrument)),
            };
            if let Some(key) = key {
                self.look(which, state, key, at);
            }
        }
    }

    fn look(&mut self, which: usize, state: &State, key: (AccountId, InstrumentId), at: Seq) {
        let Some(holding) = state.holding(key.0, key.1) else { return };
        let exposure = &holding.exposure;
        let nothing = Peak { qty: Qty::ZERO, at: Seq(0) };
        let peaks = self.0.entry(key).or_insert(Peaks { long: [nothing; 2], short: [nothing; 2] });
        let long = exposure.position.checked_add(exposure.open_buys);
        let short = exposure.open_sells.checked_sub(exposure.position);
        for (peak, qty) in [(&mut peaks.long[which], long), (&mut peaks.short[which], short)] {
            if let Some(qty) = qty.filter(|qty| *qty > peak.qty) {
                *peak = Peak { qty, at };
            }
        }
    }
}

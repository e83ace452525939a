//! How far exposure went, over time: the worst case of each account and instrument in each span, as recorded and as tried.

use std::collections::BTreeMap;

use engine::State;
use model::{AccountId, EngineTime, Event, InstrumentId, Qty, Seq};

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

/// Account and instrument.
pub type Key = (AccountId, InstrumentId);

/// Of every account and instrument in every span.
#[derive(Clone, Debug)]
pub(super) struct Exposures {
    /// Nanoseconds of a span.
    every: i64,
    span: i64,
    peaks: BTreeMap<(i64, Key), Peaks>,
}

/// The place of what was recorded, and of what was tried, in [`Peaks`].
pub(super) const RECORDED: usize = 0;
pub(super) const TRIED: usize = 1;

impl Peaks {
    const NOTHING: Peaks = {
        let nothing = Peak { qty: Qty::ZERO, at: Seq(0) };
        Peaks { long: [nothing; 2], short: [nothing; 2] }
    };

    /// The greater of each.
    pub(super) fn max(self, other: Peaks) -> Peaks {
        let greater = |one: Peak, other: Peak| if other.qty > one.qty { other } else { one };
        let both = |one: [Peak; 2], other: [Peak; 2]| [greater(one[0], other[0]), greater(one[1], other[1])];
        Peaks { long: both(self.long, other.long), short: both(self.short, other.short) }
    }

    /// Did the tried limits change it?
    pub(super) fn differ(&self) -> bool {
        [self.long, self.short].iter().any(|[recorded, tried]| recorded.qty != tried.qty)
    }
}

impl Exposures {
    pub(super) fn new(every: i64) -> Exposures {
        Exposures { every: every.max(1), span: i64::MIN, peaks: BTreeMap::new() }
    }

    /// It is `now`, before a frame: a new span begins with what there is.
    pub(super) fn tick(&mut self, now: EngineTime, recorded: &State, tried: &State) {
        let span = now.0.div_euclid(self.every);
        if span == self.span {
            return;
        }
        self.span = span;
        for (which, state) in [(RECORDED, recorded), (TRIED, tried)] {
            for holding in state.holdings() {
                self.look(which, state, (holding.account, holding.instrument), state.last_seq());
            }
        }
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

    /// Each span by the time of its beginning.
    pub(super) fn into_spans(self) -> Vec<(EngineTime, Key, Peaks)> {
        let every = self.every;
        self.peaks.into_iter().map(|((span, key), peaks)| (EngineTime(span * every), key, peaks)).collect()
    }

    fn look(&mut self, which: usize, state: &State, key: Key, at: Seq) {
        let Some(holding) = state.holding(key.0, key.1) else { return };
        let exposure = &holding.exposure;
        let peaks = self.peaks.entry((self.span, key)).or_insert(Peaks::NOTHING);
        let long = exposure.position.checked_add(exposure.open_buys);
        let short = exposure.open_sells.checked_sub(exposure.position);
        for (peak, qty) in [(&mut peaks.long[which], long), (&mut peaks.short[which], short)] {
            if let Some(qty) = qty.filter(|qty| *qty > peak.qty) {
                *peak = Peak { qty, at };
            }
        }
    }
}

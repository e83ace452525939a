//! Quotes for a venue without a market: a seeded random walk for each instrument, at a fixed rate in total.
//!
//! Integers only, and no clock of its own: the same seed and the same `now`s give the same quotes. Conflates as every
//! quote source must: while the queue is full, only the newest quote of each instrument is kept.

use model::limits::UNITS_MAX;
use model::queue::{Full, Producer};
use model::{Agent, Command, EngineTime, InstrumentId, Px, Qty, Quote, Stopped};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// Quotes made in one round; after a pause the walk goes on from now instead of catching up in a burst.
const QUOTES_PER_WORK_MAX: i64 = 256;
/// Half the widest spread, in ticks.
const HALF_SPREAD_MAX: i64 = 4;
/// Most lots on one side of a quote.
const LOTS_MAX: i64 = 50;

/// One instrument to quote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SyntheticInstrument {
    /// Its index.
    pub instrument: InstrumentId,
    /// Where the walk starts; moved down to a multiple of the tick.
    pub start_px: Px,
    /// Prices are multiples of it.
    pub tick: Px,
    /// Sizes are multiples of it.
    pub lot: Qty,
}

/// See the module.
#[derive(Debug)]
pub struct SyntheticQuotes {
    walks: Vec<Walk>,
    random: fastrand::Rng,
    queue: Producer<Command>,
    /// Quotes per second over all instruments.
    rate: u32,
    /// When the next quote is due, in units of 1/`rate` nanoseconds since `started`.
    started: Option<EngineTime>,
    made: i64,
    /// The instrument that comes next.
    turn: usize,
    /// Quotes that a newer one of the same instrument replaced before the queue took them.
    conflated: u64,
    unsent: usize,
}

impl SyntheticQuotes {
    /// `rate` quotes per second in total, instruments in turn; zero makes none. Instruments with a tick, lot or start
    /// price that is not positive, or too large to walk, are left out.
    pub fn new(
        instruments: impl IntoIterator<Item = SyntheticInstrument>,
        rate: u32,
        seed: u64,
        queue: Producer<Command>,
    ) -> SyntheticQuotes {
        let walks = instruments.into_iter().filter_map(Walk::new).collect();
        SyntheticQuotes {
            walks,
            random: fastrand::Rng::with_seed(seed),
            queue,
            rate,
            started: None,
            made: 0,
            turn: 0,
            conflated: 0,
            unsent: 0,
        }
    }

    /// Quotes that never left because a newer one took their place.
    pub fn conflated(&self) -> u64 {
        self.conflated
    }

    /// How many quotes are due at `now`.
    fn due(&mut self, now: EngineTime) -> i64 {
        let started = *self.started.get_or_insert(now);
        let elapsed = i128::from(now.0) - i128::from(started.0);
        let total = elapsed.max(0) * i128::from(self.rate) / i128::from(NANOS_PER_SECOND);
        let due = i64::try_from(total).unwrap_or(i64::MAX).saturating_sub(self.made);
        if due > QUOTES_PER_WORK_MAX {
            self.started = Some(now);
            self.made = 0;
            return QUOTES_PER_WORK_MAX;
        }
        self.made += due.max(0);
        due
    }

    fn make(&mut self, now: EngineTime) {
        let walk = &mut self.walks[self.turn];
        let quote = walk.step(&mut self.random, now);
        match walk.waiting.replace(quote) {
            Some(_) => self.conflated += 1,
            None => self.unsent += 1,
        }
    }

    /// Hands over the waiting quotes, those whose turn is next first.
    fn send(&mut self) -> usize {
        let mut sent = 0;
        for offset in 0..self.walks.len() {
            if self.unsent == 0 {
                break;
            }
            let index = (self.turn + offset) % self.walks.len();
            let Some(quote) = self.walks[index].waiting else { continue };
            if let Err(Full(_)) = self.queue.try_push(Command::Quote(quote)) {
                break;
            }
            self.walks[index].waiting = None;
            self.unsent -= 1;
            sent += 1;
        }
        sent
    }
}

impl Agent for SyntheticQuotes {
    fn name(&self) -> &'static str {
        "synthetic quotes"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        if self.walks.is_empty() {
            return Ok(0);
        }
        let mut sent = self.send();
        for _ in 0..self.due(now) {
            self.make(now);
            sent += self.send();
            self.turn = (self.turn + 1) % self.walks.len();
        }
        Ok(sent)
    }
}

/// The walk of one instrument, in ticks and lots.
#[derive(Debug)]
struct Walk {
    instrument: InstrumentId,
    tick: i64,
    lot: i64,
    /// Between the bid and the offer.
    mid: i64,
    low: i64,
    high: i64,
    last: i64,
    waiting: Option<Quote>,
}

impl Walk {
    fn new(from: SyntheticInstrument) -> Option<Walk> {
        let (tick, lot) = (from.tick.units(), from.lot.units());
        if tick <= 0 || lot <= 0 || lot > UNITS_MAX / LOTS_MAX || from.start_px.units() <= 0 {
            return None;
        }
        let mid = (from.start_px.units() / tick).max(HALF_SPREAD_MAX + 1);
        // Between half and twice the start, so that a long run stays in sight of it, and every price above zero.
        let low = (mid / 2).max(HALF_SPREAD_MAX + 1);
        let high = mid.checked_mul(2)?.max(low + 1);
        let fits = (high + HALF_SPREAD_MAX).checked_mul(tick).is_some_and(|highest| highest <= UNITS_MAX);
        fits.then_some(Walk { instrument: from.instrument, tick, lot, mid, low, high, last: mid, waiting: None })
    }

    fn step(&mut self, random: &mut fastrand::Rng, now: EngineTime) -> Quote {
        self.mid = (self.mid + random.i64(-1..=1)).clamp(self.low, self.high);
        let bid = self.mid - random.i64(1..=HALF_SPREAD_MAX);
        let ask = self.mid + random.i64(1..=HALF_SPREAD_MAX);
        if random.u8(0..4) == 0 {
            self.last = if random.bool() { bid } else { ask };
        }
        Quote {
            bid_px: Px::from_units(bid * self.tick),
            bid_qty: Qty::from_units(random.i64(1..=LOTS_MAX) * self.lot),
            ask_px: Px::from_units(ask * self.tick),
            ask_qty: Qty::from_units(random.i64(1..=LOTS_MAX) * self.lot),
            last_px: Px::from_units(self.last * self.tick),
            source_time: now,
            instrument: self.instrument,
            reserved: 0,
        }
    }
}

#[cfg(test)]
mod tests;

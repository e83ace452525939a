//! The paper venue as an agent: follows the log behind the durable mark, and hands its reports to the hot loop.
//!
//! No report is ever dropped. Where the queue is full, reports wait in a ring of fixed size and the log is not read
//! on until the ring is empty; the log itself is the only unbounded buffer, and it is on disk.

use model::queue::Producer;
use model::{Agent, CalendarName, Command, EngineTime, Event, Stopped, TradingPhase};

use super::exchange::{Exchange, OpenOrder};
use super::hours::Listing;
use super::outgoing::Outgoing;

/// Frames taken from the log before the waiting reports are looked at again.
const FRAMES_PER_WORK_MAX: usize = 1_024;
/// Reports that one frame can cause beyond two for each order at rest before it.
const REPORTS_PER_FRAME_MAX: usize = 32;

/// Where the venue reads what the engine decided.
pub trait Tail: Send {
    /// The events of up to `frames_max` durable frames, in order; how many frames there were.
    ///
    /// # Errors
    /// [`Stopped`] where the log cannot be read.
    fn poll(&mut self, frames_max: usize, each: &mut dyn FnMut(&Event)) -> Result<usize, Stopped>;
}

impl Tail for journal::Follower {
    fn poll(&mut self, frames_max: usize, each: &mut dyn FnMut(&Event)) -> Result<usize, Stopped> {
        journal::Follower::poll(self, frames_max, |frame| frame.events().for_each(|event| each(&event)))
            .map_err(Stopped::by)
    }
}

/// The venue's capacities.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Orders that may rest at once.
    pub orders_max: u32,
    /// Instruments; the orders of any beyond are rejected.
    pub instruments_max: u32,
}

/// What the venue finds when it starts.
#[derive(Clone, Default, Debug)]
pub struct Market {
    /// The instruments.
    pub listings: Vec<Listing>,
    /// The part of the day that each calendar is in.
    pub phases: Vec<(CalendarName, TradingPhase)>,
}

/// See the module.
#[derive(Debug)]
pub struct PaperVenue<T> {
    exchange: Exchange,
    tail: T,
    outgoing: Outgoing,
}

impl<T: Tail> PaperVenue<T> {
    /// A venue that goes on where the one before it went away.
    ///
    /// `market`: what the engine knows of instruments and calendars; what changes comes in the log. `tail`: starts right
    /// after the state that the other arguments describe. `last_venue_exec_id`: the highest that the engine has seen.
    /// `open_orders`: what the engine holds open, by priority.
    pub fn new(
        settings: Settings,
        market: Market,
        tail: T,
        queue: Producer<Command>,
        last_venue_exec_id: u64,
        open_orders: impl IntoIterator<Item = OpenOrder>,
    ) -> PaperVenue<T> {
        let open: Vec<OpenOrder> = open_orders.into_iter().collect();
        // A smaller setting than before the restart must not lose orders.
        let orders_max =
            settings.orders_max.max(u32::try_from(open.len()).expect("open orders are counted in 32 bits"));
        let mut exchange = Exchange::new(orders_max, settings.instruments_max, last_venue_exec_id);
        market.listings.iter().for_each(|listing| exchange.list(listing));
        market.phases.iter().for_each(|(calendar, phase)| exchange.begin_in(*calendar, *phase));
        // The worst case of one round, so the ring never grows while trading: every order at rest, and every one that
        // comes to rest meanwhile, ends in a trade of two reports. Only icebergs, that trade slice by slice, can say more.
        let room = 2 * orders_max as usize + FRAMES_PER_WORK_MAX * REPORTS_PER_FRAME_MAX;
        let mut outgoing = Outgoing::new(queue, room);
        exchange.restore(&open, &mut |report| outgoing.send(report));
        PaperVenue { exchange, tail, outgoing }
    }

    /// What rests where, to look at.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }
}

impl<T: Tail> Agent for PaperVenue<T> {
    fn name(&self) -> &'static str {
        "paper venue"
    }

    fn work(&mut self, _now: EngineTime) -> Result<usize, Stopped> {
        let PaperVenue { exchange, tail, outgoing } = self;
        let drained = outgoing.drain();
        if !outgoing.is_drained() {
            return Ok(drained);
        }
        let frames = tail.poll(FRAMES_PER_WORK_MAX, &mut |event| {
            exchange.on_event(event, &mut |report| outgoing.send(report));
        })?;
        Ok(drained + frames)
    }
}

#[cfg(test)]
mod tests;

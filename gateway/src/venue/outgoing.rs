//! What a venue says, on its way into the hot loop's queue, in order and without loss.
//!
//! Where the queue is full reports wait here; a venue takes nothing in until they are gone, so the log and the socket are the
//! buffer, and this holds no more than one round can say.

use std::collections::VecDeque;

use model::queue::{Full, Producer};
use model::{Command, VenueReport};

/// See the module. `T` is all that the venue can say: reports alone, or any command.
#[derive(Debug)]
pub(crate) struct Outgoing<T = VenueReport> {
    queue: Producer<Command>,
    waiting: VecDeque<T>,
}

impl<T: Copy + Into<Command>> Outgoing<T> {
    /// Room for this many reports that wait, before it grows.
    pub(crate) fn new(queue: Producer<Command>, room: usize) -> Outgoing<T> {
        Outgoing { queue, waiting: VecDeque::with_capacity(room) }
    }

    pub(crate) fn send(&mut self, report: T) {
        let late = !self.waiting.is_empty() || self.queue.try_push(report.into()).is_err();
        if late {
            self.waiting.push_back(report);
        }
    }

    /// Hands over what waits until the queue is full again; how many that were.
    pub(crate) fn drain(&mut self) -> usize {
        let mut drained = 0;
        while let Some(report) = self.waiting.front() {
            if let Err(Full(_)) = self.queue.try_push((*report).into()) {
                break;
            }
            self.waiting.pop_front();
            drained += 1;
        }
        drained
    }

    /// Does nothing wait?
    pub(crate) fn is_drained(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The queue, for commands that are no reports.
    pub(crate) fn queue(&self) -> &Producer<Command> {
        &self.queue
    }

    /// Reports that there is room for before it grows.
    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.waiting.capacity()
    }
}

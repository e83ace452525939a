//! The agent that tells the engine when the disk is full, and when it has room again.

use model::queue::Producer;
use model::{Agent, Command, EngineTime, ReportJournalRoom, Stopped};

use crate::Mark;

/// The agent "journal room".
pub struct RoomWatch {
    mark: Mark,
    commands: Producer<Command>,
    told: bool,
}

impl RoomWatch {
    /// Tells of changes from what the engine knows: `has_room`.
    pub fn new(mark: Mark, has_room: bool, commands: Producer<Command>) -> RoomWatch {
        RoomWatch { mark, commands, told: has_room }
    }
}

impl Agent for RoomWatch {
    fn name(&self) -> &'static str {
        "journal room"
    }

    /// A full queue is tried again in the next round.
    fn work(&mut self, _now: EngineTime) -> Result<usize, Stopped> {
        let Some(has_room) = self.mark.has_room_ahead().filter(|has_room| *has_room != self.told) else {
            return Ok(0);
        };
        let report = ReportJournalRoom { has_room: u8::from(has_room), reserved: [0; 7] };
        if self.commands.try_push(Command::ReportJournalRoom(report)).is_err() {
            return Ok(0);
        }
        self.told = has_room;
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use model::Seq;
    use model::queue::bounded;

    use super::*;

    #[test]
    fn changes_are_told_once_and_a_full_queue_is_tried_again() {
        let (commands, mut told) = bounded(1);
        let mark = Mark::at(Seq(0), 1);
        let mut watch = RoomWatch::new(mark.clone(), true, commands);
        let mut work = |room: Option<bool>| {
            room.into_iter().for_each(|has_room| mark.set_room_ahead(has_room));
            watch.work(EngineTime(0)).unwrap()
        };
        assert_eq!(work(None), 0, "nobody knows yet");
        assert_eq!(work(Some(true)), 0, "the engine knows");
        assert_eq!((work(Some(false)), work(None)), (1, 0));
        assert_eq!(work(Some(true)), 0, "the queue is full");
        let mut next = || match told.pop() {
            Some(Command::ReportJournalRoom(report)) => Some(report.has_room),
            _ => None,
        };
        assert_eq!(next(), Some(0));
        assert_eq!(work(None), 1);
        assert_eq!((next(), next()), (Some(1), None));
    }
}

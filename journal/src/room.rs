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

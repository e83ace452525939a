//! The journal tells whether its disk has room.

use model::{Events, JournalRoomChanged, ReportJournalRoom};

use crate::state::State;

/// Told twice is told once.
pub(super) fn report(state: &State, report: &ReportJournalRoom, events: &mut Events) {
    if state.journal_is_full == (report.has_room == 1) {
        events.push(JournalRoomChanged { has_room: u8::from(report.has_room == 1), reserved: [0; 7] });
    }
}

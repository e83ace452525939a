//! The session at the start: what the journal has that was not stored yet.

use std::ops::ControlFlow;
use std::path::Path;

use model::{Command, Seq};

use super::super::slot::Slot;
use super::super::store::SessionRecord;
use super::BrokerFailure;

/// Brings a session to what the journal has since it was stored. Events from the stored cursor on may have been sent under
/// numbers that nobody remembers, or not at all, so none of them is sent again from the record. True if all orders must be
/// asked for, because the journal has lost its end.
pub(super) fn recover(
    slot: &mut Slot,
    record: &SessionRecord,
    cursor: Seq,
    last_seq: Seq,
    journal: &Path,
) -> Result<bool, BrokerFailure> {
    slot.numbering.skip(record.reserved, cursor, 0);
    if cursor > last_seq.next() {
        tracing::warn!(%cursor, %last_seq, "the journal lost its end; the broker is asked for all orders");
        return Ok(true);
    }
    let mut set = Vec::new();
    journal::read(journal, cursor, |frame| {
        if let Command::SetSequenceNumbers(command) = &frame.command
            && command.session == slot.id
        {
            set.push((*command, frame.time.0));
        }
        ControlFlow::Continue(())
    })?;
    set.iter().for_each(|(command, time_ns)| slot.set_numbers(command, *time_ns));
    Ok(!set.is_empty())
}

//! The session at the start: what the journal has that was not stored yet.

use std::ops::ControlFlow;
use std::path::Path;

use model::{Command, Seq};

use super::super::slot::Slot;
use super::super::store::{SessionRecord, SessionStore};
use super::BrokerFailure;

/// Brings a session to what the journal has since it was stored. Events from the stored cursor on may have been sent under
/// numbers that nobody remembers, or not at all, so none of them is sent again from the record. True if all orders must be
/// asked for, because the journal has lost its end.
pub(super) fn recover(
    slot: &mut Slot,
    store: &dyn SessionStore,
    record: &SessionRecord,
    cursor: Seq,
    last_seq: Seq,
    journal: &Path,
) -> Result<bool, BrokerFailure> {
    if cursor > last_seq.next() {
        tracing::warn!(%cursor, %last_seq, "the journal lost its end; the broker is asked for all orders");
        // The places of what was sent may be those of other events now.
        slot.numbering.reset();
        slot.was_reset = true;
        slot.numbering.skip(record.reserved, last_seq.next(), 0);
        return Ok(true);
    }
    // What was not sent before stays unsent: a run that begins at the same number must not lose its beginning.
    let unsent = store.run_at(slot.id, record.reserved)?.filter(|run| run.unsent && run.first == record.reserved);
    match unsent {
        Some(run) => slot.numbering.skip(run.first, run.seq, run.index),
        None => slot.numbering.skip(record.reserved, cursor, 0),
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

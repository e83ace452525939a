//! What the slots owe the disk: stores their numbers with the journal's cursor, and knows what may leave.
//!
//! Three promises, none of which waits for a disk on the way of a message:
//!
//! - **No outbound number is used twice.** A number may leave once a reservation beyond it is durable; reservations are made
//!   a block ahead, and after a crash the numbers go on at the reservation. The hole is gap-filled when the peer asks.
//! - **No inbound message is applied twice, none is lost on the way to the journal.** The number stored as due is that of the
//!   first command that the journal has not shown yet; at the start the journal is read on from the stored cursor.
//! - **Every event is told.** Numbers and cursor are stored in one step; events after the cursor are told again under new
//!   numbers, with PossResend(97)=Y.

use std::sync::Arc;

use model::Seq;

use super::connection::Connection;
use super::flusher::Flusher;
use super::hold::Holds;
use super::slot::Slot;
use super::store::{Changes, SessionStore, StoreFailure, Stored};

/// Numbers reserved at a time; also the largest hole that a crash leaves. At 100,000 messages a second of one session half a
/// block lasts 300 ms: longer than a flush on a busy disk.
const RESERVATION: u64 = 1 << 16;
/// Frames that the stored cursor may lag while no session has anything to store.
const CURSOR_LAG_MAX: u64 = 10_000;

/// See the module.
pub(super) struct Ledger {
    pub(super) store: Arc<dyn SessionStore>,
    flusher: Flusher,
    /// First frame of the journal that is not accounted for.
    pub(super) cursor: Seq,
    stored_cursor: Option<Seq>,
    /// The last changes that were handed over.
    handed: u64,
}

impl Ledger {
    /// Reads the store.
    pub(super) fn open(store: Arc<dyn SessionStore>) -> Result<(Ledger, Stored), StoreFailure> {
        let stored = store.load()?;
        let flusher = Flusher::start(Arc::clone(&store))?;
        let cursor = stored.cursor.unwrap_or(Seq(1));
        Ok((Ledger { store, flusher, cursor, stored_cursor: stored.cursor, handed: 0 }, stored))
    }

    /// Hands what has changed to the store, in one step. True if there was anything.
    pub(super) fn store(&mut self, slots: &mut [Slot]) -> bool {
        if self.flusher.is_applied(self.handed) {
            slots.iter_mut().for_each(|slot| slot.numbering.all_stored());
        }
        let mut changes = Changes::default();
        for slot in slots.iter_mut() {
            let record = slot.record();
            if slot.stored != Some(record) {
                changes.sessions.push((slot.id, record));
                slot.stored = Some(record);
            }
            changes.runs.extend(slot.numbering.unsaved().map(|run| (slot.id, run)));
            if core::mem::take(&mut slot.was_reset) {
                changes.reset.push(slot.id);
            }
        }
        let lag = self.stored_cursor.map_or(u64::MAX, |stored| self.cursor.0.saturating_sub(stored.0));
        if changes.sessions.is_empty() && changes.runs.is_empty() && changes.reset.is_empty() && lag < CURSOR_LAG_MAX {
            return false;
        }
        changes.cursor = Some(self.cursor);
        self.stored_cursor = changes.cursor;
        self.handed = self.flusher.apply(changes);
        slots.iter_mut().for_each(|slot| slot.numbering.handed_over());
        true
    }

    /// Asks that all stored so far becomes durable, without waiting.
    pub(super) fn request_flush(&self) -> u64 {
        self.flusher.flush()
    }

    /// Why flushing has ended, if it has.
    pub(super) fn failure(&self) -> Option<StoreFailure> {
        self.flusher.failure()
    }

    /// Moves the holds of a connection of the session on.
    fn turn(&mut self, slots: &mut [Slot], index: usize, holds: &mut Holds) {
        holds.let_go(|request| self.flusher.is_durable(request));
        if holds.is_due(slots[index].shown()) {
            self.store(slots);
            holds.requested(self.flusher.flush());
        }
    }

    /// Takes note of a reservation that is durable, and asks for the next one before it is needed.
    fn reserve_ahead(&mut self, slots: &mut [Slot], index: usize) {
        let slot = &mut slots[index];
        if let Some((reserved, request)) = slot.reserving
            && self.flusher.is_durable(request)
        {
            (slot.reserved, slot.reserving) = (reserved, None);
        }
        let next_out = slot.session.sequence_numbers().next_out;
        // Half a block ahead, so that the block is durable before it is needed.
        if next_out + RESERVATION / 2 > slot.reserved_at_store && slot.reserving.is_none() {
            slot.reserved_at_store = next_out + RESERVATION;
            let reserved = slot.reserved_at_store;
            self.store(slots);
            slots[index].reserving = Some((reserved, self.flusher.flush()));
        }
    }

    /// The position up to which a connection's output may leave: what waits for a reservation, or for the disk, stays.
    pub(super) fn cleared(&mut self, slots: &mut [Slot], index: usize, connection: &mut Connection) -> u64 {
        self.turn(slots, index, &mut connection.holds);
        self.reserve_ahead(slots, index);
        let next_out = slots[index].session.sequence_numbers().next_out;
        connection.clearance.look(next_out, slots[index].reserved, connection.position())
    }

    /// Waits until what is under way is durable.
    pub(super) fn settle(&self) -> Result<(), StoreFailure> {
        self.flusher.wait(self.flusher.flush())
    }

    /// Stores everything exactly: nothing will leave any more, so no reservation is needed. Waits for the disk.
    pub(super) fn close(&mut self, slots: &mut [Slot]) -> Result<(), StoreFailure> {
        for slot in slots.iter_mut() {
            (slot.reserved, slot.reserving, slot.reserved_at_store) = (0, None, 0);
        }
        // The cursor too, so that nothing is told twice after a clean stop.
        self.stored_cursor = None;
        self.store(slots);
        self.settle()
    }
}

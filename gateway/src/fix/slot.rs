//! One session's durable side, and the [`Ledger`] that stores all of them with the journal's cursor.
//!
//! Three promises, none of which waits for a disk on the way of a message:
//!
//! - **No outbound number is used twice.** A number may leave once a reservation beyond it is durable; reservations are made
//!   a block ahead, and after a crash the numbers go on at the reservation. The hole is gap-filled when the peer asks.
//! - **No inbound message is applied twice, none is lost on the way to the journal.** The number stored as due is that of the
//!   first command that the journal has not shown yet; at the start the journal is read on from the stored cursor.
//! - **Every event is told.** Numbers and cursor are stored in one step; events after the cursor are told again under new
//!   numbers, with PossResend(97)=Y.

use std::collections::VecDeque;
use std::sync::Arc;

use model::{CompId, Seq, SessionId};

use super::numbering::Numbering;
use super::resend::ResendJob;
use super::session::{Resend, SequenceNumbers, Session};
use super::store::{Changes, Flusher, SessionRecord, SessionStore, StoreFailure, Stored};

/// Numbers reserved at a time; also the largest hole that a crash leaves.
pub(super) const RESERVATION: u64 = 4_096;
/// Orders of one session that may be on their way to the journal.
pub(super) const IN_FLIGHT_MAX: usize = 16_384;
/// Further commands that may be on their way if they are cancels: cancels always pass.
pub(super) const CANCELS_IN_FLIGHT_MAX: usize = 4_096;
/// ResendRequests of one session that wait for their turn; the oldest goes when there are more.
pub(super) const RESENDS_WAITING_MAX: usize = 4;
/// Frames that the stored cursor may lag while no session has anything to store.
const CURSOR_LAG_MAX: u64 = 10_000;

/// One configured session.
pub(super) struct Slot {
    pub(super) id: SessionId,
    pub(super) sender_comp_id: CompId,
    pub(super) target_comp_id: CompId,
    pub(super) session: Session,
    /// Index of the live connection.
    pub(super) connection: Option<usize>,
    pub(super) numbering: Numbering,
    /// The request that is being answered, and those that wait.
    pub(super) resend: Option<ResendJob>,
    pub(super) resends_waiting: VecDeque<Resend>,
    pub(super) last_disconnect: Option<String>,
    /// Numbers of commands handed to the engine that the journal has not shown yet.
    in_flight: VecDeque<u64>,
    /// Numbers below it may leave.
    reserved: u64,
    /// Numbers below it may leave once the flush with this number is done.
    reserving: Option<(u64, u64)>,
    /// Greatest reservation ever stored.
    reserved_at_store: u64,
    /// Nothing leaves before the flush with this number is done.
    held: Option<u64>,
    /// Events up to this frame may have been told before a crash.
    poss_resend_to: Seq,
    stored: Option<SessionRecord>,
    /// The runs at the store are void.
    was_reset: bool,
}

impl Slot {
    /// A session that goes on where `record` says; `journal_end` is the last frame of the journal at this start.
    pub(super) fn new(id: SessionId, mut session: Session, record: Option<SessionRecord>, journal_end: Seq) -> Slot {
        let comp_id = |bytes: &[u8]| CompId::clipped(bytes);
        let (sender_comp_id, target_comp_id) =
            (comp_id(&session.config().sender_comp_id), comp_id(&session.config().target_comp_id));
        let clean = record.is_some_and(|record| record.reserved == record.next_out);
        let start = record.map_or(SequenceNumbers::FIRST, |record| SequenceNumbers {
            next_in: record.next_in,
            next_out: record.reserved,
        });
        session.set_sequence_numbers(start);
        Slot {
            id,
            sender_comp_id,
            target_comp_id,
            session,
            connection: None,
            numbering: Numbering::default(),
            resend: None,
            resends_waiting: VecDeque::new(),
            last_disconnect: None,
            in_flight: VecDeque::new(),
            reserved: 0,
            reserving: None,
            reserved_at_store: 0,
            held: None,
            poss_resend_to: if clean { Seq(0) } else { journal_end },
            stored: record,
            was_reset: false,
        }
    }

    /// May one more command be on its way? Cancels have room that orders have not.
    pub(super) fn has_room_for(&self, cancel: bool) -> bool {
        let more = if cancel { CANCELS_IN_FLIGHT_MAX } else { 0 };
        self.in_flight.len() < IN_FLIGHT_MAX + more
    }

    /// Commands on their way to the journal.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// A command with this number went to the engine.
    pub(super) fn sent_to_engine(&mut self, msg_seq_num: u64) {
        self.in_flight.push_back(msg_seq_num);
    }

    /// The journal shows a command with this number. Those before it went the same way, so they are through as well.
    pub(super) fn journaled(&mut self, msg_seq_num: u64) {
        while self.in_flight.front().is_some_and(|first| *first <= msg_seq_num) {
            self.in_flight.pop_front();
        }
    }

    /// At the start: the journal shows a command with this number, so it is not due any more.
    pub(super) fn recovered(&mut self, msg_seq_num: u64) {
        let mut numbers = self.session.sequence_numbers();
        numbers.next_in = numbers.next_in.max(msg_seq_num + 1);
        self.session.set_sequence_numbers(numbers);
    }

    /// Takes a number for a message that cannot be sent now: the peer will see the gap and ask.
    pub(super) fn take_number(&mut self) -> u64 {
        let mut numbers = self.session.sequence_numbers();
        let number = numbers.next_out;
        numbers.next_out += 1;
        self.session.set_sequence_numbers(numbers);
        number
    }

    /// Notes which event the message with this number tells of.
    pub(super) fn note(&mut self, number: u64, seq: Seq, index: u8) {
        self.numbering.note(number, seq, index, seq <= self.poss_resend_to);
    }

    /// The numbers began again at 1. Until that is durable nothing leaves; see [`Ledger::hold`].
    pub(super) fn reset(&mut self) {
        self.numbering.reset();
        self.resend = None;
        self.resends_waiting.clear();
        (self.reserved, self.reserving, self.reserved_at_store) = (0, None, 0);
        self.was_reset = true;
    }

    /// A ResendRequest(2) to be answered.
    pub(super) fn ask_resend(&mut self, resend: Resend) {
        if self.resends_waiting.len() == RESENDS_WAITING_MAX {
            self.resends_waiting.pop_front();
        }
        self.resends_waiting.push_back(resend);
    }

    /// The connection is gone.
    pub(super) fn disconnected(&mut self, why: String) {
        self.session.disconnected();
        self.connection = None;
        self.resend = None;
        self.resends_waiting.clear();
        self.last_disconnect = Some(why);
    }

    fn record(&self) -> SessionRecord {
        let numbers = self.session.sequence_numbers();
        let next_in = self.in_flight.front().map_or(numbers.next_in, |first| numbers.next_in.min(*first));
        SessionRecord { next_in, next_out: numbers.next_out, reserved: self.reserved_at_store.max(numbers.next_out) }
    }
}

/// Stores the slots and the cursor, and knows what may leave.
pub(super) struct Ledger {
    pub(super) store: Arc<dyn SessionStore>,
    flusher: Flusher,
    /// First frame of the journal that is not accounted for.
    pub(super) cursor: Seq,
    stored_cursor: Option<Seq>,
}

impl Ledger {
    /// Reads the store.
    pub(super) fn open(store: Arc<dyn SessionStore>) -> Result<(Ledger, Stored), StoreFailure> {
        let stored = store.load()?;
        let flusher = Flusher::start(Arc::clone(&store))?;
        let cursor = stored.cursor.unwrap_or(Seq(1));
        Ok((Ledger { store, flusher, cursor, stored_cursor: stored.cursor }, stored))
    }

    /// Stores what has changed, in one step. True if there was anything.
    pub(super) fn store(&mut self, slots: &mut [Slot]) -> Result<bool, StoreFailure> {
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
            return Ok(false);
        }
        changes.cursor = Some(self.cursor);
        self.store.apply(&changes)?;
        self.stored_cursor = changes.cursor;
        slots.iter_mut().for_each(|slot| slot.numbering.saved());
        Ok(true)
    }

    /// Asks that all stored so far becomes durable, without waiting.
    pub(super) fn request_flush(&self) -> u64 {
        self.flusher.request()
    }

    /// Why flushing has ended, if it has.
    pub(super) fn failure(&self) -> Option<StoreFailure> {
        self.flusher.failure()
    }

    /// Stores, and keeps all output of the session back until that is durable.
    pub(super) fn hold(&mut self, slots: &mut [Slot], index: usize) -> Result<(), StoreFailure> {
        self.store(slots)?;
        slots[index].held = Some(self.flusher.request());
        Ok(())
    }

    /// May the session's output leave now? Where it may not, what is missing is under way.
    pub(super) fn may_leave(&mut self, slots: &mut [Slot], index: usize) -> Result<bool, StoreFailure> {
        let slot = &mut slots[index];
        if slot.held.is_some_and(|request| !self.flusher.is_durable(request)) {
            return Ok(false);
        }
        slot.held = None;
        if let Some((reserved, request)) = slot.reserving
            && self.flusher.is_durable(request)
        {
            (slot.reserved, slot.reserving) = (reserved, None);
        }
        let next_out = slot.session.sequence_numbers().next_out;
        let may_leave = next_out <= slot.reserved;
        // Half a block ahead, so that the block is durable before it is needed.
        if next_out + RESERVATION / 2 > slot.reserved_at_store && slot.reserving.is_none() {
            slot.reserved_at_store = next_out + RESERVATION;
            let reserved = slot.reserved_at_store;
            self.store(slots)?;
            slots[index].reserving = Some((reserved, self.flusher.request()));
        }
        Ok(may_leave)
    }

    /// Waits until what is under way is durable.
    pub(super) fn settle(&self) -> Result<(), StoreFailure> {
        self.flusher.wait(self.flusher.request())
    }

    /// Stores everything exactly: nothing will leave any more, so no reservation is needed. Waits for the disk.
    pub(super) fn close(&mut self, slots: &mut [Slot]) -> Result<(), StoreFailure> {
        for slot in slots.iter_mut() {
            (slot.reserved, slot.reserving, slot.reserved_at_store) = (0, None, 0);
        }
        // The cursor too, so that nothing is told twice after a clean stop.
        self.stored_cursor = None;
        self.store(slots)?;
        self.settle()
    }
}

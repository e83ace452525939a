//! One configured session: its state machine, and what of it must outlive a crash (see [`super::ledger`]).

use std::collections::VecDeque;
use std::sync::Arc;

use model::{CompId, Seq, SessionId, SetSequenceNumbers};

use super::connection::Connection;
use super::counters::SessionStatus;
use super::disconnects::Presence;
use super::encode::Encoder;
use super::form::CustomTags;
use super::hours::Hours;
use super::numbering::Numbering;
use super::resend::{Record, ResendFailure, ResendJob, Surroundings, Teller};
use super::session::{Resend, SequenceNumbers, Session, SessionConfig};
use super::settings::{Access, SessionSettings};
use super::store::SessionRecord;
use super::throttle::Throttle;

/// Orders of one session that may be on their way to the journal.
pub(super) const IN_FLIGHT_MAX: usize = 16_384;
/// Further commands that may be on their way if they are cancels: cancels always pass.
pub(super) const CANCELS_IN_FLIGHT_MAX: usize = 4_096;
/// ResendRequests of one session that wait for their turn; the oldest goes when there are more.
pub(super) const RESENDS_WAITING_MAX: usize = 4;

/// One configured session.
pub(super) struct Slot {
    pub(super) id: SessionId,
    pub(super) sender_comp_id: CompId,
    pub(super) target_comp_id: CompId,
    pub(super) session: Session,
    /// Who may use it.
    pub(super) access: Access,
    /// What the parser must know of the tags that its peer made up.
    pub(super) custom_tags: Option<Arc<CustomTags>>,
    pub(super) throttle: Option<Throttle>,
    /// How it speaks from its next connection on.
    pub(super) next_config: Option<SessionConfig>,
    /// It is not configured any more; see [`super::reload`].
    pub(super) is_removed: bool,
    hours: Option<Hours>,
    /// When the numbers were begun; `None` for those of a record that does not say, until the first look at the clock.
    born_ns: Option<i64>,
    /// An operator's new numbers are on their way to the journal; no Logon until then.
    pub(super) being_set: bool,
    /// Index of the live connection.
    pub(super) connection: Option<usize>,
    /// Is its peer there, for the orders that do not outlive that?
    pub(super) presence: Presence,
    pub(super) numbering: Numbering,
    /// The request that is being answered, and those that wait.
    pub(super) resend: Option<ResendJob>,
    pub(super) resends_waiting: VecDeque<Resend>,
    pub(super) last_disconnect: Option<String>,
    /// Numbers of commands handed to the engine that the journal has not shown yet.
    in_flight: VecDeque<u64>,
    /// Commands ever handed to the engine.
    sent: u64,
    /// Numbers below it may leave.
    pub(super) reserved: u64,
    /// Numbers below it may leave once the flush with this number is done.
    pub(super) reserving: Option<(u64, u64)>,
    /// Greatest reservation ever stored.
    pub(super) reserved_at_store: u64,
    /// Events up to this frame may have been told before a crash.
    poss_resend_to: Seq,
    pub(super) stored: Option<SessionRecord>,
    /// Events after the end of the hours, while the numbers could not begin again yet: at most what was on its way.
    carried: Vec<(Seq, u8)>,
    /// The runs at the store are void.
    pub(super) was_reset: bool,
    /// At the start: its hours have ended since the journal ended, so what the journal shows is of numbers that are over.
    pub(super) is_outlived: bool,
}

impl Slot {
    /// A session that goes on where `record` says; `journal_end` is the last frame of the journal at this start.
    pub(super) fn new(of: &SessionSettings, record: Option<SessionRecord>, journal_end: Seq) -> Slot {
        let mut session = Session::new(of.config.clone(), SequenceNumbers::FIRST);
        let comp_id = |bytes: &[u8]| CompId::clipped(bytes);
        let (sender_comp_id, target_comp_id) =
            (comp_id(&session.config().sender_comp_id), comp_id(&session.config().target_comp_id));
        let clean = record.is_some_and(|record| record.reserved == record.next_out);
        let start = record.map_or(SequenceNumbers::FIRST, |record| SequenceNumbers {
            next_in: record.next_in,
            next_out: record.reserved,
        });
        session.set_sequence_numbers(start);
        let custom_tags = of.config.dictionary.as_ref().and_then(|dictionary| dictionary.custom_tags());
        Slot {
            id: of.session,
            sender_comp_id,
            target_comp_id,
            session,
            access: of.access.clone(),
            custom_tags,
            throttle: of.access.throttle.map(Throttle::new),
            hours: of.access.schedule.clone().map(Hours::new),
            born_ns: record.and_then(|record| record.born_ns),
            next_config: None,
            is_removed: false,
            being_set: false,
            connection: None,
            presence: Presence::default(),
            numbering: Numbering::default(),
            resend: None,
            resends_waiting: VecDeque::new(),
            last_disconnect: None,
            in_flight: VecDeque::new(),
            sent: 0,
            reserved: 0,
            reserving: None,
            reserved_at_store: 0,
            poss_resend_to: if clean { Seq(0) } else { journal_end },
            stored: record,
            carried: Vec::new(),
            was_reset: false,
            is_outlived: false,
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

    /// Commands ever handed to the engine.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Those of them that the journal has shown.
    pub(super) fn shown(&self) -> u64 {
        self.sent - self.in_flight.len() as u64
    }

    /// A command with this number went to the engine.
    pub(super) fn sent_to_engine(&mut self, msg_seq_num: u64) {
        self.in_flight.push_back(msg_seq_num);
        self.sent += 1;
    }

    /// The journal shows a command with this number. Those before it went the same way, so they are through as well.
    pub(super) fn journaled(&mut self, msg_seq_num: u64) {
        while self.in_flight.front().is_some_and(|first| *first <= msg_seq_num) {
            self.in_flight.pop_front();
        }
    }

    /// The journal shows the command that was handed over first of those on their way.
    pub(super) fn journaled_first(&mut self) {
        self.in_flight.pop_front();
    }

    /// At the start: the journal shows a command with this number, so it is not due any more.
    pub(super) fn recovered(&mut self, msg_seq_num: u64) {
        if self.is_outlived {
            return;
        }
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

    /// An event that cannot be told now. It has a number all the same, and where the numbers are over, one of the next ones.
    pub(super) fn note_untold(&mut self, seq: Seq, index: u8) {
        let number = self.take_number();
        self.note(number, seq, index);
        if self.session.is_reset_due() || self.hours.as_ref().is_some_and(Hours::is_over) {
            self.carried.push((seq, index));
        }
    }

    /// Notes which event the message with this number tells of.
    pub(super) fn note(&mut self, number: u64, seq: Seq, index: u8) {
        self.numbering.note(number, seq, index, seq <= self.poss_resend_to);
    }

    /// The session follows its hours; with `out` where it is connected. True if its numbers have begun again.
    pub(super) fn follow_hours(&mut self, now_ns: i64, out: Option<&mut Encoder>) -> bool {
        let born_ns = *self.born_ns.get_or_insert(now_ns);
        if let Some(hours) = &mut self.hours {
            let was_open = self.session.is_open();
            hours.follow(now_ns, born_ns, &mut self.session, out);
            if was_open != self.session.is_open() {
                let said = if was_open { "have ended" } else { "have begun" };
                tracing::info!(session = %self.target_comp_id, "the session's hours {said}");
            }
        }
        self.reset_if_due(now_ns)
    }

    /// Begins the numbers again if that is due, nobody is connected, and no command of the old ones can still come up in the
    /// journal. True if they were.
    pub(super) fn reset_if_due(&mut self, now_ns: i64) -> bool {
        let resets = self.in_flight.is_empty() && self.session.reset_if_due();
        if resets {
            self.reset(now_ns);
        }
        resets
    }

    /// The numbers began again at 1. Until that is durable nothing leaves; see [`super::hold`].
    pub(super) fn reset(&mut self, now_ns: i64) {
        self.born_ns = Some(now_ns);
        self.numbering.reset();
        self.resend = None;
        self.resends_waiting.clear();
        (self.reserved, self.reserving, self.reserved_at_store) = (0, None, 0);
        self.was_reset = true;
        for (seq, index) in std::mem::take(&mut self.carried) {
            let number = self.take_number();
            self.note(number, seq, index);
        }
    }

    /// How it stands, on this connection.
    pub(super) fn status(&self, connection: Option<&Connection>) -> SessionStatus {
        let numbers = self.session.sequence_numbers();
        SessionStatus {
            session: self.id,
            sender_comp_id: self.sender_comp_id,
            target_comp_id: self.target_comp_id,
            logged_on: self.session.is_active(),
            peer: connection.map(|connection| connection.peer),
            next_in: numbers.next_in,
            next_out: numbers.next_out,
            output_bytes: connection.map_or(0, |connection| connection.out.pending().len()),
            in_flight: self.in_flight(),
            resending: self.resend.is_some(),
            last_disconnect: self.last_disconnect.clone(),
        }
    }

    /// An operator's new numbers are in the journal. Where ours go back, what is stored of those numbers is void.
    pub(super) fn set_numbers(&mut self, set: &SetSequenceNumbers, now_ns: i64) {
        if self.is_outlived {
            return;
        }
        let mut numbers = self.session.sequence_numbers();
        if set.changes & 1 != 0 {
            numbers.next_in = set.next_in;
        }
        if set.changes & 2 != 0 {
            if set.next_out < numbers.next_out {
                self.carried.clear();
                self.reset(now_ns);
            }
            // Nothing leaves under the new numbers before a flush that knows them: after a crash they must not come again.
            (self.reserved, self.reserving, self.reserved_at_store) = (0, None, 0);
            numbers.next_out = set.next_out;
        }
        self.session.set_sequence_numbers(numbers);
        self.being_set = false;
    }

    /// A ResendRequest(2) to be answered.
    pub(super) fn ask_resend(&mut self, resend: Resend) {
        if self.resends_waiting.len() == RESENDS_WAITING_MAX {
            self.resends_waiting.pop_front();
        }
        self.resends_waiting.push_back(resend);
    }

    /// Goes on with the request that is being answered, or begins with the next. Gives the number of messages.
    pub(super) fn resend_piece(
        &mut self,
        teller: &dyn Teller,
        from: &Record<'_>,
        now_ns: i64,
        out: &mut Encoder,
    ) -> Result<u64, ResendFailure> {
        let Slot { id, session, numbering, .. } = self;
        let mut with = Surroundings { id: *id, session, numbering, from, teller, now_ns, out };
        let mut job = match self.resend.take() {
            Some(job) => job,
            None => match self.resends_waiting.pop_front() {
                Some(resend) => ResendJob::begin(resend, &with)?,
                None => return Ok(0),
            },
        };
        let (messages, done) = job.piece(&mut with)?;
        if !done {
            self.resend = Some(job);
        }
        Ok(messages)
    }

    /// The connection is gone.
    pub(super) fn disconnected(&mut self, why: String) {
        self.session.disconnected();
        self.connection = None;
        self.resend = None;
        self.resends_waiting.clear();
        self.last_disconnect = Some(why);
        self.take_next_config();
    }

    /// What it may is this from now on.
    pub(super) fn may(&mut self, access: Access) {
        if access.throttle != self.access.throttle {
            self.throttle = access.throttle.map(Throttle::new);
        }
        if access.schedule != self.access.schedule {
            self.hours = access.schedule.clone().map(Hours::new);
            // Numbers that knew no such hours are not over because of them.
            self.born_ns = None;
            if self.hours.is_none() {
                self.session.open();
            }
        }
        self.access = access;
    }

    /// Between two connections: it speaks as it was told to meanwhile.
    pub(super) fn take_next_config(&mut self) {
        if let Some(config) = self.next_config.take() {
            self.custom_tags = config.dictionary.as_ref().and_then(|dictionary| dictionary.custom_tags());
            self.session.reconfigure(config);
        }
    }

    /// What must be stored of it.
    pub(super) fn record(&self) -> SessionRecord {
        let numbers = self.session.sequence_numbers();
        let next_in = self.in_flight.front().map_or(numbers.next_in, |first| numbers.next_in.min(*first));
        let reserved = self.reserved_at_store.max(numbers.next_out);
        SessionRecord { next_in, next_out: numbers.next_out, reserved, born_ns: self.born_ns }
    }
}

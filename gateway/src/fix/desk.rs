//! Where sessions and connections meet: a message in becomes a command, an event becomes a report.
//!
//! No socket is touched here but through [`Connection`]; the acceptor says when. What a call finds wrong with a connection
//! ends that connection; only the store's and the journal's failures end the acceptor.

use std::path::PathBuf;
use std::sync::Arc;

use journal::{Frame, Mark};
use model::queue::Producer;
use model::{Command, CompId, Event, ExecId, SessionId};

use super::addresses::Network;
use super::auth::Verifier;
use super::connection::Connection;
use super::control::Control;
use super::counters::{Counters, add, count};
use super::disconnects::Presence;
use super::door::Bound;
use super::drop_copy::ToDropCopy;
use super::ended::Ended;
use super::frame::{Framed, frame};
use super::ledger::Ledger;
use super::limits::MESSAGE_BYTES_MAX;
use super::lockout::Lockout;
use super::message::FieldIndex;
use super::message_log::{Direction, MessageLog};
use super::order_entry::{Engine, application, throttle};
use super::reload::NewSession;
use super::report::{self, Names};
use super::resend::{OUTPUT_BYTES_AHEAD, Record, ResendFailure, Teller, ToClient};
use super::session::{DisconnectReason, Disposition};
use super::slot::Slot;
use super::store::{SessionRecord, StoreFailure};
use super::template::Template;
use super::tls::TlsServer;

/// Resends that go on in one round, a piece each; the others have their turn in the next.
const RESENDS_PER_ROUND: usize = 8;

/// Everything but the listeners and the poll.
pub(super) struct Desk {
    pub(super) connections: Vec<Option<Connection>>,
    pub(super) slots: Vec<Slot>,
    pub(super) ledger: Ledger,
    pub(super) names: Names,
    pub(super) counters: Arc<Counters>,
    pub(super) commands: Producer<Command>,
    pub(super) output_bytes_max: usize,
    /// Room in the queue to the engine that only cancels may take.
    pub(super) slots_for_cancels: usize,
    pub(super) journal: PathBuf,
    pub(super) mark: Mark,
    pub(super) templates: Vec<Template>,
    /// Sessions of templates that are on their way to the journal.
    pub(super) defining: Vec<CompId>,
    /// Sessions that were added and that the journal does not know yet.
    pub(super) awaited: Vec<NewSession>,
    /// What the store knows of sessions that are not configured.
    pub(super) unused: Vec<(SessionId, SessionRecord)>,
    /// For the listener, from a reload.
    pub(super) new_tls: Option<TlsServer>,
    /// The session whose resend goes on first in the next round.
    resends_first: usize,
    /// Networks that peers may come from; empty is any.
    pub(super) allowed: Vec<Network>,
    pub(super) lockout: Lockout,
    pub(super) verifier: Verifier,
    /// Where it is on.
    pub(super) message_log: Option<MessageLog>,
    /// What operators ask.
    pub(super) control: Control,
    /// Slots that get copies of others' reports.
    pub(super) copies: Vec<usize>,
    /// Slot of each session, by [`SessionId`].
    slot_of: Vec<Option<usize>>,
    pub(super) index: FieldIndex,
}

/// What is left to do after a message.
pub(super) enum After {
    /// It is dealt with.
    Taken,
    /// It must wait; try again in the next round.
    Held,
    /// The connection ends.
    End(Ended),
    /// Output of the session must wait for the store.
    Hold,
}

/// What a [`Desk`] begins with.
pub(super) struct Setup {
    pub(super) slots: Vec<Slot>,
    pub(super) ledger: Ledger,
    pub(super) names: Names,
    pub(super) commands: Producer<Command>,
    pub(super) output_bytes_max: usize,
    pub(super) slots_for_cancels: usize,
    pub(super) journal: PathBuf,
    pub(super) mark: Mark,
    pub(super) templates: Vec<Template>,
    pub(super) allowed: Vec<Network>,
    pub(super) lockout: Lockout,
    pub(super) verifier: Verifier,
    pub(super) unused: Vec<(SessionId, SessionRecord)>,
}

impl Desk {
    pub(super) fn new(setup: Setup) -> Desk {
        let Setup { slots, ledger, names, commands, output_bytes_max, slots_for_cancels, journal, mark, .. } = setup;
        let Setup { templates, allowed, lockout, verifier, unused, .. } = setup;
        let mut slot_of = vec![None; slots.iter().map(|slot| slot.id.0 as usize + 1).max().unwrap_or(0)];
        slots.iter().enumerate().for_each(|(index, slot)| slot_of[slot.id.0 as usize] = Some(index));
        let mut desk = Desk {
            connections: Vec::new(),
            slots,
            ledger,
            names,
            counters: Arc::default(),
            commands,
            output_bytes_max,
            slots_for_cancels,
            journal,
            mark,
            templates,
            defining: Vec::new(),
            awaited: Vec::new(),
            unused,
            new_tls: None,
            resends_first: 0,
            allowed,
            lockout,
            verifier,
            message_log: None,
            control: Control::default(),
            copies: Vec::new(),
            slot_of,
            index: FieldIndex::new(),
        };
        desk.find_copies();
        desk
    }

    pub(super) fn slot_of(&self, session: SessionId) -> Option<usize> {
        self.slot_of.get(session.0 as usize).copied().flatten()
    }

    /// One more session, while running.
    pub(super) fn add_slot(&mut self, slot: Slot) {
        let id = slot.id.0 as usize;
        if self.slot_of.len() <= id {
            self.slot_of.resize(id + 1, None);
        }
        self.slot_of[id] = Some(self.slots.len());
        self.slots.push(slot);
        self.find_copies();
    }

    /// Frames what a connection has read and deals with each message. Gives their number.
    pub(super) fn take_input(&mut self, c: usize, now_ns: i64) -> Result<usize, StoreFailure> {
        let mut messages = 0;
        while let Some(connection) = &mut self.connections[c] {
            if connection.is_ending() {
                break;
            }
            // While our own disk is behind, the peer waits: what it has to be told must not pile up.
            if connection.out.pending().len() > self.output_bytes_max {
                break;
            }
            let from = connection.position();
            let (input, _) = connection.input_and_out();
            let (len, after) = match frame(input, MESSAGE_BYTES_MAX) {
                Framed::Incomplete => break,
                Framed::Garbled { skip, .. } => (skip, self.on_garbled(c)),
                Framed::Message { len } => (len, self.on_message(c, len, now_ns)),
            };
            if matches!(after, After::Held) {
                break;
            }
            if let Some(connection) = &mut self.connections[c] {
                connection.take(len);
            }
            messages += 1;
            match after {
                After::Taken | After::Held => {}
                After::End(why) => self.end(c, why, now_ns),
                After::Hold => {
                    if let Some(connection) = &mut self.connections[c]
                        && let Some(slot) = connection.slot
                    {
                        connection.holds.hold(from, self.slots[slot].sent());
                    }
                }
            }
        }
        Ok(messages)
    }

    fn on_garbled(&mut self, c: usize) -> After {
        count(&self.counters.garbled);
        match self.connections[c].as_ref().and_then(|connection| connection.slot) {
            Some(slot) => match self.slots[slot].session.on_garbled() {
                Disposition::Disconnect { reason } => After::End(Ended::Session(reason)),
                _ => After::Taken,
            },
            None => After::End(Ended::Session(DisconnectReason::GarbledLogon)),
        }
    }

    fn on_message(&mut self, c: usize, len: usize, now_ns: i64) -> After {
        if self.connections[c].as_ref().is_some_and(|connection| connection.slot.is_none()) {
            match self.bind(c, len, now_ns) {
                Bound::Yes => {}
                Bound::Waiting => return After::Held,
                Bound::No(why) => return After::End(why),
            }
        }
        let Desk { connections, slots, index, counters, commands, slots_for_cancels, message_log, .. } = self;
        let Some(connection) = &mut connections[c] else { return After::Taken };
        let Some(slot) = connection.slot.map(|slot| &mut slots[slot]) else { return After::Taken };
        let (input, out) = connection.input_and_out();
        index.use_custom_tags(slot.custom_tags.as_ref());
        let Ok(message) = index.parse(&input[..len]) else { return self.on_garbled(c) };
        // Numbers begin again only when no command of the old numbering can still come up in the journal.
        if slot.in_flight() > 0 && slot.session.may_reset_with(&message) {
            return After::Held;
        }
        if let Some(log) = message_log {
            log.note(slot.target_comp_id, now_ns, Direction::In, &input[..len]);
        }
        count(&counters.messages_in);
        match slot.session.on_message(now_ns, &message, out) {
            Disposition::LoggedOn { reset } => {
                count(&counters.logons);
                slot.presence = Presence::Here;
                tracing::info!(session = %slot.target_comp_id, reset, "logged on");
                if reset {
                    slot.reset(now_ns);
                    return After::Hold;
                }
                if let Some(resend) = slot.session.take_owed_resend() {
                    slot.ask_resend(resend);
                }
            }
            Disposition::Application { msg_seq_num, poss_resend, .. } => {
                if let Some(after) = throttle(slot, &message, counters, now_ns, out) {
                    return after;
                }
                let to = Engine { commands, slots_for_cancels: *slots_for_cancels, counters };
                return application(&to, slot, msg_seq_num, poss_resend, &message, now_ns, out);
            }
            Disposition::Rejected { .. } => count(&counters.session_rejects),
            Disposition::Resend(resend) => {
                count(&counters.resend_requests);
                slot.ask_resend(resend);
            }
            Disposition::Disconnect { reason } => return After::End(Ended::Session(reason)),
            // Whoever says Logout closes the connection next, and it is not lost by that.
            Disposition::LoggedOut => slot.left(Ended::Session(DisconnectReason::LoggedOut), now_ns),
            Disposition::Consumed | Disposition::Dropped => {}
        }
        After::Taken
    }

    /// Takes in a frame: what it confirms, what it defines, and what clients hear of it.
    pub(super) fn on_frame(&mut self, frame: &Frame<'_>, now_ns: i64) {
        if let Some(origin) = frame.command.origin()
            && let Some(slot) = self.slot_of(origin.session)
        {
            self.slots[slot].journaled(origin.msg_seq_num);
        }
        if let Command::SetSequenceNumbers(set) = &frame.command
            && let Some(slot) = self.slot_of(set.session)
        {
            self.slots[slot].set_numbers(set, now_ns);
        }
        for (index, event) in frame.events().enumerate() {
            self.names.learn(&event);
            if let Event::SessionDefined(defined) = &event {
                self.defined(defined, now_ns);
            }
            if let Some(slot) = event.session().and_then(|session| self.slot_of(session)) {
                self.report(slot, frame, index as u8, &event, now_ns);
            }
            self.copy(frame, index as u8, &event, now_ns);
        }
        self.ledger.cursor = frame.seq.next();
    }

    /// At the start, before anybody is connected: numbers what the journal has after the stored cursor.
    pub(super) fn recover_frame(&mut self, frame: &Frame<'_>) {
        if let Some(origin) = frame.command.origin()
            && let Some(slot) = self.slot_of(origin.session)
        {
            self.slots[slot].recovered(origin.msg_seq_num);
        }
        self.on_frame(frame, frame.time.0);
    }

    pub(super) fn report(&mut self, slot: usize, frame: &Frame<'_>, index: u8, event: &Event, now_ns: i64) {
        let Some(msg_type) = report::msg_type(event) else { return };
        let Desk { connections, slots, names, counters, .. } = self;
        let slot = &mut slots[slot];
        let connection = slot.connection.and_then(|c| connections[c].as_mut()).filter(|_| slot.session.is_active());
        match connection {
            Some(connection) => {
                let out = &mut connection.out;
                let number = slot.session.begin_app_message(now_ns, msg_type, out);
                let (version, exec_id) = (slot.session.config().version, ExecId { seq: frame.seq, index });
                if slot.access.drop_copy.is_some() {
                    let teller = ToDropCopy { session: slot.id, version, names };
                    teller.write_body(event, exec_id, frame.time, out);
                } else {
                    report::write_body(version, event, exec_id, frame.time, names, out);
                }
                out.finish();
                count(&counters.reports_out);
                slot.note(number, frame.seq, index);
            }
            None => slot.note_untold(frame.seq, index),
        }
    }

    /// Goes on with resends. Gives the number of messages sent again.
    pub(super) fn resend(&mut self, now_ns: i64) -> Result<usize, ResendFailure> {
        let Desk { connections, slots, ledger, names, counters, journal, mark, resends_first, .. } = self;
        let (mut total, mut pieces) = (0, 0);
        let first = std::mem::take(resends_first);
        for index in (first..slots.len()).chain(0..first) {
            let slot = &mut slots[index];
            if slot.resend.is_none() && slot.resends_waiting.is_empty() {
                continue;
            }
            if pieces == RESENDS_PER_ROUND {
                *resends_first = index;
                break;
            }
            let Some(connection) = slot.connection.and_then(|c| connections[c].as_mut()) else { continue };
            if connection.out.pending().len() > OUTPUT_BYTES_AHEAD {
                continue;
            }
            pieces += 1;
            let (session, version) = (slot.id, slot.session.config().version);
            let (to_client, to_drop_copy) =
                (ToClient { session, version, names }, ToDropCopy { session, version, names });
            let teller: &dyn Teller = if slot.access.drop_copy.is_some() { &to_drop_copy } else { &to_client };
            let from = Record { store: &*ledger.store, cursor: ledger.cursor, journal, mark };
            let messages = slot.resend_piece(teller, &from, now_ns, &mut connection.out)?;
            add(&counters.messages_resent, messages);
            total += messages as usize + 1;
        }
        Ok(total)
    }

    /// Hours, heartbeats and time limits.
    pub(super) fn on_timer(&mut self, now_ns: i64, logon_time_limit_ns: i64) {
        let mut begun_again = false;
        for slot in &mut self.slots {
            let connection = slot.connection.and_then(|c| self.connections[c].as_mut());
            begun_again |= slot.follow_hours(now_ns, connection.map(|connection| &mut connection.out));
        }
        if begun_again {
            self.ledger.store(&mut self.slots);
        }
        self.tell_of_lost(now_ns);
        for c in 0..self.connections.len() {
            let Some(connection) = &mut self.connections[c] else { continue };
            if connection.is_ending() {
                continue;
            }
            let why = match connection.slot {
                Some(slot) => self.slots[slot].session.on_timer(now_ns, &mut connection.out).map(Ended::Session),
                None if connection.socket.is_handshaking() => {
                    let late = connection.open_until_ns.is_some_and(|until| now_ns >= until);
                    late.then_some(Ended::HandshakeTimeout)
                }
                None => {
                    let late = now_ns.saturating_sub(connection.opened_ns) >= logon_time_limit_ns;
                    late.then_some(Ended::LogonTimeout)
                }
            };
            if let Some(why) = why {
                self.end(c, why, now_ns);
            }
        }
    }
}

//! One session of the driver: its state machine, its store, and what it does with what a connection brings.

use std::collections::VecDeque;

use super::super::connection::Connection;
use super::super::encode::Encoder;
use super::super::frame::{Framed, frame};
use super::super::limits::MESSAGE_BYTES_MAX;
use super::super::message::{FieldIndex, Message};
use super::super::session::{Disposition, Resend, SequenceNumbers, Session, SessionConfig};
use super::super::tag;
use super::application::{Application, Ended, Outbound, SessionKey};
use super::backoff::Attempts;
use super::store::MessageStore;

/// ResendRequests(2) of one peer that wait to be answered; input waits when there are more.
const RESENDS_MAX: usize = 4;
/// Output of one resend in one round, so that a long one holds nobody up.
const RESEND_BYTES_PER_ROUND: usize = 64 * 1024;

/// Where a session's connections come from.
pub(super) enum Way {
    /// The peer comes to this listener.
    In { listener: usize },
    /// We go to the peer.
    Out(Attempts),
}

/// One session of the driver.
pub(super) struct Peer {
    pub(super) key: SessionKey,
    pub(super) session: Session,
    pub(super) store: Box<dyn MessageStore>,
    pub(super) way: Way,
    /// Index of the live connection.
    pub(super) link: Option<usize>,
    resends: VecDeque<Resend>,
    /// Whole messages may wait, because the answers to those before have not left.
    input_waits: bool,
    /// Parses what the store has.
    stored_index: FieldIndex,
    noted: SequenceNumbers,
    /// The application was told of the Logon.
    told_logon: bool,
}

impl Peer {
    pub(super) fn new(key: SessionKey, config: SessionConfig, store: Box<dyn MessageStore>, way: Way) -> Peer {
        let noted = store.numbers();
        Peer {
            key,
            session: Session::new(config, noted),
            store,
            way,
            link: None,
            resends: VecDeque::with_capacity(RESENDS_MAX),
            input_waits: false,
            stored_index: FieldIndex::new(),
            noted,
            told_logon: false,
        }
    }

    /// Is this the session of a peer's first message?
    pub(super) fn is_for(&self, listener: usize, logon: &Message<'_>) -> bool {
        let config = self.session.config();
        matches!(self.way, Way::In { listener: own } if own == listener)
            && logon.begin_string() == config.version.begin_string()
            && logon.get(tag::SENDER_COMP_ID) == Some(&*config.target_comp_id)
            && logon.get(tag::TARGET_COMP_ID) == Some(&*config.sender_comp_id)
    }

    /// Takes the whole messages that the connection has read, while there is room for the answers.
    pub(super) fn take_input<A: Application + ?Sized>(
        &mut self,
        connection: &mut Connection,
        index: &mut FieldIndex,
        output_bytes_max: usize,
        now_ns: i64,
        application: &mut A,
    ) -> Option<Ended> {
        self.input_waits = false;
        while self.resends.len() < RESENDS_MAX {
            let (input, out) = connection.input_and_out();
            if out.pending().len() > output_bytes_max / 2 {
                break;
            }
            if let Some(dictionary) = &self.session.config().dictionary {
                index.use_dictionary(dictionary);
            }
            let (taken, disposition) = match frame(input, MESSAGE_BYTES_MAX) {
                Framed::Incomplete => return None,
                Framed::Garbled { skip, .. } => (skip, self.session.on_garbled()),
                Framed::Message { len } => match index.parse(&input[..len]) {
                    Ok(message) => (len, self.take_message(now_ns, &message, out, application)),
                    Err(_) => (len, self.session.on_garbled()),
                },
            };
            connection.take(taken);
            match disposition {
                Disposition::Disconnect { reason } => return Some(Ended::Session(reason)),
                Disposition::Resend(resend) => {
                    self.resends.push_back(resend);
                    self.resend(now_ns, &mut connection.out);
                }
                _ => {}
            }
        }
        self.input_waits = true;
        None
    }

    fn take_message<A: Application + ?Sized>(
        &mut self,
        now_ns: i64,
        message: &Message<'_>,
        out: &mut Encoder,
        application: &mut A,
    ) -> Disposition {
        let disposition = self.session.on_message(now_ns, message, out);
        match disposition {
            Disposition::Application { .. } => {
                application.on_message(self.key, message, &mut self.outbound(now_ns, out))
            }
            Disposition::LoggedOn { reset } => {
                if reset {
                    self.store.reset();
                    self.resends.clear();
                }
                self.resends.extend(self.session.take_owed_resend());
                self.told_logon = true;
                if let Way::Out(attempts) = &mut self.way {
                    attempts.succeeded();
                }
                tracing::info!(session = self.key.0, reset, "logged on");
                application.on_logon(self.key, &mut self.outbound(now_ns, out));
            }
            _ => {}
        }
        disposition
    }

    pub(super) fn outbound<'a>(&'a mut self, now_ns: i64, out: &'a mut Encoder) -> Outbound<'a> {
        Outbound { session: &mut self.session, store: &mut *self.store, out, now_ns }
    }

    /// Sets the numbers, as an operator may.
    pub(super) fn set_numbers(&mut self, numbers: SequenceNumbers) {
        self.session.set_sequence_numbers(numbers);
        self.resends.clear();
        self.note_numbers();
    }

    /// Our own Logon, on a connection that has opened.
    pub(super) fn begin_logon(&mut self, now_ns: i64, out: &mut Encoder) {
        let reset = self.session.config().reset_on_logon;
        self.session.connected(now_ns, out);
        if reset {
            self.store.reset();
        }
    }

    /// Is a ResendRequest(2) being answered?
    pub(super) fn is_resending(&self) -> bool {
        !self.resends.is_empty()
    }

    /// Does anything wait for the peer to read what is pending?
    pub(super) fn waits_for_room(&self) -> bool {
        self.input_waits || self.is_resending()
    }

    /// Goes on answering ResendRequests(2), up to the bound of one round.
    pub(super) fn resend(&mut self, now_ns: i64, out: &mut Encoder) {
        let room = out.pending().len() + RESEND_BYTES_PER_ROUND;
        while let Some(mut resend) = self.resends.front().copied() {
            while out.pending().len() < room && self.resend_next(now_ns, &mut resend, out) {}
            if out.pending().len() < room {
                self.session.resend_end(now_ns, &mut resend, out);
                self.resends.pop_front();
            } else {
                self.resends[0] = resend;
                return;
            }
        }
    }

    /// Sends the next stored message of the range again: its bytes under a new header.
    fn resend_next(&mut self, now_ns: i64, resend: &mut Resend, out: &mut Encoder) -> bool {
        if resend.is_done() {
            return false;
        }
        let Some((_, bytes)) = self.store.at_or_after(resend.begin()) else { return false };
        let Ok(stored) = self.stored_index.parse(bytes) else { return false };
        self.session.resend_message(now_ns, resend, &stored, out)
    }

    /// The store hears of numbers that have moved, before bytes with them leave.
    #[inline]
    pub(super) fn note_numbers(&mut self) {
        let numbers = self.session.sequence_numbers();
        if numbers != self.noted {
            self.noted = numbers;
            self.store.note(numbers);
        }
    }

    /// The connection is over.
    pub(super) fn ended<A: Application + ?Sized>(
        &mut self,
        why: Ended,
        now_ns: i64,
        rng: &mut fastrand::Rng,
        application: &mut A,
    ) {
        self.note_numbers();
        self.session.disconnected();
        self.link = None;
        self.resends.clear();
        self.input_waits = false;
        if let Way::Out(attempts) = &mut self.way {
            attempts.ended(now_ns, rng);
        }
        if std::mem::take(&mut self.told_logon) {
            tracing::info!(session = self.key.0, ?why, "logged out");
            application.on_logout(self.key, why);
        }
    }
}

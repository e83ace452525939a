//! What an operator asks of the acceptor or of a broker's agent. The asker waits; they look between two rounds and never wait.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use model::queue::Producer;
use model::{AccountName, Command, CompId, SetSequenceNumbers, Text};
use parking_lot::Mutex;

use super::broker::positions::{ANSWERS_MAX_NS, PositionsAnswer};
use super::broker::{PositionsRefused, VenuePositions};
use super::desk::Desk;
use super::limits::MSG_SEQ_NUM_MAX;
use super::reload::NewSessions;
use super::slot::Slot;

/// Questions that wait.
const WAITING_MAX: usize = 16;
/// How long the asker waits for the acceptor's word.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// New numbers for a session; `None` leaves one as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewNumbers {
    /// TargetCompID(56) of the session.
    pub target_comp_id: CompId,
    /// MsgSeqNum(34) due from the peer.
    pub next_in: Option<u64>,
    /// MsgSeqNum(34) of our next message.
    pub next_out: Option<u64>,
    /// Who.
    pub actor: Text<24>,
    /// Why.
    pub reason: Text<64>,
}

/// Why nothing was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NumbersRefused {
    /// No such session.
    #[error("there is no session of that name")]
    Unknown,
    /// Numbers may only be set while nobody uses them.
    #[error("the session is connected; set its numbers after it has logged out")]
    Connected,
    /// Orders of the session are on their way to the journal, or numbers are being set already.
    #[error("commands of the session are still on their way to the journal; try again")]
    Busy,
    /// Neither number, or one that no session can reach.
    #[error("give next_in, next_out or both, from 1 to 999999999999999")]
    Range,
    /// The queue to the engine, or that of the operators.
    #[error("the queue is full; nothing was done")]
    QueueFull,
    /// The acceptor does not answer.
    #[error("the FIX acceptor does not answer; nothing was done unless /status shows the act")]
    Silent,
}

pub(super) type Answer = Result<Command, NumbersRefused>;

/// What is asked, and where the asker waits.
#[derive(Debug)]
pub(super) enum Question {
    Numbers(NewNumbers, SyncSender<Answer>),
    Reload(Box<NewSessions>, SyncSender<()>),
    /// Of these accounts; of all, where none is named.
    Positions(Vec<AccountName>, PositionsAnswer),
}

/// The way to the acceptor, for any thread.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Mutex<VecDeque<Question>>>);

impl Control {
    /// Asks to set numbers. Gives the command that is now on its way to the journal; once it is there, the numbers are set.
    ///
    /// # Errors
    /// [`NumbersRefused`]; nothing was done.
    pub fn set_numbers(&self, numbers: NewNumbers) -> Answer {
        let (to_us, answer) = sync_channel(1);
        if !self.put(Question::Numbers(numbers, to_us)) {
            return Err(NumbersRefused::QueueFull);
        }
        answer.recv_timeout(ANSWER_MAX).unwrap_or(Err(NumbersRefused::Silent))
    }

    /// Asks a broker for its positions in these accounts; in all of ours, where none is named. May wait for half a minute.
    ///
    /// # Errors
    /// [`PositionsRefused`]
    pub fn ask_positions(&self, accounts: Vec<AccountName>) -> Result<VenuePositions, PositionsRefused> {
        let (to_us, answer) = sync_channel(1);
        if !self.put(Question::Positions(accounts, to_us)) {
            return Err(PositionsRefused::Busy);
        }
        let most = ANSWER_MAX + Duration::from_nanos(ANSWERS_MAX_NS.unsigned_abs());
        answer.recv_timeout(most).unwrap_or_else(|gone| {
            Err(match gone {
                RecvTimeoutError::Timeout => PositionsRefused::Silent,
                RecvTimeoutError::Disconnected => PositionsRefused::NotLoggedOn,
            })
        })
    }

    /// Gives the sessions over; true once they are taken.
    pub(super) fn ask_reload(&self, new: Box<NewSessions>) -> Option<()> {
        let (to_us, answer) = sync_channel(1);
        let asked = self.put(Question::Reload(new, to_us));
        asked.then(|| answer.recv_timeout(ANSWER_MAX).ok()).flatten()
    }

    /// False where too many wait.
    fn put(&self, question: Question) -> bool {
        let mut waiting = self.0.lock();
        let has_room = waiting.len() < WAITING_MAX;
        if has_room {
            waiting.push_back(question);
        }
        has_room
    }

    /// The next question, without waiting for a lock.
    pub(super) fn next(&self) -> Option<Question> {
        self.0.try_lock()?.pop_front()
    }
}

impl Desk {
    /// Answers what operators ask.
    pub(super) fn take_questions(&mut self, now_ns: i64) {
        while let Some(question) = self.control.next() {
            match question {
                Question::Numbers(numbers, answer) => {
                    let _ = answer.try_send(self.begin_to_set(&numbers));
                }
                Question::Reload(new, answer) => {
                    self.reload(*new, now_ns);
                    let _ = answer.try_send(());
                }
                Question::Positions(_, answer) => {
                    let _ = answer.try_send(Err(PositionsRefused::Unknown));
                }
            }
        }
    }

    fn begin_to_set(&mut self, new: &NewNumbers) -> Answer {
        let found = self.slots.iter_mut().find(|slot| slot.target_comp_id == new.target_comp_id && !slot.is_removed);
        found.ok_or(NumbersRefused::Unknown)?.begin_to_set(new, &self.commands)
    }
}

impl Slot {
    /// Sends the act to the engine. Until its frame comes back the session takes no Logon, so nothing is between the check
    /// and the act.
    pub(super) fn begin_to_set(&mut self, new: &NewNumbers, commands: &Producer<Command>) -> Answer {
        let mut given = new.next_in.into_iter().chain(new.next_out).peekable();
        if given.peek().is_none() || given.any(|number| !(1..=MSG_SEQ_NUM_MAX).contains(&number)) {
            return Err(NumbersRefused::Range);
        }
        if self.connection.is_some() {
            return Err(NumbersRefused::Connected);
        }
        if self.being_set || self.in_flight() > 0 {
            return Err(NumbersRefused::Busy);
        }
        let before = self.session.sequence_numbers();
        let command = Command::SetSequenceNumbers(SetSequenceNumbers {
            next_in: new.next_in.unwrap_or(before.next_in),
            next_out: new.next_out.unwrap_or(before.next_out),
            next_in_before: before.next_in,
            next_out_before: before.next_out,
            session: self.id,
            changes: u8::from(new.next_in.is_some()) | u8::from(new.next_out.is_some()) << 1,
            reserved: [0; 3],
            actor: new.actor,
            reason: new.reason,
        });
        commands.try_push(command).map_err(|_| NumbersRefused::QueueFull)?;
        self.being_set = true;
        Ok(command)
    }
}

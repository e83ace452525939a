//! Beginnings and ends that come from outside the messages: the session's hours, and numbers that start again.
//!
//! The hours themselves are [`super::super::schedule::Schedule`]'s. The owner looks there and tells the session: at the end
//! [`Session::close_for`], at the beginning [`Session::open`], and [`Session::reset_at_next_logon`] when a new session has begun.
//!
//! Numbers never start again in the middle: a reset that is due waits for the next Logon, whose [`super::Disposition::LoggedOn`]
//! tells of it. An owner that stores numbers may take it earlier, with [`Session::reset_if_due`], so that a restart in between
//! cannot forget it.

use super::super::encode::Encoder;
use super::super::message::Message;
use super::super::{msg_type, tag};
use super::{Phase, SequenceNumbers, Session};

impl Session {
    /// The session's hours are over: a live session says Logout(5) with this Text(58), and until [`Session::open`] each Logon is
    /// refused with it. An initiator's owner does not connect meanwhile.
    pub fn close_for(&mut self, now_ns: i64, reason: &str, out: &mut Encoder) {
        self.refuse_logons(reason);
        self.logout(now_ns, reason, out);
    }

    /// Refuses each Logon with this Text(58) until [`Session::open`]: as [`Session::close_for`], where nobody is connected.
    pub fn refuse_logons(&mut self, reason: &str) {
        self.closed = Some(reason.into());
    }

    /// The session's hours have begun: Logons are taken again.
    pub fn open(&mut self) {
        self.closed = None;
    }

    /// Whether Logons are taken.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// A new session has begun: the next Logon starts the numbers again.
    pub fn reset_at_next_logon(&mut self) {
        self.reset_due = true;
    }

    /// Do the numbers start again with the next Logon, or before it?
    pub fn is_reset_due(&self) -> bool {
        self.reset_due
    }

    /// Starts the numbers again if that is due and nobody is connected. Tells whether it did: then what was stored for resending
    /// is void.
    pub fn reset_if_due(&mut self) -> bool {
        let resets = self.reset_due && self.phase == Phase::Disconnected;
        if resets {
            self.start_numbers_again();
        }
        resets
    }

    /// Whether this message, given to [`Session::on_message`], may start the numbers again. An owner whose earlier messages are
    /// still on their way under the old numbers keeps it back.
    pub fn may_reset_with(&self, message: &Message<'_>) -> bool {
        let awaited = matches!(self.phase, Phase::AwaitingLogon { .. });
        message.msg_type() == msg_type::LOGON
            && (message.get_flag(tag::RESET_SEQ_NUM_FLAG) == Ok(true)
                || (awaited && (self.config.reset_on_logon || self.reset_due)))
    }

    pub(super) fn start_numbers_again(&mut self) {
        self.numbers = SequenceNumbers::FIRST;
        self.reset_due = false;
    }
}

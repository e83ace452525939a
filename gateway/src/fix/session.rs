//! The FIX session as a pure state machine: bytes in order, each message once.
//!
//! The owner (a connection) frames and parses, calls [`Session::on_message`] for each message and [`Session::on_timer`] now and
//! then, and does what the [`Disposition`] says. What the session itself has to say (Logon, Heartbeat, ResendRequest, Reject,
//! Logout) it writes into the connection's [`Encoder`]. It reads no clock and keeps no messages.
//!
//! **Gaps.** When a number arrives too high, one ResendRequest(2) asks for everything from the expected number on
//! (EndSeqNo(16)=0), and every message that is too high is dropped, not queued: nothing grows while a gap is open. That is
//! correct because the peer answers the request after it sent all that we dropped until then, and its answer reaches to the
//! last number it had sent; a peer that interleaves new messages into its answer is asked again, when the answer has reached
//! what the request was for, for what was dropped since; and one whose answer leaves out what it sent before it began is asked
//! again with its next new message. So each range is asked for once. A peer that never answers is logged
//! out after [`SessionConfig::gap_time_limit_ns`].
//!
//! **Numbers.** An outbound number is taken once and never given back; an inbound number is consumed once. Both are read with
//! [`Session::sequence_numbers`] and belong into the owner's journal. What starts them again: ResetSeqNumFlag(141)=Y, which the
//! configuration may refuse, the reset settings, and the owner's word that a new session has begun (see [`Session::reset_at_next_logon`]).

mod config;
mod inbound;
mod logon;

mod gap;
mod hours;
mod outbound;
mod resend;

pub use super::version::Version;
pub use config::{BadLogonAnswer, DisconnectReason, Disposition, LogonFields, Role, SequenceNumbers, SessionConfig};
pub use outbound::{BusinessReject, BusinessRejectReason, write_refusal};
pub use resend::Resend;

use super::encode::Encoder;
use super::form::FieldProblem;
use super::limits::TEST_REQ_ID_BYTES_MAX;
use super::message::Message;
use super::{msg_type, tag};
use DisconnectReason as Why;
use gap::Gap;

const NS_PER_SECOND: i64 = 1_000_000_000;

/// One side of a FIX session, across any number of connections.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    /// `49=..`, `56=..` as they stand in every header.
    comp_id_fields: Vec<u8>,
    numbers: SequenceNumbers,
    phase: Phase,
    /// HeartBtInt(108) as agreed in the Logon, in nanoseconds; 0 is none.
    heart_bt_ns: i64,
    last_in_ns: i64,
    last_out_ns: i64,
    /// A TestRequest(1) is out and nothing has come since.
    test_request_open: bool,
    gap: Option<Gap>,
    /// The next Logon starts the numbers again.
    reset_due: bool,
    /// This connection has seen a Logon that used a number.
    logged_on: bool,
    /// Why Logons are refused: we are outside the session's hours.
    closed: Option<Box<str>>,
    /// What the peer's NextExpectedMsgSeqNum(789) asks for.
    owed: Option<Resend>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Disconnected,
    /// Acceptor: connected, no Logon yet.
    AwaitingLogon {
        since_ns: i64,
    },
    /// Initiator: our Logon is out.
    LogonSent {
        since_ns: i64,
        /// The numbers began again with it.
        reset: bool,
    },
    Active,
    /// Our Logout is out. After a fault nothing but the answer to it is listened to.
    LogoutSent {
        since_ns: i64,
        faulted: bool,
    },
    /// The peer's Logout is answered; the peer closes.
    LogoutAnswered {
        since_ns: i64,
    },
    /// We said Disconnect; the owner flushes and closes.
    Closing,
}

impl Session {
    /// A session that goes on with the given numbers: those of the journal, or 1 and 1.
    pub fn new(config: SessionConfig, numbers: SequenceNumbers) -> Session {
        config.assert_valid();
        let mut comp_id_fields = Vec::new();
        for (tag, comp_id) in
            [(tag::SENDER_COMP_ID, &config.sender_comp_id), (tag::TARGET_COMP_ID, &config.target_comp_id)]
        {
            comp_id_fields.extend_from_slice(format!("{tag}=").as_bytes());
            comp_id_fields.extend_from_slice(comp_id);
            comp_id_fields.push(super::SOH);
        }
        Session {
            config,
            comp_id_fields,
            numbers,
            phase: Phase::Disconnected,
            heart_bt_ns: 0,
            last_in_ns: 0,
            last_out_ns: 0,
            test_request_open: false,
            gap: None,
            reset_due: false,
            logged_on: false,
            closed: None,
            owed: None,
        }
    }

    /// A connection is there. The acceptor waits for a Logon; the initiator sends one, with fresh numbers where that is due,
    /// and with ResetSeqNumFlag(141)=Y where the configuration has it. Sets the encoder's timestamps to the session's digits.
    pub fn connected(&mut self, now_ns: i64, out: &mut Encoder) {
        out.set_time_precision(self.config.time_precision);
        self.gap = None;
        self.owed = None;
        self.test_request_open = false;
        self.logged_on = false;
        (self.last_in_ns, self.last_out_ns) = (now_ns, now_ns);
        self.phase = match self.config.role {
            Role::Acceptor => Phase::AwaitingLogon { since_ns: now_ns },
            Role::Initiator => {
                let begins_again = self.config.reset_on_logon || self.reset_due;
                if begins_again || self.config.asks_for_reset(self.numbers) {
                    self.start_numbers_again();
                }
                let asks = self.config.asks_for_reset(self.numbers);
                self.write_logon(now_ns, self.config.heart_bt_secs, asks, out);
                self.logged_on = true;
                Phase::LogonSent { since_ns: now_ns, reset: begins_again || asks }
            }
        };
    }

    /// The connection is gone. Numbers stay, unless [`Session::reset_if_due`] says otherwise.
    pub fn disconnected(&mut self) {
        self.reset_due |= self.config.reset_on_disconnect && self.logged_on;
        self.logged_on = false;
        self.phase = Phase::Disconnected;
        self.gap = None;
        self.owed = None;
    }

    /// Whether both sides are logged on and neither has said Logout(5): the time for application messages.
    pub fn is_active(&self) -> bool {
        self.phase == Phase::Active
    }

    /// The numbers that the next messages will have.
    pub fn sequence_numbers(&self) -> SequenceNumbers {
        self.numbers
    }

    /// Sets the numbers, as an operator may; the caller answers for outbound numbers never being used twice.
    pub fn set_sequence_numbers(&mut self, numbers: SequenceNumbers) {
        self.numbers = numbers;
        self.gap = None;
    }

    /// What the peer's NextExpectedMsgSeqNum(789) asks for, once: look after each [`Disposition::LoggedOn`] and answer it like a
    /// [`Disposition::Resend`].
    pub fn take_owed_resend(&mut self) -> Option<Resend> {
        self.owed.take()
    }

    pub fn config(&self) -> &SessionConfig {
        &self.config
    }

    /// Goes on with other settings, between two connections. The CompIDs and the role stay as they are.
    pub fn reconfigure(&mut self, config: SessionConfig) {
        config.assert_valid();
        assert!(self.phase == Phase::Disconnected, "settings change between two connections");
        let stays = (config.role, &config.sender_comp_id, &config.target_comp_id)
            == (self.config.role, &self.config.sender_comp_id, &self.config.target_comp_id);
        assert!(stays, "a session keeps its CompIDs and its role");
        self.config = config;
    }

    /// Takes one parsed message. The owner acts on the answer before it hands in the next one.
    pub fn on_message(&mut self, now_ns: i64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        let is_logon = message.msg_type() == msg_type::LOGON;
        match self.phase {
            Phase::Disconnected | Phase::LogoutAnswered { .. } | Phase::Closing => return Disposition::Dropped,
            Phase::AwaitingLogon { .. } if !is_logon => return self.close(Why::FirstMessageNotLogon),
            Phase::LogonSent { .. } if message.msg_type() == msg_type::LOGOUT => return self.close(Why::LogonRefused),
            Phase::LogonSent { .. } if !is_logon => return self.close(Why::FirstMessageNotLogon),
            _ => {}
        }
        let first = matches!(self.phase, Phase::AwaitingLogon { .. } | Phase::LogonSent { .. });
        if first && self.comp_id_problem(message).is_some() {
            // Not our peer: it hears nothing and learns nothing.
            return self.close(Why::CompId);
        }
        self.last_in_ns = now_ns;
        self.test_request_open = false;
        let seq = match self.number_of(message) {
            Ok(seq) => seq,
            Err((why, text)) if first => return self.refuse_logon(now_ns, why, text, out),
            Err((why, text)) => return self.fail(now_ns, why, text, out),
        };
        match self.phase {
            _ if first => self.on_first_logon(now_ns, seq, message, out),
            Phase::LogoutSent { faulted: true, .. } if message.msg_type() != msg_type::LOGOUT => Disposition::Dropped,
            _ => self.on_logged_on(now_ns, seq, message, out),
        }
    }

    /// MsgSeqNum(34) of a message in the session's version; without these two there is no going on.
    fn number_of(&self, message: &Message<'_>) -> Result<u64, (DisconnectReason, &'static str)> {
        if message.begin_string() != self.config.version.begin_string() {
            return Err((Why::BeginString, "Incorrect BeginString(8)"));
        }
        message.msg_seq_num().map_err(|_| (Why::NoMsgSeqNum, "MsgSeqNum(34) missing or not a number"))
    }

    /// Bytes came that are no message: [`super::frame::Framed::Garbled`] or [`super::message::Unreadable`]. They are ignored
    /// without consuming a number, except before the Logon, where the connection is closed.
    pub fn on_garbled(&mut self) -> Disposition {
        match self.phase {
            Phase::AwaitingLogon { .. } | Phase::LogonSent { .. } => self.close(Why::GarbledLogon),
            _ => Disposition::Dropped,
        }
    }

    /// Heartbeats, TestRequests and time limits. Call a few times a second; cheap when nothing is due.
    pub fn on_timer(&mut self, now_ns: i64, out: &mut Encoder) -> Option<DisconnectReason> {
        let limit = self.config.logout_time_limit_ns;
        match self.phase {
            Phase::AwaitingLogon { since_ns } | Phase::LogonSent { since_ns, .. } => {
                return self.close_after(now_ns, since_ns, self.config.logon_time_limit_ns, Why::LogonTimeout);
            }
            Phase::LogoutSent { since_ns, .. } => return self.close_after(now_ns, since_ns, limit, Why::LogoutTimeout),
            Phase::LogoutAnswered { since_ns } => return self.close_after(now_ns, since_ns, limit, Why::LoggedOut),
            Phase::Disconnected | Phase::Closing => return None,
            Phase::Active => {}
        }
        if let Some(gap) = self.gap {
            if gap.requested && now_ns.saturating_sub(gap.since_ns) >= self.config.gap_time_limit_ns {
                let _ = self.fail(now_ns, Why::GapTimeout, "ResendRequest(2) not answered", out);
                return Some(Why::GapTimeout);
            }
            self.request_gap(now_ns, out);
        }
        if self.heart_bt_ns == 0 {
            return None;
        }
        let silence = now_ns.saturating_sub(self.last_in_ns);
        if silence >= self.heart_bt_ns / 10 * 24 {
            self.phase = Phase::Closing;
            return Some(Why::HeartbeatTimeout);
        }
        if silence >= self.heart_bt_ns / 10 * 12 && !self.test_request_open {
            self.test_request_open = true;
            self.begin_admin(now_ns, msg_type::TEST_REQUEST, out);
            out.field_time(tag::TEST_REQ_ID, now_ns);
            out.finish();
        }
        if now_ns.saturating_sub(self.last_out_ns) >= self.heart_bt_ns {
            self.write_heartbeat(now_ns, None, out);
        }
        None
    }

    /// Says Logout(5), and waits for the answer with a time limit. Messages that still arrive are taken.
    pub fn logout(&mut self, now_ns: i64, text: &str, out: &mut Encoder) {
        if self.phase == Phase::Active {
            self.write_logout(now_ns, text, out);
            self.phase = Phase::LogoutSent { since_ns: now_ns, faulted: false };
        }
    }

    fn reject_and_logout(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        problem: FieldProblem,
        out: &mut Encoder,
    ) -> Disposition {
        if seq == self.numbers.next_in {
            self.advance(now_ns, seq + 1, out);
        }
        let disposition = self.reject(now_ns, message, problem, out);
        if self.phase == Phase::Active {
            self.write_logout(now_ns, problem.reason.text(), out);
            self.phase = Phase::LogoutSent { since_ns: now_ns, faulted: true };
        }
        disposition
    }

    fn fail_too_low(&mut self, now_ns: i64, seq: u64, out: &mut Encoder) -> Disposition {
        let text = logon::too_low(self.numbers.next_in, seq);
        self.fail(now_ns, Why::MsgSeqNumTooLow, &text, out)
    }

    /// Logout(5) with a text, and close without waiting.
    fn fail(&mut self, now_ns: i64, reason: DisconnectReason, text: &str, out: &mut Encoder) -> Disposition {
        self.write_logout(now_ns, text, out);
        self.close(reason)
    }

    fn close(&mut self, reason: DisconnectReason) -> Disposition {
        self.phase = Phase::Closing;
        Disposition::Disconnect { reason }
    }

    fn close_after(&mut self, now_ns: i64, since_ns: i64, limit_ns: i64, reason: Why) -> Option<Why> {
        let due = now_ns.saturating_sub(since_ns) >= limit_ns;
        due.then(|| {
            self.phase = Phase::Closing;
            reason
        })
    }

    fn write_heartbeat(&mut self, now_ns: i64, test_req_id: Option<&[u8]>, out: &mut Encoder) {
        self.begin_admin(now_ns, msg_type::HEARTBEAT, out);
        if let Some(id) = test_req_id {
            out.field_bytes(tag::TEST_REQ_ID, &id[..id.len().min(TEST_REQ_ID_BYTES_MAX)]);
        }
        out.finish();
    }
}

#[cfg(test)]
mod tests;

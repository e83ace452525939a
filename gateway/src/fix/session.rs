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
//! what the request was for, for what was dropped since. So each range is asked for once. A peer that never answers is logged
//! out after [`SessionConfig::gap_time_limit_ns`].
//!
//! **Numbers.** An outbound number is taken once and never given back; an inbound number is consumed once. Both are read with
//! [`Session::sequence_numbers`] and belong into the owner's journal. Only ResetSeqNumFlag(141)=Y, which the configuration may
//! refuse, starts them again.

mod config;
mod outbound;
mod resend;

pub use config::{DisconnectReason, Disposition, Role, SequenceNumbers, SessionConfig};
pub use outbound::{BusinessReject, BusinessRejectReason, write_refusal};
pub use resend::Resend;

use super::encode::Encoder;
use super::form::{FieldProblem, SessionRejectReason, missing_required};
use super::limits::{MSG_SEQ_NUM_MAX, TEST_REQ_ID_BYTES_MAX};
use super::message::{Message, optional};
use super::{msg_type, tag};
use DisconnectReason as Why;

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

/// A hole in the inbound numbers.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// When the answer has reached this number, the request is fulfilled.
    target: u64,
    /// Highest number dropped so far.
    highest: u64,
    requested: bool,
    /// The answer has begun.
    progressed: bool,
    /// Time of the last progress, or of the beginning.
    since_ns: i64,
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
        }
    }

    /// A connection is there. The acceptor waits for a Logon; the initiator sends one, with ResetSeqNumFlag(141)=Y and fresh
    /// numbers if [`SessionConfig::reset_on_logon`] says so.
    pub fn connected(&mut self, now_ns: i64, out: &mut Encoder) {
        self.gap = None;
        self.test_request_open = false;
        (self.last_in_ns, self.last_out_ns) = (now_ns, now_ns);
        self.phase = match self.config.role {
            Role::Acceptor => Phase::AwaitingLogon { since_ns: now_ns },
            Role::Initiator => {
                if self.config.reset_on_logon {
                    self.numbers = SequenceNumbers::FIRST;
                }
                self.write_logon(now_ns, self.config.heart_bt_secs, self.config.reset_on_logon, out);
                Phase::LogonSent { since_ns: now_ns }
            }
        };
    }

    /// The connection is gone. Numbers stay.
    pub fn disconnected(&mut self) {
        self.phase = Phase::Disconnected;
        self.gap = None;
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

    pub fn config(&self) -> &SessionConfig {
        &self.config
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
        self.last_in_ns = now_ns;
        self.test_request_open = false;
        if message.begin_string() != &*self.config.begin_string {
            return self.fail(now_ns, Why::BeginString, "Incorrect BeginString(8)", out);
        }
        let seq = match message.msg_seq_num() {
            Ok(seq) => seq,
            Err(_) => return self.fail(now_ns, Why::NoMsgSeqNum, "MsgSeqNum(34) missing or not a number", out),
        };
        match self.phase {
            Phase::AwaitingLogon { .. } | Phase::LogonSent { .. } => self.on_first_logon(now_ns, seq, message, out),
            Phase::LogoutSent { faulted: true, .. } if message.msg_type() != msg_type::LOGOUT => Disposition::Dropped,
            _ => self.on_logged_on(now_ns, seq, message, out),
        }
    }

    /// Bytes came that are no message: [`super::frame::Framed::Garbled`] or [`super::message::Unreadable`]. They are ignored without consuming a number, except before the Logon, where the
    /// connection is closed.
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
            Phase::AwaitingLogon { since_ns } | Phase::LogonSent { since_ns } => {
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

    /// The Logon that opens the session: the peer's own, or its answer to ours.
    fn on_first_logon(&mut self, now_ns: i64, seq: u64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        if self.comp_id_problem(message).is_some() {
            // Not our peer: it hears nothing and learns nothing.
            return self.close(Why::CompId);
        }
        if let Some(problem) = message.problem().or_else(|| missing_required(message)) {
            let text = format!("Logon refused: {}, tag {}", problem.reason.text(), problem.ref_tag);
            return self.fail(now_ns, Why::LogonRefused, &text, out);
        }
        match self.sending_time_in_range(now_ns, message) {
            Ok(true) => {}
            Ok(false) => return self.fail(now_ns, Why::SendingTime, "SendingTime(52) accuracy problem", out),
            Err(_) => return self.fail(now_ns, Why::LogonRefused, "SendingTime(52) is not a UTCTimestamp", out),
        }
        if message.get_u64(tag::ENCRYPT_METHOD, 99) != Ok(0) {
            return self.fail(now_ns, Why::LogonRefused, "EncryptMethod(98) must be 0", out);
        }
        let heart_bt_secs = match message.get_u64(tag::HEART_BT_INT, u64::from(u32::MAX)) {
            Ok(secs) if self.config.accepts_heart_bt(secs) => secs as u32,
            _ => return self.fail(now_ns, Why::LogonRefused, "HeartBtInt(108) out of range", out),
        };
        let reset = match message.get_flag(tag::RESET_SEQ_NUM_FLAG) {
            Ok(reset) => reset,
            Err(_) => return self.fail(now_ns, Why::LogonRefused, "ResetSeqNumFlag(141) must be Y or N", out),
        };
        let answering = self.config.role == Role::Acceptor;
        if reset {
            let wanted = if answering { self.config.allow_reset } else { self.config.reset_on_logon };
            if !wanted || seq != 1 {
                return self.fail(now_ns, Why::ResetRefused, "ResetSeqNumFlag(141)=Y refused", out);
            }
            self.numbers.next_in = 1;
            if answering {
                self.numbers.next_out = 1;
            }
        }
        if seq < self.numbers.next_in {
            return self.fail_too_low(now_ns, seq, out);
        }
        self.phase = Phase::Active;
        self.heart_bt_ns = i64::from(heart_bt_secs) * NS_PER_SECOND;
        if answering {
            self.write_logon(now_ns, heart_bt_secs, reset, out);
        }
        if seq == self.numbers.next_in {
            self.advance(now_ns, seq + 1, out);
        } else {
            self.note_gap(now_ns, seq);
            self.request_gap(now_ns, out);
        }
        Disposition::LoggedOn { reset }
    }

    fn on_logged_on(&mut self, now_ns: i64, seq: u64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        if let Some(problem) = self.comp_id_problem(message) {
            return self.reject_and_logout(now_ns, seq, message, problem, out);
        }
        let in_time = self.sending_time_in_range(now_ns, message);
        if in_time == Ok(false) {
            let problem = FieldProblem::new(SessionRejectReason::SendingTimeAccuracyProblem, tag::SENDING_TIME);
            return self.reject_and_logout(now_ns, seq, message, problem, out);
        }
        match message.msg_type() {
            msg_type::SEQUENCE_RESET if message.get_flag(tag::GAP_FILL_FLAG) == Ok(false) => {
                return self.on_sequence_reset(now_ns, seq, message, out);
            }
            msg_type::LOGON if self.is_active() && message.get_flag(tag::RESET_SEQ_NUM_FLAG) == Ok(true) => {
                return self.on_mid_session_reset(now_ns, seq, message, out);
            }
            _ => {}
        }
        if seq > self.numbers.next_in {
            return self.on_too_high(now_ns, seq, message, out);
        }
        let poss_dup = message.get_flag(tag::POSS_DUP_FLAG);
        if poss_dup == Ok(true) {
            match self.check_poss_dup(now_ns, seq, message, out) {
                Ok(()) => {}
                Err(disposition) => return disposition,
            }
        }
        if seq < self.numbers.next_in {
            return match poss_dup {
                Ok(true) => Disposition::Dropped,
                _ => self.fail_too_low(now_ns, seq, out),
            };
        }
        let gap_fill = message.get_flag(tag::GAP_FILL_FLAG);
        let problem = in_time.err().or(poss_dup.err()).or(gap_fill.err()).or(message.problem());
        let problem = problem.or_else(|| missing_required(message));
        self.on_expected(now_ns, seq, message, problem, out)
    }

    /// Rules for PossDupFlag(43)=Y: OrigSendingTime(122) must be there on a number already seen, and not be later than
    /// SendingTime(52). On a number not seen yet a missing OrigSendingTime is forgiven: refusing the message would lose it.
    fn check_poss_dup(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        out: &mut Encoder,
    ) -> Result<(), Disposition> {
        let original = match optional(message.get_time(tag::ORIG_SENDING_TIME)) {
            Ok(Some(original)) => original,
            Ok(None) if seq == self.numbers.next_in => return Ok(()),
            Ok(None) => return Err(self.reject(now_ns, message, FieldProblem::missing(tag::ORIG_SENDING_TIME), out)),
            Err(problem) if seq < self.numbers.next_in => return Err(self.reject(now_ns, message, problem, out)),
            Err(problem) => {
                self.advance(now_ns, seq + 1, out);
                return Err(self.reject(now_ns, message, problem, out));
            }
        };
        if message.get_time(tag::SENDING_TIME).is_ok_and(|sending| original > sending) {
            let problem = FieldProblem::new(SessionRejectReason::SendingTimeAccuracyProblem, tag::ORIG_SENDING_TIME);
            return Err(self.reject_and_logout(now_ns, seq, message, problem, out));
        }
        Ok(())
    }

    /// The number that was due: consume it, then see what it is.
    fn on_expected(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        problem: Option<FieldProblem>,
        out: &mut Encoder,
    ) -> Disposition {
        let kind = message.msg_type();
        if kind == msg_type::SEQUENCE_RESET && problem.is_none() {
            return self.on_gap_fill(now_ns, message, out);
        }
        self.advance(now_ns, seq + 1, out);
        if let Some(problem) = problem {
            // A Reject is never rejected, or two engines could go on for ever.
            return match kind {
                msg_type::REJECT => Disposition::Consumed,
                _ => self.reject(now_ns, message, problem, out),
            };
        }
        match kind {
            msg_type::HEARTBEAT | msg_type::REJECT => Disposition::Consumed,
            msg_type::TEST_REQUEST => {
                self.write_heartbeat(now_ns, message.get(tag::TEST_REQ_ID), out);
                Disposition::Consumed
            }
            msg_type::RESEND_REQUEST => self.on_resend_request(now_ns, message, out),
            msg_type::LOGOUT => self.on_logout(now_ns, out),
            msg_type::LOGON => {
                let problem = FieldProblem::new(SessionRejectReason::Other, tag::MSG_TYPE);
                self.reject_with_text(now_ns, message, problem, "already logged on", out)
            }
            kind if !msg_type::is_defined(kind) => {
                let problem = FieldProblem::new(SessionRejectReason::InvalidMsgType, tag::MSG_TYPE);
                self.reject(now_ns, message, problem, out)
            }
            _ => Disposition::Application {
                msg_seq_num: seq,
                poss_dup: message.get_flag(tag::POSS_DUP_FLAG) == Ok(true),
                poss_resend: message.get_flag(tag::POSS_RESEND) == Ok(true),
            },
        }
    }

    /// A number beyond the one due. The message is not applied; what cannot wait for the gap to close is answered all the same:
    /// a ResendRequest (or two peers with gaps would wait for each other), a TestRequest, a Logout.
    fn on_too_high(&mut self, now_ns: i64, seq: u64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        match message.msg_type() {
            msg_type::LOGOUT => return self.on_logout(now_ns, out),
            msg_type::RESEND_REQUEST => {
                // The answer goes first; our own request follows with the next message or timer.
                self.note_gap(now_ns, seq);
                return self.on_resend_request(now_ns, message, out);
            }
            msg_type::TEST_REQUEST => {
                if let Some(id) = message.get(tag::TEST_REQ_ID) {
                    self.write_heartbeat(now_ns, Some(id), out);
                }
            }
            _ => {}
        }
        self.note_gap(now_ns, seq);
        self.request_gap(now_ns, out);
        Disposition::Dropped
    }

    /// SequenceReset(4) with GapFillFlag(123)=Y on the number due.
    fn on_gap_fill(&mut self, now_ns: i64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        match message.get_u64(tag::NEW_SEQ_NO, MSG_SEQ_NUM_MAX) {
            Ok(new) if new >= self.numbers.next_in => {
                self.advance(now_ns, new, out);
                Disposition::Consumed
            }
            _ => self.reject(now_ns, message, NEW_SEQ_NO_INCORRECT, out),
        }
    }

    /// SequenceReset(4) without gap fill: its own number does not matter, the number due can only rise.
    fn on_sequence_reset(&mut self, now_ns: i64, seq: u64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        if let Some(problem) = message.problem().or_else(|| missing_required(message)) {
            if seq == self.numbers.next_in {
                self.advance(now_ns, seq + 1, out);
            }
            return self.reject(now_ns, message, problem, out);
        }
        self.on_gap_fill(now_ns, message, out)
    }

    /// A Logon with ResetSeqNumFlag(141)=Y while logged on: both sides begin again at 1.
    fn on_mid_session_reset(&mut self, now_ns: i64, seq: u64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        let heart_bt = message.get_u64(tag::HEART_BT_INT, u64::from(u32::MAX));
        let valid = message.problem().is_none() && missing_required(message).is_none() && seq == 1;
        match heart_bt {
            Ok(secs) if valid && self.config.allow_reset && self.config.accepts_heart_bt(secs) => {
                self.numbers = SequenceNumbers { next_in: 2, next_out: 1 };
                self.gap = None;
                self.heart_bt_ns = secs as i64 * NS_PER_SECOND;
                self.write_logon(now_ns, secs as u32, true, out);
                Disposition::LoggedOn { reset: true }
            }
            _ => self.fail(now_ns, Why::ResetRefused, "ResetSeqNumFlag(141)=Y refused", out),
        }
    }

    fn on_resend_request(&mut self, now_ns: i64, message: &Message<'_>, out: &mut Encoder) -> Disposition {
        let begin = message.get_u64(tag::BEGIN_SEQ_NO, MSG_SEQ_NUM_MAX);
        let end = message.get_u64(tag::END_SEQ_NO, MSG_SEQ_NUM_MAX);
        let range = begin.and_then(|begin| Resend::requested(begin, end?, self.numbers.next_out - 1));
        match range {
            Ok(resend) => Disposition::Resend(resend),
            Err(problem) => self.reject(now_ns, message, problem, out),
        }
    }

    fn on_logout(&mut self, now_ns: i64, out: &mut Encoder) -> Disposition {
        match self.phase {
            Phase::LogoutSent { .. } => self.close(Why::LoggedOut),
            _ => {
                self.write_logout(now_ns, "", out);
                self.phase = Phase::LogoutAnswered { since_ns: now_ns };
                Disposition::LoggedOut
            }
        }
    }

    fn comp_id_problem(&self, message: &Message<'_>) -> Option<FieldProblem> {
        let expected =
            [(tag::SENDER_COMP_ID, &self.config.target_comp_id), (tag::TARGET_COMP_ID, &self.config.sender_comp_id)];
        expected.into_iter().find_map(|(tag, comp_id)| match message.get(tag) {
            None => Some(FieldProblem::missing(tag)),
            Some(value) if value != &**comp_id => Some(FieldProblem::new(SessionRejectReason::CompIdProblem, tag)),
            Some(_) => None,
        })
    }

    fn sending_time_in_range(&self, now_ns: i64, message: &Message<'_>) -> Result<bool, FieldProblem> {
        let sending = message.get_time(tag::SENDING_TIME)?;
        Ok(now_ns.saturating_sub(sending).saturating_abs() <= self.config.max_latency_ns)
    }

    /// The next number due is `next_in`; closes the gap that ends there, or asks for what was dropped meanwhile.
    fn advance(&mut self, now_ns: i64, next_in: u64, out: &mut Encoder) {
        self.numbers.next_in = next_in;
        let Some(gap) = &mut self.gap else { return };
        gap.progressed = true;
        gap.since_ns = now_ns;
        if next_in <= gap.target {
            self.request_gap(now_ns, out);
            return;
        }
        let highest = gap.highest;
        self.gap = None;
        if next_in <= highest {
            self.note_gap(now_ns, highest);
            self.request_gap(now_ns, out);
        }
    }

    fn note_gap(&mut self, now_ns: i64, seq: u64) {
        let fresh = Gap { target: seq, highest: seq, requested: false, progressed: false, since_ns: now_ns };
        let gap = self.gap.get_or_insert(fresh);
        gap.highest = gap.highest.max(seq);
        if !gap.progressed {
            gap.target = gap.highest;
        }
    }

    fn request_gap(&mut self, now_ns: i64, out: &mut Encoder) {
        let Some(gap) = self.gap.as_mut().filter(|gap| !gap.requested) else { return };
        gap.requested = true;
        gap.progressed = false;
        gap.since_ns = now_ns;
        self.write_resend_request(now_ns, out);
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
        let text = format!("MsgSeqNum too low, expecting {} but received {seq}", self.numbers.next_in);
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

const NEW_SEQ_NO_INCORRECT: FieldProblem = FieldProblem::new(SessionRejectReason::ValueIncorrect, tag::NEW_SEQ_NO);

#[cfg(test)]
mod tests;

//! What each inbound message means: Logon, the checks that every message passes in their order, and the session's own types.

use super::super::encode::Encoder;
use super::super::form::{FieldProblem, SessionRejectReason, missing_required};
use super::super::limits::MSG_SEQ_NUM_MAX;
use super::super::message::{Message, optional};
use super::super::{msg_type, tag};
use super::config::DisconnectReason as Why;
use super::{Disposition, NS_PER_SECOND, Phase, Resend, Role, SequenceNumbers, Session};

const NEW_SEQ_NO_INCORRECT: FieldProblem = FieldProblem::new(SessionRejectReason::ValueIncorrect, tag::NEW_SEQ_NO);

impl Session {
    /// The Logon that opens the session: the peer's own, or its answer to ours.
    pub(super) fn on_first_logon(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        out: &mut Encoder,
    ) -> Disposition {
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

    pub(super) fn on_logged_on(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        out: &mut Encoder,
    ) -> Disposition {
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
}

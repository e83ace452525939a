//! What each inbound message means: the checks that every message passes in their order, and the session's own types. The
//! Logon has a file of its own.

use super::super::encode::Encoder;
use super::super::form::{FieldProblem, SessionRejectReason, missing_required};
use super::super::limits::MSG_SEQ_NUM_MAX;
use super::super::message::{Message, optional};
use super::super::{msg_type, tag};
use super::config::DisconnectReason as Why;
use super::{Disposition, Phase, Resend, Session};

const NEW_SEQ_NO_INCORRECT: FieldProblem = FieldProblem::new(SessionRejectReason::ValueIncorrect, tag::NEW_SEQ_NO);

impl Session {
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
        let problem = in_time.err().or(poss_dup.err()).or(gap_fill.err()).or_else(|| self.problem_of(message));
        self.on_expected(now_ns, seq, message, problem, out)
    }

    /// Rules for PossDupFlag(43)=Y: OrigSendingTime(122) must be there on a number already seen, and not be later than
    /// SendingTime(52). A missing OrigSendingTime is forgiven on a number not seen yet, because refusing the message would lose
    /// it, and to a SequenceReset(4), which many engines send without it.
    fn check_poss_dup(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        out: &mut Encoder,
    ) -> Result<(), Disposition> {
        let original = match optional(message.get_time(tag::ORIG_SENDING_TIME)) {
            Ok(Some(original)) => original,
            Ok(None) if seq == self.numbers.next_in || message.msg_type() == msg_type::SEQUENCE_RESET => return Ok(()),
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
        if message.get_flag(tag::POSS_DUP_FLAG) == Ok(false) {
            self.new_beyond_gap();
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
        if let Some(problem) = self.problem_of(message) {
            if seq == self.numbers.next_in {
                self.advance(now_ns, seq + 1, out);
            }
            return self.reject(now_ns, message, problem, out);
        }
        self.on_gap_fill(now_ns, message, out)
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
        self.reset_due |= self.config.reset_on_logout;
        match self.phase {
            Phase::LogoutSent { .. } => self.close(Why::LoggedOut),
            _ => {
                self.write_logout(now_ns, "", out);
                self.phase = Phase::LogoutAnswered { since_ns: now_ns };
                Disposition::LoggedOut
            }
        }
    }

    /// What is wrong with the fields of a message, by its form and its type.
    pub(super) fn problem_of(&self, message: &Message<'_>) -> Option<FieldProblem> {
        if let Some(dictionary) = &self.config.dictionary {
            return dictionary.check(message, self.config.validation).or_else(|| self.appl_ver_problem(message));
        }
        let kind = message.msg_type();
        let undefined = || FieldProblem::new(SessionRejectReason::InvalidMsgType, tag::MSG_TYPE);
        message
            .problem()
            .or_else(|| missing_required(message))
            .or_else(|| (!msg_type::is_defined(kind)).then(undefined))
            .or_else(|| self.appl_ver_problem(message))
    }

    /// ApplVerID(1128) of one application message, where the version has it: we speak one version in a session.
    fn appl_ver_problem(&self, message: &Message<'_>) -> Option<FieldProblem> {
        let ours = self.config.version.appl_ver_id()?;
        let theirs = message.get(tag::APPL_VER_ID)?;
        let applies = theirs != ours && !msg_type::is_administrative(message.msg_type());
        applies.then_some(FieldProblem::new(SessionRejectReason::InvalidApplVerId, tag::APPL_VER_ID))
    }

    pub(super) fn comp_id_problem(&self, message: &Message<'_>) -> Option<FieldProblem> {
        let expected =
            [(tag::SENDER_COMP_ID, &self.config.target_comp_id), (tag::TARGET_COMP_ID, &self.config.sender_comp_id)];
        expected.into_iter().find_map(|(tag, comp_id)| match message.get(tag) {
            None => Some(FieldProblem::missing(tag)),
            Some(value) if value != &**comp_id => Some(FieldProblem::new(SessionRejectReason::CompIdProblem, tag)),
            Some(_) => None,
        })
    }

    pub(super) fn sending_time_in_range(&self, now_ns: i64, message: &Message<'_>) -> Result<bool, FieldProblem> {
        let sending = message.get_time(tag::SENDING_TIME)?;
        let near = now_ns.saturating_sub(sending).saturating_abs() <= self.config.max_latency_ns;
        Ok(near || !self.config.check_sending_time)
    }
}

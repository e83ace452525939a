//! The Logon(A): the one that opens the session, the one that starts its numbers again, and how a bad one is refused.

use std::borrow::Cow;

use super::super::encode::Encoder;
use super::super::limits::MSG_SEQ_NUM_MAX;
use super::super::message::{Message, optional};
use super::super::tag;
use super::config::DisconnectReason as Why;
use super::{BadLogonAnswer, Disposition, NS_PER_SECOND, Phase, Resend, Role, Session};

/// What a Logon asks for, checked.
struct Terms {
    heart_bt_secs: u32,
    /// ResetSeqNumFlag(141).
    reset: bool,
    /// NextExpectedMsgSeqNum(789), where the session is configured for it.
    next_expected: Option<u64>,
}

/// Why a Logon is refused, and the Text(58) that says so.
struct Refusal {
    why: Why,
    text: Cow<'static, str>,
}

impl Refusal {
    fn new(why: Why, text: &'static str) -> Refusal {
        Refusal { why, text: Cow::Borrowed(text) }
    }
}

impl Session {
    /// The Logon that opens the session: the peer's own, or its answer to ours. Its CompIDs are right.
    pub(super) fn on_first_logon(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        out: &mut Encoder,
    ) -> Disposition {
        let agreed = self.first_terms(now_ns, message).and_then(|terms| {
            let reset = self.reset_with(seq, &terms)?;
            self.check_numbers(seq, reset, &terms)?;
            Ok((terms, reset))
        });
        match agreed {
            Ok((terms, reset)) => self.log_on(now_ns, seq, terms, reset, out),
            Err(refusal) => self.refuse_logon(now_ns, refusal.why, &refusal.text, out),
        }
    }

    /// Both sides are agreed: the acceptor answers, then whoever lacks something asks for it.
    fn log_on(&mut self, now_ns: i64, seq: u64, terms: Terms, reset: bool, out: &mut Encoder) -> Disposition {
        let answering = self.config.role == Role::Acceptor;
        if answering && reset {
            self.start_numbers_again();
        } else if reset {
            self.numbers.next_in = 1;
        }
        self.phase = Phase::Active;
        self.logged_on = true;
        self.heart_bt_ns = i64::from(terms.heart_bt_secs) * NS_PER_SECOND;
        let expected = seq == self.numbers.next_in;
        if expected {
            self.advance(now_ns, seq + 1, out);
        }
        let first_missing = terms.next_expected.filter(|next| !reset && *next < self.numbers.next_out);
        if answering {
            self.write_logon(now_ns, terms.heart_bt_secs, terms.reset, out);
        }
        // The peer dropped the Logon too, if it came beyond a gap: the range includes it.
        self.owed = first_missing.and_then(|next| Resend::requested(next, 0, self.numbers.next_out - 1).ok());
        if !expected {
            self.note_gap(now_ns, seq);
            match terms.next_expected {
                // Our own 789 has asked already.
                Some(_) => self.expect_gap_answer(now_ns),
                None => self.request_gap(now_ns, out),
            }
        }
        Disposition::LoggedOn { reset }
    }

    /// A Logon with ResetSeqNumFlag(141)=Y while logged on: both sides begin again at 1.
    pub(super) fn on_mid_session_reset(
        &mut self,
        now_ns: i64,
        seq: u64,
        message: &Message<'_>,
        out: &mut Encoder,
    ) -> Disposition {
        match self.terms(message) {
            Ok(terms) if seq == 1 && self.config.allow_reset => {
                self.start_numbers_again();
                self.numbers.next_in = 2;
                self.gap = None;
                self.owed = None;
                self.heart_bt_ns = i64::from(terms.heart_bt_secs) * NS_PER_SECOND;
                self.write_logon(now_ns, terms.heart_bt_secs, true, out);
                Disposition::LoggedOn { reset: true }
            }
            _ => self.fail(now_ns, Why::ResetRefused, "ResetSeqNumFlag(141)=Y refused", out),
        }
    }

    /// What matters for the first Logon only: the session's hours and the peer's clock.
    fn first_terms(&self, now_ns: i64, message: &Message<'_>) -> Result<Terms, Refusal> {
        if let Some(reason) = &self.closed {
            return Err(Refusal { why: Why::OutOfHours, text: Cow::Owned(reason.to_string()) });
        }
        let terms = self.terms(message)?;
        match self.sending_time_in_range(now_ns, message) {
            Ok(true) => Ok(terms),
            Ok(false) => Err(Refusal::new(Why::SendingTime, "SendingTime(52) accuracy problem")),
            Err(_) => Err(Refusal::new(Why::LogonRefused, "SendingTime(52) is not a UTCTimestamp")),
        }
    }

    fn terms(&self, message: &Message<'_>) -> Result<Terms, Refusal> {
        let refused = |text| Refusal::new(Why::LogonRefused, text);
        if let Some(problem) = self.problem_of(message) {
            let text = format!("Logon refused: {}, tag {}", problem.reason.text(), problem.ref_tag);
            return Err(Refusal { why: Why::LogonRefused, text: Cow::Owned(text) });
        }
        if let Some(ours) = self.config.version.appl_ver_id() {
            match message.get(tag::DEFAULT_APPL_VER_ID) {
                Some(theirs) if theirs == ours => {}
                Some(_) => return Err(refused("DefaultApplVerID(1137) must be 9")),
                None => return Err(refused("Logon refused: Required tag missing, tag 1137")),
            }
        }
        if message.get_u64(tag::ENCRYPT_METHOD, 99) != Ok(0) {
            return Err(refused("EncryptMethod(98) must be 0"));
        }
        let heart_bt_secs = match message.get_u64(tag::HEART_BT_INT, u64::from(u32::MAX)) {
            Ok(secs) if self.config.accepts_heart_bt(secs) => secs as u32,
            _ => return Err(refused("HeartBtInt(108) out of range")),
        };
        let Ok(reset) = message.get_flag(tag::RESET_SEQ_NUM_FLAG) else {
            return Err(refused("ResetSeqNumFlag(141) must be Y or N"));
        };
        let next_expected = match optional(message.get_u64(tag::NEXT_EXPECTED_MSG_SEQ_NUM, MSG_SEQ_NUM_MAX)) {
            _ if !self.config.next_expected_msg_seq_num => None,
            Ok(Some(0)) | Err(_) => return Err(refused("NextExpectedMsgSeqNum(789) is not a MsgSeqNum")),
            Ok(next) => next,
        };
        Ok(Terms { heart_bt_secs, reset, next_expected })
    }

    /// Whether the numbers begin again with this Logon, or have begun again with ours.
    fn reset_with(&self, seq: u64, terms: &Terms) -> Result<bool, Refusal> {
        let (may, does) = match self.phase {
            // What has just begun is not changed by beginning again.
            Phase::LogonSent { reset, .. } => (reset || (self.numbers.next_in, self.numbers.next_out) == (1, 2), reset),
            _ => (self.config.allow_reset, self.config.reset_on_logon || self.reset_due),
        };
        if terms.reset && (!may || seq != 1) {
            return Err(Refusal::new(Why::ResetRefused, "ResetSeqNumFlag(141)=Y refused"));
        }
        Ok(does || terms.reset)
    }

    /// The peer's two numbers must be possible: its own not used before, ours not beyond what we have reached.
    fn check_numbers(&self, seq: u64, reset: bool, terms: &Terms) -> Result<(), Refusal> {
        let expected = if reset { 1 } else { self.numbers.next_in };
        if seq < expected {
            let text = Cow::Owned(too_low(expected, seq));
            return Err(Refusal { why: Why::MsgSeqNumTooLow, text });
        }
        match terms.next_expected {
            Some(next) if !reset && next > self.numbers.next_out => {
                let reached = self.numbers.next_out;
                let text = format!("NextExpectedMsgSeqNum(789) too high, next is {reached} but received {next}");
                Err(Refusal { why: Why::NextExpectedTooHigh, text: Cow::Owned(text) })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn refuse_logon(&mut self, now_ns: i64, why: Why, text: &str, out: &mut Encoder) -> Disposition {
        match self.config.bad_logon_answer {
            BadLogonAnswer::Logout => self.fail(now_ns, why, text, out),
            BadLogonAnswer::Silence => self.close(why),
        }
    }
}

/// Text(58) of the Logout that answers a number used before.
pub(super) fn too_low(expected: u64, received: u64) -> String {
    format!("MsgSeqNum too low, expecting {expected} but received {received}")
}

//! Answering a ResendRequest(2): stored application messages again, gap fills for all between.
//!
//! The messages live with the owner (in the journal); the arithmetic of gap fills lives here. The owner keeps the [`Resend`]
//! that the session handed out and, in ascending order of their numbers, calls [`Session::resend_message`] or
//! [`Session::begin_resend`] for each stored application message of the range, then [`Session::resend_end`]. It may stop in
//! between, as when the output is full, and go on later.

use super::super::encode::Encoder;
use super::super::form::{FieldProblem, SessionRejectReason, TagClass};
use super::super::message::Message;
use super::super::{msg_type, tag};
use super::Session;

/// Header fields that a message sent again has anew.
const NEW_HEADER: [u32; 10] = [
    tag::BEGIN_STRING,
    tag::BODY_LENGTH,
    tag::MSG_TYPE,
    tag::SENDER_COMP_ID,
    tag::TARGET_COMP_ID,
    tag::MSG_SEQ_NUM,
    tag::SENDING_TIME,
    tag::POSS_DUP_FLAG,
    tag::ORIG_SENDING_TIME,
    tag::LAST_MSG_SEQ_NUM_PROCESSED,
];

/// What is left of a requested range, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resend {
    next: u64,
    end: u64,
    /// The last number that was asked for, sent already or not.
    limit: u64,
    /// The first message of the answer is written.
    begun: bool,
}

impl Resend {
    /// The range of a request, with EndSeqNo(16)=0 and anything beyond the last sent number taken as "all".
    pub(super) fn requested(begin: u64, end: u64, last_sent: u64) -> Result<Resend, FieldProblem> {
        let incorrect = |tag| FieldProblem::new(SessionRejectReason::ValueIncorrect, tag);
        if begin == 0 || begin > last_sent {
            return Err(incorrect(tag::BEGIN_SEQ_NO));
        }
        if end != 0 && end < begin {
            return Err(incorrect(tag::END_SEQ_NO));
        }
        let limit = if end == 0 { u64::MAX } else { end };
        Ok(Resend { next: begin, end: limit.min(last_sent), limit, begun: false })
    }

    /// First number that is not answered yet.
    pub fn begin(&self) -> u64 {
        self.next
    }

    /// Last number of the range.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether the whole range is answered.
    pub fn is_done(&self) -> bool {
        self.next > self.end
    }
}

impl Session {
    /// Until an answer begins, its range grows with what is sent meanwhile: the peer drops all that while its gap is open, and
    /// counts on the answer for it. An owner that looks for the messages of the range before it begins calls this first.
    pub fn resend_reach(&self, resend: &mut Resend) {
        if !resend.begun {
            resend.end = resend.limit.min(self.numbers.next_out - 1);
        }
    }

    /// Begins a stored application message again with its first number, PossDupFlag(43)=Y and OrigSendingTime(122), after a gap
    /// fill for the numbers before it that have no message. The caller adds the body and calls [`Encoder::finish`]. Gives
    /// `false`, and writes nothing, if the number is not in what is left of the range.
    pub fn begin_resend(
        &mut self,
        now_ns: i64,
        resend: &mut Resend,
        seq: u64,
        msg_type: &[u8],
        orig_sending_time_ns: i64,
        out: &mut Encoder,
    ) -> bool {
        self.resend_reach(resend);
        if seq < resend.next || seq > resend.end || msg_type::is_administrative(msg_type) {
            return false;
        }
        if seq > resend.next {
            self.resend_gap_fill(now_ns, resend.next, seq, out);
        }
        (resend.next, resend.begun) = (seq + 1, true);
        self.begin_again(now_ns, seq, msg_type, out);
        out.field_time(tag::ORIG_SENDING_TIME, orig_sending_time_ns);
        true
    }

    /// Sends a stored application message again from its bytes: under a header of its own, with all else that it had, such as
    /// PossResend(97) and what routers add. Gives `false`, and writes nothing, if its number is not in what is left of the range
    /// or it is not an application message.
    pub fn resend_message(
        &mut self,
        now_ns: i64,
        resend: &mut Resend,
        stored: &Message<'_>,
        out: &mut Encoder,
    ) -> bool {
        let (Ok(seq), Ok(orig_sending_time_ns)) = (stored.msg_seq_num(), stored.get_time(tag::SENDING_TIME)) else {
            return false;
        };
        if !self.begin_resend(now_ns, resend, seq, stored.msg_type(), orig_sending_time_ns, out) {
            return false;
        }
        for (tag, value) in stored.fields() {
            let class = TagClass::of(tag);
            if NEW_HEADER.contains(&tag) || class.is_trailer() {
                continue;
            }
            match class.is_data() {
                true => out.field_data(tag, value),
                false => out.field_bytes(tag, value),
            }
        }
        out.finish();
        true
    }

    /// Fills the rest of the range: the numbers after the last stored message.
    pub fn resend_end(&mut self, now_ns: i64, resend: &mut Resend, out: &mut Encoder) {
        self.resend_reach(resend);
        if !resend.is_done() {
            self.resend_gap_fill(now_ns, resend.next, resend.end + 1, out);
            (resend.next, resend.begun) = (resend.end + 1, true);
        }
    }

    /// Writes SequenceReset(4) with GapFillFlag(123)=Y at number `begin`: the numbers from `begin` to before `new_seq_no` had no
    /// message worth sending again.
    pub fn resend_gap_fill(&mut self, now_ns: i64, begin: u64, new_seq_no: u64, out: &mut Encoder) {
        assert!(begin < new_seq_no, "a gap fill covers at least one number");
        assert!(new_seq_no <= self.numbers.next_out, "a gap fill covers sent numbers only");
        self.begin_again(now_ns, begin, msg_type::SEQUENCE_RESET, out);
        out.field_time(tag::ORIG_SENDING_TIME, now_ns);
        out.field_flag(tag::GAP_FILL_FLAG, true);
        out.field_u64(tag::NEW_SEQ_NO, new_seq_no);
        out.finish();
    }

    fn begin_again(&mut self, now_ns: i64, seq: u64, msg_type: &[u8], out: &mut Encoder) {
        assert!(seq < self.numbers.next_out, "only sent numbers are sent again");
        self.last_out_ns = now_ns;
        self.write_header(seq, msg_type, out);
        out.field_flag(tag::POSS_DUP_FLAG, true);
        out.field_time(tag::SENDING_TIME, now_ns);
    }
}

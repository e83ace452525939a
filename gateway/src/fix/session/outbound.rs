//! What the session writes: headers with numbers and times, and its own messages.

use super::super::encode::Encoder;
use super::super::form::FieldProblem;
use super::super::limits::{REPEATED_BYTES_MAX, TEXT_BYTES_MAX};
use super::super::message::Message;
use super::super::{msg_type, tag};
use super::{Disposition, Session};

/// Header fields of a message and where they go in its Reject, so that a router can send it back the way it came.
const REVERSE_ROUTE: [(u32, u32); 6] = [
    (tag::ON_BEHALF_OF_COMP_ID, tag::DELIVER_TO_COMP_ID),
    (tag::ON_BEHALF_OF_SUB_ID, tag::DELIVER_TO_SUB_ID),
    (tag::ON_BEHALF_OF_LOCATION_ID, tag::DELIVER_TO_LOCATION_ID),
    (tag::DELIVER_TO_COMP_ID, tag::ON_BEHALF_OF_COMP_ID),
    (tag::DELIVER_TO_SUB_ID, tag::ON_BEHALF_OF_SUB_ID),
    (tag::DELIVER_TO_LOCATION_ID, tag::ON_BEHALF_OF_LOCATION_ID),
];

/// BusinessRejectReason(380). A version that has no number for a reason says Other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BusinessRejectReason {
    Other = 0,
    UnknownId = 1,
    UnknownSecurity = 2,
    UnsupportedMessageType = 3,
    ApplicationNotAvailable = 4,
    ConditionallyRequiredFieldMissing = 5,
    NotAuthorized = 6,
    ThrottleLimitExceeded = 8,
}

/// The content of a BusinessMessageReject(j).
#[derive(Clone, Copy, Debug)]
pub struct BusinessReject<'a> {
    /// BusinessRejectReason(380).
    pub reason: BusinessRejectReason,
    /// BusinessRejectRefID(379), such as the ClOrdID(11); may be empty.
    pub ref_id: &'a [u8],
    /// Text(58); may be empty.
    pub text: &'a str,
}

impl Session {
    /// Begins an application message in the connection's buffer and takes its number. The caller adds the fields of the body
    /// and calls [`Encoder::finish`]. The number is spent even if the message is abandoned.
    pub fn begin_app_message(&mut self, now_ns: i64, msg_type: &[u8], out: &mut Encoder) -> u64 {
        let seq = self.numbers.next_out;
        self.numbers.next_out += 1;
        self.last_out_ns = now_ns;
        self.write_header(seq, msg_type, out);
        out.field_time(tag::SENDING_TIME, now_ns);
        seq
    }

    /// Writes a BusinessMessageReject(j) of an application message, with RefSeqNum(45), RefMsgType(372),
    /// BusinessRejectRefID(379), BusinessRejectReason(380), Text(58). Gives its number.
    pub fn business_reject(
        &mut self,
        now_ns: i64,
        rejected: &Message<'_>,
        content: BusinessReject<'_>,
        out: &mut Encoder,
    ) -> u64 {
        let seq = self.begin_app_message(now_ns, msg_type::BUSINESS_MESSAGE_REJECT, out);
        write_reverse_route(rejected, out);
        if let Ok(ref_seq_num) = rejected.msg_seq_num() {
            out.field_u64(tag::REF_SEQ_NUM, ref_seq_num);
        }
        out.field_bytes(tag::REF_MSG_TYPE, repeated(rejected.msg_type()));
        out.field_bytes(tag::BUSINESS_REJECT_REF_ID, repeated(content.ref_id));
        let reason = self.config.version.business_reject_reason(content.reason);
        out.field_u64(tag::BUSINESS_REJECT_REASON, reason);
        out.field_str(tag::TEXT, bounded(content.text));
        out.finish();
        seq
    }

    /// Writes a Reject(3) of a message that the session had accepted, such as an application message with a value of the wrong
    /// format. Its number stays consumed.
    pub fn reject(
        &mut self,
        now_ns: i64,
        rejected: &Message<'_>,
        problem: FieldProblem,
        out: &mut Encoder,
    ) -> Disposition {
        self.reject_with_text(now_ns, rejected, problem, problem.reason.text(), out)
    }

    pub(super) fn reject_with_text(
        &mut self,
        now_ns: i64,
        rejected: &Message<'_>,
        problem: FieldProblem,
        text: &str,
        out: &mut Encoder,
    ) -> Disposition {
        self.begin_admin(now_ns, msg_type::REJECT, out);
        write_reverse_route(rejected, out);
        if let Ok(ref_seq_num) = rejected.msg_seq_num() {
            out.field_u64(tag::REF_SEQ_NUM, ref_seq_num);
        }
        if problem.ref_tag != 0 {
            out.field_u64(tag::REF_TAG_ID, u64::from(problem.ref_tag));
        }
        out.field_bytes(tag::REF_MSG_TYPE, repeated(rejected.msg_type()));
        if let Some(code) = self.config.version.session_reject_reason(problem.reason) {
            out.field_u64(tag::SESSION_REJECT_REASON, code);
        }
        out.field_str(tag::TEXT, text);
        out.finish();
        Disposition::Rejected { problem }
    }

    pub(super) fn begin_admin(&mut self, now_ns: i64, msg_type: &[u8], out: &mut Encoder) {
        self.begin_app_message(now_ns, msg_type, out);
    }

    pub(super) fn write_logon(&mut self, now_ns: i64, heart_bt_secs: u32, reset: bool, out: &mut Encoder) {
        self.begin_admin(now_ns, msg_type::LOGON, out);
        out.field_u64(tag::ENCRYPT_METHOD, 0);
        out.field_u64(tag::HEART_BT_INT, u64::from(heart_bt_secs));
        if reset {
            out.field_flag(tag::RESET_SEQ_NUM_FLAG, true);
        }
        if self.config.next_expected_msg_seq_num {
            out.field_u64(tag::NEXT_EXPECTED_MSG_SEQ_NUM, self.numbers.next_in);
        }
        if let Some(appl_ver_id) = self.config.version.appl_ver_id() {
            out.field_bytes(tag::DEFAULT_APPL_VER_ID, appl_ver_id);
        }
        for (tag, value) in &self.config.logon_fields.0 {
            out.field_bytes(*tag, value);
        }
        out.finish();
    }

    pub(super) fn write_logout(&mut self, now_ns: i64, text: &str, out: &mut Encoder) {
        self.begin_admin(now_ns, msg_type::LOGOUT, out);
        out.field_str(tag::TEXT, bounded(text));
        out.finish();
    }

    pub(super) fn write_resend_request(&mut self, now_ns: i64, out: &mut Encoder) {
        self.begin_admin(now_ns, msg_type::RESEND_REQUEST, out);
        out.field_u64(tag::BEGIN_SEQ_NO, self.numbers.next_in);
        out.field_u64(tag::END_SEQ_NO, 0);
        out.finish();
    }

    /// BeginString, MsgType, CompIDs and numbers; the times follow.
    pub(super) fn write_header(&self, seq: u64, msg_type: &[u8], out: &mut Encoder) {
        out.begin(self.config.version.begin_string(), msg_type);
        out.fields_raw(&self.comp_id_fields);
        out.field_u64(tag::MSG_SEQ_NUM, seq);
        if self.config.last_msg_seq_num_processed {
            out.field_u64(tag::LAST_MSG_SEQ_NUM_PROCESSED, self.numbers.next_in - 1);
        }
    }
}

/// Writes a Logout(5) with Text(58) to a connection that belongs to no session: unknown CompIDs, or a session that is live
/// elsewhere. It answers the Logon's own CompIDs, has number 1, and touches no session.
pub fn write_refusal(now_ns: i64, logon: &Message<'_>, text: &str, out: &mut Encoder) {
    out.begin(logon.begin_string(), msg_type::LOGOUT);
    for (to, from) in [(tag::SENDER_COMP_ID, tag::TARGET_COMP_ID), (tag::TARGET_COMP_ID, tag::SENDER_COMP_ID)] {
        out.field_bytes(to, logon.get(from).map(repeated).filter(|id| !id.is_empty()).unwrap_or(b"UNKNOWN"));
    }
    out.field_u64(tag::MSG_SEQ_NUM, 1);
    out.field_time(tag::SENDING_TIME, now_ns);
    out.field_str(tag::TEXT, bounded(text));
    out.finish();
}

fn write_reverse_route(rejected: &Message<'_>, out: &mut Encoder) {
    for (from, to) in REVERSE_ROUTE {
        if let Some(value) = rejected.get(from) {
            out.field_bytes(to, repeated(value));
        }
    }
}

/// A peer's value, or nothing where it is too long to be repeated.
fn repeated(value: &[u8]) -> &[u8] {
    if value.len() <= REPEATED_BYTES_MAX { value } else { b"" }
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

//! What a session is given and what it answers: configuration, numbers, dispositions.

use std::fmt;
use std::sync::Arc;

use super::super::dictionary::{Dictionary, Level};
use super::super::form::FieldProblem;
use super::super::limits::{COMP_ID_BYTES_MAX, HEART_BT_SECS_MAX};
use super::super::value::TimePrecision;
use super::super::version::Version;
use super::resend::Resend;

const NS_PER_SECOND: i64 = 1_000_000_000;

/// Who opens the connection and says Logon first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Acceptor,
    Initiator,
}

/// What a peer hears whose Logon(A) is refused. Wrong CompIDs are never answered: they are not our peer's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BadLogonAnswer {
    /// Logout(5) with Text(58) that says what is wrong, then the end of the connection.
    #[default]
    Logout,
    /// The end of the connection; no outbound number is spent.
    Silence,
}

/// The settings of one session.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    pub role: Role,
    /// Settles BeginString(8), DefaultApplVerID(1137), and what a Reject(3) may hold.
    pub version: Version,
    /// Ours: SenderCompID(49) of what we send.
    pub sender_comp_id: Box<[u8]>,
    /// The peer's: TargetCompID(56) of what we send.
    pub target_comp_id: Box<[u8]>,
    /// HeartBtInt(108) that an initiator asks for, in seconds.
    pub heart_bt_secs: u32,
    /// Bounds of the peer's HeartBtInt(108), in seconds, both included. 0 (no heartbeats) passes only if the minimum is 0.
    pub heart_bt_secs_min: u32,
    pub heart_bt_secs_max: u32,
    /// What messages are held against. Without one only their form is checked, and that the fields are there that every
    /// dictionary requires. The connection's [`super::super::message::FieldIndex`] must know it too.
    pub dictionary: Option<Arc<Dictionary>>,
    /// How much of it.
    pub validation: Level,
    /// Whether SendingTime(52) must be near our clock. Its form is checked in any case.
    pub check_sending_time: bool,
    /// Greatest distance of SendingTime(52) from our clock, in nanoseconds.
    pub max_latency_ns: i64,
    /// Digits of the timestamps that we write on this session's connections.
    pub time_precision: TimePrecision,
    /// How long a connection may stay without Logon, in nanoseconds.
    pub logon_time_limit_ns: i64,
    /// How long the peer has to answer our Logout, or to close after we answered its own, in nanoseconds.
    pub logout_time_limit_ns: i64,
    /// How long a ResendRequest may go without any progress, in nanoseconds.
    pub gap_time_limit_ns: i64,
    /// Whether the peer may start the numbers again with ResetSeqNumFlag(141)=Y.
    pub allow_reset: bool,
    /// Whether each Logon starts the numbers again. An initiator says so with ResetSeqNumFlag(141)=Y; an acceptor answers with
    /// it only where the peer's Logon had it.
    pub reset_on_logon: bool,
    /// Whether the numbers start again after both sides have said Logout(5). See [`super::Session::reset_if_due`].
    pub reset_on_logout: bool,
    /// Whether the numbers start again after the end of any connection that was logged on.
    pub reset_on_disconnect: bool,
    /// Whether Logons tell NextExpectedMsgSeqNum(789), so that what is missing is sent again without a ResendRequest(2). From
    /// FIX 4.4 on. With a peer that does not tell it, gaps are asked for as ever.
    pub next_expected_msg_seq_num: bool,
    /// Whether each header tells LastMsgSeqNumProcessed(369).
    pub last_msg_seq_num_processed: bool,
    /// What a peer hears whose Logon is refused.
    pub bad_logon_answer: BadLogonAnswer,
    /// What our Logons tell beside that.
    pub logon_fields: LogonFields,
}

/// Fields that a peer wants in our Logon(A), such as Username(553) and Password(554). Their values are in no debug text.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LogonFields(pub Vec<(u32, Box<[u8]>)>);

impl fmt::Debug for LogonFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(tag, _)| tag)).finish()
    }
}

impl SessionConfig {
    /// A FIX 4.4 acceptor with the usual limits: HeartBtInt 1 to 300 s, SendingTime within 120 s, 10 s for Logon and Logout,
    /// 30 s for a gap, resets allowed.
    pub fn acceptor(sender_comp_id: &str, target_comp_id: &str) -> SessionConfig {
        SessionConfig {
            role: Role::Acceptor,
            version: Version::Fix44,
            sender_comp_id: sender_comp_id.as_bytes().into(),
            target_comp_id: target_comp_id.as_bytes().into(),
            heart_bt_secs: 30,
            heart_bt_secs_min: 1,
            heart_bt_secs_max: 300,
            dictionary: None,
            validation: Level::default(),
            check_sending_time: true,
            max_latency_ns: 120 * NS_PER_SECOND,
            time_precision: TimePrecision::Millis,
            logon_time_limit_ns: 10 * NS_PER_SECOND,
            logout_time_limit_ns: 10 * NS_PER_SECOND,
            gap_time_limit_ns: 30 * NS_PER_SECOND,
            allow_reset: true,
            reset_on_logon: false,
            reset_on_logout: false,
            reset_on_disconnect: false,
            next_expected_msg_seq_num: false,
            last_msg_seq_num_processed: false,
            bad_logon_answer: BadLogonAnswer::Logout,
            logon_fields: LogonFields::default(),
        }
    }

    /// A FIX 4.4 initiator with the same limits, asking for a heartbeat every 30 s.
    pub fn initiator(sender_comp_id: &str, target_comp_id: &str) -> SessionConfig {
        SessionConfig { role: Role::Initiator, ..SessionConfig::acceptor(sender_comp_id, target_comp_id) }
    }

    /// Does our Logon carry ResetSeqNumFlag(141)=Y? With resets configured it does until the peer has begun again as well: a
    /// Logon that was lost, or whose answer was, leaves us at 2 and the peer perhaps at its old number.
    pub(super) fn asks_for_reset(&self, numbers: SequenceNumbers) -> bool {
        let after_the_last = self.reset_on_logout || self.reset_on_disconnect;
        self.reset_on_logon || (after_the_last && numbers.next_in == SequenceNumbers::FIRST.next_in)
    }

    pub(super) fn accepts_heart_bt(&self, secs: u64) -> bool {
        (u64::from(self.heart_bt_secs_min)..=u64::from(self.heart_bt_secs_max)).contains(&secs)
    }

    /// Settings come from a checked configuration; a bad one here is a bug.
    pub(super) fn assert_valid(&self) {
        for comp_id in [&self.sender_comp_id, &self.target_comp_id] {
            assert!((1..=COMP_ID_BYTES_MAX).contains(&comp_id.len()), "CompID length is bounded");
            assert!(comp_id.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' '), "CompID is printable");
        }
        let tells_next = !self.next_expected_msg_seq_num || self.version.has_next_expected_msg_seq_num();
        assert!(tells_next, "NextExpectedMsgSeqNum came with FIX 4.4");
        assert!(self.heart_bt_secs_min <= self.heart_bt_secs_max, "HeartBtInt bounds are ordered");
        assert!(self.heart_bt_secs_max <= HEART_BT_SECS_MAX, "HeartBtInt is bounded");
    }
}

/// The numbers that the next message will have, in each direction. MsgSeqNum(34).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SequenceNumbers {
    /// Number due from the peer.
    pub next_in: u64,
    /// Number of the next message that we send.
    pub next_out: u64,
}

impl SequenceNumbers {
    /// The numbers of a session that has never been used.
    pub const FIRST: SequenceNumbers = SequenceNumbers { next_in: 1, next_out: 1 };
}

/// What a message meant, and what the owner does about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Disposition {
    /// Both sides are logged on. With `reset`, both numbers have begun again at 1: what was stored for resending is void, and
    /// the new numbering must be durable before the pending bytes leave.
    LoggedOn { reset: bool },
    /// An application message whose turn it is; its number is consumed. `poss_dup`: it may be stale (PossDupFlag(43));
    /// `poss_resend`: it may be known under another number (PossResend(97)), to be told by ClOrdID(11).
    Application { msg_seq_num: u64, poss_dup: bool, poss_resend: bool },
    /// A session message, dealt with.
    Consumed,
    /// A Reject(3) is written. The number is consumed, except where the rules say that it stays.
    Rejected { problem: FieldProblem },
    /// Not applied and no number consumed: a duplicate, a message beyond a gap, or one after Logout.
    Dropped,
    /// The peer asks for messages again: answer with [`super::Session::resend_message`] and its relatives.
    Resend(Resend),
    /// The peer said Logout(5) and is answered; it should close, and `on_timer` says when not to wait longer.
    LoggedOut,
    /// Flush what is pending, then close the connection and call [`super::Session::disconnected`].
    Disconnect { reason: DisconnectReason },
}

/// Why a connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DisconnectReason {
    /// Both sides said Logout(5).
    LoggedOut,
    /// The first message was not a Logon(A).
    FirstMessageNotLogon,
    /// The bytes before the Logon were no message.
    GarbledLogon,
    /// A Logon with something wrong in it; the Logout's Text(58) says what. To an initiator: the peer refused.
    LogonRefused,
    /// A Logon outside the session's hours.
    OutOfHours,
    LogonTimeout,
    LogoutTimeout,
    /// Nothing came for 2.4 intervals.
    HeartbeatTimeout,
    /// Our ResendRequest(2) led nowhere.
    GapTimeout,
    /// BeginString(8) is not that of the session.
    BeginString,
    /// SenderCompID(49) or TargetCompID(56) of a Logon is not that of the session.
    CompId,
    SendingTime,
    /// MsgSeqNum(34) is missing or no number.
    NoMsgSeqNum,
    MsgSeqNumTooLow,
    /// NextExpectedMsgSeqNum(789) of a Logon is a number that we have not reached.
    NextExpectedTooHigh,
    /// ResetSeqNumFlag(141)=Y where it may not be, or with a MsgSeqNum(34) other than 1.
    ResetRefused,
}

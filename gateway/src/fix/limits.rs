//! Every bound of the FIX codec and session, by name.

/// Longest message accepted from a peer, in bytes from `8=` to the SOH after CheckSum(10).
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024;

/// Longest value of BeginString(8), in bytes.
pub const BEGIN_STRING_BYTES_MAX: usize = 16;

/// Most digits that BodyLength(9) may have.
pub const BODY_LENGTH_DIGITS_MAX: usize = 6;

/// Most fields in one inbound message; a message with more is rejected, SessionRejectReason(373)=99.
pub const FIELDS_MAX: usize = 512;

/// Tags below this are found and checked for repetition through a table, those above by search. All of FIX 5.0 SP2 are below.
pub const TAG_SLOTS: usize = 2048;

/// Largest tag number that is read as one; the standard's user-defined range ends far below.
pub const TAG_MAX: u32 = 99_999_999;

/// Largest MsgSeqNum(34), NewSeqNo(36), BeginSeqNo(7): far beyond any session, and far from overflow.
pub const MSG_SEQ_NUM_MAX: u64 = 999_999_999_999_999;

/// Longest Text(58) that the session itself writes, in bytes.
pub const TEXT_BYTES_MAX: usize = 256;

/// Longest TestReqID(112) that is echoed in a Heartbeat(0), in bytes.
pub const TEST_REQ_ID_BYTES_MAX: usize = 256;

/// Longest value of a peer's that a refusal of its message repeats, in bytes: what is longer is left out, or a refusal could be
/// longer than a message may be.
pub const REPEATED_BYTES_MAX: usize = 256;

/// Longest SenderCompID(49) or TargetCompID(56) of a configured session, in bytes.
pub const COMP_ID_BYTES_MAX: usize = 64;

/// Longest HeartBtInt(108) that a session may be configured to accept, in seconds.
pub const HEART_BT_SECS_MAX: u32 = 24 * 3600;

/// Bytes already sent that an output buffer keeps in front before it moves the rest forward.
pub const ENCODER_COMPACT_BYTES: usize = 64 * 1024;

const _: () = {
    assert!(FIELDS_MAX < u16::MAX as usize);
    assert!(MESSAGE_BYTES_MAX < 1_000_000);
    assert!(BODY_LENGTH_DIGITS_MAX <= 6);
    assert!(MSG_SEQ_NUM_MAX < u64::MAX / 2);
    // Six fields of the way back, RefMsgType(372), BusinessRejectRefID(379), and Text(58).
    assert!(8 * REPEATED_BYTES_MAX + TEXT_BYTES_MAX < MESSAGE_BYTES_MAX / 2);
};

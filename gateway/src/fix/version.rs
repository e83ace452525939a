//! The versions of FIX that Millrace speaks, and where their session layers differ.

use super::form::SessionRejectReason;
use super::session::BusinessRejectReason;

/// A version of the session layer with the application messages that go with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Version {
    Fix42,
    #[default]
    Fix44,
    /// FIXT.1.1 with the application messages of FIX.5.0SP2.
    Fix50Sp2,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Version; 3] = [Version::Fix42, Version::Fix44, Version::Fix50Sp2];

    /// The version with this name: `FIX.4.2`, `FIX.4.4`, `FIX.5.0SP2`.
    pub fn named(name: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.name() == name)
    }

    /// The version that BeginString(8) names.
    pub fn of(begin_string: &[u8]) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.begin_string() == begin_string)
    }

    /// The name of the application messages' version.
    pub fn name(self) -> &'static str {
        match self {
            Version::Fix42 => "FIX.4.2",
            Version::Fix44 => "FIX.4.4",
            Version::Fix50Sp2 => "FIX.5.0SP2",
        }
    }

    /// BeginString(8).
    #[inline]
    pub fn begin_string(self) -> &'static [u8] {
        match self {
            Version::Fix42 => b"FIX.4.2",
            Version::Fix44 => b"FIX.4.4",
            Version::Fix50Sp2 => b"FIXT.1.1",
        }
    }

    /// DefaultApplVerID(1137), which FIXT.1.1 requires in a Logon(A): `9` is FIX.5.0SP2. Before FIXT.1.1 there is none.
    pub fn appl_ver_id(self) -> Option<&'static [u8]> {
        match self {
            Version::Fix42 | Version::Fix44 => None,
            Version::Fix50Sp2 => Some(b"9"),
        }
    }

    /// Whether the version has NextExpectedMsgSeqNum(789).
    pub(super) fn has_next_expected_msg_seq_num(self) -> bool {
        self != Version::Fix42
    }

    /// SessionRejectReason(373), or none where the version has no number for it: FIX 4.2 ends at 11, and has no 99.
    pub(super) fn session_reject_reason(self, reason: SessionRejectReason) -> Option<u64> {
        let code = reason.code();
        (self != Version::Fix42 || code <= SessionRejectReason::InvalidMsgType.code()).then_some(code)
    }

    /// BusinessRejectReason(380), or Other where the version has no number for it: NotAuthorized came after FIX 4.2,
    /// ThrottleLimitExceeded with FIX 5.0.
    pub(super) fn business_reject_reason(self, reason: BusinessRejectReason) -> u64 {
        let last = match self {
            Version::Fix42 => BusinessRejectReason::ConditionallyRequiredFieldMissing,
            Version::Fix44 => BusinessRejectReason::NotAuthorized,
            Version::Fix50Sp2 => BusinessRejectReason::ThrottleLimitExceeded,
        };
        let known = reason as u64 <= last as u64;
        if known { reason as u64 } else { BusinessRejectReason::Other as u64 }
    }
}

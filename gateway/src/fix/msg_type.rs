//! MsgType(35) values, under FIX 4.4's names.

pub const HEARTBEAT: &[u8] = b"0";
pub const TEST_REQUEST: &[u8] = b"1";
pub const RESEND_REQUEST: &[u8] = b"2";
pub const REJECT: &[u8] = b"3";
pub const SEQUENCE_RESET: &[u8] = b"4";
pub const LOGOUT: &[u8] = b"5";
pub const EXECUTION_REPORT: &[u8] = b"8";
pub const ORDER_CANCEL_REJECT: &[u8] = b"9";
pub const LOGON: &[u8] = b"A";
pub const NEW_ORDER_SINGLE: &[u8] = b"D";
pub const ORDER_CANCEL_REQUEST: &[u8] = b"F";
pub const ORDER_CANCEL_REPLACE_REQUEST: &[u8] = b"G";
pub const ORDER_STATUS_REQUEST: &[u8] = b"H";
pub const ORDER_MASS_CANCEL_REQUEST: &[u8] = b"q";
pub const ORDER_MASS_STATUS_REQUEST: &[u8] = b"AF";
pub const ORDER_MASS_CANCEL_REPORT: &[u8] = b"r";
pub const DONT_KNOW_TRADE: &[u8] = b"Q";
pub const BUSINESS_MESSAGE_REJECT: &[u8] = b"j";
pub const TRADE_CAPTURE_REPORT: &[u8] = b"AE";
pub const REQUEST_FOR_POSITIONS: &[u8] = b"AN";
pub const REQUEST_FOR_POSITIONS_ACK: &[u8] = b"AO";
pub const POSITION_REPORT: &[u8] = b"AP";
pub const USER_REQUEST: &[u8] = b"BE";
pub const USER_RESPONSE: &[u8] = b"BF";
pub const MARKET_DATA_REQUEST: &[u8] = b"V";
pub const MARKET_DATA_SNAPSHOT_FULL_REFRESH: &[u8] = b"W";
pub const MARKET_DATA_INCREMENTAL_REFRESH: &[u8] = b"X";
pub const MARKET_DATA_REQUEST_REJECT: &[u8] = b"Y";

/// Whether the type belongs to the session layer. These are never sent again on a ResendRequest(2); a SequenceReset(4) with
/// GapFillFlag(123)=Y stands for them.
pub fn is_administrative(msg_type: &[u8]) -> bool {
    matches!(msg_type, b"0" | b"1" | b"2" | b"3" | b"4" | b"5" | b"A")
}

/// Whether FIX 4.4 defines the type, or it is user-defined (it begins with `U`). What is not defined is a Reject(3) with
/// SessionRejectReason(373)=11; what is defined and not supported is a BusinessMessageReject(j). For the other versions, and what
/// a counterparty adds, ask [`super::dictionary::Dictionary::message_name`].
pub fn is_defined(msg_type: &[u8]) -> bool {
    match msg_type {
        [b'U', ..] => msg_type.len() > 1,
        [b'I' | b'O'] => false,
        [one] => one.is_ascii_alphanumeric(),
        [b'A', second] => second.is_ascii_uppercase(),
        [b'B', second] => (b'A'..=b'H').contains(second),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_the_standard_are_defined_and_others_are_not() {
        for defined in [&b"0"[..], b"A", b"D", b"j", b"z", b"AA", b"AZ", b"BH", b"U1"] {
            assert!(is_defined(defined));
        }
        for undefined in [&b""[..], b"I", b"O", b"U", b"BI", b"CA", b"DD", b"?", b"ABC"] {
            assert!(!is_defined(undefined));
        }
    }
}

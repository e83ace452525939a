//! The few fields that the measurement reads, found in one pass over a framed message.

use gateway::fix::{SOH, value::parse_u64};
use memchr::memchr;

/// Fields of interest of one message, FIX names; empty when absent.
#[derive(Clone, Copy, Default, Debug)]
pub struct Fields<'a> {
    pub account: &'a [u8],
    pub begin_seq_no: &'a [u8],
    pub cl_ord_id: &'a [u8],
    pub msg_seq_num: &'a [u8],
    pub msg_type: &'a [u8],
    pub new_seq_no: &'a [u8],
    pub order_id: &'a [u8],
    pub order_qty: &'a [u8],
    pub ord_status: &'a [u8],
    pub ord_type: &'a [u8],
    pub orig_cl_ord_id: &'a [u8],
    pub poss_dup_flag: &'a [u8],
    pub price: &'a [u8],
    pub ref_seq_num: &'a [u8],
    pub sender_comp_id: &'a [u8],
    pub side: &'a [u8],
    pub symbol: &'a [u8],
    pub target_comp_id: &'a [u8],
    pub text: &'a [u8],
    pub ord_rej_reason: &'a [u8],
    pub heart_bt_int: &'a [u8],
    pub test_req_id: &'a [u8],
    pub reset_seq_num_flag: &'a [u8],
    pub exec_type: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Reads a framed message; what is not `tag=value` is passed over.
    pub fn scan(message: &'a [u8]) -> Fields<'a> {
        let mut fields = Fields::default();
        let mut rest = message;
        while let Some(end) = memchr(SOH, rest) {
            let (tag, value) = split(&rest[..end]);
            match tag {
                1 => fields.account = value,
                7 => fields.begin_seq_no = value,
                11 => fields.cl_ord_id = value,
                34 => fields.msg_seq_num = value,
                35 => fields.msg_type = value,
                36 => fields.new_seq_no = value,
                37 => fields.order_id = value,
                38 => fields.order_qty = value,
                39 => fields.ord_status = value,
                40 => fields.ord_type = value,
                41 => fields.orig_cl_ord_id = value,
                43 => fields.poss_dup_flag = value,
                44 => fields.price = value,
                45 => fields.ref_seq_num = value,
                49 => fields.sender_comp_id = value,
                54 => fields.side = value,
                55 => fields.symbol = value,
                56 => fields.target_comp_id = value,
                58 => fields.text = value,
                103 => fields.ord_rej_reason = value,
                108 => fields.heart_bt_int = value,
                112 => fields.test_req_id = value,
                141 => fields.reset_seq_num_flag = value,
                150 => fields.exec_type = value,
                _ => {}
            }
            rest = &rest[end + 1..];
        }
        fields
    }

    /// MsgSeqNum(34).
    pub fn seq(&self) -> Option<u64> {
        number(self.msg_seq_num)
    }
}

/// A whole number that a sequence could have.
pub fn number(value: &[u8]) -> Option<u64> {
    parse_u64(value, gateway::fix::limits::MSG_SEQ_NUM_MAX).ok()
}

/// Tag and value; tag 0 for what is no field of interest.
fn split(field: &[u8]) -> (u32, &[u8]) {
    let mut tag = 0u32;
    for (at, byte) in field.iter().enumerate().take(4) {
        match byte {
            b'0'..=b'9' => tag = tag * 10 + u32::from(byte - b'0'),
            b'=' => return (tag, &field[at + 1..]),
            _ => return (0, &[]),
        }
    }
    (0, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn execution_report_is_read_and_rubbish_passed_over() {
        let bytes = b"8=FIX.4.4\x0135=8\x0134=12\x0111=A-1\x01x\x01=\x0199999=4\x01150=0\x0139=0\x0158=\x01";
        let fields = Fields::scan(bytes);
        assert_eq!(fields.msg_type, b"8");
        assert_eq!(fields.seq(), Some(12));
        assert_eq!((fields.cl_ord_id, fields.exec_type, fields.ord_status), (&b"A-1"[..], &b"0"[..], &b"0"[..]));
        assert!(fields.text.is_empty());
    }
}

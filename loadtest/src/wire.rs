//! Messages out: prepared heads, appended fields, BodyLength(9) and CheckSum(10) patched in at the end. No allocation once
//! the buffer is warm.

use gateway::fix::SOH;
use gateway::fix::frame::checksum;
use gateway::fix::value::{TimePrecision, TimeText, push_decimal};

use crate::workload::{Instrument, LIMIT, Order, Request};

/// BodyLength(9) is written with this many digits, so that it can be filled in afterwards.
const BODY_LENGTH_DIGITS: usize = 4;
/// `8=FIX.4.4`, `9=` and the digits, each with its SOH: where the body begins.
const BODY_AT: usize = 10 + 2 + BODY_LENGTH_DIGITS + 1;
/// Digits of the request's number at the end of ClOrdID(11).
const INDEX_DIGITS: usize = 10;

/// An unfinished message in a buffer.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Open {
    at: usize,
}

/// Begins a message with BeginString(8), an empty BodyLength(9) and MsgType(35).
pub fn begin(out: &mut Vec<u8>, msg_type: &[u8]) -> Open {
    let open = Open { at: out.len() };
    out.extend_from_slice(b"8=FIX.4.4\x019=0000\x01");
    field(out, b"35=", msg_type);
    open
}

/// Appends one field; `tag` is written as `35=`.
#[inline]
pub fn field(out: &mut Vec<u8>, tag: &[u8], value: &[u8]) {
    out.extend_from_slice(tag);
    out.extend_from_slice(value);
    out.push(SOH);
}

/// Appends one field with a whole number.
#[inline]
pub fn field_u64(out: &mut Vec<u8>, tag: &[u8], value: u64) {
    out.extend_from_slice(tag);
    push_u64(out, value, 1);
    out.push(SOH);
}

/// Fills BodyLength(9) in and appends CheckSum(10).
#[inline]
pub fn finish(out: &mut Vec<u8>, open: Open) {
    let mut length = out.len() - open.at - BODY_AT;
    for digit in out[open.at + 12..open.at + 12 + BODY_LENGTH_DIGITS].iter_mut().rev() {
        *digit = b'0' + (length % 10) as u8;
        length /= 10;
    }
    assert!(length == 0, "a message of the load generator is shorter than BodyLength can say");
    let sum = checksum(&out[open.at..]);
    out.extend_from_slice(b"10=");
    push_u64(out, u64::from(sum), 3);
    out.push(SOH);
}

/// Appends a whole number with at least `width` digits.
#[inline]
pub fn push_u64(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while value > 0 {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.extend_from_slice(&digits[at.min(digits.len() - width)..]);
}

/// ClOrdID(11) of the requests of one run: prefix, `-`, and the request's number in ten digits.
#[derive(Clone, Debug)]
pub struct ClOrdIds {
    prefix: Vec<u8>,
}

impl ClOrdIds {
    /// The prefix makes the ids unique across runs.
    pub fn new(prefix: &str) -> ClOrdIds {
        ClOrdIds { prefix: format!("{prefix}-").into_bytes() }
    }

    #[inline]
    pub fn push(&self, out: &mut Vec<u8>, index: u64) {
        out.extend_from_slice(&self.prefix);
        push_u64(out, index, INDEX_DIGITS);
    }

    /// The request's number, or `None` for an id of someone else.
    #[inline]
    pub fn index(&self, cl_ord_id: &[u8]) -> Option<u64> {
        let digits = cl_ord_id.strip_prefix(&self.prefix[..])?;
        if digits.len() < INDEX_DIGITS || digits.len() > 19 {
            return None;
        }
        digits.iter().try_fold(0u64, |index, byte| byte.is_ascii_digit().then(|| index * 10 + u64::from(byte - b'0')))
    }

    /// The id as text.
    pub fn text(&self, index: u64) -> String {
        let mut id = Vec::new();
        self.push(&mut id, index);
        String::from_utf8_lossy(&id).into_owned()
    }
}

/// One request as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The request's number in the run, the end of its ClOrdID(11).
    pub index: u64,
    pub request: Request,
    pub order: Order,
    /// Number of the request whose order a cancel or replace refers to: OrigClOrdID(41).
    pub original: u64,
}

/// Writes the messages of all sessions.
pub struct Writer {
    pub ids: ClOrdIds,
    /// `1=ACCOUNT|` for each account.
    accounts: Vec<Vec<u8>>,
    /// `55=SYMBOL|` for each instrument, and a symbol that nobody has at the end.
    symbols: Vec<Vec<u8>>,
    time: TimeText,
}

/// What stands between MsgType(35) and MsgSeqNum(34) in every message of a session.
#[derive(Clone, Debug)]
pub struct Head {
    /// `49=SENDER|56=TARGET|34=`.
    bytes: Vec<u8>,
}

impl Head {
    pub fn new(sender_comp_id: &[u8], target_comp_id: &[u8]) -> Head {
        let mut bytes = Vec::new();
        field(&mut bytes, b"49=", sender_comp_id);
        field(&mut bytes, b"56=", target_comp_id);
        bytes.extend_from_slice(b"34=");
        Head { bytes }
    }

    /// Appends the header fields up to SendingTime(52), which is `time`.
    #[inline]
    pub fn push(&self, out: &mut Vec<u8>, seq: u64, time: &[u8]) {
        out.extend_from_slice(&self.bytes);
        push_u64(out, seq, 1);
        out.push(SOH);
        field(out, b"52=", time);
    }
}

impl Writer {
    pub fn new(cl_ord_id_prefix: &str, accounts: &[String], instruments: &[Instrument]) -> Writer {
        let fields = |tag: &str, values: &mut dyn Iterator<Item = &str>| -> Vec<Vec<u8>> {
            values.map(|value| format!("{tag}{value}\x01").into_bytes()).collect()
        };
        let symbols = instruments.iter().map(|instrument| instrument.symbol.as_str());
        Writer {
            ids: ClOrdIds::new(cl_ord_id_prefix),
            accounts: fields("1=", &mut accounts.iter().map(String::as_str)),
            symbols: fields("55=", &mut symbols.chain(["NOSUCHSYMBOL"])),
            time: TimeText::new(TimePrecision::Millis),
        }
    }

    /// An administrative message with its fields, each `(tag, value)` as in [`field`].
    pub fn admin(
        &mut self,
        out: &mut Vec<u8>,
        head: &Head,
        msg_type: &[u8],
        seq: u64,
        now_ns: i64,
        fields: &[(&[u8], &[u8])],
    ) {
        let open = begin(out, msg_type);
        head.push(out, seq, self.time.format(now_ns));
        for (tag, value) in fields {
            field(out, tag, value);
        }
        finish(out, open);
    }

    /// Writes `asked` as NewOrderSingle(D), OrderCancelRequest(F) or OrderCancelReplaceRequest(G).
    #[inline]
    pub fn request(&mut self, out: &mut Vec<u8>, head: &Head, seq: u64, now_ns: i64, asked: &Asked) {
        let Asked { index, request, order, original } = *asked;
        let open = match request {
            Request::New => begin(out, b"D"),
            Request::Cancel => begin(out, b"F"),
            Request::Replace => begin(out, b"G"),
        };
        head.push(out, seq, self.time.format(now_ns));
        out.extend_from_slice(b"11=");
        self.ids.push(out, index);
        out.push(SOH);
        if request != Request::New {
            out.extend_from_slice(b"41=");
            self.ids.push(out, original);
            out.push(SOH);
        }
        out.extend_from_slice(&self.accounts[usize::from(order.account)]);
        out.extend_from_slice(&self.symbols[usize::from(order.instrument).min(self.symbols.len() - 1)]);
        field(out, b"54=", &[order.side]);
        field(out, b"60=", self.time.format(now_ns));
        out.extend_from_slice(b"38=");
        push_decimal(out, order.qty);
        out.push(SOH);
        if request != Request::Cancel {
            field(out, b"40=", &[order.ord_type]);
            if order.ord_type == LIMIT {
                out.extend_from_slice(b"44=");
                push_decimal(out, order.px);
                out.push(SOH);
            }
            out.extend_from_slice(b"59=0\x01");
        }
        finish(out, open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Fields;
    use crate::workload::{BUY, UNKNOWN_INSTRUMENT, default_instruments};
    use gateway::fix::frame::{Framed, frame};

    #[test]
    fn every_request_frames_and_reads_back() {
        let mut writer = Writer::new("run", &["ACC1".to_owned()], &default_instruments());
        let head = Head::new(b"LOAD1", b"MILLRACE");
        for request in [Request::New, Request::Cancel, Request::Replace] {
            let mut out = b"before".to_vec();
            let order =
                Order { instrument: 1, account: 0, side: BUY, ord_type: LIMIT, qty: 300_000_000, px: 4_950_000_000 };
            let asked = Asked { index: 42, request, order, original: 41 };
            writer.request(&mut out, &head, 77, 1_700_000_000_123_000_000, &asked);
            let message = &out[6..];
            assert_eq!(frame(message, 8192), Framed::Message { len: message.len() });
            let fields = Fields::scan(message);
            assert_eq!(fields.seq(), Some(77));
            assert_eq!(writer.ids.index(fields.cl_ord_id), Some(42));
            assert_eq!(writer.ids.index(fields.orig_cl_ord_id), (request != Request::New).then_some(41));
            assert_eq!(fields.order_qty, b"3");
            assert_eq!(fields.price, if request == Request::Cancel { &b""[..] } else { &b"49.5"[..] });
        }
        let mut out = Vec::new();
        let order = Order { instrument: UNKNOWN_INSTRUMENT, account: 0, side: BUY, ord_type: LIMIT, qty: 1, px: 1 };
        let asked = Asked { index: 0, request: Request::New, order, original: 0 };
        writer.request(&mut out, &head, 1, 0, &asked);
        assert_eq!(Fields::scan(&out).symbol, b"NOSUCHSYMBOL");
    }

    #[test]
    fn foreign_client_order_ids_have_no_number() {
        let ids = ClOrdIds::new("run");
        assert_eq!(ids.text(7), "run-0000000007");
        assert_eq!(ids.index(b"run-0000000007"), Some(7));
        for foreign in
            [&b""[..], b"run-", b"run-7", b"other-0000000007", b"run-00000000x7", b"run-99999999999999999999"]
        {
            assert_eq!(ids.index(foreign), None);
        }
    }
}

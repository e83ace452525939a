//! The initiator's side of one FIX session: logon, heartbeats, gaps, resends of nothing, logout.
//!
//! A load generator never sends an order twice: a ResendRequest(2) is answered with one gap fill. Its own gaps it asks for, and
//! passes over what comes out of order until they are filled, so that every report is counted once.

use crate::fields::{Fields, number};
use crate::wire::{Head, Writer};

/// Numbers of the next messages, as they go from one run to a later one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Numbers {
    /// MsgSeqNum(34) of our next message.
    pub next_out: u64,
    /// MsgSeqNum(34) expected from the peer.
    pub next_in: u64,
}

/// Where a session stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Logon(A) is on its way.
    LoggingOn,
    /// Requests may be sent.
    Active,
    /// Logout(5) is on its way.
    LoggingOut,
    /// Both have said Logout(5).
    Out,
}

/// What a message means to the load generator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// A report or reject for the book.
    Application,
    /// The session dealt with it.
    Session,
    /// The session is over, and why.
    Broken(String),
}

/// What came ahead of a missing number. The peer may go on with new messages while it sends old ones again; those are passed
/// over and no answer to the first request brings them, so they are asked for next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Gap {
    /// The answer to the latest ResendRequest(2) reaches at least here.
    asked_until: u64,
    /// Highest number seen.
    seen: u64,
}

/// State of one session. Times are nanoseconds since the client's origin; `utc_ns` is UTC since 1970 for SendingTime(52).
#[derive(Debug)]
pub struct Session {
    /// SenderCompID(49).
    pub name: String,
    pub head: Head,
    pub numbers: Numbers,
    pub phase: Phase,
    /// Whether Logon(A) asks to begin at 1 on both sides, ResetSeqNumFlag(141).
    reset: bool,
    heart_bt_int_s: u32,
    /// Numbers that are missing, while some are.
    gap: Option<Gap>,
    last_sent_ns: u64,
    last_received_ns: u64,
    tested: bool,
}

impl Session {
    /// `start` continues an earlier session; `None` resets it.
    pub fn new(name: &str, target: &str, heart_bt_int_s: u32, start: Option<Numbers>) -> Session {
        Session {
            name: name.to_owned(),
            head: Head::new(name.as_bytes(), target.as_bytes()),
            numbers: start.unwrap_or(Numbers { next_out: 1, next_in: 1 }),
            phase: Phase::LoggingOn,
            reset: start.is_none(),
            heart_bt_int_s,
            gap: None,
            last_sent_ns: 0,
            last_received_ns: 0,
            tested: false,
        }
    }

    /// The number for the next message; the caller writes it.
    #[inline]
    pub fn take_seq(&mut self, now_ns: u64) -> u64 {
        let seq = self.numbers.next_out;
        self.numbers.next_out += 1;
        self.last_sent_ns = now_ns;
        seq
    }

    /// Writes Logon(A).
    pub fn log_on(&mut self, writer: &mut Writer, out: &mut Vec<u8>, now_ns: u64, utc_ns: i64) {
        let interval = self.heart_bt_int_s.to_string();
        let fields: [(&[u8], &[u8]); 3] = [(b"98=", b"0"), (b"108=", interval.as_bytes()), (b"141=", b"Y")];
        let fields = if self.reset { &fields[..] } else { &fields[..2] };
        self.last_received_ns = now_ns;
        self.admin(writer, out, b"A", now_ns, utc_ns, fields);
    }

    /// Writes Logout(5).
    pub fn log_out(&mut self, writer: &mut Writer, out: &mut Vec<u8>, now_ns: u64, utc_ns: i64) {
        self.admin(writer, out, b"5", now_ns, utc_ns, &[]);
        self.phase = Phase::LoggingOut;
    }

    /// Heartbeat(0) when we were silent for an interval, TestRequest(1) when the peer was for 1.2; broken after 2.4.
    pub fn on_timer(&mut self, writer: &mut Writer, out: &mut Vec<u8>, now_ns: u64, utc_ns: i64) -> Meaning {
        let interval_ns = u64::from(self.heart_bt_int_s) * 1_000_000_000;
        if interval_ns == 0 || self.phase != Phase::Active {
            return Meaning::Session;
        }
        let silent_ns = now_ns.saturating_sub(self.last_received_ns);
        if silent_ns > interval_ns * 12 / 5 {
            return Meaning::Broken(format!("{}: the peer is silent for {} s", self.name, silent_ns / 1_000_000_000));
        }
        if silent_ns > interval_ns * 6 / 5 && !self.tested {
            self.tested = true;
            self.admin(writer, out, b"1", now_ns, utc_ns, &[(b"112=", b"still there")]);
        } else if now_ns.saturating_sub(self.last_sent_ns) >= interval_ns {
            self.admin(writer, out, b"0", now_ns, utc_ns, &[]);
        }
        Meaning::Session
    }

    /// Takes one framed message.
    #[inline]
    pub fn on_message(
        &mut self,
        fields: &Fields<'_>,
        writer: &mut Writer,
        out: &mut Vec<u8>,
        now_ns: u64,
        utc_ns: i64,
    ) -> Meaning {
        self.last_received_ns = now_ns;
        self.tested = false;
        let Some(seq) = fields.seq() else {
            return Meaning::Broken(format!("{}: the peer sent a message without MsgSeqNum(34)", self.name));
        };
        if fields.msg_type == b"A" && fields.reset_seq_num_flag == b"Y" && self.phase == Phase::LoggingOn {
            self.numbers.next_in = seq;
        }
        if fields.msg_type == b"4" && number(fields.new_seq_no).is_none() {
            return Meaning::Broken(format!("{}: SequenceReset(4) without a good NewSeqNo(36)", self.name));
        }
        let in_order = seq == self.numbers.next_in;
        if seq < self.numbers.next_in {
            if fields.poss_dup_flag == b"Y" {
                return Meaning::Session;
            }
            // A Logout may say that our number is the wrong one; its text is worth more than its number.
            if fields.msg_type != b"5" {
                let expected = self.numbers.next_in;
                return Meaning::Broken(format!("{}: number {seq} came after {expected} was expected", self.name));
            }
        } else if in_order {
            self.numbers.next_in += 1;
        } else {
            self.ask_for_gap(seq, writer, out, now_ns, utc_ns);
        }
        let meaning = self.dispatch(fields, in_order, writer, out, now_ns, utc_ns);
        if let Some(gap) = self.gap.take_if(|gap| gap.asked_until < self.numbers.next_in)
            && gap.seen >= self.numbers.next_in
        {
            self.ask_for_gap(gap.seen, writer, out, now_ns, utc_ns);
        }
        meaning
    }

    fn dispatch(
        &mut self,
        fields: &Fields<'_>,
        in_order: bool,
        writer: &mut Writer,
        out: &mut Vec<u8>,
        now_ns: u64,
        utc_ns: i64,
    ) -> Meaning {
        match fields.msg_type {
            b"8" | b"9" | b"j" | b"3" if in_order => return Meaning::Application,
            // Logon, Logout and ResendRequest count even ahead of a gap; the rest comes again.
            b"A" if self.phase == Phase::LoggingOn => self.phase = Phase::Active,
            b"5" => return self.on_logout(fields, writer, out, now_ns, utc_ns),
            b"2" => {
                let begin = number(fields.begin_seq_no).unwrap_or(1);
                self.fill_gap(begin, writer, out, utc_ns);
            }
            b"1" if in_order => {
                let echo = fields.test_req_id;
                self.admin(writer, out, b"0", now_ns, utc_ns, &[(b"112=", &echo[..echo.len().min(64)])]);
            }
            b"4" if in_order => {
                let next = number(fields.new_seq_no).unwrap_or(0);
                self.numbers.next_in = self.numbers.next_in.max(next);
            }
            _ => {}
        }
        Meaning::Session
    }

    fn on_logout(
        &mut self,
        fields: &Fields<'_>,
        writer: &mut Writer,
        out: &mut Vec<u8>,
        now_ns: u64,
        utc_ns: i64,
    ) -> Meaning {
        if self.phase == Phase::LoggingOut {
            self.phase = Phase::Out;
            return Meaning::Session;
        }
        let text = String::from_utf8_lossy(fields.text).into_owned();
        self.admin(writer, out, b"5", now_ns, utc_ns, &[]);
        self.phase = Phase::Out;
        Meaning::Broken(format!("{}: the peer logged out: {text}", self.name))
    }

    /// One ResendRequest(2) at a time; what comes again ends it.
    fn ask_for_gap(&mut self, seq: u64, writer: &mut Writer, out: &mut Vec<u8>, now_ns: u64, utc_ns: i64) {
        if let Some(gap) = &mut self.gap {
            gap.seen = gap.seen.max(seq);
        } else {
            self.gap = Some(Gap { asked_until: seq, seen: seq });
            let begin = self.numbers.next_in.to_string();
            self.admin(writer, out, b"2", now_ns, utc_ns, &[(b"7=", begin.as_bytes()), (b"16=", b"0")]);
        }
    }

    /// SequenceReset(4) with GapFillFlag(123)=Y from `begin` to our next number: orders are never sent twice.
    fn fill_gap(&mut self, begin: u64, writer: &mut Writer, out: &mut Vec<u8>, utc_ns: i64) {
        if begin == 0 || begin >= self.numbers.next_out {
            return;
        }
        let next = self.numbers.next_out.to_string();
        let fields: [(&[u8], &[u8]); 3] = [(b"43=", b"Y"), (b"123=", b"Y"), (b"36=", next.as_bytes())];
        writer.admin(out, &self.head, b"4", begin, utc_ns, &fields);
    }

    fn admin(
        &mut self,
        writer: &mut Writer,
        out: &mut Vec<u8>,
        msg_type: &[u8],
        now_ns: u64,
        utc_ns: i64,
        fields: &[(&[u8], &[u8])],
    ) {
        let seq = self.take_seq(now_ns);
        writer.admin(out, &self.head, msg_type, seq, utc_ns, fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Peer {
        session: Session,
        writer: Writer,
        out: Vec<u8>,
    }

    impl Peer {
        fn active() -> Peer {
            let session = Session::new("LOAD1", "M", 10, Some(Numbers { next_out: 5, next_in: 3 }));
            let mut peer = Peer { session, writer: Writer::new("t", &[], &[]), out: Vec::new() };
            peer.session.log_on(&mut peer.writer, &mut peer.out, 0, 0);
            assert_eq!(peer.take(b"A", b"3", b""), Meaning::Session);
            assert_eq!(peer.session.phase, Phase::Active);
            peer.out.clear();
            peer
        }

        fn take(&mut self, msg_type: &[u8], seq: &[u8], new_seq_no: &[u8]) -> Meaning {
            let fields = Fields { msg_type, msg_seq_num: seq, new_seq_no, begin_seq_no: b"2", ..Fields::default() };
            self.session.on_message(&fields, &mut self.writer, &mut self.out, 0, 0)
        }

        fn said(&self) -> Vec<Fields<'_>> {
            let messages = self.out.split_inclusive(|byte| *byte == 1).collect::<Vec<_>>();
            let starts = messages.iter().filter(|field| field.starts_with(b"8=")).count();
            assert!(starts <= 1, "one message at a time");
            (starts == 1).then(|| Fields::scan(&self.out)).into_iter().collect()
        }
    }

    #[test]
    fn gap_is_asked_for_once_and_later_messages_wait_for_it() {
        let mut peer = Peer::active();
        assert_eq!(peer.take(b"8", b"7", b""), Meaning::Session);
        assert_eq!(peer.take(b"8", b"8", b""), Meaning::Session);
        assert_eq!(peer.said().len(), 1);
        assert_eq!((peer.said()[0].msg_type, peer.said()[0].begin_seq_no), (&b"2"[..], &b"4"[..]));
        assert_eq!(peer.take(b"4", b"4", b"7"), Meaning::Session);
        assert_eq!(peer.take(b"8", b"7", b""), Meaning::Application);
        assert_eq!(peer.take(b"8", b"8", b""), Meaning::Application);
        assert_eq!(peer.session.numbers.next_in, 9);
        assert_eq!(peer.session.gap, None);
    }

    #[test]
    fn what_came_between_resent_messages_is_asked_for_next() {
        let mut peer = Peer::active();
        peer.take(b"8", b"6", b"");
        peer.take(b"8", b"4", b"");
        assert_eq!(peer.take(b"8", b"7", b""), Meaning::Session, "new, ahead of the gap");
        peer.take(b"8", b"5", b"");
        peer.out.clear();
        assert_eq!(peer.take(b"8", b"6", b""), Meaning::Application);
        assert_eq!((peer.said()[0].msg_type, peer.said()[0].begin_seq_no), (&b"2"[..], &b"7"[..]));
        assert_eq!(peer.take(b"8", b"7", b""), Meaning::Application);
        assert_eq!(peer.session.gap, None);
    }

    #[test]
    fn resend_request_is_answered_with_one_gap_fill() {
        let mut peer = Peer::active();
        peer.take(b"2", b"4", b"");
        let said = peer.said();
        assert_eq!((said[0].msg_type, said[0].msg_seq_num, said[0].new_seq_no), (&b"4"[..], &b"2"[..], &b"6"[..]));
        assert_eq!(said[0].poss_dup_flag, b"Y");
    }

    #[test]
    fn low_number_without_possdup_breaks_the_session() {
        let mut peer = Peer::active();
        assert!(matches!(peer.take(b"8", b"2", b""), Meaning::Broken(_)));
    }

    #[test]
    fn silence_is_tested_and_then_breaks_the_session() {
        let mut peer = Peer::active();
        let Peer { session, writer, out } = &mut peer;
        assert_eq!(session.on_timer(writer, out, 13_000_000_000, 0), Meaning::Session);
        assert_eq!(Fields::scan(out).msg_type, b"1");
        assert!(matches!(session.on_timer(writer, out, 25_000_000_000, 0), Meaning::Broken(_)));
    }
}

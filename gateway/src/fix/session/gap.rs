//! A hole in the inbound numbers: when it opens, when it is asked for, when it closes. The why is in [`super`].

use super::super::encode::Encoder;
use super::Session;

/// A hole in the inbound numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// When the answer has reached this number, the request is fulfilled.
    pub(super) target: u64,
    /// Highest number dropped so far.
    pub(super) highest: u64,
    /// Highest number dropped when it was asked for: the answer has it for certain.
    pub(super) asked: u64,
    pub(super) requested: bool,
    /// The answer has begun.
    pub(super) progressed: bool,
    /// Time of the last progress, or of the beginning.
    pub(super) since_ns: i64,
}

impl Session {
    /// The next number due is `next_in`; closes the gap that ends there, or asks for what was dropped meanwhile.
    pub(super) fn advance(&mut self, now_ns: i64, next_in: u64, out: &mut Encoder) {
        self.numbers.next_in = next_in;
        let Some(gap) = &mut self.gap else { return };
        gap.progressed = true;
        gap.since_ns = now_ns;
        if next_in <= gap.target {
            self.request_gap(now_ns, out);
            return;
        }
        let highest = gap.highest;
        self.gap = None;
        if next_in <= highest {
            self.note_gap(now_ns, highest);
            self.request_gap(now_ns, out);
        }
    }

    pub(super) fn note_gap(&mut self, now_ns: i64, seq: u64) {
        let fresh = Gap { target: seq, highest: seq, asked: 0, requested: false, progressed: false, since_ns: now_ns };
        let gap = self.gap.get_or_insert(fresh);
        gap.highest = gap.highest.max(seq);
        if !gap.progressed {
            gap.target = gap.highest;
        }
    }

    /// A new message arrives beyond the gap. Where the answer has reached what was dropped when we asked, the peer has left it
    /// at that: what it sent before the answer began is to be asked for as well.
    pub(super) fn new_beyond_gap(&mut self) {
        let next_in = self.numbers.next_in;
        if let Some(gap) = &mut self.gap
            && gap.progressed
            && next_in > gap.asked
        {
            (gap.requested, gap.progressed) = (false, false);
        }
    }

    pub(super) fn request_gap(&mut self, now_ns: i64, out: &mut Encoder) {
        if self.gap.is_some_and(|gap| !gap.requested) {
            self.expect_gap_answer(now_ns);
            self.write_resend_request(now_ns, out);
        }
    }

    /// The gap is asked for: by a ResendRequest(2), or by the NextExpectedMsgSeqNum(789) of our Logon.
    pub(super) fn expect_gap_answer(&mut self, now_ns: i64) {
        if let Some(gap) = &mut self.gap {
            gap.requested = true;
            gap.asked = gap.highest;
            gap.progressed = false;
            gap.since_ns = now_ns;
        }
    }
}

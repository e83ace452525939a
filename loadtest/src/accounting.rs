//! What was sent and what came of it: `sent = acknowledged + refused + unanswered`, for each kind of request.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::limits;
use crate::workload::Request;

/// Requests of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Tally {
    pub sent: u64,
    pub acknowledged: u64,
    pub refused: u64,
}

impl Tally {
    /// Sent, and neither acknowledged nor refused (yet).
    pub fn unanswered(&self) -> u64 {
        self.sent - self.acknowledged - self.refused
    }

    fn plus(self, other: Tally) -> Tally {
        Tally {
            sent: self.sent + other.sent,
            acknowledged: self.acknowledged + other.acknowledged,
            refused: self.refused + other.refused,
        }
    }
}

/// All counts of a run.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Counts {
    /// NewOrderSingle(D).
    pub new: Tally,
    /// OrderCancelRequest(F).
    pub cancel: Tally,
    /// OrderCancelReplaceRequest(G).
    pub replace: Tally,
    /// Requests with a first answer, of any kind.
    pub answered: u64,
    /// ExecutionReports with ExecType(150)=F.
    pub fills: u64,
    /// OrderCancelReject(9).
    pub cancel_rejects: u64,
    /// BusinessMessageReject(j).
    pub business_rejects: u64,
    /// Reject(3).
    pub session_rejects: u64,
    /// Reports that answer no request of this run: orders of earlier runs, expiries, what was asked too long ago.
    pub unsolicited: u64,
    /// Messages in that were not FIX.
    pub garbled: u64,
    /// Refusals by reason: Text(58) up to its first colon, else the reject code.
    pub reasons: Reasons,
}

impl Counts {
    pub fn of(&self, request: Request) -> Tally {
        match request {
            Request::New => self.new,
            Request::Cancel => self.cancel,
            Request::Replace => self.replace,
        }
    }

    pub fn of_mut(&mut self, request: Request) -> &mut Tally {
        match request {
            Request::New => &mut self.new,
            Request::Cancel => &mut self.cancel,
            Request::Replace => &mut self.replace,
        }
    }

    /// All requests together.
    pub fn total(&self) -> Tally {
        self.new.plus(self.cancel).plus(self.replace)
    }

    /// Whether each request sent was acknowledged or refused.
    pub fn is_complete(&self) -> bool {
        self.total().unanswered() == 0
    }
}

/// Refusals by reason. Bounded: a peer that invents reasons fills `other`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reasons {
    counted: Vec<(String, u64)>,
}

impl Reasons {
    /// Counts one refusal by its Text(58), or by `code` where there is no text.
    pub fn count(&mut self, text: &[u8], code: &[u8]) {
        let text = if text.is_empty() { code } else { text };
        let end = memchr::memchr(b':', text).unwrap_or(text.len()).min(limits::REASON_BYTES_MAX);
        let reason = &text[..end];
        if let Some((_, count)) = self.counted.iter_mut().find(|(known, _)| known.as_bytes() == reason) {
            *count += 1;
            return;
        }
        let name = match self.counted.len() < limits::REASONS_MAX {
            true => {
                reason.iter().map(|byte| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' }).collect()
            }
            false => "other".to_owned(),
        };
        match self.counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => self.counted.push((name, 1)),
        }
    }

    /// Reasons and counts, most frequent first.
    pub fn sorted(&self) -> Vec<(&str, u64)> {
        let mut sorted: Vec<(&str, u64)> =
            self.counted.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        sorted
    }
}

impl Serialize for Reasons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sorted = self.sorted();
        let mut map = serializer.serialize_map(Some(sorted.len()))?;
        for (reason, count) in sorted {
            map.serialize_entry(reason, &count)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sent_is_acknowledged_plus_refused_plus_unanswered() {
        let mut counts = Counts::default();
        *counts.of_mut(Request::New) = Tally { sent: 10, acknowledged: 7, refused: 2 };
        *counts.of_mut(Request::Cancel) = Tally { sent: 3, acknowledged: 2, refused: 1 };
        assert_eq!(counts.new.unanswered(), 1);
        assert_eq!(counts.total(), Tally { sent: 13, acknowledged: 9, refused: 3 });
        assert!(!counts.is_complete());
        counts.new.refused += 1;
        assert!(counts.is_complete());
    }

    #[test]
    fn refusals_are_counted_by_the_text_before_the_colon() {
        let mut reasons = Reasons::default();
        reasons.count(b"MAX_ORDER_QTY: limit=1, observed=2", b"103=3");
        reasons.count(b"MAX_ORDER_QTY: limit=1, observed=3", b"103=3");
        reasons.count(b"", b"103=1");
        assert_eq!(reasons.sorted(), [("MAX_ORDER_QTY", 2), ("103=1", 1)]);
    }

    #[test]
    fn invented_reasons_stay_bounded_and_printable() {
        let mut reasons = Reasons::default();
        for index in 0..10_000 {
            reasons.count(format!("\x02{index}: x").as_bytes(), b"");
        }
        assert_eq!(reasons.sorted().len(), limits::REASONS_MAX + 1);
        assert_eq!(reasons.sorted()[0], ("other", 10_000 - limits::REASONS_MAX as u64));
        assert!(reasons.sorted().iter().all(|(reason, _)| reason.is_ascii()));
    }
}

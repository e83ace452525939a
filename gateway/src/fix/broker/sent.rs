//! Which order each of the last messages was about, so that a Reject(3) or BusinessMessageReject(j) of it finds its order.

use std::collections::VecDeque;

use model::{ClOrdId, OrderId, ReportKind};

/// Messages that are remembered: a refusal comes at once or never.
const REMEMBERED: usize = 8_192;

/// A message to the broker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SentMessage {
    /// MsgSeqNum(34).
    pub(super) number: u64,
    pub(super) order_id: OrderId,
    /// ClOrdID(11), as the broker saw it.
    pub(super) cl_ord_id: ClOrdId,
    /// What it means if the broker cannot take the message.
    pub(super) refusal: ReportKind,
}

/// The last messages, by rising number.
#[derive(Debug)]
pub(super) struct SentMessages(VecDeque<SentMessage>);

impl SentMessages {
    pub(super) fn new() -> SentMessages {
        SentMessages(VecDeque::with_capacity(REMEMBERED))
    }

    pub(super) fn note(&mut self, message: SentMessage) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(message);
    }

    /// The message with this number.
    pub(super) fn find(&self, number: u64) -> Option<SentMessage> {
        let at = self.0.binary_search_by_key(&number, |message| message.number).ok()?;
        self.0.get(at).copied()
    }

    /// The numbers begin again.
    pub(super) fn reset(&mut self) {
        self.0.clear();
    }
}

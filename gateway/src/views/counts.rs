//! Counters of what became of orders: all of them, by check, by session.

use model::{Check, CxlRejResponseTo, Event, OrdStatus};
use serde::{Deserialize, Serialize};

/// What became of orders since the journal began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderCounts {
    /// Passed risk.
    pub accepted: u64,
    /// Refused: 150=8 without an order.
    pub refused: u64,
    /// Cancels sent to the venue.
    pub cancel_requested: u64,
    /// Replaces sent to the venue.
    pub replace_requested: u64,
    /// OrderCancelReject(9) to a cancel.
    pub cancel_rejected: u64,
    /// OrderCancelReject(9) to a replace.
    pub replace_rejected: u64,
    /// Acknowledged by the venue, where clients wait for that.
    pub acknowledged: u64,
    /// Executions: 150=F.
    pub fills: u64,
    /// Orders that are filled entirely.
    pub filled: u64,
    /// Canceled.
    pub canceled: u64,
    /// Replaced.
    pub replaced: u64,
    /// Rejected by the venue after we had accepted them.
    pub rejected: u64,
    /// Expired.
    pub expired: u64,
    /// Order status requests answered.
    pub status_reported: u64,
    /// Venue reports that changed nothing.
    pub reports_suspended: u64,
    /// Orders that can still be filled.
    pub working: u64,
}

impl OrderCounts {
    /// One event more.
    pub fn count(&mut self, event: &Event) {
        match event {
            Event::OrderAccepted(_) => {
                self.accepted += 1;
                self.working += 1;
            }
            Event::OrderRefused(_) => self.refused += 1,
            Event::CancelRequested(_) => self.cancel_requested += 1,
            Event::ReplaceRequested(_) => self.replace_requested += 1,
            Event::CancelRejected(e) => match e.response_to {
                CxlRejResponseTo::Cancel => self.cancel_rejected += 1,
                CxlRejResponseTo::Replace => self.replace_rejected += 1,
            },
            Event::OrderAcknowledged(_) => self.acknowledged += 1,
            Event::OrderFilled(e) => {
                self.fills += 1;
                if e.order.ord_status == OrdStatus::Filled {
                    self.filled += 1;
                    self.end_one();
                }
            }
            Event::OrderCanceled(_) => {
                self.canceled += 1;
                self.end_one();
            }
            Event::OrderReplaced(e) => {
                self.replaced += 1;
                if e.order.ord_status == OrdStatus::Filled {
                    // Replaced down to what was filled already.
                    self.filled += 1;
                    self.end_one();
                }
            }
            Event::OrderRejected(_) => {
                self.rejected += 1;
                self.end_one();
            }
            Event::OrderExpired(_) => {
                self.expired += 1;
                self.end_one();
            }
            Event::StatusReported(_) => self.status_reported += 1,
            Event::ReportSuspended(_) => self.reports_suspended += 1,
            _ => {}
        }
    }

    /// A count for people must not bring the daemon down, so it stops at zero.
    fn end_one(&mut self) {
        self.working = self.working.saturating_sub(1);
    }
}

/// Refusals by check, new orders and replaces together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusalCounts(Vec<u64>);

impl Default for RefusalCounts {
    fn default() -> Self {
        RefusalCounts(vec![0; Check::ALL.len()])
    }
}

impl RefusalCounts {
    /// One more by this check.
    pub fn count(&mut self, check: Check) {
        if let Some(index) = Check::ALL.iter().position(|other| *other == check) {
            self.0[index] += 1;
        }
    }

    /// Every check with its count, in order of precedence.
    pub fn iter(&self) -> impl Iterator<Item = (Check, u64)> {
        Check::ALL.iter().copied().zip(self.0.iter().copied())
    }

    /// By one check.
    pub fn of(&self, check: Check) -> u64 {
        self.iter().find(|(other, _)| *other == check).map_or(0, |(_, count)| count)
    }
}

/// What became of one session's orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SessionCounts {
    /// Accepted.
    pub accepted: u64,
    /// Refused.
    pub refused: u64,
    /// Executions.
    pub fills: u64,
    /// Messages that the session got for its orders.
    pub reports: u64,
}

impl SessionCounts {
    /// One event of this session more.
    pub fn count(&mut self, event: &Event) {
        self.reports += 1;
        match event {
            Event::OrderAccepted(_) => self.accepted += 1,
            Event::OrderRefused(_) => self.refused += 1,
            Event::OrderFilled(_) => self.fills += 1,
            _ => {}
        }
    }
}

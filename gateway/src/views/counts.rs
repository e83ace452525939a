//! Counters of what became of orders: all of them, by check, by session.

use std::collections::BTreeMap;

use model::{CancelRejected, Check, CxlRejResponseTo, Event, KillScope, OrdStatus, OrderId, Refusal, TimeInForce};
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
    /// Orders that were filled entirely; one that a bust reopened may be so again.
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
    /// Orders that Millrace did not send, or that came by telephone.
    pub adopted: u64,
    /// Fills that never happened: 150=H.
    pub trades_canceled: u64,
    /// Fills that were other ones: 150=G.
    pub trades_corrected: u64,
    /// Fills that a client does not know.
    pub trades_disputed: u64,
    /// Restated: 150=D.
    pub restated: u64,
    /// Done for the day: 150=3.
    pub done_for_day: u64,
    /// Guaranteed: 150=7.
    pub stopped: u64,
    /// Suspended: 150=9.
    pub suspended: u64,
    /// Stops that were reached, and orders that Millrace let go: 150=L.
    pub triggered: u64,
    /// OrderMassCancelReport(r).
    pub mass_cancels: u64,
    /// Orders that can still be filled.
    pub working: u64,
}

impl OrderCounts {
    /// One event more. What works is [`Working`]'s to say.
    pub fn count(&mut self, event: &Event) {
        match event {
            Event::OrderAccepted(_) => self.accepted += 1,
            Event::OrderAdopted(_) => self.adopted += 1,
            Event::OrderRefused(_) => self.refused += 1,
            Event::CancelRequested(_) => self.cancel_requested += 1,
            Event::ReplaceRequested(_) => self.replace_requested += 1,
            Event::CancelRejected(e) => match e.response_to {
                CxlRejResponseTo::Cancel => self.cancel_rejected += 1,
                CxlRejResponseTo::Replace => self.replace_rejected += 1,
            },
            Event::OrderAcknowledged(_) => self.acknowledged += 1,
            Event::OrderFilled(_) => self.fills += 1,
            Event::OrderCanceled(_) => self.canceled += 1,
            Event::OrderReplaced(_) => self.replaced += 1,
            Event::OrderRejected(_) => self.rejected += 1,
            Event::OrderExpired(_) => self.expired += 1,
            Event::StatusReported(_) => self.status_reported += 1,
            Event::ReportSuspended(_) => self.reports_suspended += 1,
            Event::TradeCanceled(_) => self.trades_canceled += 1,
            Event::TradeCorrected(_) => self.trades_corrected += 1,
            Event::TradeDisputed(_) => self.trades_disputed += 1,
            Event::OrderRestated(_) => self.restated += 1,
            Event::OrderDoneForDay(_) => self.done_for_day += 1,
            Event::OrderStopped(_) => self.stopped += 1,
            Event::OrderSuspended(_) => self.suspended += 1,
            Event::OrderTriggered(_) => self.triggered += 1,
            Event::MassCancelReported(_) => self.mass_cancels += 1,
            Event::VenueAccepted(_)
            | Event::ReplaceQueued(_)
            | Event::PositionChanged(_)
            | Event::StrategyPositionChanged(_)
            | Event::FxRateSet(_)
            | Event::ForeignCashMoved(_)
            | Event::CommissionBooked(_)
            | Event::AccountCurrencyDefined(_)
            | Event::ForeignCashAdjusted(_)
            | Event::QuoteUpdated(_)
            | Event::QuoteDoubted(_)
            | Event::WashSuspected(_)
            | Event::RestrictionChanged(_)
            | Event::OverrideChanged(_)
            | Event::InstrumentDefined(_)
            | Event::AccountDefined(_)
            | Event::SessionDefined(_)
            | Event::AttributionDefined(_)
            | Event::FirmDefined(_)
            | Event::LimitChanged(_)
            | Event::ConfigurationRead(_)
            | Event::ScopeStateSet(_)
            | Event::Alarmed(_)
            | Event::KillProgressed(_)
            | Event::TradingStateChanged(_)
            | Event::CashAdjusted(_)
            | Event::Started(_)
            | Event::Ticked(_)
            | Event::MassStatusBegun(_)
            | Event::WorkAdvanced(_)
            | Event::SessionLost(_)
            | Event::TradingPhaseChanged(_)
            | Event::VenueLinked(_)
            | Event::JournalRoomChanged(_)
            | Event::ResolutionGiven(_)
            | Event::SplitBegun(_)
            | Event::PositionsSplit(_)
            | Event::DividendBegun(_)
            | Event::SettlementBegun(_)
            | Event::SymbolChanged(_)
            | Event::DividendPaid(_)
            | Event::PositionAdjusted(_)
            | Event::BreaksReported(_)
            | Event::AdjustmentBooked(_)
            | Event::CloseBegun(_)
            | Event::DayMarked(_)
            | Event::DayClosed(_)
            | Event::StartChecked(_)
            | Event::Armed(_) => {}
        }
    }
}

/// The orders that can still be filled. Which they are follows from each order's status alone, so one that a bust reopens, or
/// that is done for the day and back the next morning, is counted right.
#[derive(Debug, Default)]
pub(super) struct Working(BTreeMap<OrderId, TimeInForce>);

impl Working {
    /// One event more. True where it was the one that left an order filled.
    pub(super) fn follow(&mut self, event: &Event) -> bool {
        match event {
            // An answer changes nothing.
            Event::StatusReported(_) => false,
            Event::CancelRejected(e) if e.ends_pending == 1 => self.refused(e),
            other => {
                other.order().is_some_and(|order| self.stands(order.order_id, order.time_in_force, order.ord_status))
            }
        }
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// What a refusal was pending for may have been decided meanwhile.
    fn refused(&mut self, e: &CancelRejected) -> bool {
        let time_in_force = self.0.get(&e.order_id).copied();
        time_in_force.is_some_and(|time_in_force| self.stands(e.order_id, time_in_force, e.ord_status))
    }

    fn stands(&mut self, order_id: OrderId, time_in_force: TimeInForce, ord_status: OrdStatus) -> bool {
        if ord_status.is_working(time_in_force) {
            self.0.insert(order_id, time_in_force);
            return false;
        }
        self.0.remove(&order_id).is_some() && ord_status == OrdStatus::Filled
    }
}

/// Refusals by check, new orders and replaces together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusalCounts {
    all: Vec<u64>,
    /// Those by a limit of a scope.
    scoped: BTreeMap<(Check, KillScope), u64>,
}

impl Default for RefusalCounts {
    fn default() -> Self {
        RefusalCounts { all: vec![0; Check::ALL.len()], scoped: BTreeMap::new() }
    }
}

impl RefusalCounts {
    /// One more.
    pub fn count(&mut self, refusal: &Refusal) {
        if let Some(index) = Check::ALL.iter().position(|other| *other == refusal.check) {
            self.all[index] += 1;
        }
        if let Some(scope) = refusal.scope() {
            *self.scoped.entry((refusal.check, scope)).or_default() += 1;
        }
    }

    /// Those by a limit of a scope: by check and kind of scope, where there were any.
    pub fn by_scope(&self) -> impl Iterator<Item = (Check, KillScope, u64)> + '_ {
        self.scoped.iter().map(|((check, scope), count)| (*check, *scope, *count))
    }

    /// Every check with its count, in order of precedence.
    pub fn iter(&self) -> impl Iterator<Item = (Check, u64)> {
        Check::ALL.iter().copied().zip(self.all.iter().copied())
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
        self.accepted += u64::from(matches!(event, Event::OrderAccepted(_)));
        self.refused += u64::from(matches!(event, Event::OrderRefused(_)));
        self.fills += u64::from(matches!(event, Event::OrderFilled(_)));
    }
}

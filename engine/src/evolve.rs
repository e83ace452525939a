//! One event into the state. Writes only, cannot refuse: whatever could go wrong was checked by `decide`.

mod close;
mod commissions;
mod corporate;
mod currencies;
mod definitions;
mod groups;
mod kills;
mod limits;
mod money;
mod orders;
mod overrides;
mod pnl;
mod restrictions;
mod strategies;
mod work;

use model::{EngineTime, Event, Seq};

use crate::state::State;

pub(crate) use limits::UNCOUNTABLE;
pub(crate) use pnl::{PNL_KINDS, seen};

/// Where and when an event stands: its frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The frame.
    pub seq: Seq,
    /// The frame's time.
    pub time: EngineTime,
}

impl State {
    /// Notes that a frame begins, before its events; a frame may have none.
    #[inline]
    pub fn begin(&mut self, stamp: Stamp) {
        assert!(stamp.seq > self.last.seq, "frames come in order");
        assert!(stamp.time >= self.last.time, "time never goes backwards in a journal");
        self.last = stamp;
        self.index = 0;
    }

    /// Folds in the next event of the frame that began last.
    pub fn evolve(&mut self, event: &Event) {
        match event {
            Event::OrderAccepted(e) => self.order_accepted(e),
            Event::OrderAdopted(e) => self.order_adopted(e),
            Event::OrderRefused(e) => {
                if e.refusal.check != model::Check::MessageRate {
                    self.count_message(e.session);
                }
            }
            Event::CancelRequested(e) => self.cancel_requested(e),
            Event::ReplaceRequested(e) => self.replace_requested(e),
            Event::ReplaceQueued(e) => self.replace_queued(e),
            Event::CancelRejected(e) => self.cancel_rejected(e),
            Event::VenueAccepted(e) => self.venue_accepted(e),
            Event::OrderAcknowledged(e) => self.order_acknowledged(e),
            Event::OrderFilled(e) => self.order_filled(e),
            Event::TradeCanceled(e) => self.trade_canceled(e),
            Event::TradeCorrected(e) => self.trade_corrected(e),
            Event::OrderCanceled(e) => self.order_ended(&e.order, crate::End::Canceled, e.venue_exec_id),
            Event::OrderRejected(e) => self.order_ended(&e.order, crate::End::Rejected, e.venue_exec_id),
            Event::OrderExpired(e) => self.order_ended(&e.order, crate::End::Expired, e.venue_exec_id),
            Event::OrderReplaced(e) => self.order_replaced(e),
            Event::OrderRestated(e) => self.order_restated(e),
            Event::OrderDoneForDay(e) => self.order_done_for_day(e),
            Event::OrderStopped(e) => self.order_stopped(e),
            Event::OrderSuspended(e) => self.order_suspended(e),
            Event::OrderTriggered(e) => self.order_triggered(e),
            Event::PositionChanged(e) => self.position_changed(e),
            Event::CashAdjusted(e) => self.cash_adjusted(e),
            Event::StrategyPositionChanged(e) => self.strategy_position_changed(e),
            Event::FxRateSet(e) => self.fx_rate_set(e),
            Event::AccountCurrencyDefined(e) => self.account_currency_defined(e),
            Event::ForeignCashMoved(e) => self.foreign_cash_moved(e),
            Event::CommissionBooked(e) => self.commission_booked(e),
            Event::QuoteUpdated(e) => self.quote_updated(e),
            Event::QuoteDoubted(e) => self.quote_doubted(e),
            Event::InstrumentDefined(e) => self.instrument_defined(e),
            Event::AccountDefined(e) => self.account_defined(e),
            Event::SessionDefined(e) => self.session_defined(e),
            Event::AttributionDefined(e) => self.attribution_defined(e),
            Event::FirmDefined(e) => self.firm_defined(e),
            Event::ConfigurationRead(e) => self.configuration_read(e),
            Event::LimitChanged(e) => self.limit_changed(e),
            Event::OverrideChanged(e) => self.override_changed(e),
            Event::RestrictionChanged(e) => self.restriction_changed(e),
            Event::ScopeStateSet(e) => self.scope_state_set(e),
            Event::KillProgressed(e) => self.kill_progressed(e),
            Event::TradingStateChanged(e) => self.trading_state_changed(e),
            Event::TradingPhaseChanged(e) => self.trading_phase_changed(e),
            Event::SplitBegun(e) => self.split_begun(e),
            Event::PositionsSplit(e) => self.positions_split(e),
            Event::DividendBegun(e) => self.dividend_begun(e),
            Event::SettlementBegun(e) => self.settlement_begun(e),
            Event::SymbolChanged(e) => self.symbol_changed(e),
            Event::DividendPaid(e) => self.dividend_paid(e),
            Event::PositionAdjusted(e) => self.position_adjusted(e),
            Event::BreaksReported(e) => self.breaks_reported(e),
            Event::AdjustmentBooked(e) => self.adjustment_booked(e),
            Event::CloseBegun(e) => self.close_begun(e),
            Event::DayMarked(e) => self.day_marked(e),
            Event::DayClosed(e) => self.day_closed(e),
            Event::StartChecked(e) => self.start_checked(e),
            Event::Armed(e) => self.armed(e),
            Event::MassCancelReported(e) => self.mass_cancel_reported(e),
            Event::MassStatusBegun(e) => self.mass_status_begun(e),
            Event::SessionLost(e) => self.session_lost(e),
            Event::WorkAdvanced(e) => self.work_advanced(e),
            Event::VenueLinked(e) => self.venue_linked(e),
            Event::ResolutionGiven(e) => self.resolution_given(e),
            Event::Started(e) => self.started(&e.start),
            Event::JournalRoomChanged(e) => self.journal_is_full = e.has_room == 0,
            Event::Ticked(_) => self.ticked(),
            Event::Alarmed(e) => self.alarmed(e),
            Event::ForeignCashAdjusted(_)
            | Event::WashSuspected(_)
            | Event::StatusReported(_)
            | Event::ReportSuspended(_)
            | Event::TradeDisputed(_) => {}
        }
        self.index = self.index.saturating_add(1);
    }
}

//! From one frame to its rows. Each event writes to the tables that [`crate::schema`] lists for it, and to no other.

use duckdb::{Appender, Connection, Result, params};
use model::{Command, EngineTime, Event, ForeignFlow, Seq};

use self::orders::{Asked, Said, asked_by, known, traded, venue};
use crate::names::Names;

mod acts;
mod close;
mod limits;
mod orders;
mod two_persons;
mod words;

/// One appender per table, for the rows of one transaction.
pub(crate) struct Rows<'c> {
    frames: Appender<'c>,
    executions: Appender<'c>,
    risk_decisions: Appender<'c>,
    positions: Appender<'c>,
    quotes: Appender<'c>,
    instruments: Appender<'c>,
    accounts: Appender<'c>,
    sessions: Appender<'c>,
    strategies: Appender<'c>,
    currency_cash: Appender<'c>,
    commissions: Appender<'c>,
    operator_acts: Appender<'c>,
    limits: Appender<'c>,
    restrictions: Appender<'c>,
    overrides: Appender<'c>,
    suspended_reports: Appender<'c>,
    position_adjustments: Appender<'c>,
    day_marks: Appender<'c>,
    day_closes: Appender<'c>,
    /// Rows appended to all tables.
    pub(crate) count: u64,
}

/// The account's own position.
const NOT_OF_A_STRATEGY: Option<&str> = None;
/// What no strategy did.
const UNALLOCATED: &str = "unallocated";

fn flow_name(flow: ForeignFlow) -> &'static str {
    match flow {
        ForeignFlow::Trade => "trade",
        ForeignFlow::Dividend => "dividend",
        ForeignFlow::Deposit => "deposit",
        ForeignFlow::Commission => "commission",
    }
}

/// Where an event stands.
#[derive(Clone, Copy)]
struct Place {
    seq: u64,
    index: u8,
    time: i64,
}

impl<'c> Rows<'c> {
    /// Inside an open transaction of `connection`.
    pub(crate) fn new(connection: &'c Connection) -> Result<Rows<'c>> {
        let to = |table| connection.appender_to_db(table, "raw");
        Ok(Rows {
            frames: to("frames")?,
            executions: to("executions")?,
            risk_decisions: to("risk_decisions")?,
            positions: to("positions")?,
            quotes: to("quotes")?,
            instruments: to("instruments")?,
            accounts: to("accounts")?,
            sessions: to("sessions")?,
            strategies: to("strategies")?,
            currency_cash: to("currency_cash")?,
            commissions: to("commissions")?,
            operator_acts: to("operator_acts")?,
            limits: to("limits")?,
            restrictions: to("restrictions")?,
            overrides: to("overrides")?,
            suspended_reports: to("suspended_reports")?,
            position_adjustments: to("position_adjustments")?,
            day_marks: to("day_marks")?,
            day_closes: to("day_closes")?,
            count: 0,
        })
    }

    /// Hands the rows over. Not left to the appenders' own drop, which swallows errors.
    pub(crate) fn flush(mut self) -> Result<u64> {
        self.frames.flush()?;
        self.executions.flush()?;
        self.risk_decisions.flush()?;
        self.positions.flush()?;
        self.quotes.flush()?;
        self.instruments.flush()?;
        self.accounts.flush()?;
        self.sessions.flush()?;
        self.strategies.flush()?;
        self.currency_cash.flush()?;
        self.commissions.flush()?;
        self.operator_acts.flush()?;
        self.limits.flush()?;
        self.restrictions.flush()?;
        self.overrides.flush()?;
        self.suspended_reports.flush()?;
        self.position_adjustments.flush()?;
        self.day_marks.flush()?;
        self.day_closes.flush()?;
        Ok(self.count)
    }

    /// All rows of one frame.
    pub(crate) fn append(
        &mut self,
        names: &mut Names,
        seq: Seq,
        time: EngineTime,
        command: &Command,
        events: impl Iterator<Item = Event>,
    ) -> Result<()> {
        let mut index = 0u8;
        for event in events {
            self.event(names, Place { seq: seq.0, index, time: time.0 }, &event)?;
            index = index.saturating_add(1);
        }
        let origin = command.origin();
        let session = origin.and_then(|origin| known(origin.session));
        let msg_seq_num = origin.map(|origin| origin.msg_seq_num).filter(|number| *number > 0);
        self.frames.append_row(params![seq.0, time.0, command.name(), session, msg_seq_num, index])?;
        self.count += 1;
        Ok(())
    }

    fn event(&mut self, names: &mut Names, at: Place, event: &Event) -> Result<()> {
        match event {
            Event::OrderAccepted(e) => {
                self.risk_decision(names, at, "accepted", &Asked::new_order(names, &e.order, e.worst_px), None)?;
                self.execution(names, at, event, &e.order, Said::default())
            }
            Event::ReplaceRequested(e) => {
                let mut asked = Asked::new_order(names, &e.order, e.worst_px);
                asked.request = "replace";
                asked.order_qty = e.order_qty;
                asked.price = e.price;
                self.risk_decision(names, at, "accepted", &asked, None)?;
                self.execution(names, at, event, &e.order, Said::default())
            }
            Event::OrderRefused(e) => self.refused(names, at, e),
            Event::CancelRejected(e) => self.cancel_rejected(names, at, e),
            Event::OrderAdopted(e) => {
                self.risk_decision(names, at, "accepted", &Asked::new_order(names, &e.order, e.worst_px), None)?;
                self.execution(names, at, event, &e.order, venue(e.venue_exec_id, None))
            }
            Event::CancelRequested(e) => {
                self.execution(names, at, event, &e.order, Said { reason: asked_by(e.cause), ..Said::default() })
            }
            Event::OrderAcknowledged(e) => self.execution(names, at, event, &e.order, Said::default()),
            Event::OrderExpired(e) => self.execution(names, at, event, &e.order, venue(e.venue_exec_id, None)),
            Event::ReplaceQueued(e) => self.execution(names, at, event, &e.order, Said::default()),
            Event::OrderDoneForDay(e) => self.execution(names, at, event, &e.order, venue(e.venue_exec_id, None)),
            Event::OrderSuspended(e) => self.execution(names, at, event, &e.order, venue(e.venue_exec_id, None)),
            Event::OrderTriggered(e) => self.execution(names, at, event, &e.order, venue(e.venue_exec_id, None)),
            Event::OrderRestated(e) => {
                self.execution(names, at, event, &e.order, venue(e.venue_exec_id, Some(format!("{:?}", e.restatement))))
            }
            Event::OrderStopped(e) => {
                let said = traded(e.last_qty, e.last_px, e.venue_exec_id);
                self.execution(names, at, event, &e.order, said)
            }
            Event::TradeCanceled(e) => {
                let reason = Some(format!("{}-{}", e.ref_seq, e.ref_index));
                let said = Said { reason, ..traded(e.last_qty, e.last_px, e.venue_exec_id) };
                self.execution(names, at, event, &e.order, said)
            }
            Event::TradeCorrected(e) => {
                let reason = Some(format!("{}-{}", e.ref_seq, e.ref_index));
                let said = Said { reason, ..traded(e.last_qty, e.last_px, e.venue_exec_id) };
                self.execution(names, at, event, &e.order, said)
            }
            Event::OrderFilled(e) => {
                let said = traded(e.last_qty, e.last_px, e.venue_exec_id);
                self.execution(names, at, event, &e.order, said)
            }
            Event::OrderCanceled(e) => {
                self.execution(names, at, event, &e.order, venue(e.venue_exec_id, asked_by(e.cause)))
            }
            Event::OrderReplaced(e) => self.execution(names, at, event, &e.order, venue(e.venue_exec_id, None)),
            Event::OrderRejected(e) => {
                self.execution(names, at, event, &e.order, venue(e.venue_exec_id, Some(format!("{:?}", e.reason))))
            }
            Event::StatusReported(e) => {
                let reason = (e.known != 1).then(|| "UnknownOrder".to_owned());
                self.execution(names, at, event, &e.order, Said { reason, ..Said::default() })
            }
            // On the way to it there are many words, at zero there is one.
            Event::KillProgressed(e) if e.live == 0 && e.is_done == 1 => self.operator_event(names, at, event),
            Event::VenueAccepted(_)
            | Event::Ticked(_)
            | Event::WorkAdvanced(_)
            | Event::KillProgressed(_)
            | Event::QuoteDoubted(_)
            | Event::WashSuspected(_)
            | Event::MassStatusBegun(_) => Ok(()),
            Event::PositionChanged(e) => {
                self.count += 1;
                self.positions.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    names.account(e.account),
                    names.symbol(e.instrument),
                    e.qty.units(),
                    e.cost.units(),
                    e.realised.units(),
                    e.fees.units(),
                    e.cash_from_trades.units(),
                    e.account_cash.units(),
                    e.fee.units(),
                    NOT_OF_A_STRATEGY,
                ])
            }
            Event::CommissionBooked(e) => {
                self.count += 1;
                self.commissions.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    names.account(e.account),
                    names.symbol(e.instrument),
                    e.order_id.0,
                    e.fill,
                    format!("{:?}", e.outcome),
                    format!("{:?}", e.commission.comm_type),
                    e.commission.value,
                    e.commission.currency.as_str(),
                    e.amount.units(),
                    e.charged.units(),
                    e.rate.digits,
                    e.rate.places,
                    e.rate_time.0,
                    e.account_cash.units(),
                ])
            }
            Event::ForeignCashMoved(e) => {
                self.count += 1;
                self.currency_cash.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    names.account(e.account),
                    e.currency.as_str(),
                    flow_name(e.flow),
                    e.amount.units(),
                    e.rate.digits,
                    e.rate.places,
                    e.rate_time.0,
                    e.cash.units(),
                    e.booked.units(),
                    e.booked_converted.units(),
                    e.deposited.units(),
                    e.deposited_converted.units(),
                ])
            }
            Event::StrategyPositionChanged(e) => {
                self.count += 1;
                self.positions.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    names.account(e.account),
                    names.symbol(e.instrument),
                    e.qty.units(),
                    e.cost.units(),
                    e.realised.units(),
                    e.fees.units(),
                    e.cash_from_trades.units(),
                    None::<i128>,
                    e.fee.units(),
                    names.strategy(e.strategy).unwrap_or(UNALLOCATED),
                ])
            }
            Event::QuoteUpdated(e) => {
                let quote = &e.quote;
                self.count += 1;
                self.quotes.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    quote.source_time.0,
                    names.symbol(quote.instrument),
                    quote.bid_px.units(),
                    quote.bid_qty.units(),
                    quote.ask_px.units(),
                    quote.ask_qty.units(),
                    quote.last_px.units(),
                ])
            }
            Event::InstrumentDefined(_)
            | Event::AccountDefined(_)
            | Event::FxRateSet(_)
            | Event::AccountCurrencyDefined(_)
            | Event::ForeignCashAdjusted(_)
            | Event::AttributionDefined(_)
            | Event::SessionDefined(_)
            | Event::FirmDefined(_)
            | Event::LimitChanged(_)
            | Event::ConfigurationRead(_)
            | Event::RestrictionChanged(_)
            | Event::OverrideChanged(_)
            | Event::ScopeStateSet(_)
            | Event::Alarmed(_)
            | Event::TradingStateChanged(_)
            | Event::CashAdjusted(_)
            | Event::MassCancelReported(_)
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
            | Event::Armed(_)
            | Event::TradeDisputed(_)
            | Event::Started(_) => self.operator_event(names, at, event),
            Event::ReportSuspended(e) => {
                let report = &e.report;
                self.count += 1;
                self.suspended_reports.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    report.order_id.0,
                    report.venue_exec_id,
                    format!("{:?}", report.kind),
                    report.last_qty.units(),
                    report.last_px.units(),
                    format!("{:?}", e.why),
                ])
            }
        }
    }
}

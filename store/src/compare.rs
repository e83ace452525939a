//! The proof: are the tables exactly the journal's rows? And the way back where they are not.
//!
//! The expectation is a second, independent fold of the journal: it shares no code with [`crate::rows`].

use std::ops::ControlFlow;
use std::path::Path;

use duckdb::Connection;
use journal::Frame;
use model::{Event, Seq};
use serde::Serialize;

use crate::database::{Failure, Settings, Store, open_read_only};
use crate::schema::TABLES;

/// One table against the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TableComparison {
    /// Its name.
    pub table: &'static str,
    /// Rows that the journal's frames make.
    pub expected: u64,
    /// Rows found.
    pub found: u64,
    /// Do places, quantities and money add up to the same sums too?
    pub sums_equal: bool,
}

/// All tables against the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Comparison {
    /// The journal's last frame.
    pub journal_last_seq: u64,
    /// The last frame whose rows are in the tables, as the flush cursor says.
    pub flushed_last_seq: u64,
    /// In the order of the schema.
    pub tables: Vec<TableComparison>,
}

impl Comparison {
    /// Exactly the journal's rows: none missing, none twice, none wrong in place or money.
    pub fn is_equal(&self) -> bool {
        self.journal_last_seq == self.flushed_last_seq
            && self.tables.iter().all(|table| table.expected == table.found && table.sums_equal)
    }
}

/// Rows and sums of one table. Places are summed plain and squared, so a row that is missing here and twice there shows.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Sums {
    rows: u64,
    places: i128,
    squares: i128,
    units: i128,
}

impl Sums {
    fn add(&mut self, seq: Seq, index: usize, units: i128) {
        // Wide enough for 2^40 frames in a table of 2^40 rows; wrapping keeps it total, DuckDB would say overflow.
        let place = i128::from(seq.0).wrapping_mul(64).wrapping_add(index as i128);
        self.rows += 1;
        self.places = self.places.wrapping_add(place);
        self.squares = self.squares.wrapping_add(place.wrapping_mul(place));
        self.units = self.units.wrapping_add(units);
    }
}

/// Closes nothing and writes nothing. The database must not be open in a daemon.
///
/// # Errors
/// Where either side cannot be read.
pub fn compare(path: &Path, journal_dir: &Path) -> Result<Comparison, Failure> {
    let reader = open_read_only(path)?;
    compare_with(&reader, path, journal_dir)
}

/// The same over a connection that is open already; `path` is for messages.
///
/// # Errors
/// Where either side cannot be read.
pub fn compare_with(connection: &Connection, path: &Path, journal_dir: &Path) -> Result<Comparison, Failure> {
    let mut expected = [Sums::default(); TABLES.len()];
    let summary = journal::read(journal_dir, Seq(1), |frame| {
        expect(&mut expected, frame);
        ControlFlow::Continue(())
    })?;
    let of = |source| Failure::Database { path: path.to_owned(), what: "comparing with the journal", source };
    let mut tables = Vec::with_capacity(TABLES.len());
    for (table, expected) in TABLES.into_iter().zip(expected) {
        let found = found(connection, table).map_err(of)?;
        let (rows, sums_equal) = (found.rows, found == expected);
        tables.push(TableComparison { table, expected: expected.rows, found: rows, sums_equal });
    }
    let cursor = "SELECT last_seq FROM raw.flush_cursor";
    let flushed_last_seq = connection.query_row(cursor, [], |row| row.get(0)).map_err(of)?;
    Ok(Comparison { journal_last_seq: summary.last_seq.0, flushed_last_seq, tables })
}

/// Builds the database from nothing; what was there is set aside.
///
/// # Errors
/// Where the journal cannot be read or the database not written; [`Failure::Locked`] where a daemon has it.
pub fn rebuild(path: &Path, journal_dir: &Path) -> Result<Store, Failure> {
    let settings = Settings::default();
    let mut store = Store::open(path, &settings)?;
    if store.last_seq().0 > 0 {
        drop(store);
        store = Store::replace(path, &settings, "rebuild was asked for".to_owned())?;
    }
    loop {
        let from = store.last_seq().next();
        let (frames, _) = store.write(|each| {
            let mut left = settings.batch_frames;
            journal::read(journal_dir, from, |frame| {
                each(frame);
                left -= 1;
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .map(drop)
        })?;
        if frames == 0 {
            break;
        }
    }
    store.checkpoint()?;
    Ok(store)
}

fn expect(sums: &mut [Sums; TABLES.len()], frame: &Frame<'_>) {
    let mut row = |table: &str, index: usize, units: i128| {
        if let Some(at) = TABLES.iter().position(|name| *name == table) {
            sums[at].add(frame.seq, index, units);
        }
    };
    row("frames", 0, frame.event_count() as i128);
    for (index, event) in frame.events().enumerate() {
        if is_execution(&event) {
            let units = match &event {
                Event::OrderFilled(fill) => fill.last_qty.units(),
                _ => 0,
            };
            row("executions", index, i128::from(units));
        }
        match &event {
            Event::OrderAccepted(e) => row("risk_decisions", index, i128::from(e.order.order_qty.units())),
            Event::ReplaceRequested(e) => row("risk_decisions", index, i128::from(e.order_qty.units())),
            Event::OrderRefused(e) => row("risk_decisions", index, i128::from(e.order_qty.units())),
            Event::CancelRejected(e) if e.by_risk == 1 => row("risk_decisions", index, 0),
            Event::PositionChanged(e) => row("positions", index, i128::from(e.qty.units())),
            Event::StrategyPositionChanged(e) => row("positions", index, i128::from(e.qty.units())),
            Event::ForeignCashMoved(_) => row("currency_cash", index, 0),
            Event::CommissionBooked(_) => row("commissions", index, 0),
            Event::AttributionDefined(e) if !e.definition.strategy.is_empty() => row("strategies", index, 0),
            Event::QuoteUpdated(e) => row("quotes", index, i128::from(e.quote.bid_px.units())),
            Event::InstrumentDefined(_) => row("instruments", index, 0),
            Event::AccountDefined(_) => row("accounts", index, 0),
            Event::SessionDefined(_) => row("sessions", index, 0),
            Event::LimitChanged(_) => row("limits", index, 0),
            Event::RestrictionChanged(_) => row("restrictions", index, 0),
            Event::OverrideChanged(e) => row("overrides", index, i128::from(e.grant.order_qty.units())),
            Event::ReportSuspended(_) => row("suspended_reports", index, 0),
            Event::AdjustmentBooked(e) => {
                row("position_adjustments", index, i128::from(e.adjustment.qty.units()));
            }
            Event::DayMarked(e) => row("day_marks", index, i128::from(e.bid_px.units())),
            Event::DayClosed(e) => row("day_closes", index, i128::from(e.positions)),
            _ => {}
        }
        let operators = matches!(
            event,
            Event::InstrumentDefined(_)
                | Event::AccountDefined(_)
                | Event::SessionDefined(_)
                | Event::AttributionDefined(_)
                | Event::FxRateSet(_)
                | Event::AccountCurrencyDefined(_)
                | Event::ForeignCashAdjusted(_)
                | Event::FirmDefined(_)
                | Event::LimitChanged(_)
                | Event::ConfigurationRead(_)
                | Event::RestrictionChanged(_)
                | Event::OverrideChanged(_)
                | Event::ScopeStateSet(_)
                | Event::Alarmed(_)
                | Event::TradingStateChanged(_)
                | Event::CashAdjusted(_)
                | Event::Started(_)
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
                | Event::TradeDisputed(_)
                | Event::BreaksReported(_)
                | Event::AdjustmentBooked(_)
                | Event::CloseBegun(_)
                | Event::StartChecked(_)
                | Event::Armed(_)
        );
        let is_at_zero = matches!(event, Event::KillProgressed(e) if e.live == 0 && e.is_done == 1);
        if operators || is_at_zero {
            row("operator_acts", index, 0);
        }
    }
}

/// Does it tell of an order, be it only to its venue?
fn is_execution(event: &Event) -> bool {
    let is_of_none = matches!(event, Event::OrderRefused(_) | Event::CancelRejected(_) | Event::StatusReported(_));
    event.order().is_some() || is_of_none
}

fn found(connection: &Connection, table: &str) -> duckdb::Result<Sums> {
    let place = if table == "frames" { "seq::HUGEINT * 64" } else { "(seq::HUGEINT * 64 + idx)" };
    let units = match table {
        "frames" => "events",
        "executions" => "CASE WHEN event = 'OrderFilled' THEN last_qty ELSE 0 END",
        "risk_decisions" | "overrides" => "order_qty",
        "positions" | "position_adjustments" => "qty",
        "quotes" | "day_marks" => "bid_px",
        "day_closes" => "positions",
        _ => "0",
    };
    let sql = format!(
        "SELECT count(*)::UBIGINT, coalesce(sum({place}), 0)::HUGEINT, coalesce(sum({place} * {place}), 0)::HUGEINT, \
         coalesce(sum(({units})::HUGEINT), 0)::HUGEINT FROM raw.{table}"
    );
    connection.query_row(&sql, [], |row| {
        Ok(Sums { rows: row.get(0)?, places: row.get(1)?, squares: row.get(2)?, units: row.get(3)? })
    })
}

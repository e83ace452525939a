//! Reports that the engine could not believe: somebody is told, and the broker hears of a trade that cannot be right, with
//! DontKnowTrade(Q). The trade stays with the suspended reports until a person has looked at it.

use model::{Counted, OrderFilled, ReportKind, ReportSuspended, Suspense};

use super::super::counters::count;
use super::super::{msg_type, tag};
use super::desk::Desk;
use super::trades::{DkReason, Trade};

/// Stands where the broker gave no OrderID(37).
const NONE: &[u8] = b"NONE";

impl Desk {
    /// Takes in a report of this broker that changed nothing. That it was heard before is no news.
    pub(super) fn suspended(&mut self, suspended: &ReportSuspended, now_ns: i64) {
        let ReportSuspended { report, why, .. } = suspended;
        if *why == Suspense::Duplicate {
            return;
        }
        count(&self.counters.reports_suspended);
        tracing::warn!(
            broker = %self.name(), order_id = %report.order_id, kind = ?report.kind, ?why, advice = why.advice(),
            last_qty = report.last_qty.units(), last_px = report.last_px.units(),
            "a report of the broker changed nothing; a person must look at it"
        );
        // An answer that differs is for a person: asking again would bring the same.
        if *why == Suspense::QuantityDiffers && report.counted == Counted::InReport {
            self.asking.wants(report.order_id);
        }
        let is_trade = matches!(report.kind, ReportKind::Filled | ReportKind::TradeCorrected | ReportKind::Other);
        let Some(trade) = self.trades.find(report.venue_exec_id).filter(|_| is_trade).copied() else { return };
        if let Some(reason) = trade.wrong.or(DkReason::of(*why)) {
            self.dispute(&trade, reason, now_ns);
        }
    }

    /// The broker counts fills that it has not told of: somebody is told, and the broker is asked.
    pub(super) fn fills_are_missing(&mut self, fill: &OrderFilled) {
        count(&self.counters.fills_missing);
        tracing::warn!(
            broker = %self.name(), order_id = %fill.order.order_id, missing = fill.missing.units(),
            "the broker counts fills of the order that it has not told of"
        );
        self.asking.wants(fill.order.order_id);
    }

    /// Like a question it is in no record: while the session is away only the alert tells of it.
    fn dispute(&mut self, trade: &Trade, reason: DkReason, now_ns: i64) {
        let Desk { slots: [slot], link, counters, .. } = self;
        let Some(connection) = link.opened().filter(|_| slot.session.is_active()) else { return };
        let out = &mut connection.out;
        slot.session.begin_app_message(now_ns, msg_type::DONT_KNOW_TRADE, out);
        let order_id = trade.order_id.as_bytes();
        out.field_bytes(tag::ORDER_ID, if order_id.is_empty() { NONE } else { order_id });
        out.field_bytes(tag::EXEC_ID, trade.exec_id.as_bytes());
        out.field_char(tag::DK_REASON, reason.value());
        out.field_bytes(tag::SYMBOL, trade.symbol.as_bytes());
        out.field_char(tag::SIDE, trade.side);
        out.field_decimal(tag::ORDER_QTY, trade.order_qty);
        out.field_decimal(tag::LAST_QTY, trade.last_qty);
        out.field_decimal(tag::LAST_PX, trade.last_px);
        out.finish();
        count(&counters.trades_disputed);
    }
}

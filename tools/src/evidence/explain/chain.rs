//! What became of an order: each event that concerns it, with what it changed.

use journal::Frame;
use model::{Command, Commission, CommissionBooked, CommissionOutcome, Event, ExecId, OrderId, OrderView, Px, Qty};
use serde_json::Value;

use crate::evidence::amount;
use crate::evidence::table::Table;
use crate::figures;

/// The events of one order so far.
pub(super) struct Chain {
    order_id: OrderId,
    last: Option<OrderView>,
    table: Table,
}

impl Chain {
    pub(super) fn of(order_id: OrderId) -> Chain {
        const HEADINGS: &[&str] = &["seq", "time", "command", "event", "exec_id", "exec_type", "what_changed"];
        Chain { order_id, last: None, table: Table::new("what became of it", HEADINGS) }
    }

    /// Takes in a frame.
    pub(super) fn see(&mut self, frame: &Frame<'_>) {
        for (index, event) in frame.as_slice().iter().enumerate() {
            if concerns(event) != Some(self.order_id) {
                continue;
            }
            let exec_id = ExecId { seq: frame.seq, index: u8::try_from(index).unwrap_or(u8::MAX) };
            let report = event.execution_report();
            let changed = self.changed(event);
            self.table.push(vec![
                frame.seq.0.into(),
                figures::time(frame.time).into(),
                command(&frame.command).into(),
                event.name().into(),
                report.map_or(Value::Null, |_| exec_id.to_string().into()),
                report.map_or(Value::Null, |(_, exec_type)| format!("{exec_type:?}").into()),
                changed.into(),
            ]);
        }
    }

    /// The order as its last event left it.
    pub(super) fn last(&self) -> Option<&OrderView> {
        self.last.as_ref()
    }

    /// The ExecID(17) of the last report that a client was sent.
    pub(super) fn last_report(&self) -> Option<String> {
        self.table.rows().iter().rev().find_map(|row| row[4].as_str().map(str::to_owned))
    }

    pub(super) fn into_table(self) -> Table {
        self.table
    }

    fn changed(&mut self, event: &Event) -> String {
        let mut words: Vec<String> = own_words(event).into_iter().collect();
        if let Some(now) = event.order() {
            words.extend(differences(self.last.as_ref(), now));
            self.last = Some(*now);
        }
        words.join("; ")
    }
}

/// The order that an event concerns.
fn concerns(event: &Event) -> Option<OrderId> {
    match event {
        Event::VenueAccepted(e) => Some(e.order_id),
        Event::CancelRejected(e) => Some(e.order_id),
        Event::ReportSuspended(e) => Some(e.report.order_id),
        Event::ResolutionGiven(e) => Some(e.resolution.order_id),
        Event::TradeDisputed(e) => Some(e.dispute.order_id),
        Event::CommissionBooked(e) => Some(e.order_id),
        Event::OverrideChanged(e) => Some(e.order_id).filter(|order_id| order_id.0 != 0),
        other => other.order().map(|order| order.order_id),
    }
}

/// What the event says beside the order.
fn own_words(event: &Event) -> Option<String> {
    let at = |qty: Qty, px: Px| format!("{} at {}", figures::qty(qty), figures::px(px));
    match event {
        Event::OrderFilled(e) => Some(at(e.last_qty, e.last_px)),
        Event::TradeCanceled(e) => {
            Some(format!("fill told as {}-{} busted, {}", e.ref_seq, e.ref_index, at(e.last_qty, e.last_px)))
        }
        Event::TradeCorrected(e) => {
            Some(format!("fill told as {}-{} is {}", e.ref_seq, e.ref_index, at(e.last_qty, e.last_px)))
        }
        Event::CancelRequested(e) => Some(format!("for {:?}", e.cause)),
        Event::OrderCanceled(e) => Some(format!("for {:?}", e.cause)),
        Event::ReplaceRequested(e) => Some(format!("asks for {}", at(e.order_qty, e.price))),
        Event::ReplaceQueued(e) => Some(format!("asks for {}, behind {}", at(e.order_qty, e.price), e.behind)),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(amount::refusal(&e.refusal)),
        Event::CancelRejected(e) => Some(format!("{:?}: {:?}", e.response_to, e.reason)),
        Event::ReportSuspended(e) => Some(format!("changes nothing: {:?}; {}", e.why, e.why.advice())),
        Event::OrderRejected(e) => Some(format!("{:?}", e.reason)),
        Event::OrderRestated(e) => Some(format!("{:?}", e.restatement)),
        Event::CommissionBooked(e) => Some(commission(e)),
        Event::OverrideChanged(e) => {
            Some(format!("past {} by the override that frame {} asked for", e.check.code(), e.asked_at))
        }
        Event::VenueAccepted(_) => Some("the venue has it".to_owned()),
        Event::ResolutionGiven(e) => Some(format!("{:?} by {}", e.outcome, e.resolution.actor)),
        _ => None,
    }
}

/// What the broker said, and what became of it.
fn commission(e: &CommissionBooked) -> String {
    let Commission { value, currency, comm_type, .. } = e.commission;
    let said = format!("{} {currency} {comm_type:?}", figures::px(Px::from_units(value)));
    match e.outcome {
        CommissionOutcome::Fee => {
            format!("{said}: the fee is {} instead of the account's rate", figures::money(e.charged))
        }
        CommissionOutcome::Cash => format!("{said}: {} from the account's cash", figures::money(e.amount)),
        CommissionOutcome::ForeignCash => format!("{said}: {} from the account's {currency}", figures::money(e.amount)),
        why => format!("{said} is not booked: {why:?}; the account's fee rate counts"),
    }
}

fn differences(before: Option<&OrderView>, now: &OrderView) -> Vec<String> {
    let Some(before) = before else { return vec![format!("status {:?}", now.ord_status)] };
    let mut words = Vec::new();
    let mut compare = |what: &str, before: String, now: String| {
        if before != now {
            words.push(format!("{what} {before} -> {now}"));
        }
    };
    compare("status", format!("{:?}", before.ord_status), format!("{:?}", now.ord_status));
    compare("ClOrdID", before.cl_ord_id.to_string(), now.cl_ord_id.to_string());
    compare("qty", figures::qty(before.order_qty), figures::qty(now.order_qty));
    compare("price", figures::px(before.price), figures::px(now.price));
    compare("stop", figures::px(before.stop_px), figures::px(now.stop_px));
    compare("filled", figures::qty(before.cum_qty), figures::qty(now.cum_qty));
    compare("leaves", figures::qty(before.leaves_qty()), figures::qty(now.leaves_qty()));
    compare("average price", figures::px(before.avg_px()), figures::px(now.avg_px()));
    compare("held", before.held.to_string(), now.held.to_string());
    words
}

/// A command in a few words.
fn command(command: &Command) -> String {
    match command {
        Command::CommissionedReport(c) => {
            format!("VenueReport {:?} with a commission, venue's {}", c.report.kind, c.report.venue_exec_id)
        }
        Command::VenueReport(c) => format!("VenueReport {:?}, venue's {}", c.kind, c.venue_exec_id),
        other => match other.origin() {
            Some(origin) if origin.msg_seq_num > 0 => format!("{} MsgSeqNum {}", other.name(), origin.msg_seq_num),
            _ => other.name().to_owned(),
        },
    }
}

//! What a client, or nobody, is told: the twin's prediction and the engine's events in the same words.

use model::{CancelCause, ClOrdId, Event, OrdStatus, OrderId, OrderView};

/// One event, as far as the twin predicts it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Said {
    /// A report on an order.
    Order { what: &'static str, view: View, last: (i64, i64), with: String },
    /// OrderCancelReject(9).
    CancelReject { order: u64, cl_ord_id: String, orig: String, replace: bool, reason: u8, status: OrdStatus },
    /// A new order was refused.
    Refused { cl_ord_id: String, check: String, status: OrdStatus },
    /// A report of the venue changed nothing.
    Suspended { order: u64, why: String },
    /// An answer about an order that is not known.
    Unknown { cl_ord_id: String },
    /// What an act on a scope led to, with the live orders in it.
    Scope { outcome: model::ScopeOutcome, live: u32 },
    /// A mass cancel was taken, with the session's working orders where all are meant.
    MassCancel { cl_ord_id: String, total: u32 },
}

/// An order in a report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct View {
    pub(crate) order: u64,
    pub(crate) cl_ord_id: String,
    pub(crate) orig: String,
    pub(crate) status: OrdStatus,
    pub(crate) qty: i64,
    pub(crate) px: i64,
    pub(crate) stop: i64,
    pub(crate) cum: i64,
    pub(crate) leaves: i64,
    pub(crate) notional: i128,
    pub(crate) prior: i64,
    pub(crate) held: bool,
}

pub(crate) fn text(id: &ClOrdId) -> String {
    id.as_str().to_owned()
}

impl View {
    fn of(view: &OrderView, made_up: bool) -> View {
        let OrderId(order) = view.order_id;
        View {
            order,
            // A name that the engine made up for the venue is its own affair.
            cl_ord_id: if made_up { String::new() } else { text(&view.cl_ord_id) },
            orig: text(&view.orig_cl_ord_id),
            status: view.ord_status,
            qty: view.order_qty.units(),
            px: view.price.units(),
            stop: view.stop_px.units(),
            cum: view.cum_qty.units(),
            leaves: view.leaves_qty().units(),
            notional: view.cum_notional.units(),
            prior: view.prior_qty.units(),
            held: view.held != 0,
        }
    }
}

impl Said {
    /// The engine's event; `None` for those that the twin checks by the state alone.
    pub(crate) fn of(event: &Event) -> Option<Said> {
        let order = |what, view: &OrderView| Said::Order {
            what,
            view: View::of(view, false),
            last: (0, 0),
            with: String::new(),
        };
        let with = |said: Said, more: String| match said {
            Said::Order { what, view, last, .. } => Said::Order { what, view, last, with: more },
            other => other,
        };
        let traded = |said: Said, qty: i64, px: i64| match said {
            Said::Order { what, view, with, .. } => Said::Order { what, view, last: (qty, px), with },
            other => other,
        };
        Some(match event {
            Event::OrderAccepted(e) => order("accepted", &e.order),
            Event::OrderAcknowledged(e) => order("acknowledged", &e.order),
            Event::CancelRequested(e) => {
                let view = View::of(&e.order, e.cause != CancelCause::Client);
                Said::Order { what: "cancel requested", view, last: (0, 0), with: format!("{:?}", e.cause) }
            }
            Event::ReplaceRequested(e) => order("replace requested", &e.order),
            Event::ReplaceQueued(e) => order("replace queued", &e.order),
            Event::OrderFilled(e) => traded(order("filled", &e.order), e.last_qty.units(), e.last_px.units()),
            Event::TradeCanceled(e) => traded(order("busted", &e.order), e.last_qty.units(), e.last_px.units()),
            Event::TradeCorrected(e) => traded(order("corrected", &e.order), e.last_qty.units(), e.last_px.units()),
            Event::OrderCanceled(e) => with(order("canceled", &e.order), format!("{:?}", e.cause)),
            Event::OrderExpired(e) => order("expired", &e.order),
            Event::OrderRejected(e) => order("rejected", &e.order),
            Event::OrderReplaced(e) => order("replaced", &e.order),
            Event::OrderRestated(e) => with(order("restated", &e.order), format!("{:?}", e.restatement)),
            Event::OrderDoneForDay(e) => order("done for day", &e.order),
            Event::OrderStopped(e) => traded(order("stopped", &e.order), e.last_qty.units(), e.last_px.units()),
            Event::OrderSuspended(e) => order("suspended", &e.order),
            Event::OrderTriggered(e) => order("triggered", &e.order),
            Event::StatusReported(e) if e.known == 1 => order("status", &e.order),
            Event::StatusReported(e) => Said::Unknown { cl_ord_id: text(&e.order.cl_ord_id) },
            Event::CancelRejected(e) => Said::CancelReject {
                order: e.order_id.0,
                cl_ord_id: text(&e.cl_ord_id),
                orig: text(&e.orig_cl_ord_id),
                replace: e.response_to == model::CxlRejResponseTo::Replace,
                reason: e.reason.value(),
                status: e.ord_status,
            },
            Event::OrderRefused(e) => Said::Refused {
                cl_ord_id: text(&e.cl_ord_id),
                check: e.refusal.check.code().to_owned(),
                status: e.ord_status,
            },
            Event::ReportSuspended(e) => Said::Suspended { order: e.report.order_id.0, why: format!("{:?}", e.why) },
            Event::ScopeStateSet(e) => Said::Scope { outcome: e.outcome, live: e.live },
            Event::MassCancelReported(e) => {
                Said::MassCancel { cl_ord_id: text(&e.cl_ord_id), total: e.total_affected_orders }
            }
            _ => return None,
        })
    }
}

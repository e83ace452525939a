//! The client's memory: each order as its reports show it, each ExecID once.

use std::collections::{BTreeMap, BTreeSet};

use gateway::fix::client::ExecutionReport;
use gateway::fix::driver::{Application, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::{msg_type, tag};

/// An order as its reports show it to the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtClient {
    pub(crate) order_id: String,
    pub(crate) ord_status: u8,
    pub(crate) cum_qty: i64,
    pub(crate) leaves_qty: i64,
    /// Sum of LastQty over the fills, each ExecID once.
    pub(crate) filled: i64,
}

/// What the client knows.
#[derive(Default)]
pub(crate) struct Reports {
    /// By the ClOrdID that the client gave the order first.
    pub(crate) orders: BTreeMap<String, AtClient>,
    exec_ids: BTreeSet<String>,
    /// OrdRejReason(103) or CxlRejReason(102) of the last refusal, and its Text(58).
    pub(crate) last_reason: Option<String>,
    pub(crate) last_text: Option<String>,
    pub(crate) cancel_rejects: u64,
}

impl Application for Reports {
    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        self.hear(message);
    }
}

impl Reports {
    fn hear(&mut self, message: &Message<'_>) {
        if message.msg_type() == msg_type::ORDER_CANCEL_REJECT {
            self.cancel_rejects += 1;
            self.last_reason = text_of(message, tag::CXL_REJ_REASON);
            let refused = text_of(message, tag::ORDER_ID);
            let order = self.orders.values_mut().find(|order| Some(&order.order_id) == refused.as_ref());
            // Of an order whose fill crossed the cancel this is the last that is said: no report follows.
            if let (Some(order), Ok(ord_status)) = (order, message.get_char(tag::ORD_STATUS)) {
                order.ord_status = ord_status;
            }
        }
        if message.msg_type() != msg_type::EXECUTION_REPORT {
            return;
        }
        let report = ExecutionReport::read(message).expect("a report of ours is well formed");
        let order_id = text(report.order_id);
        let first = self.orders.iter().find(|(_, order)| order.order_id == order_id && order_id != "NONE");
        let name = first.map_or_else(|| text(report.cl_ord_id), |(name, _)| name.clone());
        let new = self.exec_ids.insert(text(report.exec_id));
        let order = self.orders.entry(name).or_default();
        if report.exec_type == b'8' {
            self.last_reason = text_of(message, tag::ORD_REJ_REASON);
            self.last_text = text_of(message, tag::TEXT);
        }
        order.order_id = order_id;
        order.ord_status = report.ord_status;
        order.cum_qty = report.cum_qty;
        order.leaves_qty = report.leaves_qty;
        if new && report.exec_type == b'F' {
            order.filled += report.last_qty;
        }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn text_of(message: &Message<'_>, tag: u32) -> Option<String> {
    message.get(tag).map(text)
}

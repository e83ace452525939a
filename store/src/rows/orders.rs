//! What became of orders: `executions`, a row for every report of one, and `risk_decisions`, a row for every judgment of one.

use duckdb::{Result, params};
use model::{Event, OrderView, Px, Qty, Refusal, SessionId};

use super::words::{
    name_of_exec_type, name_of_side, name_of_status, name_of_time_in_force, name_of_type, name_of_unit,
};
use super::{Place, Rows};
use crate::names::Names;

/// What a report says beside the order.
#[derive(Default)]
pub(super) struct Said {
    pub(super) last_qty: i64,
    pub(super) last_px: i64,
    pub(super) venue_exec_id: Option<u64>,
    pub(super) reason: Option<String>,
}

impl Rows<'_> {
    /// An event that carries the order as it is after it.
    pub(super) fn execution(
        &mut self,
        names: &Names,
        at: Place,
        event: &Event,
        order: &OrderView,
        said: Said,
    ) -> Result<()> {
        let exec_type = event.execution_report().map(|(_, exec_type)| name_of_exec_type(exec_type));
        self.count += 1;
        self.executions.append_row(params![
            at.seq,
            at.index,
            at.time,
            event.name(),
            exec_type,
            name_of_status(order.ord_status),
            order.order_id.0,
            order.cl_ord_id.as_str(),
            order.orig_cl_ord_id.as_str(),
            known(order.session),
            names.session(order.session),
            names.account(order.account),
            names.symbol(order.instrument),
            name_of_side(order.side),
            name_of_type(order.ord_type),
            name_of_time_in_force(order.time_in_force),
            order.order_qty.units(),
            order.price.units(),
            said.last_qty,
            said.last_px,
            order.cum_qty.units(),
            leaves(order),
            average(order),
            order.cum_notional.units(),
            said.venue_exec_id,
            said.reason,
        ])
    }

    pub(super) fn refused(&mut self, names: &Names, at: Place, e: &model::OrderRefused) -> Result<()> {
        let asked = Asked {
            request: "new",
            session: e.session,
            account: Some(e.account.as_str()),
            symbol: Some(e.symbol.as_str()),
            side: Some(name_of_side(e.side)),
            order_id: e.order_id.0,
            cl_ord_id: e.cl_ord_id.as_str(),
            order_qty: e.order_qty,
            price: e.price,
            worst_px: None,
        };
        self.risk_decision(names, at, "refused", &asked, Some(&e.refusal))?;
        self.count += 1;
        self.executions.append_row(params![
            at.seq,
            at.index,
            at.time,
            "OrderRefused",
            "Rejected",
            name_of_status(e.ord_status),
            e.order_id.0,
            e.cl_ord_id.as_str(),
            "",
            known(e.session),
            names.session(e.session),
            e.account.as_str(),
            e.symbol.as_str(),
            name_of_side(e.side),
            name_of_type(e.ord_type),
            name_of_time_in_force(e.time_in_force),
            e.order_qty.units(),
            e.price.units(),
            0i64,
            0i64,
            0i64,
            0i64,
            0i64,
            0i128,
            None::<u64>,
            e.refusal.check.code(),
        ])
    }

    pub(super) fn cancel_rejected(&mut self, names: &Names, at: Place, e: &model::CancelRejected) -> Result<()> {
        if e.by_risk == 1 {
            let asked = Asked {
                request: "replace",
                session: e.session,
                account: None,
                symbol: None,
                side: None,
                order_id: e.order_id.0,
                cl_ord_id: e.cl_ord_id.as_str(),
                order_qty: Qty::ZERO,
                price: Px::ZERO,
                worst_px: None,
            };
            self.risk_decision(names, at, "refused", &asked, Some(&e.refusal))?;
        }
        let reason = if e.by_risk == 1 { e.refusal.check.code().to_owned() } else { format!("{:?}", e.reason) };
        self.count += 1;
        self.executions.append_row(params![
            at.seq,
            at.index,
            at.time,
            "CancelRejected",
            None::<&str>,
            name_of_status(e.ord_status),
            e.order_id.0,
            e.cl_ord_id.as_str(),
            e.orig_cl_ord_id.as_str(),
            known(e.session),
            names.session(e.session),
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<i64>,
            None::<i64>,
            0i64,
            0i64,
            None::<i64>,
            None::<i64>,
            None::<i64>,
            None::<i128>,
            None::<u64>,
            reason,
        ])
    }

    pub(super) fn risk_decision(
        &mut self,
        names: &Names,
        at: Place,
        verdict: &str,
        asked: &Asked<'_>,
        refusal: Option<&Refusal>,
    ) -> Result<()> {
        self.count += 1;
        self.risk_decisions.append_row(params![
            at.seq,
            at.index,
            at.time,
            asked.request,
            verdict,
            known(asked.session),
            names.session(asked.session),
            asked.account,
            asked.symbol,
            asked.side,
            asked.order_id,
            asked.cl_ord_id,
            asked.order_qty.units(),
            asked.price.units(),
            asked.worst_px.map(Px::units),
            refusal.map(|refusal| refusal.check.code()),
            refusal.map(|refusal| name_of_unit(refusal.check.unit())),
            refusal.map(|refusal| refusal.limit),
            refusal.map(|refusal| refusal.observed),
            refusal.map(|refusal| refusal.reference_px),
        ])
    }
}

/// What was asked for, and by whom.
pub(super) struct Asked<'a> {
    pub(super) request: &'static str,
    pub(super) session: SessionId,
    pub(super) account: Option<&'a str>,
    pub(super) symbol: Option<&'a str>,
    pub(super) side: Option<&'static str>,
    pub(super) order_id: u64,
    pub(super) cl_ord_id: &'a str,
    pub(super) order_qty: Qty,
    pub(super) price: Px,
    pub(super) worst_px: Option<Px>,
}

impl<'a> Asked<'a> {
    pub(super) fn new_order(names: &'a Names, order: &'a OrderView, worst_px: Px) -> Asked<'a> {
        Asked {
            request: "new",
            session: order.session,
            account: names.account(order.account),
            symbol: names.symbol(order.instrument),
            side: Some(name_of_side(order.side)),
            order_id: order.order_id.0,
            cl_ord_id: order.cl_ord_id.as_str(),
            order_qty: order.order_qty,
            price: order.price,
            worst_px: Some(worst_px),
        }
    }
}

pub(super) fn traded(last_qty: Qty, last_px: Px, exec_id: u64) -> Said {
    Said { last_qty: last_qty.units(), last_px: last_px.units(), venue_exec_id: Some(exec_id), reason: None }
}

/// Who wanted an order ended, where that was not its client.
pub(super) fn asked_by(cause: model::CancelCause) -> Option<String> {
    (cause != model::CancelCause::Client).then(|| format!("{cause:?}"))
}

pub(super) fn venue(exec_id: u64, reason: Option<String>) -> Said {
    Said { venue_exec_id: Some(exec_id), reason, ..Said::default() }
}

pub(super) fn known(session: SessionId) -> Option<u32> {
    (session != SessionId::NONE).then_some(session.0)
}

/// LeavesQty(151), without trusting the journal's numbers to fit.
pub(super) fn leaves(order: &OrderView) -> i64 {
    if order.is_working() { order.order_qty.units().saturating_sub(order.cum_qty.units()) } else { 0 }
}

/// AvgPx(6); NULL where the numbers of a damaged or unknown order have no average.
pub(super) fn average(order: &OrderView) -> Option<i64> {
    if order.cum_qty.units() <= 0 {
        return Some(0);
    }
    let average = model::money::div_half_even(order.cum_notional.units(), i128::from(order.cum_qty.units()));
    i64::try_from(average).ok()
}

//! Orders in doubt: which they are, and what two people say became of one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use model::{Command, OrderId, Px, Qty, ReportKind, ResolveOrder};
use serde::{Deserialize, Serialize};

use super::guard::Problem;
use super::market::units;
use super::operator::{Amount, Done, act, invalid, words};
use super::routes::{Desk, body};
use crate::views::{Doubtful, Outcome, Views, decimal};

/// What may be said of an order, in the words of the command line.
const WORDS: [(&str, ReportKind); 7] = [
    ("working", ReportKind::Accepted),
    ("canceled", ReportKind::Canceled),
    ("rejected", ReportKind::Rejected),
    ("expired", ReportKind::Expired),
    ("filled", ReportKind::Filled),
    ("cancel-rejected", ReportKind::CancelRejected),
    ("replace-rejected", ReportKind::ReplaceRejected),
];

/// An order in doubt.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InDoubt {
    /// OrderID(37).
    pub order_id: u64,
    /// ClOrdID(11) of its client.
    pub cl_ord_id: String,
    /// The client's CompID; empty for an order that no client of ours sent.
    pub session: String,
    /// The broker's CompID.
    pub broker: String,
    /// Account(1).
    pub account: String,
    /// Symbol(55).
    pub symbol: String,
    /// "Buy" or "Sell".
    pub side: String,
    /// OrderQty(38).
    pub order_qty: String,
    /// Price(44); "0" where there is none.
    pub price: String,
    /// CumQty(14), as far as it was told.
    pub cum_qty: String,
    /// LeavesQty(151): what may have been filled without our knowing, and stays reserved.
    pub leaves_qty: String,
    /// OrdStatus(39), as it was last known.
    pub ord_status: String,
    /// What one person has said became of it; another one must say the same.
    pub proposed: Option<Proposed>,
}

/// What one person has said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Proposed {
    /// What became of it.
    pub outcome: String,
    /// LastQty(32) of a fill; "0" otherwise.
    pub qty: String,
    /// LastPx(31) of a fill; "0" otherwise.
    pub px: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// Body of `/operator/resolve`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolve {
    order_id: u64,
    outcome: String,
    qty: Option<Amount>,
    px: Option<Amount>,
    /// Two people settle an order, so each says who it is.
    actor: String,
    reason: String,
}

/// The answer: it is in the journal.
#[derive(Serialize)]
pub(super) struct Resolved {
    #[serde(flatten)]
    done: Done,
    /// "proposed": another person must say the same. "approved": it is so.
    resolution: &'static str,
}

pub(super) async fn in_doubt(State(desk): State<Arc<Desk>>) -> Json<Vec<InDoubt>> {
    let views = desk.sources.views.read();
    Json(views.doubt().orders().map(|doubtful| shown(&views, &doubtful)).collect())
}

pub(super) async fn resolve(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Resolve>, JsonRejection>,
) -> Result<Json<Resolved>, Problem> {
    let asked = body(asked)?;
    let Some((_, kind)) = WORDS.iter().find(|(word, _)| *word == asked.outcome) else {
        let words = WORDS.map(|(word, _)| word).join(", ");
        return Err(invalid(format!("outcome must be one of {words}")));
    };
    let (last_qty, last_px) = match (*kind, &asked.qty, &asked.px) {
        (ReportKind::Filled, Some(qty), Some(px)) => (units("qty", qty)?, units("px", px)?),
        (ReportKind::Filled, ..) => return Err(invalid("a fill needs qty and px")),
        (_, None, None) => (0, 0),
        _ => return Err(invalid("only a fill has qty and px")),
    };
    let command = Command::ResolveOrder(ResolveOrder {
        order_id: OrderId(asked.order_id),
        last_qty: Qty::from_units(last_qty),
        last_px: Px::from_units(last_px),
        kind: *kind,
        reserved: [0; 7],
        actor: words("actor", &asked.actor)?,
        reason: words("reason", &asked.reason)?,
    });
    let Json(done) = act(&desk, command).await?;
    let resolution = if done.outcome == Outcome::Done { "approved" } else { "proposed" };
    Ok(Json(Resolved { done, resolution }))
}

fn shown(views: &Views, doubtful: &Doubtful<'_>) -> InDoubt {
    let order = doubtful.order;
    let at = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
    let session_of =
        |index: u32| views.sessions().get(at(index)).map(|view| view.definition.target_comp_id.to_string());
    let number = |units: i64| decimal(units).to_string();
    InDoubt {
        order_id: order.order_id.0,
        cl_ord_id: order.cl_ord_id.to_string(),
        session: session_of(order.session.0).unwrap_or_default(),
        broker: doubtful.venue.session().and_then(|session| session_of(session.0)).unwrap_or_default(),
        account: views
            .accounts()
            .get(at(order.account.0))
            .map(|view| view.definition.account.to_string())
            .unwrap_or_default(),
        symbol: views
            .instruments()
            .get(at(order.instrument.0))
            .map(|view| view.definition.symbol.to_string())
            .unwrap_or_default(),
        side: format!("{:?}", order.side),
        order_qty: number(order.order_qty.units()),
        price: number(order.price.units()),
        cum_qty: number(order.cum_qty.units()),
        leaves_qty: number(order.leaves_qty().units()),
        ord_status: format!("{:?}", order.ord_status),
        proposed: doubtful.proposal.map(|word| Proposed {
            outcome: WORDS.iter().find(|(_, kind)| *kind == word.kind).map_or("", |(word, _)| word).to_owned(),
            qty: number(word.last_qty.units()),
            px: number(word.last_px.units()),
            actor: word.actor.to_string(),
            reason: word.reason.to_string(),
        }),
    }
}

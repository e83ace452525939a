//! What we have: positions, cash, working orders, and the fills since the last close.

use std::collections::BTreeMap;

use engine::State;
use gateway::fix::broker::exec_id_of;
use journal::Frame;
use model::{Event, ExecId, OrderId, OrderView, Px, Qty, ReportKind, Side, VenueId};

use crate::evidence::names;

/// A fill as it counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fill {
    pub(super) account: String,
    pub(super) symbol: String,
    pub(super) side: Side,
    pub(super) qty: i64,
    pub(super) price: i64,
    pub(super) order_id: OrderId,
    pub(super) venue: VenueId,
    /// The number that stands for the venue's ExecID(17); zero where a person gave it.
    pub(super) venue_exec_id: u64,
}

/// An order that works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Order {
    pub(super) account: String,
    pub(super) symbol: String,
    pub(super) side: Side,
    pub(super) qty: i64,
    pub(super) price: i64,
    pub(super) filled: i64,
    /// A venue has it, as far as anybody knows.
    pub(super) at_venue: bool,
    pub(super) in_doubt: bool,
    /// What the venue has counted beyond the fills that it told of.
    pub(super) missing: i64,
}

/// Fills since the last close, by our own ExecID(17).
#[derive(Default)]
pub(super) struct Fills(BTreeMap<ExecId, Fill>);

impl Fills {
    pub(super) fn see(&mut self, before: &State, frame: &Frame<'_>) {
        for (index, event) in frame.as_slice().iter().enumerate() {
            let at = ExecId { seq: frame.seq, index: u8::try_from(index).unwrap_or(u8::MAX) };
            match event {
                Event::OrderFilled(e) => {
                    let fill = fill(before, &e.order, e.last_qty, e.last_px, e.venue_exec_id);
                    self.0.insert(at, fill);
                }
                Event::TradeCanceled(e) => {
                    self.0.remove(&ExecId { seq: e.ref_seq, index: e.ref_index });
                }
                Event::TradeCorrected(e) => {
                    let old = self.0.remove(&ExecId { seq: e.ref_seq, index: e.ref_index });
                    if old.is_some() {
                        self.0.insert(at, fill(before, &e.order, e.last_qty, e.last_px, e.venue_exec_id));
                    }
                }
                Event::DayClosed(_) => self.0.clear(),
                _ => {}
            }
        }
    }
}

fn fill(state: &State, order: &OrderView, qty: Qty, px: Px, venue_exec_id: u64) -> Fill {
    Fill {
        account: names::account(state, order.account),
        symbol: names::symbol(state, order.instrument),
        side: order.side,
        qty: qty.units(),
        price: px.units(),
        order_id: order.order_id,
        venue: state.order(order.order_id).map_or(VenueId::PAPER, |known| known.venue),
        venue_exec_id,
    }
}

/// All of it.
pub(super) struct Ours {
    pub(super) positions: BTreeMap<(String, String), i64>,
    pub(super) cash: BTreeMap<String, i128>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) fills: Vec<Fill>,
    venues: BTreeMap<OrderId, VenueId>,
}

impl Ours {
    pub(super) fn of(state: &State, fills: Fills) -> Ours {
        let name = |holding: &engine::Holding| {
            (names::account(state, holding.account), names::symbol(state, holding.instrument))
        };
        let fills: Vec<Fill> = fills.0.into_values().collect();
        let remembered = state.remembered_orders().map(|order| (order.view.order_id, order.venue));
        let venues = fills.iter().map(|fill| (fill.order_id, fill.venue)).chain(remembered).collect();
        let order = |order: &engine::Order| {
            let view = &order.view;
            let own = Order {
                account: names::account(state, view.account),
                symbol: names::symbol(state, view.instrument),
                side: view.side,
                qty: view.order_qty.units(),
                price: view.price.units(),
                filled: view.cum_qty.units(),
                at_venue: view.held == 0,
                in_doubt: state.is_in_doubt(order),
                missing: order.missing.units(),
            };
            (view.order_id, own)
        };
        Ours {
            positions: state.holdings().map(|holding| (name(holding), holding.exposure.position.units())).collect(),
            cash: state.accounts().map(|(id, account)| (names::account(state, id), account.cash.units())).collect(),
            orders: state.working_orders().map(order).collect(),
            fills,
            venues,
        }
    }

    /// The number that stands for an ExecID(17) of the venue that the order went to: the paper venue has numbers itself.
    pub(super) fn venue_exec_id(&self, order_id: OrderId, exec_id: &str) -> Option<u64> {
        match *self.venues.get(&order_id)? {
            VenueId::PAPER => exec_id.parse().ok(),
            venue => Some(exec_id_of(venue, order_id.0, ReportKind::Filled, exec_id.as_bytes())),
        }
    }
}

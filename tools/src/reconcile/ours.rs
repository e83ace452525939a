//! What we have: positions, cash, working orders, and the fills since the last close.

use std::collections::{BTreeMap, BTreeSet};

use engine::State;
use gateway::fix::broker::{exec_id_of, venue_order_id_of};
use journal::Frame;
use model::{Event, ExecId, OrderFilled, OrderId, OrderView, ReportKind, Side, VenueId};

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
    at: AtVenue,
    /// Our ExecID(17) of it, or of its last correction.
    pub(super) exec_id: ExecId,
    /// The numbers that stand for the venue's ExecIDs(17), of the fill and of its corrections: a statement may name either.
    pub(super) venue_exec_ids: Vec<u64>,
}

/// Where an order is, and what stands for it in the names of its executions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct AtVenue {
    venue: VenueId,
    /// What stands for the venue's OrderID(37) of an order that we did not send; zero for our own.
    venue_order_id: u64,
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
        let mut adopted = None;
        for (index, event) in frame.as_slice().iter().enumerate() {
            let at = ExecId { seq: frame.seq, index: u8::try_from(index).unwrap_or(u8::MAX) };
            let place = |order: &OrderView| adopted.or_else(|| before.order(order.order_id).map(at_venue));
            match event {
                Event::OrderAdopted(e) => {
                    adopted = Some(AtVenue { venue: e.venue, venue_order_id: e.venue_order_id });
                }
                Event::OrderFilled(e) => {
                    let place = place(&e.order).unwrap_or(AtVenue { venue: VenueId::PAPER, venue_order_id: 0 });
                    self.0.insert(at, fill(before, place, e, at));
                }
                Event::TradeCanceled(e) => {
                    self.0.remove(&ExecId { seq: e.ref_seq, index: e.ref_index });
                }
                Event::TradeCorrected(e) => {
                    let old = self.0.remove(&ExecId { seq: e.ref_seq, index: e.ref_index });
                    if let Some(old) = old {
                        let venue_exec_ids = [old.venue_exec_ids, vec![e.venue_exec_id]].concat();
                        let (qty, price) = (e.last_qty.units(), e.last_px.units());
                        self.0.insert(at, Fill { qty, price, exec_id: at, venue_exec_ids, ..old });
                    }
                }
                Event::DayClosed(_) => self.0.clear(),
                _ => {}
            }
        }
    }
}

fn fill(state: &State, at: AtVenue, filled: &OrderFilled, exec_id: ExecId) -> Fill {
    let OrderFilled { order, last_qty, last_px, venue_exec_id, .. } = filled;
    Fill {
        account: names::account(state, order.account),
        symbol: names::symbol(state, order.instrument),
        side: order.side,
        qty: last_qty.units(),
        price: last_px.units(),
        order_id: order.order_id,
        at,
        exec_id,
        venue_exec_ids: vec![*venue_exec_id],
    }
}

fn at_venue(order: &engine::Order) -> AtVenue {
    AtVenue { venue: order.venue, venue_order_id: order.venue_order_id }
}

/// All of it.
pub(super) struct Ours {
    pub(super) positions: BTreeMap<(String, String), i64>,
    pub(super) cash: BTreeMap<String, i128>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) fills: Vec<Fill>,
    places: BTreeMap<OrderId, AtVenue>,
    /// By what stands for the venue's OrderID(37), the orders that we took over.
    adopted: BTreeMap<u64, OrderId>,
    venues: BTreeSet<VenueId>,
}

impl Ours {
    pub(super) fn of(state: &State, fills: Fills) -> Ours {
        let name = |holding: &engine::Holding| {
            (names::account(state, holding.account), names::symbol(state, holding.instrument))
        };
        let fills: Vec<Fill> = fills.0.into_values().collect();
        let remembered = state.remembered_orders().map(|order| (order.view.order_id, at_venue(order)));
        let places: BTreeMap<OrderId, AtVenue> =
            fills.iter().map(|fill| (fill.order_id, fill.at)).chain(remembered).collect();
        let adopted = places.iter().filter(|(_, place)| place.venue_order_id != 0);
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
            adopted: adopted.map(|(order_id, place)| (place.venue_order_id, *order_id)).collect(),
            venues: places.values().map(|place| place.venue).collect(),
            places,
        }
    }

    /// The number that stands for an ExecID(17) of the venue that the order went to: the paper venue has numbers itself.
    pub(super) fn venue_exec_id(&self, order_id: OrderId, exec_id: &str) -> Option<u64> {
        let AtVenue { venue, venue_order_id } = *self.places.get(&order_id)?;
        let key = if venue_order_id == 0 { order_id.0 } else { venue_order_id };
        match venue {
            VenueId::PAPER => exec_id.parse().ok(),
            venue => Some(exec_id_of(venue, key, ReportKind::Filled, exec_id.as_bytes())),
        }
    }

    /// The order that a venue calls by this OrderID(37) of its own: one that we took over.
    pub(super) fn adopted(&self, name: &str) -> Option<OrderId> {
        let numbers = self.venues.iter().filter_map(|venue| venue_order_id_of(*venue, Some(name.as_bytes())));
        numbers.filter_map(|number| self.adopted.get(&number)).next().copied()
    }
}

//! The naive twin of the books: one list of orders, searched for the best each time. What would happen it finds out by doing
//! it to a copy of itself.

use super::super::*;
use super::INSTRUMENTS;
use crate::venue::aside::ASIDE_MAX;
use crate::venue::matching::Outside;
use model::TimeInForce;

/// An order of the twin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) order: Order,
    pub(super) standing: Standing,
    pub(super) shown: Qty,
    time: u64,
}

#[derive(Clone)]
pub(super) struct Twin {
    pub(super) held: Vec<Held>,
    pub(super) outside: [Outside; INSTRUMENTS as usize],
    pub(super) is_open: [bool; INSTRUMENTS as usize],
    tick: [i64; INSTRUMENTS as usize],
    time: u64,
}

fn good(side: Side, limit: Px, px: Px) -> bool {
    if side == Side::Buy { px <= limit } else { px >= limit }
}

/// Smaller is better for an order of this side.
fn rank(side: Side, px: Px) -> i64 {
    side.sign() * px.units()
}

impl Twin {
    pub(super) fn new(tick: [i64; INSTRUMENTS as usize]) -> Twin {
        Twin { held: Vec::new(), outside: Default::default(), is_open: [true; INSTRUMENTS as usize], tick, time: 0 }
    }

    pub(super) fn at(&self, order_id: OrderId) -> Option<usize> {
        self.held.iter().position(|held| held.order.order_id == order_id)
    }

    pub(super) fn add(&mut self, order: Order) -> Result<Vec<Outcome>, Refused> {
        if order.terms.post_only && self.would_take(order) {
            return Err(Refused::WouldTake);
        }
        let mut told = Vec::new();
        match order.ord_type {
            OrdType::MarketToLimit => self.enter_at_best(order, &mut told),
            _ => self.enter(order, order.need(), order.rests(), &mut told),
        }
        Ok(told)
    }

    fn enter(&mut self, order: Order, need: Qty, rests: bool, told: &mut Vec<Outcome>) {
        let index = order.instrument.0 as usize;
        if !self.is_open[index] {
            return self.keep_or_lapse(order, Standing::Waiting, rests, told);
        }
        if self.clone().fillable(order) < need {
            let aside = self.held.iter().filter(|held| {
                held.standing == Standing::Aside
                    && held.order.instrument == order.instrument
                    && held.order.side == order.side
            });
            if rests && aside.count() >= ASIDE_MAX {
                return told.push(Outcome::Removed(order.order_id));
            }
            return self.keep_or_lapse(order, Standing::Aside, rests, told);
        }
        self.take(order, rests, told);
        self.settle(order.instrument, told);
    }

    fn enter_at_best(&mut self, order: Order, told: &mut Vec<Outcome>) {
        let outside = self.outside[order.instrument.0 as usize];
        let (px, size) = match order.side {
            Side::Buy => (outside.ask_px, outside.ask_qty),
            Side::Sell => (outside.bid_px, outside.bid_qty),
        };
        let best = self
            .opposite(order, Standing::AtLevel)
            .map(|at| self.held[at].order.px)
            .into_iter()
            .chain((!size.is_zero()).then_some(px))
            .filter(|px| good(order.side, order.px, *px))
            .min_by_key(|px| rank(order.side, *px));
        let lapsed = Outcome::Lapsed(order.order_id);
        let Some(best) = best.filter(|_| self.is_open[order.instrument.0 as usize]) else { return told.push(lapsed) };
        let bounded = Order { ord_type: OrdType::Limit, px: best, ..order };
        if self.clone().fillable(bounded) < order.need() {
            return told.push(lapsed);
        }
        let left = self.trade(bounded, true, told);
        if !left.leaves.is_zero() && order.rests() {
            let tick = self.tick[order.instrument.0 as usize];
            let units = match order.side {
                Side::Buy => best.units() / tick * tick,
                Side::Sell => (best.units() + tick - 1) / tick * tick,
            };
            told.push(Outcome::Repriced(order.order_id, Px::from_units(units)));
            self.put(Order { px: Px::from_units(units), ..left }, Standing::AtLevel);
        } else if !left.leaves.is_zero() {
            told.push(lapsed);
        }
        self.settle(order.instrument, told);
    }

    /// How much the order could have; changes the twin that is asked.
    fn fillable(&mut self, order: Order) -> Qty {
        let Order { order_id, leaves, .. } = order;
        let mut told = Vec::new();
        let left = self.trade(Order { order_id, ..order }, true, &mut told);
        leaves - left.leaves
    }

    pub(super) fn would_take(&self, order: Order) -> bool {
        self.is_open[order.instrument.0 as usize] && !self.clone().fillable(order).is_zero()
    }

    fn take(&mut self, order: Order, rests: bool, told: &mut Vec<Outcome>) {
        let left = self.trade(order, true, told);
        if !left.leaves.is_zero() {
            self.keep_or_lapse(left, Standing::AtLevel, rests, told);
        }
    }

    fn keep_or_lapse(&mut self, order: Order, standing: Standing, rests: bool, told: &mut Vec<Outcome>) {
        match rests {
            true => self.put(order, standing),
            false => told.push(Outcome::Lapsed(order.order_id)),
        }
    }

    fn put(&mut self, order: Order, standing: Standing) {
        self.time += 1;
        let order = Order { ord_type: OrdType::Limit, time_in_force: TimeInForce::Day, ..order };
        let floor = order.terms.max_floor;
        let is_cut = standing == Standing::AtLevel && !floor.is_zero();
        let shown = if is_cut { floor.min(order.leaves) } else { order.leaves };
        self.held.push(Held { order, standing, shown, time: self.time });
    }

    /// The best order on the other side, whatever its price.
    fn opposite(&self, order: Order, standing: Standing) -> Option<usize> {
        (0..self.held.len())
            .filter(|at| {
                let held = &self.held[*at];
                let is_other = held.order.instrument == order.instrument && held.order.side != order.side;
                is_other && held.standing == standing
            })
            .min_by_key(|at| (rank(order.side, self.held[*at].order.px), self.held[*at].time))
    }

    fn trade(&mut self, mut order: Order, meets_aside: bool, told: &mut Vec<Outcome>) -> Order {
        let index = order.instrument.0 as usize;
        while !order.leaves.is_zero() {
            let resting = self
                .opposite(order, Standing::AtLevel)
                .filter(|at| good(order.side, order.px, self.held[*at].order.px));
            let outside = &mut self.outside[index];
            let (px, size) = match order.side {
                Side::Buy => (outside.ask_px, &mut outside.ask_qty),
                Side::Sell => (outside.bid_px, &mut outside.bid_qty),
            };
            let is_better = |at: usize| rank(order.side, px) < rank(order.side, self.held[at].order.px);
            let outside_is_first = !size.is_zero() && good(order.side, order.px, px) && resting.is_none_or(is_better);
            let (maker, qty, px) = if outside_is_first {
                let qty = order.leaves.min(*size);
                *size -= qty;
                (None, qty, px)
            } else if let Some(at) = resting {
                let (qty, px) = (order.leaves.min(self.held[at].shown), self.held[at].order.px);
                let maker = self.held[at].order.order_id;
                self.reduce(at, qty);
                (Some(maker), qty, px)
            } else {
                break;
            };
            order.leaves -= qty;
            order.cum += qty;
            told.push(Outcome::Fill(Fill { resting: maker, incoming: Some(order.order_id), qty, px }));
        }
        while meets_aside && !order.leaves.is_zero() {
            let mut aside: Vec<usize> = (0..self.held.len())
                .filter(|at| {
                    let held = &self.held[*at];
                    held.standing == Standing::Aside
                        && held.order.instrument == order.instrument
                        && held.order.side != order.side
                        && good(order.side, order.px, held.order.px)
                        && held.order.terms.min_qty.min(held.order.leaves) <= order.leaves
                })
                .collect();
            aside.sort_by_key(|at| (rank(order.side, self.held[*at].order.px), self.held[*at].time));
            let Some(at) = aside.first() else { break };
            let mut met = self.held.remove(*at).order;
            met.terms.min_qty = Qty::ZERO;
            let qty = order.leaves.min(met.leaves);
            for side in [&mut order, &mut met] {
                side.leaves -= qty;
                side.cum += qty;
            }
            let incoming = Some(order.order_id);
            told.push(Outcome::Fill(Fill { resting: Some(met.order_id), incoming, qty, px: met.px }));
            if !met.leaves.is_zero() {
                self.take(met, true, told);
            }
        }
        order
    }

    fn reduce(&mut self, at: usize, qty: Qty) {
        self.time += 1;
        let held = &mut self.held[at];
        held.order.leaves -= qty;
        held.order.cum += qty;
        held.shown -= qty;
        if held.order.leaves.is_zero() {
            self.held.remove(at);
        } else if held.shown.is_zero() {
            held.shown = held.order.terms.max_floor.min(held.order.leaves);
            held.time = self.time;
        }
    }

    fn settle(&mut self, instrument: InstrumentId, told: &mut Vec<Outcome>) {
        loop {
            let mut aside: Vec<Held> = self.held.clone();
            aside.retain(|held| held.standing == Standing::Aside && held.order.instrument == instrument);
            aside.sort_by_key(|held| (held.order.side, -rank(held.order.side, held.order.px), held.time));
            let met = aside.iter().find(|held| {
                let least = held.order.terms.min_qty.min(held.order.leaves);
                self.clone().fillable(held.order) >= least
            });
            let Some(met) = met else { return };
            let at = self.at(met.order.order_id).unwrap();
            let mut order = self.held.remove(at).order;
            order.terms.min_qty = Qty::ZERO;
            self.take(order, true, told);
        }
    }

    fn come_again(&mut self, order: Order, told: &mut Vec<Outcome>) {
        if order.terms.post_only && self.would_take(order) {
            return told.push(Outcome::Removed(order.order_id));
        }
        self.enter(order, order.terms.min_qty.min(order.leaves), true, told);
    }

    pub(super) fn quote(&mut self, quote: &Quote) -> Vec<Outcome> {
        let index = quote.instrument.0 as usize;
        let Quote { bid_px, bid_qty, ask_px, ask_qty, .. } = *quote;
        self.outside[index] = Outside { bid_px, bid_qty, ask_px, ask_qty };
        let mut told = Vec::new();
        if self.is_open[index] {
            self.meet_outside(quote.instrument, &mut told);
            self.settle(quote.instrument, &mut told);
        }
        told
    }

    fn meet_outside(&mut self, instrument: InstrumentId, told: &mut Vec<Outcome>) {
        let index = instrument.0 as usize;
        let Outside { bid_px, bid_qty, ask_px, ask_qty } = std::mem::take(&mut self.outside[index]);
        let mut left = [bid_qty, ask_qty];
        for (at, side, px) in [(0, Side::Buy, bid_px), (1, Side::Sell, ask_px)] {
            let mut fills = Vec::new();
            let order = Order::limit(OrderId(0), instrument, side, px, left[at]);
            left[at] = self.trade(order, false, &mut fills).leaves;
            told.extend(fills.into_iter().map(|outcome| match outcome {
                Outcome::Fill(fill) => Outcome::Fill(Fill { incoming: None, ..fill }),
                other => other,
            }));
        }
        self.outside[index] = Outside { bid_px, bid_qty: left[0], ask_px, ask_qty: left[1] };
    }

    pub(super) fn open(&mut self, instrument: InstrumentId) -> Vec<Outcome> {
        let mut told = Vec::new();
        if std::mem::replace(&mut self.is_open[instrument.0 as usize], true) {
            return told;
        }
        self.meet_outside(instrument, &mut told);
        self.settle(instrument, &mut told);
        let mut waiting = self.held.clone();
        waiting.retain(|held| held.standing == Standing::Waiting && held.order.instrument == instrument);
        waiting.sort_by_key(|held| held.time);
        self.held.retain(|held| held.standing != Standing::Waiting || held.order.instrument != instrument);
        waiting.into_iter().for_each(|held| self.come_again(held.order, &mut told));
        told
    }

    pub(super) fn suspend(&mut self, order_id: OrderId) {
        if let Some(at) = self.at(order_id)
            && self.held[at].standing != Standing::Suspended
        {
            let order = self.held.remove(at).order;
            self.put(order, Standing::Suspended);
        }
    }

    pub(super) fn resume(&mut self, order_id: OrderId) -> Vec<Outcome> {
        let mut told = Vec::new();
        if let Some(at) = self.at(order_id)
            && self.held[at].standing == Standing::Suspended
        {
            let order = self.held.remove(at).order;
            self.come_again(order, &mut told);
        }
        told
    }

    pub(super) fn replace(&mut self, order_id: OrderId, order_qty: Qty, px: Px) -> Result<Vec<Outcome>, Refused> {
        let at = self.at(order_id).ok_or(Refused::UnknownOrder)?;
        let Held { order, standing, shown, .. } = self.held[at];
        let leaves = order_qty - order.cum;
        let mut told = Vec::new();
        if leaves.units() <= 0 {
            self.held.remove(at);
        } else if (px == order.px && leaves <= order.leaves) || standing == Standing::Suspended {
            let held = &mut self.held[at];
            held.shown = if shown == order.leaves { leaves } else { shown.min(leaves) };
            held.order.leaves = leaves;
            held.order.px = px;
            if standing == Standing::Aside && self.is_open[order.instrument.0 as usize] {
                self.settle(order.instrument, &mut told);
            }
        } else {
            let mut without = self.clone();
            let order = Order { px, leaves, ..without.held.remove(at).order };
            if order.terms.post_only && without.would_take(order) {
                return Err(Refused::WouldTake);
            }
            *self = without;
            self.come_again(order, &mut told);
        }
        Ok(told)
    }

    pub(super) fn resting(&self, instrument: InstrumentId) -> Vec<Rested> {
        let mut held: Vec<&Held> = self.held.iter().filter(|held| held.order.instrument == instrument).collect();
        held.retain(|held| held.standing == Standing::AtLevel);
        held.sort_by_key(|held| (held.order.px, held.time));
        let rested = |held: &&Held| {
            let Order { order_id, side, px, leaves, .. } = held.order;
            Rested { order_id, side, px, leaves, shown: held.shown }
        };
        held.iter().map(rested).collect()
    }
}

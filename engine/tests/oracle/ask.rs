//! What somebody asks for, a new order or a replace of one, and the worst that can come of it.

use model::*;

use crate::history::{History, Placed};

/// 1e-8 of one.
const UNIT: i128 = 100_000_000;

#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) session: u32,
    /// Nothing where it names one that nobody defined.
    pub(crate) account: Option<u32>,
    /// Nothing where it names one that nobody defined.
    pub(crate) instrument: Option<u32>,
    pub(crate) scopes: [u32; SCOPES],
    pub(crate) side: Side,
    pub(crate) ord_type: OrdType,
    pub(crate) qty: i64,
    pub(crate) px: i64,
    pub(crate) stop_px: i64,
    pub(crate) min_qty: i64,
    pub(crate) max_floor: i64,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) expire_time: i64,
    pub(crate) transact_time: i64,
    pub(crate) exec_inst: ExecInst,
    pub(crate) name: ClOrdId,
    /// The order that it replaces, by its place in the history.
    pub(crate) replaces: Option<usize>,
}

impl Ask {
    pub(crate) fn account(&self) -> u32 {
        self.account.expect("an account that is known")
    }

    pub(crate) fn instrument(&self) -> u32 {
        self.instrument.expect("an instrument that is known")
    }

    pub(crate) fn replaced<'a>(&self, history: &'a History) -> Option<&'a Placed> {
        self.replaces.map(|place| &history.orders[place])
    }

    /// Rule 6: could it trade more than what it replaces, more aggressively, or for more money? What is new does.
    pub(crate) fn adds(&self, history: &History) -> bool {
        let Some(order) = self.replaced(history) else { return true };
        let Some(px) = self.own_worst_px(history) else { return true };
        let is_more = self.qty > order.open_qty() + order.cum();
        let is_dearer = px > order.open_px();
        let is_more_aggressive = if self.side == Side::Buy { px > order.open_px() } else { px < order.open_px() };
        is_more || is_dearer || is_more_aggressive
    }

    /// The worst price of what is asked for alone.
    pub(crate) fn own_worst_px(&self, history: &History) -> Option<i64> {
        if self.ord_type == OrdType::Limit {
            return Some(self.px);
        }
        let (_, quote) = history.quote(self.instrument())?;
        let best = if self.side == Side::Buy { quote.ask_px } else { quote.bid_px };
        let from = if best.is_zero() { reference_px(history, self.instrument())? } else { best.units() };
        let instrument = &history.instruments[self.instrument() as usize];
        let Some((protection, _)) = self.protection(history) else {
            return Some(beyond(from, instrument.collar, self.side));
        };
        // A price that a venue can have: on the tick, and no further.
        let px = beyond(from, protection.min(instrument.collar), self.side);
        let tick = instrument.tick.units();
        Some(if self.side == Side::Buy { px / tick * tick } else { (px + tick - 1) / tick * tick })
    }

    /// Control 16: how far an order without a price may trade, and whose limit that is.
    pub(crate) fn protection(&self, history: &History) -> Option<(i64, KillScope)> {
        let of = |scope: &KillScope| {
            let limit = history.limit(*scope, self.scopes[*scope as usize], LimitKind::MarketProtection)?;
            Some((i64::try_from(limit).expect("parts are small here"), *scope))
        };
        KillScope::ALL.iter().filter_map(of).min()
    }

    /// The same, and the order as it stands where it is replaced: until the venue answers either may be filled.
    pub(crate) fn worst_px(&self, history: &History) -> Option<i64> {
        let own = self.own_worst_px(history)?;
        Some(self.replaced(history).map_or(own, |order| own.max(order.open_px())))
    }

    /// The quantity that can still be filled, of the order as it stands or as it will be.
    pub(crate) fn worst_qty(&self, history: &History) -> i64 {
        match self.replaced(history) {
            None => self.qty,
            Some(order) => self.qty.max(order.open_qty() + order.cum()) - order.cum(),
        }
    }

    /// The money that it can move, at its worst.
    pub(crate) fn worst_money(&self, history: &History) -> Option<i128> {
        let px = self.worst_px(history)?;
        Some(money(&history.instruments[self.instrument() as usize], px, self.worst_qty(history)))
    }
}

/// What so much at this price is worth.
pub(crate) fn money(instrument: &DefineInstrument, px: i64, qty: i64) -> i128 {
    i128::from(px) * i128::from(qty) * i128::from(instrument.multiplier)
}

/// The fee for so much traded money; a fraction counts as a whole.
pub(crate) fn fee(account: &DefineAccount, money: i128) -> i128 {
    let product = money * i128::from(account.fee_rate);
    product / UNIT + i128::from(product % UNIT != 0)
}

/// The last trade, else the middle of bid and offer, else none.
pub(crate) fn reference_px(history: &History, instrument: u32) -> Option<i64> {
    let (_, quote) = history.quote(instrument)?;
    match (quote.last_px.units(), quote.bid_px.units(), quote.ask_px.units()) {
        (0, 0, _) | (0, _, 0) => None,
        (0, bid, ask) => Some((bid + ask) / 2),
        (last, ..) => Some(last),
    }
}

/// As far on the aggressive side of `px` as a collar lets go.
pub(crate) fn beyond(px: i64, collar: i64, side: Side) -> i64 {
    let by = i64::try_from(i128::from(px) * i128::from(collar) / UNIT).expect("prices are small here");
    if side == Side::Buy { px + by } else { (px - by).max(0) }
}

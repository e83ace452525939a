//! The arithmetic of positions, written down apart from the engine's: what a fill closes and opens, what cost that releases, what
//! it makes. A person can follow each line with a calculator; what the journal says is held against it.

use std::collections::VecDeque;

use model::{Contract, Notional, Px, Qty, Side};

/// How a closing fill finds its cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Method {
    /// The share of the whole cost.
    Average,
    /// The oldest lots first.
    Fifo,
}

/// A fill, without what it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Trade {
    pub(super) side: Side,
    pub(super) qty: Qty,
    pub(super) px: Px,
    pub(super) contract: Contract,
    /// What it adds to a buyer's cost, where that was given and no price.
    pub(super) cost: Option<Notional>,
}

/// A position and its money, before fees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Books {
    method: Method,
    pub(super) position: Qty,
    pub(super) cost: Notional,
    pub(super) realised: Notional,
    pub(super) cash: Notional,
    lots: VecDeque<(Qty, Notional)>,
}

/// What one fill did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Worked {
    /// The contract's value, signed: what a buyer pays.
    pub(super) value: Notional,
    /// The part of the quantity that closes.
    pub(super) closed: Qty,
    /// Its value.
    pub(super) closed_value: Notional,
    /// The cost that it releases.
    pub(super) released: Notional,
    /// P&L that it realises.
    pub(super) realised: Notional,
}

impl Trade {
    /// Signed, and the part of it that `closed` of the quantity has.
    fn values(&self, closed: Qty) -> (Notional, Notional) {
        let value = self.cost.or_else(|| self.contract.value(self.px, self.qty)).expect("the engine booked it");
        let signed = if self.side == Side::Buy { value } else { -value };
        (signed, if closed.is_zero() { Notional::ZERO } else { signed.share_floor(closed, self.qty) })
    }
}

impl Books {
    /// Nothing was traded yet.
    pub(super) fn new(method: Method) -> Books {
        let nothing = Notional::ZERO;
        Books { method, position: Qty::ZERO, cost: nothing, realised: nothing, cash: nothing, lots: VecDeque::new() }
    }

    pub(super) fn method(&self) -> Method {
        self.method
    }

    /// Books a fill.
    pub(super) fn fill(&mut self, trade: &Trade) -> Worked {
        let held = Qty::from_units(self.position.units().abs());
        let closes = self.position.units().signum() * trade.side.sign() < 0;
        let closed = if closes { trade.qty.min(held) } else { Qty::ZERO };
        let (value, closed_value) = trade.values(closed);
        let released = if closed.is_zero() { Notional::ZERO } else { self.release(closed, held) };
        let realised = -closed_value - released;
        let opened = value - closed_value;
        if trade.qty > closed {
            self.lots.push_back((trade.qty - closed, opened));
        }
        self.cost = self.cost - released + opened;
        self.realised += realised;
        self.cash -= value;
        self.position += if trade.side == Side::Buy { trade.qty } else { -trade.qty };
        Worked { value, closed, closed_value, released, realised }
    }

    fn release(&mut self, closed: Qty, held: Qty) -> Notional {
        let of_lots = self.release_lots(closed);
        match self.method {
            Method::Average => self.cost.share_floor(closed, held),
            Method::Fifo => of_lots,
        }
    }

    fn release_lots(&mut self, closed: Qty) -> Notional {
        let (mut left, mut released) = (closed, Notional::ZERO);
        while !left.is_zero()
            && let Some((qty, cost)) = self.lots.front_mut()
        {
            let part = left.min(*qty);
            let of_part = cost.share_floor(part, *qty);
            released += of_part;
            *cost -= of_part;
            *qty -= part;
            left -= part;
            if qty.is_zero() {
                self.lots.pop_front();
            }
        }
        released
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(side: Side, qty: i64, px: i64) -> Trade {
        Trade { side, qty: Qty::whole(qty), px: Px::whole(px), contract: Contract::linear(1), cost: None }
    }

    #[test]
    fn average_and_first_in_first_out_release_other_costs() {
        let flow = [trade(Side::Buy, 10, 100), trade(Side::Buy, 10, 110), trade(Side::Sell, 15, 120)];
        let run = |method| {
            let mut books = Books::new(method);
            let last = flow.iter().map(|trade| books.fill(trade)).last().expect("three fills");
            (last.released, last.realised, books.cost)
        };
        assert_eq!(run(Method::Average), (Notional::whole(1_575), Notional::whole(225), Notional::whole(525)));
        assert_eq!(run(Method::Fifo), (Notional::whole(1_550), Notional::whole(250), Notional::whole(550)));
    }

    #[test]
    fn flip_closes_all_and_opens_the_rest() {
        let mut books = Books::new(Method::Average);
        books.fill(&trade(Side::Sell, 10, 100));
        let worked = books.fill(&trade(Side::Buy, 15, 90));
        assert_eq!((worked.closed, worked.released), (Qty::whole(10), Notional::whole(-1_000)));
        assert_eq!(worked.realised, Notional::whole(100));
        assert_eq!((books.position, books.cost), (Qty::whole(5), Notional::whole(450)));
        assert_eq!(books.cash + books.cost, books.realised);
    }
}

//! What an open position is worth now: which price it is valued at, how old that is, and nothing at all where it is too old.

use crate::command::DefineInstrument;
use crate::money::{Notional, Px, Qty};
use crate::policies::MarkPolicy;

/// Which price a position was marked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// The best bid: what a long position would bring.
    Bid,
    /// The best offer: what it would cost to buy a short position back.
    Ask,
    /// The middle of the quote.
    Mid,
    /// The last trade: by policy, or where the side that the policy asks for is empty.
    Last,
    /// No price at all: a position that is not flat has no unrealised figure.
    Missing,
}

impl Mark {
    /// As it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mark::Bid => "bid",
            Mark::Ask => "ask",
            Mark::Mid => "mid",
            Mark::Last => "last",
            Mark::Missing => "none",
        }
    }
}

/// The prices that a position can be marked at; zero where there is none.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Prices {
    /// Best bid.
    pub bid_px: Px,
    /// Best offer.
    pub ask_px: Px,
    /// Last trade.
    pub last_px: Px,
    /// How long ago they were seen, in nanoseconds.
    pub age: i64,
}

/// A position at its mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marked {
    /// Which price.
    pub mark: Mark,
    /// The price; zero where there is none.
    pub px: Px,
    /// How old it is, in nanoseconds; zero where there is none.
    pub age: i64,
    /// It is older than the instrument's reference price may be.
    pub is_stale: bool,
    /// What the position is worth at the mark, less its cost; `None` without a price, with a stale one, or beyond the range.
    pub unrealised: Option<Notional>,
}

impl MarkPolicy {
    /// The price that a position of this sign is valued at.
    pub fn mark(self, position: Qty, prices: &Prices) -> (Mark, Px) {
        let Prices { bid_px, ask_px, last_px, .. } = *prices;
        let wanted = match (self, position.units().signum()) {
            (MarkPolicy::Conservative, 1) => (Mark::Bid, bid_px),
            (MarkPolicy::Conservative, -1) => (Mark::Ask, ask_px),
            (MarkPolicy::Mid, _) if !bid_px.is_zero() && !ask_px.is_zero() => {
                (Mark::Mid, Px::from_units(bid_px.units() / 2 + ask_px.units() / 2))
            }
            _ => (Mark::Last, last_px),
        };
        let found = if wanted.1.is_zero() { (Mark::Last, last_px) } else { wanted };
        if found.1.is_zero() { (Mark::Missing, Px::ZERO) } else { found }
    }
}

impl DefineInstrument {
    /// A position by the instrument's policy. One that is flat has nothing unrealised, whatever the price.
    pub fn marked(&self, position: Qty, cost: Notional, prices: &Prices) -> Marked {
        let (mark, px) = self.mark.mark(position, prices);
        let age = if mark == Mark::Missing { 0 } else { prices.age };
        let is_stale = age > self.reference_age_max;
        let worth = || self.contract().value(px, position)?.checked_sub(cost);
        let unrealised = match mark {
            _ if position.is_zero() => Some(Notional::ZERO),
            Mark::Missing => None,
            Mark::Bid | Mark::Ask | Mark::Mid | Mark::Last if is_stale => None,
            Mark::Bid | Mark::Ask | Mark::Mid | Mark::Last => worth(),
        };
        Marked { mark, px, age, is_stale, unrealised }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_says_which_price_it_found() {
        let quote = Prices { bid_px: Px::whole(98), ask_px: Px::whole(102), last_px: Px::whole(99), age: 0 };
        let empty = Prices { bid_px: Px::ZERO, ask_px: Px::ZERO, ..quote };
        let (long, short) = (Qty::whole(1), Qty::whole(-1));
        for (policy, position, prices, mark, px) in [
            (MarkPolicy::Conservative, long, quote, Mark::Bid, 98),
            (MarkPolicy::Conservative, short, quote, Mark::Ask, 102),
            (MarkPolicy::Conservative, long, empty, Mark::Last, 99),
            (MarkPolicy::Mid, short, quote, Mark::Mid, 100),
            (MarkPolicy::Mid, long, Prices { ask_px: Px::ZERO, ..quote }, Mark::Last, 99),
            (MarkPolicy::Last, long, quote, Mark::Last, 99),
            (MarkPolicy::Last, long, Prices { last_px: Px::ZERO, ..quote }, Mark::Missing, 0),
            (MarkPolicy::Mid, long, Prices::default(), Mark::Missing, 0),
        ] {
            assert_eq!(policy.mark(position, &prices), (mark, Px::whole(px)), "{policy:?} {position:?}");
        }
    }
}

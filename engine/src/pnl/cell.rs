//! What one scope has in one instrument.

use model::{DefineInstrument, KillScope, Mark, Notional, Prices, Qty};
use risk::Conversion;

use super::{less, sum};
use crate::order::NONE;

/// Position, money, and what the position is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cell {
    pub(crate) scope: KillScope,
    pub(crate) index: u32,
    pub(crate) instrument: u32,
    /// Signed; over all accounts where the scope has several.
    pub(crate) position: Qty,
    /// What trades and dividends brought, less what trades and fees took.
    pub(crate) money: Notional,
    /// The position at the last usable mark; where there never was one, at what it cost.
    pub(crate) worth: Notional,
    /// What its money is in the firm's base currency: at the last rate, the same for all of the instrument.
    pub(crate) in_base: Conversion,
    /// What brokers took in other currencies, in the base currency at the rates of their instants.
    pub(crate) charged: Notional,
    /// It is among the open cells of its instrument that quotes mark, between these.
    pub(crate) is_listed: bool,
    /// Of a strategy: the place of its window of executions.
    pub(super) drift: u32,
    pub(super) before: u32,
    pub(super) next: u32,
}

/// What a trade, a dividend or a fee changes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Move {
    pub(crate) position: Qty,
    /// Money for the position itself.
    pub(crate) paid: Notional,
    /// Dividends, less fees.
    pub(crate) other: Notional,
    /// What brokers took in other currencies, in the firm's base currency.
    pub(crate) charged: Notional,
    /// What the instrument's money is in the firm's base currency.
    pub(crate) in_base: Conversion,
}

impl Cell {
    pub(super) fn new(scope: KillScope, index: u32, instrument: u32) -> Cell {
        Cell {
            scope,
            index,
            instrument,
            position: Qty::ZERO,
            money: Notional::ZERO,
            worth: Notional::ZERO,
            in_base: Conversion::Same,
            charged: Notional::ZERO,
            is_listed: false,
            drift: NONE,
            before: NONE,
            next: NONE,
        }
    }

    pub(super) fn is(&self, scope: KillScope, index: u32, instrument: u32) -> bool {
        (self.scope, self.index, self.instrument) == (scope, index, instrument)
    }

    /// What it has made so far, in the firm's base currency; `None` where there is no rate.
    pub(crate) fn pnl(&self) -> Option<Notional> {
        let own = match sum(self.money, self.worth) {
            Notional::ZERO => Some(Notional::ZERO),
            own => self.in_base.of(own),
        };
        own.map(|own| less(own, self.charged))
    }

    pub(super) fn moved(&self, moved: &Move, definition: &DefineInstrument, prices: &Prices) -> Cell {
        let after = Cell {
            position: self.position.checked_add(moved.position).unwrap_or(self.position),
            money: sum(self.money, sum(moved.paid, moved.other)),
            // At cost, until there is a price.
            worth: less(self.worth, moved.paid),
            charged: sum(self.charged, moved.charged),
            in_base: moved.in_base,
            ..*self
        };
        after.marked(definition, prices)
    }

    pub(crate) fn marked(&self, definition: &DefineInstrument, prices: &Prices) -> Cell {
        let (mark, px) = definition.mark.mark(self.position, prices);
        let worth = match mark {
            _ if self.position.is_zero() => Some(Notional::ZERO),
            Mark::Missing => None,
            Mark::Bid | Mark::Ask | Mark::Mid | Mark::Last => definition.contract().value(px, self.position),
        };
        Cell { worth: worth.unwrap_or(self.worth), ..*self }
    }
}

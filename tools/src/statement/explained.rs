//! Where the profit or loss of a day came from.

use model::{Contract, Mark, Marked, Notional, Px, Qty};

use super::item::Kind;
use super::ledger::PositionDay;

/// Profit or loss, part by part.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Explained {
    /// What the day made, by the books: realised and unrealised, less fees, and dividends, against the close before.
    pub total: Notional,
    /// What was held at the close before, from its mark then to its mark now.
    pub price: Notional,
    /// What was traded, from its price to the mark.
    pub trades: Notional,
    /// Busts and corrections, likewise.
    pub corrections: Notional,
    /// Adjustments, likewise.
    pub adjustments: Notional,
    /// What moves of rates have made of what there was in another currency; zero for what is in the account's own.
    pub fx: Notional,
    /// Negative where fees were paid.
    pub fees: Notional,
    /// Received, less paid.
    pub dividends: Notional,
}

impl Explained {
    /// What of the total the parts do not come to.
    pub fn unexplained(&self) -> Notional {
        let Explained { price, trades, corrections, adjustments, fx, fees, dividends, .. } = *self;
        self.total - price - trades - corrections - adjustments - fx - fees - dividends
    }

    /// Both together.
    pub fn plus(&self, other: &Explained) -> Explained {
        Explained {
            total: self.total + other.total,
            price: self.price + other.price,
            trades: self.trades + other.trades,
            corrections: self.corrections + other.corrections,
            adjustments: self.adjustments + other.adjustments,
            fx: self.fx + other.fx,
            fees: self.fees + other.fees,
            dividends: self.dividends + other.dividends,
        }
    }
}

impl PositionDay {
    /// `None` where what was held at either end has no fresh mark: nothing is valued at a stale one.
    pub fn explained(&self) -> Option<Explained> {
        let unrealised = |held: &super::Held| held.marked.map_or(Some(Notional::ZERO), |marked| marked.unrealised);
        let (opening, closing) = (unrealised(&self.opening)?, unrealised(&self.closing)?);
        let made = |held: &super::Held, unrealised| held.realised + unrealised - held.fees + held.dividends;
        let worth = Worth::of(self);
        let part = |kind| {
            let own = self.items.iter().filter(move |item| item.kind == kind);
            own.map(|item| worth.at(item.qty_now) - item.value).fold(Notional::ZERO, |sum, one| sum + one)
        };
        let sum = |values: Vec<Notional>| values.into_iter().fold(Notional::ZERO, |sum, one| sum + one);
        let dividends = self.items.iter().filter(|item| item.kind == Kind::Dividend).map(|item| item.value);
        Some(Explained {
            total: made(&self.closing, closing) - made(&self.opening, opening),
            price: worth.at(self.opening_qty_now) - self.opening.cost - opening,
            trades: part(Kind::Trade),
            corrections: part(Kind::Correction),
            adjustments: part(Kind::Adjustment),
            fx: Notional::ZERO,
            fees: -sum(self.items.iter().map(|item| item.fee).collect()),
            dividends: sum(dividends.collect()),
        })
    }
}

/// What a quantity is worth at the day's last mark. What is flat at the close was not marked there: it is measured by the mark
/// that it came with, and what was neither held before nor after comes out the same at any.
struct Worth {
    px: Px,
    contract: Contract,
}

impl Worth {
    fn of(position: &PositionDay) -> Worth {
        let px = |marked: Option<Marked>| marked.filter(|marked| marked.mark != Mark::Missing).map(|marked| marked.px);
        let closing = px(position.closing.marked);
        let opening = || px(position.opening.marked).and_then(|px| position.rescaled(px));
        Worth { px: closing.or_else(opening).unwrap_or(Px::ZERO), contract: position.contract }
    }

    fn at(&self, qty: Qty) -> Notional {
        let nothing = qty.is_zero() || self.px.is_zero();
        if nothing { Notional::ZERO } else { self.contract.value(self.px, qty).unwrap_or(Notional::ZERO) }
    }
}

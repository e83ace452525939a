//! First in, first out: which lots of a position are open, and what they cost.
//!
//! Lots are not kept, fills are. A close takes the oldest, so what is open is always the last of the fills on the position's
//! side, whole but for the oldest of them: the head. It is all that a holding keeps. Fills that were forgotten count
//! as one lot, at the average of what was open of them: the oldest.

use model::{Notional, Qty};

use crate::books::{Books, Trade};
use crate::fills::{Fills, NONE};
use crate::holdings::Holding;

/// The oldest open lot.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Head {
    /// The number of its fill; [`NONE`] where it is older than those that are remembered.
    pub(crate) fill: u64,
    /// What is open of it. Nothing: it is closed, and the next one is the head.
    pub(crate) qty: Qty,
    /// The signed cost of that.
    pub(crate) cost: Notional,
}

impl Head {
    /// Closes so much of the oldest lots; the cost that they had. `next` is the lot after that of a fill.
    fn release(&mut self, closed: Qty, mut next: impl FnMut(u64) -> Option<Head>) -> Notional {
        let (mut left, mut released) = (closed, Notional::ZERO);
        loop {
            let part = left.min(self.qty);
            if !part.is_zero() {
                let cost = self.cost.share_floor(part, self.qty);
                released += cost;
                self.cost -= cost;
                self.qty -= part;
                left -= part;
            }
            if left.is_zero() {
                return released;
            }
            *self = next(self.fill).expect("the open lots are the position");
        }
    }

    /// The books and the head after the fill `number`. `None` on overflow.
    fn after(
        mut self,
        books: &Books,
        number: u64,
        trade: &Trade,
        next: impl FnMut(u64) -> Option<Head>,
    ) -> Option<(Books, Head)> {
        let after = books.after(trade, |closed, _| self.release(closed, next))?;
        if after.opened_since(books) {
            self = Head { fill: number, qty: Qty::from_units(after.position.units().checked_abs()?), cost: after.cost };
        }
        Some((after, self))
    }
}

/// A fill that is counted as another one than it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amended {
    pub(crate) number: u64,
    /// Nothing: as if it had never been.
    pub(crate) qty: Qty,
    pub(crate) value: Notional,
}

impl Fills {
    /// The books of a holding, first in, first out, after its next fill. `None` on overflow.
    pub(crate) fn first_in_first_out(&self, holding: &Holding, trade: &Trade) -> Option<(Books, Head)> {
        let books = holding.books();
        let side = books.position;
        holding.head.after(&books, self.next_number(), trade, |after| self.lot_after(holding, after, side, None))
    }

    /// The books and the head of a holding if `amended` had been so from the beginning: everything since its base, counted
    /// again. Its base is two lots, one that is closed by what is remembered and one that is still open.
    pub(crate) fn recount_lots(&self, holding: &Holding, amended: Option<Amended>) -> Option<(Books, Head)> {
        let open = if holding.head.fill == NONE { holding.head } else { Head::default() };
        let held = Qty::from_units(holding.base.position.units().checked_abs()?);
        let mut books = holding.base;
        let mut head = Head { fill: NONE, qty: held - open.qty, cost: books.cost - open.cost };
        let mut second = Some(open).filter(|open| !open.qty.is_zero());
        for (number, trade) in self.trades(holding, amended) {
            let side = books.position;
            (books, head) = head.after(&books, number, &trade, |after| {
                second.take().or_else(|| self.lot_after(holding, after, side, amended))
            })?;
        }
        if let Some(open) = second.filter(|_| head.fill == NONE) {
            head.qty += open.qty;
            head.cost += open.cost;
        }
        Some((books, head))
    }

    /// A fill leaves the memory: it counts with the base of its holding from now on, and what is open of it with the lot there.
    /// What it closed of the base, if it closed any, is none of the part that is still open.
    pub(crate) fn fold_lot(holding: &mut Holding, number: u64, trade: &Trade) -> Option<()> {
        let before = holding.base;
        let open = if holding.head.fill == NONE { holding.head } else { Head::default() };
        if !trade.qty.is_zero() {
            let closed_cost = before.cost.checked_sub(open.cost)?;
            holding.base = before.after(trade, |closed, held| closed_cost.share_floor(closed, held - open.qty))?;
        }
        let opens = before.position.units().signum() * trade.side.sign() >= 0;
        if holding.head.fill == number {
            holding.head.fill = NONE;
        } else if holding.head.fill == NONE && opens {
            holding.head.qty += trade.qty;
            holding.head.cost += trade.signed_value();
        }
        Some(())
    }

    /// The oldest lot that came after the fill `number`, of a position on this side.
    fn lot_after(&self, holding: &Holding, number: u64, side: Qty, amended: Option<Amended>) -> Option<Head> {
        self.trades_after(holding, number, amended)
            .find(|(_, trade)| trade.side.sign() == side.units().signum())
            .map(|(fill, trade)| Head { fill, qty: trade.qty, cost: trade.signed_value() })
    }
}

#[cfg(test)]
mod tests;

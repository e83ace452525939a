//! Positions and the fills behind them in the units of after a split.
//!
//! The money stays: what was paid, what was earned. Quantities are cut to 1e-8 as running sums, so that the fills of a holding
//! always add up to its position. A fill that is busted later takes away what it is by then.

use model::{Qty, limits};

use crate::fills::{Fill, Fills, NONE};
use crate::holdings::Holding;
use crate::order::Order;

/// New for old.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ratio {
    pub(crate) new: u64,
    pub(crate) old: u64,
}

impl Ratio {
    /// As it was.
    pub(crate) const ONE: Ratio = Ratio { new: 1, old: 1 };

    /// So many units now, cut to 1e-8 towards minus infinity. `None` where there are too many.
    pub(crate) fn of(self, qty: Qty) -> Option<Qty> {
        let units = i128::from(qty.units()).checked_mul(i128::from(self.new))?.div_euclid(i128::from(self.old));
        let units = i64::try_from(units).ok()?;
        (units.abs() <= limits::UNITS_MAX).then_some(Qty::from_units(units))
    }

    /// This one, then the other.
    pub(crate) fn then(self, other: Ratio) -> Option<Ratio> {
        let (new, old) = (self.new.checked_mul(other.new)?, self.old.checked_mul(other.old)?);
        let common = greatest_common(new, old);
        Some(Ratio { new: new / common, old: old / common })
    }
}

fn greatest_common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common(b, a % b) }
}

/// The base of a holding in new units: all of it, and what is still open of it first in, first out.
struct Base {
    position: Qty,
    open: Qty,
}

/// Something that was there may not vanish: its money would be left over.
fn stays(before: Qty, now: Qty) -> Option<Qty> {
    (before.is_zero() == now.is_zero()).then_some(now)
}

/// The position before the fills that are remembered, in new units.
pub(crate) fn base_position(holding: &Holding, ratio: Ratio) -> Option<Qty> {
    base(holding, ratio).map(|base| base.position)
}

fn base(holding: &Holding, ratio: Ratio) -> Option<Base> {
    let before = holding.base.position;
    let position = stays(before, ratio.of(before)?)?;
    let open = if holding.head.fill == NONE { holding.head.qty } else { Qty::ZERO };
    // The part that the remembered fills have closed is cut, the part that is open has the rest.
    let magnitude = Qty::from_units(position.units().abs());
    let closed = Qty::from_units(before.units().checked_abs()?).checked_sub(open)?;
    let closed_now = stays(closed, ratio.of(closed)?)?.min(magnitude);
    Some(Base { position, open: stays(open, magnitude - closed_now)? })
}

impl Fills {
    /// May the holding be split: does everything that it was made of still count afterwards?
    pub(crate) fn can_split(&self, holding: &Holding, ratio: Ratio) -> bool {
        self.check_split(holding, ratio).is_some()
    }

    fn check_split(&self, holding: &Holding, ratio: Ratio) -> Option<()> {
        base(holding, ratio)?;
        let mut before = self.of(holding);
        self.after_split(holding, ratio).try_for_each(|after| {
            let ((_, fill), (_, after)) = (before.next()?, after?);
            stays(fill.qty, after.qty).map(|_| ())
        })
    }

    /// The fills of a holding in new units; `None` for one that does not come out. They are cut as running sums.
    pub(crate) fn after_split(&self, holding: &Holding, ratio: Ratio) -> impl Iterator<Item = Option<(u64, Fill)>> {
        let mut now = base_position(holding, ratio);
        let mut sum = holding.base.position;
        self.of(holding).map(move |(number, fill)| {
            sum = sum.checked_add(fill.signed_qty())?;
            let after = ratio.of(sum)?;
            let qty = Qty::from_units(after.checked_sub(now.replace(after)?)?.units().abs());
            Some((number, fill.in_units(qty, fill.split.then(ratio)?)))
        })
    }

    /// The holding in new units; its books are counted again. `decide` has asked [`Fills::can_split`].
    pub(crate) fn split(&mut self, holding: &mut Holding, ratio: Ratio) {
        const CHECKED: &str = "decide checked the split";
        let Base { position, open } = base(holding, ratio).expect(CHECKED);
        let (mut sum, mut now) = (holding.base.position, position);
        let mut next = holding.fills.first;
        while let Some(fill) = self.get_mut(next) {
            sum += fill.signed_qty();
            let after = ratio.of(sum).expect(CHECKED);
            fill.qty = Qty::from_units((after - now).units().abs());
            fill.split = fill.split.then(ratio).expect(CHECKED);
            now = after;
            next = fill.after_in_holding();
        }
        holding.base.position = position;
        if holding.head.fill == NONE {
            holding.head.qty = open;
        }
        let (books, head) = self.recount(holding, None).expect("the money is what it was");
        holding.head = head;
        holding.take(books);
    }
}

impl Fill {
    /// What `qty`, as its venue tells of it, is of the order by now: in the units of before a split until the order is restated.
    pub(crate) fn qty_of_order(&self, order: &Order, qty: Qty) -> Qty {
        if order.split_at > self.seq { self.split.of(qty).unwrap_or(qty) } else { qty }
    }
}

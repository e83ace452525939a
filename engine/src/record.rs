//! A fill is written down: the lots that it closes or opens, the oldest fill that is forgotten for it, its place in the chain
//! of its holding.

use model::CostMethod;

use crate::fills::{Fills, NewFill};
use crate::holdings::Holdings;

impl Holdings {
    /// One more fill; its number. `last_of_order` is the fill of the same order before it. What is open of its holding is found
    /// before the oldest fill is forgotten for it.
    pub(crate) fn record(&mut self, fills: &mut Fills, fill: NewFill, last_of_order: u64) -> u64 {
        let holding = self.get_mut(fill.holding);
        if holding.cost_method == CostMethod::Fifo && !fill.trade.qty.is_zero() {
            let (_, head) = fills.first_in_first_out(holding, &fill.trade).expect("decide counted it");
            holding.head = head;
        }
        self.forget_fill(fills);
        fills.push(fill, last_of_order, &mut self.get_mut(fill.holding).fills)
    }

    /// The fill that is forgotten for the next one stands in its holding's base from now on.
    fn forget_fill(&mut self, fills: &Fills) {
        let Some((number, old)) = fills.next_forgotten() else { return };
        let holding = self.get_mut(old.holding);
        let trade = old.trade();
        let folded = match holding.cost_method {
            CostMethod::Average if old.qty.is_zero() => Some(()),
            CostMethod::Average => holding.base.after_fill(&trade).map(|base| holding.base = base),
            CostMethod::Fifo => Fills::fold_lot(holding, number, &trade),
        };
        folded.expect("it was counted when it was filled");
        fills.unchain_first(&mut holding.fills);
    }

    /// A fill of the holding is another one now, or none: its oldest open lot is found again.
    pub(crate) fn recount_lots(&mut self, fills: &Fills, holding: u32) {
        let holding = self.get_mut(holding);
        if holding.cost_method == CostMethod::Fifo {
            let (_, head) = fills.recount(holding, None).expect("decide counted it");
            holding.head = head;
        }
    }
}

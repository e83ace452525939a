//! Control 35, short sale: what an order sells beyond the long position less open sells is short, and needs quantity that is located.
//! Held against it is what the firm sold short in the instrument on the day and what the open sells of all accounts could add; an order
//! that adds nothing is not asked. Model and venues know one sell, so Side(54)=5 is not asked for: short is what the position makes so.
//! Refuses with OrdRejReason(103)=99.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;
use crate::worst_case::short_with;

pub(super) fn is_located(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    if !context.scopes.has(LimitKind::Locate) || !proposal.counts {
        return witness.not_concerned(Check::ShortSale);
    }
    let (before, after) = short_with(context, proposal)?;
    let observed = context.short_sales.sold + context.short_sales.open - before + after;
    match context.scopes.lowest(witness, LimitKind::Locate, observed) {
        Some(binding) if after > before => witness.judged(binding.objects(), || binding.refusal(Check::ShortSale)),
        _ => witness.not_concerned(Check::ShortSale),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Qty};

    use crate::ShortSales;
    use crate::desk::{Desk, buy, replacing, sell};

    const ONE: i128 = 100_000_000;

    /// 100 located; the account holds `position` and could sell `open_sells`, others have used 30.
    fn desk(position: i64, open_sells: i64) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Instrument, LimitKind::Locate, 100 * ONE);
            desk.exposure.position = Qty::whole(position);
            desk.exposure.open_sells = Qty::whole(open_sells);
            let own = i128::from((open_sells - position.max(0)).max(0)) * ONE;
            desk.short_sales = ShortSales { sold: 20 * ONE, open: 10 * ONE + own };
        })
    }

    #[test]
    fn short_sale_needs_what_is_located_and_not_used() {
        assert_eq!(desk(0, 0).refuses(sell(69, 100)), None);
        assert_eq!(desk(0, 0).refuses(sell(70, 100)), None);
        let refusal = desk(0, 0).refusal(&sell(71, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::ShortSale, Some(KillScope::Instrument)));
        assert_eq!((refusal.limit, refusal.observed), (100 * ONE, 101 * ONE));
        assert_eq!(desk(0, 0).refuses(buy(71, 100)), None);
    }

    #[test]
    fn long_position_less_open_sells_is_sold_first() {
        assert_eq!(desk(500, 0).refuses(sell(500, 100)), None);
        assert_eq!(desk(500, 0).refuses(sell(570, 100)), None);
        assert_eq!(desk(500, 0).refuses(sell(571, 100)), Some(Check::ShortSale));
        assert_eq!(desk(500, 500).refuses(sell(71, 100)), Some(Check::ShortSale));
        assert_eq!(desk(-5, 0).refuses(sell(71, 100)), Some(Check::ShortSale));
    }

    #[test]
    fn replace_needs_only_what_is_more() {
        assert_eq!(desk(0, 60).refuses(replacing(60, 100, sell(70, 100))), None);
        assert_eq!(desk(0, 60).refuses(replacing(60, 100, sell(71, 100))), Some(Check::ShortSale));
        let mut used_up = desk(0, 60);
        used_up.short_sales.sold = 100 * ONE;
        assert_eq!(used_up.refuses(replacing(60, 100, sell(59, 101))), None, "no more than before");
    }
}

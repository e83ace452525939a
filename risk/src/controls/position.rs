//! Control 25, position limits: what the account could end up with if all that is open on one side filled and nothing on the other.
//! Open orders of the two sides are never netted. Refuses with OrdRejReason(103)=3.

use model::{Check, Qty, Refusal, Side};

use crate::context::{Context, Proposal};
use crate::witness::Witness;
use crate::worst_case::open_with;

pub(super) fn long(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    if proposal.side != Side::Buy || !proposal.counts {
        return witness.not_concerned(Check::PositionLong);
    }
    let open = open_with(context.exposure.open_buys, proposal)?;
    let worst = context.exposure.position.checked_add(open).ok_or(Refusal::of(Check::Overflow))?;
    within(worst, context.account.max_long, Check::PositionLong, witness)
}

pub(super) fn short(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    if proposal.side != Side::Sell || !proposal.counts {
        return witness.not_concerned(Check::PositionShort);
    }
    let open = open_with(context.exposure.open_sells, proposal)?;
    let worst = open.checked_sub(context.exposure.position).ok_or(Refusal::of(Check::Overflow))?;
    within(worst, context.account.max_short, Check::PositionShort, witness)
}

fn within(worst: Qty, limit: Qty, check: Check, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(worst > limit, || Refusal::against(check, i128::from(limit.units()), i128::from(worst.units())))
}

#[cfg(test)]
mod tests {
    use model::{Check, Qty};

    use crate::Exposure;
    use crate::desk::{Desk, buy, replacing, sell};

    fn holding(position: i64, open_buys: i64, open_sells: i64) -> Desk {
        let whole = Qty::whole;
        let exposure =
            Exposure { position: whole(position), open_buys: whole(open_buys), open_sells: whole(open_sells) };
        Desk::with(|desk| desk.exposure = exposure)
    }

    #[test]
    fn worst_case_of_each_side_is_bounded() {
        assert_eq!(holding(0, 5_899, 0).refuses(buy(100, 100)), None);
        assert_eq!(holding(0, 5_900, 0).refuses(buy(100, 100)), None);
        assert_eq!(holding(0, 5_901, 0).refuses(buy(100, 100)), Some(Check::PositionLong));
        assert_eq!(holding(1, 5_900, 0).refuses(buy(100, 100)), Some(Check::PositionLong));
        assert_eq!(holding(0, 0, 0).refuses(sell(999, 100)), None);
        assert_eq!(holding(0, 0, 0).refuses(sell(1_000, 100)), None);
        assert_eq!(holding(0, 0, 0).refuses(sell(1_001, 100)), Some(Check::PositionShort));
    }

    #[test]
    fn open_orders_of_the_other_side_make_no_room() {
        assert_eq!(holding(6_000, 0, 6_000).refuses(buy(1, 100)), Some(Check::PositionLong));
    }

    #[test]
    fn two_sells_of_the_whole_position_do_not_both_pass() {
        let mut desk = holding(100, 0, 100);
        desk.account.max_short = Qty::ZERO;
        assert_eq!(desk.refuses(sell(100, 100)), Some(Check::PositionShort));
    }

    #[test]
    fn replace_counts_once_at_the_worse_of_old_and_new() {
        let desk = holding(0, 6_000, 0);
        assert_eq!(desk.refuses(replacing(4_000, 100, buy(4_000, 90))), None);
        assert_eq!(desk.refuses(replacing(4_000, 100, buy(4_001, 90))), Some(Check::PositionLong));
        assert_eq!(desk.refuses(replacing(4_000, 100, buy(1, 90))), None);
    }
}

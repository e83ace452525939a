//! Control 4, restricted list: the instrument is not restricted for the firm or the account now. Where only short sales are forbidden,
//! what adds to what the account could sell beyond its long position is refused. Replaces too; cancels never meet it. Refuses with
//! OrdRejReason(103)=0.

use model::{Check, Forbidden, KillScope, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::short_sales::Restriction;
use crate::witness::Witness;
use crate::worst_case::short_with;

pub(super) fn free(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if context.restrictions.is_empty() {
        return witness.not_concerned(Check::Restricted);
    }
    let (before, after) = short_with(context, proposal)?;
    let forbids = |one: &&Restriction| {
        let is_ours = one.account.is_empty() || one.account == context.account.account;
        is_ours && one.is_in_force(context.now) && (one.forbids == Forbidden::Trading || after > before)
    };
    let found = context.restrictions.iter().find(forbids);
    witness.judged(found.is_some(), || {
        let is_firms = found.is_some_and(|one| one.account.is_empty());
        Refusal::of(Check::Restricted).of_scope(if is_firms { KillScope::Firm } else { KillScope::Account })
    })
}

#[cfg(test)]
mod tests {
    use model::{AccountName, Check, EngineTime, Forbidden, InstrumentId, KillScope, Qty};

    use crate::Restriction;
    use crate::desk::{Desk, NOW, buy, replacing, sell};

    const FIRMS: Restriction = Restriction {
        instrument: InstrumentId(0),
        account: AccountName::EMPTY,
        from: EngineTime(0),
        until: EngineTime(0),
        forbids: Forbidden::Trading,
    };

    fn desk(restriction: Restriction) -> Desk {
        Desk::with(|desk| desk.restrictions = vec![restriction])
    }

    #[test]
    fn restricted_instrument_is_not_traded_and_whose_restriction_it_is_is_named() {
        assert_eq!(Desk::new().refuses(buy(1, 100)), None);
        let refusal = desk(FIRMS).refusal(&buy(1, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::Restricted, Some(KillScope::Firm)));
        assert_eq!(desk(FIRMS).refuses(replacing(2, 100, buy(1, 100))), Some(Check::Restricted));
        let own = Restriction { account: AccountName::literal("A1"), ..FIRMS };
        assert_eq!(desk(own).refusal(&sell(1, 100)).and_then(|refusal| refusal.scope()), Some(KillScope::Account));
        let other = Restriction { account: AccountName::literal("A2"), ..FIRMS };
        assert_eq!(desk(other).refuses(buy(1, 100)), None);
    }

    #[test]
    fn it_holds_from_its_beginning_to_before_its_end() {
        let of = |from: i64, until: i64| Restriction { from: EngineTime(from), until: EngineTime(until), ..FIRMS };
        for (from, until, holds) in [(NOW.0, 0, true), (NOW.0 + 1, 0, false), (0, NOW.0, false), (0, NOW.0 + 1, true)] {
            assert_eq!(desk(of(from, until)).refuses(buy(1, 100)).is_some(), holds, "{from} {until}");
        }
    }

    #[test]
    fn short_sales_alone_may_be_forbidden() {
        let mut desk = desk(Restriction { forbids: Forbidden::ShortSales, ..FIRMS });
        desk.exposure.position = Qty::whole(10);
        desk.exposure.open_sells = Qty::whole(4);
        assert_eq!(desk.refuses(sell(5, 100)), None);
        assert_eq!(desk.refuses(sell(6, 100)), None);
        assert_eq!(desk.refuses(sell(7, 100)), Some(Check::Restricted));
        assert_eq!(desk.refuses(buy(7, 100)), None);
        assert_eq!(desk.refuses(replacing(4, 100, sell(10, 100))), None);
        assert_eq!(desk.refuses(replacing(4, 100, sell(11, 100))), Some(Check::Restricted));
    }
}

//! Control 34, self-match prevention: the order would trade with another one of the same firm, account or trader, by where the limit
//! is set. 1 refuses it, 2 cancels the other, 3 does both; 2 is the engine's to do. Refuses with OrdRejReason(103)=0.

use model::{Check, KillScope, LimitKind, OrdType, Px, Refusal, Side};

use crate::case::Case;
use crate::context::{Context, Proposal};
use crate::witness::Witness;

/// Cancels the other one, and lets the order pass.
const CANCELS: i128 = 2;

pub(super) fn prevented(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let check = Check::SelfMatch;
    if !context.scopes.has(LimitKind::SelfMatch) || !proposal.takes() {
        return witness.not_concerned(check);
    }
    let refuses = |limit: i128| limit != 0 && limit != CANCELS;
    let groups = || {
        let scopes = context.scopes.with(LimitKind::SelfMatch).filter(|(_, limit, _)| refuses(limit.value));
        scopes.filter_map(|(scope, ..)| Some((scope, context.own_opposite(scope)?)))
    };
    match groups().find(|(_, own)| proposal.crosses(*own)).or_else(|| groups().next()) {
        None => witness.not_concerned(check),
        Some((scope, own)) => witness.judged(proposal.crosses(own), || {
            let (own, px) = (own.units().into(), proposal.price.units().into());
            Refusal::against(check, own, px).of_scope(scope)
        }),
    }
}

impl Proposal {
    /// May it take what rests as soon as it is there? A stop does not.
    pub fn takes(&self) -> bool {
        self.counts && matches!(self.ord_type, OrdType::Limit | OrdType::Market | OrdType::MarketToLimit)
    }

    /// Would it trade with an order of the other side at this price?
    pub fn crosses(&self, other: Px) -> bool {
        match self.side {
            _ if self.price.is_zero() => true,
            Side::Buy => self.price >= other,
            Side::Sell => self.price <= other,
        }
    }
}

impl Context<'_> {
    fn own_opposite(&self, scope: KillScope) -> Option<Px> {
        match scope {
            KillScope::Firm => self.own_opposite[0],
            KillScope::Account => self.own_opposite[1],
            KillScope::Trader => self.own_opposite[2],
            KillScope::Venue | KillScope::Session | KillScope::Strategy | KillScope::Instrument => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Px, Side};

    use crate::Proposal;
    use crate::desk::{Desk, buy, market, replacing, sell};

    fn desk(scope: KillScope, at: usize, mode: i128) -> Desk {
        Desk::with(|desk| {
            desk.limit(scope, LimitKind::SelfMatch, mode);
            desk.own_opposite[at] = Some(Px::whole(100));
        })
    }

    #[test]
    fn order_that_would_trade_with_its_own_group_is_refused() {
        for (at, scope) in [KillScope::Firm, KillScope::Account, KillScope::Trader].into_iter().enumerate() {
            for mode in [1, 3] {
                let desk = desk(scope, at, mode);
                assert_eq!(desk.refuses(buy(1, 99)), None);
                let refusal = desk.refusal(&buy(1, 100)).unwrap();
                assert_eq!((refusal.check, refusal.scope()), (Check::SelfMatch, Some(scope)));
                assert_eq!(desk.refuses(buy(1, 101)), Some(Check::SelfMatch));
                assert_eq!(desk.refuses(sell(1, 101)), None);
                assert_eq!(desk.refuses(sell(1, 100)), Some(Check::SelfMatch));
                assert_eq!(desk.refuses(market(Side::Buy, 1)), Some(Check::SelfMatch));
                assert_eq!(desk.refuses(replacing(1, 99, buy(1, 99))), None);
                assert_eq!(desk.refuses(replacing(1, 99, buy(1, 100))), Some(Check::SelfMatch));
            }
        }
    }

    #[test]
    fn other_groups_held_orders_and_other_modes_are_not_refused() {
        assert_eq!(desk(KillScope::Firm, 1, 1).refuses(buy(1, 101)), None, "the account's, which has no limit");
        for mode in [0, 2] {
            assert_eq!(desk(KillScope::Firm, 0, mode).refuses(buy(1, 101)), None);
        }
        let waits = Proposal { counts: false, ..buy(1, 101) };
        assert_eq!(desk(KillScope::Firm, 0, 1).refuses(waits), None);
    }
}

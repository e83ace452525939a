//! Control 11, and whatever else bounds money, in the firm's base currency: where the instrument is in another one and there is no
//! rate of exchange that is not too old, nobody knows what the order comes to. Refuses with OrdRejReason(103)=99.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::conversion::Conversion;
use crate::witness::Witness;

/// The limits that are held against money, a bit each.
pub(crate) const MONEY: u64 = LimitKind::OrderNotional.bit()
    | LimitKind::OrderNotionalMin.bit()
    | LimitKind::OpenBuys.bit()
    | LimitKind::OpenSells.bit()
    | LimitKind::OpenNotional.bit()
    | LimitKind::DailyBuys.bit()
    | LimitKind::DailySells.bit()
    | LimitKind::PositionNotional.bit()
    | LimitKind::Concentration.bit()
    | LimitKind::GrossExposure.bit()
    | LimitKind::NetExposure.bit()
    | LimitKind::Leverage.bit()
    | LimitKind::Margin.bit()
    | LimitKind::MarginUsed.bit()
    | LimitKind::LossReduce.bit()
    | LimitKind::LossHalt.bit()
    | LimitKind::DrawdownReduce.bit()
    | LimitKind::DrawdownHalt.bit()
    | LimitKind::LossVelocity.bit();

pub(super) fn in_force(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let check = Check::FxRate;
    if context.in_base == Conversion::Same || context.scopes.kinds & MONEY == 0 {
        return witness.not_concerned(check);
    }
    witness.judged(context.in_base == Conversion::Unknown, || Refusal::of(check))
}

#[cfg(test)]
mod tests {
    use model::{FxRate, KillScope, LimitKind, Notional, Qty};

    use super::*;
    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, Valued};

    /// An instrument in another currency, of which one is 1.25 of the base.
    fn abroad(scope: KillScope, kind: LimitKind, whole: i64) -> Desk {
        Desk::with(|desk| {
            desk.in_base = Conversion::At(FxRate::new(125, 2));
            desk.limit(scope, kind, Notional::whole(whole).units());
        })
    }

    #[test]
    fn every_limit_of_money_needs_a_rate_and_others_do_not() {
        for kind in LimitKind::ALL {
            let desk = Desk::with(|desk| {
                desk.in_base = Conversion::Unknown;
                let scope = *kind.scopes().first().expect("somebody may have it");
                desk.limit(scope, *kind, i128::from(i64::MAX));
            });
            let counts_money = kind.unit() == model::Unit::Notional || kind.bit() & MONEY != 0;
            assert_eq!(desk.refuses(buy(1, 100)) == Some(Check::FxRate), counts_money, "{kind:?}");
            assert_eq!(desk.refuses(replacing(2, 100, buy(1, 100))) == Some(Check::FxRate), counts_money, "{kind:?}");
        }
        let unlimited = Desk::with(|desk| desk.in_base = Conversion::Unknown);
        assert_eq!(unlimited.refuses(buy(1, 100)), None);
    }

    #[test]
    fn limits_are_met_in_the_base_currency() {
        for (kind, check) in [
            (LimitKind::OrderNotional, Check::MaxOrderNotional),
            (LimitKind::OpenBuys, Check::OpenBuys),
            (LimitKind::OpenNotional, Check::OpenNotional),
            (LimitKind::DailyBuys, Check::DailyBuys),
            (LimitKind::PositionNotional, Check::PositionNotional),
            (LimitKind::GrossExposure, Check::GrossExposure),
            (LimitKind::NetExposure, Check::NetExposure),
        ] {
            let scope = *kind.scopes().first().expect("somebody may have it");
            let of = |whole| abroad(scope, kind, whole);
            assert_eq!(of(1_251).refuses(buy(10, 100)), None, "{kind:?} below");
            assert_eq!(of(1_250).refuses(buy(10, 100)), None, "{kind:?} at");
            assert_eq!(of(1_249).refuses(buy(10, 100)), Some(check), "{kind:?} above");
            let refusal = of(1_249).refusal(&buy(10, 100)).unwrap();
            assert_eq!(refusal.observed, Notional::whole(1_250).units(), "{kind:?}");
            // A replace gives back what the order held, in the base currency as well.
            let held = |open| {
                let mut replace = replacing(10, 100, buy(12, 100));
                replace.held.as_mut().unwrap().open_notional = Notional::whole(open);
                replace
            };
            let mut desk = of(1_500);
            desk.usage[scope as usize].open_buys = Notional::whole(1_250);
            desk.exposure.open_buys = Qty::whole(10);
            desk.of_instrument = desk.exposure.into();
            assert_eq!(desk.refuses(held(1_250)), None, "{kind:?} replace at");
            desk.limit(scope, kind, Notional::whole(1_499).units());
            assert_eq!(desk.refuses(held(1_250)), Some(check), "{kind:?} replace above");
        }
    }

    #[test]
    fn smallest_order_is_met_in_the_base_currency() {
        let of = |whole| abroad(KillScope::Firm, LimitKind::OrderNotionalMin, whole).refuses(buy(10, 100));
        assert_eq!([of(1_249), of(1_250), of(1_251)], [None, None, Some(Check::MinOrderNotional)]);
    }

    #[test]
    fn account_s_own_limit_is_met_in_its_currency() {
        let of = |max, limit: i64| {
            let mut desk = abroad(KillScope::Firm, LimitKind::OrderNotional, limit);
            desk.in_own = Conversion::At(FxRate::new(2, 0));
            desk.account.max_order_notional = Notional::whole(max);
            desk.refusal(&buy(10, 100)).map(|refusal| refusal.scope().unwrap())
        };
        assert_eq!(of(2_000, 1_250), None);
        assert_eq!(of(1_999, 1_250), Some(KillScope::Account));
        assert_eq!(of(2_000, 1_249), Some(KillScope::Firm));
    }

    #[test]
    fn positions_valued_at_a_rate_that_is_too_old_judge_nothing() {
        let mut desk = Desk::new();
        desk.limit(KillScope::Firm, LimitKind::GrossExposure, Notional::whole(1_000_000).units());
        desk.usage[KillScope::Firm as usize].valued = Valued { converted: 1, ..Valued::default() };
        assert_eq!(desk.refuses(buy(1, 100)), None);
        desk.has_stale_rate = true;
        assert_eq!(desk.refuses(buy(1, 100)), Some(Check::FxRate));
        desk.usage[KillScope::Firm as usize].valued.converted = 0;
        assert_eq!(desk.refuses(buy(1, 100)), None, "nothing of it is in another currency");
    }

    #[test]
    fn margin_and_equity_are_in_the_base_currency() {
        let desk = |wealth: Option<Notional>| {
            let mut desk = abroad(KillScope::Instrument, LimitKind::Margin, 0);
            desk.limit(KillScope::Instrument, LimitKind::Margin, 50_000_000);
            desk.account.cash_account = 0;
            (desk.cash, desk.lacks_rate) = (wealth.unwrap_or(Notional::ZERO), wealth.is_none());
            desk
        };
        // Half of 10 at 100 at 1.25.
        assert_eq!(desk(Some(Notional::whole(625))).refuses(buy(10, 100)), None);
        assert_eq!(desk(Some(Notional::whole(624))).refuses(buy(10, 100)), Some(Check::Margin));
        assert_eq!(desk(None).refuses(buy(10, 100)), Some(Check::FxRate));
        let mut closing = desk(None);
        closing.exposure = Exposure { position: Qty::whole(10), ..Exposure::default() };
        assert_eq!(closing.refuses(sell(10, 100)), None);
    }
}

//! Control 49, initial margin: the worst case of each instrument times its margin rate, summed for the account, against the account's
//! equity - a cash account pays in full instead - and against its limit. What needs no more margin than before is let through.
//! Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Notional, Qty, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::usage::Usage;
use crate::valuation::{equity, valued};
use crate::wide_exposure::WideExposure;
use crate::witness::Witness;
use crate::worst_case::{fee, notional};

pub(super) fn covered(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let check = Check::Margin;
    if !context.scopes.has(LimitKind::Margin) || context.account.cash_account == 1 || !proposal.counts {
        return witness.not_concerned(check);
    }
    let Some(usage) = context.scopes.usage(KillScope::Account) else { return witness.not_concerned(check) };
    let Some(needed) = needed(context, proposal, usage)? else { return witness.not_concerned(check) };
    let equity = equity(context, KillScope::Account, usage)?;
    let seen = || Refusal::against(check, equity.units(), needed.units()).of_scope(KillScope::Account);
    witness.judged(needed > equity, seen)
}

pub(super) fn used(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let check = Check::MarginUsed;
    let Some((scope, limit, usage)) = context.scopes.only(LimitKind::MarginUsed) else {
        return witness.not_concerned(check);
    };
    if !proposal.counts {
        return witness.not_concerned(check);
    }
    let Some(needed) = needed(context, proposal, usage)? else { return witness.not_concerned(check) };
    let seen = || Refusal::against(check, limit, needed.units()).of_scope(scope);
    witness.judged(needed.units() > limit, seen)
}

/// Both controls ask for it.
fn needed(context: &Context<'_>, proposal: &Case<'_>, usage: &Usage) -> Result<Option<Notional>, Refusal> {
    *proposal.margin.get_or_init(|| more_needed(context, proposal, usage))
}

/// The account's margin with this order; `None` where it is not more than without.
fn more_needed(context: &Context<'_>, proposal: &Case<'_>, usage: &Usage) -> Result<Option<Notional>, Refusal> {
    let rate = context.scopes.only(LimitKind::Margin).map_or(0, |(_, rate, _)| rate);
    let rate = i64::try_from(rate).map_err(|_| Refusal::of(Check::Overflow))?;
    let before = of(context, &context.exposure.into(), rate)?;
    let after = of(context, &proposal.exposure(), rate)?;
    if after <= before {
        return Ok(None);
    }
    let overflow = Refusal::of(Check::Overflow).of_scope(KillScope::Account);
    let more = after.checked_sub(before).ok_or(overflow)?;
    valued(context, KillScope::Account, usage)?.margin.checked_add(more).map(Some).ok_or(overflow)
}

fn of(context: &Context<'_>, exposure: &WideExposure, rate: i64) -> Result<Notional, Refusal> {
    let overflow = Refusal::of(Check::Overflow).of_scope(KillScope::Account);
    let px = context.reference.px().ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?;
    let qty = i64::try_from(exposure.worst_of_both()).map(Qty::from_units).map_err(|_| overflow)?;
    let margin = notional(context.instrument, px, qty).and_then(|money| fee(money, rate)).ok_or(overflow)?;
    context.in_base.judged(margin)
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, Notional, Qty};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, Usage, Valued};

    /// A tenth is margin; 40 are held, 20 open to buy: 600 of the account's margin of 1,000.
    fn desk(bend: impl FnOnce(&mut Desk)) -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Instrument, LimitKind::Margin, 10_000_000);
            desk.exposure = Exposure { position: Qty::whole(40), open_buys: Qty::whole(20), open_sells: Qty::ZERO };
            let valued = Valued { margin: Notional::whole(1_000), worth: Notional::whole(500), ..Valued::default() };
            desk.usage[KillScope::Account as usize] = Usage { valued, ..Usage::default() };
            desk.account.cash_account = 0;
            desk.cash = Notional::whole(1_500);
            bend(desk);
        })
    }

    #[test]
    fn margin_of_the_worst_case_is_covered_by_equity() {
        let margin = desk(|_| {});
        assert_eq!(margin.refuses(buy(99, 100)), None);
        assert_eq!(margin.refuses(buy(100, 100)), None, "2,000 of 2,000");
        let refusal = margin.refusal(&buy(101, 100)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::Margin, Some(KillScope::Account)));
        assert_eq!(refusal.observed, Notional::whole(2_010).units());
        assert_eq!(margin.refuses(sell(100, 100)), None, "60 short are no more than 60 long");
        assert_eq!(margin.refuses(sell(200, 100)), None, "160 short");
        assert_eq!(margin.refuses(sell(201, 100)), Some(Check::Margin));
        assert_eq!(margin.refuses(replacing(20, 100, buy(120, 100))), None);
        assert_eq!(margin.refuses(replacing(20, 100, buy(121, 100))), Some(Check::Margin));
    }

    #[test]
    fn margin_used_has_a_limit_and_a_ruined_account_may_reduce() {
        let bounded =
            desk(|desk| desk.limit(KillScope::Account, LimitKind::MarginUsed, Notional::whole(1_500).units()));
        assert_eq!(bounded.refuses(buy(49, 100)), None);
        assert_eq!(bounded.refuses(buy(50, 100)), None);
        assert_eq!(bounded.refuses(buy(51, 100)), Some(Check::MarginUsed));
        let ruined = desk(|desk| desk.cash = Notional::whole(-5_000));
        assert_eq!(ruined.refuses(sell(40, 100)), None);
        assert_eq!(ruined.refuses(buy(1, 100)), Some(Check::Margin));
        let blind = desk(|desk| desk.usage[KillScope::Account as usize].valued.unpriced = 1);
        assert_eq!(blind.refuses(buy(1, 100)), Some(Check::Unpriced));
    }
}

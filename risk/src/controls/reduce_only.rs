//! ExecInst(18)=E, do not increase, and control 43's reduce-only state of a scope: the order and all that is open on its side
//! together never pass zero. The limit is what may be reduced. The first refuses with OrdRejReason(103)=3, the second with 0.

use model::{Check, ExecInst, Qty, Refusal, ScopeState, Side};

use crate::case::Case;
use crate::context::Context;
use crate::context::Exposure;
use crate::witness::Witness;
use crate::worst_case::open_with;

pub(super) fn reduces(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if !proposal.exec_inst.has(ExecInst::DO_NOT_INCREASE) || !proposal.counts {
        return witness.not_concerned(Check::ReduceOnly);
    }
    within(Check::ReduceOnly, context, proposal, witness, |refusal| refusal)
}

/// An order that waits for another one is judged too: nobody asks again when it goes to work.
pub(super) fn scope_reduces(
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
) -> Result<(), Refusal> {
    let Some(scope) = context.scopes.states.first(ScopeState::Reducing) else {
        return witness.not_concerned(Check::Reducing);
    };
    let stopped_by = context.scopes.stopped_by[scope as usize];
    within(Check::Reducing, context, proposal, witness, |refusal| refusal.because(stopped_by))
}

fn within(
    check: Check,
    context: &Context<'_>,
    proposal: &Case<'_>,
    witness: &mut impl Witness,
    whose: impl FnOnce(Refusal) -> Refusal,
) -> Result<(), Refusal> {
    let Exposure { position, open_buys, open_sells } = context.exposure;
    let (reducible, open) = match proposal.side {
        Side::Buy => (-position, open_buys),
        Side::Sell => (position, open_sells),
    };
    let (limit, worst) = (reducible.max(Qty::ZERO), open_with(open, proposal)?);
    witness
        .judged(worst > limit, || whose(Refusal::against(check, i128::from(limit.units()), i128::from(worst.units()))))
}

#[cfg(test)]
mod tests {
    use model::{Check, ExecInst, KillScope, Qty, ScopeState};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, Proposal};

    fn long(position: i64, open_sells: i64) -> Desk {
        let whole = Qty::whole;
        let exposure = Exposure { position: whole(position), open_buys: Qty::ZERO, open_sells: whole(open_sells) };
        Desk::with(|desk| desk.exposure = exposure)
    }

    fn reducing_orders_never_pass_zero(desk: &Desk, of: impl Fn(Proposal) -> Proposal, check: Check) {
        assert_eq!(desk.refuses(of(sell(59, 100))), None);
        assert_eq!(desk.refuses(of(sell(60, 100))), None);
        assert_eq!(desk.refuses(of(sell(61, 100))), Some(check));
        assert_eq!(desk.refuses(of(buy(1, 100))), Some(check));
        assert_eq!(desk.refuses(of(replacing(40, 100, sell(100, 100)))), None);
        assert_eq!(desk.refuses(of(replacing(40, 100, sell(101, 100)))), Some(check));
    }

    #[test]
    fn reducing_orders_together_never_pass_zero() {
        let reducing = |proposal| Proposal { exec_inst: ExecInst::DO_NOT_INCREASE, ..proposal };
        reducing_orders_never_pass_zero(&long(100, 40), reducing, Check::ReduceOnly);
    }

    #[test]
    fn scope_that_reduces_takes_nothing_else() {
        for scope in KillScope::ALL {
            let mut desk = long(100, 40);
            desk.scopes.0[*scope as usize] = ScopeState::Reducing;
            reducing_orders_never_pass_zero(&desk, |proposal| proposal, Check::Reducing);
        }
    }
}

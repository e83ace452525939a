//! ExecInst(18)=E, do not increase: the order and all that is open on its side together never pass zero. The limit is what may be
//! reduced; refuses with OrdRejReason(103)=3.

use model::{Check, ExecInst, Qty, Refusal, Side};

use crate::context::Exposure;
use crate::context::{Context, Proposal};
use crate::witness::Witness;
use crate::worst_case::open_with;

pub(super) fn reduces(context: &Context<'_>, proposal: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    if !proposal.exec_inst.has(ExecInst::DO_NOT_INCREASE) || !proposal.counts {
        return witness.not_concerned(Check::ReduceOnly);
    }
    let Exposure { position, open_buys, open_sells } = context.exposure;
    let (reducible, open) = match proposal.side {
        Side::Buy => (-position, open_buys),
        Side::Sell => (position, open_sells),
    };
    let (limit, worst) = (reducible.max(Qty::ZERO), open_with(open, proposal)?);
    witness.judged(worst > limit, || {
        Refusal::against(Check::ReduceOnly, i128::from(limit.units()), i128::from(worst.units()))
    })
}

#[cfg(test)]
mod tests {
    use model::{Check, ExecInst, Qty};

    use crate::desk::{Desk, buy, replacing, sell};
    use crate::{Exposure, Proposal};

    #[test]
    fn reducing_orders_together_never_pass_zero() {
        let exposure = Exposure { position: Qty::whole(100), open_buys: Qty::ZERO, open_sells: Qty::whole(40) };
        let desk = Desk::with(|desk| desk.exposure = exposure);
        let reducing = |proposal| Proposal { exec_inst: ExecInst::DO_NOT_INCREASE, ..proposal };
        assert_eq!(desk.refuses(reducing(sell(59, 100))), None);
        assert_eq!(desk.refuses(reducing(sell(60, 100))), None);
        assert_eq!(desk.refuses(reducing(sell(61, 100))), Some(Check::ReduceOnly));
        assert_eq!(desk.refuses(reducing(buy(1, 100))), Some(Check::ReduceOnly));
        assert_eq!(desk.refuses(reducing(replacing(40, 100, sell(100, 100)))), None);
        assert_eq!(desk.refuses(reducing(replacing(40, 100, sell(101, 100)))), Some(Check::ReduceOnly));
    }
}

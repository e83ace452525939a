//! Control 8 for ExecInst(18): instructions that contradict each other or the order's type are refused, with OrdRejReason(103)=11.

use model::{Check, ExecInst, OrdType, Px, Refusal};

use crate::case::Case;
use crate::context::{Context, Proposal};
use crate::witness::Witness;

pub(super) fn fit(_: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let Proposal { exec_inst, ord_type, time_in_force, peg_offset, min_qty, .. } = **proposal;
    let trails = exec_inst.has(ExecInst::TRAILING_STOP_PEG);
    let follows =
        trails == (peg_offset > Px::ZERO) && !peg_offset.units().is_negative() && (!trails || ord_type.is_stop());
    let only_adds = !exec_inst.has(ExecInst::PARTICIPATE_DONT_INITIATE)
        || (ord_type == OrdType::Limit && !time_in_force.is_immediate() && min_qty.is_zero());
    let one_at_most = |one: ExecInst, other: ExecInst| !(exec_inst.has_any(one) && exec_inst.has_any(other));
    let halts = one_at_most(ExecInst::REINSTATE_ON_TRADING_HALT, ExecInst::CANCEL_ON_TRADING_HALT);
    let lives_on = ExecInst::REINSTATE_ON_CONNECTION_LOSS.with(ExecInst::REINSTATE_ON_SYSTEM_FAILURE);
    let ends = ExecInst::CANCEL_ON_CONNECTION_LOSS.with(ExecInst::CANCEL_ON_SYSTEM_FAILURE);
    let fits = follows && only_adds && halts && one_at_most(lives_on, ends);
    witness.judged(!fits, || Refusal::of(Check::ExecInst))
}

#[cfg(test)]
mod tests {
    use model::{Abilities, Check, ExecInst, OrdType, Px, TimeInForce};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn instructions_that_contradict_each_other_are_refused() {
        let desk = Desk::with(|desk| desk.instrument.abilities = Abilities::POST_ONLY);
        let told = |exec_inst| Proposal { exec_inst, ..buy(1, 100) };
        assert_eq!(desk.refuses(told(ExecInst::PARTICIPATE_DONT_INITIATE)), None);
        assert_eq!(desk.refuses(told(ExecInst::CANCEL_ON_TRADING_HALT)), None);
        let both = ExecInst::REINSTATE_ON_TRADING_HALT.with(ExecInst::CANCEL_ON_TRADING_HALT);
        let lives_and_ends = ExecInst::REINSTATE_ON_CONNECTION_LOSS.with(ExecInst::CANCEL_ON_SYSTEM_FAILURE);
        for contradiction in [both, lives_and_ends, ExecInst::TRAILING_STOP_PEG] {
            assert_eq!(desk.refuses(told(contradiction)), Some(Check::ExecInst), "{contradiction:?}");
            assert_eq!(desk.refuses(replacing(1, 100, told(contradiction))), Some(Check::ExecInst));
        }
        let takes =
            Proposal { time_in_force: TimeInForce::ImmediateOrCancel, ..told(ExecInst::PARTICIPATE_DONT_INITIATE) };
        assert_eq!(desk.refuses(takes), Some(Check::ExecInst), "it cannot both take at once and never take");
        let pegged = Proposal { peg_offset: Px::whole(1), ..buy(1, 100) };
        assert_eq!(desk.refuses(pegged), Some(Check::ExecInst), "nothing follows the price");
    }

    #[test]
    fn trailing_stop_needs_its_offset() {
        let trailing = Proposal {
            ord_type: OrdType::StopLimit,
            stop_px: Px::whole(100),
            exec_inst: ExecInst::TRAILING_STOP_PEG,
            peg_offset: Px::whole(1),
            ..buy(1, 100)
        };
        assert_eq!(Desk::new().refuses(trailing), None);
        assert_eq!(Desk::new().refuses(Proposal { peg_offset: Px::ZERO, ..trailing }), Some(Check::ExecInst));
    }
}

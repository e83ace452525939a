//! Control 8 for ExpireTime(126): a good-till-date order has one in the future, no other order has any. The limit is now; refuses
//! with OrdRejReason(103)=11.

use model::{Check, Refusal, TimeInForce};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn fits(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let (at, now) = (proposal.expire_time.0, context.now.0);
    let sane = match proposal.time_in_force {
        TimeInForce::GoodTillDate => at > now,
        _ => at == 0,
    };
    witness.judged(!sane, || Refusal::against(Check::ExpireTime, i128::from(now), i128::from(at)))
}

#[cfg(test)]
mod tests {
    use model::{Check, EngineTime, TimeInForce};

    use crate::Proposal;
    use crate::desk::{Desk, NOW, buy, replacing};

    #[test]
    fn only_good_till_date_has_a_date_and_it_is_to_come() {
        let desk = Desk::new();
        let till =
            |time| Proposal { time_in_force: TimeInForce::GoodTillDate, expire_time: EngineTime(time), ..buy(1, 100) };
        assert_eq!(desk.refuses(till(NOW.0 + 1)), None);
        for past in [NOW.0, NOW.0 - 1, 0] {
            assert_eq!(desk.refuses(till(past)), Some(Check::ExpireTime));
            assert_eq!(desk.refuses(replacing(1, 100, till(past))), Some(Check::ExpireTime));
        }
        assert_eq!(desk.refuses(Proposal { expire_time: NOW, ..buy(1, 100) }), Some(Check::ExpireTime));
    }
}

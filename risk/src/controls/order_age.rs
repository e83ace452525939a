//! Control 9, order age: now less TransactTime(60) against the lowest limit of the order's scopes. Where there is one, a request
//! without the time is refused. A time to come is no age: whose clock is wrong, the session judges by SendingTime(52). Refuses with
//! OrdRejReason(103)=8.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::scoped::Binding;
use crate::witness::Witness;

/// What is seen where the request says no time.
const NO_TIME: i128 = -1;
/// What no time is judged as.
const OLDER_THAN_ANY: i128 = i128::MAX;

pub(super) fn fresh(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if !context.scopes.has(LimitKind::OrderAge) {
        return witness.not_concerned(Check::OrderAge);
    }
    let is_timed = proposal.transact_time.0 > 0;
    let age = i128::from(context.now.0) - i128::from(proposal.transact_time.0);
    let asked = if is_timed { age.max(0) } else { OLDER_THAN_ANY };
    match context.scopes.lowest(witness, LimitKind::OrderAge, asked) {
        None => witness.not_concerned(Check::OrderAge),
        Some(binding) => witness.judged(binding.objects(), || {
            let observed = if is_timed { asked } else { NO_TIME };
            Binding { observed, ..binding }.refusal(Check::OrderAge)
        }),
    }
}

#[cfg(test)]
mod tests {
    use model::{Check, EngineTime, KillScope, LimitKind};

    use crate::Proposal;
    use crate::desk::{Desk, NOW, buy, replacing};

    fn of(transact_time: i64) -> Proposal {
        Proposal { transact_time: EngineTime(transact_time), ..buy(1, 100) }
    }

    fn limited() -> Desk {
        Desk::with(|desk| {
            desk.limit(KillScope::Firm, LimitKind::OrderAge, 3_000);
            desk.limit(KillScope::Session, LimitKind::OrderAge, 2_000);
        })
    }

    #[test]
    fn older_than_the_tightest_limit_is_refused() {
        let desk = limited();
        assert_eq!(desk.refuses(of(NOW.0 - 1_999)), None);
        assert_eq!(desk.refuses(of(NOW.0 - 2_000)), None);
        let refusal = desk.refusal(&of(NOW.0 - 2_001)).unwrap();
        assert_eq!((refusal.check, refusal.scope()), (Check::OrderAge, Some(KillScope::Session)));
        assert_eq!((refusal.limit, refusal.observed), (2_000, 2_001));
        assert_eq!(desk.refuses(replacing(1, 100, of(NOW.0 - 2_001))), Some(Check::OrderAge));
        assert_eq!(desk.refuses(of(NOW.0 + 1_000_000)), None, "no age");
    }

    #[test]
    fn time_must_be_there_where_its_age_is_limited() {
        assert_eq!(limited().refusal(&of(0)).map(|refusal| refusal.observed), Some(-1));
        assert_eq!(limited().refuses(of(i64::MIN)), Some(Check::OrderAge));
        assert_eq!(Desk::new().refuses(of(0)), None);
    }
}

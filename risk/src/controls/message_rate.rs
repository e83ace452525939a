//! Control 18, message rate: new orders, replaces and cancels of each scope within one second, since there is a limit of them. Cancels
//! count and are never refused: they fill the bucket and ask nobody. Refuses with OrdRejReason(103)=3.

use model::{Check, KillScope, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::rate::rate_of;
use crate::scoped::Binding;
use crate::witness::Witness;

pub(super) fn within(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let has_room = has_room(context);
    witness.judged(!has_room, || of_session(context).or(of_scopes(context)).refusal(Check::MessageRate))
}

fn has_room(context: &Context<'_>) -> bool {
    let scopes = context
        .scopes
        .all(LimitKind::MessageRate, |_, limit, usage| usage.bucket.has_room(context.now, rate_of(limit)));
    scopes && context.bucket.has_room(context.now, context.messages_per_second)
}

fn of_session(context: &Context<'_>) -> Binding {
    let limit = context.messages_per_second;
    let filled = if limit == 0 { 1 } else { context.bucket.filled(context.now, limit) };
    Binding { scope: KillScope::Session, limit: i128::from(limit), observed: i128::from(filled) }
}

/// Each bucket is as deep as the limit of its scope.
fn of_scopes(context: &Context<'_>) -> Option<Binding> {
    let bindings = context.scopes.with(LimitKind::MessageRate).map(|(scope, limit, usage)| {
        let observed = usage.bucket.filled(context.now, rate_of(limit.value));
        Binding { scope, limit: limit.value, observed: i128::from(observed) }
    });
    bindings.reduce(|wider, narrower| wider.or(Some(narrower)))
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind};

    use crate::desk::{Desk, NOW, buy, replacing};

    fn after(messages: u32) -> Desk {
        Desk::with(|desk| (0..messages).for_each(|_| desk.bucket.take(NOW, desk.messages_per_second)))
    }

    #[test]
    fn second_is_full_with_its_limit() {
        assert_eq!(after(98).refuses(buy(1, 100)), None);
        assert_eq!(after(99).refuses(buy(1, 100)), None, "the hundredth");
        assert_eq!(after(100).refuses(buy(1, 100)), Some(Check::MessageRate));
        assert_eq!(after(100).refuses(replacing(1, 100, buy(1, 100))), Some(Check::MessageRate));
        let silent = Desk::with(|desk| desk.messages_per_second = 0);
        assert_eq!(silent.refuses(buy(1, 100)), Some(Check::MessageRate));
    }

    #[test]
    fn tightest_scope_binds_and_is_named() {
        let after = |messages| {
            Desk::with(|desk| {
                desk.limit(KillScope::Instrument, LimitKind::MessageRate, 3);
                let bucket = &mut desk.usage[KillScope::Instrument as usize].bucket;
                (0..messages).for_each(|_| bucket.take(NOW, 3));
            })
        };
        assert_eq!(after(1).refuses(buy(1, 100)), None);
        assert_eq!(after(2).refuses(buy(1, 100)), None, "the third");
        assert_eq!(after(3).refusal(&buy(1, 100)).and_then(|refusal| refusal.scope()), Some(KillScope::Instrument));
    }
}

//! Control 18, message rate: new orders and replaces of the session within one second. Cancels are counted nowhere here: nothing may
//! hold them up. Refuses with OrdRejReason(103)=3.

use model::{Check, Refusal};

use crate::context::{Context, Proposal};
use crate::witness::Witness;

pub(super) fn within(context: &Context<'_>, _: &Proposal, witness: &mut impl Witness) -> Result<(), Refusal> {
    let limit = context.messages_per_second;
    let filled = context.bucket.filled(context.now, limit);
    witness.judged(limit == 0 || filled > u64::from(limit), || {
        Refusal::against(Check::MessageRate, i128::from(limit), i128::from(filled))
    })
}

#[cfg(test)]
mod tests {
    use model::Check;

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
}

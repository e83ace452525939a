//! How fast a session sends. Cancels are counted nowhere here: nothing may hold them up.

use model::{Check, Refusal};

use super::refuse_if;
use crate::context::{Context, Proposal};

pub(super) fn message_rate(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    let limit = context.messages_per_second;
    let filled = context.bucket.filled(context.now, limit);
    let refusal = || Refusal::against(Check::MessageRate, i128::from(limit), i128::from(filled));
    refuse_if(limit == 0 || filled > u64::from(limit), refusal)
}

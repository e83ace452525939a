//! What people say became of orders in doubt. One proposes, another one approves: nobody settles an order alone, and no
//! time-out does.

use model::{OrderId, ResolveOrder};

/// Proposals that wait; the oldest gives way.
const PROPOSALS_MAX: usize = 256;

/// One proposal for each order.
#[derive(Clone, Debug)]
pub(crate) struct Proposals(Vec<ResolveOrder>);

impl Proposals {
    pub(crate) fn new() -> Proposals {
        Proposals(Vec::with_capacity(PROPOSALS_MAX))
    }

    /// Is this what another person has proposed?
    pub(crate) fn is_approved_by(&self, word: &ResolveOrder) -> bool {
        self.0.iter().any(|proposal| {
            proposal.order_id == word.order_id
                && !proposal.actor.is_same_name(&word.actor)
                && (proposal.kind, proposal.last_qty, proposal.last_px) == (word.kind, word.last_qty, word.last_px)
        })
    }

    /// It waits for another person now, instead of what was proposed for the order before.
    pub(crate) fn put(&mut self, word: ResolveOrder) {
        self.remove(word.order_id);
        if self.0.len() == PROPOSALS_MAX {
            self.0.remove(0);
        }
        self.0.push(word);
    }

    pub(crate) fn remove(&mut self, order_id: OrderId) {
        self.0.retain(|proposal| proposal.order_id != order_id);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ResolveOrder> {
        self.0.iter()
    }
}

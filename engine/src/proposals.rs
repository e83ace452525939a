//! Looser limits that wait for another person.

use model::{ChangeLimit, EngineTime, KillScope, LimitKind, Seq};

/// Proposals that wait at once; one more is refused.
pub const LIMIT_PROPOSALS_MAX: usize = 256;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LimitProposal {
    /// The frame that proposed it.
    pub at: Seq,
    /// When it ends by itself.
    pub expires: EngineTime,
    /// The index of the scope, among its kind.
    pub index: u32,
    /// What was asked for.
    pub change: ChangeLimit,
}

/// All of them, the oldest first: at most one for each limit.
#[derive(Clone, Debug)]
pub(crate) struct LimitProposals(Vec<LimitProposal>);

impl LimitProposals {
    pub(crate) fn new() -> LimitProposals {
        LimitProposals(Vec::with_capacity(LIMIT_PROPOSALS_MAX))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &LimitProposal> {
        self.0.iter()
    }

    pub(crate) fn find(&self, at: Seq) -> Option<&LimitProposal> {
        self.0.iter().find(|proposal| proposal.at == at)
    }

    /// What waits for the same limit.
    pub(crate) fn of(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<&LimitProposal> {
        self.0
            .iter()
            .find(|proposal| (proposal.change.scope, proposal.index, proposal.change.kind) == (scope, index, kind))
    }

    /// One whose time is over.
    pub(crate) fn expired(&self, now: EngineTime) -> Option<&LimitProposal> {
        self.0.iter().find(|proposal| now >= proposal.expires)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < LIMIT_PROPOSALS_MAX
    }

    pub(crate) fn put(&mut self, proposal: LimitProposal) {
        self.0.push(proposal);
    }

    pub(crate) fn remove(&mut self, at: Seq) {
        self.0.retain(|proposal| proposal.at != at);
    }
}

//! Looser limits that wait for another person.

use model::{ChangeLimit, EngineTime, KillScope, LimitKind, OF_DEFINITION, Seq, Text};

/// Proposals that wait at once; one more is refused.
pub const LIMIT_PROPOSALS_MAX: usize = 256;

/// Who proposes what a definition would loosen, until it is said who had the configuration read.
pub(crate) fn configuration() -> Text<24> {
    Text::clipped(b"configuration")
}

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

impl LimitProposal {
    /// Was it read of the configuration, and nobody's name is on it?
    pub(crate) fn is_nameless(&self) -> bool {
        self.change.is_configured != 0 && self.change.actor == configuration()
    }
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

    /// What one frame proposed: one limit, or those of one definition.
    pub(crate) fn of_frame(&self, at: Seq) -> impl Iterator<Item = &LimitProposal> {
        self.0.iter().filter(move |proposal| proposal.at == at)
    }

    /// What waits for the same limit of a scope.
    pub(crate) fn of(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<&LimitProposal> {
        self.like(scope, index, kind).find(|proposal| proposal.change.is_configured != OF_DEFINITION)
    }

    /// What waits for the same limit of a definition.
    pub(crate) fn of_definition(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<&LimitProposal> {
        self.like(scope, index, kind).find(|proposal| proposal.change.is_configured == OF_DEFINITION)
    }

    fn like(&self, scope: KillScope, index: u32, kind: LimitKind) -> impl Iterator<Item = &LimitProposal> {
        let is = move |own: &&LimitProposal| (own.change.scope, own.index, own.change.kind) == (scope, index, kind);
        self.0.iter().filter(is)
    }

    /// What was read of the configuration, and nobody's name is on it yet.
    pub(crate) fn nameless(&mut self) -> impl Iterator<Item = &mut LimitProposal> {
        self.0.iter_mut().filter(|proposal| {
            proposal.change.is_configured == OF_DEFINITION && proposal.change.actor == configuration()
        })
    }

    /// Is there any such?
    pub(crate) fn has_nameless(&self) -> bool {
        self.0.iter().any(|own| own.change.is_configured == OF_DEFINITION && own.change.actor == configuration())
    }

    /// One whose time is over.
    pub(crate) fn expired(&self, now: EngineTime) -> Option<&LimitProposal> {
        self.0.iter().find(|proposal| now >= proposal.expires)
    }

    /// Who approved it takes it on as a proposal of their own.
    pub(crate) fn adopt(&mut self, at: Seq, kind: LimitKind, actor: Text<24>, reason: Text<64>) {
        for proposal in self.0.iter_mut().filter(|own| (own.at, own.change.kind) == (at, kind)) {
            (proposal.change.actor, proposal.change.reason) = (actor, reason);
        }
    }

    /// For so many more?
    pub(crate) fn has_room(&self, more: usize) -> bool {
        self.0.len() + more <= LIMIT_PROPOSALS_MAX
    }

    pub(crate) fn put(&mut self, proposal: LimitProposal) {
        self.0.push(proposal);
    }

    /// One definition may propose several limits in one frame.
    pub(crate) fn remove(&mut self, at: Seq, kind: LimitKind) {
        self.0.retain(|proposal| (proposal.at, proposal.change.kind) != (at, kind));
    }
}

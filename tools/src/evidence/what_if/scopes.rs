//! Limits of scopes to try: in the place of the recorded ones from the moment on at which their scope is known.

use engine::State;
use gateway::limit_words::shown;
use model::{ChangeLimit, Command, EngineTime, KillScope, LimitChanged, LimitKind, LimitOutcome, Seq, Text};

use super::limits::Change;

/// A limit of a scope to try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScopeLimit {
    /// What kind of scope.
    pub scope: KillScope,
    /// Its name; empty for the firm.
    pub name: Text<24>,
    /// Which limit.
    pub kind: LimitKind,
    /// In the kind's unit.
    pub value: i128,
}

impl ScopeLimit {
    /// A recorded change of the same limit says the tried one.
    pub(super) fn instead_of(&self, recorded: &ChangeLimit) -> Option<Command> {
        let is_this = (self.scope, self.name, self.kind) == (recorded.scope, recorded.name, recorded.kind);
        is_this.then_some(Command::ChangeLimit(ChangeLimit { value: self.value, is_set: 1, ..*recorded }))
    }

    /// Puts it into a state that knows the scope and has another limit.
    pub(super) fn put_into(&self, state: &mut State) {
        let Some(index) = state.scope_index(self.scope, &self.name) else { return };
        let before = state.limits(self.scope, index).get(self.kind);
        if before.is_some_and(|before| before.value == self.value) {
            return;
        }
        let change = ChangeLimit::of(self.scope, self.name, self.kind, Some(self.value));
        let set = LimitChanged {
            before: before.map_or(0, |before| before.value),
            change: ChangeLimit { actor: Text::literal("what-if"), reason: Text::literal("tried"), ..change },
            proposal: Seq(0),
            expires: EngineTime(0),
            index,
            outcome: LimitOutcome::Set,
            was_set: u8::from(before.is_some()),
            reserved: [0; 2],
            settled_by: Text::EMPTY,
            settled_because: Text::EMPTY,
        };
        state.evolve(&set.into());
    }

    /// Beside the recorded one, where that is another.
    pub(super) fn change(&self, recorded: &State) -> Option<Change> {
        let index = recorded.scope_index(self.scope, &self.name)?;
        let before = recorded.limits(self.scope, index).get(self.kind);
        let is_same = before.is_some_and(|before| before.value == self.value);
        (!is_same).then(|| Change {
            name: format!("{} {}", self.scope.word(), self.name).trim_end().to_owned(),
            limit: self.kind.word(),
            recorded: before.map_or_else(|| "none".to_owned(), |before| shown(self.kind, before.value)),
            tried: shown(self.kind, self.value),
        })
    }
}

/// Does the command make a scope known?
pub(super) fn defines(command: &Command) -> bool {
    matches!(
        command,
        Command::DefineAccount(_)
            | Command::DefineInstrument(_)
            | Command::DefineSession(_)
            | Command::DefineAttribution(_)
            | Command::DefineFirm(_)
    )
}

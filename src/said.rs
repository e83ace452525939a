//! What the configuration's file said last of each limit. The journal knows: a limit that people have changed since then stands
//! until the file says something new.

use std::collections::BTreeMap;

use model::{ChangeLimit, Command, Event, KillScope, LimitKind, LimitOutcome, Text};

use crate::config::ScopeLimit;

/// The limits by whose and which, as the file had them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Said(BTreeMap<(KillScope, Text<24>, LimitKind), i128>);

impl Said {
    /// By a file that was read.
    pub(crate) fn by(limits: &[ScopeLimit]) -> Said {
        Said(limits.iter().map(|limit| ((limit.scope, limit.name, limit.kind), limit.value)).collect())
    }

    /// Takes in an event of the journal. A word that the engine could not heed is said again; one that waits for a person, or that
    /// people declined, is not.
    pub(crate) fn follow(&mut self, event: &Event) {
        let Event::LimitChanged(e) = event else { return };
        let heard = matches!(e.outcome, LimitOutcome::Set | LimitOutcome::Proposed | LimitOutcome::Unchanged);
        if !heard || e.change.is_configured != 1 {
            return;
        }
        let key = (e.change.scope, e.change.name, e.change.kind);
        if e.change.is_set == 1 {
            self.0.insert(key, e.change.value);
        } else {
            self.0.remove(&key);
        }
    }

    /// What the engine is told where the file says something else now; `actor` and `reason` are whose word it is.
    pub(crate) fn changes(&self, now: &Said, actor: Text<24>, reason: Text<64>) -> Vec<Command> {
        let gone = self.0.keys().filter(|key| !now.0.contains_key(key)).map(|key| (key, None));
        let new = now.0.iter().filter(|(key, value)| self.0.get(key) != Some(value));
        let new = new.map(|(key, value)| (key, Some(*value)));
        let commands = gone.chain(new).map(|((scope, name, kind), value)| {
            let change = ChangeLimit::of(*scope, *name, *kind, value);
            Command::ChangeLimit(ChangeLimit { is_configured: 1, actor, reason, ..change })
        });
        commands.collect()
    }
}

#[cfg(test)]
mod tests {
    use model::{EngineTime, LimitChanged, Seq};

    use super::*;

    fn limit(kind: LimitKind, value: i128) -> ScopeLimit {
        ScopeLimit { scope: KillScope::Account, name: Text::literal("ALPHA"), kind, value }
    }

    fn heard(said: &mut Said, command: &Command, outcome: LimitOutcome) {
        let Command::ChangeLimit(change) = *command else { panic!("a change of a limit") };
        let event = LimitChanged {
            before: 0,
            change,
            proposal: Seq(0),
            expires: EngineTime(0),
            index: 0,
            outcome,
            was_set: 0,
            reserved: [0; 2],
            settled_by: Text::EMPTY,
            settled_because: Text::EMPTY,
        };
        said.follow(&event.into());
    }

    #[test]
    fn only_what_the_file_says_anew_is_said() {
        let mut said = Said::default();
        let told = |said: &Said, limits: &[ScopeLimit]| {
            said.changes(&Said::by(limits), Text::literal("configuration"), Text::literal("test"))
        };
        let first = [limit(LimitKind::OrderQty, 5), limit(LimitKind::OpenOrders, 7)];
        let commands = told(&said, &first);
        assert_eq!(commands.len(), 2);
        commands.iter().for_each(|command| heard(&mut said, command, LimitOutcome::Set));
        assert_eq!(said, Said::by(&first));
        assert!(told(&said, &first).is_empty());
        // Another value, and one that is gone.
        let commands = told(&said, &[limit(LimitKind::OrderQty, 6)]);
        assert_eq!(commands.len(), 2);
        heard(&mut said, &commands[0], LimitOutcome::Mandatory);
        heard(&mut said, &commands[1], LimitOutcome::Proposed);
        heard(&mut said, &commands[1], LimitOutcome::Declined);
        assert_eq!(said, Said::by(&[limit(LimitKind::OrderQty, 6), limit(LimitKind::OpenOrders, 7)]));
    }

    #[test]
    fn what_people_say_is_not_what_the_file_said() {
        let mut said = Said::by(&[limit(LimitKind::OrderQty, 5)]);
        let by_ann = ChangeLimit::of(KillScope::Account, Text::literal("ALPHA"), LimitKind::OrderQty, Some(9));
        heard(&mut said, &Command::ChangeLimit(by_ann), LimitOutcome::Set);
        assert_eq!(said, Said::by(&[limit(LimitKind::OrderQty, 5)]));
    }
}

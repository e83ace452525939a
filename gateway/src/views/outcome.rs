//! What the engine made of an act, as the events of its frame say.

use model::{ArmOutcome, Command, Event, LimitOutcome, OverrideOutcome, Resolution, ScopeOutcome};

/// See the module. The later one says more: an act that did one of two things did something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// Nothing changed, and why; empty where the engine did not say.
    Nothing(&'static str),
    /// What another person asked for will not be.
    Declined,
    /// It waits for another person.
    Waits,
    /// It is so.
    Done,
}

impl Outcome {
    /// Before its events are seen. Of sequence numbers and reloads the frame itself is the record; the engine has nothing to say.
    pub(super) fn of(command: &Command) -> Outcome {
        match command {
            Command::SetSequenceNumbers(_) | Command::Reload(_) => Outcome::Done,
            _ => Outcome::Nothing(""),
        }
    }

    /// After one more of them.
    pub(super) fn after(self, event: &Event) -> Outcome {
        said(event).map_or(self, |said| said.max(self))
    }

    /// Did it change anything, or is it on its way there?
    pub const fn is_effective(self) -> bool {
        !matches!(self, Outcome::Nothing(_))
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Waits => "it waits for another person",
            Outcome::Declined => "declined",
            Outcome::Nothing("") => "nothing changed",
            Outcome::Nothing(why) => why,
        }
    }
}

/// `None` of what is no answer: a proposal that a newer one took the place of.
fn said(event: &Event) -> Option<Outcome> {
    Some(match event {
        Event::LimitChanged(e) => return of_limit(e.outcome),
        Event::RestrictionChanged(e) => return of_limit(e.outcome),
        Event::OverrideChanged(e) => of_override(e.outcome),
        Event::ScopeStateSet(e) if e.outcome != ScopeOutcome::Set => Outcome::Nothing(e.outcome.words()),
        Event::Armed(e) if e.outcome != ArmOutcome::Armed => Outcome::Nothing(e.outcome.words()),
        Event::ResolutionGiven(e) => match e.outcome {
            Resolution::Proposed => Outcome::Waits,
            Resolution::Approved => Outcome::Done,
            Resolution::NotInDoubt | Resolution::NotApplicable | Resolution::UnknownOrder => {
                Outcome::Nothing(e.outcome.words())
            }
        },
        // Whatever risk said of an order by telephone, in the words that the refusal's report has.
        Event::OrderRefused(e) => Outcome::Nothing(e.refusal.check.code()),
        _ => Outcome::Done,
    })
}

fn of_limit(outcome: LimitOutcome) -> Option<Outcome> {
    match outcome {
        LimitOutcome::Superseded => None,
        LimitOutcome::Set => Some(Outcome::Done),
        LimitOutcome::Proposed | LimitOutcome::Adopted => Some(Outcome::Waits),
        LimitOutcome::Declined => Some(Outcome::Declined),
        LimitOutcome::Unchanged
        | LimitOutcome::UnknownScope
        | LimitOutcome::NotForScope
        | LimitOutcome::OutOfRange
        | LimitOutcome::NoActor
        | LimitOutcome::NoReason
        | LimitOutcome::NoRoom
        | LimitOutcome::Mandatory
        | LimitOutcome::Expired
        | LimitOutcome::SamePerson
        | LimitOutcome::UnknownProposal => Some(Outcome::Nothing(outcome.words())),
    }
}

fn of_override(outcome: OverrideOutcome) -> Outcome {
    match outcome {
        OverrideOutcome::Approved | OverrideOutcome::Used => Outcome::Done,
        OverrideOutcome::Proposed => Outcome::Waits,
        OverrideOutcome::Declined => Outcome::Declined,
        OverrideOutcome::Expired
        | OverrideOutcome::SamePerson
        | OverrideOutcome::NoActor
        | OverrideOutcome::NoReason
        | OverrideOutcome::NoRoom
        | OverrideOutcome::UnknownName
        | OverrideOutcome::OutOfRange
        | OverrideOutcome::Unchanged => Outcome::Nothing(outcome.words()),
    }
}

//! Bytes that may not leave before the disk has what they tell: a refusal for a full queue, the answer to a reset.
//!
//! Positions count the bytes of one connection from its first. A hold keeps back what begins at its position; what is
//! before it leaves at once. At most one hold is on its way to the disk; those that come meanwhile are gathered in a second
//! one, which has its turn when the first is durable. So however many refusals an overload brings, every byte waits for at
//! most two turns, and never for what was refused after it.
//!
//! A hold also waits until the journal shows every command that the session had on its way at that time: the number stored
//! as due is that of the first command that the journal has not shown, so a refusal behind it is stored only then.

/// The holds of one connection.
#[derive(Debug, Default)]
pub(super) struct Holds {
    first: Option<Hold>,
    next: Option<Hold>,
}

#[derive(Clone, Copy, Debug)]
struct Hold {
    /// Bytes before it may leave.
    from: u64,
    /// Commands of the session that the journal must have shown.
    journaled: u64,
    /// The flush that makes it durable, once it is asked for.
    request: Option<u64>,
}

impl Holds {
    /// Keeps back what begins at `from`, until `journaled` commands are shown and what is known then is durable.
    pub(super) fn hold(&mut self, from: u64, journaled: u64) {
        match (&mut self.first, &mut self.next) {
            (first @ None, _) => *first = Some(Hold { from, journaled, request: None }),
            (Some(_), Some(next)) => next.journaled = next.journaled.max(journaled),
            (Some(_), next @ None) => *next = Some(Hold { from, journaled, request: None }),
        }
    }

    /// Is it time to ask for a flush?
    pub(super) fn is_due(&self, journaled: u64) -> bool {
        self.first.is_some_and(|hold| hold.request.is_none() && hold.journaled <= journaled)
    }

    /// The flush with this number is asked for.
    pub(super) fn requested(&mut self, request: u64) {
        if let Some(first) = &mut self.first {
            first.request.get_or_insert(request);
        }
    }

    /// Lets go what is durable.
    pub(super) fn let_go(&mut self, is_durable: impl Fn(u64) -> bool) {
        if self.first.is_some_and(|hold| hold.request.is_some_and(is_durable)) {
            self.first = self.next.take();
        }
    }

    /// Bytes before this position may leave; without one, all may.
    pub(super) fn limit(&self) -> Option<u64> {
        self.first.map(|hold| hold.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_holds_never_keep_earlier_bytes() {
        let mut holds = Holds::default();
        assert_eq!(holds.limit(), None);
        holds.hold(100, 5);
        assert!(!holds.is_due(4));
        assert!(holds.is_due(5));
        holds.requested(1);
        assert!(!holds.is_due(5), "one flush is on its way");
        holds.hold(200, 7);
        holds.hold(300, 9);
        assert_eq!(holds.limit(), Some(100));
        holds.let_go(|request| request < 1);
        assert_eq!(holds.limit(), Some(100));
        holds.let_go(|request| request <= 1);
        assert_eq!(holds.limit(), Some(200));
        assert!(!holds.is_due(8), "the last of those gathered counts");
        holds.let_go(|_| true);
        assert_eq!(holds.limit(), Some(200), "nothing was asked for yet");
        assert!(holds.is_due(9));
        holds.requested(2);
        holds.let_go(|request| request <= 2);
        assert_eq!(holds.limit(), None);
    }
}

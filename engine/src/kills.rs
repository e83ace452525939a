//! Scopes that are killed: who did it, and the way of each to no live order.
//!
//! A killed scope is gone through in passes, from the last working order to the first: what Millrace holds ends, of what a venue
//! has a cancel is asked for. A pass begins with the kill, when an order of the scope comes to life, when a venue can be reached
//! again, and on ticks while anything lives. What was not answered is asked for again, no sooner than [`ASK_AGAIN_NS`]; nobody
//! gives up, and nothing is guessed: an order in doubt is counted as one until its venue or two people have said.

use model::{EngineTime, KillProgressed, KillScope, OrdStatus, Seq, Text, VenueId};

use crate::order::{NONE, Order};
use crate::orders::Working;
use crate::scopes::Keys;

/// Killed scopes at a time, beside the firm, for which there is always room.
pub const KILLS_MAX: usize = 64;
/// An order whose cancel was refused or not answered is asked for again after this, in nanoseconds.
pub const ASK_AGAIN_NS: i64 = 2_000_000_000;
/// So many passes follow each other at that distance; later ones are [`SLOW_PASS_NS`] apart, so that an order that is stuck for
/// days does not fill the journal.
pub const QUICK_PASSES: u32 = 15;
/// Between passes after that, in nanoseconds.
pub const SLOW_PASS_NS: i64 = 30_000_000_000;
/// An order that was asked for this often and still lives is overdue: somebody is told.
pub const OVERDUE_ASKS: u8 = 3;
/// Orders that end between two words on how far it is.
pub const PROGRESS_EVERY: u32 = 1_000;

/// A killed scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kill {
    /// The frame that killed it.
    pub at: Seq,
    /// Its time.
    pub since: EngineTime,
    /// What was killed.
    pub scope: KillScope,
    /// Its index among its kind.
    pub index: u32,
    /// Who killed it.
    pub by: Text<24>,
    /// Live orders.
    pub live: u32,
    /// Live orders when it was killed.
    pub live_at_start: u32,
    /// Orders that came to life since then.
    pub came: u32,
    /// Orders that were canceled since then.
    pub canceled: u32,
    /// Orders that were filled since then.
    pub filled: u32,
    /// Orders that ended otherwise since then.
    pub ended: u32,
    /// Orders whose venue was asked for the first time.
    pub asked: u32,
    /// Times that a venue was asked again.
    pub retries: u32,
    /// What the last whole pass saw.
    pub seen: Seen,
    /// How many working orders the pass has still to look at.
    pub(crate) cursor: Option<u32>,
    /// What it has seen so far.
    pub(crate) seeing: Seen,
    /// Something came to life behind its back.
    pub(crate) again: bool,
    /// Somebody is to be told how far it is.
    pub(crate) tell: bool,
    pub(crate) passes: u32,
    pub(crate) next_pass: EngineTime,
}

/// Live orders of the scope that a pass could do nothing about, or has done enough.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Seen {
    /// In doubt.
    pub in_doubt: u32,
    /// Others at venues that cannot be reached.
    pub unreachable: u32,
    /// Asked for more often than is usual.
    pub overdue: u32,
}

impl Seen {
    /// What is over is in no doubt.
    fn at_most(self, live: u32) -> Seen {
        Seen {
            in_doubt: self.in_doubt.min(live),
            unreachable: self.unreachable.min(live),
            overdue: self.overdue.min(live),
        }
    }
}

impl Kill {
    pub(crate) fn covers(&self, keys: &Keys) -> bool {
        keys[self.scope as usize] == self.index
    }

    /// As far as can be said without looking at the order.
    pub(crate) fn may_cover(&self, working: &Working) -> bool {
        match self.scope {
            KillScope::Session => working.session.0 == self.index,
            KillScope::Account => working.account.0 == self.index,
            KillScope::Instrument => working.instrument.0 == self.index,
            KillScope::Firm | KillScope::Venue | KillScope::Trader | KillScope::Strategy => true,
        }
    }

    /// How often the order was asked for, for this kill.
    pub(crate) fn asks_for(&self, order: &Order) -> u8 {
        if order.asked_at < self.since { 0 } else { order.kill_asks }
    }

    /// How far it is.
    pub(crate) fn progress(&self, now: EngineTime) -> KillProgressed {
        KillProgressed {
            kill: self.at,
            elapsed_ns: now.0.saturating_sub(self.since.0),
            live: self.live,
            live_at_start: self.live_at_start,
            came: self.came,
            canceled: self.canceled,
            filled: self.filled,
            ended: self.ended,
            asked: self.asked,
            retries: self.retries,
            in_doubt: self.seen.in_doubt,
            unreachable: self.seen.unreachable,
            overdue: self.seen.overdue,
            cursor: 0,
            index: self.index,
            scope: self.scope,
            is_done: 1,
            reserved: [0; 2],
        }
    }

    /// Goes through the scope, now, or once more if it is being gone through.
    pub(crate) fn begin_pass(&mut self, working: u32) {
        if self.cursor.is_some() {
            self.again = true;
        } else {
            self.cursor = Some(working);
            self.seeing = Seen::default();
        }
    }

    fn counts(&mut self, status: OrdStatus) {
        self.live -= 1;
        let ended = self.canceled + self.filled + self.ended + 1;
        *match status {
            OrdStatus::Canceled => &mut self.canceled,
            OrdStatus::Filled => &mut self.filled,
            _ => &mut self.ended,
        } += 1;
        self.seen = self.seen.at_most(self.live);
        self.tell |= self.live == 0 || ended.is_multiple_of(PROGRESS_EVERY);
    }
}

/// All of them, in order.
#[derive(Clone, Debug)]
pub(crate) struct Kills(Vec<Kill>);

impl Kills {
    pub(crate) fn new() -> Kills {
        Kills(Vec::with_capacity(KILLS_MAX + 1))
    }

    pub(crate) fn has_room(&self, scope: KillScope) -> bool {
        scope == KillScope::Firm || self.0.iter().filter(|kill| kill.scope != KillScope::Firm).count() < KILLS_MAX
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Kill> {
        self.0.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Kill> {
        self.0.iter_mut()
    }

    pub(crate) fn find(&self, scope: KillScope, index: u32) -> Option<&Kill> {
        self.0.iter().find(|kill| (kill.scope, kill.index) == (scope, index))
    }

    /// The first that is to be worked on.
    pub(crate) fn due(&self) -> Option<&Kill> {
        self.0.iter().find(|kill| kill.cursor.is_some() || kill.tell)
    }

    /// A scope is killed.
    pub(crate) fn begin(&mut self, kill: Kill) {
        self.0.push(kill);
    }

    /// It is released.
    pub(crate) fn end(&mut self, scope: KillScope, index: u32) {
        self.0.retain(|kill| (kill.scope, kill.index) != (scope, index));
    }

    /// An order lives from now on, or has ended with this status.
    pub(crate) fn count(&mut self, keys: &Keys, status: OrdStatus, lives: bool, working: u32) {
        for kill in self.0.iter_mut().filter(|kill| kill.covers(keys)) {
            if lives {
                kill.live += 1;
                kill.came += 1;
                kill.begin_pass(working);
            } else {
                kill.counts(status);
            }
        }
    }
}

impl Order {
    /// The scopes that it is in.
    pub(crate) fn keys(&self) -> Keys {
        let view = &self.view;
        keys(self.venue, view.session, view.account, [self.trader, self.strategy], view.instrument)
    }
}

pub(crate) fn keys(
    venue: VenueId,
    session: model::SessionId,
    account: model::AccountId,
    [trader, strategy]: [u32; 2],
    instrument: model::InstrumentId,
) -> Keys {
    [0, venue.0, session.0, account.0, trader, strategy, instrument.0]
}

/// Nobody's session has neither trader nor strategy.
pub(crate) const UNATTRIBUTED: [u32; 2] = [NONE; 2];

/// Do the two names mean one person? Case and spaces around do not make another one.
pub(crate) fn is_same_person(one: &Text<24>, other: &Text<24>) -> bool {
    one.as_bytes().trim_ascii().eq_ignore_ascii_case(other.as_bytes().trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_case_make_no_other_person() {
        let is = |one: &str, other: &str| is_same_person(&Text::literal(one), &Text::literal(other));
        assert!(is("ann", " ANN "));
        assert!(!is("ann", "anna"));
    }
}

//! Which application message of a session has which number, and which event of the journal it tells of.
//!
//! Kept run-length (see [`Run`]): a new run begins after every number that no event has (a session message, a hole), and
//! often enough that no resend has to read far to find its first message.

use std::collections::VecDeque;

use model::{Seq, SessionId};

use super::store::{Run, SessionStore, StoreFailure};

/// Messages of one run.
const RUN_MESSAGES_MAX: u64 = 1_000;
/// Frames that one run may span, so that the resend of a quiet session does not read the traffic of all others.
const RUN_FRAMES_MAX: u64 = 65_536;
/// Runs that are kept in memory when they are stored already.
const RECENT_RUNS_MAX: usize = 128;

/// The runs of one session.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// The latest runs, in order; the last `unsaved` are not handed to the store yet.
    recent: VecDeque<Run>,
    unsaved: usize,
    /// Does the store still have runs from before the numbers began again?
    store_is_void: bool,
    /// Number that would go on with the last run.
    next: u64,
    /// Each message has a run of its own.
    apart: bool,
}

impl Numbering {
    /// Notes that the message with this number tells of the event at this place.
    pub(super) fn note(&mut self, number: u64, seq: Seq, index: u8, poss_resend: bool) {
        let goes_on = !self.apart
            && number == self.next
            && self.recent.back().is_some_and(|run| {
                run.poss_resend == poss_resend
                    && !run.unsent
                    && number - run.first < RUN_MESSAGES_MAX
                    && seq.0 - run.seq.0 < RUN_FRAMES_MAX
            });
        if !goes_on {
            self.begin(Run { first: number, seq, index, poss_resend, unsent: false });
        }
        self.next = number + 1;
    }

    /// Notes that the event at this place was not sent. `next_out` is the number that the next message will have.
    pub(super) fn skip(&mut self, next_out: u64, seq: Seq, index: u8) {
        if self.recent.back().is_none_or(|run| !run.unsent) {
            self.begin(Run { first: next_out, seq, index, poss_resend: false, unsent: true });
        }
    }

    fn begin(&mut self, run: Run) {
        // Where no message has come since, the later run has the number.
        if self.unsaved > 0 && self.recent.back().is_some_and(|last| last.first == run.first) {
            self.recent.pop_back();
            self.unsaved -= 1;
        }
        self.recent.push_back(run);
        self.unsaved += 1;
    }

    /// All is void: the numbers begin again.
    pub(super) fn reset(&mut self) {
        *self = Numbering { store_is_void: true, apart: self.apart, ..Numbering::default() };
    }

    /// Notes each message apart from now on, or not. Between two runs of one message each no other event of the journal has a
    /// number, whoever the session would hear of now.
    pub(super) fn note_apart(&mut self, apart: bool) {
        if self.apart != apart {
            (self.apart, self.next) = (apart, 0);
        }
    }

    /// Is each message noted apart?
    pub(super) fn is_apart(&self) -> bool {
        self.apart
    }

    /// Runs that are not handed to the store yet.
    pub(super) fn unsaved(&self) -> impl Iterator<Item = Run> + '_ {
        self.recent.range(self.recent.len() - self.unsaved..).copied()
    }

    /// All runs are on their way to the store.
    pub(super) fn handed_over(&mut self) {
        self.unsaved = 0;
    }

    /// All that was handed over can be read from the store.
    pub(super) fn all_stored(&mut self) {
        self.store_is_void = self.store_is_void && self.unsaved == self.recent.len();
        let surplus = (self.recent.len() - self.unsaved).saturating_sub(RECENT_RUNS_MAX);
        self.recent.drain(..surplus);
    }

    /// The run to begin at for the message with this number: the one that has it, or the first after it.
    pub(super) fn run_at(
        &self,
        store: &dyn SessionStore,
        session: SessionId,
        number: u64,
    ) -> Result<Option<Run>, StoreFailure> {
        let position = self.recent.partition_point(|run| run.first <= number);
        if position > 0 {
            return Ok(self.recent.get(position - 1).copied());
        }
        let stored = if self.store_is_void { None } else { store.run_at(session, number)? };
        match stored {
            Some(run) => Ok(Some(run)),
            None => self.run_after(store, session, number),
        }
    }

    /// The run that begins next after this number.
    pub(super) fn run_after(
        &self,
        store: &dyn SessionStore,
        session: SessionId,
        number: u64,
    ) -> Result<Option<Run>, StoreFailure> {
        let position = self.recent.partition_point(|run| run.first <= number);
        if position > 0 {
            return Ok(self.recent.get(position).copied());
        }
        // What is stored comes before what is only in memory.
        let stored = if self.store_is_void { None } else { store.run_after(session, number)? };
        Ok(stored.or(self.recent.front().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::{Changes, SledStore};
    use super::*;

    #[test]
    fn run_goes_on_until_a_number_is_skipped_or_the_kind_changes() {
        let mut numbering = Numbering::default();
        numbering.note(2, Seq(10), 0, false);
        numbering.note(3, Seq(10), 1, false);
        numbering.note(5, Seq(11), 0, false);
        numbering.note(6, Seq(12), 0, true);
        let firsts: Vec<u64> = numbering.unsaved().map(|run| run.first).collect();
        assert_eq!(firsts, [2, 5, 6]);
        numbering.handed_over();
        assert_eq!(numbering.unsaved().count(), 0);
    }

    #[test]
    fn what_was_not_sent_has_a_run_of_its_own() {
        let mut numbering = Numbering::default();
        numbering.note(2, Seq(10), 0, false);
        numbering.skip(3, Seq(11), 0);
        numbering.skip(3, Seq(12), 0);
        numbering.note(5, Seq(13), 0, false);
        numbering.skip(6, Seq(14), 0);
        numbering.note(6, Seq(15), 0, false);
        let runs: Vec<_> = numbering.unsaved().map(|run| (run.first, run.seq.0, run.unsent)).collect();
        assert_eq!(runs, [(2, 10, false), (3, 11, true), (5, 13, false), (6, 15, false)]);
    }

    #[test]
    fn what_the_store_still_has_from_before_a_reset_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        let session = SessionId(1);
        let old = Run { first: 2, seq: Seq(3), index: 0, poss_resend: false, unsent: false };
        store.apply(&Changes { runs: vec![(session, old)], ..Changes::default() }).unwrap();
        let mut numbering = Numbering::default();
        assert_eq!(numbering.run_at(&store, session, 5).unwrap(), Some(old));
        numbering.reset();
        numbering.all_stored();
        assert_eq!(numbering.run_at(&store, session, 5).unwrap(), None, "the reset is not handed over yet");
        numbering.note(4, Seq(9), 0, false);
        numbering.all_stored();
        assert_eq!(numbering.run_at(&store, session, 3).unwrap().unwrap().seq, Seq(9));
        numbering.handed_over();
        store.apply(&Changes { reset: vec![session], ..Changes::default() }).unwrap();
        numbering.all_stored();
        assert!(!numbering.store_is_void);
    }

    #[test]
    fn long_run_is_cut_so_that_a_resend_starts_near() {
        let mut numbering = Numbering::default();
        for number in 1..=2 * RUN_MESSAGES_MAX {
            numbering.note(number, Seq(number), 0, false);
        }
        assert_eq!(numbering.unsaved().count(), 2);
        numbering.note(2 * RUN_MESSAGES_MAX + 1, Seq(1 << 40), 0, false);
        assert_eq!(numbering.unsaved().count(), 3);
    }
}

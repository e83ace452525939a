//! The restricted list. Few entries of few instruments: kept in order of instruments, so that an order sees those of its own.

use model::{EngineTime, InstrumentId, RestrictInstrument, Seq};
use risk::Restriction;

/// Restrictions that are there at once, over ones not counted; one more is refused.
pub const RESTRICTIONS_MAX: usize = 4_096;

/// Who wants a restriction taken away, and waits for another person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Removal {
    /// The frame that proposed it.
    pub at: Seq,
    /// When it ends by itself.
    pub expires: EngineTime,
    /// What was asked for.
    pub change: RestrictInstrument,
}

/// One restriction, beside what orders are held against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The frame that set it.
    pub at: Seq,
    /// What was asked for.
    pub change: RestrictInstrument,
    /// Who wants it taken away.
    pub removal: Option<Removal>,
}

/// All of them.
#[derive(Clone, Debug)]
pub(crate) struct Restrictions {
    held_against: Vec<Restriction>,
    listed: Vec<Listed>,
}

impl Restrictions {
    pub(crate) fn new() -> Restrictions {
        Restrictions {
            held_against: Vec::with_capacity(RESTRICTIONS_MAX),
            listed: Vec::with_capacity(RESTRICTIONS_MAX),
        }
    }

    /// Those of one instrument.
    #[inline]
    pub(crate) fn of(&self, instrument: InstrumentId) -> &[Restriction] {
        if self.held_against.is_empty() {
            return &[];
        }
        let first = self.held_against.partition_point(|one| one.instrument < instrument);
        let len = self.held_against[first..].partition_point(|one| one.instrument == instrument);
        &self.held_against[first..first + len]
    }

    pub(crate) fn has_room(&self, now: EngineTime) -> bool {
        self.held_against.iter().filter(|one| !one.is_over(now)).count() < RESTRICTIONS_MAX
    }

    /// One more; those that are over make room for it.
    pub(crate) fn put(&mut self, restriction: Restriction, listed: Listed, now: EngineTime) {
        let mut is_over = self.held_against.iter().map(|one| one.is_over(now));
        self.listed.retain(|_| !is_over.next().unwrap_or(false));
        self.held_against.retain(|one| !one.is_over(now));
        let place = self.held_against.partition_point(|one| one.instrument <= restriction.instrument);
        self.held_against.insert(place, restriction);
        self.listed.insert(place, listed);
    }

    pub(crate) fn remove(&mut self, at: Seq) {
        if let Some(place) = self.listed.iter().position(|listed| listed.at == at) {
            self.held_against.remove(place);
            self.listed.remove(place);
        }
    }

    /// Somebody wants it taken away, or nobody any more.
    pub(crate) fn set_removal(&mut self, at: Seq, removal: Option<Removal>) {
        if let Some(listed) = self.listed.iter_mut().find(|listed| listed.at == at) {
            listed.removal = removal;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Restriction, &Listed)> {
        self.held_against.iter().zip(&self.listed)
    }

    pub(crate) fn find(&self, at: Seq) -> Option<(&Restriction, &Listed)> {
        self.iter().find(|(_, listed)| listed.at == at)
    }
}

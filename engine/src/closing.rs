//! Where one day ends and the next begins: the last close and its marks, what changed since, what the broker differs in, and
//! whether a start that did not agree with all that keeps the firm halted.

use model::{AccountId, DayMarked, EngineTime, InstrumentId, Seq, Text};

use crate::kills::is_same_person;

/// A day that was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Closed {
    /// The frame that closed it.
    pub at: Seq,
    /// Its time.
    pub time: EngineTime,
    /// The day, in days since 1970-01-01.
    pub trading_day: u32,
    /// Who.
    pub by: Text<24>,
    /// The digest that the close said.
    pub said: u128,
    /// The digest of what was folded up to there.
    pub folded: u128,
}

/// What the broker of an account differs in, as it was reported last.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Breaks {
    /// Above the tolerance.
    pub above: u32,
    /// When it was reported.
    pub time: EngineTime,
    /// Who reported it.
    pub by: Text<24>,
}

/// A day that is being closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Begun {
    pub(crate) at: Seq,
    pub(crate) trading_day: u32,
    pub(crate) by: Text<24>,
    /// The next holding that is looked at.
    pub(crate) cursor: u32,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Closing {
    pub(crate) last: Option<Closed>,
    pub(crate) begun: Option<Begun>,
    /// The marks of the last close, or of the one that is under way, by instrument.
    marks: Vec<Option<DayMarked>>,
    /// When a position or cash first changed after the last close.
    pub(crate) first_change: Option<EngineTime>,
    /// By account.
    breaks: Vec<Breaks>,
    /// A start did not agree; and did it halt the firm, or was that so already?
    pub(crate) disarmed: Option<bool>,
    /// When somebody armed last.
    pub(crate) armed_at: Option<EngineTime>,
}

impl Closing {
    pub(crate) fn new() -> Closing {
        Closing {
            last: None,
            begun: None,
            marks: Vec::new(),
            first_change: None,
            breaks: Vec::new(),
            disarmed: None,
            armed_at: None,
        }
    }

    /// An instrument was defined.
    pub(crate) fn make_room_for_mark(&mut self, instrument: InstrumentId) {
        if self.marks.len() <= instrument.0 as usize {
            self.marks.resize(instrument.0 as usize + 1, None);
        }
    }

    /// An account was defined.
    pub(crate) fn make_room_for_breaks(&mut self, account: AccountId) {
        if self.breaks.len() <= account.0 as usize {
            self.breaks.resize(account.0 as usize + 1, Breaks::default());
        }
    }

    /// A close begins: what an earlier one said of prices is over.
    pub(crate) fn begin(&mut self, begun: Begun) {
        self.begun = Some(begun);
        self.marks.fill(None);
    }

    pub(crate) fn mark(&self, instrument: InstrumentId) -> Option<&DayMarked> {
        self.marks.get(instrument.0 as usize)?.as_ref()
    }

    pub(crate) fn set_mark(&mut self, mark: DayMarked) {
        if let Some(place) = self.marks.get_mut(mark.instrument.0 as usize) {
            *place = Some(mark);
        }
    }

    pub(crate) fn marks(&self) -> impl Iterator<Item = &DayMarked> {
        self.marks.iter().flatten()
    }

    /// A position or cash changed.
    pub(crate) fn note_change(&mut self, now: EngineTime) {
        self.first_change.get_or_insert(now);
    }

    /// A holding that the close has passed is open now, and nobody has marked its instrument: the close goes back to it.
    pub(crate) fn opened(&mut self, slot: u32, instrument: InstrumentId) {
        let is_marked = self.mark(instrument).is_some();
        if let Some(begun) = self.begun.as_mut().filter(|_| !is_marked) {
            begun.cursor = begun.cursor.min(slot);
        }
    }

    pub(crate) fn breaks(&self) -> impl Iterator<Item = &Breaks> {
        self.breaks.iter()
    }

    pub(crate) fn breaks_of(&self, account: AccountId) -> Breaks {
        self.breaks.get(account.0 as usize).copied().unwrap_or_default()
    }

    pub(crate) fn set_breaks(&mut self, account: AccountId, breaks: Breaks) {
        self.make_room_for_breaks(account);
        self.breaks[account.0 as usize] = breaks;
    }

    /// Breaks above the tolerance that were reported later than that.
    pub(crate) fn open_breaks(&self, known: Option<EngineTime>) -> u32 {
        let later = self.breaks.iter().filter(|breaks| known.is_none_or(|known| breaks.time > known));
        later.fold(0, |sum, breaks| sum.saturating_add(breaks.above))
    }

    /// Has this person closed the day, or reported breaks that are open?
    pub(crate) fn is_party(&self, person: &Text<24>) -> bool {
        let closed = self.last.is_some_and(|last| is_same_person(&last.by, person));
        closed || self.breaks.iter().any(|breaks| breaks.above > 0 && is_same_person(&breaks.by, person))
    }
}

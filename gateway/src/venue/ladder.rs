//! The price levels of one book: a dense window of steps around the touch, and the few levels far from it in a tree.
//!
//! Buys and sells share the window: a book is never crossed, so a step belongs to one side. The window is a ring
//! (a step's slot is its low bits), so sliding it leaves in place what stays inside. Two layers of bits find the next
//! level in either direction without a walk.

use std::collections::BTreeMap;

use super::orders::NIL;

/// Steps in the window: one summary word of 64 words of 64 bits.
const WINDOW: usize = 64 * 64;
const SLOT_MASK: i64 = WINDOW as i64 - 1;

/// A queue of orders at one price: its ends in the slab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Level {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Level {
    pub(super) const EMPTY: Level = Level { first: NIL, last: NIL };

    pub(super) fn is_empty(self) -> bool {
        self.first == NIL
    }
}

/// All levels of one book.
#[derive(Debug)]
pub(super) struct Ladder {
    /// The window is `base .. base + WINDOW`.
    base: i64,
    slots: Box<[Level]>,
    words: [u64; 64],
    /// Bit `w` is set where `words[w]` is not zero.
    summary: u64,
    /// Levels in the window.
    inside: u32,
    /// Levels outside. The only part that allocates while trading, and only for orders far from the touch.
    outside: BTreeMap<i64, Level>,
    /// Orders near the touch that fell outside since the window last moved.
    strays: u32,
}

impl Ladder {
    pub(super) fn new() -> Ladder {
        Ladder {
            base: 0,
            slots: vec![Level::EMPTY; WINDOW].into_boxed_slice(),
            words: [0; 64],
            summary: 0,
            inside: 0,
            outside: BTreeMap::new(),
            strays: 0,
        }
    }

    /// The level at a step, empty where nothing rests.
    pub(super) fn level(&self, step: i64) -> Level {
        if self.covers(step) {
            self.slots[slot(step)]
        } else {
            self.outside.get(&step).copied().unwrap_or(Level::EMPTY)
        }
    }

    /// Puts a level back after a change.
    pub(super) fn set(&mut self, step: i64, level: Level) {
        if !self.covers(step) {
            if level.is_empty() {
                self.outside.remove(&step);
            } else {
                self.outside.insert(step, level);
            }
            return;
        }
        let slot = slot(step);
        let was_empty = self.slots[slot].is_empty();
        self.slots[slot] = level;
        match (was_empty, level.is_empty()) {
            (true, false) => self.mark(slot),
            (false, true) => self.unmark(slot),
            _ => {}
        }
    }

    /// The nearest occupied step strictly above.
    pub(super) fn above(&self, step: i64) -> Option<i64> {
        let from = (step + 1).max(self.base);
        let inside = self.up(from);
        if self.outside.is_empty() {
            return inside;
        }
        let outside = self.outside.range(step + 1..).next().map(|(step, _)| *step);
        inside.into_iter().chain(outside).min()
    }

    /// The nearest occupied step strictly below.
    pub(super) fn below(&self, step: i64) -> Option<i64> {
        let from = (step - 1).min(self.base + SLOT_MASK);
        let inside = self.down(from);
        if self.outside.is_empty() {
            return inside;
        }
        let outside = self.outside.range(..step).next_back().map(|(step, _)| *step);
        inside.into_iter().chain(outside).max()
    }

    /// Every occupied step, upwards.
    pub(super) fn steps(&self) -> impl Iterator<Item = i64> {
        let lowest = self.up(self.base).into_iter().chain(self.outside.keys().next().copied()).min();
        std::iter::successors(lowest, |step| self.above(*step))
    }

    /// Called for an order near the touch before it rests. Moving the window costs a step for each level that moves,
    /// so it waits until as many orders have fallen outside: the cost per order stays constant whatever strangers do.
    pub(super) fn follow(&mut self, step: i64) {
        if self.covers(step) {
            return;
        }
        self.strays += 1;
        if self.strays > self.inside {
            self.slide(step - WINDOW as i64 / 2);
        }
    }

    /// Half a window: what counts as near the touch.
    pub(super) const fn reach() -> i64 {
        WINDOW as i64 / 2
    }

    fn covers(&self, step: i64) -> bool {
        step >= self.base && step - self.base < WINDOW as i64
    }

    fn slide(&mut self, base: i64) {
        self.strays = 0;
        let window = base..base + WINDOW as i64;
        let mut next = self.up(self.base);
        while let Some(step) = next {
            next = if step < self.base + SLOT_MASK { self.up(step + 1) } else { None };
            if !window.contains(&step) {
                let level = std::mem::replace(&mut self.slots[slot(step)], Level::EMPTY);
                self.unmark(slot(step));
                self.outside.insert(step, level);
            }
        }
        self.base = base;
        while let Some((&step, &level)) = self.outside.range(window.clone()).next() {
            self.outside.remove(&step);
            self.slots[slot(step)] = level;
            self.mark(slot(step));
        }
    }

    fn mark(&mut self, slot: usize) {
        self.words[slot / 64] |= 1 << (slot % 64);
        self.summary |= 1 << (slot / 64);
        self.inside += 1;
    }

    fn unmark(&mut self, slot: usize) {
        let word = &mut self.words[slot / 64];
        *word &= !(1 << (slot % 64));
        if *word == 0 {
            self.summary &= !(1 << (slot / 64));
        }
        self.inside -= 1;
    }

    /// The first occupied step of the window at `from` or above; `from` is not below the window.
    fn up(&self, from: i64) -> Option<i64> {
        if self.summary == 0 || !self.covers(from) {
            return None;
        }
        let (word, bit) = (slot(from) / 64, slot(from) % 64);
        let rest = self.words[word] >> bit;
        let distance = if rest != 0 {
            rest.trailing_zeros() as usize
        } else {
            // Words in ring order after this one; this word itself comes last, and only its lower bits can be set.
            let turned = self.summary.rotate_right(word as u32 + 1);
            let found = (word + 1 + turned.trailing_zeros() as usize) % 64;
            let position = found * 64 + self.words[found].trailing_zeros() as usize;
            (position + WINDOW - slot(from)) % WINDOW
        };
        let step = from + distance as i64;
        // Beyond the end of the window the ring goes on with the steps below `from`.
        self.covers(step).then_some(step)
    }

    /// The first occupied step of the window at `from` or below; `from` is not above the window.
    fn down(&self, from: i64) -> Option<i64> {
        if self.summary == 0 || !self.covers(from) {
            return None;
        }
        let (word, bit) = (slot(from) / 64, slot(from) % 64);
        let rest = self.words[word] << (63 - bit);
        let distance = if rest != 0 {
            rest.leading_zeros() as usize
        } else {
            let turned = self.summary.rotate_right(word as u32);
            let found = (word + 63 - turned.leading_zeros() as usize) % 64;
            let position = found * 64 + 63 - self.words[found].leading_zeros() as usize;
            (slot(from) + WINDOW - position) % WINDOW
        };
        let step = from - distance as i64;
        self.covers(step).then_some(step)
    }
}

fn slot(step: i64) -> usize {
    (step & SLOT_MASK) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const SOME: Level = Level { first: 1, last: 1 };

    proptest! {
        #[test]
        fn neighbours_are_those_of_a_sorted_set(
            changes in proptest::collection::vec((any::<bool>(), -9_000i64..9_000, any::<bool>()), 1..300),
        ) {
            let (mut ladder, mut twin) = (Ladder::new(), BTreeSet::new());
            for (put, step, near) in changes {
                // Half of the steps crowd together, so levels are emptied as well as filled.
                let step = if near { 2_000 + step % 8 } else { step };
                if near {
                    ladder.follow(step);
                }
                ladder.set(step, if put { SOME } else { Level::EMPTY });
                if put { twin.insert(step); } else { twin.remove(&step); }
                for probe in [step - 1, step, step + 1, ladder.base - 1, ladder.base, ladder.base + WINDOW as i64] {
                    prop_assert_eq!(ladder.above(probe), twin.range(probe + 1..).next().copied());
                    prop_assert_eq!(ladder.below(probe), twin.range(..probe).next_back().copied());
                    prop_assert_eq!(!ladder.level(probe).is_empty(), twin.contains(&probe));
                }
                prop_assert_eq!(ladder.steps().collect::<Vec<_>>(), twin.iter().copied().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn window_follows_the_touch_and_keeps_far_levels() {
        let mut ladder = Ladder::new();
        ladder.set(10, SOME);
        for step in 1_000_000..1_000_010 {
            ladder.follow(step);
            ladder.set(step, SOME);
        }
        assert!(ladder.covers(1_000_000));
        assert_eq!(ladder.outside.len(), 1);
        assert_eq!(ladder.below(1_000_000), Some(10));
    }
}

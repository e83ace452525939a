//! From a key's hash to a slot: open addressing with linear probing and backward-shift deletion.
//!
//! A general hash map leaves tombstones behind deletions and must rehash itself now and then, in the middle of an
//! order. This one never does: deletion closes the gap, capacity is fixed, and the load stays at or below one half. The keys live in
//! the slots; the caller compares them.

const VACANT: u32 = u32::MAX;

/// Hash to slot. Each entry keeps the hash, so a probe touches a slot only where the hash matches.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    entries: Vec<Entry>,
    mask: usize,
    len: usize,
    capacity: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl Index {
    /// Room for `capacity` keys.
    pub(crate) fn new(capacity: usize) -> Index {
        let size = (capacity.max(1) * 2).next_power_of_two();
        Index { entries: vec![Entry { hash: 0, slot: VACANT }; size], mask: size - 1, len: 0, capacity }
    }

    /// Keys that are there.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The slot with this hash that `is` the key.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let (short, mut at) = self.home(hash);
        loop {
            let entry = self.entries[at];
            if entry.slot == VACANT {
                return None;
            }
            if entry.hash == short && is(entry.slot) {
                return Some(entry.slot);
            }
            at = (at + 1) & self.mask;
        }
    }

    /// What stands where a key with this hash belongs: nearly always its slot, if it is there. Compares nothing.
    #[inline]
    pub(crate) fn first(&self, hash: u64) -> u32 {
        let (_, at) = self.home(hash);
        self.entries[at].slot
    }

    /// Adds a key that is not there. Panics at capacity: who calls has checked it.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u64, slot: u32) {
        assert!(self.len < self.capacity, "decide checks the capacity before evolve inserts");
        let (short, mut at) = self.home(hash);
        while self.entries[at].slot != VACANT {
            at = (at + 1) & self.mask;
        }
        self.entries[at] = Entry { hash: short, slot };
        self.len += 1;
    }

    /// Removes the entry of this very slot. Panics if it is not there: the index and the slots are one truth.
    pub(crate) fn remove(&mut self, hash: u64, slot: u32) {
        let (short, mut at) = self.home(hash);
        while self.entries[at].slot != slot || self.entries[at].hash != short {
            assert!(self.entries[at].slot != VACANT, "every remembered key is indexed");
            at = (at + 1) & self.mask;
        }
        let mut hole = at;
        loop {
            at = (at + 1) & self.mask;
            let entry = self.entries[at];
            if entry.slot == VACANT {
                break;
            }
            let home = entry.hash as usize & self.mask;
            // The entry may move into the hole if its home does not lie between the hole and itself.
            if (at.wrapping_sub(home) & self.mask) >= (at.wrapping_sub(hole) & self.mask) {
                self.entries[hole] = entry;
                hole = at;
            }
        }
        self.entries[hole].slot = VACANT;
        self.len -= 1;
    }

    /// Room for at least `capacity` keys from now on; `hash_of` says each slot's hash again. At start only.
    pub(crate) fn grow(&mut self, capacity: usize, hash_of: impl Fn(u32) -> u64) {
        if capacity <= self.capacity {
            return;
        }
        let old = std::mem::replace(self, Index::new(capacity));
        for entry in old.entries.into_iter().filter(|entry| entry.slot != VACANT) {
            self.insert(hash_of(entry.slot), entry.slot);
        }
    }

    fn home(&self, hash: u64) -> (u32, usize) {
        // The upper half: multiplicative hashes mix best there.
        let short = (hash >> 32) as u32;
        (short, short as usize & self.mask)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Few distinct hashes, so that runs collide, wrap and shift.
    fn hash(key: u32) -> u64 {
        u64::from(key % 13) << 32
    }

    #[test]
    fn index_agrees_with_a_map_through_inserts_and_removals() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut index = Index::new(32);
        let mut twin = BTreeMap::new();
        for _ in 0..20_000 {
            let key = rng.u32(0..64);
            if twin.contains_key(&key) {
                index.remove(hash(key), key);
                twin.remove(&key);
            } else if twin.len() < 32 {
                index.insert(hash(key), key);
                twin.insert(key, ());
            }
            for key in 0..64 {
                assert_eq!(index.find(hash(key), |slot| slot == key).is_some(), twin.contains_key(&key));
            }
        }
    }
}

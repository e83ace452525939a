//! A table from tags to small numbers: one multiplication and, nearly always, one array access.
//!
//! Tags are sparse (a message has a few dozen of thousands), so a plain array per message would be large and cold.

/// Tag to number, built once and then only read.
#[derive(Clone, Debug, Default)]
pub(in crate::fix) struct TagMap {
    /// Tag and number; tag 0, which no field has, marks a free place. Empty or a power of two, at most half full.
    slots: Box<[(u32, u16)]>,
    shift: u32,
}

/// 2^32 divided by the golden ratio: spreads neighbouring tags.
const SPREAD: u32 = 0x9E37_79B9;

impl TagMap {
    /// A table of these pairs; of two with the same tag the later one holds.
    pub(in crate::fix) fn new(pairs: impl ExactSizeIterator<Item = (u32, u16)>) -> TagMap {
        let size = (pairs.len() * 2).next_power_of_two().max(2);
        let mut map = TagMap { slots: vec![(0, 0); size].into_boxed_slice(), shift: 32 - size.trailing_zeros() };
        for (tag, number) in pairs.filter(|(tag, _)| *tag != 0) {
            let mut at = map.start(tag);
            while map.slots[at].0 != 0 && map.slots[at].0 != tag {
                at = (at + 1) & (size - 1);
            }
            map.slots[at] = (tag, number);
        }
        map
    }

    #[inline]
    fn start(&self, tag: u32) -> usize {
        (tag.wrapping_mul(SPREAD) >> self.shift) as usize
    }

    /// The number of a tag. Ends at the first free place; half of them are free.
    #[inline]
    pub(in crate::fix) fn get(&self, tag: u32) -> Option<u16> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = self.start(tag);
        loop {
            match self.slots[at & mask] {
                (0, _) => return None,
                (there, number) if there == tag => return Some(number),
                _ => at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_put_in_is_found_and_no_other() {
        let tags: Vec<u32> = (1..2000).step_by(3).chain([5001, 99_999_999]).collect();
        let map = TagMap::new(tags.iter().enumerate().map(|(at, tag)| (*tag, at as u16)));
        for (at, tag) in tags.iter().enumerate() {
            assert_eq!(map.get(*tag), Some(at as u16));
        }
        assert_eq!((map.get(2), map.get(0), map.get(u32::MAX)), (None, None, None));
        assert_eq!(TagMap::default().get(1), None);
    }
}

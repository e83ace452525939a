//! What may stand in a message or in one instance of a repeating group, in a form that is quick to ask.

use super::kind::Kind;
use super::tag_map::TagMap;

/// A field of a body, as the draft has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Member {
    pub(super) tag: u32,
    pub(super) required: bool,
    /// The body of the group's instances, if this is the NumInGroup field of one.
    pub(super) group: Option<u16>,
}

/// A member with all that the check asks of it, so that one look is enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) tag: u32,
    /// The body of the group's instances, if this is the NumInGroup field of one.
    pub(super) group: Option<u16>,
    /// Position of the field in the dictionary.
    pub(super) field: u16,
    pub(super) kind: Kind,
    /// Whether the field has an enumeration that is closed.
    pub(super) has_values: bool,
    /// The bit of a required member; 0 for others.
    pub(super) required_bit: u64,
}

/// The members of a message (header and trailer among them), or of a group, in their order.
#[derive(Clone, Debug)]
pub(super) struct Body {
    entries: Box<[Entry]>,
    positions: TagMap,
    /// Tags of the required members, in the order of their bits.
    required: Box<[u32]>,
}

impl Body {
    /// The caller has seen to it that there are at most `u16::MAX` entries and [`REQUIRED_MAX`] required ones.
    pub(super) fn new(entries: Box<[Entry]>) -> Body {
        let positions = TagMap::new(entries.iter().enumerate().map(|(at, entry)| (entry.tag, at as u16)));
        let required = entries.iter().filter(|entry| entry.required_bit != 0).map(|entry| entry.tag).collect();
        Body { entries, positions, required }
    }

    #[inline]
    pub(super) fn position(&self, tag: u32) -> Option<u16> {
        self.positions.get(tag)
    }

    #[inline]
    pub(super) fn entry(&self, position: u16) -> Entry {
        self.entries[position as usize]
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A bit for each required member.
    #[inline]
    pub(super) fn all_required(&self) -> u64 {
        u64::MAX.checked_shr(64 - self.required.len() as u32).unwrap_or(0)
    }

    /// The first tag whose bit is set.
    #[inline]
    pub(super) fn first_of(&self, missing: u64) -> Option<u32> {
        self.required.get(missing.trailing_zeros() as usize).copied()
    }
}

/// Most required members of one body: a bit each.
pub(super) const REQUIRED_MAX: usize = 64;

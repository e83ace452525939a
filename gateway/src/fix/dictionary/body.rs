//! What may stand in a message or in one instance of a repeating group, in a form that is quick to ask.

use super::tag_map::TagMap;

/// A field of a body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Member {
    pub(super) tag: u32,
    pub(super) required: bool,
    /// The body of the group's instances, if this is the NumInGroup field of one.
    pub(super) group: Option<u16>,
}

/// The members of a message (header and trailer among them), or of a group, in their order.
#[derive(Clone, Debug)]
pub(super) struct Body {
    members: Box<[Member]>,
    positions: TagMap,
    /// Tags of the required members; at most as many as a `u64` has bits.
    required: Box<[u32]>,
}

impl Body {
    /// The caller has seen to it that there are at most `u16::MAX` members and [`REQUIRED_MAX`] required ones.
    pub(super) fn new(members: &[Member]) -> Body {
        let positions = TagMap::new(members.iter().enumerate().map(|(at, member)| (member.tag, at as u16)));
        let required = members.iter().filter(|member| member.required).map(|member| member.tag);
        Body { members: members.into(), positions, required: required.collect() }
    }

    #[inline]
    pub(super) fn position(&self, tag: u32) -> Option<u16> {
        self.positions.get(tag)
    }

    #[inline]
    pub(super) fn member(&self, position: u16) -> Member {
        self.members[position as usize]
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// A bit for each required member.
    #[inline]
    pub(super) fn all_required(&self) -> u64 {
        u64::MAX.checked_shr(64 - self.required.len() as u32).unwrap_or(0)
    }

    /// The bit of a required member.
    #[inline]
    pub(super) fn required_bit(&self, tag: u32) -> u64 {
        self.required.iter().position(|there| *there == tag).map_or(0, |at| 1 << at)
    }

    /// The first tag whose bit is set.
    pub(super) fn first_of(&self, missing: u64) -> Option<u32> {
        self.required.get(missing.trailing_zeros() as usize).copied()
    }
}

/// Most required members of one body.
pub(super) const REQUIRED_MAX: usize = 64;

//! Orders that mean something for each other: those of one ClOrdLinkID(583) in one session.
//!
//! One order of a group may be its entry, ContingencyType(1385)=2: the others wait until it is done. Among the others one
//! cancels the other. A group is forgotten when none of its orders works any more.

use model::{ClOrdId, SessionId};

use crate::hash;
use crate::index::Index;
use crate::order::NONE;

/// Groups at a time.
pub(crate) const GROUPS_MAX: usize = 1 << 14;
/// Orders of one group, the entry among them.
pub(crate) const MEMBERS_MAX: u32 = 6;

/// One group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    pub(crate) session: SessionId,
    pub(crate) id: ClOrdId,
    /// The first of its orders; each knows the next.
    pub(crate) first: u32,
    /// Orders of it that work.
    pub(crate) working: u32,
    pub(crate) members: u32,
    /// The entry, until it is done.
    pub(crate) entry: u32,
    /// It waits to be looked at.
    pub(crate) is_due: bool,
    next_free: u32,
}

/// All groups.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    groups: Vec<Group>,
    free: u32,
    index: Index,
}

impl Links {
    pub(crate) fn new() -> Links {
        Links { groups: Vec::new(), free: NONE, index: Index::new(0) }
    }

    /// Room for all groups. At start only.
    pub(crate) fn make_room(&mut self) {
        if self.groups.capacity() < GROUPS_MAX {
            self.groups.reserve_exact(GROUPS_MAX);
            self.index = Index::new(GROUPS_MAX);
        }
    }

    pub(crate) fn find(&self, session: SessionId, id: &ClOrdId) -> Option<u32> {
        if id.is_empty() {
            return None;
        }
        self.index.find(hash::of_cl_ord_id(session, id), |at| {
            let group = &self.groups[at as usize];
            group.session == session && group.id == *id
        })
    }

    pub(crate) fn get(&self, at: u32) -> Option<&Group> {
        self.groups.get(at as usize)
    }

    pub(crate) fn get_mut(&mut self, at: u32) -> Option<&mut Group> {
        self.groups.get_mut(at as usize)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.index.len() >= GROUPS_MAX || self.groups.capacity() < GROUPS_MAX
    }

    /// The group of this name, made if it is not there.
    pub(crate) fn group(&mut self, session: SessionId, id: ClOrdId) -> u32 {
        if let Some(at) = self.find(session, &id) {
            return at;
        }
        assert!(!self.is_full(), "decide checks that a group has room");
        let group =
            Group { session, id, first: NONE, working: 0, members: 0, entry: NONE, is_due: false, next_free: NONE };
        let at = if self.free == NONE {
            self.groups.push(group);
            self.groups.len() as u32 - 1
        } else {
            let at = self.free;
            self.free = self.groups[at as usize].next_free;
            self.groups[at as usize] = group;
            at
        };
        self.index.insert(hash::of_cl_ord_id(session, &id), at);
        at
    }

    /// The group is forgotten; the caller has let its orders go.
    pub(crate) fn remove(&mut self, at: u32) {
        let Group { session, id, .. } = self.groups[at as usize];
        self.index.remove(hash::of_cl_ord_id(session, &id), at);
        let group = &mut self.groups[at as usize];
        group.first = NONE;
        group.next_free = self.free;
        self.free = at;
    }

    /// Those that are there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.first != NONE)
    }
}

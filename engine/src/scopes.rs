//! The scopes that orders are in: how far each is stopped, its limits, and what they are held against. Names become indexes when they are
//! defined, so that an order is looked up in none of them: it carries its indexes.

use model::{GroupName, KillScope, LimitKind, SCOPES, ScopeState, ScopeStates};
use risk::{Limit, Limits, Scoped, Usage};

use crate::order::NONE;
use crate::registry::Registry;
use crate::valuations::VALUED;

/// Which scope of each kind an order is in, by index; [`NONE`] where it is in none.
pub(crate) type Keys = [u32; SCOPES];

/// One scope.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Member {
    pub(crate) state: ScopeState,
    pub(crate) limits: Limits,
    pub(crate) usage: Usage,
}

/// All scopes.
#[derive(Clone, Debug)]
pub(crate) struct Scopes {
    members: [Vec<Member>; SCOPES],
    /// Stands for what an order is not in.
    none: Member,
    /// Members that are not active: nearly always none, and then no order is looked up.
    stopped: u32,
    /// Limits that are set, of all members.
    limited: u32,
    /// Those of them that ask what positions come to.
    valuing: u32,
    pub(crate) traders: Registry<GroupName, ()>,
    pub(crate) strategies: Registry<GroupName, ()>,
}

impl Scopes {
    pub(crate) fn new() -> Scopes {
        let members = [const { Vec::new() }; SCOPES];
        let mut scopes = Scopes {
            members,
            none: Member::default(),
            stopped: 0,
            limited: 0,
            valuing: 0,
            traders: Registry::new(),
            strategies: Registry::new(),
        };
        scopes.make_room(KillScope::Firm, 0);
        scopes
    }

    /// Something was defined.
    pub(crate) fn make_room(&mut self, scope: KillScope, index: u32) {
        let members = &mut self.members[scope as usize];
        if index != NONE && members.len() <= index as usize {
            members.resize(index as usize + 1, Member::default());
        }
    }

    /// The index that the trader has from now on; [`NONE`] for nobody.
    pub(crate) fn define_trader(&mut self, name: GroupName, index: u32) {
        if index == self.traders.len() {
            self.traders.push(name, ());
        }
        self.make_room(KillScope::Trader, index);
    }

    /// The same for a strategy.
    pub(crate) fn define_strategy(&mut self, name: GroupName, index: u32) {
        if index == self.strategies.len() {
            self.strategies.push(name, ());
        }
        self.make_room(KillScope::Strategy, index);
    }

    pub(crate) fn get(&self, scope: KillScope, index: u32) -> &Member {
        self.members[scope as usize].get(index as usize).unwrap_or(&self.none)
    }

    /// The limit of a scope from now on, or none.
    pub(crate) fn set_limit(&mut self, scope: KillScope, index: u32, kind: LimitKind, limit: Option<Limit>) {
        self.make_room(scope, index);
        let member = &mut self.members[scope as usize][index as usize];
        self.limited -= u32::from(member.limits.get(kind).is_some());
        self.limited += u32::from(limit.is_some());
        if kind.bit() & VALUED != 0 {
            self.valuing -= u32::from(member.limits.get(kind).is_some());
            self.valuing += u32::from(limit.is_some());
        }
        member.limits.put(kind, limit);
    }

    /// The scopes that an order is in, as the controls see them; `mandatory` is what the firm must have.
    #[inline]
    pub(crate) fn scoped(&self, keys: &Keys, mandatory: u64) -> Scoped<'_> {
        let missing = mandatory & !self.get(KillScope::Firm, 0).limits.kinds();
        let states = self.states(keys);
        if self.limited == 0 {
            return Scoped { states, missing, ..Scoped::FREE };
        }
        let members = core::array::from_fn(|at| {
            let Member { limits, usage, .. } = self.get(KillScope::ALL[at], keys[at]);
            risk::Member { limits, usage }
        });
        let kinds = members.iter().fold(0, |kinds, member| kinds | member.limits.kinds());
        Scoped { states, members: Some(members), kinds, missing }
    }

    /// Has any of the scopes one of these limits?
    #[inline]
    pub(crate) fn have(&self, keys: &Keys, kinds: u64) -> bool {
        let of = |(scope, key): (&KillScope, &u32)| self.get(*scope, *key).limits.kinds() & kinds != 0;
        self.limited > 0 && KillScope::ALL.iter().zip(keys).any(of)
    }

    /// Does any limit ask what positions come to?
    #[inline]
    pub(crate) fn ask_for_values(&self) -> bool {
        self.valuing > 0
    }

    pub(crate) fn usage_mut(&mut self, scope: KillScope, index: u32) -> &mut Usage {
        &mut self.members[scope as usize][index as usize].usage
    }

    /// Something happened in the scopes that an order is in.
    #[inline]
    pub(crate) fn used(&mut self, keys: &Keys, mut note: impl FnMut(&mut Usage, &Limits)) {
        for (members, key) in self.members.iter_mut().zip(keys) {
            if let Some(member) = members.get_mut(*key as usize) {
                note(&mut member.usage, &member.limits);
            }
        }
    }

    pub(crate) fn set(&mut self, scope: KillScope, index: u32, state: ScopeState) {
        self.make_room(scope, index);
        let member = &mut self.members[scope as usize][index as usize];
        self.stopped -= u32::from(member.state != ScopeState::Active);
        self.stopped += u32::from(state != ScopeState::Active);
        member.state = state;
    }

    /// The states of the scopes that an order is in.
    #[inline]
    pub(crate) fn states(&self, keys: &Keys) -> ScopeStates {
        let mut states = ScopeStates::ACTIVE;
        if self.stopped == 0 {
            return states;
        }
        for ((state, members), key) in states.0.iter_mut().zip(&self.members).zip(keys) {
            *state = members.get(*key as usize).map_or(ScopeState::Active, |member| member.state);
        }
        states
    }

    /// May what Millrace holds go to work?
    pub(crate) fn lets_go(&self, keys: &Keys) -> bool {
        self.states(keys).0.iter().all(|state| matches!(state, ScopeState::Active | ScopeState::Reducing))
    }

    /// An order lives from now on, or does not any more.
    pub(crate) fn count(&mut self, keys: &Keys, lives: bool) {
        self.used(keys, |usage, _| usage.live = if lives { usage.live + 1 } else { usage.live - 1 });
    }

    /// All of them, with their kind and index.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KillScope, u32, &Member)> + '_ {
        KillScope::ALL
            .iter()
            .zip(&self.members)
            .flat_map(|(scope, members)| (0..).zip(members).map(|(index, member)| (*scope, index, member)))
    }
}

//! The scopes that orders are in: how far each is stopped, its limits, and what they are held against. Names become indexes when they are
//! defined, so that an order is looked up in none of them: it carries its indexes.

use model::limits::REPEATED_EXECUTIONS_MAX;
use model::{EngineTime, GroupName, KillScope, LIMIT_KINDS, LimitKind, SCOPES, ScopeState, ScopeStates};
use risk::{Limit, Limits, Scoped, Usage};

use crate::last_fills::LastFills;
use crate::order::NONE;
use crate::registry::Registry;
use crate::valuations::VALUED;

/// Which scope of each kind an order is in, by index; [`NONE`] where it is in none.
pub(crate) type Keys = [u32; SCOPES];

/// One scope.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Member {
    pub(crate) state: ScopeState,
    /// [`LimitKind::number`] of the limit that stopped it; 0 where a person did, or nobody.
    pub(crate) stopped_by: u8,
    pub(crate) limits: Limits,
    pub(crate) usage: Usage,
    /// When its last fills came, as many as its limit lets it have.
    pub(crate) executions: LastFills,
    /// Closes with a loss since the last one without.
    pub(crate) losses_in_a_row: u32,
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
    /// The same by kind, and a bit for each kind that anything has.
    limited_by: [u32; LIMIT_KINDS],
    kinds: u64,
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
            limited_by: [0; LIMIT_KINDS],
            kinds: 0,
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
        let by_kind = &mut self.limited_by[kind as usize];
        *by_kind -= u32::from(member.limits.get(kind).is_some());
        *by_kind += u32::from(limit.is_some());
        self.kinds = if *by_kind > 0 { self.kinds | kind.bit() } else { self.kinds & !kind.bit() };
        member.limits.put(kind, limit);
        if kind == LimitKind::RepeatedExecutions {
            let most = limit.map_or(0, |limit| usize::try_from(limit.value).unwrap_or(REPEATED_EXECUTIONS_MAX));
            member.executions.remember(most.min(REPEATED_EXECUTIONS_MAX));
        }
    }

    /// Has any scope a limit of one of these kinds, a bit each?
    #[inline]
    pub(crate) fn any_limited(&self, kinds: u64) -> bool {
        self.kinds & kinds != 0
    }

    /// The scopes that an order is in, as the controls see them; `mandatory` is what the firm must have.
    #[inline]
    pub(crate) fn scoped(&self, keys: &Keys, mandatory: u64) -> Scoped<'_> {
        let missing = mandatory & !self.get(KillScope::Firm, 0).limits.kinds();
        let states = self.states(keys);
        if self.limited == 0 {
            return Scoped { states, missing, stopped_by: self.stopped_by(keys), ..Scoped::FREE };
        }
        let members = core::array::from_fn(|at| {
            let Member { limits, usage, .. } = self.get(KillScope::ALL[at], keys[at]);
            risk::Member::new(limits, usage)
        });
        let kinds = members.iter().fold(0, |kinds, member| kinds | member.kinds());
        Scoped { states, members: Some(members), kinds, missing, stopped_by: self.stopped_by(keys) }
    }

    /// What stopped the scopes that an order is in.
    #[inline]
    fn stopped_by(&self, keys: &Keys) -> [u8; SCOPES] {
        if self.stopped == 0 {
            return [0; SCOPES];
        }
        core::array::from_fn(|at| self.get(KillScope::ALL[at], keys[at]).stopped_by)
    }

    /// Has any of the scopes one of these limits?
    #[inline]
    pub(crate) fn have(&self, keys: &Keys, kinds: u64) -> bool {
        let of = |(scope, key): (&KillScope, &u32)| self.get(*scope, *key).limits.kinds() & kinds != 0;
        self.limited > 0 && KillScope::ALL.iter().zip(keys).any(of)
    }

    /// Has any scope of this kind such a limit?
    pub(crate) fn any_has(&self, scope: KillScope, kind: LimitKind) -> bool {
        self.members[scope as usize].iter().any(|member| member.limits.get(kind).is_some())
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

    /// How far a scope is stopped from now on, and by what limit, if not by a person. What is let go begins anew.
    pub(crate) fn set(&mut self, scope: KillScope, index: u32, state: ScopeState, stopped_by: u8) {
        self.make_room(scope, index);
        let member = &mut self.members[scope as usize][index as usize];
        self.stopped -= u32::from(member.state != ScopeState::Active);
        self.stopped += u32::from(state != ScopeState::Active);
        if state < member.state {
            member.executions.forget();
            member.losses_in_a_row = 0;
        }
        member.state = state;
        member.stopped_by = stopped_by;
    }

    /// A fill of an order in these scopes.
    pub(crate) fn executed(&mut self, keys: &Keys, now: EngineTime) {
        if self.any_limited(LimitKind::RepeatedExecutions.bit()) {
            for (members, key) in self.members.iter_mut().zip(keys) {
                if let Some(member) = members.get_mut(*key as usize) {
                    member.executions.note(now);
                }
            }
        }
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

    /// A fill of an order in these scopes closed something, with a loss or without.
    pub(crate) fn closed(&mut self, keys: &Keys, is_loss: bool) {
        for scope in [KillScope::Account, KillScope::Strategy] {
            if let Some(member) = self.members[scope as usize].get_mut(keys[scope as usize] as usize) {
                member.losses_in_a_row = if is_loss { member.losses_in_a_row.saturating_add(1) } else { 0 };
            }
        }
    }

    /// All of them, with their kind and index.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KillScope, u32, &Member)> + '_ {
        KillScope::ALL
            .iter()
            .zip(&self.members)
            .flat_map(|(scope, members)| (0..).zip(members).map(|(index, member)| (*scope, index, member)))
    }
}

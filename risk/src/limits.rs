//! The limits of one scope, and of all the scopes that one order is in.

use model::{Check, KillScope, LIMIT_KINDS, LimitKind, Refusal, SCOPES, ScopeStates, Seq};

use crate::usage::Usage;

/// A limit, and the frame that set it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Limit {
    /// Its value, in the kind's unit.
    pub value: i128,
    /// Since when: its version.
    pub since: Seq,
}

/// The limits of one scope: a word says which are set. Where any is, each has its place, so that none is searched for.
#[derive(Clone, Eq, Default, Debug)]
pub struct Limits {
    set: u64,
    values: Vec<Limit>,
}

impl PartialEq for Limits {
    fn eq(&self, other: &Limits) -> bool {
        self.set == other.set && self.iter().eq(other.iter())
    }
}

impl Limits {
    /// None.
    pub const NONE: Limits = Limits { set: 0, values: Vec::new() };

    /// The limit, if it is set.
    #[inline]
    pub fn get(&self, kind: LimitKind) -> Option<Limit> {
        if self.set & kind.bit() == 0 { None } else { self.values.get(kind as usize).copied() }
    }

    /// The limit from now on, or none.
    pub fn put(&mut self, kind: LimitKind, limit: Option<Limit>) {
        if self.values.is_empty() && limit.is_some() {
            self.values.resize(LIMIT_KINDS, Limit::default());
        }
        match limit {
            Some(limit) => {
                self.values[kind as usize] = limit;
                self.set |= kind.bit();
            }
            None => self.set &= !kind.bit(),
        }
    }

    /// The kinds that are set, a bit each.
    pub fn kinds(&self) -> u64 {
        self.set
    }

    /// All that are set.
    pub fn iter(&self) -> impl Iterator<Item = (LimitKind, Limit)> + '_ {
        LimitKind::ALL.iter().filter_map(|kind| self.get(*kind).map(|limit| (*kind, limit)))
    }
}

/// One scope that an order is in.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Its limits.
    pub limits: &'a Limits,
    /// What they are held against.
    pub usage: &'a Usage,
}

/// All scopes that an order is in, in the order of [`KillScope::ALL`].
#[derive(Clone, Copy, Debug)]
pub struct Scoped<'a> {
    /// How far each is stopped.
    pub states: ScopeStates,
    /// Their limits; nothing where none of them has one.
    pub members: Option<[Member<'a>; SCOPES]>,
    /// The kinds that any of them has.
    pub kinds: u64,
    /// Limits of the whole firm without which nothing is traded, and that are not set.
    pub missing: u64,
    /// What stopped each: [`LimitKind::number`] of a limit that was broken, 0 for a person.
    pub stopped_by: [u8; SCOPES],
}

/// What a limit and the value against it come to. The one with the least head room binds; of two the wider scope's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Binding {
    pub(crate) scope: KillScope,
    pub(crate) limit: i128,
    pub(crate) observed: i128,
}

impl Binding {
    pub(crate) fn objects(&self) -> bool {
        self.observed > self.limit
    }

    /// Of a set: is what was asked for not in it?
    pub(crate) fn lacks(&self) -> bool {
        self.limit & self.observed == 0
    }

    pub(crate) fn refusal(&self, check: Check) -> Refusal {
        Refusal::against(check, self.limit, self.observed).of_scope(self.scope)
    }

    /// The tighter of two.
    pub(crate) fn or(self, other: Option<Binding>) -> Binding {
        match other {
            Some(other) if (other.room(), other.scope) < (self.room(), self.scope) => other,
            _ => self,
        }
    }

    fn room(&self) -> i128 {
        self.limit.saturating_sub(self.observed)
    }
}

impl<'a> Scoped<'a> {
    /// Nothing is stopped and nothing is limited.
    pub const FREE: Scoped<'static> =
        Scoped { states: ScopeStates::ACTIVE, members: None, kinds: 0, missing: 0, stopped_by: [0; SCOPES] };

    /// Has any of them such a limit?
    #[inline]
    pub fn has(&self, kind: LimitKind) -> bool {
        self.kinds & kind.bit() != 0
    }

    /// The scopes that have such a limit, widest first.
    #[inline]
    pub fn with(&self, kind: LimitKind) -> impl Iterator<Item = (KillScope, Limit, &'a Usage)> + '_ {
        let members: &[Member<'a>] = match &self.members {
            Some(members) if self.has(kind) => members,
            _ => &[],
        };
        members
            .iter()
            .zip(KillScope::ALL)
            .filter_map(move |(member, scope)| member.limits.get(kind).map(|limit| (*scope, limit, member.usage)))
    }

    /// What the limits of the scope are held against; nothing where no scope has any.
    pub(crate) fn usage(&self, scope: KillScope) -> Option<&'a Usage> {
        self.members.as_ref().map(|members| members[scope as usize].usage)
    }

    /// The limit of this kind that binds: what `observed` sees of each scope is not to be above it.
    ///
    /// # Errors
    /// `OVERFLOW` where a sum cannot be had.
    #[inline]
    pub(crate) fn binding(
        &self,
        kind: LimitKind,
        observed: impl Fn(KillScope, &Usage) -> Option<i128>,
    ) -> Result<Option<Binding>, Refusal> {
        let mut tightest: Option<Binding> = None;
        for (scope, limit, usage) in self.with(kind) {
            let observed = observed(scope, usage).ok_or(Refusal::of(Check::Overflow).of_scope(scope))?;
            let binding = Binding { scope, limit: limit.value, observed };
            if tightest.is_none_or(|wider| binding.room() < wider.room()) {
                tightest = Some(binding);
            }
        }
        Ok(tightest)
    }

    /// The same, for a value that no scope keeps: the order's own.
    #[inline]
    pub(crate) fn lowest(&self, kind: LimitKind, observed: i128) -> Option<Binding> {
        let bindings = self.with(kind).map(|(scope, limit, _)| Binding { scope, limit: limit.value, observed });
        bindings.reduce(|wider, narrower| if narrower.limit < wider.limit { narrower } else { wider })
    }

    /// The highest floor of this kind: `observed` is not to be below it.
    #[inline]
    pub(crate) fn highest(&self, kind: LimitKind, observed: i128) -> Option<Binding> {
        let bindings = self.with(kind).map(|(scope, limit, _)| Binding { scope, limit: limit.value, observed });
        bindings.reduce(|wider, narrower| if narrower.limit > wider.limit { narrower } else { wider })
    }

    /// The widest scope whose set of this kind lacks what is asked for, else the widest that has such a set.
    #[inline]
    pub(crate) fn allowing(&self, kind: LimitKind, asked: i128) -> Option<Binding> {
        let bindings = self.with(kind).map(|(scope, limit, _)| Binding { scope, limit: limit.value, observed: asked });
        bindings.reduce(|wider, narrower| if wider.lacks() || !narrower.lacks() { wider } else { narrower })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(value: i128) -> Option<Limit> {
        Some(Limit { value, since: Seq(1) })
    }

    #[test]
    fn limits_are_found_whatever_the_order_they_were_put_in() {
        let mut limits = Limits::default();
        let kinds = [LimitKind::SelfMatch, LimitKind::OrderQty, LimitKind::OpenOrders];
        for (value, kind) in (10..).zip(kinds) {
            limits.put(kind, limit(value));
        }
        assert_eq!(kinds.map(|kind| limits.get(kind).unwrap().value), [10, 11, 12]);
        assert_eq!(limits.get(LimitKind::OrderNotional), None);
        limits.put(LimitKind::OrderQty, None);
        limits.put(LimitKind::OpenOrders, limit(7));
        let all: Vec<_> = limits.iter().map(|(kind, limit)| (kind, limit.value)).collect();
        assert_eq!(all, [(LimitKind::OpenOrders, 7), (LimitKind::SelfMatch, 10)]);
    }

    #[test]
    fn definition_of_an_account_is_no_wider_than_the_firm() {
        let of = |scope| Binding { scope, limit: 5, observed: 9 };
        let tightest = of(KillScope::Account).or(Some(of(KillScope::Firm)));
        assert_eq!(tightest, of(KillScope::Firm));
        assert_eq!(tightest.or(Some(of(KillScope::Instrument))), of(KillScope::Firm));
    }

    #[test]
    fn least_head_room_binds_and_the_wider_scope_of_two() {
        let [mut firm, mut account] = [Limits::default(), Limits::default()];
        let (usage, none) = (Usage::default(), Limits::NONE);
        let mut of = |firm_limit, account_limit| {
            firm.put(LimitKind::OrderQty, limit(firm_limit));
            account.put(LimitKind::OrderQty, limit(account_limit));
            let member = |scope: KillScope| match scope {
                KillScope::Firm => Member { limits: &firm, usage: &usage },
                KillScope::Account => Member { limits: &account, usage: &usage },
                _ => Member { limits: &none, usage: &usage },
            };
            let members = core::array::from_fn(|at| member(KillScope::ALL[at]));
            let scoped = Scoped { members: Some(members), kinds: LimitKind::OrderQty.bit(), ..Scoped::FREE };
            scoped.lowest(LimitKind::OrderQty, 5).map(|binding| (binding.scope, binding.objects()))
        };
        assert_eq!(of(10, 4), Some((KillScope::Account, true)));
        assert_eq!(of(3, 4), Some((KillScope::Firm, true)));
        assert_eq!(of(5, 5), Some((KillScope::Firm, false)));
    }
}

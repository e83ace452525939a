//! All the scopes that one order is in, and which of their limits binds.

use model::{Check, KillScope, LimitKind, Refusal, SCOPES, ScopeStates};

use crate::limits::{Limit, Limits, Values};
use crate::usage::Usage;
use crate::witness::Witness;

/// One scope that an order is in.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    limits: &'a Limits,
    /// The kinds that are set, a bit each.
    kinds: u64,
    values: &'a Values,
    usage: &'a Usage,
}

impl<'a> Member<'a> {
    /// Its limits, and what they are held against.
    #[inline]
    pub fn new(limits: &'a Limits, usage: &'a Usage) -> Member<'a> {
        Member { limits, kinds: limits.kinds(), values: limits.values(), usage }
    }

    /// Its limits.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The kinds that are set, a bit each.
    #[inline]
    pub fn kinds(&self) -> u64 {
        self.kinds
    }
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

/// What is seen of a scope; `None` where it does not count.
type Seen = Result<Option<i128>, Refusal>;

/// A sum that a scope keeps, for [`Scoped::binding`].
///
/// # Errors
/// `OVERFLOW` where it cannot be had.
#[inline(always)]
pub(crate) fn sum(scope: KillScope, sum: Option<i128>) -> Seen {
    sum.map(Some).ok_or(Refusal::of(Check::Overflow).of_scope(scope))
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

    /// The limit of a kind that one kind of scope alone may have, its value, and what it is held against.
    #[inline]
    pub(crate) fn only(&self, kind: LimitKind) -> Option<(KillScope, i128, &'a Usage)> {
        debug_assert_eq!(kind.scopes().len(), 1, "{kind:?} is a limit of one kind of scope");
        if !self.has(kind) {
            return None;
        }
        let (scope, members) = (kind.scopes()[0], self.members.as_ref()?);
        let member = &members[scope as usize];
        Some((scope, member.values[kind as usize], member.usage))
    }

    /// What the limits of the scope are held against; nothing where no scope has any.
    pub(crate) fn usage(&self, scope: KillScope) -> Option<&'a Usage> {
        self.members.as_ref().map(|members| members[scope as usize].usage)
    }

    /// Does `passes` say so of each scope that has such a limit?
    #[inline(always)]
    pub(crate) fn all(&self, kind: LimitKind, passes: impl Fn(KillScope, i128, &'a Usage) -> bool) -> bool {
        let Some(members) = &self.members else { return true };
        kind.scopes().iter().all(|scope| {
            let member = &members[*scope as usize];
            member.kinds & kind.bit() == 0 || passes(*scope, member.values[kind as usize], member.usage)
        })
    }

    /// The same for what is the order's own: a scope without such a limit has a value that nothing breaks.
    #[inline(always)]
    fn all_values(&self, kind: LimitKind, passes: impl Fn(i128) -> bool) -> bool {
        let Some(members) = &self.members else { return true };
        kind.scopes().iter().all(|scope| passes(members[*scope as usize].values[kind as usize]))
    }

    /// The limit of this kind that binds: what `observed` sees of each scope is not to be above it; a scope of which it sees nothing
    /// does not count. Where the witness waits for an objection only, nothing as long as none objects.
    ///
    /// # Errors
    /// As `observed`, where it cannot be had.
    #[inline(always)]
    pub(crate) fn binding<W: Witness>(
        &self,
        _: &W,
        kind: LimitKind,
        observed: impl Fn(KillScope, &Usage) -> Seen,
    ) -> Result<Option<Binding>, Refusal> {
        let within = |scope, limit, usage: &Usage| match observed(scope, usage) {
            Ok(None) => true,
            Ok(Some(observed)) => observed <= limit,
            Err(_) => false,
        };
        if !self.has(kind) || (!W::NAMES_ALL && self.all(kind, within)) {
            return Ok(None);
        }
        self.tightest(kind, &observed)
    }

    #[cold]
    fn tightest(
        &self,
        kind: LimitKind,
        observed: &dyn Fn(KillScope, &Usage) -> Seen,
    ) -> Result<Option<Binding>, Refusal> {
        let mut tightest: Option<Binding> = None;
        for (scope, limit, usage) in self.with(kind) {
            if let Some(observed) = observed(scope, usage)? {
                let binding = Binding { scope, limit: limit.value, observed };
                tightest = Some(tightest.map_or(binding, |wider| wider.or(Some(binding))));
            }
        }
        Ok(tightest)
    }

    /// The same, for a value that no scope keeps: the order's own.
    #[inline]
    pub(crate) fn lowest<W: Witness>(&self, _: &W, kind: LimitKind, observed: i128) -> Option<Binding> {
        if !self.has(kind) || (!W::NAMES_ALL && self.all_values(kind, |limit| observed <= limit)) {
            return None;
        }
        self.one(kind, observed, |wider, narrower| narrower.limit < wider.limit)
    }

    /// The highest floor of this kind, under the same terms: `observed` is not to be below it.
    #[inline]
    pub(crate) fn highest<W: Witness>(&self, _: &W, kind: LimitKind, observed: i128) -> Option<Binding> {
        if !self.has(kind) || (!W::NAMES_ALL && self.all_values(kind, |limit| observed >= limit)) {
            return None;
        }
        self.one(kind, observed, |wider, narrower| narrower.limit > wider.limit)
    }

    /// The widest scope whose set of this kind lacks what is asked for, else the widest that has such a set; under the same terms.
    #[inline]
    pub(crate) fn allowing<W: Witness>(&self, _: &W, kind: LimitKind, asked: i128) -> Option<Binding> {
        if !self.has(kind) || (!W::NAMES_ALL && self.all_values(kind, |limit| limit & asked != 0)) {
            return None;
        }
        self.one(kind, asked, |wider, narrower| !wider.lacks() && narrower.lacks())
    }

    /// One limit of this kind: the widest, unless a narrower one is to be taken for it.
    #[cold]
    fn one(&self, kind: LimitKind, observed: i128, is_taken: fn(&Binding, &Binding) -> bool) -> Option<Binding> {
        let bindings = self.with(kind).map(|(scope, limit, _)| Binding { scope, limit: limit.value, observed });
        bindings.reduce(|wider, narrower| if is_taken(&wider, &narrower) { narrower } else { wider })
    }

    /// The lowest limit of this kind, and whose it is: for what is measured out by it.
    #[inline]
    pub(crate) fn least(&self, kind: LimitKind) -> Option<(KillScope, i128)> {
        if !self.has(kind) {
            return None;
        }
        let members = self.members.as_ref()?;
        let limits = kind.scopes().iter().map(|scope| (*scope, members[*scope as usize].values[kind as usize]));
        limits.reduce(|wider, narrower| if narrower.1 < wider.1 { narrower } else { wider })
    }
}

#[cfg(test)]
mod tests {
    use model::Seq;

    use super::*;
    use crate::witness::{FirstRefusal, Record};

    fn limit(value: i128) -> Option<Limit> {
        Some(Limit { value, since: Seq(1) })
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
                KillScope::Firm => Member::new(&firm, &usage),
                KillScope::Account => Member::new(&account, &usage),
                _ => Member::new(&none, &usage),
            };
            let members = core::array::from_fn(|at| member(KillScope::ALL[at]));
            let scoped = Scoped { members: Some(members), kinds: LimitKind::OrderQty.bit(), ..Scoped::FREE };
            let told = |binding: Binding| (binding.scope, binding.objects());
            let all = scoped.lowest(&Record(|_| ()), LimitKind::OrderQty, 5).map(told);
            let objecting = scoped.lowest(&FirstRefusal, LimitKind::OrderQty, 5).map(told);
            assert_eq!(
                objecting,
                all.filter(|(_, objects)| *objects),
                "who waits for an objection hears of nothing else"
            );
            all
        };
        assert_eq!(of(10, 4), Some((KillScope::Account, true)));
        assert_eq!(of(3, 4), Some((KillScope::Firm, true)));
        assert_eq!(of(5, 5), Some((KillScope::Firm, false)));
    }
}

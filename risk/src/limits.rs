//! The limits of one scope.

use model::{Bound, LIMIT_KINDS, LimitKind, Seq};

/// A limit, and the frame that set it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Limit {
    /// Its value, in the kind's unit.
    pub value: i128,
    /// Since when: its version.
    pub since: Seq,
}

/// A value of each kind; of one that is not set, the value that nothing breaks.
pub(crate) type Values = [i128; LIMIT_KINDS];

/// The limits of one scope: a word says which are set. Where any is, each kind has its place, so that none is searched for, and the
/// values lie side by side: an order is held against all of them.
#[derive(Clone, Eq, Default, Debug)]
pub struct Limits {
    set: u64,
    rows: Option<Box<Rows>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Rows {
    values: Values,
    since: [Seq; LIMIT_KINDS],
}

/// Where nothing is set.
static UNBROKEN: Values = unbroken();

const fn unbroken() -> Values {
    let mut values = [0; LIMIT_KINDS];
    let mut at = 0;
    while at < LIMIT_KINDS {
        values[at] = unbroken_of(LimitKind::ALL[at]);
        at += 1;
    }
    values
}

const fn unbroken_of(kind: LimitKind) -> i128 {
    match kind.bound() {
        Bound::AtMost => i128::MAX,
        Bound::AtLeast => i128::MIN,
        Bound::Bits => -1,
    }
}

impl PartialEq for Limits {
    fn eq(&self, other: &Limits) -> bool {
        self.set == other.set && self.iter().eq(other.iter())
    }
}

impl Limits {
    /// None.
    pub const NONE: Limits = Limits { set: 0, rows: None };

    /// The limit, if it is set.
    #[inline]
    pub fn get(&self, kind: LimitKind) -> Option<Limit> {
        if self.set & kind.bit() == 0 {
            return None;
        }
        let rows = self.rows.as_ref()?;
        Some(Limit { value: rows.values[kind as usize], since: rows.since[kind as usize] })
    }

    /// The limit from now on, or none.
    pub fn put(&mut self, kind: LimitKind, limit: Option<Limit>) {
        if self.rows.is_none() && limit.is_none() {
            return;
        }
        let nothing = || Box::new(Rows { values: UNBROKEN, since: [Seq(0); LIMIT_KINDS] });
        let rows = self.rows.get_or_insert_with(nothing);
        let Limit { value, since } = limit.unwrap_or(Limit { value: unbroken_of(kind), since: Seq(0) });
        rows.values[kind as usize] = value;
        rows.since[kind as usize] = since;
        self.set = if limit.is_some() { self.set | kind.bit() } else { self.set & !kind.bit() };
    }

    /// The kinds that are set, a bit each.
    pub fn kinds(&self) -> u64 {
        self.set
    }

    /// All values.
    #[inline]
    pub(crate) fn values(&self) -> &Values {
        self.rows.as_ref().map_or(&UNBROKEN, |rows| &rows.values)
    }

    /// All that are set.
    pub fn iter(&self) -> impl Iterator<Item = (LimitKind, Limit)> + '_ {
        LimitKind::ALL.iter().filter_map(|kind| self.get(*kind).map(|limit| (*kind, limit)))
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
    fn what_is_taken_away_leaves_nothing() {
        let mut limits = Limits::default();
        limits.put(LimitKind::OrderQty, limit(1));
        limits.put(LimitKind::OrderQty, None);
        assert_eq!((&limits, limits.values()), (&Limits::NONE, &UNBROKEN));
    }
}

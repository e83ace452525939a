//! Which limit of a scope a check held a request against, and who set it.

use engine::Judged;
use model::{Bound, Check, KillScope, LimitKind, Refusal, ScopeState};

use crate::evidence::fold::Past;
use crate::evidence::versions::by_whom;

/// Who set a limit, or stopped a scope, and by which frame.
pub(super) struct Source {
    /// Whose it is, as "account ALPHA".
    pub(super) of: String,
    /// The frame.
    pub(super) version: u64,
    /// Who, and why.
    pub(super) by: String,
}

/// The limit of a scope that the check named, where it was one.
pub(super) fn of_limit(past: &Past, judged: &Judged<'_>, seen: &Refusal) -> Option<Source> {
    let scope = seen.scope()?;
    let kind = kind_of(seen.check)?;
    let limit = judged.limit(scope, kind)?;
    // What is defined with an account, an instrument or a session may be tighter than what the scope has beside it.
    let defined = past.state.instrument_at(judged.instrument).map(|instrument| i128::from(instrument.collar));
    let is_defined = match kind {
        LimitKind::Collar => scope == KillScope::Instrument && defined.is_some_and(|defined| defined < limit.value),
        kind if is_of_price(kind) => false,
        _ => limit.value != seen.limit,
    };
    if is_defined {
        return None;
    }
    let set = past.versions.of_limit(limit.since)?;
    let of = whose(scope, set.change.name.as_str());
    Some(Source { of, version: limit.since.0, by: by_whom(set) })
}

/// The act that stopped a scope, where the check is about one.
pub(super) fn of_stop(past: &Past, judged: &Judged<'_>, seen: &Refusal) -> Option<Source> {
    let (scope, state) = match seen.check {
        Check::KilledFirm => (KillScope::Firm, ScopeState::Killed),
        Check::KilledVenue => (KillScope::Venue, ScopeState::Killed),
        Check::KilledSession => (KillScope::Session, ScopeState::Killed),
        Check::KilledTrader => (KillScope::Trader, ScopeState::Killed),
        Check::KilledStrategy => (KillScope::Strategy, ScopeState::Killed),
        Check::KilledInstrument => (KillScope::Instrument, ScopeState::Killed),
        Check::Halted => (u8::try_from(seen.limit).ok().and_then(KillScope::from_value)?, ScopeState::Halted),
        _ => return None,
    };
    let index = past.state.scopes_of(judged)?[scope as usize];
    let (version, set) = past.versions.of_stop(scope, index).filter(|(_, set)| set.state == state)?;
    let by = format!("{}: {}", set.actor, set.reason);
    Some(Source { of: whose(scope, set.name.as_str()), version: version.0, by })
}

/// Is it a limit of a scope that what was seen may not be above?
pub(super) fn is_at_most(seen: &Refusal) -> bool {
    let kind = kind_of(seen.check).filter(|_| seen.scope().is_some());
    kind.is_some_and(|kind| kind.bound() == Bound::AtMost && !is_of_price(kind))
}

/// Its limit is a part of a price, and the check tells the price.
fn is_of_price(kind: LimitKind) -> bool {
    matches!(kind, LimitKind::Collar | LimitKind::PassiveCollar | LimitKind::MarketProtection)
}

/// As "account ALPHA".
fn whose(scope: KillScope, name: &str) -> String {
    format!("{} {name}", scope.word()).trim_end().to_owned()
}

/// The kind of limit that a check is of: they have one name, but for those that were there first.
fn kind_of(check: Check) -> Option<LimitKind> {
    match check {
        Check::MaxOrderQty => Some(LimitKind::OrderQty),
        Check::MaxOrderNotional => Some(LimitKind::OrderNotional),
        Check::MinOrderNotional => Some(LimitKind::OrderNotionalMin),
        Check::CollarHigh | Check::CollarLow => Some(LimitKind::Collar),
        Check::CollarPassive => Some(LimitKind::PassiveCollar),
        Check::OrdTypeAllowed => Some(LimitKind::OrdTypes),
        Check::TimeInForceAllowed => Some(LimitKind::TimesInForce),
        Check::SideAllowed => Some(LimitKind::Sides),
        other => LimitKind::from_word(&other.code().to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_and_limits_have_one_name() {
        let same = [
            (Check::OpenOrders, LimitKind::OpenOrders),
            (Check::DailyBuys, LimitKind::DailyBuys),
            (Check::MessageRate, LimitKind::MessageRate),
            (Check::PriceHigh, LimitKind::PriceHigh),
            (Check::PositionLong, LimitKind::PositionLong),
        ];
        for (check, kind) in same {
            assert_eq!(kind_of(check), Some(kind));
        }
        assert_eq!(kind_of(Check::Tick), None);
    }
}

//! What every control saw of a request, in the order in which they run: observed value, limit, which definition set it, head room,
//! verdict; and the reference price of that moment.

use engine::{Finding, Judged, Verdict};
use model::{AccountId, Check, EngineTime, InstrumentId, Px, Refusal};
use serde_json::Value;

use super::limit_checks::{self, Source};
use super::two_persons;
use crate::evidence::amount::amount;
use crate::evidence::fold::Past;
use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

/// The controls with what each saw. The first that refuses answers; those after it are told as if it had passed.
/// What two persons let pass is no refusal.
pub(super) fn table(past: &Past, judged: &Judged<'_>, now: EngineTime, is_overridden: bool) -> Table {
    const HEADINGS: &[&str] =
        &["check", "verdict", "observed", "limit", "head_room", "reference_px", "set_by", "version", "by"];
    let mut table = Table::new("checks, in their order", HEADINGS);
    let mut is_answered = false;
    for finding in judged.trace() {
        let Finding { seen, verdict } = finding;
        let word = match verdict {
            Verdict::Passed => "passed",
            Verdict::NotConcerned => "not concerned",
            Verdict::Refused if is_overridden && seen.check.is_soft() => "overridden",
            Verdict::Refused if is_answered => "would refuse",
            Verdict::Refused => "REFUSED",
        };
        is_answered |= word == "REFUSED";
        let numbers = verdict != Verdict::NotConcerned;
        let shown = |value: i128| match amount(seen.check, value) {
            text if text.is_empty() || !numbers => Value::Null,
            text => text.into(),
        };
        let (set_by, version, by) = whose(past, judged, &seen, now, numbers);
        table.push(vec![
            seen.check.code().into(),
            word.into(),
            shown(seen.observed),
            shown(seen.limit),
            head_room(&seen).filter(|_| numbers).map_or(Value::Null, |room| amount(seen.check, room).into()),
            if seen.reference_px == 0 { Value::Null } else { figures::px(Px::from_units(seen.reference_px)).into() },
            set_by.map_or(Value::Null, Value::String),
            version.map_or(Value::Null, Value::from),
            by.map_or(Value::Null, Value::String),
        ]);
    }
    table
}

/// Whose limit it is, the frame that set it, and where it is a scope's: who, and why.
fn whose(
    past: &Past,
    judged: &Judged<'_>,
    seen: &Refusal,
    now: EngineTime,
    numbers: bool,
) -> (Option<String>, Option<u64>, Option<String>) {
    if !numbers {
        return (None, None, None);
    }
    let of_scope = limit_checks::of_limit(past, judged, seen).or_else(|| limit_checks::of_stop(past, judged, seen));
    let of_scope = of_scope.or_else(|| two_persons::source(past, judged, seen, now));
    if let Some(Source { of, version, by }) = of_scope {
        return (Some(of), Some(version), Some(by));
    }
    let (set_by, version) = source(past, judged, seen).unzip();
    (set_by, version, None)
}

/// How much more would have passed; negative where it was too much. None where more is not the question.
fn head_room(seen: &Refusal) -> Option<i128> {
    match seen.check {
        Check::MaxOrderQty
        | Check::MaxOrderNotional
        | Check::MinQty
        | Check::MaxFloor
        | Check::CollarHigh
        | Check::PriceHigh
        | Check::MessageRate
        | Check::OpenOrders
        | Check::PositionLong
        | Check::PositionShort
        | Check::ReduceOnly
        | Check::Reducing
        | Check::BuyingPower => seen.limit.checked_sub(seen.observed),
        Check::ReferencePrice | Check::OrderAge if seen.observed >= 0 => seen.limit.checked_sub(seen.observed),
        Check::CollarLow | Check::PriceLow | Check::MinOrderNotional => seen.observed.checked_sub(seen.limit),
        _ if limit_checks::is_at_most(seen) => seen.limit.checked_sub(seen.observed),
        _ => None,
    }
}

/// Whose limit it is, and the frame that set it.
fn source(past: &Past, judged: &Judged<'_>, seen: &Refusal) -> Option<(String, u64)> {
    let Past { state, versions, .. } = past;
    let account = || (names::account(state, judged.account), versions.of_account(judged.account).0);
    let instrument = || (names::symbol(state, judged.instrument), versions.of_instrument(judged.instrument).0);
    let halt = |account, instrument, name: String| (name, versions.of_halt(account, instrument).0);
    match seen.check {
        Check::MaxOrderNotional
        | Check::OpenOrders
        | Check::PositionLong
        | Check::PositionShort
        | Check::BuyingPower => Some(account()),
        Check::MaxOrderQty => {
            let of_instrument = state.instrument_at(judged.instrument)?.max_order_qty.units();
            Some(if i128::from(of_instrument) == seen.limit { instrument() } else { account() })
        }
        Check::Tick
        | Check::Lot
        | Check::StopPx
        | Check::NotTradable
        | Check::CurrencyMismatch
        | Check::FxRate
        | Check::ReferencePrice
        | Check::CollarHigh
        | Check::CollarLow
        | Check::LacksMarketToLimit
        | Check::LacksIceberg
        | Check::LacksMinQty
        | Check::LacksPostOnly
        | Check::LacksNotBest
        | Check::MarketClosed
        | Check::TooLateToEnter => Some(instrument()),
        Check::MessageRate => Some((names::session(state, judged.session), versions.of_session(judged.session).0)),
        Check::KilledGlobal => Some(halt(AccountId::NONE, InstrumentId::NONE, "global".to_owned())),
        Check::KilledAccount => Some(halt(judged.account, InstrumentId::NONE, names::account(state, judged.account))),
        _ => None,
    }
}

/// The price that the request was judged by, where it came from and how old it was.
pub(super) fn reference(past: &Past, judged: &Judged<'_>, now: EngineTime) -> Vec<String> {
    let Past { state, versions, .. } = past;
    let symbol = names::symbol(state, judged.instrument);
    let Some(reference) = state.reference(judged.instrument).filter(|reference| reference.px().is_some()) else {
        return vec![format!("{symbol} had no reference price")];
    };
    let px = reference.px().map_or_else(String::new, figures::px);
    let how = if reference.last_px.is_zero() { "middle of bid and offer" } else { "last trade" };
    let age = now.0.saturating_sub(reference.time.0);
    let most = state.instrument_at(judged.instrument).map_or(0, |definition| definition.reference_age_max);
    vec![
        format!(
            "{symbol} {px} ({how}); bid {}, offer {}",
            figures::px(reference.bid_px),
            figures::px(reference.ask_px)
        ),
        format!(
            "from frame {}, of {}; {} old ({age} ns), {} at most",
            versions.of_quote(judged.instrument),
            figures::time(reference.time),
            figures::span(age),
            figures::span(most)
        ),
    ]
}

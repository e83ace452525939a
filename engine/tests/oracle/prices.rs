//! The controls that judge prices by the market, and by how far from it each scope lets them go.

use model::*;

use crate::answer::Why;
use crate::ask::{Ask, beyond, reference_px};
use crate::history::History;

/// The checks that are asked here.
pub(crate) const CHECKS: &[Check] =
    &[Check::ReferencePrice, Check::CollarHigh, Check::CollarLow, Check::CollarPassive, Check::MarketProtection];

pub(crate) fn objections(history: &History, ask: &Ask) -> Vec<Why> {
    let mut objections = Vec::new();
    objections.extend(market_data(history, ask));
    objections.extend(aggressive(history, ask));
    objections.extend(passive(history, ask));
    objections.extend(protected(history, ask));
    objections
}

/// Control 17.
fn market_data(history: &History, ask: &Ask) -> Option<Why> {
    let oldest = history.instruments[ask.instrument() as usize].reference_age_max;
    let age = match (reference_px(history, ask.instrument()), history.quote(ask.instrument())) {
        (Some(_), Some((time, _))) => history.now - time,
        _ => -1,
    };
    let is_bad = age < 0 || age > oldest;
    is_bad.then(|| Why::against(Check::ReferencePrice, i128::from(oldest), i128::from(age)))
}

/// Control 14, where the order would take: the instrument has such a collar by its definition.
fn aggressive(history: &History, ask: &Ask) -> Option<Why> {
    let of_instrument = history.instruments[ask.instrument() as usize].collar;
    let own = (i128::from(of_instrument), KillScope::Instrument);
    let tightest = of_scopes(history, ask, LimitKind::Collar).into_iter().chain([own]).min()?;
    let check = if ask.side == Side::Buy { Check::CollarHigh } else { Check::CollarLow };
    within(history, ask, tightest, ask.side, check)
}

/// Control 14, where the order would wait.
fn passive(history: &History, ask: &Ask) -> Option<Why> {
    let tightest = of_scopes(history, ask, LimitKind::PassiveCollar).into_iter().min()?;
    within(history, ask, tightest, ask.side.opposite(), Check::CollarPassive)
}

/// Control 16: a market order begins no further from the reference than it may trade.
fn protected(history: &History, ask: &Ask) -> Option<Why> {
    let (part, scope) = ask.protection(history).filter(|_| ask.ord_type == OrdType::Market)?;
    let bound = beyond(reference_px(history, ask.instrument())?, part, ask.side);
    let best = opposite_best(history, ask)?;
    let is_beyond = if ask.side == Side::Buy { best > bound } else { best < bound };
    let why = Why::against(Check::MarketProtection, i128::from(bound), i128::from(best));
    (best == 0 || is_beyond).then_some(Why { scope: Some(scope), ..why })
}

/// What a market order meets first; 0 for nothing.
pub(crate) fn opposite_best(history: &History, ask: &Ask) -> Option<i64> {
    let (_, quote) = history.quote(ask.instrument())?;
    Some(if ask.side == Side::Buy { quote.ask_px.units() } else { quote.bid_px.units() })
}

fn of_scopes(history: &History, ask: &Ask, kind: LimitKind) -> Vec<(i128, KillScope)> {
    let of = |scope: &KillScope| Some((history.limit(*scope, ask.scopes[*scope as usize], kind)?, *scope));
    KillScope::ALL.iter().filter_map(of).collect()
}

fn within(history: &History, ask: &Ask, (part, scope): (i128, KillScope), towards: Side, check: Check) -> Option<Why> {
    let reference = reference_px(history, ask.instrument())?;
    if ask.ord_type != OrdType::Limit {
        return None;
    }
    let bound = beyond(reference, i64::try_from(part).expect("collars are small here"), towards);
    let is_beyond = if towards == Side::Buy { ask.px > bound } else { ask.px < bound };
    is_beyond.then(|| Why { scope: Some(scope), ..Why::against(check, i128::from(bound), i128::from(ask.px)) })
}

/// How far from the reference the price lies, as a part of it.
pub(crate) fn distance(history: &History, ask: &Ask) -> Option<i128> {
    let reference = i128::from(reference_px(history, ask.instrument())?);
    Some((i128::from(ask.px) - reference).abs() * 100_000_000 / reference)
}

//! What would have passed: the same controls are asked about other quantities, prices and times, in the state of that moment.

use engine::{Judged, State, Verdict};
use model::limits::UNITS_MAX;
use model::{Check, EngineTime, Px, Qty, Refusal};

use crate::evidence::amount::{self, amount};
use crate::figures;

/// Longest time that a rate is waited for: its bucket is one second deep.
const WAIT_MAX: i64 = 2_000_000_000;

/// Lines about the check that refused, or that nothing of the kind would have helped.
pub(super) fn lines(state: &State, judged: &Judged<'_>, refusal: &Refusal, now: EngineTime) -> Vec<String> {
    let check = refusal.check;
    let mut lines = Vec::new();
    let Some(instrument) = state.instrument_at(judged.instrument) else { return lines };
    let (lot, tick) = (instrument.lot.units().max(1), instrument.tick.units().max(1));
    let of_lots = |lots: i64| judged.with_qty(Qty::from_units(lots.saturating_mul(lot)));
    let most = (judged.order_qty().units() / lot).max(0);
    if let Some(lots) = greatest(most, |lots| passes(&of_lots(lots), check)) {
        let qty = figures::qty(Qty::from_units(lots * lot));
        lines.push(format!("{} would have passed up to a quantity of {qty}{}", check.code(), then(&of_lots(lots))));
    }
    let at = |ticks: i64| judged.with_price(Px::from_units(ticks.saturating_mul(tick)));
    let ticks = judged.price().units() / tick;
    if ticks > 0 {
        if let Some(lower) = greatest(ticks, |ticks| passes(&at(ticks), check)) {
            let px = figures::px(Px::from_units(lower * tick));
            lines.push(format!("{} would have passed at {px} or lower{}", check.code(), then(&at(lower))));
        } else if let Some(higher) = least_from(ticks, UNITS_MAX / tick, |ticks| passes(&at(ticks), check)) {
            let px = figures::px(Px::from_units(higher * tick));
            lines.push(format!("{} would have passed at {px} or higher{}", check.code(), then(&at(higher))));
        }
    }
    if check == Check::MessageRate {
        let later = |nanos: i64| judged.at(EngineTime(now.0.saturating_add(nanos)));
        if let Some(nanos) = least_from(0, WAIT_MAX, |nanos| passes(&later(nanos), check)) {
            lines.push(format!("{} would have passed {} later ({nanos} ns)", check.code(), figures::span(nanos)));
        }
    }
    if check == Check::BuyingPower {
        let short = amount(check, refusal.observed.saturating_sub(refusal.limit));
        lines.push(format!("{short} more of free cash would have been enough"));
    }
    if lines.is_empty() {
        lines.push(format!("neither a smaller quantity nor another price would have passed {}", check.code()));
    }
    lines
}

/// Does this check let it pass?
fn passes(judged: &Judged<'_>, check: Check) -> bool {
    judged.trace().iter().all(|finding| finding.verdict != Verdict::Refused || finding.seen.check != check)
}

/// And the other checks?
fn then(judged: &Judged<'_>) -> String {
    match judged.refusal() {
        None => ", and with it the order".to_owned(),
        Some(other) => format!("; then {}", amount::refusal(&other)),
    }
}

/// The greatest number below `from` that passes, of numbers of which the smaller pass; at least 1.
fn greatest(from: i64, passes: impl Fn(i64) -> bool) -> Option<i64> {
    let (mut low, mut high) = (1, from);
    if high <= low || !passes(low) {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if passes(middle) { low = middle } else { high = middle }
    }
    Some(low)
}

/// The least number from `from` to `most` that passes, of numbers of which the greater pass.
fn least_from(from: i64, most: i64, passes: impl Fn(i64) -> bool) -> Option<i64> {
    let (mut low, mut step) = (from, 1);
    let mut high = loop {
        let high = low.saturating_add(step).min(most);
        if passes(high) {
            break high;
        }
        if high == most {
            return None;
        }
        (low, step) = (high, step.saturating_mul(2));
    };
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if passes(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_found_exactly() {
        for bound in [1, 2, 3, 50, 98] {
            assert_eq!(greatest(99, |number| number <= bound), Some(bound));
            assert_eq!(least_from(0, 1_000, |number| number >= bound), Some(bound));
        }
        assert_eq!(greatest(99, |_| false), None);
        assert_eq!(least_from(0, 1_000, |_| false), None);
    }
}

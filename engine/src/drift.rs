//! Where a strategy's own executions in one instrument have gone since its window began.

use model::{EngineTime, LimitKind, Notional, OrderFilled, Px, Qty};

use crate::state::State;

/// The window where no limit says another, in nanoseconds.
const WINDOW_NS: i64 = 60_000_000_000;
/// A ratio of one.
const ONE: i128 = 100_000_000;

/// A window of one strategy in one instrument: it begins with a fill, and the first fill after its end begins the next.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Drift {
    pub(crate) since: EngineTime,
    /// The instrument's price when it began: its first reference.
    pub(crate) reference: Px,
    pub(crate) qty: Qty,
    /// Quantity × price of all fills since, of either side.
    pub(crate) traded: Notional,
}

impl Drift {
    /// After one more fill, at a moment when the reference price is this.
    fn after(&self, now: EngineTime, window: i64, reference: Px, qty: Qty, px: Px) -> Drift {
        let is_over = self.qty.is_zero() || now.0.saturating_sub(self.since.0) >= window;
        let first = Drift { since: now, reference, ..Drift::default() };
        let before = if is_over { first } else { *self };
        match (before.qty.checked_add(qty), before.traded.checked_add(Notional::of(px, qty))) {
            (Some(qty), Some(traded)) => Drift { qty, traded, ..before },
            // So much in one window: the next begins.
            _ => Drift { qty, traded: Notional::of(px, qty), ..first },
        }
    }

    /// How far the average price of the window's fills lies from its first reference, as a part of that, in 1e-8; always above
    /// zero.
    pub(crate) fn ratio(&self) -> i128 {
        let expected = Notional::of(self.reference, self.qty).units();
        let gone = self.traded.units().abs_diff(expected);
        let gone = i128::try_from(gone).unwrap_or(i128::MAX);
        match gone.checked_mul(ONE) {
            _ if expected == 0 => 0,
            Some(scaled) => scaled / expected,
            None => gone / (expected / ONE).max(1),
        }
    }
}

impl State {
    /// The window of a strategy after a fill of it.
    pub(crate) fn drift_after(&self, now: EngineTime, strategy: u32, fill: &OrderFilled) -> Drift {
        let limits = &self.scopes.get(model::KillScope::Strategy, strategy).limits;
        let window = limits
            .get(LimitKind::DriftWindow)
            .map_or(WINDOW_NS, |window| i64::try_from(window.value).unwrap_or(i64::MAX));
        let instrument = fill.order.instrument;
        let reference = self.reference(instrument).and_then(risk::Reference::px).unwrap_or(fill.last_px);
        self.pnl.drift(strategy, instrument.0).after(now, window, reference, fill.last_qty, fill.last_px)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fills(px: &[(i64, i64)]) -> Drift {
        px.iter().fold(Drift::default(), |drift, (at, px)| {
            drift.after(EngineTime(*at), 10, Px::whole(100), Qty::whole(1), Px::whole(*px))
        })
    }

    #[test]
    fn average_of_the_window_is_held_against_its_first_reference() {
        assert_eq!(fills(&[(1, 100)]).ratio(), 0);
        assert_eq!(fills(&[(1, 100), (5, 102)]).ratio(), ONE / 100);
        assert_eq!(fills(&[(1, 100), (5, 98)]).ratio(), ONE / 100, "either way");
        assert_eq!(fills(&[(1, 100), (10, 106)]).ratio(), 3 * ONE / 100);
        assert_eq!(fills(&[(1, 100), (11, 106)]).ratio(), 6 * ONE / 100, "another window");
    }

    #[test]
    fn huge_fills_get_an_answer() {
        let far = Px::from_units(model::limits::UNITS_MAX);
        let drift = Drift::default().after(EngineTime(1), 10, Px::from_units(1), Qty::whole(9_000_000_000), far);
        assert!(drift.ratio() > ONE);
        assert!(drift.after(EngineTime(2), 10, far, Qty::from_units(i64::MAX), far).ratio() >= 0);
    }
}

//! Breaks, adjustments of positions, the close of a day, and the arming of the next.

use model::{
    AdjustmentBooked, ArmOutcome, Armed, BreaksReported, CloseBegun, DayClosed, DayMarked, ExecId, OrderId, Qty,
    ScopeState, Side, StartChecked, StartOutcome,
};

use crate::books::Trade;
use crate::closing::{Begun, Breaks, Closed};
use crate::fills::{Allocation, NONE, NewFill};
use crate::hash;
use crate::state::State;

impl State {
    pub(super) fn breaks_reported(&mut self, e: &BreaksReported) {
        let breaks = Breaks { above: e.report.above, time: self.last.time, by: e.report.actor };
        self.closing.set_breaks(e.account, breaks);
    }

    /// It counts like a trade that no order did: whatever is busted later, the books come out of all of them.
    pub(super) fn adjustment_booked(&mut self, e: &AdjustmentBooked) {
        let holding = self.holding_slot(e.account, e.instrument);
        let contract = self.instruments.get(e.instrument.0).expect("decide knows the instrument").definition.contract();
        let qty = e.adjustment.qty;
        let side = if qty > Qty::ZERO { Side::Buy } else { Side::Sell };
        let trade = Trade { side, qty: Qty::from_units(qty.units().abs()), value: e.value };
        let at = ExecId { seq: self.last.seq, index: self.index };
        let px = e.adjustment.px;
        // Nobody says which strategy is wrong: it is of none.
        let allocation = Allocation::Unallocated;
        let fill = NewFill { order_id: OrderId(0), venue_exec_id: 0, px, contract, trade, at, holding, allocation };
        let number = self.record(fill, NONE);
        self.strategies_adjusted(number);
        self.last_fill = NONE;
    }

    pub(super) fn close_begun(&mut self, e: &CloseBegun) {
        let (trading_day, by) = (e.close.trading_day, e.close.actor);
        self.closing.begin(Begun { at: self.last.seq, trading_day, by, cursor: 0 });
    }

    pub(super) fn day_marked(&mut self, e: &DayMarked) {
        self.closing.set_mark(*e);
    }

    /// What the close said is kept beside what was folded: a start holds the one against the other.
    pub(super) fn day_closed(&mut self, e: &DayClosed) {
        let folded = hash::of_close(self);
        let Some(begun) = self.closing.begun.take() else { return };
        self.closing.last = Some(Closed {
            at: self.last.seq,
            time: self.last.time,
            trading_day: e.trading_day,
            by: begun.by,
            said: u128::from(e.digest[1]) << 64 | u128::from(e.digest[0]),
            folded,
        });
        self.closing.first_change = None;
    }

    pub(super) fn close_advanced(&mut self, cursor: u64) {
        if let Some(begun) = &mut self.closing.begun {
            begun.cursor = u32::try_from(cursor).expect("holdings fit 32 bits");
        }
    }

    /// Where it halts the firm, that follows in the same frame.
    pub(super) fn start_checked(&mut self, e: &StartChecked) {
        let was_ours = self.closing.disarmed == Some(true);
        self.closing.disarmed = match e.outcome {
            StartOutcome::Open => None,
            _ => {
                let firm = self.scopes.get(model::KillScope::Firm, 0).state;
                Some(was_ours || matches!(firm, ScopeState::Active | ScopeState::Reducing))
            }
        };
    }

    pub(super) fn armed(&mut self, e: &Armed) {
        if e.outcome == ArmOutcome::Armed {
            self.closing.disarmed = None;
            self.closing.armed_at = Some(self.last.time);
        }
    }
}

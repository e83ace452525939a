//! One order, as a clerk with a pencil would keep it.

use model::{CancelCause, OrdStatus, OrdType, Side, TimeInForce};

/// A fill that was told of; a bust makes its quantity nothing, a correction another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    pub(crate) exec: u64,
    /// The last correction of it.
    pub(crate) exec_now: u64,
    pub(crate) qty: i64,
    pub(crate) px: i64,
    /// Filled on an earlier trading day.
    pub(crate) earlier_day: bool,
}

/// A replace that waits.
#[derive(Clone, Debug)]
pub(crate) struct Replace {
    pub(crate) id: String,
    pub(crate) qty: i64,
    pub(crate) px: i64,
    pub(crate) stop: i64,
    pub(crate) sent: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    Canceled,
    Expired,
    Rejected,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) session: u32,
    pub(crate) account: u32,
    pub(crate) instrument: u32,
    pub(crate) id: String,
    /// Every name that it or a request about it ever had.
    pub(crate) names: Vec<String>,
    pub(crate) side: Side,
    pub(crate) ord_type: OrdType,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) exec_inst: model::ExecInst,
    pub(crate) qty: i64,
    pub(crate) px: i64,
    pub(crate) stop: i64,
    pub(crate) peg: i64,
    pub(crate) expire: i64,
    pub(crate) fills: Vec<Fill>,
    pub(crate) ended: Option<Ended>,
    pub(crate) done_for_day: bool,
    pub(crate) stopped: bool,
    pub(crate) suspended: bool,
    /// By a halt, and so until its end.
    pub(crate) by_halt: bool,
    pub(crate) cancel: Option<String>,
    pub(crate) ending: Option<CancelCause>,
    pub(crate) cancels_out: u32,
    pub(crate) replaces: Vec<Replace>,
    pub(crate) waits_for_price: bool,
    pub(crate) waits_for_session: bool,
    pub(crate) triggered: bool,
    pub(crate) day: u32,
    /// The day that it was done for last.
    pub(crate) done_day: u32,
    pub(crate) last_exec: u64,
    /// What its venue has counted beyond the fills that it told of.
    pub(crate) missing: i64,
    /// When its venue was asked for a cancel last because a scope was killed; -1 for never.
    pub(crate) kill_asked: i64,
}

impl Order {
    pub(crate) fn cum(&self) -> i64 {
        self.fills.iter().map(|fill| fill.qty).sum()
    }

    pub(crate) fn prior(&self) -> i64 {
        self.fills.iter().filter(|fill| fill.earlier_day).map(|fill| fill.qty).sum()
    }

    pub(crate) fn notional(&self) -> i128 {
        self.fills.iter().map(|fill| i128::from(fill.qty) * i128::from(fill.px)).sum()
    }

    pub(crate) fn good_till(&self) -> bool {
        matches!(self.time_in_force, TimeInForce::GoodTillCancel | TimeInForce::GoodTillDate)
    }

    pub(crate) fn held(&self) -> bool {
        self.waits_for_price || self.waits_for_session
    }

    pub(crate) fn replacing(&self) -> bool {
        self.replaces.first().is_some_and(|first| first.sent)
    }

    /// Of all that is true, what FIX gives the highest precedence.
    pub(crate) fn status(&self) -> OrdStatus {
        let cum = self.cum();
        let lives = self.ended.is_none();
        let full = cum > 0 && cum >= self.qty;
        let mut truths = vec![(2, OrdStatus::New)];
        if lives && self.cancel.is_some() {
            truths.push((12, OrdStatus::PendingCancel));
        }
        if lives && self.replacing() {
            truths.push((11, OrdStatus::PendingReplace));
        }
        if lives && self.done_for_day && !full {
            truths.push((10, OrdStatus::DoneForDay));
        }
        if full {
            truths.push((8, OrdStatus::Filled));
        }
        if lives && self.stopped {
            truths.push((7, OrdStatus::Stopped));
        }
        if lives && self.suspended {
            truths.push((6, OrdStatus::Suspended));
        }
        if lives && cum > 0 {
            truths.push((4, OrdStatus::PartiallyFilled));
        }
        // Once it has ended, only a complete fill is stronger.
        match self.ended {
            Some(Ended::Canceled) => truths.push((5, OrdStatus::Canceled)),
            Some(Ended::Expired) => truths.push((5, OrdStatus::Expired)),
            Some(Ended::Rejected) => truths.push((5, OrdStatus::Rejected)),
            None => {}
        }
        truths.into_iter().max_by_key(|(precedence, _)| *precedence).expect("an order is something").1
    }

    /// Can the venue fill it, now or on another day?
    pub(crate) fn fillable(&self) -> bool {
        let full = self.cum() > 0 && self.cum() >= self.qty;
        self.ended.is_none() && !full && (self.good_till() || !self.done_for_day)
    }

    /// Does it count as open: fillable, or something of it waits for an answer?
    pub(crate) fn open(&self) -> bool {
        self.fillable() || (self.ended.is_none() && (self.cancel.is_some() || self.replacing()))
    }

    pub(crate) fn leaves(&self) -> i64 {
        if self.open() { self.qty - self.cum() } else { 0 }
    }

    /// What it may still trade at worst.
    pub(crate) fn exposure(&self) -> i64 {
        if self.ended.is_some() || (self.done_for_day && !self.good_till()) {
            return 0;
        }
        self.replaces.iter().map(|replace| replace.qty).fold(self.qty, i64::max) - self.cum()
    }
}

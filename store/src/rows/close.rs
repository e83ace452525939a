//! The end of a day: `position_adjustments`, `day_marks`, `day_closes`.

use duckdb::{Result, params};
use model::{AdjustmentBooked, DayClosed, DayMarked};

use super::acts::Act;
use super::{Place, Rows};
use crate::names::Names;

impl Rows<'_> {
    /// An adjustment is an act of an operator too.
    pub(super) fn adjustment(&mut self, at: Place, e: &AdjustmentBooked) -> Result<()> {
        let adjustment = &e.adjustment;
        let (account, symbol) = (adjustment.account.as_str(), adjustment.symbol.as_str());
        let (actor, reason) = (adjustment.actor.as_str(), adjustment.reason.as_str());
        self.count += 1;
        self.position_adjustments.append_row(params![
            at.seq,
            at.index,
            at.time,
            account,
            symbol,
            adjustment.qty.units(),
            adjustment.px.units(),
            e.value.units(),
            adjustment.moves_cash == 1,
            e.in_kind.units(),
            actor,
            reason,
        ])?;
        let act = Act {
            name: "AdjustmentBooked",
            subject: account,
            actor: Some(actor),
            reason: Some(reason),
            after: Some(symbol),
            amount: Some(e.value.units()),
            ..Act::default()
        };
        self.act(at, &act)
    }

    pub(super) fn day_mark(&mut self, names: &Names, at: Place, e: &DayMarked) -> Result<()> {
        self.count += 1;
        self.day_marks.append_row(params![
            at.seq,
            at.index,
            at.time,
            e.close.0,
            names.symbol(e.instrument),
            format!("{:?}", e.policy),
            e.bid_px.units(),
            e.ask_px.units(),
            e.last_px.units(),
            e.age,
            e.is_stale == 1,
        ])
    }

    pub(super) fn day_close(&mut self, at: Place, e: &DayClosed) -> Result<()> {
        self.count += 1;
        self.day_closes.append_row(params![
            at.seq,
            at.index,
            at.time,
            e.trading_day,
            e.close.0,
            e.previous.0,
            format!("{:016x}{:016x}", e.digest[1], e.digest[0]),
            e.positions,
            e.unmarked,
            e.marks,
            e.breaks,
        ])
    }
}

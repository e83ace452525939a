//! The end of a day and the start of the next as JSON.

use model::Event;
use serde_json::{Value, json};

use super::{money, px, qty, word};

pub(super) fn breaks(c: &model::ReportBreaks) -> Value {
    json!({
        "account": c.account.as_str(), "positions": c.positions, "orders": c.orders, "executions": c.executions,
        "cash": c.cash, "above": c.above, "first_seen_ns": c.first_seen.0, "digest": format!("{:016x}", c.digest),
        "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn adjustment(c: &model::AdjustPosition) -> Value {
    json!({
        "account": c.account.as_str(), "symbol": c.symbol.as_str(), "qty": qty(c.qty), "px": px(c.px),
        "cost": money(c.cost), "moves_cash": c.moves_cash == 1, "actor": c.actor.as_str(), "reason": c.reason.as_str(),
    })
}

pub(super) fn day(c: &model::CloseDay) -> Value {
    json!({ "trading_day": c.trading_day, "actor": c.actor.as_str(), "reason": c.reason.as_str() })
}

pub(super) fn start(c: &model::CheckStart) -> Value {
    json!({
        "day_began_ns": c.day_began.0, "breaks_max": c.breaks_max, "require_close": c.require_close == 1,
    })
}

pub(super) fn arm(c: &model::Arm) -> Value {
    json!({ "actor": c.actor.as_str(), "reason": c.reason.as_str() })
}

/// Of the events that this file is about.
pub(super) fn event(event: &Event) -> Value {
    match event {
        Event::BreaksReported(e) => {
            json!({ "account": e.account.0, "before": e.before, "report": breaks(&e.report) })
        }
        Event::AdjustmentBooked(e) => json!({
            "account": e.account.0, "instrument": e.instrument.0, "value": money(e.value),
            "in_kind": money(e.in_kind), "adjustment": adjustment(&e.adjustment),
        }),
        Event::CloseBegun(e) => day(&e.close),
        Event::DayMarked(e) => json!({
            "instrument": e.instrument.0, "policy": word(e.policy), "bid_px": px(e.bid_px), "ask_px": px(e.ask_px),
            "last_px": px(e.last_px), "age_ns": e.age, "is_stale": e.is_stale == 1, "close": e.close.0,
        }),
        Event::DayClosed(e) => json!({
            "trading_day": e.trading_day, "digest": digest(e.digest), "close": e.close.0, "previous": e.previous.0,
            "positions": e.positions, "unmarked": e.unmarked, "marks": e.marks, "breaks": e.breaks,
        }),
        Event::StartChecked(e) => json!({
            "check": start(&e.check), "outcome": word(e.outcome), "close": e.close.0,
            "first_change_ns": e.first_change.0, "said": digest(e.said), "folded": digest(e.folded),
            "breaks": e.breaks,
        }),
        Event::Armed(e) => json!({ "outcome": word(e.outcome), "arm": arm(&e.arm) }),
        _ => Value::Null,
    }
}

/// In hexadecimal; it is kept low half first.
fn digest([low, high]: [u64; 2]) -> String {
    format!("{high:016x}{low:016x}")
}

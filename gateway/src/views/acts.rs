//! Operators' acts, for people: what was asked, by whom, and why.

use model::{ChangeLimit, Command, Scope, ScopeState, TradingState};
use serde::{Deserialize, Serialize};

use super::Act;
use super::currencies::rate_text;
use super::days::date;
use super::figures::{decimal, money};
use crate::limit_words::shown;

/// One operator act.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActStatus {
    /// The frame.
    pub seq: u64,
    /// When, nanoseconds since 1970.
    pub time_ns: i64,
    /// "halt", "resume", "cash", "set-seq", "reload", "order", "split", "phase", "resolve", "kill", "scope", "limit", "approve",
    /// "decline", "position", "breaks", "close" or "arm".
    pub act: String,
    /// The account; empty where the act is about none.
    pub account: String,
    /// The instrument; empty where the act is about none.
    pub symbol: String,
    /// The money moved; empty for a switch.
    pub amount: String,
    /// Sequence numbers before and after, for `set-seq`; else empty.
    pub sequence: String,
    /// What else was asked for: the order, the split, the phase.
    pub what: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Did it change anything?
    pub applied: bool,
}

pub(super) fn act_status(act: &Act) -> ActStatus {
    let base = ActStatus { seq: act.seq.0, time_ns: act.time.0, applied: act.applied, ..ActStatus::default() };
    match &act.command {
        Command::SetTradingState(set) => ActStatus {
            act: if set.state == TradingState::Halted { "halt" } else { "resume" }.to_owned(),
            account: if set.scope == Scope::Account { set.account.to_string() } else { String::new() },
            symbol: if set.scope == Scope::Instrument { set.symbol.to_string() } else { String::new() },
            actor: set.actor.to_string(),
            reason: set.reason.to_string(),
            ..base
        },
        Command::SetScopeState(set) => ActStatus {
            act: if set.state == ScopeState::Killed { "kill" } else { "scope" }.to_owned(),
            what: format!("{} {} {}", set.scope.word(), set.name, set.state.word()),
            actor: set.actor.to_string(),
            reason: set.reason.to_string(),
            ..base
        },
        Command::ChangeLimit(change) => ActStatus {
            act: "limit".to_owned(),
            what: limit(change),
            actor: change.actor.to_string(),
            reason: change.reason.to_string(),
            ..base
        },
        Command::DecideLimit(word) => ActStatus {
            act: if word.is_approved == 1 { "approve" } else { "decline" }.to_owned(),
            what: format!("proposal {}", word.proposal),
            actor: word.actor.to_string(),
            reason: word.reason.to_string(),
            ..base
        },
        Command::AdjustCash(adjust) => ActStatus {
            act: "cash".to_owned(),
            account: adjust.account.to_string(),
            amount: money(adjust.amount).to_string(),
            actor: adjust.actor.to_string(),
            reason: adjust.reason.to_string(),
            ..base
        },
        Command::SetSequenceNumbers(set) => ActStatus {
            act: "set-seq".to_owned(),
            sequence: format!(
                "session {}: in {} to {}, out {} to {}",
                set.session.0, set.next_in_before, set.next_in, set.next_out_before, set.next_out
            ),
            actor: set.actor.to_string(),
            reason: set.reason.to_string(),
            ..base
        },
        Command::Reload(reload) => ActStatus {
            act: "reload".to_owned(),
            actor: reload.actor.to_string(),
            reason: reload.reason.to_string(),
            ..base
        },
        Command::EnterOrder(order) => ActStatus {
            act: "order".to_owned(),
            account: order.account.to_string(),
            symbol: order.symbol.to_string(),
            what: format!(
                "{:?} {} at {} for session {}",
                order.side,
                decimal(order.order_qty.units()),
                decimal(order.price.units()),
                order.session.0
            ),
            actor: order.actor.to_string(),
            reason: order.reason.to_string(),
            ..base
        },
        Command::SplitOrders(split) => ActStatus {
            act: "split".to_owned(),
            symbol: split.symbol.to_string(),
            what: format!("{}:{}", split.numerator, split.denominator),
            actor: split.actor.to_string(),
            reason: split.reason.to_string(),
            ..base
        },
        Command::SplitInstrument(split) => ActStatus {
            act: "split".to_owned(),
            symbol: split.symbol.to_string(),
            what: format!("{}:{}, positions and orders", split.numerator, split.denominator),
            actor: split.actor.to_string(),
            reason: split.reason.to_string(),
            ..base
        },
        Command::SetFxRate(set) => ActStatus {
            act: "fx-rate".to_owned(),
            what: format!("{} {} for one {}", rate_text(set.rate), set.against, set.currency),
            actor: set.actor.to_string(),
            reason: set.reason.to_string(),
            ..base
        },
        Command::AdjustForeignCash(cash) => ActStatus {
            act: "cash".to_owned(),
            account: cash.account.to_string(),
            what: format!("{} {}", money(cash.amount), cash.currency),
            actor: cash.actor.to_string(),
            reason: cash.reason.to_string(),
            ..base
        },
        Command::PayDividend(dividend) => ActStatus {
            act: "dividend".to_owned(),
            symbol: dividend.symbol.to_string(),
            what: format!("{} each", decimal(dividend.per_unit.units())),
            actor: dividend.actor.to_string(),
            reason: dividend.reason.to_string(),
            ..base
        },
        Command::SettleInstrument(settlement) => ActStatus {
            act: "settle".to_owned(),
            symbol: settlement.symbol.to_string(),
            what: format!("at {}", decimal(settlement.settle_px.units())),
            actor: settlement.actor.to_string(),
            reason: settlement.reason.to_string(),
            ..base
        },
        Command::ChangeSymbol(change) => ActStatus {
            act: "symbol".to_owned(),
            symbol: change.symbol.to_string(),
            what: format!("{} from now on", change.new_symbol),
            actor: change.actor.to_string(),
            reason: change.reason.to_string(),
            ..base
        },
        Command::AdjustPosition(adjust) => ActStatus {
            act: "position".to_owned(),
            account: adjust.account.to_string(),
            symbol: adjust.symbol.to_string(),
            amount: if adjust.px.is_zero() { money(adjust.cost).to_string() } else { String::new() },
            what: format!(
                "{} at {}, {}",
                decimal(adjust.qty.units()),
                decimal(adjust.px.units()),
                if adjust.moves_cash == 1 { "for cash" } else { "in kind" }
            ),
            actor: adjust.actor.to_string(),
            reason: adjust.reason.to_string(),
            ..base
        },
        Command::ReportBreaks(report) => ActStatus {
            act: "breaks".to_owned(),
            account: report.account.to_string(),
            what: format!(
                "positions {}, orders {}, executions {}, cash {}; {} above tolerance",
                report.positions, report.orders, report.executions, report.cash, report.above
            ),
            actor: report.actor.to_string(),
            reason: report.reason.to_string(),
            ..base
        },
        Command::CloseDay(close) => ActStatus {
            act: "close".to_owned(),
            what: date(close.trading_day),
            actor: close.actor.to_string(),
            reason: close.reason.to_string(),
            ..base
        },
        Command::Arm(arm) => {
            ActStatus { act: "arm".to_owned(), actor: arm.actor.to_string(), reason: arm.reason.to_string(), ..base }
        }
        Command::SetTradingPhase(set) => ActStatus {
            act: "phase".to_owned(),
            what: format!("{} {} {}", set.calendar, crate::calendar::phase_word(set.phase), date(set.trading_day)),
            actor: set.actor.to_string(),
            reason: set.reason.to_string(),
            ..base
        },
        Command::ResolveOrder(resolve) => ActStatus {
            act: "resolve".to_owned(),
            what: format!("order {} {:?}", resolve.order_id, resolve.kind),
            actor: resolve.actor.to_string(),
            reason: resolve.reason.to_string(),
            ..base
        },
        _ => base,
    }
}

/// As "order_qty of account ALPHA: 500".
fn limit(change: &ChangeLimit) -> String {
    let value = if change.is_set == 1 { shown(change.kind, change.value) } else { "none".to_owned() };
    let whose = format!("{} {}", change.scope.word(), change.name);
    format!("{} of {}: {value}", change.kind.word(), whose.trim_end())
}

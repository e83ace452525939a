//! Operators' acts, for people: what was asked, by whom, why, and what came of it.

use model::{ChangeLimit, Command, RestrictInstrument, Scope};
use serde::{Deserialize, Serialize};

use super::acts::{Act, Signed, signed};
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
    /// In a word: "halt", "cash", "limit", "approve", ...
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
    /// What came of it; why nothing did, where nothing did.
    pub outcome: String,
}

pub(super) fn act_status(act: &Act) -> ActStatus {
    let status = ActStatus {
        seq: act.seq.0,
        time_ns: act.time.0,
        applied: act.outcome.is_effective(),
        outcome: act.outcome.words().to_owned(),
        ..asked(&act.command)
    };
    match signed(&act.command) {
        Some(Signed { act, actor, reason }) => {
            ActStatus { act: act.to_owned(), actor: actor.to_string(), reason: reason.to_string(), ..status }
        }
        None => status,
    }
}

/// What an act is about.
fn asked(command: &Command) -> ActStatus {
    let base = ActStatus::default();
    match command {
        Command::SetTradingState(set) => ActStatus {
            account: if set.scope == Scope::Account { set.account.to_string() } else { String::new() },
            symbol: if set.scope == Scope::Instrument { set.symbol.to_string() } else { String::new() },
            ..base
        },
        Command::SetScopeState(set) => {
            ActStatus { what: format!("{} {} {}", set.scope.word(), set.name, set.state.word()), ..base }
        }
        Command::ChangeLimit(change) => ActStatus { what: limit(change), ..base },
        Command::DecideLimit(word) => ActStatus { what: format!("proposal {}", word.proposal), ..base },
        Command::AdjustCash(adjust) => {
            ActStatus { account: adjust.account.to_string(), amount: money(adjust.amount).to_string(), ..base }
        }
        Command::SetSequenceNumbers(set) => ActStatus {
            sequence: format!(
                "session {}: in {} to {}, out {} to {}",
                set.session.0, set.next_in_before, set.next_in, set.next_out_before, set.next_out
            ),
            ..base
        },
        Command::EnterOrder(order) => ActStatus {
            account: order.account.to_string(),
            symbol: order.symbol.to_string(),
            what: format!(
                "{:?} {} at {} for session {}",
                order.side,
                decimal(order.order_qty.units()),
                decimal(order.price.units()),
                order.session.0
            ),
            ..base
        },
        Command::SplitOrders(split) => ActStatus {
            symbol: split.symbol.to_string(),
            what: format!("{}:{}", split.numerator, split.denominator),
            ..base
        },
        Command::SplitInstrument(split) => ActStatus {
            symbol: split.symbol.to_string(),
            what: format!("{}:{}, positions and orders", split.numerator, split.denominator),
            ..base
        },
        Command::SetFxRate(set) => {
            ActStatus { what: format!("{} {} for one {}", rate_text(set.rate), set.against, set.currency), ..base }
        }
        Command::AdjustForeignCash(cash) => ActStatus {
            account: cash.account.to_string(),
            what: format!("{} {}", money(cash.amount), cash.currency),
            ..base
        },
        Command::PayDividend(dividend) => ActStatus {
            symbol: dividend.symbol.to_string(),
            what: format!("{} each", decimal(dividend.per_unit.units())),
            ..base
        },
        Command::SettleInstrument(settlement) => ActStatus {
            symbol: settlement.symbol.to_string(),
            what: format!("at {}", decimal(settlement.settle_px.units())),
            ..base
        },
        Command::ChangeSymbol(change) => {
            ActStatus { symbol: change.symbol.to_string(), what: format!("{} from now on", change.new_symbol), ..base }
        }
        Command::AdjustPosition(adjust) => ActStatus {
            account: adjust.account.to_string(),
            symbol: adjust.symbol.to_string(),
            amount: if adjust.px.is_zero() { money(adjust.cost).to_string() } else { String::new() },
            what: format!(
                "{} at {}, {}",
                decimal(adjust.qty.units()),
                decimal(adjust.px.units()),
                if adjust.moves_cash == 1 { "for cash" } else { "in kind" }
            ),
            ..base
        },
        Command::ReportBreaks(report) => ActStatus {
            account: report.account.to_string(),
            what: format!(
                "positions {}, orders {}, executions {}, cash {}; {} above tolerance",
                report.positions, report.orders, report.executions, report.cash, report.above
            ),
            ..base
        },
        Command::CloseDay(close) => ActStatus { what: date(close.trading_day), ..base },
        Command::SetTradingPhase(set) => ActStatus {
            what: format!("{} {} {}", set.calendar, crate::calendar::phase_word(set.phase), date(set.trading_day)),
            ..base
        },
        Command::ResolveOrder(resolve) => {
            ActStatus { what: format!("order {} {:?}", resolve.order_id, resolve.kind), ..base }
        }
        Command::RestrictInstrument(change) => ActStatus {
            account: change.account.to_string(),
            symbol: change.symbol.to_string(),
            what: restriction(change),
            ..base
        },
        Command::GrantOverride(grant) => ActStatus {
            account: grant.account.to_string(),
            symbol: grant.symbol.to_string(),
            what: format!(
                "{:?} up to {} at {} of session {}",
                grant.side,
                decimal(grant.order_qty.units()),
                if grant.price.is_zero() { "any price".to_owned() } else { decimal(grant.price.units()).to_string() },
                grant.session
            ),
            ..base
        },
        // Who and why is all there is to say, or it is nobody's act.
        _ => base,
    }
}

/// As "order_qty of account ALPHA: 500".
fn limit(change: &ChangeLimit) -> String {
    let value = if change.is_set == 1 { shown(change.kind, change.value) } else { "none".to_owned() };
    let whose = format!("{} {}", change.scope.word(), change.name);
    format!("{} of {}: {value}", change.kind.word(), whose.trim_end())
}

/// As "short_sales on the restricted list" or "restriction 7 off the list".
fn restriction(change: &RestrictInstrument) -> String {
    match change.removes.0 {
        0 => format!("{} on the restricted list", change.forbids.word()),
        removes => format!("restriction {removes} off the list"),
    }
}

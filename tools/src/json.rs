//! Commands and events as JSON: FIX's words for the keys, decimals as text so that nothing is rounded.

mod close;
mod corporate;
mod currency;
mod definition;
mod limit;
mod operator;

use journal::Frame;
use model::{Command, Event, LimitKind, Notional, OrderView, Origin, Px, Qty, Refusal, StrategyPositionChanged};
use serde_json::{Value, json};

use crate::figures;

/// One frame.
pub fn frame(frame: &Frame<'_>) -> Value {
    let events: Vec<Value> =
        frame.events().map(|event| json!({ "event": event.name(), "fields": self::event(&event) })).collect();
    json!({
        "seq": frame.seq.0,
        "time_ns": frame.time.0,
        "command": frame.command.name(),
        "fields": command(&frame.command),
        "events": events,
    })
}

fn px(px: Px) -> Value {
    figures::px(px).into()
}

fn qty(qty: Qty) -> Value {
    figures::qty(qty).into()
}

fn money(notional: Notional) -> Value {
    figures::money(notional).into()
}

fn word(value: impl core::fmt::Debug) -> Value {
    format!("{value:?}").into()
}

fn origin(origin: &Origin) -> Value {
    json!({ "session": origin.session.0, "msg_seq_num": origin.msg_seq_num })
}

fn refusal(refusal: &Refusal) -> Value {
    json!({
        "check": refusal.check.code(),
        "limit": refusal.limit.to_string(),
        "observed": refusal.observed.to_string(),
        "unit": word(refusal.check.unit()),
        "reference_px": px(Px::from_units(refusal.reference_px)),
        "stopped_by": refusal.stopped_by().map(LimitKind::word),
    })
}

fn order(order: &OrderView) -> Value {
    json!({
        "order_id": order.order_id.0,
        "cl_ord_id": order.cl_ord_id.as_str(),
        "orig_cl_ord_id": order.orig_cl_ord_id.as_str(),
        "session": order.session.0,
        "account": order.account.0,
        "instrument": order.instrument.0,
        "side": word(order.side),
        "ord_type": word(order.ord_type),
        "time_in_force": word(order.time_in_force),
        "ord_status": word(order.ord_status),
        "order_qty": qty(order.order_qty),
        "price": px(order.price),
        "cum_qty": qty(order.cum_qty),
        "leaves_qty": qty(order.leaves_qty()),
        "avg_px": px(order.avg_px()),
        "stop_px": px(order.stop_px),
        "expire_time_ns": order.expire_time.0,
        "exec_inst": format!("{:?}", order.exec_inst),
        "prior_qty": qty(order.prior_qty),
        "held": order.held,
        "triggered": order.triggered == 1,
    })
}

/// A command's fields.
pub fn command(command: &Command) -> Value {
    match command {
        Command::NewOrder(c) => json!({
            "origin": origin(&c.origin), "cl_ord_id": c.cl_ord_id.as_str(), "symbol": c.symbol.as_str(),
            "account": c.account.as_str(), "side": word(c.side), "ord_type": word(c.ord_type),
            "time_in_force": word(c.time_in_force), "order_qty": qty(c.order_qty), "price": px(c.price),
            "transact_time_ns": c.transact_time.0, "poss_resend": c.poss_resend == 1,
            "cash_order_qty": qty(c.cash_order_qty), "stop_px": px(c.stop_px), "peg_offset": px(c.peg_offset),
            "min_qty": qty(c.min_qty), "max_floor": qty(c.max_floor), "expire_time_ns": c.expire_time.0,
            "cl_ord_link_id": c.cl_ord_link_id.as_str(), "contingency": word(c.contingency),
            "exec_inst": format!("{:?}", c.exec_inst),
        }),
        Command::CancelOrder(c) => json!({
            "origin": origin(&c.origin), "cl_ord_id": c.cl_ord_id.as_str(),
            "orig_cl_ord_id": c.orig_cl_ord_id.as_str(), "transact_time_ns": c.transact_time.0,
        }),
        Command::ReplaceOrder(c) => json!({
            "origin": origin(&c.origin), "cl_ord_id": c.cl_ord_id.as_str(),
            "orig_cl_ord_id": c.orig_cl_ord_id.as_str(), "side": word(c.side), "ord_type": word(c.ord_type),
            "order_qty": qty(c.order_qty), "price": px(c.price), "stop_px": px(c.stop_px),
            "transact_time_ns": c.transact_time.0,
        }),
        Command::OrderStatusRequest(c) => {
            json!({ "origin": origin(&c.origin), "cl_ord_id": c.cl_ord_id.as_str() })
        }
        Command::VenueReport(c) => venue_report(c),
        Command::CommissionedReport(c) => {
            json!({ "report": venue_report(&c.report), "commission": currency::commission(&c.commission) })
        }
        Command::CommissionedOrder(c) => {
            json!({ "order": foreign_order(&c.order), "commission": currency::commission(&c.commission) })
        }
        Command::Quote(c) => quote(c),
        Command::DefineInstrument(c) => definition::instrument(c),
        Command::DefineAccount(c) => definition::account(c),
        Command::DefineSession(c) => definition::session(c),
        Command::SetTradingState(c) => operator::trading_state(c),
        Command::SetScopeState(c) => operator::scope_state(c),
        Command::DefineAttribution(c) => definition::attribution(c),
        Command::DefineFirm(c) => limit::firm(c),
        Command::ChangeLimit(c) => limit::change(c),
        Command::DecideLimit(c) => limit::word(c),
        Command::RestrictInstrument(c) => operator::restriction(c),
        Command::GrantOverride(c) => operator::granted(c),
        Command::AdjustCash(c) => operator::cash(c),
        Command::Start(c) => definition::start(c),
        Command::Tick(_) | Command::Step(_) => json!({}),
        Command::MassCancel(c) => json!({
            "origin": origin(&c.origin), "cl_ord_id": c.cl_ord_id.as_str(), "symbol": c.symbol.as_str(),
            "account": c.account.as_str(), "request_type": char::from(c.request_type).to_string(), "side": c.side,
        }),
        Command::MassStatusRequest(c) => json!({
            "origin": origin(&c.origin), "mass_status_req_id": c.mass_status_req_id.as_str(),
            "symbol": c.symbol.as_str(), "account": c.account.as_str(),
            "request_type": char::from(c.request_type).to_string(), "side": c.side,
        }),
        Command::SessionEnded(c) => json!({ "session": c.session.0, "how": word(c.how) }),
        Command::SetTradingPhase(c) => operator::phase(c),
        Command::EnterOrder(c) => json!({
            "session": c.session.0, "symbol": c.symbol.as_str(), "account": c.account.as_str(), "side": word(c.side),
            "ord_type": word(c.ord_type), "time_in_force": word(c.time_in_force), "order_qty": qty(c.order_qty),
            "price": px(c.price), "actor": c.actor.as_str(), "reason": c.reason.as_str(),
        }),
        Command::ForeignOrder(c) => foreign_order(c),
        Command::ReportJournalRoom(c) => json!({ "has_room": c.has_room == 1 }),
        Command::VenueLink(c) => json!({ "venue": c.venue.0, "link": word(c.link) }),
        Command::ResolveOrder(c) => operator::resolution(c),
        Command::SplitOrders(c) => operator::split(c),
        Command::SplitInstrument(c) => corporate::split(c),
        Command::SetFxRate(c) => currency::fx_rate(c),
        Command::AdjustForeignCash(c) => currency::cash(c),
        Command::DefineAccountCurrency(c) => currency::account(c),
        Command::PayDividend(c) => corporate::dividend(c),
        Command::SettleInstrument(c) => corporate::settlement(c),
        Command::ChangeSymbol(c) => corporate::symbol(c),
        Command::ReportBreaks(c) => close::breaks(c),
        Command::AdjustPosition(c) => close::adjustment(c),
        Command::CloseDay(c) => close::day(c),
        Command::CheckStart(c) => close::start(c),
        Command::Arm(c) => close::arm(c),
        Command::DisputeTrade(c) => dispute(c),
        Command::SetSequenceNumbers(c) => operator::sequence_numbers(c),
        Command::Reload(c) => operator::reload(c),
    }
}

/// An event's fields.
pub fn event(event: &Event) -> Value {
    match event {
        Event::OrderAccepted(e) => json!({ "order": order(&e.order), "worst_px": px(e.worst_px) }),
        Event::OrderRefused(e) => json!({
            "refusal": refusal(&e.refusal), "order_id": e.order_id.0, "cl_ord_id": e.cl_ord_id.as_str(),
            "symbol": e.symbol.as_str(), "account": e.account.as_str(), "session": e.session.0,
            "side": word(e.side), "ord_type": word(e.ord_type), "time_in_force": word(e.time_in_force),
            "ord_status": word(e.ord_status), "order_qty": qty(e.order_qty), "price": px(e.price),
        }),
        Event::CancelRequested(e) => json!({ "order": order(&e.order), "cause": word(e.cause) }),
        Event::ReplaceRequested(e) => json!({
            "order": order(&e.order), "order_qty": qty(e.order_qty), "price": px(e.price), "stop_px": px(e.stop_px),
            "worst_px": px(e.worst_px), "behind": e.behind.as_str(),
        }),
        Event::ReplaceQueued(e) => json!({
            "order": order(&e.order), "order_qty": qty(e.order_qty), "price": px(e.price), "stop_px": px(e.stop_px),
            "worst_px": px(e.worst_px), "behind": e.behind.as_str(),
        }),
        Event::OrderAdopted(e) => json!({
            "order": order(&e.order), "worst_px": px(e.worst_px), "venue": e.venue.0,
            "venue_exec_id": e.venue_exec_id, "venue_order_id": e.venue_order_id, "at_venue": e.at_venue == 1,
        }),
        Event::TradeCanceled(e) => json!({
            "order": order(&e.order), "last_qty": qty(e.last_qty), "last_px": px(e.last_px),
            "venue_exec_id": e.venue_exec_id, "exec_ref_id": format!("{}-{}", e.ref_seq, e.ref_index),
        }),
        Event::TradeCorrected(e) => json!({
            "order": order(&e.order), "last_qty": qty(e.last_qty), "last_px": px(e.last_px),
            "venue_exec_id": e.venue_exec_id, "exec_ref_id": format!("{}-{}", e.ref_seq, e.ref_index),
        }),
        Event::OrderRestated(e) => json!({
            "order": order(&e.order), "worst_px": px(e.worst_px), "restatement": word(e.restatement),
            "venue_exec_id": e.venue_exec_id,
        }),
        Event::OrderDoneForDay(e) => json!({ "order": order(&e.order), "venue_exec_id": e.venue_exec_id }),
        Event::OrderSuspended(e) => json!({ "order": order(&e.order), "venue_exec_id": e.venue_exec_id }),
        Event::OrderTriggered(e) => json!({
            "order": order(&e.order), "worst_px": px(e.worst_px), "venue_exec_id": e.venue_exec_id,
        }),
        Event::OrderStopped(e) => json!({
            "order": order(&e.order), "last_qty": qty(e.last_qty), "last_px": px(e.last_px),
            "venue_exec_id": e.venue_exec_id,
        }),
        Event::MassCancelReported(e) => json!({
            "cl_ord_id": e.cl_ord_id.as_str(), "session": e.session.0, "symbol": e.symbol.as_str(),
            "account": e.account.as_str(), "taken": e.request.0 > 0, "reject_reason": e.reject_reason,
            "total_affected_orders": e.total_affected_orders, "side": e.side,
        }),
        Event::MassStatusBegun(e) => json!({
            "mass_status_req_id": e.mass_status_req_id.as_str(), "session": e.session.0,
            "tot_num_reports": e.tot_num_reports, "side": e.side,
        }),
        Event::WorkAdvanced(e) => json!({ "work": word(e.work), "cursor": e.cursor, "is_done": e.is_done == 1 }),
        Event::SessionLost(e) => json!({ "session": e.session.0, "how": word(e.how) }),
        Event::TradingPhaseChanged(e) => json!({ "before": word(e.before), "set": operator::phase(&e.set) }),
        Event::JournalRoomChanged(e) => json!({ "has_room": e.has_room == 1 }),
        Event::VenueLinked(e) => json!({ "venue": e.venue.0, "link": word(e.link) }),
        Event::ResolutionGiven(e) => {
            json!({ "outcome": word(e.outcome), "resolution": operator::resolution(&e.resolution) })
        }
        Event::SplitBegun(e) => operator::split(&e.split),
        Event::PositionsSplit(e) => corporate::split(&e.split),
        Event::DividendBegun(e) => corporate::dividend(&e.dividend),
        Event::SettlementBegun(e) => corporate::settlement(&e.settlement),
        Event::SymbolChanged(e) => corporate::symbol(&e.change),
        Event::DividendPaid(e) => json!({
            "account": e.account.0, "instrument": e.instrument.0, "qty": qty(e.qty), "amount": money(e.amount),
            "dividends": money(e.dividends), "account_cash": money(e.account_cash),
        }),
        Event::PositionAdjusted(e) => json!({
            "account": e.account.0, "instrument": e.instrument.0, "kind": word(e.kind), "qty": qty(e.qty), "px": px(e.px),
        }),
        Event::BreaksReported(_)
        | Event::AdjustmentBooked(_)
        | Event::CloseBegun(_)
        | Event::DayMarked(_)
        | Event::DayClosed(_)
        | Event::StartChecked(_)
        | Event::Armed(_) => close::event(event),
        Event::TradeDisputed(e) => dispute(&e.dispute),
        Event::CancelRejected(e) => json!({
            "order_id": e.order_id.0, "cl_ord_id": e.cl_ord_id.as_str(), "orig_cl_ord_id": e.orig_cl_ord_id.as_str(),
            "session": e.session.0, "response_to": word(e.response_to), "reason": word(e.reason),
            "ord_status": word(e.ord_status), "ends_pending": e.ends_pending == 1,
            "refusal": if e.by_risk == 1 { refusal(&e.refusal) } else { Value::Null },
        }),
        Event::VenueAccepted(e) => json!({ "order_id": e.order_id.0, "venue_exec_id": e.venue_exec_id }),
        Event::OrderAcknowledged(e) => json!({ "order": order(&e.order) }),
        Event::OrderFilled(e) => json!({
            "order": order(&e.order), "last_qty": qty(e.last_qty), "last_px": px(e.last_px),
            "venue_exec_id": e.venue_exec_id,
        }),
        Event::OrderCanceled(e) => json!({
            "order": order(&e.order), "venue_exec_id": e.venue_exec_id, "cause": word(e.cause),
            "restatement": word(e.restatement),
        }),
        Event::OrderReplaced(e) => json!({ "order": order(&e.order), "venue_exec_id": e.venue_exec_id }),
        Event::OrderRejected(e) => json!({ "order": order(&e.order), "reason": word(e.reason) }),
        Event::OrderExpired(e) => json!({ "order": order(&e.order) }),
        Event::StatusReported(e) => json!({
            "order": order(&e.order), "known": e.known == 1, "mass_status_req_id": e.mass_status_req_id.as_str(),
            "last_rpt_requested": e.last_rpt_requested == 1,
        }),
        Event::PositionChanged(e) => json!({
            "account": e.account.0, "instrument": e.instrument.0, "qty": qty(e.qty), "cost": money(e.cost),
            "realised": money(e.realised), "fees": money(e.fees), "fee": money(e.fee),
            "cash_from_trades": money(e.cash_from_trades), "account_cash": money(e.account_cash),
        }),
        Event::FxRateSet(e) => json!({ "set": currency::fx_rate(&e.set), "before": currency::rate(e.before) }),
        Event::AccountCurrencyDefined(e) => json!({
            "account": e.account.0, "definition": currency::account(&e.definition),
        }),
        Event::ForeignCashAdjusted(e) => currency::cash(&e.adjustment),
        Event::ForeignCashMoved(e) => currency::moved(e),
        Event::CommissionBooked(e) => currency::commission_booked(e),
        Event::StrategyPositionChanged(e) => json!({
            "account": e.account.0, "instrument": e.instrument.0,
            "strategy": (e.strategy != StrategyPositionChanged::UNALLOCATED).then_some(e.strategy), "qty": qty(e.qty),
            "cost": money(e.cost), "realised": money(e.realised), "fees": money(e.fees), "fee": money(e.fee),
            "cash_from_trades": money(e.cash_from_trades), "dividends": money(e.dividends),
        }),
        Event::QuoteUpdated(e) => quote(&e.quote),
        Event::QuoteDoubted(e) => json!({
            "quote": quote(&e.quote), "doubt": word(e.doubt), "before": px(e.before), "limit": e.limit,
        }),
        Event::OverrideChanged(e) => json!({
            "grant": operator::granted(&e.grant), "asked_at": e.asked_at.0, "outcome": e.outcome.words(),
            "order_id": e.order_id.0, "check": (e.order_id.0 != 0).then(|| e.check.code()),
            "settled_by": e.settled_by.as_str(), "settled_because": e.settled_because.as_str(),
        }),
        Event::RestrictionChanged(e) => json!({
            "change": operator::restriction(&e.change), "restriction": e.restriction.0, "proposal": e.proposal.0,
            "expires_ns": e.expires.0, "instrument": e.instrument.0, "outcome": e.outcome.words(),
            "settled_by": e.settled_by.as_str(), "settled_because": e.settled_because.as_str(),
        }),
        Event::WashSuspected(e) => json!({
            "order_id": e.order_id.0, "other": e.other.0, "other_px": px(e.other_px), "other_at_ns": e.other_at.0,
            "window_ns": e.window, "account": e.account.0, "other_account": e.other_account.0,
            "instrument": e.instrument.0, "trader": e.trader, "side": word(e.side),
        }),
        Event::InstrumentDefined(e) => {
            json!({ "instrument": e.instrument.0, "definition": definition::instrument(&e.definition) })
        }
        Event::AccountDefined(e) => json!({ "account": e.account.0, "definition": definition::account(&e.definition) }),
        Event::SessionDefined(e) => json!({ "session": e.session.0, "definition": definition::session(&e.definition) }),
        Event::FirmDefined(e) => limit::firm(&e.definition),
        Event::LimitChanged(e) => limit::changed(e),
        Event::ConfigurationRead(e) => json!({ "actor": e.actor.as_str(), "reason": e.reason.as_str() }),
        Event::AttributionDefined(e) => {
            json!({ "session": e.session.0, "definition": definition::attribution(&e.definition) })
        }
        Event::ScopeStateSet(e) => json!({
            "set": operator::scope_state(&e.set), "index": e.index, "live": e.live, "outcome": word(e.outcome),
            "before": word(e.before), "limit": e.limit().map(LimitKind::word),
        }),
        Event::Alarmed(e) => json!({
            "alarm": e.alarm.word(), "scope": e.scope.word(), "index": e.index,
            "instrument": (e.instrument != model::InstrumentId::NONE).then_some(e.instrument.0),
            "limit": e.limit.to_string(), "observed": e.observed.to_string(),
        }),
        Event::KillProgressed(e) => json!({
            "kill": e.kill.0, "scope": word(e.scope), "index": e.index, "elapsed_ns": e.elapsed_ns, "live": e.live,
            "live_at_start": e.live_at_start, "came": e.came, "canceled": e.canceled, "filled": e.filled,
            "ended": e.ended, "asked": e.asked, "retries": e.retries, "in_doubt": e.in_doubt,
            "unreachable": e.unreachable, "overdue": e.overdue, "cursor": e.cursor, "is_done": e.is_done == 1,
        }),
        Event::TradingStateChanged(e) => json!({ "before": word(e.before), "set": operator::trading_state(&e.set) }),
        Event::CashAdjusted(e) => {
            json!({ "account": e.account.0, "cash": money(e.cash), "adjustment": operator::cash(&e.adjustment) })
        }
        Event::ReportSuspended(e) => json!({ "why": word(e.why), "report": venue_report(&e.report) }),
        Event::Started(e) => definition::start(&e.start),
        Event::Ticked(_) => json!({}),
    }
}

fn dispute(c: &model::DisputeTrade) -> Value {
    json!({
        "origin": origin(&c.origin), "order_id": c.order_id.0,
        "exec_id": format!("{}-{}", c.exec_seq, c.exec_index), "reason": char::from(c.reason).to_string(),
    })
}

fn venue_report(c: &model::VenueReport) -> Value {
    json!({
        "venue_ref_id": c.venue_ref_id, "order_qty": qty(c.order_qty), "price": px(c.price), "cum_qty": qty(c.cum_qty),
        "restatement": word(c.restatement), "counted": word(c.counted),
        "order_id": c.order_id.0, "venue_exec_id": c.venue_exec_id, "kind": word(c.kind),
        "last_qty": qty(c.last_qty), "last_px": px(c.last_px), "reason": c.reason, "venue": c.venue.0,
    })
}

fn foreign_order(c: &model::ForeignOrder) -> Value {
    json!({
        "venue": c.venue.0, "venue_exec_id": c.venue_exec_id, "venue_order_id": c.venue_order_id,
        "cl_ord_id": c.cl_ord_id.as_str(), "symbol": c.symbol.as_str(), "account": c.account.as_str(),
        "side": word(c.side), "ord_type": word(c.ord_type), "kind": word(c.kind), "order_qty": qty(c.order_qty),
        "price": px(c.price), "last_qty": qty(c.last_qty), "last_px": px(c.last_px), "cum_qty": qty(c.cum_qty),
    })
}

fn quote(c: &model::Quote) -> Value {
    json!({
        "instrument": c.instrument.0, "bid_px": px(c.bid_px), "bid_qty": qty(c.bid_qty), "ask_px": px(c.ask_px),
        "ask_qty": qty(c.ask_qty), "last_px": px(c.last_px), "source_time_ns": c.source_time.0,
    })
}

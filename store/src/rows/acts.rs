//! What operators and the configuration did: `operator_acts`, and the tables of what was defined.

use duckdb::{Result, params};
use model::{
    ChangeSymbol, DividendBegun, Event, PayDividend, PositionsSplit, ScopeOutcome, SettleInstrument, SettlementBegun,
    SplitInstrument, SymbolChanged,
};

use super::words::{name_of_adjustment, name_of_link, name_of_phase, name_of_resolution, name_of_state};
use super::{Place, Rows};
use crate::names::Names;

impl Rows<'_> {
    /// Definitions go to their own table too; names are learned before later events of the frame need them.
    pub(super) fn operator_event(&mut self, names: &mut Names, at: Place, event: &Event) -> Result<()> {
        let mut act = Act { name: event.name(), ..Act::default() };
        match event {
            Event::InstrumentDefined(e) => {
                let d = &e.definition;
                names.learn_instrument(e.instrument, d);
                self.count += 1;
                self.instruments.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    e.instrument.0,
                    d.symbol.as_str(),
                    d.currency.as_str(),
                    d.tick.units(),
                    d.lot.units(),
                    d.max_order_qty.units(),
                    d.multiplier,
                    d.collar,
                    d.reference_age_max,
                    d.tradable == 1,
                ])?;
                act.subject = d.symbol.as_str();
                self.act(at, &act)
            }
            Event::AccountDefined(e) => {
                let d = &e.definition;
                names.learn_account(e.account, d);
                self.count += 1;
                self.accounts.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    e.account.0,
                    d.account.as_str(),
                    d.currency.as_str(),
                    d.max_order_notional.units(),
                    d.max_order_qty.units(),
                    d.max_long.units(),
                    d.max_short.units(),
                    d.fee_rate,
                    d.open_orders_max,
                    d.cash_account == 1,
                ])?;
                act.subject = d.account.as_str();
                self.act(at, &act)
            }
            Event::SessionDefined(e) => {
                let d = &e.definition;
                names.learn_session(e.session, d);
                self.count += 1;
                self.sessions.append_row(params![
                    at.seq,
                    at.index,
                    at.time,
                    e.session.0,
                    d.sender_comp_id.as_str(),
                    d.target_comp_id.as_str(),
                    d.account.as_str(),
                    d.messages_per_second,
                ])?;
                act.subject = d.target_comp_id.as_str();
                self.act(at, &act)
            }
            Event::MassCancelReported(e) => {
                act.subject = e.cl_ord_id.as_str();
                act.after = Some(if e.request.0 > 0 { "Taken" } else { "Refused" });
                self.act(at, &act)
            }
            Event::SessionLost(e) => {
                act.subject = names.session(e.session).unwrap_or_default();
                self.act(at, &act)
            }
            Event::TradingPhaseChanged(e) => {
                act.subject = e.set.calendar.as_str();
                act.before = Some(name_of_phase(e.before));
                act.after = Some(name_of_phase(e.set.phase));
                self.act(at, &act)
            }
            Event::VenueLinked(e) => {
                act.subject = e.venue.session().and_then(|session| names.session(session)).unwrap_or_default();
                act.after = Some(name_of_link(e.link));
                self.act(at, &act)
            }
            Event::JournalRoomChanged(e) => {
                act.subject = "journal";
                act.after = Some(if e.has_room == 1 { "room" } else { "full" });
                self.act(at, &act)
            }
            Event::ResolutionGiven(e) => {
                act.actor = Some(e.resolution.actor.as_str());
                act.reason = Some(e.resolution.reason.as_str());
                act.after = Some(name_of_resolution(e.outcome));
                self.act(at, &act)
            }
            Event::SplitBegun(e) => {
                act.subject = e.split.symbol.as_str();
                act.actor = Some(e.split.actor.as_str());
                act.reason = Some(e.split.reason.as_str());
                self.act(at, &act)
            }
            Event::PositionsSplit(PositionsSplit { split: SplitInstrument { symbol, actor, reason, .. }, .. })
            | Event::DividendBegun(DividendBegun { dividend: PayDividend { symbol, actor, reason, .. }, .. })
            | Event::SettlementBegun(SettlementBegun {
                settlement: SettleInstrument { symbol, actor, reason, .. },
                ..
            })
            | Event::SymbolChanged(SymbolChanged { change: ChangeSymbol { symbol, actor, reason, .. }, .. }) => {
                act.subject = symbol.as_str();
                act.actor = Some(actor.as_str());
                act.reason = Some(reason.as_str());
                self.act(at, &act)
            }
            Event::DividendPaid(e) => {
                act.subject = names.account(e.account).unwrap_or_default();
                act.amount = Some(e.amount.units());
                act.cash = Some(e.account_cash.units());
                self.act(at, &act)
            }
            Event::PositionAdjusted(e) => {
                act.subject = names.account(e.account).unwrap_or_default();
                act.after = Some(name_of_adjustment(e.kind));
                self.act(at, &act)
            }
            Event::BreaksReported(e) => {
                act.subject = e.report.account.as_str();
                act.actor = Some(e.report.actor.as_str());
                act.reason = Some(e.report.reason.as_str());
                let (before, after) = (e.before.to_string(), e.report.above.to_string());
                self.act(at, &Act { before: Some(&before), after: Some(&after), ..act })
            }
            Event::AdjustmentBooked(e) => self.adjustment(at, e),
            Event::CloseBegun(e) => {
                act.actor = Some(e.close.actor.as_str());
                act.reason = Some(e.close.reason.as_str());
                self.act(at, &act)
            }
            Event::DayMarked(e) => self.day_mark(names, at, e),
            Event::DayClosed(e) => self.day_close(at, e),
            Event::StartChecked(e) => {
                act.after = Some(e.outcome.words());
                self.act(at, &act)
            }
            Event::Armed(e) => {
                act.actor = Some(e.arm.actor.as_str());
                act.reason = Some(e.arm.reason.as_str());
                act.after = Some(e.outcome.words());
                self.act(at, &act)
            }
            Event::TradeDisputed(e) => {
                act.subject = names.session(e.dispute.origin.session).unwrap_or_default();
                self.act(at, &act)
            }
            Event::AttributionDefined(e) => {
                let strategy = e.definition.strategy;
                if !strategy.is_empty() {
                    names.learn_strategy(e.strategy, strategy);
                    self.count += 1;
                    self.strategies.append_row(params![at.seq, at.index, at.time, e.strategy, strategy.as_str()])?;
                }
                act.subject = e.definition.target_comp_id.as_str();
                act.after = Some(e.definition.trader.as_str());
                self.act(at, &act)
            }
            Event::FxRateSet(e) => {
                act.subject = e.set.currency.as_str();
                act.actor = Some(e.set.actor.as_str());
                act.reason = Some(e.set.reason.as_str());
                act.after = Some(e.set.against.as_str());
                self.act(at, &act)
            }
            Event::AccountCurrencyDefined(e) => {
                act.subject = e.definition.account.as_str();
                act.after = Some(e.definition.currency.as_str());
                self.act(at, &act)
            }
            Event::ForeignCashAdjusted(e) => {
                act.subject = e.adjustment.account.as_str();
                act.actor = Some(e.adjustment.actor.as_str());
                act.reason = Some(e.adjustment.reason.as_str());
                act.after = Some(e.adjustment.currency.as_str());
                act.amount = Some(e.adjustment.amount.units());
                self.act(at, &act)
            }
            Event::FirmDefined(e) => {
                act.subject = "firm";
                act.after = Some(e.definition.base_currency.as_str());
                self.act(at, &act)
            }
            Event::LimitChanged(e) => {
                act.subject = if e.change.name.is_empty() { e.change.scope.word() } else { e.change.name.as_str() };
                let is_settled = !e.settled_by.is_empty();
                act.actor = Some(if is_settled { e.settled_by.as_str() } else { e.change.actor.as_str() });
                act.reason = Some(if is_settled { e.settled_because.as_str() } else { e.change.reason.as_str() });
                act.before = Some(e.change.kind.word());
                act.after = Some(e.outcome.words());
                act.amount = Some(e.change.value).filter(|_| e.change.is_set == 1);
                self.limit(at, e)?;
                self.act(at, &act)
            }
            Event::ConfigurationRead(e) => {
                act.subject = "configuration";
                act.actor = Some(e.actor.as_str());
                act.reason = Some(e.reason.as_str());
                self.act(at, &act)
            }
            Event::OverrideChanged(e) => {
                let is_settled = !e.settled_by.is_empty();
                act.subject = e.grant.session.as_str();
                act.actor = Some(if is_settled { e.settled_by.as_str() } else { e.grant.actor.as_str() });
                act.reason = Some(if is_settled { e.settled_because.as_str() } else { e.grant.reason.as_str() });
                act.after = Some(e.outcome.words());
                self.override_of_one(at, e)?;
                self.act(at, &act)
            }
            Event::RestrictionChanged(e) => {
                let is_settled = !e.settled_by.is_empty();
                act.subject = names.symbol(e.instrument).unwrap_or_default();
                act.actor = Some(if is_settled { e.settled_by.as_str() } else { e.change.actor.as_str() });
                act.reason = Some(if is_settled { e.settled_because.as_str() } else { e.change.reason.as_str() });
                act.before = Some(if e.change.removes.0 == 0 { "restrict" } else { "free" });
                act.after = Some(e.outcome.words());
                self.restriction(names, at, e)?;
                self.act(at, &act)
            }
            Event::ScopeStateSet(e) => {
                act.subject = if e.set.name.is_empty() { e.set.scope.word() } else { e.set.name.as_str() };
                act.actor = Some(e.set.actor.as_str());
                act.reason = Some(e.set.reason.as_str());
                act.before = Some(e.before.word());
                act.after = Some(if e.outcome == ScopeOutcome::Set { e.set.state } else { e.before }.word());
                self.act(at, &act)
            }
            Event::Alarmed(e) => {
                act.subject = e.scope.word();
                act.after = Some(e.alarm.word());
                act.amount = Some(e.observed);
                self.act(at, &act)
            }
            Event::KillProgressed(e) => {
                act.subject = e.scope.word();
                act.after = Some("zero");
                self.act(at, &act)
            }
            Event::TradingStateChanged(e) => {
                let instrument = e.set.symbol.as_str();
                act.subject = if instrument.is_empty() { e.set.account.as_str() } else { instrument };
                act.actor = Some(e.set.actor.as_str());
                act.reason = Some(e.set.reason.as_str());
                act.before = Some(name_of_state(e.before));
                act.after = Some(name_of_state(e.set.state));
                self.act(at, &act)
            }
            Event::CashAdjusted(e) => {
                act.subject = e.adjustment.account.as_str();
                act.actor = Some(e.adjustment.actor.as_str());
                act.reason = Some(e.adjustment.reason.as_str());
                act.amount = Some(e.adjustment.amount.units());
                act.cash = Some(e.cash.units());
                self.act(at, &act)
            }
            Event::Started(e) => {
                act.subject = e.start.build.as_str();
                self.act(at, &act)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn act(&mut self, at: Place, act: &Act<'_>) -> Result<()> {
        self.count += 1;
        self.operator_acts.append_row(params![
            at.seq,
            at.index,
            at.time,
            act.name,
            act.subject,
            act.actor,
            act.reason,
            act.before,
            act.after,
            act.amount,
            act.cash,
        ])
    }
}

/// A row of `operator_acts`.
#[derive(Default)]
pub(super) struct Act<'a> {
    pub(super) name: &'static str,
    pub(super) subject: &'a str,
    pub(super) actor: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    pub(super) amount: Option<i128>,
    pub(super) cash: Option<i128>,
}

//! What a command causes. Reads only; every refusal precedes every event that changes something.

mod at_trade;
mod close;
mod commissions;
mod corporate;
mod currencies;
mod doubt;
mod drift;
mod executions;
mod foreign;
mod journal_room;
mod kill;
mod limits;
mod losses;
mod mass;
mod messages;
mod new_order;
mod operator;
mod overrides;
mod quotes;
mod recent_orders;
mod requests;
mod restate;
mod restrictions;
mod self_match;
mod silence;
mod step;
mod strategies;
mod trades;
mod trading_day;
mod unasked;
mod venue;

use model::{Command, EngineTime, Events, Seq};

use crate::state::State;

pub(crate) use commissions::Apart;
pub(crate) use corporate::legs;
pub(crate) use currencies::rate_of;
pub(crate) use kill::index_of;
pub(crate) use new_order::{as_sent, asked, trailing_stop_px};
pub(crate) use quotes::px_of;
pub(crate) use requests::{asked_of, asked_stop_px};
pub(crate) use step::is_watched;

/// The events that `command` causes as frame `seq` at `now`. `events` is cleared first.
///
/// The same state, number, time and command yield the same events, on any machine.
pub fn decide(state: &State, seq: Seq, now: EngineTime, command: &Command, events: &mut Events) {
    events.clear();
    match command {
        Command::NewOrder(body) => new_order::new_order(state, seq, now, body, events),
        Command::EnterOrder(body) => new_order::enter_order(state, seq, now, body, events),
        Command::CancelOrder(body) => requests::cancel_order(state, body, events),
        Command::ReplaceOrder(body) => requests::replace_order(state, seq, now, body, events),
        Command::OrderStatusRequest(body) => requests::order_status(state, body, events),
        Command::DisputeTrade(body) => requests::dispute_trade(body, events),
        Command::MassCancel(body) => mass::mass_cancel(state, seq, body, events),
        Command::MassStatusRequest(body) => mass::mass_status(state, seq, body, events),
        Command::SessionEnded(body) => mass::session_ended(state, body, events),
        Command::VenueReport(body) => venue::report(state, now, body, None, events),
        Command::CommissionedReport(body) => venue::report(state, now, &body.report, Some(&body.commission), events),
        Command::ForeignOrder(body) => foreign::foreign_order(state, (seq, now), body, None, events),
        Command::CommissionedOrder(body) => {
            foreign::foreign_order(state, (seq, now), &body.order, Some(&body.commission), events);
        }
        Command::VenueLink(body) => doubt::venue_link(body, events),
        Command::ResolveOrder(body) => doubt::resolve_order(state, now, body, events),
        Command::Quote(body) => quotes::quote(state, body, events),
        Command::DefineInstrument(body) => operator::define_instrument(state, (seq, now), body, events),
        Command::DefineAccount(body) => operator::define_account(state, (seq, now), body, events),
        Command::DefineSession(body) => operator::define_session(state, (seq, now), body, events),
        Command::DefineAttribution(body) => kill::define_attribution(state, body, events),
        Command::SetScopeState(body) => kill::set_scope_state(state, body, events),
        Command::SetTradingState(body) => operator::set_trading_state(state, body, events),
        Command::SetTradingPhase(body) => operator::set_trading_phase(state, body, events),
        Command::SplitOrders(body) => operator::split_orders(state, body, events),
        Command::SplitInstrument(body) => corporate::split(state, body, events),
        Command::PayDividend(body) => corporate::dividend(state, body, events),
        Command::SettleInstrument(body) => corporate::settle(state, body, events),
        Command::ChangeSymbol(body) => corporate::change_symbol(state, body, events),
        Command::ReportBreaks(body) => close::report_breaks(state, body, events),
        Command::AdjustPosition(body) => close::adjust_position(state, body, events),
        Command::CloseDay(body) => close::close_day(state, now, body, events),
        Command::CheckStart(body) => close::check_start(state, body, events),
        Command::Arm(body) => close::arm(state, body, events),
        Command::SetFxRate(body) => currencies::set_fx_rate(state, body, events),
        Command::AdjustForeignCash(body) => currencies::adjust_foreign_cash(state, body, events),
        Command::DefineAccountCurrency(body) => currencies::define_account_currency(state, body, events),
        Command::AdjustCash(body) => operator::adjust_cash(state, body, events),
        Command::Start(body) => events.push(model::Started { start: *body }),
        Command::Tick(body) => {
            events.push(model::Ticked { reserved: body.reserved });
            silence::jumped(state, now, events);
            limits::expire(state, now, events);
            restrictions::expire(state, now, events);
            overrides::expire(state, now, events);
        }
        Command::DefineFirm(body) => limits::define_firm(state, body, events),
        Command::ChangeLimit(body) => limits::change_limit(state, seq, now, body, events),
        Command::DecideLimit(body) => limits::decide_limit(state, now, body, events),
        Command::RestrictInstrument(body) => restrictions::restrict(state, seq, now, body, events),
        Command::GrantOverride(body) => overrides::grant(state, seq, now, body, events),
        Command::ReportJournalRoom(body) => journal_room::report(state, body, events),
        Command::Step(_) => step::step(state, seq, now, events),
        // The frame is the record; the numbers, and who may log on, are the gateway's.
        Command::SetSequenceNumbers(_) => {}
        Command::Reload(body) => limits::reload(state, body, events),
    }
    at_trade::look(state, now, command, events);
}

//! What a command causes. Reads only; every refusal precedes every event that changes something.

mod client;
mod operator;
mod venue;

use model::{Command, EngineTime, Events, Seq};

use crate::state::State;

/// The events that `command` causes as frame `seq` at `now`. `events` is cleared first.
///
/// The same state, number, time and command yield the same events, on any machine.
pub fn decide(state: &State, seq: Seq, now: EngineTime, command: &Command, events: &mut Events) {
    events.clear();
    match command {
        Command::NewOrder(body) => client::new_order(state, seq, now, body, events),
        Command::CancelOrder(body) => client::cancel_order(state, body, events),
        Command::ReplaceOrder(body) => client::replace_order(state, now, body, events),
        Command::OrderStatusRequest(body) => client::order_status(state, body, events),
        Command::VenueReport(body) => venue::report(state, body, events),
        Command::Quote(body) => operator::quote(state, body, events),
        Command::DefineInstrument(body) => operator::define_instrument(state, body, events),
        Command::DefineAccount(body) => operator::define_account(state, body, events),
        Command::DefineSession(body) => operator::define_session(state, body, events),
        Command::SetTradingState(body) => operator::set_trading_state(state, body, events),
        Command::AdjustCash(body) => operator::adjust_cash(state, body, events),
        Command::Start(body) => events.push(model::Started { start: *body }),
        Command::Tick(body) => events.push(model::Ticked { reserved: body.reserved }),
        // The frame is the record; the numbers, and who may log on, are the gateway's.
        Command::SetSequenceNumbers(_) | Command::Reload(_) => {}
    }
}

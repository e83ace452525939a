//! Brings what a few commands will need near the processor, all at once, before they are decided one by one.
//!
//! With a million open orders nearly every step of a command (index, ClOrdID, order, holding) waits for memory, and each
//! step needs the one before. Several commands do not need each other: taking the first step of all of them, then the
//! second of all of them, lets the waits overlap. It reads only, decides nothing, and may guess wrong without harm.

use model::{AccountId, AccountName, Command, Event, InstrumentId, OrderId, SessionId, Symbol};

use crate::state::State;

/// Commands that are warmed together.
pub const WARM_MAX: usize = 32;

const NOWHERE: u32 = u32::MAX;

/// What one command leads to, as far as the steps have come.
#[derive(Clone, Copy)]
struct Lead {
    id: u32,
    order: u32,
    holding: u32,
    forgotten: u32,
    order_id: Option<OrderId>,
}

const NO_LEAD: Lead = Lead { id: NOWHERE, order: NOWHERE, holding: NOWHERE, forgotten: NOWHERE, order_id: None };

/// Reads what the first [`WARM_MAX`] of `commands` will need.
pub fn warm(state: &State, commands: &[Command]) {
    let mut leads = [NO_LEAD; WARM_MAX];
    let count = commands.len().min(WARM_MAX);
    let leads = &mut leads[..count];
    let mut news = 0;
    for (lead, command) in leads.iter_mut().zip(commands) {
        match command {
            Command::NewOrder(order) => {
                lead.id = state.orders.first_id(order.origin.session, &order.cl_ord_id);
                lead.holding = holding(state, order.origin.session, &order.account, &order.symbol);
                lead.forgotten = state.orders.closed_ahead(news);
                news += 1;
            }
            Command::CancelOrder(cancel) => {
                lead.id = state.orders.first_id(cancel.origin.session, &cancel.orig_cl_ord_id);
                std::hint::black_box(state.orders.first_id(cancel.origin.session, &cancel.cl_ord_id));
            }
            Command::ReplaceOrder(replace) => {
                lead.id = state.orders.first_id(replace.origin.session, &replace.orig_cl_ord_id);
                std::hint::black_box(state.orders.first_id(replace.origin.session, &replace.cl_ord_id));
            }
            Command::CommissionedReport(told) => lead.order = state.orders.first_slot(told.report.order_id),
            Command::VenueReport(report) => lead.order = state.orders.first_slot(report.order_id),
            _ => {}
        }
    }
    follow(state, leads);
}

/// Reads what the first [`WARM_MAX`] of `events` will need.
pub(crate) fn warm_events(state: &State, events: &[Event]) {
    let mut leads = [NO_LEAD; WARM_MAX];
    let count = events.len().min(WARM_MAX);
    let leads = &mut leads[..count];
    let mut news = 0;
    for (lead, event) in leads.iter_mut().zip(events) {
        match event {
            Event::OrderAccepted(e) => {
                let order = &e.order;
                std::hint::black_box(state.orders.first_id(order.session, &order.cl_ord_id));
                std::hint::black_box(state.orders.first_slot(order.order_id));
                lead.holding = state.holdings.first(order.account, order.instrument);
                lead.forgotten = state.orders.closed_ahead(news);
                news += 1;
            }
            Event::VenueAccepted(e) => lead.order = state.orders.first_slot(e.order_id),
            Event::PositionChanged(e) => lead.holding = state.holdings.first(e.account, e.instrument),
            other => {
                if let Some(order) = other.order() {
                    std::hint::black_box(state.orders.first_id(order.session, &order.cl_ord_id));
                    lead.order = state.orders.first_slot(order.order_id);
                }
            }
        }
    }
    follow(state, leads);
}

/// The later steps, each for all leads before the next.
fn follow(state: &State, leads: &mut [Lead]) {
    for lead in leads.iter_mut() {
        if lead.order == NOWHERE {
            lead.order = state.orders.used_by(lead.id);
        }
        if let Some((order_id, _)) = state.orders.warm_slot(lead.forgotten) {
            std::hint::black_box(state.orders.first_slot(order_id));
        }
    }
    for lead in leads.iter_mut() {
        if let Some((order_id, holding)) = state.orders.warm_slot(lead.order) {
            lead.order_id = Some(order_id);
            lead.holding = if lead.holding == NOWHERE { holding } else { lead.holding };
        }
        state.orders.warm_id(lead.forgotten);
    }
    for lead in leads.iter() {
        state.holdings.warm_slot(lead.holding);
        if let Some(order_id) = lead.order_id {
            std::hint::black_box(state.orders.first_slot(order_id));
        }
    }
}

fn holding(state: &State, session: SessionId, account: &AccountName, symbol: &Symbol) -> u32 {
    let of_session = || state.sessions.get(session.0).and_then(|session| session.account);
    let account = if account.is_empty() { of_session() } else { state.accounts.find(account).map(AccountId) };
    let instrument = state.instruments.find(symbol).map(InstrumentId);
    match (account, instrument) {
        (Some(account), Some(instrument)) => state.holdings.first(account, instrument),
        _ => NOWHERE,
    }
}

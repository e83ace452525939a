//! What operators, configuration and market data change. An act that names something unknown causes nothing.

use model::{
    AccountDefined, AccountId, AdjustCash, CashAdjusted, DefineAccount, DefineInstrument, DefineSession, Events,
    InstrumentDefined, InstrumentId, Quote, QuoteUpdated, Scope, SessionDefined, SessionId, SetTradingState,
    TradingStateChanged,
};

use crate::state::State;

/// Prices below zero, and a bid above the offer, are no reference: the quote is dropped, and risk sees the age of the last
/// good one.
pub(super) fn quote(state: &State, quote: &Quote, events: &mut Events) {
    let known = state.instruments.get(quote.instrument.0).is_some();
    let prices = [quote.bid_px, quote.ask_px, quote.last_px];
    let sane = prices.iter().all(|px| (0..=model::limits::UNITS_MAX).contains(&px.units()));
    let crossed = !quote.bid_px.is_zero() && !quote.ask_px.is_zero() && quote.bid_px > quote.ask_px;
    if known && sane && !crossed {
        events.push(QuoteUpdated { quote: *quote });
    }
}

pub(super) fn define_instrument(state: &State, definition: &DefineInstrument, events: &mut Events) {
    let instrument = InstrumentId(state.instruments.index_for(&definition.symbol));
    events.push(InstrumentDefined { definition: *definition, instrument, reserved: 0 });
}

pub(super) fn define_account(state: &State, definition: &DefineAccount, events: &mut Events) {
    let account = AccountId(state.accounts.index_for(&definition.account));
    events.push(AccountDefined { definition: *definition, account, reserved: [0; 12] });
}

pub(super) fn define_session(state: &State, definition: &DefineSession, events: &mut Events) {
    let session = SessionId(state.sessions.index_for(&(definition.sender_comp_id, definition.target_comp_id)));
    events.push(SessionDefined { definition: *definition, session });
}

pub(super) fn set_trading_state(state: &State, set: &SetTradingState, events: &mut Events) {
    let (account, before) = match set.scope {
        Scope::Global => (AccountId::NONE, state.trading),
        Scope::Account => match state.account(&set.account) {
            Some((id, account)) => (id, account.trading),
            None => return,
        },
    };
    events.push(TradingStateChanged { set: *set, account, before, reserved: [0; 3] });
}

pub(super) fn adjust_cash(state: &State, adjustment: &AdjustCash, events: &mut Events) {
    let Some((account, of_account)) = state.account(&adjustment.account) else { return };
    if let Some(cash) = of_account.cash.checked_add(adjustment.amount) {
        events.push(CashAdjusted { adjustment: *adjustment, cash, account, reserved: [0; 12] });
    }
}

//! What operators and configuration change. An act that names something unknown causes nothing.

use model::{
    AccountDefined, AccountId, AdjustCash, CashAdjusted, DefineAccount, DefineInstrument, DefineSession, EngineTime,
    Events, InstrumentDefined, InstrumentId, Scope, Seq, SessionDefined, SessionId, SetTradingPhase, SetTradingState,
    SplitBegun, SplitOrders, Symbol, TradingPhase, TradingPhaseChanged, TradingState, TradingStateChanged,
};

use super::limits::{propose, tightened};
use crate::holdings::Holding;
use crate::state::{Instrument, State};

/// Greatest side of a split.
const SPLIT_MAX: u32 = 10_000;

/// What a contract is worth does not change under those who hold it: the terms stand until nobody does.
pub(super) fn define_instrument(
    state: &State,
    (seq, now): (Seq, EngineTime),
    wanted: &DefineInstrument,
    events: &mut Events,
) {
    let instrument = InstrumentId(state.instruments.index_for(&wanted.symbol));
    let known = state.instruments.get(instrument.0).map(|known| &known.definition);
    let mut definition = tightened(state, known, wanted);
    if let Some(Instrument { definition: known, .. }) = state.instruments.get(instrument.0) {
        let changes = (known.contract(), known.valuation) != (definition.contract(), definition.valuation);
        let is_held = |holding: &Holding| holding.instrument == instrument && !holding.exposure.position.is_zero();
        if changes && state.holdings.iter().any(is_held) {
            let DefineInstrument { multiplier, contract_kind, fx_rate, fx_places, valuation, .. } = *known;
            definition = DefineInstrument { multiplier, contract_kind, fx_rate, fx_places, valuation, ..definition };
        }
    }
    events.push(InstrumentDefined { definition, instrument, reserved: 0 });
    propose(state, (seq, now, instrument.0), &definition, wanted, events);
}

pub(super) fn define_account(
    state: &State,
    (seq, now): (Seq, EngineTime),
    wanted: &DefineAccount,
    events: &mut Events,
) {
    let account = AccountId(state.accounts.index_for(&wanted.account));
    let definition = tightened(state, state.accounts.get(account.0).map(|known| &known.definition), wanted);
    events.push(AccountDefined { definition, account, reserved: [0; 12] });
    propose(state, (seq, now, account.0), &definition, wanted, events);
}

pub(super) fn define_session(
    state: &State,
    (seq, now): (Seq, EngineTime),
    wanted: &DefineSession,
    events: &mut Events,
) {
    let session = SessionId(state.sessions.index_for(&(wanted.sender_comp_id, wanted.target_comp_id)));
    let definition = tightened(state, state.sessions.get(session.0).map(|known| &known.definition), wanted);
    events.push(SessionDefined { definition, session });
    propose(state, (seq, now, session.0), &definition, wanted, events);
}

pub(super) fn set_trading_state(state: &State, set: &SetTradingState, events: &mut Events) {
    let (account, instrument, before) = match set.scope {
        Scope::Global => (AccountId::NONE, InstrumentId::NONE, state.trading),
        Scope::Account => match state.account(&set.account) {
            Some((id, account)) => (id, InstrumentId::NONE, account.trading),
            None => return,
        },
        Scope::Instrument => match instrument(state, &set.symbol) {
            Some((id, trading)) => (AccountId::NONE, id, trading),
            None => return,
        },
    };
    events.push(TradingStateChanged { set: *set, account, instrument, before, reserved: [0; 7] });
}

pub(super) fn adjust_cash(state: &State, adjustment: &AdjustCash, events: &mut Events) {
    let Some((account, of_account)) = state.account(&adjustment.account) else { return };
    if let Some(cash) = of_account.cash.checked_add(adjustment.amount) {
        events.push(CashAdjusted { adjustment: *adjustment, cash, account, reserved: [0; 12] });
    }
}

fn instrument(state: &State, symbol: &Symbol) -> Option<(InstrumentId, TradingState)> {
    let index = state.instruments.find(symbol)?;
    state.instruments.get(index).map(|instrument| (InstrumentId(index), instrument.trading))
}

/// A day that is over does not come back; the same phase again changes nothing.
pub(super) fn set_trading_phase(state: &State, set: &SetTradingPhase, events: &mut Events) {
    let calendar = state.calendars.index_for(&set.calendar);
    let known = state.calendars.get(calendar);
    let before = known.map_or(TradingPhase::Unknown, |known| known.phase);
    let goes_back = known.is_some_and(|known| set.trading_day < known.trading_day);
    let same = known.is_some_and(|known| (known.trading_day, known.phase) == (set.trading_day, set.phase));
    if set.calendar.is_empty() || set.phase == TradingPhase::Unknown || goes_back || same {
        return;
    }
    events.push(TradingPhaseChanged { set: *set, calendar, before, reserved: [0; 3] });
}

/// One split of an instrument at a time: the next one waits until the orders are restated.
pub(super) fn split_orders(state: &State, split: &SplitOrders, events: &mut Events) {
    let Some((instrument, _)) = instrument(state, &split.symbol) else { return };
    if split_fits(state, split, instrument) {
        events.push(SplitBegun { split: *split, instrument, reserved: 0 });
    }
}

pub(super) fn split_fits(state: &State, split: &SplitOrders, instrument: InstrumentId) -> bool {
    let is_one = split.numerator == split.denominator;
    let in_range = |number: u32| (1..=SPLIT_MAX).contains(&number);
    let sane = !is_one && in_range(split.numerator) && in_range(split.denominator);
    sane && !state.agenda.split.contains(&instrument)
}

//! Splits, dividends, daily settlements and new symbols. Those who hold the instrument are gone through in steps.

use model::{
    AdjustmentKind, ChangeSymbol, DefineInstrument, DividendBegun, DividendPaid, Events, ForeignCashMoved,
    InstrumentDefined, InstrumentId, Notional, PayDividend, PositionAdjusted, PositionChanged, PositionsSplit, Px, Qty,
    SettleInstrument, SettlementBegun, Side, SplitBegun, SplitInstrument, SplitOrders, Symbol, SymbolChanged,
    ValuationMethod, WorkAdvanced, limits,
};

use super::operator::split_fits;
use super::step::{EVENTS_MAX, KEYS_MAX, done};
use super::trades::changed;
use super::{currencies, strategies};
use crate::agenda::{ACTIONS_MAX, Action};
use crate::books::{Books, Trade};
use crate::holdings::Holding;
use crate::split::Ratio;
use crate::state::{Instrument, State};

/// All positions are split at once, or, where one of them would not come out, none.
pub(super) fn split(state: &State, split: &SplitInstrument, events: &mut Events) {
    let SplitInstrument { symbol, numerator, denominator, cash_in_lieu_px, actor, reason } = *split;
    let orders = SplitOrders { symbol, numerator, denominator, actor, reason };
    let Some((instrument, _)) = known(state, &symbol) else { return };
    let ratio = Ratio { new: u64::from(numerator), old: u64::from(denominator) };
    let is_sane = !cash_in_lieu_px.units().is_negative() && cash_in_lieu_px.units() <= limits::UNITS_MAX;
    if !is_sane || !has_room(state) || !split_fits(state, &orders, instrument) {
        return;
    }
    let mut own = state.holdings.iter().filter(|holding| holding.instrument == instrument);
    let can_split = |holding: &Holding| {
        state.fills.can_split(holding, ratio) && state.strategy_books.can_split(&state.fills, holding, ratio)
    };
    if own.all(can_split) {
        events.push(SplitBegun { split: orders, instrument, reserved: 0 });
        events.push(PositionsSplit { split: *split, instrument, reserved: 0 });
    }
}

pub(super) fn dividend(state: &State, dividend: &PayDividend, events: &mut Events) {
    let Some((instrument, _)) = known(state, &dividend.symbol) else { return };
    if is_price(dividend.per_unit) && has_room(state) {
        events.push(DividendBegun { dividend: *dividend, instrument, reserved: 0 });
    }
}

/// Only what is valued like a future is settled: cash has paid for everything else already.
pub(super) fn settle(state: &State, settlement: &SettleInstrument, events: &mut Events) {
    let Some((instrument, known)) = known(state, &settlement.symbol) else { return };
    if known.definition.valuation == ValuationMethod::Futures && is_price(settlement.settle_px) && has_room(state) {
        events.push(SettlementBegun { settlement: *settlement, instrument, reserved: 0 });
    }
}

pub(super) fn change_symbol(state: &State, change: &ChangeSymbol, events: &mut Events) {
    let Some((instrument, of_instrument)) = known(state, &change.symbol) else { return };
    if change.new_symbol.is_empty() || state.instruments.find(&change.new_symbol).is_some() {
        return;
    }
    let definition = DefineInstrument { symbol: change.new_symbol, ..of_instrument.definition };
    events.push(SymbolChanged { change: *change, instrument, reserved: 0 });
    events.push(InstrumentDefined { definition, instrument, reserved: 0 });
}

/// Goes on with the first action: from the cursor through all holdings that were there when it began, then through their
/// strategy books, which have it already and are told of one after another.
pub(super) fn step(state: &State, events: &mut Events) -> WorkAdvanced {
    let Some(action) = state.agenda.actions.front() else { return done(true) };
    let begun = action.cursor;
    let mut cursor = begun;
    // A strategy is told of what it has once its holding has it: in another step.
    let all = action.until + action.strategy_books;
    let end = if begun < action.until { action.until } else { all };
    while cursor < end && cursor - begun < KEYS_MAX && events.as_slice().len() < EVENTS_MAX {
        match cursor.checked_sub(action.until) {
            None => {
                let holding = state.holdings.get(slot(cursor));
                if holding.instrument == action.instrument() && state.strategy_books.is_open(holding) {
                    // What would overflow is left as it is.
                    let _ = one(state, action, holding, events);
                }
            }
            Some(at) => {
                let book = state.strategy_books.get(slot(at));
                if book.instrument == action.instrument() && !book.is_untraded() {
                    events.push(strategies::changed(book, Notional::ZERO));
                }
            }
        }
        cursor += 1;
    }
    WorkAdvanced { cursor: cursor as u64, ..done(cursor == all) }
}

fn slot(cursor: usize) -> u32 {
    u32::try_from(cursor).expect("holdings and strategy books fit 32 bits")
}

fn one(state: &State, action: &Action, holding: &Holding, events: &mut Events) -> Option<()> {
    match action {
        Action { dividend: Some(e), .. } => {
            let foreign =
                currencies::paid(state, holding, Notional::of(e.dividend.per_unit, holding.exposure.position))?;
            events.push(paid(state, holding, e.dividend.per_unit, foreign.is_some())?);
            foreign.into_iter().for_each(|event| events.push(event));
        }
        Action { settlement: Some(e), .. } => {
            let qty = holding.exposure.position;
            adjusted(state, holding, AdjustmentKind::Settlement, qty, e.settlement.settle_px, events)?;
        }
        Action { split: Some(e), .. } => {
            let lot = state.instruments.get(e.instrument.0)?.definition.lot.units().max(1);
            let fraction = Qty::from_units(holding.exposure.position.units() % lot);
            let px = e.split.cash_in_lieu_px;
            if fraction.is_zero() || px.is_zero() {
                let (position, _) = free_of_fees(state, holding, holding.books())?;
                events.push(position);
            } else {
                adjusted(state, holding, AdjustmentKind::CashInLieu, fraction, px, events)?;
            }
        }
        Action { .. } => {}
    }
    Some(())
}

fn paid(state: &State, holding: &Holding, per_unit: Px, is_foreign: bool) -> Option<DividendPaid> {
    strategies::can_be_paid(state, holding, per_unit)?;
    let qty = holding.exposure.position;
    let amount = Notional::of(per_unit, qty);
    let own = if is_foreign { Notional::ZERO } else { amount };
    Some(DividendPaid {
        amount,
        dividends: holding.dividends.checked_add(amount)?,
        account_cash: state.accounts.get(holding.account.0)?.cash.checked_add(own)?,
        qty,
        account: holding.account,
        instrument: holding.instrument,
    })
}

fn free_of_fees(state: &State, holding: &Holding, books: Books) -> Option<(PositionChanged, Option<ForeignCashMoved>)> {
    changed(state, (holding.account, holding.instrument), holding, books, Notional::ZERO, None)
}

/// So much of the position is closed at `px`; by a settlement it is opened again there.
fn adjusted(
    state: &State,
    holding: &Holding,
    kind: AdjustmentKind,
    qty: Qty,
    px: Px,
    events: &mut Events,
) -> Option<()> {
    let contract = state.instruments.get(holding.instrument.0)?.definition.contract();
    let [close, open] = legs(qty, contract.value(px, Qty::from_units(qty.units().checked_abs()?))?);
    let books = match kind {
        AdjustmentKind::CashInLieu => {
            strategies::can_adjust(state, holding, &close)?;
            state.fills.books_after(holding, &close)?
        }
        AdjustmentKind::Settlement => {
            strategies::can_settle(state, holding, px)?;
            // The strategies may hold it against each other, and the account nothing.
            match qty {
                Qty::ZERO => holding.books(),
                _ => state.fills.books_after(holding, &close)?.after_fill(&open)?,
            }
        }
    };
    let (position, foreign) = free_of_fees(state, holding, books)?;
    let Holding { account, instrument, .. } = *holding;
    events.push(PositionAdjusted { qty, px, account, instrument, kind, reserved: [0; 7] });
    events.push(position);
    foreign.into_iter().for_each(|event| events.push(event));
    Some(())
}

/// The trade that closes so much of a position, and the one that opens it again.
pub(crate) fn legs(qty: Qty, value: Notional) -> [Trade; 2] {
    let sides = if qty.units() > 0 { [Side::Sell, Side::Buy] } else { [Side::Buy, Side::Sell] };
    sides.map(|side| Trade { side, qty: Qty::from_units(qty.units().abs()), value })
}

fn known<'a>(state: &'a State, symbol: &Symbol) -> Option<(InstrumentId, &'a Instrument)> {
    let index = state.instruments.find(symbol)?;
    Some((InstrumentId(index), state.instruments.get(index)?))
}

fn has_room(state: &State) -> bool {
    state.agenda.actions.len() < ACTIONS_MAX
}

fn is_price(px: Px) -> bool {
    (1..=limits::UNITS_MAX).contains(&px.units())
}

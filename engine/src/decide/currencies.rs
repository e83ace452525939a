//! Rates of exchange, cash in other currencies than an account's own, and what fills move of it.

use model::{
    AccountCurrencyDefined, AccountId, AdjustForeignCash, DefineAccountCurrency, EngineTime, Events,
    ForeignCashAdjusted, ForeignCashMoved, ForeignFlow, ForeignMoney, FxRate, FxRateSet, InstrumentId, Notional,
    SetFxRate, Suspense,
};

use crate::books::Books;
use crate::currencies::{ForeignCash, NO_RATE};
use crate::fills::Fill;
use crate::holdings::Holding;
use crate::order::Order;
use crate::state::State;

pub(super) fn set_fx_rate(state: &State, set: &SetFxRate, events: &mut Events) {
    let is_sane = set.rate.is_sane() && set.age_max > 0 && !set.currency.is_empty() && !set.against.is_empty();
    if is_sane && set.currency != set.against {
        let before = state.currencies.rate(set.currency, set.against).map_or(FxRate::NONE, |known| known.set.rate);
        events.push(FxRateSet { set: *set, before });
    }
}

pub(super) fn define_account_currency(state: &State, definition: &DefineAccountCurrency, events: &mut Events) {
    let Some((account, known)) = state.account(&definition.account) else { return };
    let is_own = known.definition.currency == definition.currency;
    if !is_own && !definition.currency.is_empty() && state.currencies.find(account, definition.currency).is_none() {
        events.push(AccountCurrencyDefined { definition: *definition, account, reserved: 0 });
    }
}

pub(super) fn adjust_foreign_cash(state: &State, adjustment: &AdjustForeignCash, events: &mut Events) {
    let Some((account, _)) = state.account(&adjustment.account) else { return };
    let Some(line) = state.foreign_cash_of(account, adjustment.currency) else { return };
    let at = rate_of(state, line);
    if let Some(money) = line.money.after_deposit(adjustment.amount, at.0) {
        events.push(ForeignCashAdjusted { adjustment: *adjustment });
        events.push(moved(line, money, adjustment.amount, at, ForeignFlow::Deposit));
    }
}

/// Does the account hold cash in the instrument's currency beside its own, with a rate that an order may rely on?
pub(super) fn holds(state: &State, now: EngineTime, account: AccountId, instrument: InstrumentId) -> bool {
    let Some(line) = foreign_cash(state, account, instrument) else { return false };
    let Some(own) = state.accounts.get(account.0) else { return false };
    let rate = state.currencies.rate(line.currency, own.definition.currency);
    rate.is_some_and(|rate| rate.is_in_force(now))
}

/// Can a fill of the order be paid, in whatever currency it is? What the account holds already is paid with what it began with.
pub(super) fn payable(state: &State, order: &Order) -> Result<(), Suspense> {
    let (account, instrument) = (order.view.account, order.view.instrument);
    let line = match state.holdings.find(account, instrument).map(|slot| state.holdings.get(slot).foreign_cash) {
        Some(None) => return Ok(()),
        Some(Some(slot)) => state.currencies.cash.get(slot),
        None => {
            let own = state.accounts.get(account.0).map(|known| known.definition.currency);
            let paid = state.instruments.get(instrument.0).map(|known| known.definition.currency);
            if own == paid {
                return Ok(());
            }
            foreign_cash(state, account, instrument)
        }
    };
    let line = line.ok_or(Suspense::NoCurrency)?;
    if rate_of(state, line).0.is_sane() { Ok(()) } else { Err(Suspense::NoRate) }
}

/// The account's cash in the instrument's currency, where that is not its own.
pub(super) fn foreign_cash(state: &State, account: AccountId, instrument: InstrumentId) -> Option<&ForeignCash> {
    let currency = state.instruments.get(instrument.0)?.definition.currency;
    let own = state.accounts.get(account.0)?.definition.currency;
    if currency == own { None } else { state.foreign_cash_of(account, currency) }
}

/// The rate of this instant, from the line's currency to its account's.
pub(crate) fn rate_of(state: &State, line: &ForeignCash) -> (FxRate, EngineTime) {
    let own = state.accounts.get(line.account.0).map(|account| account.definition.currency);
    let rate = own.and_then(|own| state.currencies.rate(line.currency, own));
    rate.map_or(NO_RATE, |rate| (rate.set.rate, rate.time))
}

/// The cash in another currency after a holding's books changed; `None` where it is the account's own. A fill that was busted
/// or corrected counts at its own rate.
pub(super) fn traded(
    state: &State,
    holding: &Holding,
    (account, instrument): (AccountId, InstrumentId),
    (books, moved_cash, fee): (&Books, Notional, Notional),
    amended: Option<&Fill>,
) -> Option<Option<ForeignCashMoved>> {
    let Some(line) = line_of(state, holding, account, instrument) else { return Some(None) };
    let at = amended.map(|fill| fill.fx).filter(|(rate, _)| rate.is_sane()).unwrap_or_else(|| rate_of(state, line));
    let booked = books.realised.checked_sub(holding.realised)?.checked_sub(fee)?;
    let money = line.money.after(booked, moved_cash.checked_sub(fee)?, at.0)?;
    Some(Some(moved(line, money, booked, at, ForeignFlow::Trade)))
}

/// The same after a dividend.
pub(super) fn paid(state: &State, holding: &Holding, amount: Notional) -> Option<Option<ForeignCashMoved>> {
    let Some(line) = line_of(state, holding, holding.account, holding.instrument) else { return Some(None) };
    let at = rate_of(state, line);
    let money = line.money.after(amount, amount, at.0)?;
    Some(Some(moved(line, money, amount, at, ForeignFlow::Dividend)))
}

/// A holding that is there keeps to the cash that it began with; a new one begins with what is defined.
fn line_of<'a>(
    state: &'a State,
    holding: &Holding,
    account: AccountId,
    instrument: InstrumentId,
) -> Option<&'a ForeignCash> {
    match holding.foreign_cash {
        Some(slot) => state.currencies.cash.get(slot),
        None => foreign_cash(state, account, instrument).filter(|_| state.holdings.find(account, instrument).is_none()),
    }
}

pub(super) fn moved(
    line: &ForeignCash,
    money: ForeignMoney,
    amount: Notional,
    (rate, rate_time): (FxRate, EngineTime),
    flow: ForeignFlow,
) -> ForeignCashMoved {
    let ForeignMoney { cash, booked, booked_converted, deposited, deposited_converted } = money;
    ForeignCashMoved {
        cash,
        booked,
        booked_converted,
        deposited,
        deposited_converted,
        amount,
        rate,
        rate_time,
        currency: line.currency,
        account: line.account,
        flow,
        reserved: [0; 11],
    }
}

//! Rates of exchange, and what accounts have in other currencies than their own.

use std::collections::BTreeMap;

use model::{
    AccountCurrencyDefined, AccountId, Currency, EngineTime, ForeignCashMoved, ForeignMoney, FxRate, FxRateSet,
    Notional, SetFxRate,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::figures::{mark, money};
use super::{InstrumentView, Views};

/// A rate of exchange.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FxRateStatus {
    /// The currency.
    pub currency: String,
    /// The one that it is told in.
    pub against: String,
    /// How much of that one unit is.
    pub rate: String,
    /// How old it is, in nanoseconds of the engine's time.
    pub age_ns: i64,
    /// Is it older than an order may rely on? Then nothing is converted at it.
    pub stale: bool,
    /// Who set it.
    pub actor: String,
    /// Why, or from where.
    pub reason: String,
}

/// What an account has in a currency beside its own. Equity is the sum of what was paid in, what was booked, what is unrealised and
/// FX P&L, all in the account's currency.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MoneyStatus {
    /// Account(1).
    pub account: String,
    /// The currency of the cash.
    pub currency: String,
    /// Cash, in that currency.
    pub cash: String,
    /// Net P&L booked, in that currency: realised, less fees, with dividends.
    pub booked: String,
    /// Unrealised P&L, in that currency; absent where a position has no mark, or a stale one.
    pub unrealised: Option<String>,
    /// The account's currency, in which the figures below are.
    pub account_currency: String,
    /// What was paid in, each at the rate of its instant.
    pub deposited_converted: String,
    /// What was booked, each at the rate of its instant.
    pub booked_converted: String,
    /// Unrealised P&L at the rate of now; absent where it is not known, or the rate is stale.
    pub unrealised_converted: Option<String>,
    /// What moves of the rate have made of the money that was there; absent likewise.
    pub fx_pnl: Option<String>,
    /// Cash and open positions at the rate of now; absent likewise.
    pub equity: Option<String>,
}

/// The rates, and the cash.
#[derive(Clone, Default, Debug)]
pub(super) struct Currencies {
    rates: BTreeMap<(String, String), (SetFxRate, EngineTime)>,
    money: BTreeMap<(AccountId, String), (Currency, ForeignMoney)>,
}

impl Currencies {
    pub(super) fn set(&mut self, event: &FxRateSet, time: EngineTime) {
        let key = (event.set.currency.to_string(), event.set.against.to_string());
        self.rates.insert(key, (event.set, time));
    }

    pub(super) fn define(&mut self, event: &AccountCurrencyDefined) {
        let currency = event.definition.currency;
        self.money.insert((event.account, currency.to_string()), (currency, ForeignMoney::default()));
    }

    pub(super) fn fold(&mut self, event: &ForeignCashMoved) {
        self.money.insert((event.account, event.currency.to_string()), (event.currency, event.money()));
    }

    pub(super) fn has(&self, account: AccountId, currency: &Currency) -> bool {
        self.money.contains_key(&(account, currency.to_string()))
    }

    /// The rate, while it is not stale.
    fn rate(&self, currency: &Currency, against: &Currency, now: EngineTime) -> Option<FxRate> {
        let (set, time) = self.rates.get(&(currency.to_string(), against.to_string()))?;
        (now.0.saturating_sub(time.0) <= set.age_max).then_some(set.rate)
    }
}

/// A rate as people write it.
pub fn rate_text(rate: FxRate) -> String {
    let exact = Decimal::try_from_i128_with_scale(i128::from(rate.digits), u32::from(rate.places));
    exact.map_or(Decimal::MAX, |exact| exact.normalize()).to_string()
}

impl Views {
    /// Does the account hold cash in this currency beside its own, and is there a rate for it?
    pub fn pays(&self, account: &model::AccountName, currency: &Currency) -> bool {
        let Some(at) = self.accounts.iter().position(|view| view.definition.account == *account) else { return false };
        let own = self.accounts[at].definition.currency.to_string();
        let id = u32::try_from(at).map_or(AccountId::NONE, AccountId);
        self.currencies.has(id, currency) && self.currencies.rates.contains_key(&(currency.to_string(), own))
    }

    pub(super) fn fx_rates_status(&self) -> Vec<FxRateStatus> {
        let shown = self.currencies.rates.values().map(|(set, time)| {
            let age_ns = self.last_time.0.saturating_sub(time.0);
            FxRateStatus {
                currency: set.currency.to_string(),
                against: set.against.to_string(),
                rate: rate_text(set.rate),
                age_ns,
                stale: age_ns > set.age_max,
                actor: set.actor.to_string(),
                reason: set.reason.to_string(),
            }
        });
        shown.collect()
    }

    pub(super) fn money_status(&self) -> Vec<MoneyStatus> {
        let one = |((account, _), (currency, own)): (&(AccountId, String), &(Currency, ForeignMoney))| {
            let owner = &self.accounts.get(usize::try_from(account.0).ok()?)?.definition;
            let unrealised = self.unrealised_in(*account, currency);
            let rate = self.currencies.rate(currency, &owner.currency, self.last_time);
            let now = rate.zip(unrealised).and_then(|(rate, unrealised)| own.at(rate, unrealised));
            let text = |amount: Notional| money(amount).to_string();
            Some(MoneyStatus {
                account: owner.account.to_string(),
                currency: currency.to_string(),
                cash: text(own.cash),
                booked: text(own.booked),
                unrealised: unrealised.map(text),
                account_currency: owner.currency.to_string(),
                deposited_converted: text(own.deposited_converted),
                booked_converted: text(own.booked_converted),
                unrealised_converted: now.map(|now| text(now.unrealised)),
                fx_pnl: now.map(|now| text(now.fx_pnl)),
                equity: now.map(|now| text(now.equity)),
            })
        };
        self.currencies.money.iter().filter_map(one).collect()
    }

    /// What the open positions in a currency gain or lose in it; `None` where one has no mark that may be used.
    fn unrealised_in(&self, account: AccountId, currency: &Currency) -> Option<Notional> {
        let instrument = |at: model::InstrumentId| self.instruments.get(usize::try_from(at.0).ok()?);
        let own = self.positions.values().filter(|position| position.account == account && !position.qty.is_zero());
        let own = own.filter_map(|position| Some((position, instrument(position.instrument)?)));
        let mut own = own.filter(|(_, view): &(_, &InstrumentView)| view.definition.currency == *currency);
        own.try_fold(Notional::ZERO, |sum, (position, view)| {
            sum.checked_add(mark(position.qty, position.cost, view, self.last_time).unrealised?)
        })
    }
}

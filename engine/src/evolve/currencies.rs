//! Rates of exchange, and cash in other currencies than an account's own.

use model::{AccountCurrencyDefined, AccountId, ForeignCashMoved, ForeignMoney, FxRateSet, InstrumentId, Notional};

use crate::currencies::{ForeignCash, Rate};
use crate::state::State;

impl State {
    pub(super) fn fx_rate_set(&mut self, e: &FxRateSet) {
        let (key, rate) = ((e.set.currency, e.set.against), Rate { set: e.set, time: self.last.time });
        let rates = &mut self.currencies.rates;
        match rates.find(&key).and_then(|index| rates.get_mut(index)) {
            Some(known) => *known = rate,
            None => rates.push(key, rate),
        }
        self.revalue(e);
    }

    /// What was not traded yet is traded in that cash from now on.
    pub(super) fn account_currency_defined(&mut self, e: &AccountCurrencyDefined) {
        let (account, currency) = (e.account, e.definition.currency);
        let line = ForeignCash {
            account,
            currency,
            money: ForeignMoney::default(),
            reserved: Notional::ZERO,
            commissions: Notional::ZERO,
        };
        self.currencies.push(line);
    }

    pub(super) fn foreign_cash_moved(&mut self, e: &ForeignCashMoved) {
        let slot = self.currencies.find(e.account, e.currency).expect("decide found the cash");
        self.currencies.cash.get_mut(slot).expect("it was found").money = e.money();
    }

    /// The cash of a holding that begins, where it is in another currency than its account's own.
    pub(super) fn foreign_slot(&self, account: AccountId, instrument: InstrumentId) -> Option<u32> {
        let currency = self.instruments.get(instrument.0)?.definition.currency;
        let own = self.accounts.get(account.0)?.definition.currency;
        if currency == own { None } else { self.currencies.find(account, currency) }
    }
}

//! Rates of exchange, and what accounts have in other currencies than their own.

use model::{AccountId, Currency, EngineTime, ForeignMoney, FxRate, Notional, SetFxRate};

use crate::registry::Registry;

/// A rate, and since when it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// As it was set.
    pub set: SetFxRate,
    /// When.
    pub time: EngineTime,
}

impl Rate {
    /// Is it not too old?
    pub fn is_in_force(&self, now: EngineTime) -> bool {
        now.0.saturating_sub(self.time.0) <= self.set.age_max
    }
}

/// What an account has in one currency beside its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ForeignCash {
    /// The account.
    pub account: AccountId,
    /// The currency.
    pub currency: Currency,
    /// Cash, profit and loss, and what they came to.
    pub money: ForeignMoney,
    /// What brokers took of it for trades in other currencies.
    pub commissions: Notional,
    /// What working buys may still need of the cash.
    pub reserved: Notional,
}

/// All rates, and all cash in other currencies. Both grow with what operators define, not with orders.
#[derive(Clone, Debug)]
pub(crate) struct Currencies {
    pub(crate) rates: Registry<(Currency, Currency), Rate>,
    pub(crate) cash: Registry<(AccountId, Currency), ForeignCash>,
    /// The slots of each account's.
    by_account: Vec<Vec<u32>>,
}

/// A rate that there is none of.
pub(crate) const NO_RATE: (FxRate, EngineTime) = (FxRate::NONE, EngineTime(0));

impl Currencies {
    pub(crate) fn new() -> Currencies {
        Currencies { rates: Registry::new(), cash: Registry::new(), by_account: Vec::new() }
    }

    pub(crate) fn rate(&self, currency: Currency, against: Currency) -> Option<&Rate> {
        self.rates.find(&(currency, against)).and_then(|index| self.rates.get(index))
    }

    /// One more.
    pub(crate) fn push(&mut self, line: ForeignCash) {
        let (account, slot) = (line.account.0 as usize, self.cash.len());
        self.by_account.resize(self.by_account.len().max(account + 1), Vec::new());
        self.by_account[account].push(slot);
        self.cash.push((line.account, line.currency), line);
    }

    /// What the account has beside its own currency.
    pub(crate) fn of_account(&self, account: AccountId) -> impl Iterator<Item = &ForeignCash> {
        let slots = self.by_account.get(account.0 as usize).into_iter().flatten();
        slots.filter_map(|slot| self.cash.get(*slot))
    }

    pub(crate) fn find(&self, account: AccountId, currency: Currency) -> Option<u32> {
        self.cash.find(&(account, currency))
    }
}

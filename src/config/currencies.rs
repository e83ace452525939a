//! Cash in several currencies: `currencies` of an account, and `[[fx]]`, the rates that it begins with.

use std::time::Duration;

use model::{Command, Currency, DefineAccountCurrency, FxRate, SetFxRate, Text};

use super::Configuration;
use super::parse::AGE_MAX;
use super::section::Section;

/// How old a rate may be that does not say.
const AGE: Duration = Duration::from_secs(24 * 3_600);

/// `[[fx]]`: what one unit of a currency is in another, until somebody says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fx {
    currency: Currency,
    against: Currency,
    rate: FxRate,
    age_max: i64,
}

pub(super) fn fx(entry: &Section<'_>) -> Fx {
    let (digits, places) = entry.rate("rate");
    let age = entry.duration("age", AGE, *AGE_MAX.start(), *AGE_MAX.end());
    let read = Fx {
        currency: entry.name::<8>("currency", None),
        against: entry.name::<8>("against", None),
        rate: FxRate::new(u64::from(digits), places),
        age_max: i64::try_from(age.as_nanos()).unwrap_or(i64::MAX),
    };
    if read.currency == read.against {
        entry.report("against", "is the currency itself", "name the one that the rate is told in");
    }
    read
}

/// The currencies that an account holds cash in beside its own.
pub(super) fn of_account(entry: &Section<'_>, own: Currency) -> Vec<Currency> {
    let names = entry.texts("currencies");
    let read: Vec<Currency> = names.iter().filter_map(|name| Currency::new(name.as_bytes())).collect();
    let is_sane = |currency: &Currency| !currency.is_empty() && *currency != own;
    if read.len() < names.len() || !read.iter().all(is_sane) {
        entry.report("currencies", "must be names of other currencies than the account's own", "[\"EUR\", \"GBP\"]");
    }
    read
}

impl Configuration {
    /// What the engine is told of currencies, after the accounts. A rate that it `knows` stays: it is newer.
    pub(crate) fn currencies(&self, knows: impl Fn(Currency, Currency) -> bool) -> Vec<Command> {
        let of_accounts = self.accounts.iter().flat_map(|account| {
            let named = account.definition.account;
            account.currencies.iter().map(move |currency| {
                Command::DefineAccountCurrency(DefineAccountCurrency { account: named, currency: *currency })
            })
        });
        let rates = self.fx.iter().filter(|fx| !knows(fx.currency, fx.against)).map(|fx| {
            let Fx { currency, against, rate, age_max } = *fx;
            let (actor, reason) = (Text::clipped(b"configuration"), Text::clipped(b"first rate"));
            Command::SetFxRate(SetFxRate { rate, age_max, currency, against, actor, reason })
        });
        of_accounts.chain(rates).collect()
    }
}

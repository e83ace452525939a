//! What money of one currency is in another: at the rate in force for what is judged, at the last one for what is booked.

use model::{AccountId, Currency, EngineTime, FxRateSet, InstrumentId, LimitKind, Notional};
use risk::{Context, Conversion};

use crate::currencies::Rate;
use crate::state::State;

/// The limits that ask what an account has in all its currencies.
const WEALTH: u64 =
    LimitKind::Concentration.bit() | LimitKind::Leverage.bit() | LimitKind::Margin.bit() | LimitKind::MarginUsed.bit();

impl State {
    /// At the rate that was known last, however old it is.
    #[inline]
    pub(crate) fn converted(&self, from: Currency, to: Currency) -> Conversion {
        if from == to { Conversion::Same } else { at(self.currencies.rate(from, to)) }
    }

    /// At the rate in force; unknown where it is too old.
    #[inline]
    pub(crate) fn in_force(&self, now: EngineTime, from: Currency, to: Currency) -> Conversion {
        if from == to {
            return Conversion::Same;
        }
        at(self.currencies.rate(from, to).filter(|rate| rate.is_in_force(now)))
    }

    /// Limits of scopes count in this; where none is configured, each instrument's money counts as it is.
    pub(crate) fn base_or(&self, own: Currency) -> Currency {
        if self.firm.base_currency.is_empty() { own } else { self.firm.base_currency }
    }

    /// The money of an instrument in the firm's base currency, at the rate that was known last.
    #[inline]
    pub(crate) fn in_base(&self, instrument: InstrumentId) -> Conversion {
        let own = self.instruments.get(instrument.0).expect("what is held is defined").definition.currency;
        self.converted(own, self.base_or(own))
    }

    /// What an order's money is in the currencies that its limits count in.
    #[inline]
    pub(crate) fn convert(&self, context: &mut Context<'_>, account: AccountId) {
        let (own, of_account) = (context.instrument.currency, context.account.currency);
        context.in_base = self.in_force(context.now, own, self.base_or(own));
        context.in_own = self.in_force(context.now, own, of_account);
        if context.scopes.kinds & crate::valuations::VALUED != 0 {
            context.has_stale_rate = self.has_stale_rate(context.now);
        }
        if context.scopes.kinds & WEALTH != 0 {
            context.wealth = self.wealth(context.now, account);
        }
    }

    /// All cash of the account in the base currency; `None` where a rate is missing or too old, or on overflow.
    fn wealth(&self, now: EngineTime, account: AccountId) -> Option<Notional> {
        let of = self.accounts.get(account.0)?;
        let base = self.base_or(of.definition.currency);
        let own = self.in_force(now, of.definition.currency, base).of(of.cash)?;
        self.currencies
            .of_account(account)
            .filter(|line| line.money.cash != Notional::ZERO)
            .try_fold(own, |sum, line| sum.checked_add(self.in_force(now, line.currency, base).of(line.money.cash)?))
    }

    /// Is a rate to the base currency too old? Positions that are valued at it are not known any more.
    fn has_stale_rate(&self, now: EngineTime) -> bool {
        let to_base = |rate: &&Rate| rate.set.against == self.firm.base_currency;
        self.currencies.rates.iter().filter(to_base).any(|rate| !rate.is_in_force(now))
    }

    /// Positions come to something else from now on, where the rate is one to the base currency.
    pub(crate) fn revalue(&mut self, e: &FxRateSet) {
        if e.set.against != self.firm.base_currency {
            return;
        }
        self.pnl_revalued(e.set.currency);
        for instrument in (0..self.instruments.len()).map(InstrumentId) {
            let own = self.instruments.get(instrument.0).map(|known| known.definition.currency);
            if own == Some(e.set.currency) {
                self.value_instrument(instrument);
            }
        }
    }
}

fn at(rate: Option<&Rate>) -> Conversion {
    rate.map_or(Conversion::Unknown, |rate| Conversion::At(rate.set.rate))
}

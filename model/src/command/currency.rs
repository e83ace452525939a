//! Rates of exchange, and money in other currencies than an account's own.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::fx::FxRate;
use crate::money::Notional;
use crate::text::{AccountName, Currency, Text};

bodies! {
    /// A rate of exchange from now on.
    SetFxRate {
        /// Units of `against` for one of `currency`.
        rate: FxRate,
        /// How old the rate may be when an order relies on it, in nanoseconds.
        age_max: i64,
        /// The currency.
        currency: Currency,
        /// The one that it is told in.
        against: Currency,
        /// Who.
        actor: Text<24>,
        /// Why, or from where.
        reason: Text<64>,
    }

    /// Money in another currency than the account's own, into (positive) or out of it.
    AdjustForeignCash {
        /// How much.
        amount: Notional,
        /// The account.
        account: AccountName,
        /// The currency.
        currency: Currency,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// The account holds cash in this currency beside its own, and trades in it while there is a rate.
    DefineAccountCurrency {
        /// The account.
        account: AccountName,
        /// The currency.
        currency: Currency,
    }
}

//! Rates of exchange, and money in other currencies than an account's own.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{AdjustForeignCash, DefineAccountCurrency, SetFxRate};
use crate::fx::{ForeignMoney, FxRate};
use crate::ids::{AccountId, EngineTime};
use crate::money::Notional;
use crate::terms::terms;
use crate::text::Currency;

terms!(
    /// What moved cash in another currency.
    ForeignFlow {
        /// A fill, a bust, a correction or an adjustment of a position.
        Trade = 1,
        /// A dividend.
        Dividend = 2,
        /// An operator paid it in or out.
        Deposit = 3,
        /// A broker took it for a trade of another currency, or gave it back.
        Commission = 4,
    }
);

bodies! {
    /// See [`super::Event::FxRateSet`].
    FxRateSet {
        /// Who set what and why.
        set: SetFxRate,
        /// The rate before; zero where there was none.
        before: FxRate,
    }

    /// See [`super::Event::AccountCurrencyDefined`].
    AccountCurrencyDefined {
        /// What was defined.
        definition: DefineAccountCurrency,
        /// The account.
        account: AccountId,
        /// Zero.
        reserved: u32,
    }

    /// See [`super::Event::ForeignCashAdjusted`].
    ForeignCashAdjusted {
        /// Who moved what and why.
        adjustment: AdjustForeignCash,
    }

    /// See [`super::Event::ForeignCashMoved`]. Absolute values, as in [`super::PositionChanged`].
    ForeignCashMoved {
        /// Cash in that currency after it.
        cash: Notional,
        /// See [`ForeignMoney::booked`].
        booked: Notional,
        /// See [`ForeignMoney::booked_converted`].
        booked_converted: Notional,
        /// See [`ForeignMoney::deposited`].
        deposited: Notional,
        /// See [`ForeignMoney::deposited_converted`].
        deposited_converted: Notional,
        /// What was booked or paid in now, in that currency.
        amount: Notional,
        /// The rate of its instant, or of the fill's that is busted.
        rate: FxRate,
        /// Since when that rate was known.
        rate_time: EngineTime,
        /// The currency.
        currency: Currency,
        /// The account.
        account: AccountId,
        /// Why.
        flow: ForeignFlow,
        /// Zero.
        reserved: [u8; 11],
    }
}

impl ForeignCashMoved {
    /// What the account has in the currency from now on.
    pub const fn money(&self) -> ForeignMoney {
        let ForeignCashMoved { cash, booked, booked_converted, deposited, deposited_converted, .. } = *self;
        ForeignMoney { cash, booked, booked_converted, deposited, deposited_converted }
    }
}

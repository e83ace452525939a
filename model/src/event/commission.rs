//! What brokers take for trades.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::Commission;
use crate::fx::FxRate;
use crate::ids::{AccountId, EngineTime, InstrumentId, OrderId};
use crate::money::Notional;
use crate::terms::terms;

terms!(
    /// Where a commission was booked, or why it was not.
    CommissionOutcome {
        /// In the instrument's currency: it is the fee of the position.
        Fee = 1,
        /// From the account's cash, in the account's currency.
        Cash = 2,
        /// From the account's cash in the commission's currency, which follows.
        ForeignCash = 3,
        /// CommType(13) is none that Millrace books. The account's fee rate counts instead.
        UnknownType = 4,
        /// The account has no cash in the commission's currency. The account's fee rate counts instead.
        NoCash = 5,
        /// There never was a rate from the commission's currency to the account's. The account's fee rate counts instead.
        NoRate = 6,
        /// It is out of range. The account's fee rate counts instead.
        OutOfRange = 7,
    }
);

impl CommissionOutcome {
    /// Is it in the books as the broker says?
    pub const fn is_booked(self) -> bool {
        matches!(self, CommissionOutcome::Fee | CommissionOutcome::Cash | CommissionOutcome::ForeignCash)
    }
}

bodies! {
    /// See [`super::Event::CommissionBooked`].
    CommissionBooked {
        /// What the fill costs from now on, in the commission's currency; zero where it was busted, or nothing was booked.
        charged: Notional,
        /// What of it is new; negative where it is given back.
        amount: Notional,
        /// The account's cash after it.
        account_cash: Notional,
        /// What the broker said, its currency named.
        commission: Commission,
        /// One of the commission's currency in the account's, at the fill; none where they are the same.
        rate: FxRate,
        /// Since when that rate was known.
        rate_time: EngineTime,
        /// The order.
        order_id: OrderId,
        /// The number of the fill.
        fill: u64,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
        /// Where it was booked.
        outcome: CommissionOutcome,
        /// Zero.
        reserved: [u8; 23],
    }
}

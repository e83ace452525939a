//! Accounts, with their cash, what is reserved of it, and how many orders work.

use model::{DefineAccount, Notional, TradingState};

/// One account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its limits.
    pub definition: DefineAccount,
    /// Cash: adjustments, plus what trades brought, minus fees.
    pub cash: Notional,
    /// What brokers took of it for trades in other currencies.
    pub commissions: Notional,
    /// What working buys may still need.
    pub reserved: Notional,
    /// Working orders.
    pub open_orders: u32,
    /// The account's kill switch.
    pub trading: TradingState,
}

impl Account {
    pub(crate) fn new(definition: DefineAccount) -> Account {
        Account {
            definition,
            cash: Notional::ZERO,
            commissions: Notional::ZERO,
            reserved: Notional::ZERO,
            open_orders: 0,
            trading: TradingState::Active,
        }
    }
}

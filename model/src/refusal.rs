//! Why an order was refused: the check, its limit, what it saw. Numbers only; text is written at the edge.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::risk_limit::LimitKind;
use crate::scope::KillScope;
use crate::terms::OrdRejReason;

macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $code:literal, $reason:ident, $unit:ident;)+) => {
        /// The checks that can refuse an order, in their fixed order of precedence: the first that fails answers.
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout,
        )]
        #[repr(u16)]
        pub enum Check {
            $($(#[$doc])* $variant = $number,)+
        }

        impl Check {
            /// Every check, in order of precedence.
            pub const ALL: &'static [Check] = &[$(Check::$variant,)+];

            /// The stable code: the same in Text(58), metrics, journal dumps and DuckDB.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Check::$variant => $code,)+
                }
            }

            /// The nearest FIX 4.4 OrdRejReason(103).
            pub const fn ord_rej_reason(self) -> OrdRejReason {
                match self {
                    $(Check::$variant => OrdRejReason::$reason,)+
                }
            }

            /// What `limit` and `observed` count.
            pub const fn unit(self) -> Unit {
                match self {
                    $(Check::$variant => Unit::$unit,)+
                }
            }
        }
    };
}

/// What the two numbers of a refusal count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Nothing: the numbers are zero.
    None,
    /// Whole things.
    Count,
    /// 1e-8 of a price.
    Px,
    /// 1e-8 of a quantity.
    Qty,
    /// 1e-16 of the currency.
    Notional,
    /// Nanoseconds.
    Nanos,
    /// A kind of scope, by its number.
    Scope,
    /// 1e-8 of one.
    Ratio,
    /// A set, a bit each.
    Bits,
    /// A kind of limit, by its number.
    LimitKind,
}

checks! {
    /// Session and account resolve: Account(1) names a defined account.
    UnknownAccount = 10, "UNKNOWN_ACCOUNT", UnknownAccount, None;
    /// Symbol(55) names a defined instrument.
    UnknownSymbol = 20, "UNKNOWN_SYMBOL", UnknownSymbol, None;
    /// The instrument may be traded, in the account's currency.
    NotTradable = 21, "NOT_TRADABLE", ExchangeClosed, None;
    /// The instrument's currency is the account's.
    CurrencyMismatch = 22, "CURRENCY_MISMATCH", BrokerOption, None;
    /// A replace changes nothing but quantity and prices: whatever else it repeats is the order's.
    ReplaceTerms = 23, "REPLACE_TERMS", UnsupportedCharacteristic, None;
    /// The instrument is not on the restricted list, or the order does not what that forbids.
    Restricted = 24, "RESTRICTED", BrokerOption, None;
    /// OrdType(40) is one that all scopes of the order allow. What is never allowed answers before what is stopped for now.
    /// Limit: those allowed; observed: the order's, a bit each.
    OrdTypeAllowed = 25, "ORD_TYPE_ALLOWED", UnsupportedCharacteristic, Bits;
    /// The same for TimeInForce(59).
    TimeInForceAllowed = 26, "TIME_IN_FORCE_ALLOWED", UnsupportedCharacteristic, Bits;
    /// The same for Side(54).
    SideAllowed = 27, "SIDE_ALLOWED", BrokerOption, Bits;
    /// Limits of money are in the firm's base currency: there is a rate for the instrument's that is not too old.
    FxRate = 28, "FX_RATE", Other, None;
    /// The journal's disk is full: the rest of it is for cancels.
    JournalFull = 29, "JOURNAL_FULL", BrokerOption, None;
    /// The global kill switch.
    KilledGlobal = 30, "KILLED_GLOBAL", BrokerOption, None;
    /// The account's kill switch.
    KilledAccount = 31, "KILLED_ACCOUNT", BrokerOption, None;
    /// All trading of the firm is killed.
    KilledFirm = 32, "KILLED_FIRM", BrokerOption, None;
    /// The instrument's venue is killed.
    KilledVenue = 33, "KILLED_VENUE", BrokerOption, None;
    /// The session is killed.
    KilledSession = 34, "KILLED_SESSION", BrokerOption, None;
    /// The session's trader is killed.
    KilledTrader = 35, "KILLED_TRADER", BrokerOption, None;
    /// The session's strategy is killed.
    KilledStrategy = 36, "KILLED_STRATEGY", BrokerOption, None;
    /// The instrument is killed.
    KilledInstrument = 37, "KILLED_INSTRUMENT", BrokerOption, None;
    /// A scope of the order is halted. Limit: which.
    Halted = 38, "HALTED", BrokerOption, Scope;
    /// Without this limit of the firm nothing is traded. Limit: its kind.
    LimitUnset = 39, "LIMIT_UNSET", BrokerOption, LimitKind;
    /// Type and price fit together: a limit order has a price above zero, a market order has none.
    Price = 40, "PRICE", UnsupportedCharacteristic, Px;
    /// Price is a multiple of the tick. Limit: the tick.
    Tick = 41, "TICK", Other, Px;
    /// Quantity is above zero, within range, and a multiple of the lot. Limit: the lot.
    Lot = 42, "LOT", IncorrectQuantity, Qty;
    /// A stop order has StopPx(99) or trails; no other order has one. It is a multiple of the tick.
    StopPx = 43, "STOP_PX", UnsupportedCharacteristic, Px;
    /// MinQty(110) is not above OrderQty(38).
    MinQty = 44, "MIN_QTY", IncorrectQuantity, Qty;
    /// MaxFloor(111) is not above OrderQty(38), a multiple of the lot, and only for an order that rests.
    MaxFloor = 45, "MAX_FLOOR", IncorrectQuantity, Qty;
    /// A good-till-date order has an ExpireTime(126) in the future; no other order has one. Limit: now; observed: the time.
    ExpireTime = 46, "EXPIRE_TIME", UnsupportedCharacteristic, Nanos;
    /// ExecInst(18) and the other terms fit together.
    ExecInst = 47, "EXEC_INST", UnsupportedCharacteristic, None;
    /// ClOrdLinkID(583), ContingencyType(1385): one entry, whose children are on the other side and not larger; the group has
    /// room. Limit: the most orders of a group.
    Contingency = 48, "CONTINGENCY", UnsupportedCharacteristic, Count;
    /// TransactTime(60) is there and not too old. Limit: the greatest age; observed: the age, or -1 for no time.
    OrderAge = 49, "ORDER_AGE", StaleOrder, Nanos;
    /// Fat finger: OrderQty(38) against the lower of the account's and the instrument's limit.
    MaxOrderQty = 50, "MAX_ORDER_QTY", OrderExceedsLimit, Qty;
    /// Neither the venue nor Millrace can do market-to-limit orders of this instrument.
    LacksMarketToLimit = 51, "VENUE_LACKS_MARKET_TO_LIMIT", UnsupportedCharacteristic, None;
    /// Neither the venue nor Millrace can show a part only, MaxFloor(111).
    LacksIceberg = 52, "VENUE_LACKS_ICEBERG", UnsupportedCharacteristic, None;
    /// Neither the venue nor Millrace can fill at least MinQty(110).
    LacksMinQty = 53, "VENUE_LACKS_MIN_QTY", UnsupportedCharacteristic, None;
    /// Neither the venue nor Millrace can keep the order from taking, ExecInst(18)=6.
    LacksPostOnly = 54, "VENUE_LACKS_POST_ONLY", UnsupportedCharacteristic, None;
    /// Neither the venue nor Millrace can cancel the order when it is not the best, ExecInst(18)=Z.
    LacksNotBest = 55, "VENUE_LACKS_NOT_BEST", UnsupportedCharacteristic, None;
    /// The market is closed, and the order cannot wait for the next trading day.
    MarketClosed = 56, "MARKET_CLOSED", ExchangeClosed, None;
    /// The opening or the close that the order is for is over, or the instrument has none.
    TooLateToEnter = 57, "TOO_LATE_TO_ENTER", TooLateToEnter, None;
    /// Static collar, upper side. Limit: the instrument's highest price; observed: the order's.
    PriceHigh = 58, "PRICE_HIGH", OrderExceedsLimit, Px;
    /// Static collar, lower side. Limit: the instrument's lowest price; observed: the order's.
    PriceLow = 59, "PRICE_LOW", OrderExceedsLimit, Px;
    /// A reference price exists and is fresh. Limit: the greatest age; observed: the age, or -1 for none.
    ReferencePrice = 60, "REFERENCE_PRICE", Other, Nanos;
    /// Dynamic collar, upper side. Limit: the highest price allowed; observed: the order's.
    CollarHigh = 61, "COLLAR_HIGH", Other, Px;
    /// Dynamic collar, lower side. Limit: the lowest price allowed; observed: the order's.
    CollarLow = 62, "COLLAR_LOW", Other, Px;
    /// Dynamic collar, passive side. Limit: the last price allowed; observed: the order's.
    CollarPassive = 63, "COLLAR_PASSIVE", Other, Px;
    /// A market order meets an opposite best near the reference, and trades no further from it than that. Limit: the last opposite
    /// best allowed; observed: the opposite best, or 0 for none.
    MarketProtection = 64, "MARKET_PROTECTION", Other, Px;
    /// Quantity × worst price × multiplier.
    MaxOrderNotional = 70, "MAX_ORDER_NOTIONAL", OrderExceedsLimit, Notional;
    /// Quantity × the order's own price × multiplier, for a market order the reference price.
    MinOrderNotional = 71, "MIN_ORDER_NOTIONAL", IncorrectQuantity, Notional;
    /// New orders and replaces of the session within one second.
    MessageRate = 80, "MESSAGE_RATE", OrderExceedsLimit, Count;
    /// Orders, replaces and cancels of the day by its fills, less one, this message included: RTS 9's ratio.
    OrderToTrade = 81, "ORDER_TO_TRADE", BrokerOption, Ratio;
    /// ClOrdID(11) was used by this session before.
    DuplicateClOrdId = 90, "DUPLICATE_CL_ORD_ID", DuplicateOrder, None;
    /// The same order was given by telephone before.
    DuplicateOfVerbal = 91, "DUPLICATE_OF_VERBAL", DuplicateOfVerbal, None;
    /// Orders like this one within the window, this one included. Observed: -1 where they were too many to be counted.
    RepeatedOrders = 92, "REPEATED_ORDERS", DuplicateOrder, Count;
    /// It would trade with another order of the same firm, account or trader. Limit: the price of that; observed: its own.
    SelfMatch = 95, "SELF_MATCH", BrokerOption, Px;
    /// Working orders of the account.
    OpenOrders = 100, "OPEN_ORDERS", OrderExceedsLimit, Count;
    /// New orders of the day, this one included.
    DailyOrders = 101, "DAILY_ORDERS", OrderExceedsLimit, Count;
    /// Orders of the day that were canceled. Limit: above it nothing new is taken.
    DailyCancels = 102, "DAILY_CANCELS", OrderExceedsLimit, Count;
    /// Fills of the day. Limit: at it nothing new is taken.
    DailyTrades = 103, "DAILY_TRADES", OrderExceedsLimit, Count;
    /// Money that open buys can still spend, this order included.
    OpenBuys = 104, "OPEN_BUYS", OrderExceedsLimit, Notional;
    /// Money that open sells can still bring, this order included.
    OpenSells = 105, "OPEN_SELLS", OrderExceedsLimit, Notional;
    /// Money of all open orders, this one included.
    OpenNotional = 106, "OPEN_NOTIONAL", OrderExceedsLimit, Notional;
    /// Money bought for on the day and open to buy, this order included.
    DailyBuys = 107, "DAILY_BUYS", OrderExceedsLimit, Notional;
    /// Money sold for on the day and open to sell, this order included.
    DailySells = 108, "DAILY_SELLS", OrderExceedsLimit, Notional;
    /// What protects an entry never comes to more than the entry: traded and open of all of it together. Limit: the entry's quantity.
    ParentQty = 109, "PARENT_QTY", OrderExceedsLimit, Qty;
    /// Worst case long: position plus all open buys, this order included.
    PositionLong = 110, "POSITION_LONG", OrderExceedsLimit, Qty;
    /// Worst case short: open sells, this order included, minus position.
    PositionShort = 111, "POSITION_SHORT", OrderExceedsLimit, Qty;
    /// ExecInst(18)=E: the order could make the position greater. Limit: what may be reduced; observed: open orders that do.
    ReduceOnly = 112, "REDUCE_ONLY", OrderExceedsLimit, Qty;
    /// A scope of the order takes only what reduces, and the order could make the position greater. Limit: what may be reduced;
    /// observed: open orders that do.
    Reducing = 113, "REDUCING", BrokerOption, Qty;
    /// Worst case of one position by money, this order included.
    PositionNotional = 114, "POSITION_NOTIONAL", OrderExceedsLimit, Notional;
    /// Worst case of one position as a part of the account's equity.
    Concentration = 115, "CONCENTRATION", OrderExceedsLimit, Ratio;
    /// Money of all positions without sign, and of all open orders, this one included.
    GrossExposure = 116, "GROSS_EXPOSURE", OrderExceedsLimit, Notional;
    /// Money of all positions with sign, and of what is open on the order's side, this one included.
    NetExposure = 117, "NET_EXPOSURE", OrderExceedsLimit, Notional;
    /// Gross exposure as a part of the account's equity.
    Leverage = 118, "LEVERAGE", OrderExceedsLimit, Ratio;
    /// Positions that no price can be had for, so that nobody knows what the scope's come to. Observed: how many.
    Unpriced = 119, "POSITION_UNPRICED", Other, Count;
    /// Cash account: worst-case cost plus fee against cash that is not reserved.
    BuyingPower = 120, "BUYING_POWER", OrderExceedsLimit, Notional;
    /// Initial margin of the worst case of all positions, this order included. Limit: the account's equity.
    Margin = 121, "MARGIN", OrderExceedsLimit, Notional;
    /// The same, against the account's limit of it.
    MarginUsed = 122, "MARGIN_USED", OrderExceedsLimit, Notional;
    /// What the firm sold short in the instrument on the day, and could with all open sells, this order included. Limit: what is
    /// located.
    ShortSale = 123, "SHORT_SALE", Other, Qty;
    /// A sum or product left its range.
    Overflow = 130, "OVERFLOW", Other, None;
    /// The engine's order capacity.
    OrderCapacity = 140, "ORDER_CAPACITY", BrokerOption, Count;
    /// The room for stops and groups that Millrace holds.
    HeldCapacity = 141, "HELD_CAPACITY", BrokerOption, Count;
}

impl Check {
    /// Does it judge one order by itself against a limit of size, price or age, so that two people may let that order pass?
    pub const fn is_soft(self) -> bool {
        matches!(
            self,
            Check::OrderAge
                | Check::MaxOrderQty
                | Check::PriceHigh
                | Check::PriceLow
                | Check::CollarHigh
                | Check::CollarLow
                | Check::CollarPassive
                | Check::MaxOrderNotional
                | Check::MinOrderNotional
        )
    }
}

/// One check's answer: which check, its limit, and the value seen. See [`Check::unit`] for what the numbers count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Refusal {
    /// The limit in force.
    pub limit: i128,
    /// The value that broke it.
    pub observed: i128,
    /// The reference price that was used, in 1e-8; 0 where the check uses none.
    pub reference_px: i64,
    /// The check.
    pub check: Check,
    /// Whose limit it is, by [`KillScope`]'s number and one; 0 where the check knows no scopes. See [`Refusal::scope`].
    pub scope_number: u8,
    /// The limit that stopped the scope, by [`LimitKind`]'s number and one; 0 where a person did. See [`Refusal::stopped_by`].
    pub limit_number: u8,
    /// Zero.
    pub reserved: [u8; 4],
}

impl Refusal {
    /// A refusal without numbers.
    pub const fn of(check: Check) -> Refusal {
        Refusal::against(check, 0, 0)
    }

    /// A refusal by a limit.
    pub const fn against(check: Check, limit: i128, observed: i128) -> Refusal {
        Refusal { limit, observed, reference_px: 0, check, scope_number: 0, limit_number: 0, reserved: [0; 4] }
    }

    /// The same, with the reference price that it used.
    pub const fn at_reference(mut self, reference_px: i64) -> Refusal {
        self.reference_px = reference_px;
        self
    }

    /// The same, by a limit of this kind of scope.
    pub const fn of_scope(mut self, scope: KillScope) -> Refusal {
        self.scope_number = scope as u8 + 1;
        self
    }

    /// The same, by what stopped the scope: [`LimitKind::number`] of a limit that was broken, 0 for a person.
    pub const fn because(mut self, limit_number: u8) -> Refusal {
        self.limit_number = limit_number;
        self
    }

    /// The broken limit that stopped the scope, where no person did.
    pub fn stopped_by(&self) -> Option<LimitKind> {
        LimitKind::of_number(self.limit_number)
    }

    /// Whose limit it is, where it is a scope's.
    pub fn scope(&self) -> Option<KillScope> {
        KillScope::from_value(self.scope_number.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_checks_rise_in_order_of_precedence() {
        assert!(Check::ALL.windows(2).all(|pair| (pair[0] as u16) < pair[1] as u16));
    }
}

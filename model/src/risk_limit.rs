//! The limits that scopes may have: what each bounds, in what unit, and which way is tighter.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::refusal::Unit;
use crate::scope::KillScope::{self, Account, Firm, Instrument, Session, Strategy, Trader, Venue};

/// Which way a limit is tighter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// The value seen may not be above it.
    AtMost,
    /// The value seen may not be below it.
    AtLeast,
    /// Only what its bits allow.
    Bits,
}

macro_rules! risk_limits {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $word:literal, $bound:ident, $unit:ident, [$($scope:ident)+];)+) => {
        /// What a limit of a scope bounds. A kind's number is part of the journal's format.
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout,
        )]
        #[repr(u8)]
        pub enum LimitKind {
            $($(#[$doc])* $variant = $number,)+
        }

        impl LimitKind {
            /// Every kind.
            pub const ALL: &'static [LimitKind] = &[$(LimitKind::$variant,)+];

            /// As operators and configurations write it.
            pub const fn word(self) -> &'static str {
                match self {
                    $(LimitKind::$variant => $word,)+
                }
            }

            /// Which way is tighter.
            #[inline]
            pub const fn bound(self) -> Bound {
                match self {
                    $(LimitKind::$variant => Bound::$bound,)+
                }
            }

            /// What the value counts. Money is in the firm's base currency.
            pub const fn unit(self) -> Unit {
                match self {
                    $(LimitKind::$variant => Unit::$unit,)+
                }
            }

            /// The kinds of scopes that may have it.
            #[inline]
            pub const fn scopes(self) -> &'static [KillScope] {
                match self {
                    $(LimitKind::$variant => &[$($scope,)+],)+
                }
            }
        }
    };
}

risk_limits! {
    /// Largest order, OrderQty(38).
    OrderQty = 0, "order_qty", AtMost, Qty, [Firm Venue Session Account Trader Strategy Instrument];
    /// Largest order by money, at its worst price.
    OrderNotional = 1, "order_notional", AtMost, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Smallest order by money.
    OrderNotionalMin = 2, "order_notional_min", AtLeast, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Highest price of an order, Price(44).
    PriceHigh = 3, "price_high", AtMost, Px, [Instrument];
    /// Lowest price of an order, Price(44).
    PriceLow = 4, "price_low", AtLeast, Px, [Instrument];
    /// How far a price may lie on the aggressive side of the reference, as a part of it.
    Collar = 5, "collar", AtMost, Ratio, [Firm Venue Session Account Trader Strategy Instrument];
    /// How far a price may lie on the passive side of the reference, as a part of it.
    PassiveCollar = 6, "passive_collar", AtMost, Ratio, [Firm Venue Session Account Trader Strategy Instrument];
    /// Greatest age of an order when it is decided, by TransactTime(60).
    OrderAge = 7, "order_age", AtMost, Nanos, [Firm Venue Session Account Trader Strategy Instrument];
    /// How far a market order may trade from the opposite best, as a part of it.
    MarketProtection = 8, "market_protection", AtMost, Ratio, [Firm Venue Session Account Trader Strategy Instrument];
    /// How far the reference may move from one quote to the next, as a part of it, and still judge orders.
    QuoteJump = 9, "quote_jump", AtMost, Ratio, [Firm Instrument];
    /// New orders, replaces and cancels within one second. Cancels only count.
    MessageRate = 10, "message_rate", AtMost, Count, [Firm Venue Account Trader Strategy Instrument];
    /// Orders like the last ones - account, instrument, side, quantity, price, type - within [`LimitKind::RepeatWindow`].
    RepeatedOrders = 11, "repeated_orders", AtMost, Count, [Firm Session Account Trader Strategy];
    /// How long an order counts as a repetition.
    RepeatWindow = 12, "repeat_window", AtLeast, Nanos, [Firm Session Account Trader Strategy];
    /// Fills within [`LimitKind::ExecutionWindow`]; one more makes the scope wait for a person.
    RepeatedExecutions = 13, "repeated_executions", AtMost, Count, [Session Account Trader Strategy];
    /// How long a fill counts for [`LimitKind::RepeatedExecutions`].
    ExecutionWindow = 14, "execution_window", AtLeast, Nanos, [Session Account Trader Strategy];
    /// Working orders.
    OpenOrders = 15, "open_orders", AtMost, Count, [Firm Venue Session Account Trader Strategy Instrument];
    /// New orders of the day.
    DailyOrders = 16, "daily_orders", AtMost, Count, [Firm Venue Session Account Trader Strategy Instrument];
    /// Canceled orders of the day; above it no new order is taken.
    DailyCancels = 17, "daily_cancels", AtMost, Count, [Firm Venue Session Account Trader Strategy Instrument];
    /// Fills of the day; above it no new order is taken.
    DailyTrades = 18, "daily_trades", AtMost, Count, [Firm Venue Session Account Trader Strategy Instrument];
    /// Money that open buys can still spend.
    OpenBuys = 19, "open_buys", AtMost, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Money that open sells can still bring.
    OpenSells = 20, "open_sells", AtMost, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Money of open buys and open sells together.
    OpenNotional = 21, "open_notional", AtMost, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Worst case long in one instrument.
    PositionLong = 22, "position_long", AtMost, Qty, [Account Strategy Instrument];
    /// Worst case short in one instrument, as a positive number.
    PositionShort = 23, "position_short", AtMost, Qty, [Account Strategy Instrument];
    /// Worst case of one position, by money.
    PositionNotional = 24, "position_notional", AtMost, Notional, [Account Strategy Instrument];
    /// Worst case of one position as a part of the account's equity.
    Concentration = 25, "concentration", AtMost, Ratio, [Account];
    /// Sum of all positions without sign and all open orders.
    GrossExposure = 26, "gross_exposure", AtMost, Notional, [Firm Account Strategy];
    /// Sum of all positions with sign, at its worst with the open orders of one side.
    NetExposure = 27, "net_exposure", AtMost, Notional, [Firm Account Strategy];
    /// Gross exposure by equity.
    Leverage = 28, "leverage", AtMost, Ratio, [Account];
    /// Bought on the day, with what is open to buy.
    DailyBuys = 29, "daily_buys", AtMost, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Sold on the day, with what is open to sell.
    DailySells = 30, "daily_sells", AtMost, Notional, [Firm Venue Session Account Trader Strategy Instrument];
    /// Loss of the day - realised, unrealised, fees - at which only what reduces is taken.
    LossReduce = 31, "loss_reduce", AtMost, Notional, [Firm Account Strategy];
    /// Loss of the day at which everything is canceled and nothing is taken.
    LossHalt = 32, "loss_halt", AtMost, Notional, [Firm Account Strategy];
    /// Fall from the highest P&L at which only what reduces is taken.
    DrawdownReduce = 33, "drawdown_reduce", AtMost, Notional, [Firm Account Strategy];
    /// Fall from the highest P&L at which everything is canceled and nothing is taken.
    DrawdownHalt = 34, "drawdown_halt", AtMost, Notional, [Firm Account Strategy];
    /// Closes with a loss, one after another; one more and the scope waits for a person.
    LossesInARow = 35, "losses_in_a_row", AtMost, Count, [Account Strategy];
    /// Orders, replaces and cancels by fill on the day, less one: RTS 9's ratio.
    OrderToTrade = 36, "order_to_trade", AtMost, Ratio, [Session Account Trader Strategy Instrument];
    /// Longest silence of an instrument's prices while its strategies trade.
    QuoteSilence = 37, "quote_silence", AtMost, Nanos, [Firm Instrument];
    /// Drift of own executions from the first price of the window, as a part of it.
    ExecutionDrift = 38, "execution_drift", AtMost, Ratio, [Strategy];
    /// OrdType(40)s that may be used, a bit each by its place in [`crate::OrdType::ALL`].
    OrdTypes = 39, "ord_types", Bits, Bits, [Firm Venue Session Account Trader Strategy Instrument];
    /// TimeInForce(59)s that may be used, a bit each by its place in [`crate::TimeInForce::ALL`].
    TimesInForce = 40, "times_in_force", Bits, Bits, [Firm Venue Session Account Trader Strategy Instrument];
    /// Side(54)s that may be used, a bit each by its place in [`crate::Side::ALL`].
    Sides = 41, "sides", Bits, Bits, [Firm Venue Session Account Trader Strategy Instrument];
    /// Quantity that may be sold short in one instrument: what is located.
    Locate = 42, "locate", AtMost, Qty, [Instrument];
    /// Initial margin of the worst case, as a part of it, against the account's equity.
    Margin = 43, "margin", AtLeast, Ratio, [Instrument];
    /// Margin that the worst case of all positions may need.
    MarginUsed = 44, "margin_used", AtMost, Notional, [Account];
    /// What becomes of an order that would trade with another one of the scope: 0 lets it, 1 refuses it, 2 cancels the other,
    /// 3 both.
    SelfMatch = 45, "self_match", AtLeast, Count, [Firm Account Trader];
    /// How long an order of one account of a trader is held against those of his other accounts on the other side.
    WashWindow = 46, "wash_window", AtLeast, Nanos, [Firm Trader];
    /// Fall of the P&L within [`LimitKind::LossWindow`] at which everything is canceled and nothing is taken.
    LossVelocity = 47, "loss_velocity", AtMost, Notional, [Firm Account Strategy];
    /// How long a loss counts for [`LimitKind::LossVelocity`].
    LossWindow = 48, "loss_window", AtLeast, Nanos, [Firm Account Strategy];
    /// How long own executions count for [`LimitKind::ExecutionDrift`]; without it for a minute.
    DriftWindow = 49, "drift_window", AtLeast, Nanos, [Strategy];
    /// Silence of an instrument's prices at which everything is canceled and nothing is taken.
    QuoteSilenceHalt = 50, "quote_silence_halt", AtMost, Nanos, [Firm Instrument];
}

/// Kinds of limits.
pub const LIMIT_KINDS: usize = LimitKind::ALL.len();

const _: () = assert!(LIMIT_KINDS <= 64, "a set of kinds is one word");

impl LimitKind {
    /// The bit that stands for it in a set of kinds.
    #[inline]
    pub const fn bit(self) -> u64 {
        1 << self as u8
    }

    /// For a byte beside which there may be none: 1 and its number.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// What [`LimitKind::number`] said; `None` for 0.
    pub fn of_number(number: u8) -> Option<LimitKind> {
        LimitKind::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Does the scope have such a limit?
    pub fn is_for(self, scope: KillScope) -> bool {
        self.scopes().contains(&scope)
    }

    /// From the word that operators write.
    pub fn from_word(word: &str) -> Option<LimitKind> {
        LimitKind::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Does a change from `before` to `after` take more orders than before? `None` is no limit.
    pub fn loosens(self, before: Option<i128>, after: Option<i128>) -> bool {
        match (before, after) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(before), Some(after)) => match self.bound() {
                Bound::AtMost => after > before,
                Bound::AtLeast => after < before,
                Bound::Bits => after & !before != 0,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_numbered_without_gaps() {
        assert!(LimitKind::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
    }

    #[test]
    fn no_limit_is_the_loosest() {
        for kind in LimitKind::ALL {
            assert!(!kind.loosens(None, Some(1)) && kind.loosens(Some(1), None), "{kind:?}");
            assert!(!kind.loosens(Some(1), Some(1)), "{kind:?}");
        }
    }

    #[test]
    fn way_of_loosening_follows_the_bound() {
        assert!(LimitKind::OrderQty.loosens(Some(5), Some(6)) && !LimitKind::OrderQty.loosens(Some(5), Some(4)));
        assert!(LimitKind::PriceLow.loosens(Some(5), Some(4)) && !LimitKind::PriceLow.loosens(Some(5), Some(6)));
        assert!(LimitKind::Sides.loosens(Some(0b01), Some(0b10)) && !LimitKind::Sides.loosens(Some(0b11), Some(0b10)));
    }
}

//! What befalls an instrument and all who hold it: splits, dividends, a new symbol, the daily settlement of futures. Acts of an
//! operator: each says who and why.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::money::Px;
use crate::text::{Symbol, Text};

bodies! {
    /// A split of all there is of an instrument: positions and the fills behind them become `numerator` for `denominator` at an
    /// unchanged cost, and each working order is restated as [`super::SplitOrders`] says.
    SplitInstrument {
        /// Symbol(55).
        symbol: Symbol,
        /// New.
        numerator: u32,
        /// Old.
        denominator: u32,
        /// What is paid for each new unit where a position does not come out in whole lots; zero leaves the fraction where it is.
        cash_in_lieu_px: Px,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// A cash dividend is paid: a long position receives, a short one pays.
    PayDividend {
        /// Symbol(55).
        symbol: Symbol,
        /// Money per unit, in the instrument's currency.
        per_unit: Px,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// The daily settlement of an instrument that is valued like a future: each position realises what it gained since its cost,
    /// and costs the settlement price from then on.
    SettleInstrument {
        /// Symbol(55).
        symbol: Symbol,
        /// The settlement price.
        settle_px: Px,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// An instrument is called otherwise from now on. Positions, orders and fills stay what they are.
    ChangeSymbol {
        /// Symbol(55) until now.
        symbol: Symbol,
        /// Symbol(55) from now on, which nothing else has.
        new_symbol: Symbol,
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }
}

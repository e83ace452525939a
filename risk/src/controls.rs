//! The controls in their order of precedence, a file a subject.

use model::{Check, LimitKind, Refusal};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

macro_rules! controls {
    ($($subject:ident::$control:ident $([$($kind:ident)+])? => $check:ident;)+) => {
        /// The check that each control answers with, in the order in which they run. `UnknownAccount` and `UnknownSymbol` come
        /// before all of them: without these two there is no [`Context`], so the engine answers them while it builds one.
        pub const CHECKS: &[Check] = &[$(Check::$check,)+];

        /// All controls, until the witness has seen enough. One of limits alone, named in brackets, is left out where no scope of the
        /// order has such a limit and the witness does not want to hear of that; so is one that only an increase concerns, where there is
        /// none.
        #[inline]
        pub(crate) fn run<W: Witness>(
            context: &Context<'_>,
            proposal: &Case<'_>,
            witness: &mut W,
        ) -> Result<(), Refusal> {
            let adds = increase::adds(context, proposal);
            $(
                let limits: u64 = 0 $($(| LimitKind::$kind.bit())+)?;
                let is_limited = limits == 0 || context.scopes.kinds & limits != 0;
                let is_asked = adds || !increase::concerns(Check::$check);
                if W::NAMES_ALL || (is_limited && is_asked) {
                    let result = if is_asked {
                        $subject::$control(context, proposal, witness)
                    } else {
                        witness.not_concerned(Check::$check)
                    };
                    witness.ended(result)?;
                }
            )+
            Ok(())
        }
    };
}

mod buying_power;
mod capacity;
mod cl_ord_id;
mod currency;
mod daily_counts;
mod daily_turnover;
mod expire_time;
mod fx_rate;
mod increase;
mod instructions;
mod instrument;
mod journal_room;
mod kill_switch;
mod lot;
mod mandatory;
mod margin;
mod market_protection;
mod max_floor;
mod message_rate;
mod min_notional;
mod min_qty;
mod open_notional;
mod open_orders;
mod order_age;
mod order_notional;
mod order_qty;
mod order_to_trade;
mod permissions;
mod position;
mod position_notional;
mod price;
mod price_collar;
mod reduce_only;
mod reference_price;
mod repeated_orders;
mod restricted;
mod self_match;
mod short_sale;
mod static_collar;
mod stop_px;
mod tick;
mod total_exposure;
mod trading_phase;
mod venue_abilities;

controls! {
    instrument::tradable => NotTradable;
    currency::same => CurrencyMismatch;
    restricted::free => Restricted;
    permissions::ord_type [OrdTypes] => OrdTypeAllowed;
    permissions::time_in_force [TimesInForce] => TimeInForceAllowed;
    permissions::side [Sides] => SideAllowed;
    fx_rate::in_force => FxRate;
    journal_room::is_there => JournalFull;
    kill_switch::global => KilledGlobal;
    kill_switch::account => KilledAccount;
    kill_switch::firm => KilledFirm;
    kill_switch::venue => KilledVenue;
    kill_switch::session => KilledSession;
    kill_switch::trader => KilledTrader;
    kill_switch::strategy => KilledStrategy;
    kill_switch::instrument => KilledInstrument;
    kill_switch::halted => Halted;
    mandatory::set => LimitUnset;
    price::fits_type => Price;
    tick::kept => Tick;
    lot::kept => Lot;
    stop_px::fits_type => StopPx;
    min_qty::fits => MinQty;
    max_floor::fits => MaxFloor;
    expire_time::fits => ExpireTime;
    instructions::fit => ExecInst;
    order_age::fresh [OrderAge] => OrderAge;
    order_qty::within => MaxOrderQty;
    venue_abilities::market_to_limit => LacksMarketToLimit;
    venue_abilities::iceberg => LacksIceberg;
    venue_abilities::min_qty => LacksMinQty;
    venue_abilities::post_only => LacksPostOnly;
    venue_abilities::not_best => LacksNotBest;
    trading_phase::open => MarketClosed;
    trading_phase::in_time => TooLateToEnter;
    static_collar::high [PriceHigh] => PriceHigh;
    static_collar::low [PriceLow] => PriceLow;
    reference_price::fresh => ReferencePrice;
    price_collar::high => CollarHigh;
    price_collar::low => CollarLow;
    price_collar::passive [PassiveCollar] => CollarPassive;
    market_protection::begins_sanely [MarketProtection] => MarketProtection;
    order_notional::within => MaxOrderNotional;
    min_notional::reached [OrderNotionalMin] => MinOrderNotional;
    message_rate::within => MessageRate;
    order_to_trade::within [OrderToTrade] => OrderToTrade;
    cl_ord_id::new => DuplicateClOrdId;
    repeated_orders::within [RepeatedOrders] => RepeatedOrders;
    self_match::prevented [SelfMatch] => SelfMatch;
    open_orders::within => OpenOrders;
    daily_counts::orders [DailyOrders] => DailyOrders;
    daily_counts::cancels [DailyCancels] => DailyCancels;
    daily_counts::trades [DailyTrades] => DailyTrades;
    open_notional::buys [OpenBuys] => OpenBuys;
    open_notional::sells [OpenSells] => OpenSells;
    open_notional::gross [OpenNotional] => OpenNotional;
    daily_turnover::bought [DailyBuys] => DailyBuys;
    daily_turnover::sold [DailySells] => DailySells;
    position::long => PositionLong;
    position::short => PositionShort;
    reduce_only::reduces => ReduceOnly;
    reduce_only::scope_reduces => Reducing;
    position_notional::within [PositionNotional] => PositionNotional;
    position_notional::concentrated [Concentration] => Concentration;
    total_exposure::gross [GrossExposure] => GrossExposure;
    total_exposure::net [NetExposure] => NetExposure;
    total_exposure::leverage [Leverage] => Leverage;
    buying_power::suffices => BuyingPower;
    margin::covered [Margin] => Margin;
    margin::used [MarginUsed] => MarginUsed;
    short_sale::is_located [Locate] => ShortSale;
    capacity::has_room => OrderCapacity;
}

pub use order_to_trade::{MESSAGES_MIN, order_to_trade};

#[cfg(test)]
mod tests;

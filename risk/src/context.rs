//! What a check may look at: the order, and the state that it meets. All of it is read, none of it is written.

use model::{
    DefineAccount, DefineInstrument, EngineTime, ExecInst, KillScope, Notional, OrdType, Px, Qty, SCOPES, Side,
    TimeInForce, TradingPhase, TradingState,
};

use crate::conversion::Conversion;
use crate::rate::Bucket;
use crate::scoped::Scoped;
use crate::short_sales::{Restriction, ShortSales};
use crate::wide_exposure::WideExposure;

/// A new order, or a replace of one.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// Side(54).
    pub side: Side,
    /// OrdType(40).
    pub ord_type: OrdType,
    /// OrderQty(38): the whole, fills included.
    pub order_qty: Qty,
    /// Price(44); zero for a market order.
    pub price: Px,
    /// StopPx(99); zero for an order without one.
    pub stop_px: Px,
    /// PegOffsetValue(211) of a trailing stop; zero for other orders.
    pub peg_offset: Px,
    /// TimeInForce(59).
    pub time_in_force: TimeInForce,
    /// TransactTime(60); zero where the request says none.
    pub transact_time: EngineTime,
    /// ExpireTime(126); zero for an order without one.
    pub expire_time: EngineTime,
    /// ExecInst(18).
    pub exec_inst: ExecInst,
    /// MinQty(110); zero for an order without one.
    pub min_qty: Qty,
    /// MaxFloor(111); zero for an order without one.
    pub max_floor: Qty,
    /// False for an order that Millrace holds and that counts once it goes to work: nothing is reserved for it now.
    pub counts: bool,
    /// The order as it works now, where this is a replace.
    pub held: Option<Held>,
}

impl Proposal {
    /// A new order for the day without special terms.
    pub const fn plain(side: Side, ord_type: OrdType, order_qty: Qty, price: Px) -> Proposal {
        Proposal {
            side,
            ord_type,
            order_qty,
            price,
            stop_px: Px::ZERO,
            peg_offset: Px::ZERO,
            time_in_force: TimeInForce::Day,
            transact_time: EngineTime(0),
            expire_time: EngineTime(0),
            exec_inst: ExecInst::NONE,
            min_qty: Qty::ZERO,
            max_floor: Qty::ZERO,
            counts: true,
            held: None,
        }
    }
}

/// What a working order holds while its replace is judged.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// OrderQty(38), the greatest of the order's own and those that pending replaces ask for.
    pub order_qty: Qty,
    /// CumQty(14).
    pub cum_qty: Qty,
    /// What it holds of the open quantity.
    pub open_qty: Qty,
    /// The worst price that it is reserved at.
    pub worst_px: Px,
    /// The cash that it reserves.
    pub reserved: Notional,
    /// The money that it holds of its scopes' open orders.
    pub open_notional: Notional,
}

/// Position and open orders of one account in one instrument. Buys and sells are kept apart: a resting sell does not
/// make room for a buy, because either may fill alone.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Exposure {
    /// Signed position.
    pub position: Qty,
    /// Quantity that open buys can still add.
    pub open_buys: Qty,
    /// Quantity that open sells can still take.
    pub open_sells: Qty,
}

/// The reference prices of an instrument, and when the engine learned them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Reference {
    /// Best bid; zero for none.
    pub bid_px: Px,
    /// Best offer; zero for none.
    pub ask_px: Px,
    /// Last trade; zero for none.
    pub last_px: Px,
    /// Time of the frame that brought them; zero before the first.
    pub time: EngineTime,
    /// What came last cannot be right: there is no price to judge by until something sane comes.
    pub is_doubtful: bool,
}

impl Reference {
    /// Last trade, else the middle of the quote, else nothing.
    pub fn px(&self) -> Option<Px> {
        if self.is_doubtful {
            return None;
        }
        if !self.last_px.is_zero() {
            return Some(self.last_px);
        }
        if self.bid_px.is_zero() || self.ask_px.is_zero() {
            return None;
        }
        let sum = self.bid_px.checked_add(self.ask_px)?;
        Some(Px::from_units(sum.units() / 2))
    }
}

/// The state that a proposal meets.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The batch's clock read.
    pub now: EngineTime,
    /// The instrument.
    pub instrument: &'a DefineInstrument,
    /// Its reference prices.
    pub reference: Reference,
    /// The account and its limits.
    pub account: &'a DefineAccount,
    /// The journal's disk has no room for what is new.
    pub journal_is_full: bool,
    /// The global kill switch.
    pub trading: TradingState,
    /// The account's kill switch.
    pub account_trading: TradingState,
    /// The instrument's halt.
    pub instrument_trading: TradingState,
    /// The scopes that the order is in: how far each is stopped, its limits, and what they are held against.
    pub scopes: Scoped<'a>,
    /// The firm's trading day, in days since 1970-01-01.
    pub day: u32,
    /// The part of the trading day.
    pub phase: TradingPhase,
    /// The account's position and open orders in the instrument.
    pub exposure: Exposure,
    /// The strategy's in the instrument, over all accounts; nothing where no limit asks for it.
    pub of_strategy: WideExposure,
    /// The firm's in the instrument, over all accounts; nothing where no limit asks for it.
    pub of_instrument: WideExposure,
    /// The best prices of own orders on the other side, of the firm, the account and the trader, where such a group is not to trade
    /// with itself.
    pub own_opposite: [Option<Px>; 3],
    /// Restrictions of the instrument, of all accounts and times.
    pub restrictions: &'a [Restriction],
    /// The firm's short sales in the instrument.
    pub short_sales: ShortSales,
    /// The account's working orders.
    pub open_orders: u32,
    /// The account holds cash in the instrument's currency beside its own, and there is a rate that is not too old.
    pub holds_currency: bool,
    /// The instrument's money in the firm's base currency, which limits of scopes count in.
    pub in_base: Conversion,
    /// The same in the account's currency, which the account's own definition counts in.
    pub in_own: Conversion,
    /// The positions of scopes are being valued for the first time: nobody knows yet what they come to.
    pub is_valuing: bool,
    /// A rate to the base currency is too old.
    pub has_stale_rate: bool,
    /// All cash of the account in the base currency, where a limit asks for it; `None` where a rate is missing or too old.
    pub wealth: Option<Notional>,
    /// The account's cash, in the instrument's currency where it holds such.
    pub cash: Notional,
    /// The part of it that working orders reserve.
    pub reserved: Notional,
    /// The session's messages of the last second.
    pub bucket: Bucket,
    /// The session's limit.
    pub messages_per_second: u32,
    /// Orders like this one that each of its scopes saw within the window, where a limit asks for it; `None` where they are too many.
    pub repeats: Option<[u32; SCOPES]>,
    /// Was the ClOrdID(11) used before?
    pub cl_ord_id_used: bool,
    /// Is there a slot for one more order?
    pub has_order_slot: bool,
}

impl Context<'_> {
    /// Position and open orders in the instrument, as far as the scope goes.
    pub(crate) fn exposure_of(&self, scope: KillScope) -> WideExposure {
        match scope {
            KillScope::Strategy => self.of_strategy,
            KillScope::Instrument | KillScope::Firm | KillScope::Venue => self.of_instrument,
            KillScope::Account | KillScope::Session | KillScope::Trader => self.exposure.into(),
        }
    }
}

//! The checks in their order of precedence, a file a subject.

mod abilities;
mod exposure;
mod form;
mod price;
mod rate;
mod session;
mod size;
mod standing;
mod terms;

use model::{Check, Refusal};

use crate::context::{Context, Proposal};

type CheckFn = fn(&Context<'_>, &Proposal) -> Result<(), Refusal>;

/// Every check with its name, in the order in which they run. `UnknownAccount` and `UnknownSymbol` come before all of
/// them: without these two there is no [`Context`], so the engine answers them while it builds one.
pub const CHECKS: &[(Check, CheckFn)] = &[
    (Check::NotTradable, standing::tradable),
    (Check::CurrencyMismatch, standing::currency),
    (Check::KilledGlobal, standing::killed_global),
    (Check::KilledAccount, standing::killed_account),
    (Check::Price, form::price),
    (Check::Tick, form::tick),
    (Check::Lot, form::lot),
    (Check::StopPx, terms::stop_px),
    (Check::MinQty, terms::min_qty),
    (Check::MaxFloor, terms::max_floor),
    (Check::ExpireTime, terms::expire_time),
    (Check::ExecInst, terms::exec_inst),
    (Check::MaxOrderQty, size::max_order_qty),
    (Check::LacksMarketToLimit, abilities::market_to_limit),
    (Check::LacksIceberg, abilities::iceberg),
    (Check::LacksMinQty, abilities::min_qty),
    (Check::LacksPostOnly, abilities::post_only),
    (Check::LacksNotBest, abilities::not_best),
    (Check::MarketClosed, session::market_closed),
    (Check::TooLateToEnter, session::too_late),
    (Check::ReferencePrice, price::reference_is_fresh),
    (Check::CollarHigh, price::collar_high),
    (Check::CollarLow, price::collar_low),
    (Check::MaxOrderNotional, size::max_order_notional),
    (Check::MessageRate, rate::message_rate),
    (Check::DuplicateClOrdId, standing::duplicate_cl_ord_id),
    (Check::OpenOrders, exposure::open_orders),
    (Check::PositionLong, exposure::position_long),
    (Check::PositionShort, exposure::position_short),
    (Check::ReduceOnly, exposure::reduce_only),
    (Check::BuyingPower, exposure::buying_power),
    (Check::OrderCapacity, standing::order_capacity),
];

/// The refusal is built only where it is needed: nearly every check of nearly every order passes.
#[inline]
fn refuse_if(objection: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if objection { Err(refusal()) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

//! Who and what may trade at all.

use model::{Check, Refusal, TradingState};

use super::refuse_if;
use crate::context::{Context, Proposal};

pub(super) fn tradable(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    let halted = context.instrument_trading != TradingState::Active;
    refuse_if(context.instrument.tradable != 1 || halted, || Refusal::of(Check::NotTradable))
}

pub(super) fn currency(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    refuse_if(context.instrument.currency != context.account.currency, || Refusal::of(Check::CurrencyMismatch))
}

pub(super) fn killed_global(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    refuse_if(context.trading != TradingState::Active, || Refusal::of(Check::KilledGlobal))
}

pub(super) fn killed_account(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    refuse_if(context.account_trading != TradingState::Active, || Refusal::of(Check::KilledAccount))
}

pub(super) fn duplicate_cl_ord_id(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    refuse_if(context.cl_ord_id_used, || Refusal::of(Check::DuplicateClOrdId))
}

pub(super) fn order_capacity(context: &Context<'_>, _: &Proposal) -> Result<(), Refusal> {
    refuse_if(!context.has_order_slot, || Refusal::of(Check::OrderCapacity))
}

//! The part of the trading day: what comes before the open waits for it; what can wait for no other day is refused after the
//! close. A venue that keeps its own days is asked, not second-guessed.

use model::{Abilities, Check, Refusal, TimeInForce, TradingPhase};

use super::refuse_if;
use crate::context::{Context, Proposal};

pub(super) fn market_closed(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if context.instrument.abilities.has(Abilities::DAYS) {
        return Ok(());
    }
    let closed = match context.phase {
        TradingPhase::Unknown | TradingPhase::Open | TradingPhase::Opening | TradingPhase::Closing => false,
        TradingPhase::PreOpen => proposal.time_in_force.is_immediate(),
        TradingPhase::Closed => !proposal.time_in_force.is_good_till(),
    };
    refuse_if(closed, || Refusal::of(Check::MarketClosed))
}

pub(super) fn too_late(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    if proposal.held.is_some() {
        return Ok(());
    }
    let ability = match proposal.time_in_force {
        TimeInForce::AtTheOpening => Abilities::OPENING,
        TimeInForce::AtTheClose => Abilities::CLOSING,
        _ => return Ok(()),
    };
    let in_time = match (proposal.time_in_force, context.phase) {
        (_, TradingPhase::Unknown) => false,
        (TimeInForce::AtTheOpening, phase) => matches!(phase, TradingPhase::PreOpen | TradingPhase::Opening),
        (_, phase) => phase != TradingPhase::Closed,
    };
    refuse_if(!in_time && !context.instrument.abilities.has(ability), || Refusal::of(Check::TooLateToEnter))
}

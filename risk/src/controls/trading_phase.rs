//! Control 5, the part of the trading day: what comes before the open waits for it; what can wait for no other day is refused after
//! the close, with OrdRejReason(103)=2 or 4. A venue that keeps its own days is asked, not second-guessed.

use model::{Abilities, Check, Refusal, TimeInForce, TradingPhase};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn open(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    if context.instrument.abilities.has(Abilities::DAYS) {
        return witness.not_concerned(Check::MarketClosed);
    }
    let closed = match context.phase {
        TradingPhase::Unknown | TradingPhase::Open | TradingPhase::Opening | TradingPhase::Closing => false,
        TradingPhase::PreOpen => proposal.time_in_force.is_immediate(),
        TradingPhase::Closed => !proposal.time_in_force.is_good_till(),
    };
    witness.judged(closed, || Refusal::of(Check::MarketClosed))
}

pub(super) fn in_time(context: &Context<'_>, proposal: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let ability = match proposal.time_in_force {
        _ if proposal.held.is_some() => return witness.not_concerned(Check::TooLateToEnter),
        TimeInForce::AtTheOpening => Abilities::OPENING,
        TimeInForce::AtTheClose => Abilities::CLOSING,
        _ => return witness.not_concerned(Check::TooLateToEnter),
    };
    let in_time = match (proposal.time_in_force, context.phase) {
        (_, TradingPhase::Unknown) => false,
        (TimeInForce::AtTheOpening, phase) => matches!(phase, TradingPhase::PreOpen | TradingPhase::Opening),
        (_, phase) => phase != TradingPhase::Closed,
    };
    witness.judged(!in_time && !context.instrument.abilities.has(ability), || Refusal::of(Check::TooLateToEnter))
}

#[cfg(test)]
mod tests {
    use model::{Abilities, Check, TimeInForce, TradingPhase};

    use crate::Proposal;
    use crate::desk::{Desk, buy, replacing};

    fn at(phase: TradingPhase) -> Desk {
        Desk::with(|desk| desk.phase = phase)
    }

    fn lasting(time_in_force: TimeInForce) -> Proposal {
        Proposal { time_in_force, ..buy(1, 100) }
    }

    #[test]
    fn what_cannot_wait_is_refused_outside_of_trading() {
        let at_once = lasting(TimeInForce::ImmediateOrCancel);
        assert_eq!(at(TradingPhase::PreOpen).refuses(at_once), Some(Check::MarketClosed));
        assert_eq!(at(TradingPhase::PreOpen).refuses(buy(1, 100)), None, "it waits for the open");
        assert_eq!(at(TradingPhase::Open).refuses(at_once), None);
        assert_eq!(at(TradingPhase::Closed).refuses(buy(1, 100)), Some(Check::MarketClosed));
        assert_eq!(at(TradingPhase::Closed).refuses(replacing(1, 100, buy(2, 100))), Some(Check::MarketClosed));
        assert_eq!(at(TradingPhase::Closed).refuses(lasting(TimeInForce::GoodTillCancel)), None);
        let keeps_days = Desk {
            instrument: {
                let mut i = Desk::new().instrument;
                i.abilities = Abilities::DAYS;
                i
            },
            ..at(TradingPhase::Closed)
        };
        assert_eq!(keeps_days.refuses(buy(1, 100)), None, "its venue decides");
    }

    #[test]
    fn order_for_the_opening_comes_before_it() {
        let opening = lasting(TimeInForce::AtTheOpening);
        for (phase, check) in [
            (TradingPhase::Unknown, Some(Check::TooLateToEnter)),
            (TradingPhase::PreOpen, None),
            (TradingPhase::Opening, None),
            (TradingPhase::Open, Some(Check::TooLateToEnter)),
        ] {
            assert_eq!(at(phase).refuses(opening), check, "{phase:?}");
        }
        assert_eq!(at(TradingPhase::Open).refuses(replacing(1, 100, opening)), None, "it was in time");
        assert_eq!(at(TradingPhase::Open).refuses(lasting(TimeInForce::AtTheClose)), None);
    }
}

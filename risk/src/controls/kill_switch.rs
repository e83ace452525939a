//! Controls 42 and 43, kill switch and halt: nothing new, and no replace, while a scope of the order is not active; cancels never
//! come here. Where a broken limit stopped the scope, the refusal names it. Refuses with OrdRejReason(103)=0.

use model::{Check, KillScope, Refusal, ScopeState, TradingState};

use crate::case::Case;
use crate::context::Context;
use crate::witness::Witness;

pub(super) fn global(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    witness.judged(context.trading != TradingState::Active, || Refusal::of(Check::KilledGlobal))
}

pub(super) fn account(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let is_killed = context.scopes.states.of(KillScope::Account) == ScopeState::Killed;
    witness.judged(is_killed || context.account_trading != TradingState::Active, || {
        because(context, Check::KilledAccount, KillScope::Account)
    })
}

/// With the limit that stopped it, where no person did.
fn because(context: &Context<'_>, check: Check, scope: KillScope) -> Refusal {
    Refusal::of(check).because(context.scopes.stopped_by[scope as usize])
}

macro_rules! killed {
    ($($control:ident: $scope:ident => $check:ident;)+) => {
        $(pub(super) fn $control(
            context: &Context<'_>,
            _: &Case<'_>,
            witness: &mut impl Witness,
        ) -> Result<(), Refusal> {
            let is_killed = context.scopes.states.of(KillScope::$scope) == ScopeState::Killed;
            witness.judged(is_killed, || because(context, Check::$check, KillScope::$scope))
        })+
    };
}

killed! {
    firm: Firm => KilledFirm;
    venue: Venue => KilledVenue;
    session: Session => KilledSession;
    trader: Trader => KilledTrader;
    strategy: Strategy => KilledStrategy;
    instrument: Instrument => KilledInstrument;
}

pub(super) fn halted(context: &Context<'_>, _: &Case<'_>, witness: &mut impl Witness) -> Result<(), Refusal> {
    let scope = context.scopes.states.first(ScopeState::Halted);
    let number = scope.map_or(0, |scope| i128::from(scope.value()));
    witness.judged(scope.is_some(), || {
        let by = scope.map_or(0, |scope| context.scopes.stopped_by[scope as usize]);
        Refusal::against(Check::Halted, number, number).because(by)
    })
}

#[cfg(test)]
mod tests {
    use model::{Check, KillScope, LimitKind, ScopeState, TradingState};

    use crate::desk::{Desk, buy, replacing};

    #[test]
    fn killed_scope_takes_neither_order_nor_replace() {
        let global = Desk::with(|desk| desk.trading = TradingState::Halted);
        let account = Desk::with(|desk| desk.account_trading = TradingState::Halted);
        let mut desks = vec![(global, Check::KilledGlobal), (account, Check::KilledAccount)];
        let checks = [
            Check::KilledFirm,
            Check::KilledVenue,
            Check::KilledSession,
            Check::KilledAccount,
            Check::KilledTrader,
            Check::KilledStrategy,
            Check::KilledInstrument,
        ];
        for (scope, check) in KillScope::ALL.iter().zip(checks) {
            let in_state = |state| Desk::with(|desk| desk.scopes.0[*scope as usize] = state);
            desks.push((in_state(ScopeState::Killed), check));
            desks.push((in_state(ScopeState::Halted), Check::Halted));
        }
        for (desk, check) in desks {
            assert_eq!(desk.refuses(buy(1, 100)), Some(check));
            assert_eq!(desk.refuses(replacing(1, 100, buy(1, 99))), Some(check));
        }
    }

    #[test]
    fn refusal_names_the_limit_that_stopped_the_scope() {
        for scope in [KillScope::Account, KillScope::Strategy] {
            let mut desk = Desk::new();
            desk.scopes.0[scope as usize] = ScopeState::Killed;
            assert_eq!(desk.refusal(&buy(1, 100)).unwrap().stopped_by(), None, "a person");
            desk.stopped_by[scope as usize] = LimitKind::LossHalt.number();
            assert_eq!(desk.refusal(&buy(1, 100)).unwrap().stopped_by(), Some(LimitKind::LossHalt));
        }
    }

    #[test]
    fn halt_names_the_widest_of_its_scopes() {
        let mut desk = Desk::new();
        desk.scopes.0[KillScope::Instrument as usize] = ScopeState::Halted;
        desk.scopes.0[KillScope::Session as usize] = ScopeState::Halted;
        let refusal = desk.refusal(&buy(1, 100)).expect("it is halted");
        assert_eq!(refusal.limit, i128::from(KillScope::Session.value()));
    }
}

//! The names that FIX messages show, of everything that the engine knows.

use engine::State;
use gateway::fix::report::Names;
use model::{AccountDefined, Event, InstrumentDefined, SessionDefined};

/// Those of all accounts, instruments and sessions.
pub(crate) fn names(state: &State) -> Names {
    let mut names = Names::default();
    for (account, of_account) in state.accounts() {
        let definition = of_account.definition;
        names.learn(&Event::AccountDefined(AccountDefined { definition, account, reserved: [0; 12] }));
    }
    for (instrument, definition) in state.instruments() {
        names.learn(&Event::InstrumentDefined(InstrumentDefined { definition: *definition, instrument, reserved: 0 }));
    }
    for (session, definition) in state.sessions() {
        names.learn(&Event::SessionDefined(SessionDefined { definition: *definition, session }));
    }
    names
}

//! The names that FIX messages show, of everything that the engine knows.

use engine::State;
use gateway::fix::report::Names;
use model::{AccountDefined, Event, InstrumentDefined};

/// Those of all accounts and instruments.
pub(crate) fn names(state: &State) -> Names {
    let mut names = Names::default();
    for (account, of_account) in state.accounts() {
        let definition = of_account.definition;
        names.learn(&Event::AccountDefined(AccountDefined { definition, account, reserved: [0; 12] }));
    }
    for (instrument, definition) in state.instruments() {
        names.learn(&Event::InstrumentDefined(InstrumentDefined { definition: *definition, instrument, reserved: 0 }));
    }
    names
}

//! The configuration as commands: the engine learns instruments, accounts and sessions from the journal like anything
//! else, so yesterday's limits are as much history as yesterday's orders.

use model::{
    AccountName, AdjustCash, CancelOnDisconnect, Command, CompId, DefineAttribution, DefineFirm, DefineInstrument,
    DefineSession, PendingReplaces, Start, Text, VenueId,
};

use super::{Account, Acknowledge, Configuration, Policy, Session};
use crate::said::Said;

impl Configuration {
    /// The sessions to brokers. The engine is told of them before the instruments, which name them.
    pub(crate) fn broker_sessions(&self) -> impl Iterator<Item = Command> + '_ {
        self.brokers.iter().map(|broker| {
            Command::DefineSession(DefineSession {
                sender_comp_id: broker.sender_comp_id,
                target_comp_id: broker.target_comp_id,
                account: AccountName::EMPTY,
                // Nobody sends orders on it.
                messages_per_second: 0,
                pending_replaces: PendingReplaces::Refuse,
                cancel_on_disconnect: CancelOnDisconnect::Tagged,
                reserved: [0; 2],
            })
        })
    }

    /// What the daemon tells the engine at every start, in this order: instruments, accounts, sessions, and opening
    /// cash. `venue_of` says which venue a broker is. Cash goes only to accounts that `is_new` says the journal does not
    /// know: it is paid in once.
    pub(crate) fn definitions(
        &self,
        venue_of: impl Fn(&CompId) -> VenueId,
        is_new: impl Fn(&AccountName) -> bool,
    ) -> Vec<Command> {
        let instruments = self.instruments.iter().map(|entry| {
            let venue = if entry.broker.is_empty() { VenueId::PAPER } else { venue_of(&entry.broker) };
            let broker = self.brokers.iter().find(|broker| broker.target_comp_id == entry.broker);
            let abilities = broker.map_or(entry.definition.abilities, |broker| broker.does);
            Command::DefineInstrument(DefineInstrument { venue, abilities, ..entry.definition })
        });
        let accounts = self.accounts.iter().map(|entry| Command::DefineAccount(entry.definition));
        let sessions = self.sessions.iter().map(|session| {
            let Policy { messages_per_second, pending_replaces, cancel_on_disconnect } = session.policy;
            Command::DefineSession(DefineSession {
                sender_comp_id: self.fix.sender_comp_id,
                target_comp_id: session.target_comp_id,
                account: session.account,
                messages_per_second,
                pending_replaces,
                cancel_on_disconnect,
                reserved: [0; 2],
            })
        });
        let paid = |entry: &&Account| entry.cash.units() != 0 && is_new(&entry.definition.account);
        let cash = self.accounts.iter().filter(paid).map(|entry| {
            Command::AdjustCash(AdjustCash {
                amount: entry.cash,
                account: entry.definition.account,
                actor: Text::clipped(b"configuration"),
                reason: Text::clipped(b"opening cash"),
                reserved: [0; 8],
            })
        });
        instruments.chain(accounts).chain(sessions).chain(cash).collect()
    }

    /// Whose orders the sessions bring, told after what they are. Those that bring nobody's are told only where the engine thinks
    /// otherwise.
    pub(crate) fn attributions(&self, is_attributed: impl Fn(&CompId) -> bool) -> Vec<Command> {
        let is_told = |session: &&Session| {
            let Session { trader, strategy, target_comp_id, .. } = session;
            !trader.is_empty() || !strategy.is_empty() || is_attributed(target_comp_id)
        };
        let told = self.sessions.iter().filter(is_told).map(|session| {
            Command::DefineAttribution(DefineAttribution {
                sender_comp_id: self.fix.sender_comp_id,
                target_comp_id: session.target_comp_id,
                trader: session.trader,
                strategy: session.strategy,
            })
        });
        told.collect()
    }

    /// What holds for the firm, where the engine thinks otherwise, and the limits of scopes that the file says anew.
    pub(crate) fn governance(&self, known: &DefineFirm, said: &Said) -> Vec<Command> {
        let firm = (self.firm != *known).then_some(Command::DefineFirm(self.firm));
        let limits =
            said.changes(&Said::by(&self.limits), Text::literal("configuration"), Text::literal("the file says so"));
        firm.into_iter().chain(limits).collect()
    }

    /// What the engine is told first.
    pub(crate) fn start(&self, build: &str) -> Command {
        Command::Start(Start {
            orders_max: self.engine.orders_max,
            build: Text::clipped(build.as_bytes()),
            acknowledge_at_venue: u8::from(self.engine.acknowledge == Acknowledge::Venue),
            reserved: [0; 7],
        })
    }
}

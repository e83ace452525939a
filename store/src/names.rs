//! Names of the log's numbers: account 3 is "ACC3". Learned from definitions, kept in memory, read back on open.

use duckdb::Connection;
use model::{
    AccountId, AccountName, CompId, DefineAccount, DefineInstrument, DefineSession, GroupName, InstrumentId, SessionId,
    Symbol,
};

/// Indices in the order of definition; a later definition of the same index replaces the name.
#[derive(Default)]
pub(crate) struct Names {
    accounts: Vec<AccountName>,
    instruments: Vec<Symbol>,
    sessions: Vec<CompId>,
    strategies: Vec<GroupName>,
}

/// More names than any configuration has: a damaged index must not allocate the machine away.
const NAMES_MAX: usize = 1 << 20;

impl Names {
    /// From the tables of an open database.
    pub(crate) fn read(connection: &Connection) -> duckdb::Result<Names> {
        let mut names = Names::default();
        each(connection, "SELECT account_id, account FROM raw.accounts ORDER BY seq, idx", |id, name| {
            put(&mut names.accounts, id, AccountName::clipped(name.as_bytes()));
        })?;
        each(connection, "SELECT instrument_id, symbol FROM raw.instruments ORDER BY seq, idx", |id, name| {
            put(&mut names.instruments, id, Symbol::clipped(name.as_bytes()));
        })?;
        each(connection, "SELECT session_id, target_comp_id FROM raw.sessions ORDER BY seq, idx", |id, name| {
            put(&mut names.sessions, id, CompId::clipped(name.as_bytes()));
        })?;
        each(connection, "SELECT strategy_id, strategy FROM raw.strategies ORDER BY seq, idx", |id, name| {
            put(&mut names.strategies, id, GroupName::clipped(name.as_bytes()));
        })?;
        Ok(names)
    }

    pub(crate) fn learn_account(&mut self, id: AccountId, definition: &DefineAccount) {
        put(&mut self.accounts, id.0, definition.account);
    }

    pub(crate) fn learn_instrument(&mut self, id: InstrumentId, definition: &DefineInstrument) {
        put(&mut self.instruments, id.0, definition.symbol);
    }

    pub(crate) fn learn_session(&mut self, id: SessionId, definition: &DefineSession) {
        put(&mut self.sessions, id.0, definition.target_comp_id);
    }

    pub(crate) fn learn_strategy(&mut self, id: u32, name: GroupName) {
        put(&mut self.strategies, id, name);
    }

    pub(crate) fn strategy(&self, id: u32) -> Option<&str> {
        self.strategies.get(id as usize).map(|name| name.as_str())
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&str> {
        self.accounts.get(id.0 as usize).map(|name| name.as_str())
    }

    pub(crate) fn symbol(&self, id: InstrumentId) -> Option<&str> {
        self.instruments.get(id.0 as usize).map(|name| name.as_str())
    }

    /// The counterparty's CompID.
    pub(crate) fn session(&self, id: SessionId) -> Option<&str> {
        self.sessions.get(id.0 as usize).map(|name| name.as_str())
    }
}

fn put<T: Default + Clone>(names: &mut Vec<T>, id: u32, name: T) {
    let index = id as usize;
    if index >= NAMES_MAX {
        return;
    }
    if names.len() <= index {
        names.resize(index + 1, T::default());
    }
    names[index] = name;
}

fn each(connection: &Connection, sql: &str, mut with: impl FnMut(u32, String)) -> duckdb::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        with(row.get(0)?, row.get(1)?);
    }
    Ok(())
}

//! The configuration: one TOML file, read whole, checked whole. Every error is reported at once, each with its key,
//! its value, the reason, and what was probably meant.
//!
//! `deploy/millrace.toml` documents every key; this module and that file are compared by a test.

mod access;
mod broker;
mod calendars;
mod close;
mod contract;
mod currencies;
mod definitions;
mod governance;
pub(crate) mod limits;
mod operators;
mod parse;
mod problem;
mod protocol;
mod relations;
mod section;
mod tls;
pub(crate) mod values;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gateway::calendar::Calendar;
use gateway::fix::addresses::Network;
use gateway::fix::lockout::LockoutSettings;
use gateway::fix::settings::Access;
use model::{
    AccountName, CancelOnDisconnect, CompId, Currency, DefineAccount, DefineFirm, DefineInstrument, GroupName,
    Notional, PendingReplaces, Px, Symbol,
};

pub(crate) use access::MessageLog;
pub(crate) use broker::Broker;
pub(crate) use governance::ScopeLimit;
pub(crate) use operators::OperatorEntry;
pub(crate) use problem::{Problem, Problems};
pub(crate) use protocol::Protocol;
pub(crate) use tls::Tls;

/// Largest configuration file.
const FILE_MAX: u64 = 4 * 1024 * 1024;

/// A checked configuration.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Configuration {
    /// `[data] dir`: holds `journal/`, `analytics.duckdb`, `sessions/` and `operator.token`.
    pub(crate) data_dir: PathBuf,
    /// `[firm]`, and which of its limits are mandatory.
    pub(crate) firm: DefineFirm,
    /// `[limits]`: those of every scope.
    pub(crate) limits: Vec<ScopeLimit>,
    /// `[[operators]]`; empty where one token stands for whoever has it.
    pub(crate) operators: Vec<OperatorEntry>,
    /// `[fix]`.
    pub(crate) fix: Fix,
    /// `[http]`.
    pub(crate) http: Http,
    /// `[journal]`.
    pub(crate) journal: Journal,
    /// `[engine]`.
    pub(crate) engine: Engine,
    /// `[store]`.
    pub(crate) store: Store,
    /// `[venue]`.
    pub(crate) venue: Venue,
    /// `[[brokers]]`.
    pub(crate) brokers: Vec<Broker>,
    /// `[quotes]`.
    pub(crate) quotes: Quotes,
    /// `[[calendars]]`.
    pub(crate) calendars: Vec<Calendar>,
    /// `[close]`: when the firm's days end; none where they are closed by hand.
    pub(crate) day_clock: Option<Calendar>,
    /// `[start]`.
    pub(crate) start: close::Start,
    /// `[[instruments]]`.
    pub(crate) instruments: Vec<Instrument>,
    /// `[[accounts]]`.
    pub(crate) accounts: Vec<Account>,
    /// `[[fx]]`.
    pub(crate) fx: Vec<currencies::Fx>,
    /// `[[sessions]]` and the members of `[[session_families]]`.
    pub(crate) sessions: Vec<Session>,
    /// `[[session_families]]` with `template = true`.
    pub(crate) templates: Vec<Template>,
}

/// `[fix]`: the acceptor.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Fix {
    /// Address of the acceptor.
    pub(crate) listen: SocketAddr,
    /// TLS, there or on a listener of its own.
    pub(crate) tls: Option<Tls>,
    /// Our CompID.
    pub(crate) sender_comp_id: CompId,
    /// How sessions speak that do not say otherwise.
    pub(crate) protocol: Protocol,
    /// Networks that may connect; empty is any.
    pub(crate) allowed: Vec<Network>,
    /// Most connections at a time.
    pub(crate) connections_max: usize,
    /// Most of them from one address.
    pub(crate) connections_per_address_max: usize,
    /// Most connections that have not logged on.
    pub(crate) connections_before_logon_max: usize,
    /// Most of them from one address.
    pub(crate) connections_before_logon_per_address_max: usize,
    /// Who is left outside after failures.
    pub(crate) lockout: LockoutSettings,
    /// Every message in and out, in files.
    pub(crate) message_log: MessageLog,
}

/// `[http]`: the control plane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Http {
    /// Its address.
    pub(crate) listen: SocketAddr,
    /// Host names, besides the loopback ones, that it answers to.
    pub(crate) allowed_hosts: Vec<String>,
}

/// `[journal]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Journal {
    /// What an acknowledgement promises.
    pub(crate) durability: Durability,
    /// Bytes of one segment file.
    pub(crate) segment_bytes: u64,
}

/// What an acknowledgement promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Durability {
    /// It survives a power cut.
    Durable,
    /// It survives a crash of the daemon; a power cut may take what is younger than `sync_every`.
    Asynchronous {
        /// Time between two syncs.
        sync_every: Duration,
    },
}

/// `[engine]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Engine {
    /// Which agents share a thread.
    pub(crate) layout: Layout,
    /// What a thread does while there is nothing to do.
    pub(crate) idle: Idle,
    /// Cores that threads are pinned to.
    pub(crate) cores: Cores,
    /// Orders that the engine remembers, working and closed.
    pub(crate) orders_max: u64,
    /// Does the daemon ask for huge pages?
    pub(crate) huge_pages: bool,
    /// When a client hears 150=0.
    pub(crate) acknowledge: Acknowledge,
}

/// Which agents share a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// The hot agents on one thread: small machines.
    Shared,
    /// Each hot agent on its own.
    Dedicated,
}

/// What a thread does while there is nothing to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Idle {
    /// Looks again at once; costs a core.
    Spin,
    /// Looks again ever more slowly.
    Backoff,
    /// Sleeps between looks.
    Park,
}

/// Cores that threads are pinned to; `None` leaves it to the system. In the shared layout `engine` is the one thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cores {
    /// The hot loop.
    pub(crate) engine: Option<usize>,
    /// The journal's writer.
    pub(crate) journal: Option<usize>,
    /// The FIX acceptor.
    pub(crate) fix: Option<usize>,
    /// The paper venue.
    pub(crate) venue: Option<usize>,
    /// Followers: views and analytics.
    pub(crate) followers: Option<usize>,
}

/// When a client hears 150=0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Acknowledge {
    /// Once the order passed risk and is durable.
    Acceptance,
    /// Once the venue has it.
    Venue,
}

/// `[store]`: the analytics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Store {
    /// Are they on?
    pub(crate) enabled: bool,
    /// The database; `None` means `analytics.duckdb` in the data folder.
    pub(crate) path: Option<PathBuf>,
    /// Longest time from a frame to its rows, while the database keeps up.
    pub(crate) flush_every: Duration,
    /// Memory that the database may use, in bytes.
    pub(crate) memory_bytes: u64,
}

/// `[venue]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Venue {
    /// The embedded paper venue.
    Paper,
}

/// `[quotes]`: where prices come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Quotes {
    /// Nowhere: only orders at the venue make prices.
    None,
    /// A seeded random walk around each instrument's price.
    Synthetic {
        /// The same seed gives the same walk.
        seed: u64,
        /// Quotes per second, all instruments together.
        per_second: u32,
    },
}

/// `[[instruments]]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Instrument {
    /// What the engine is told.
    pub(crate) definition: DefineInstrument,
    /// Where synthetic quotes start; zero where none is given.
    pub(crate) price: Px,
    /// The broker that its orders go to; empty is the paper venue.
    pub(crate) broker: CompId,
}

/// `[[accounts]]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Account {
    /// What the engine is told.
    pub(crate) definition: DefineAccount,
    /// Opening cash, paid in once, when the account is first seen.
    pub(crate) cash: Notional,
    /// The currencies that it holds cash in beside its own.
    pub(crate) currencies: Vec<Currency>,
}

/// What the engine is told of a session beside its name and account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Policy {
    /// Most new orders and replaces within one second.
    pub(crate) messages_per_second: u32,
    /// What becomes of a replace while another one is pending.
    pub(crate) pending_replaces: PendingReplaces,
    /// Which orders are canceled when the session is lost.
    pub(crate) cancel_on_disconnect: CancelOnDisconnect,
}

/// A FIX session.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Session {
    /// The counterparty's CompID.
    pub(crate) target_comp_id: CompId,
    /// Account of orders that name none.
    pub(crate) account: AccountName,
    /// The trader whose orders it brings; empty for none.
    pub(crate) trader: GroupName,
    /// The strategy, likewise.
    pub(crate) strategy: GroupName,
    /// What the engine is told of it.
    pub(crate) policy: Policy,
    /// How it speaks.
    pub(crate) protocol: Protocol,
    /// Who may use it, when, and how much.
    pub(crate) access: Access,
}

/// A family of sessions that are made at their first logon.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Template {
    /// What the counterparties' CompIDs begin with.
    pub(crate) prefix: CompId,
    /// Most sessions.
    pub(crate) sessions_max: usize,
    /// Accounts of orders that name none, in turn.
    pub(crate) accounts: Vec<AccountName>,
    /// What the engine is told of each.
    pub(crate) policy: Policy,
    /// How they speak.
    pub(crate) protocol: Protocol,
    /// Who may use them, when, and how much.
    pub(crate) access: Access,
}

impl Configuration {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn load(path: &Path) -> Result<Configuration, Problems> {
        let name = path.display().to_string();
        let refused = |reason: String, suggestion: &str| {
            Problems::one(&name, Problem::of_file(reason, Some(suggestion.to_owned())))
        };
        match std::fs::metadata(path) {
            Ok(found) if found.len() > FILE_MAX => {
                return Err(refused(format!("larger than {FILE_MAX} bytes"), "is it the right file?"));
            }
            Ok(_) => {}
            Err(failed) => return Err(refused(failed.to_string(), "start from deploy/millrace.toml")),
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Configuration::parse(&name, &text),
            Err(failed) => Err(refused(failed.to_string(), "the file must be UTF-8 text that the daemon may read")),
        }
    }

    /// Checks a text; `file` names it in the problems.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Configuration, Problems> {
        parse::configuration(file, text)
    }

    /// The instrument of that symbol.
    pub(crate) fn instrument(&self, symbol: &Symbol) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.definition.symbol == *symbol)
    }

    /// Where the journal lies.
    pub(crate) fn journal_dir(&self) -> PathBuf {
        self.data_dir.join("journal")
    }

    /// Where FIX sessions keep their numbers.
    pub(crate) fn sessions_dir(&self) -> PathBuf {
        self.data_dir.join("sessions")
    }

    /// Where the session to a broker keeps its numbers.
    pub(crate) fn broker_dir(&self, broker: &CompId) -> PathBuf {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let name: String = broker
            .as_bytes()
            .iter()
            .map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02x}") })
            .collect();
        self.data_dir.join("brokers").join(name)
    }

    /// Where the FIX messages are logged.
    pub(crate) fn messages_dir(&self) -> PathBuf {
        self.data_dir.join("messages")
    }

    /// Where the analytics lie.
    pub(crate) fn store_path(&self) -> PathBuf {
        self.store.path.clone().unwrap_or_else(|| self.data_dir.join("analytics.duckdb"))
    }

    /// Where the operator's token lies.
    pub(crate) fn token_path(&self) -> PathBuf {
        self.data_dir.join("operator.token")
    }
}
